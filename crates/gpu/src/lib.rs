//! Runs modules on WebGPU, natively (Vulkan, Metal, Direct3D 12) and in the browser.
//!
//! [`wgsl`] turns each kernel into shader text, a pure function; [`Gpu`] is a device and the pipelines compiled on it; its
//! [`GpuExecutor`]s each hold one module: one arena in one storage buffer, the tables it learns from, and a list of what is to be run. Nothing is
//! submitted until something is read, so that many training steps cross to the device at once.
//!
//! Numbers are 32-bit as on the CPU, random bits the same. What the two may do differently is said in `wgsl/library.rs`.

mod executor;
mod gpu;
mod patience;
mod trial;
pub mod wgsl;

pub use executor::GpuExecutor;
pub use gpu::{Gpu, open};
