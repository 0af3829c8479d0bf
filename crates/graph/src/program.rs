//! What executors run: programs over one arena of numbers, and the module that holds them.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use crate::fuse;
use crate::graph::{Arena, Graph, NodeId};
use crate::kernel::Kernel;
use crate::plan;
use crate::schedule::{Draft, schedule};
use crate::shape::{Shape, numel};
use crate::tensor::Tensor;

/// A named function over a graph: what to compute, and which parameters to replace afterwards.
pub struct Function {
    name: String,
    outputs: Vec<(String, NodeId)>,
    updates: Vec<(NodeId, NodeId)>,
}

impl Function {
    /// A function that does nothing yet.
    pub fn new(name: &str) -> Function {
        Function { name: name.to_owned(), outputs: vec![], updates: vec![] }
    }

    /// Also returns `value` under `name`.
    pub fn output(mut self, name: &str, value: Tensor<'_>) -> Function {
        self.outputs.push((name.to_owned(), value.id()));
        self
    }

    /// Also replaces `param` by `value`. All updates of a function happen at once, after everything is computed.
    ///
    /// # Panics
    /// When their shapes differ.
    #[track_caller]
    pub fn update(mut self, param: Tensor<'_>, value: Tensor<'_>) -> Function {
        assert_eq!(param.shape(), value.shape(), "a parameter keeps its shape");
        self.updates.push((param.id(), value.id()));
        self
    }

    /// Also makes all these updates.
    #[track_caller]
    pub fn updates<'g>(self, updates: impl IntoIterator<Item = (Tensor<'g>, Tensor<'g>)>) -> Function {
        updates.into_iter().fold(self, |function, (param, value)| function.update(param, value))
    }
}

/// The number of a buffer within a program. Parameters come first, then inputs, then the program's own values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BufferId(pub usize);

/// A range of the arena that holds one tensor, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Buffer {
    /// First number in the arena.
    pub offset: usize,
    /// How many numbers.
    pub len: usize,
}

impl Buffer {
    /// Its numbers in the arena.
    pub fn range(&self) -> Range<usize> {
        self.offset..self.offset + self.len
    }
}

/// A named value that a program leaves in the arena until the next program runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Shape,
    /// Where it is.
    pub buffer: BufferId,
}

/// Kernels in the order in which they run.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// Where every value is.
    pub buffers: Vec<Buffer>,
    /// What runs, in order.
    pub kernels: Vec<Kernel>,
    /// What it returns.
    pub outputs: Vec<Output>,
}

/// A parameter or an input of a module: the same range of the arena in each of its programs.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Shape,
    /// First number in the arena.
    pub offset: usize,
}

impl Variable {
    /// Its numbers in the arena.
    pub fn range(&self) -> Range<usize> {
        self.offset..self.offset + numel(&self.shape)
    }
}

/// All programs of a model, over one arena: parameters first and contiguous, then inputs, then what programs compute.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// State that programs update, in the order of declaration.
    pub params: Vec<Variable>,
    /// What the host writes, in the order of declaration.
    pub inputs: Vec<Variable>,
    /// The programs; `init` sets every parameter to its initial value.
    pub programs: Vec<Program>,
    /// Numbers in the arena.
    pub arena_len: usize,
}

impl Module {
    pub(crate) fn compile(graph: &Graph, functions: &[Function]) -> Module {
        let arena = graph.arena.borrow();
        let mut offset = 0;
        let mut place = |named: &crate::graph::Named| {
            let shape = arena.node(named.node).shape.clone();
            let variable = Variable { name: named.name.clone(), offset, shape };
            offset = plan::align(variable.range().end);
            variable
        };
        let params: Vec<Variable> = arena.params.iter().map(&mut place).collect();
        let inputs: Vec<Variable> = arena.inputs.iter().map(&mut place).collect();
        let variables: Vec<Buffer> =
            params.iter().chain(&inputs).map(|v| Buffer { offset: v.offset, len: numel(&v.shape) }).collect();

        let init = Function {
            name: "init".to_owned(),
            outputs: vec![],
            updates: arena.params.iter().filter_map(|param| Some((param.node, param.init?))).collect(),
        };
        let all = std::iter::once(&init).chain(functions);
        let programs: Vec<Program> = all.map(|function| compile(&arena, function, &variables, offset)).collect();
        let ends = programs.iter().flat_map(|program| &program.buffers).map(|buffer| buffer.range().end);
        let arena_len = ends.max().unwrap_or(0);
        Module { params, inputs, programs, arena_len }
    }

    /// The program of that name.
    pub fn program(&self, name: &str) -> Option<&Program> {
        self.programs.iter().find(|program| program.name == name)
    }

    /// The input of that name.
    pub fn input(&self, name: &str) -> Option<&Variable> {
        self.inputs.iter().find(|input| input.name == name)
    }

    /// The parameter of that name.
    pub fn param(&self, name: &str) -> Option<&Variable> {
        self.params.iter().find(|param| param.name == name)
    }

    /// The range of the arena that holds all parameters.
    pub fn params_range(&self) -> Range<usize> {
        0..self.params.last().map_or(0, |param| param.range().end)
    }
}

impl Program {
    /// The buffer of a number.
    pub fn buffer(&self, id: BufferId) -> &Buffer {
        &self.buffers[id.0]
    }

    /// The output of that name.
    pub fn output(&self, name: &str) -> Option<&Output> {
        self.outputs.iter().find(|output| output.name == name)
    }
}

fn compile(arena: &Arena, function: &Function, variables: &[Buffer], temporaries: usize) -> Program {
    let wanted: Vec<NodeId> =
        function.outputs.iter().map(|(_, id)| *id).chain(function.updates.iter().map(|(_, value)| *value)).collect();
    let materialised = fuse::decide(arena, &wanted);

    let mut lens: Vec<usize> = variables.iter().map(|variable| variable.len).collect();
    let mut buffers: HashMap<NodeId, BufferId> = HashMap::new();
    for (number, named) in arena.params.iter().chain(&arena.inputs).enumerate() {
        buffers.insert(named.node, BufferId(number));
    }
    for &id in &materialised {
        buffers.insert(id, BufferId(lens.len()));
        lens.push(numel(&arena.node(id).shape));
    }

    let draft = Draft {
        kernels: materialised.iter().map(|&id| fuse::lower(arena, id, &buffers)).collect(),
        lens,
        outputs: function.outputs.iter().map(|(_, id)| buffers[id]).collect(),
        updates: function.updates.iter().map(|(param, value)| (buffers[param], buffers[value])).collect(),
    };
    let scheduled = schedule(draft);
    let buffers_placed = plan::place(&scheduled, variables, temporaries);
    let outputs = function.outputs.iter().map(|(name, id)| Output {
        name: name.clone(),
        shape: arena.node(*id).shape.clone(),
        buffer: buffers[id],
    });
    Program {
        name: function.name.clone(),
        buffers: buffers_placed,
        kernels: scheduled.kernels,
        outputs: outputs.collect(),
    }
}

impl fmt::Display for BufferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b{}", self.0)
    }
}

impl fmt::Display for Program {
    /// The plan, the kernels and the outputs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "program {}", self.name)?;
        for (number, buffer) in self.buffers.iter().enumerate() {
            writeln!(f, "b{number} at {} of {}", buffer.offset, buffer.len)?;
        }
        for kernel in &self.kernels {
            write!(f, "{kernel}")?;
        }
        for output in &self.outputs {
            writeln!(f, "output {} = {} : {:?}", output.name, output.buffer, output.shape)?;
        }
        Ok(())
    }
}
