//! Machine code for what the interpreter would compute step by step.
//!
//! The interpreter of [`Code`](crate::code::Code) computes one instruction after the other for a whole block: each reads its operands from the nearest cache and
//! writes its result there. In WebAssembly a sequence of instructions can become a function of its own, which holds all numbers in between in
//! registers. Such functions are encoded when a module is loaded, [linked](Linker) on every thread, and called by their place in the table of
//! functions. They compute the same bits: both follow the same definitions, step by step.

mod call;
mod encode;
mod record;
mod trace;

pub use call::Linker;
pub(crate) use call::{Fused, Linked};
