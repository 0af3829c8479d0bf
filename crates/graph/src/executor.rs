//! The contract of everything that can run a module.

use std::fmt;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;

use crate::program::Module;

/// A read-back under way. Ready at once on the CPU; on a GPU it waits for the device.
pub type Reading<'a> = Pin<Box<dyn Future<Output = Result<Vec<f32>, DeviceError>> + 'a>>;

/// What went wrong on a device, in words for the person at the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceError(pub String);

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DeviceError {}

/// Runs the programs of one module over its arena. It knows programs, never models or gradients.
pub trait Executor {
    /// A name to show, such as `CPU`.
    fn name(&self) -> String;

    /// Takes a module: allocates its arena, all zeros, and prepares each program. Replaces any module taken before.
    fn load(&mut self, module: &Module) -> Result<(), DeviceError>;

    /// Copies numbers to the arena, from `offset` on.
    fn write(&mut self, offset: usize, data: &[f32]);

    /// Runs the module's program of that number. `seed` and `step` key its random numbers.
    fn run(&mut self, program: usize, seed: u32, step: u32);

    /// Copies a range of the arena back.
    fn read(&mut self, range: Range<usize>) -> Reading<'_>;
}
