//! The graph: an append-only arena of nodes. Equal nodes are stored once, and what costs nothing to
//! simplify is simplified on the way in.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::compile::compile;
use crate::fuse::Fusion;
use crate::infer::infer_shape;
use crate::op::{Op, Source};
use crate::program::{Function, Module};
use crate::shape::Shape;
use crate::tensor::Tensor;

/// The number of a node; operands have smaller numbers than the nodes that use them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// An operation, its operands and the shape of its result.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Node {
    pub(crate) op: Op,
    pub(crate) operands: Vec<NodeId>,
    pub(crate) shape: Shape,
}

/// A named source: an input, or a parameter with the node of its initial value.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) node: NodeId,
    pub(crate) init: Option<NodeId>,
}

#[derive(Default)]
pub(crate) struct Arena {
    pub(crate) nodes: Vec<Node>,
    pub(crate) inputs: Vec<Named>,
    pub(crate) params: Vec<Named>,
    known: HashMap<Node, NodeId>,
    streams: u32,
}

/// The arena in which the equations of one model live.
pub struct Graph {
    pub(crate) arena: RefCell<Arena>,
    /// Tells this graph from all others, also after it has moved.
    pub(crate) identity: u64,
}

impl Default for Graph {
    fn default() -> Graph {
        static GRAPHS: AtomicU64 = AtomicU64::new(0);
        Graph { arena: RefCell::default(), identity: GRAPHS.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Graph {
    /// An empty graph.
    pub fn new() -> Graph {
        Graph::default()
    }

    /// A value that the host writes; it keeps its content from run to run.
    ///
    /// # Panics
    /// When the name is taken.
    #[track_caller]
    pub fn input(&self, name: &str, shape: impl Into<Shape>) -> Tensor<'_> {
        let mut arena = self.arena.borrow_mut();
        arena.assert_free(name);
        let number = arena.inputs.len();
        let node = arena.append(Node { op: Op::Source(Source::Input(number)), operands: vec![], shape: shape.into() });
        arena.inputs.push(Named { name: name.to_owned(), node, init: None });
        drop(arena);
        Tensor::new(self, node)
    }

    /// State that programs update and checkpoints keep. The program `init`, which every module has, sets it to `init`.
    ///
    /// # Panics
    /// When the name is taken.
    #[track_caller]
    pub fn param(&self, name: &str, init: Tensor<'_>) -> Tensor<'_> {
        let shape = init.shape();
        let mut arena = self.arena.borrow_mut();
        arena.assert_free(name);
        let number = arena.params.len();
        let node = arena.append(Node { op: Op::Source(Source::Param(number)), operands: vec![], shape });
        arena.params.push(Named { name: name.to_owned(), node, init: Some(init.id()) });
        drop(arena);
        Tensor::new(self, node)
    }

    /// `value` everywhere.
    pub fn constant(&self, value: f32, shape: impl Into<Shape>) -> Tensor<'_> {
        self.push(Op::Source(Source::Const(value.to_bits())), &[], Some(shape.into()))
    }

    /// `y[.., i, ..] = i` along `axis`.
    #[track_caller]
    pub fn iota(&self, axis: usize, shape: impl Into<Shape>) -> Tensor<'_> {
        self.push(Op::Source(Source::Iota(axis)), &[], Some(shape.into()))
    }

    /// Fresh uniform random numbers in `[0, 1)`, different at every step.
    pub fn uniform(&self, shape: impl Into<Shape>) -> Tensor<'_> {
        let stream = {
            let mut arena = self.arena.borrow_mut();
            arena.streams += 1;
            arena.streams - 1
        };
        self.push(Op::Source(Source::Random(stream)), &[], Some(shape.into()))
    }

    /// Compiles functions over this graph, and the program `init` beside them, into one module.
    ///
    /// # Panics
    /// When two functions have one name, or one belongs to another graph.
    #[track_caller]
    pub fn compile(&self, functions: &[Function]) -> Module {
        compile(self, functions, Fusion::On)
    }

    /// The same, with a say in whether values are fused.
    pub fn compile_with(&self, functions: &[Function], fusion: Fusion) -> Module {
        compile(self, functions, fusion)
    }

    /// Adds a node, or finds the equal or simpler one that exists. `shape` is given where the operation
    /// and its operands do not determine it.
    #[track_caller]
    pub(crate) fn push(&self, op: Op, operands: &[Tensor<'_>], shape: Option<Shape>) -> Tensor<'_> {
        for operand in operands {
            assert!(std::ptr::eq(operand.graph(), self), "operands of {op:?} belong to different graphs");
        }
        let operands: Vec<NodeId> = operands.iter().map(|operand| operand.id()).collect();
        let mut arena = self.arena.borrow_mut();
        let shapes: Vec<&[usize]> = operands.iter().map(|&id| &arena.nodes[id.index()].shape[..]).collect();
        let shape = infer_shape(&op, &shapes, shape);
        let id = arena.add(op, operands, shape);
        drop(arena);
        Tensor::new(self, id)
    }
}

impl Arena {
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    fn append(&mut self, node: Node) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).expect("a graph has fewer than 2³² nodes"));
        self.nodes.push(node);
        id
    }

    pub(crate) fn intern(&mut self, node: Node) -> NodeId {
        if let Some(&id) = self.known.get(&node) {
            return id;
        }
        let id = self.append(node.clone());
        self.known.insert(node, id);
        id
    }

    #[track_caller]
    fn assert_free(&self, name: &str) {
        let taken = self.inputs.iter().chain(&self.params).any(|named| named.name == name);
        assert!(!taken, "the name {name:?} is taken by another input or parameter");
    }
}

/// One line a node: `%3 = Dot(%1, %2) : [4, 1]`.
impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arena = self.arena.borrow();
        for (index, node) in arena.nodes.iter().enumerate() {
            write!(f, "%{index} = ")?;
            match &node.op {
                Op::Source(Source::Input(number)) => write!(f, "Input {:?}", arena.inputs[*number].name)?,
                Op::Source(Source::Param(number)) => write!(f, "Param {:?}", arena.params[*number].name)?,
                Op::Source(Source::Const(bits)) => write!(f, "Const {:?}", f32::from_bits(*bits))?,
                Op::Source(source) => write!(f, "{source:?}")?,
                Op::Unary(unary) => write!(f, "{unary:?}")?,
                Op::Binary(binary) => write!(f, "{binary:?}")?,
                Op::Move(movement) => write!(f, "{movement:?}")?,
                op => write!(f, "{op:?}")?,
            }
            if !node.operands.is_empty() {
                let operands: Vec<String> = node.operands.iter().map(|id| format!("%{}", id.0)).collect();
                write!(f, "({})", operands.join(", "))?;
            }
            writeln!(f, " : {:?}", node.shape)?;
        }
        Ok(())
    }
}
