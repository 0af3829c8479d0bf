//! Fused programs against programs in which every value has a kernel and memory of its own, and the memory plan against
//! the rule that nothing is overwritten that is still needed.

use daydream_graph::kernel::{Access, Kernel};
use daydream_graph::{BufferId, Executor, Function, Fusion, Graph, Module, Program, Reference, row_major};

/// Compiles the functions both ways and runs each of them twice: all outputs, and all parameters in the end, are the same to
/// the last bit, for fusion neither changes nor reorders any arithmetic. Inputs have the values given, or 0.
///
/// # Panics
/// When they differ, or a memory plan is wrong.
#[track_caller]
pub fn check_fusion(name: &str, graph: &Graph, functions: &[Function], values: &[(String, Vec<f32>)]) {
    let run = |fusion: Fusion| -> Vec<(String, Vec<f64>)> {
        let module = graph.compile_with(functions, fusion);
        check_memory(name, &module);
        let mut device = Reference::new();
        device.load(&module).expect("the reference takes every module");
        for (input, values) in values {
            let input = module.input(input).unwrap_or_else(|| panic!("{name} has no input {input:?}"));
            device.write(input.offset, values);
        }
        let mut results = Vec::new();
        for (step, number) in (0..module.programs.len()).chain(1..module.programs.len()).enumerate() {
            device.run(number, 1, step as u32);
            let program = &module.programs[number];
            for output in &program.outputs {
                let numbers = device.numbers(program.buffer(output.buffer).range()).to_vec();
                results.push((format!("output {:?} of {:?} at step {step}", output.name, program.name), numbers));
            }
        }
        for param in &module.params {
            results.push((format!("parameter {:?}", param.name), device.numbers(param.range()).to_vec()));
        }
        results
    };
    for ((what, fused), (_, plain)) in run(Fusion::On).into_iter().zip(run(Fusion::Off)) {
        let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
        assert!(fused.iter().zip(&plain).all(same), "{name}: {what} is {fused:?}, but unfused it is {plain:?}");
    }
}

/// Checks the memory plan of every program of a module.
///
/// # Panics
/// When a kernel would read what has been overwritten, or overwrites what it reads at other points, or when a buffer is
/// out of line.
#[track_caller]
pub fn check_memory(name: &str, module: &Module) {
    let mut end = 0;
    for variable in module.params.iter().chain(&module.inputs) {
        assert!(variable.offset == end, "{name}: {:?} does not follow its neighbour", variable.name);
        end = variable.range().end.next_multiple_of(16);
    }
    for program in &module.programs {
        let variables = module.params.len() + module.inputs.len();
        let mut memory = Memory { name, program, variables, cells: vec![Cell::Empty; module.arena_len] };
        memory.run();
    }
}

/// What a number of the arena is: nothing yet, part of a variable that no kernel has written, or part of a kernel's result.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cell {
    Empty,
    Variable(BufferId),
    Result(BufferId),
}

struct Memory<'a> {
    name: &'a str,
    program: &'a Program,
    variables: usize,
    cells: Vec<Cell>,
}

impl Memory<'_> {
    fn run(&mut self) {
        let name = format!("{} of {}", self.program.name, self.name);
        for (number, buffer) in self.program.buffers.iter().enumerate() {
            assert!(buffer.offset % 16 == 0, "{name}: b{number} is not aligned");
            if number < self.variables {
                self.cells[buffer.range()].fill(Cell::Variable(BufferId(number)));
            }
        }
        for kernel in &self.program.kernels {
            for read in kernel.reads() {
                self.assert_holds(read, &format!("{name} when\n{kernel}runs"));
            }
            for (number, store) in kernel.stores.iter().enumerate() {
                let range = self.program.buffer(store.target).range();
                assert!(
                    range.len() == kernel.points(),
                    "{name}: {} does not have the kernel's points\n{kernel}",
                    store.target
                );
                for other in &kernel.stores[..number] {
                    assert!(!self.overlap(store.target, other.target), "{name}: two stores meet in\n{kernel}");
                }
                self.assert_no_hazard(kernel, store.target);
            }
            for store in &kernel.stores {
                self.cells[self.program.buffer(store.target).range()].fill(Cell::Result(store.target));
            }
        }
        for output in &self.program.outputs {
            self.assert_holds(output.buffer, &format!("{name} when it ends"));
        }
    }

    fn assert_holds(&self, buffer: BufferId, when: &str) {
        let expected = if buffer.0 < self.variables { Cell::Variable(buffer) } else { Cell::Result(buffer) };
        let found = &self.cells[self.program.buffer(buffer).range()];
        assert!(found.iter().all(|&cell| cell == expected), "{buffer} has been overwritten in {when}");
    }

    fn overlap(&self, a: BufferId, b: BufferId) -> bool {
        let (a, b) = (self.program.buffer(a).range(), self.program.buffer(b).range());
        a.start < b.end && b.start < a.end
    }

    /// A kernel may overwrite only what it loads at the same point.
    fn assert_no_hazard(&self, kernel: &Kernel, target: BufferId) {
        let body = kernel.body.accesses();
        let meets = |access: &&Access| self.overlap(access.buffer, target);
        assert!(!body.into_iter().any(|access| meets(&access)), "{target} overwrites what the body reads in\n{kernel}");
        for access in kernel.store_accesses().filter(meets) {
            let own = row_major(&kernel.domain);
            let identity = access.index.offset == 0
                && access.guards.is_empty()
                && (0..own.len()).all(|axis| kernel.domain[axis] == 1 || access.index.strides[axis] == own[axis])
                && self.program.buffer(access.buffer).range() == self.program.buffer(target).range();
            assert!(identity, "{target} overwrites {access}, which is read at other points of\n{kernel}");
        }
    }
}
