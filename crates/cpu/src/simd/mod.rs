//! The SIMD module: matrix products. Unsafe code, for what reads and writes vectors.
//!
//! [`registers`] hold vectors, [`tile`] is the innermost loop, [`pack`] lays operands out for it, and [`blocked`] cuts a product into pieces that fit
//! the caches. It is one kernel for browsers, where no library comes near what the machine can do, and for native processors. Results come piece
//! by piece, so that what is done with them next finds them in the cache.
#![allow(unsafe_code)]

mod blocked;
#[cfg(any(target_arch = "wasm32", test))]
mod fours;
mod gemm;
#[cfg(not(target_arch = "wasm32"))]
mod native;
mod pack;
mod registers;
#[cfg(test)]
mod tests;
mod tile;

pub use gemm::{Matrix, Piece, Product, Target, Workspace};
