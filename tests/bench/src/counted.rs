//! An executor that counts the operations of the matrix products that it is asked for.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use daydream_graph::kernel::Kernel;
use daydream_graph::{DeviceError, Executor, Module, Reading, Table};

/// Another executor, and the multiplications and additions that it makes.
pub(crate) struct Counted {
    device: Box<dyn Executor>,
    /// Of one run of each program.
    per_run: Vec<f64>,
    total: Rc<Cell<f64>>,
}

impl Counted {
    /// Adds what `device` does to `total`.
    pub(crate) fn new(device: Box<dyn Executor>, total: Rc<Cell<f64>>) -> Counted {
        Counted { device, per_run: vec![], total }
    }
}

/// Multiplications and additions of a kernel's matrix product.
fn operations(kernel: &Kernel) -> f64 {
    2.0 * kernel.multiplications() as f64
}

impl Executor for Counted {
    fn name(&self) -> String {
        self.device.name()
    }

    fn load(&mut self, module: &Module) -> Result<(), DeviceError> {
        self.per_run = module.programs.iter().map(|program| program.kernels.iter().map(operations).sum()).collect();
        self.device.load(module)
    }

    fn write(&mut self, offset: usize, data: &[f32]) {
        self.device.write(offset, data);
    }

    fn run(&mut self, program: usize, seed: u32, step: u32) {
        self.total.set(self.total.get() + self.per_run[program]);
        self.device.run(program, seed, step);
    }

    fn keep(&mut self, table: usize, rows: &Rc<Table>) {
        self.device.keep(table, rows);
    }

    fn gather(&mut self, offset: usize, table: usize, rows: &[u32]) {
        self.device.gather(offset, table, rows);
    }

    fn read_all(&mut self, ranges: &[Range<usize>]) -> Reading {
        self.device.read_all(ranges)
    }
}
