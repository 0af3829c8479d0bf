//! The executor: a module's programs as code, run kernel by kernel over one arena. Running allocates nothing.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

use daydream_graph::kernel::{Kernel, Scalar};
use daydream_graph::{DeviceError, Executor, Module, Program, Reading, Table};

use crate::aligned::Aligned;
use crate::assemble::{Space, Stores};
use crate::body::{BodyCode, GROUP};
use crate::code::{Block, Code, Context, Memory};
use crate::jit::{Linked, Linker};
use crate::product::{Workspace, overlap};
use crate::share::{Share, parts};
use crate::space::MOST_DIMENSIONS;
use crate::threads::{Crew, Pool, run_kernels};

/// Runs modules on the CPU, on one thread or on several.
pub struct Cpu {
    /// The module's arena, and after it room for the results of one kernel's body.
    arena: Aligned,
    programs: Vec<Vec<KernelCode>>,
    tables: BTreeMap<usize, Rc<Table>>,
    pool: Pool,
    /// One for each thread of the pool.
    seats: Vec<Mutex<Seat>>,
    /// Nanoseconds of work that are worth a thread.
    least: f64,
    linker: Option<&'static dyn Linker>,
    /// What it has linked for the programs.
    linked: Option<Linked>,
}

/// What a thread needs for itself.
#[derive(Default)]
pub(crate) struct Seat {
    memory: Memory,
    workspace: Workspace,
}

/// A kernel, ready to run.
#[derive(Debug)]
pub(crate) struct KernelCode {
    points: usize,
    body: Option<BodyCode>,
    /// Where the body's results begin in the arena.
    results: usize,
    /// What is stored besides the body's results themselves.
    epilogue: Code,
    /// Where each store of the epilogue writes, in the arena.
    targets: Vec<Range<usize>>,
    /// How many threads run it, each a part.
    parts: usize,
}

/// Nanoseconds of work that are worth a thread: several times as much as it takes the threads to meet.
const LEAST: f64 = 8000.0;

impl Cpu {
    /// An executor without a module, on the calling thread alone.
    pub fn new() -> Cpu {
        Cpu::with_threads(1)
    }

    /// An executor without a module on so many threads, the caller's included. They compute the same numbers as one, to the last
    /// bit: every number is computed by one of them.
    ///
    /// # Panics
    /// Where there are no so many to be had.
    pub fn with_threads(threads: usize) -> Cpu {
        Cpu::on(Pool::spawn(threads.max(1)))
    }

    /// An executor without a module on the threads of a crew.
    pub fn with_crew(crew: &Crew) -> Cpu {
        Cpu::on(Pool::of(crew))
    }

    fn on(pool: Pool) -> Cpu {
        Cpu {
            arena: Aligned::default(),
            programs: vec![],
            tables: BTreeMap::new(),
            seats: (0..pool.crew.threads()).map(|_| Mutex::default()).collect(),
            pool,
            least: LEAST,
            linker: None,
            linked: None,
        }
    }

    /// Shares out kernels of which each thread's part is estimated to take at least so many nanoseconds; 0 shares out all.
    pub fn sharing_from(self, least: f64) -> Cpu {
        Cpu { least, ..self }
    }

    /// Computes by functions that are made for each module, where they can be linked. They compute the same numbers, to the last bit.
    pub fn linking_by(self, linker: &'static dyn Linker) -> Cpu {
        Cpu { linker: Some(linker), ..self }
    }
}

impl Default for Cpu {
    fn default() -> Cpu {
        Cpu::new()
    }
}

impl Executor for Cpu {
    fn name(&self) -> String {
        match self.pool.crew.threads() {
            1 => "CPU".to_owned(),
            threads => format!("CPU × {threads}"),
        }
    }

    fn load(&mut self, module: &Module) -> Result<(), DeviceError> {
        let mut programs = Vec::new();
        for program in &module.programs {
            let kernels = program.kernels.iter().map(|kernel| KernelCode::new(program, kernel, module.arena_len));
            programs.push(kernels.collect::<Result<Vec<_>, _>>().map_err(DeviceError)?);
        }
        // What is linked for the programs so far makes room.
        self.linked = None;
        if let Some(linker) = self.linker {
            let codes = programs.iter_mut().flatten().flat_map(KernelCode::codes_mut);
            self.linked = Linked::new(linker, &self.pool.crew, codes);
        }
        let mut end = module.arena_len;
        for kernel in programs.iter_mut().flatten() {
            kernel.parts = parts(kernel.work(), self.least, self.pool.crew.threads());
            for seat in &mut self.seats {
                let Seat { memory, workspace } = seat.get_mut().unwrap_or_else(PoisonError::into_inner);
                kernel.codes().for_each(|code| memory.reserve(code));
                match &kernel.body {
                    Some(BodyCode::MatMul(product)) => product.reserve(workspace),
                    Some(BodyCode::MatMulFold(product)) => product.reserve(workspace),
                    _ => {}
                }
            }
            if kernel.body.is_some() {
                end = end.max(kernel.results + kernel.points);
            }
        }
        self.arena = Aligned::zeros(end);
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
        let Cpu { arena, programs, pool, seats, .. } = self;
        run_kernels(&pool.crew, &programs[program], arena, seats, [seed, step]);
    }

    fn read_all(&mut self, ranges: &[Range<usize>]) -> Reading {
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
        Ok(KernelCode { points: kernel.points(), body, results, epilogue, targets, parts: 1 })
    }

    /// How many threads run it.
    pub(crate) fn parts(&self) -> usize {
        self.parts
    }

    /// About how many nanoseconds it takes on one thread.
    fn work(&self) -> f64 {
        let body = self.body.as_ref().map_or(0.0, |body| body.work(self.points));
        body + self.points as f64 * self.epilogue.work()
    }

    fn codes(&self) -> impl Iterator<Item = &Code> {
        self.body.iter().filter_map(BodyCode::code).chain([&self.epilogue])
    }

    fn codes_mut(&mut self) -> impl Iterator<Item = &mut Code> {
        self.body.iter_mut().filter_map(BodyCode::code_mut).chain([&mut self.epilogue])
    }

    /// Computes a part of it. Cells, since its code may read and write the same numbers.
    pub(crate) fn run(&self, share: Share, arena: &[Cell<f32>], key: [u32; 2], seat: &mut Seat) {
        let Seat { memory, workspace } = seat;
        let context = Context { arena, targets: &self.targets, body: self.results, key };
        if let Some(BodyCode::MatMul(product)) = &self.body {
            let part = product.part(share);
            if !part.is_empty() {
                self.begin_stores(memory, &context);
                product.run(&part, arena, self.results, workspace, |points| self.store(memory, &context, points));
            }
            return;
        }
        if let Some(BodyCode::MatMulFold(product)) = &self.body {
            let results = &arena[self.results..][..self.points];
            let points = product.run(share, arena, results, workspace);
            if !points.is_empty() {
                self.begin_stores(memory, &context);
                self.store(memory, &context, points);
            }
            return;
        }
        let points = share.range(self.points, self.body.as_ref().map_or(GROUP, BodyCode::group));
        if points.is_empty() {
            return;
        }
        if let Some(body) = &self.body {
            body.run(&context, memory, points.clone());
        }
        self.begin_stores(memory, &context);
        self.store(memory, &context, points);
    }

    fn begin_stores(&self, memory: &mut Memory, context: &Context<'_>) {
        self.epilogue.begin(memory, context);
        self.epilogue.enter(memory, &[]);
    }

    /// Computes the epilogue for some points and stores its results.
    fn store(&self, memory: &Memory, context: &Context<'_>, points: Range<usize>) {
        if self.targets.is_empty() {
            return;
        }
        let mut start = points.start;
        while start < points.end {
            let len = self.epilogue.longest_block(start).min(points.end - start);
            self.epilogue.run(memory, context, Block { loops: &[], start, len });
            start += len;
        }
    }
}

/// The target of a store that a matrix product can use for its results: one that nothing in the kernel reads. Best one
/// that the results are meant for.
fn target_with_room(program: &Program, kernel: &Kernel, body: &BodyCode) -> Option<Range<usize>> {
    let reads: &dyn Fn(&Range<usize>) -> bool = match body {
        BodyCode::MatMul(product) => &|target| product.reads(target),
        BodyCode::MatMulFold(product) => &|target| product.reads(target),
        _ => return None,
    };
    let is_free = |target: &Range<usize>| {
        let mut loads = kernel.store_accesses().map(|access| program.buffer(access.buffer).range());
        !reads(target) && !loads.any(|load| overlap(&load, target))
    };
    let mut stores = kernel.stores.to_vec();
    stores.sort_by_key(|store| !matches!(kernel.scalars[store.value.0], Scalar::Body));
    stores.into_iter().map(|store| program.buffer(store.target).range()).find(is_free)
}
