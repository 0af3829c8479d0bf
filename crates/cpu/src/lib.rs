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

#[cfg(test)]
mod tests {
    use crate::Cpu;

    /// Within the crate's own tests the kernel for WebAssembly multiplies, elsewhere the native library.
    #[test]
    fn the_kernel_for_webassembly_passes_every_check() {
        for (_, check) in daydream_tests::CHECKS {
            for threads in [1, 3] {
                pollster::block_on(check(Box::new(Cpu::with_threads(threads).sharing_from(0.0))));
            }
        }
    }
}
