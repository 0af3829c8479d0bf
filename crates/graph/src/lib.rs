//! The language in which Daydream's models are written, and the compiler that turns it into programs.
//!
//! A model declares equations over [`Tensor`] handles in a [`Graph`]; [`grad`] adds the equations of its
//! gradients; [`Graph::compile`] fuses the wanted part into kernels, plans one arena for all values and
//! returns a [`Module`] of [`Program`]s. An [`Executor`] runs programs; the slow, obvious one here,
//! [`Reference`], defines what the fast ones mean.
//!
//! ```
//! use daydream_graph::{Executor, Function, Graph, Reference, grad};
//!
//! let g = Graph::new();
//! let x = g.input("x", [4, 2]);                              // [B, D]
//! let w = g.param("w", g.constant(0.5, [2, 1]));             // [D, 1]
//! let loss = (x.dot(w) - 1.0).square().mean();               // []
//! let new_w = w - 0.1 * grad(loss, &[w])[0];
//! let module = g.compile(&[Function::new("train").output("loss", loss).update(w, new_w)]);
//!
//! let mut device = Reference::new();
//! device.load(&module).unwrap();
//! ```
//!
//! This crate knows no device, no model and no file, and depends on nothing but the standard library.

mod compile;
mod compose;
mod executor;
mod fuse;
mod gradient;
mod graph;
mod infer;
pub mod kernel;
mod merge;
mod op;
mod optimizer;
mod plan;
mod program;
pub mod random;
mod reference;
mod schedule;
mod shape;
mod simplify;
mod table;
mod tensor;

pub use compose::{Convolution, RecurrentWeights};
pub use executor::{Device, DeviceError, Executor, Pending, Reading};
pub use fuse::Fusion;
pub use gradient::grad;
pub use graph::{Graph, NodeId};
pub use op::{Binary, Move, Op, Reduce, Source, Unary};
pub use optimizer::{Optimizer, REST, Update};
pub use program::{Buffer, BufferId, Function, Module, Output, Program, Variable};
pub use reference::Reference;
pub use shape::{Shape, numel, row_major};
pub use table::{Table, Values};
pub use tensor::Tensor;
