//! The SIMD module: matrix products. Unsafe code, for what reads and writes vectors.
//!
//! Natively the `matrixmultiply` crate multiplies. In WebAssembly, where no library comes near what the machine can
//! do, our own packed kernel does: [`lanes`] are four numbers in a vector register, [`tile`] is the innermost loop,
//! [`pack`] lays operands out for it, and [`blocked`] cuts a product into pieces that fit the caches. Tests run that
//! kernel natively too, over plain arrays.
#![allow(unsafe_code)]

mod gemm;

#[cfg(any(target_arch = "wasm32", test))]
mod blocked;
#[cfg(any(target_arch = "wasm32", test))]
mod lanes;
#[cfg(not(target_arch = "wasm32"))]
mod library;
#[cfg(any(target_arch = "wasm32", test))]
mod pack;
#[cfg(test)]
mod tests;
#[cfg(any(target_arch = "wasm32", test))]
mod tile;

pub use gemm::{Matrix, Piece, Product, Target, Workspace};
