//! What executors run: programs over one arena of numbers, and the module that holds them.

use std::fmt;
use std::ops::Range;

use crate::graph::NodeId;
use crate::kernel::Kernel;
use crate::shape::{Shape, numel};
use crate::tensor::Tensor;

/// A named function over a graph: what to compute, and which parameters to replace afterwards.
pub struct Function {
    pub(crate) name: String,
    /// The identity of the graph of its tensors.
    pub(crate) graph: Option<u64>,
    pub(crate) outputs: Vec<(String, NodeId)>,
    pub(crate) updates: Vec<(NodeId, NodeId)>,
}

impl Function {
    /// A function that does nothing yet.
    pub fn new(name: &str) -> Function {
        Function { name: name.to_owned(), graph: None, outputs: vec![], updates: vec![] }
    }

    /// Also returns `value` under `name`.
    ///
    /// # Panics
    /// When the name is taken, or the value belongs to another graph.
    #[track_caller]
    pub fn output(mut self, name: &str, value: Tensor<'_>) -> Function {
        let taken = self.outputs.iter().any(|(other, _)| other == name);
        assert!(!taken, "function {:?} has two outputs called {name:?}", self.name);
        self.own(value);
        self.outputs.push((name.to_owned(), value.id()));
        self
    }

    /// Also replaces `param` by `value`. All updates of a function happen at once, after everything is computed: every value
    /// and every output sees the parameters as they were before.
    ///
    /// # Panics
    /// When `param` is not a parameter or is replaced twice, when shapes differ, or when either belongs to another graph.
    #[track_caller]
    pub fn update(mut self, param: Tensor<'_>, value: Tensor<'_>) -> Function {
        self.own(param);
        self.own(value);
        assert!(param.is_param(), "{param:?} is not a parameter and cannot be updated");
        assert_eq!(param.shape(), value.shape(), "a parameter keeps its shape");
        let twice = self.updates.iter().any(|(other, _)| *other == param.id());
        assert!(!twice, "function {:?} updates {param:?} twice", self.name);
        self.updates.push((param.id(), value.id()));
        self
    }

    /// Also makes all these updates.
    #[track_caller]
    pub fn updates<'g>(self, updates: impl IntoIterator<Item = (Tensor<'g>, Tensor<'g>)>) -> Function {
        updates.into_iter().fold(self, |function, (param, value)| function.update(param, value))
    }

    #[track_caller]
    fn own(&mut self, tensor: Tensor<'_>) {
        let graph = tensor.graph().identity;
        let same = *self.graph.get_or_insert(graph) == graph;
        assert!(same, "function {:?} is made of tensors of different graphs", self.name);
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

impl fmt::Display for BufferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b{}", self.0)
    }
}

impl fmt::Display for Program {
    /// The plan without what was fused away, the kernels and the outputs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "program {}", self.name)?;
        for (number, buffer) in self.buffers.iter().enumerate().filter(|(_, buffer)| buffer.len > 0) {
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
