//! Runs a Daydream program on the CPU.

mod simd;

pub use simd::{Matrix, Piece, Product, Target, Workspace};
