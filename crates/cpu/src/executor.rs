//! The executor: a module's programs as code, run kernel by kernel over one arena. Running allocates nothing.

use std::ops::Range;

use daydream_graph::kernel::Kernel;
use daydream_graph::{DeviceError, Executor, Module, Program, Reading};

use crate::body::BodyCode;
use crate::code::{Code, Context, LANES, Memory};
use crate::simd::Workspace;
use crate::space::MOST_DIMENSIONS;

/// Runs modules on one core of the CPU.
#[derive(Default)]
pub struct Cpu {
    arena: Vec<f32>,
    programs: Vec<Vec<KernelCode>>,
    /// Results of the body of the kernel that runs.
    results: Vec<f32>,
    memory: Memory,
    workspace: Workspace,
}

/// A kernel, ready to run.
#[derive(Debug)]
struct KernelCode {
    points: usize,
    body: Option<BodyCode>,
    epilogue: Code,
    /// Where each store writes, in the arena.
    targets: Vec<Range<usize>>,
}

impl Cpu {
    /// An executor without a module.
    pub fn new() -> Cpu {
        Cpu::default()
    }
}

impl Executor for Cpu {
    fn name(&self) -> String {
        "CPU".to_owned()
    }

    fn load(&mut self, module: &Module) -> Result<(), DeviceError> {
        let mut programs = Vec::new();
        for program in &module.programs {
            let kernels: Result<Vec<_>, _> =
                program.kernels.iter().map(|kernel| KernelCode::new(program, kernel)).collect();
            programs.push(kernels.map_err(DeviceError)?);
        }
        let mut most = 0;
        for kernel in programs.iter().flatten() {
            self.memory.reserve(&kernel.epilogue);
            if let Some(body) = &kernel.body {
                most = most.max(kernel.points);
                body.code().into_iter().for_each(|code| self.memory.reserve(code));
            }
        }
        self.arena = vec![0.0; module.arena_len];
        self.results = vec![0.0; most];
        self.programs = programs;
        Ok(())
    }

    fn write(&mut self, offset: usize, data: &[f32]) {
        self.arena[offset..offset + data.len()].copy_from_slice(data);
    }

    fn run(&mut self, program: usize, seed: u32, step: u32) {
        for kernel in &self.programs[program] {
            let context = Context { arena: &self.arena, body: &[], seed, step };
            let results = &mut self.results[..if kernel.body.is_some() { kernel.points } else { 0 }];
            if let Some(body) = &kernel.body {
                body.run(&context, &mut self.memory, &mut self.workspace, results);
            }
            kernel.epilogue.begin(&mut self.memory, &self.arena);
            kernel.epilogue.enter(&mut self.memory, &[]);
            for start in (0..kernel.points).step_by(LANES) {
                let len = LANES.min(kernel.points - start);
                let context = Context { arena: &self.arena, body: results, seed, step };
                kernel.epilogue.compute(&mut self.memory, &context, &[], start, len);
                for (number, target) in kernel.targets.iter().enumerate() {
                    let target = target.start + start..target.start + start + len;
                    kernel.epilogue.store(number, &self.memory, &mut self.arena, results, start, target);
                }
            }
        }
    }

    fn read(&mut self, range: Range<usize>) -> Reading<'_> {
        Box::pin(std::future::ready(Ok(self.arena[range].to_vec())))
    }
}

impl KernelCode {
    fn new(program: &Program, kernel: &Kernel) -> Result<KernelCode, String> {
        let inner = kernel.body.inner();
        if kernel.domain.len().max(inner.len()) > MOST_DIMENSIONS {
            let domain = &kernel.domain;
            return Err(format!("a kernel over {domain:?} and {inner:?} has more than {MOST_DIMENSIONS} dimensions"));
        }
        let lanes: Vec<usize> = (0..kernel.domain.len()).collect();
        let wanted: Vec<usize> = kernel.stores.iter().map(|store| store.value.0).collect();
        Ok(KernelCode {
            points: kernel.points(),
            body: BodyCode::new(program, kernel),
            epilogue: Code::new(program, &kernel.scalars, &wanted, &kernel.domain, &[], &lanes),
            targets: kernel.stores.iter().map(|store| program.buffer(store.target).range()).collect(),
        })
    }
}
