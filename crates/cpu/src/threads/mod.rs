//! Several threads on one program: unsafe code, for they share the arena.
//!
//! A [`Pool`] of threads lives as long as its executor. To run a program, all of them walk through its kernels
//! together: each computes its part of a kernel, then they [meet](Meeting), so that the next kernel sees all of it.
#![allow(unsafe_code)]

mod arena;
mod meeting;
mod pool;

pub(crate) use arena::run_kernels;
pub(crate) use pool::Pool;
