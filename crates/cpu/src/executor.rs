//! The executor: a module's programs as code, run kernel by kernel over one arena. Running allocates nothing.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use daydream_graph::kernel::{Kernel, Scalar};
use daydream_graph::{DeviceError, Executor, Module, Program, Reading, Table};

use crate::assemble::{Space, Stores};
use crate::body::BodyCode;
use crate::code::{Block, Code, Context, LANES, Memory};
use crate::product::overlap;
use crate::simd::Workspace;
use crate::space::MOST_DIMENSIONS;

/// Runs modules on one core of the CPU.
#[derive(Default)]
pub struct Cpu {
    /// The module's arena, and after it room for the results of one kernel's body.
    arena: Vec<f32>,
    programs: Vec<Vec<KernelCode>>,
    tables: BTreeMap<usize, Rc<Table>>,
    memory: Memory,
    workspace: Workspace,
}

/// A kernel, ready to run.
#[derive(Debug)]
struct KernelCode {
    points: usize,
    body: Option<BodyCode>,
    /// Where the body's results begin in the arena.
    results: usize,
    /// What is stored besides the body's results themselves.
    epilogue: Code,
    /// Where each store of the epilogue writes, in the arena.
    targets: Vec<Range<usize>>,
}

impl Cpu {
    /// An executor without a module.
    pub fn new() -> Cpu {
        Cpu::default()
    }

    /// Runs one kernel.
    pub(crate) fn run_kernel(&mut self, program: usize, kernel: usize, seed: u32, step: u32) {
        let Cpu { arena, programs, memory, workspace, .. } = self;
        let kernel = &programs[program][kernel];
        let key = [seed, step];
        match &kernel.body {
            Some(BodyCode::MatMul(product)) => {
                kernel.epilogue.begin(memory, &kernel.context(arena, key));
                product.run(arena, kernel.results, workspace, |arena, points| {
                    kernel.store(memory, &kernel.context(arena, key), points);
                });
            }
            body => {
                let context = kernel.context(arena, key);
                if let Some(body) = body {
                    body.run(&context, memory, &context.arena[kernel.results..][..kernel.points]);
                }
                kernel.epilogue.begin(memory, &context);
                kernel.store(memory, &context, 0..kernel.points);
            }
        }
    }
}

impl Executor for Cpu {
    fn name(&self) -> String {
        "CPU".to_owned()
    }

    fn load(&mut self, module: &Module) -> Result<(), DeviceError> {
        let mut programs = Vec::new();
        for program in &module.programs {
            let kernels = program.kernels.iter().map(|kernel| KernelCode::new(program, kernel, module.arena_len));
            programs.push(kernels.collect::<Result<Vec<_>, _>>().map_err(DeviceError)?);
        }
        let mut end = module.arena_len;
        for kernel in programs.iter().flatten() {
            self.memory.reserve(&kernel.epilogue);
            if let Some(body) = &kernel.body {
                end = end.max(kernel.results + kernel.points);
                body.code().into_iter().for_each(|code| self.memory.reserve(code));
            }
        }
        self.arena = vec![0.0; end];
        self.programs = programs;
        self.tables.clear();
        Ok(())
    }

    fn keep(&mut self, table: usize, rows: &Rc<Table>) {
        self.tables.insert(table, Rc::clone(rows));
    }

    fn gather(&mut self, offset: usize, table: usize, rows: &[u32]) {
        let table = &self.tables[&table];
        table.read_rows(rows, &mut self.arena[offset..offset + rows.len() * table.width()]);
    }

    fn write(&mut self, offset: usize, data: &[f32]) {
        self.arena[offset..offset + data.len()].copy_from_slice(data);
    }

    fn run(&mut self, program: usize, seed: u32, step: u32) {
        for kernel in 0..self.programs[program].len() {
            self.run_kernel(program, kernel, seed, step);
        }
    }

    fn read_all(&mut self, ranges: &[Range<usize>]) -> Reading<'_> {
        let numbers = ranges.iter().flat_map(|range| &self.arena[range.clone()]).copied().collect();
        Box::pin(std::future::ready(Ok(numbers)))
    }
}

impl KernelCode {
    /// `spare` is where results go that no store's target can take.
    fn new(program: &Program, kernel: &Kernel, spare: usize) -> Result<KernelCode, String> {
        let inner = kernel.body.inner();
        if kernel.domain.len().max(inner.len()) > MOST_DIMENSIONS {
            let domain = &kernel.domain;
            return Err(format!("a kernel over {domain:?} and {inner:?} has more than {MOST_DIMENSIONS} dimensions"));
        }
        let body = BodyCode::new(program, kernel);
        let room = body.as_ref().and_then(|body| target_with_room(program, kernel, body));
        let results = room.as_ref().map_or(spare, |room| room.start);
        let is_done = |value: usize, target: &Range<usize>| {
            matches!(kernel.scalars[value], Scalar::Body) && Some(target) == room.as_ref()
        };
        let (wanted, targets): (Vec<usize>, Vec<Range<usize>>) = kernel
            .stores
            .iter()
            .map(|store| (store.value.0, program.buffer(store.target).range()))
            .filter(|(value, target)| !is_done(*value, target))
            .unzip();
        let lanes: Vec<usize> = (0..kernel.domain.len()).collect();
        let space = Space { extents: &kernel.domain, loops: &[], lanes: &lanes };
        let stores = Stores { values: &wanted, targets: &targets, body: results..results + kernel.points() };
        let epilogue = Code::of_stores(program, &kernel.scalars, &stores, &space);
        Ok(KernelCode { points: kernel.points(), body, results, epilogue, targets })
    }

    /// What the kernel's code sees. Cells, since it may read and write the same numbers.
    fn context<'a>(&'a self, arena: &'a mut [f32], key: [u32; 2]) -> Context<'a> {
        let arena = Cell::from_mut(arena).as_slice_of_cells();
        Context { arena, targets: &self.targets, body: self.results, key }
    }

    /// Computes the epilogue for some points and stores its results.
    fn store(&self, memory: &mut Memory, context: &Context<'_>, points: Range<usize>) {
        if self.targets.is_empty() {
            return;
        }
        self.epilogue.enter(memory, &[]);
        for start in points.clone().step_by(LANES) {
            let block = Block { loops: &[], start, len: LANES.min(points.end - start) };
            self.epilogue.run(memory, context, block);
        }
    }
}

/// The target of a store that a matrix product can use for its results: one that nothing in the kernel reads. Best one
/// that the results are meant for.
fn target_with_room(program: &Program, kernel: &Kernel, body: &BodyCode) -> Option<Range<usize>> {
    let BodyCode::MatMul(product) = body else { return None };
    let is_free = |target: &Range<usize>| {
        let mut loads = kernel.store_accesses().map(|access| program.buffer(access.buffer).range());
        !product.reads(target) && !loads.any(|load| overlap(&load, target))
    };
    let mut stores = kernel.stores.to_vec();
    stores.sort_by_key(|store| !matches!(kernel.scalars[store.value.0], Scalar::Body));
    stores.into_iter().map(|store| program.buffer(store.target).range()).find(is_free)
}
