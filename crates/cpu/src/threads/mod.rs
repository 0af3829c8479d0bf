//! Several threads on one program: unsafe code, for they share the arena.
//!
//! A [`Crew`] of threads outlives its jobs. To run a program, all of them walk through its kernels together: each computes its part of a kernel, then they [meet](Meeting), so that the next kernel sees all of it.
#![allow(unsafe_code)]

mod arena;
mod meeting;
mod pool;

pub(crate) use arena::run_kernels;
pub use pool::Crew;
pub(crate) use pool::Pool;
