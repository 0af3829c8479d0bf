//! Runs a Daydream [`Program`](daydream_graph::Program) on the CPU, natively and in WebAssembly.
//!
//! [`Cpu`] takes a module, turns each kernel into code for blocks of lanes, and runs it over one arena of numbers, on
//! one thread or on several. It knows kernels, never models or gradients.

mod aligned;
mod assemble;
mod body;
mod code;
mod executor;
mod fold;
mod gather;
mod jit;
mod math;
mod numbers;
mod product;
mod random;
mod share;
mod simd;
mod space;
mod threads;
mod vector;

pub use executor::Cpu;
pub use jit::Linker;
pub use simd::{Matrix, Piece, Product, Target, Workspace};
pub use threads::Crew;
