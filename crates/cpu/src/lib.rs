//! Runs a Daydream [`Program`](daydream_graph::Program) on the CPU, natively and in WebAssembly.
//!
//! [`Cpu`] takes a module, turns each kernel into code for blocks of lanes, and runs it over one arena of numbers. It
//! knows kernels, never models or gradients.

mod assemble;
mod body;
mod code;
mod executor;
mod math;
mod product;
mod random;
mod simd;
mod space;
mod vector;

pub use executor::Cpu;
pub use simd::{Matrix, Piece, Product, Target, Workspace};

// The crate's own tests multiply with the kernel for WebAssembly. So the tests in `tests`, which meet the native
// library, run here once more.
#[cfg(test)]
extern crate self as daydream_cpu;
#[cfg(test)]
#[path = "../tests/parity.rs"]
mod parity;
