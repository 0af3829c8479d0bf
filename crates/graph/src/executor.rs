//! The contract of everything that can run a module, and of a device that makes such things.

use std::fmt;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::rc::Rc;

use crate::program::Module;
use crate::table::Table;

/// Something under way on a device. Ready at once on the CPU; on a GPU it waits for the device.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, DeviceError>> + 'a>>;

/// A read-back under way. It borrows nothing: more can be asked of the device before the numbers have arrived.
pub type Reading = Pending<'static, Vec<f32>>;

/// What went wrong on a device, in words for the person at the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceError(pub String);

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DeviceError {}

/// A device that is open. A driver can take it away at any time; what runs on it then fails.
pub trait Device {
    /// The device's name.
    fn name(&self) -> String;

    /// Whether the processor only plays it: right, but slow.
    fn is_software(&self) -> bool;

    /// An executor without a module.
    fn executor(&self) -> Box<dyn Executor>;

    /// Gives the device up for good, as a driver that fails does.
    fn destroy(&self);
}

/// Runs the programs of one module over its arena. It knows programs, never models or gradients.
///
/// What is asked for happens in the order in which it was asked. A device may put it off until something is read; an error
/// that the device reports in between comes out of the next read.
pub trait Executor {
    /// A name to show, such as `CPU`.
    fn name(&self) -> String;

    /// Takes a module: allocates its arena, all zeros, and translates each program. Replaces any module taken before, and forgets
    /// all tables.
    fn load(&mut self, module: &Module) -> Result<(), DeviceError>;

    /// Does what can be done before these programs run for the first time, such as compiling and trying out shaders.
    /// It leaves the arena as it is.
    fn prepare(&mut self, _programs: &[usize]) -> Pending<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Keeps a table under a number, in the place of what was kept there before.
    fn keep(&mut self, table: usize, rows: &Rc<Table>);

    /// Copies rows of a table to the arena, one after the other from `offset` on.
    fn gather(&mut self, offset: usize, table: usize, rows: &[u32]);

    /// Copies numbers to the arena, from `offset` on.
    fn write(&mut self, offset: usize, data: &[f32]);

    /// Runs the module's program of that number. `seed` and `step` key its random numbers.
    fn run(&mut self, program: usize, seed: u32, step: u32);

    /// Copies ranges of the arena back, one after the other.
    fn read_all(&mut self, ranges: &[Range<usize>]) -> Reading;

    /// Copies one range of the arena back.
    fn read(&mut self, range: Range<usize>) -> Reading {
        self.read_all(&[range])
    }
}
