//! From a function over a graph to a program: decide, lower, order, merge, place.

use std::collections::{HashMap, HashSet};

use crate::fuse::{self, Fusion};
use crate::graph::{Arena, Graph, Named, NodeId};
use crate::op::{Move, Op};
use crate::plan;
use crate::program::{Buffer, BufferId, Function, Module, Output, Program, Variable};
use crate::schedule::{Draft, schedule};
use crate::shape::numel;

pub(crate) fn compile(graph: &Graph, functions: &[Function], fusion: Fusion) -> Module {
    let arena = graph.arena.borrow();
    let mut offset = 0;
    let mut place = |named: &Named| {
        let shape = arena.node(named.node).shape.clone();
        let variable = Variable { name: named.name.clone(), offset, shape };
        offset = plan::align(variable.range().end);
        variable
    };
    let params: Vec<Variable> = arena.params.iter().map(&mut place).collect();
    let inputs: Vec<Variable> = arena.inputs.iter().map(&mut place).collect();
    let variables: Vec<Buffer> =
        params.iter().chain(&inputs).map(|v| Buffer { offset: v.offset, len: numel(&v.shape) }).collect();

    let initial = arena.params.iter().filter_map(|param| Some((param.node, param.init?)));
    let init = Function { name: INIT.to_owned(), graph: None, outputs: vec![], updates: initial.collect() };
    let mut names = HashSet::new();
    for function in std::iter::once(&init).chain(functions) {
        assert!(names.insert(&function.name), "two functions of a module are called {:?}", function.name);
        assert!(
            function.graph.is_none_or(|own| own == graph.identity),
            "function {:?} is made of tensors of another graph",
            function.name
        );
    }
    let all = std::iter::once(&init).chain(functions);
    let programs: Vec<Program> = all.map(|function| program(&arena, function, &variables, offset, fusion)).collect();
    let ends = programs.iter().flat_map(|program| &program.buffers).map(|buffer| buffer.range().end);
    let arena_len = ends.max().unwrap_or(0);
    Module { params, inputs, programs, arena_len }
}

/// The program that every module has: it sets each parameter to its initial value.
const INIT: &str = "init";

fn program(arena: &Arena, function: &Function, variables: &[Buffer], start: usize, fusion: Fusion) -> Program {
    let outputs: Vec<NodeId> = function.outputs.iter().map(|(_, id)| in_memory(arena, *id)).collect();
    let updates: Vec<(NodeId, NodeId)> =
        function.updates.iter().map(|(param, value)| (*param, in_memory(arena, *value))).collect();
    let wanted: Vec<NodeId> = outputs.iter().copied().chain(updates.iter().map(|(_, value)| *value)).collect();
    let materialised = fuse::decide(arena, &wanted, fusion);

    let mut lens: Vec<usize> = variables.iter().map(|variable| variable.len).collect();
    let mut buffers: HashMap<NodeId, BufferId> = HashMap::new();
    for (number, named) in arena.params.iter().chain(&arena.inputs).enumerate() {
        buffers.insert(named.node, BufferId(number));
    }
    for &id in &materialised {
        buffers.insert(id, BufferId(lens.len()));
        lens.push(numel(&arena.node(id).shape));
    }
    let kernels = materialised.iter().map(|&id| fuse::lower(arena, id, &buffers)).collect();
    let mut draft = Draft { kernels, lens, outputs: vec![], updates: vec![] };

    // A value that replaces several parameters, or that is a variable itself, is copied first, so that each update has a value
    // of its own, made before any parameter changes.
    let mut taken: HashSet<BufferId> = (0..variables.len()).map(BufferId).collect();
    for (param, value) in updates.iter().filter(|(param, value)| param != value) {
        let value = buffers[value];
        let own = if taken.insert(value) { value } else { draft.copy(value) };
        draft.updates.push((buffers[param], own));
    }
    let mut named = Vec::new();
    for ((name, id), wanted) in function.outputs.iter().zip(&outputs) {
        let value = buffers[wanted];
        // What is returned is the parameter before its update.
        let replaced = draft.updates.iter().any(|(param, _)| *param == value);
        let buffer = if replaced { draft.copy(value) } else { value };
        draft.outputs.push(buffer);
        named.push(Output { name: name.clone(), shape: arena.node(*id).shape.clone(), buffer });
    }
    let scheduled = schedule(draft, fusion);
    let buffers = plan::place(&scheduled, variables, start, fusion);
    Program { name: function.name.clone(), buffers, kernels: scheduled.kernels, outputs: named }
}

/// The node whose memory holds the same numbers in the same order.
fn in_memory(arena: &Arena, mut id: NodeId) -> NodeId {
    while let Op::Move(Move::Reshape) | Op::Detach = arena.node(id).op {
        id = arena.node(id).operands[0];
    }
    id
}
