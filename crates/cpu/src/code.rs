//! Scalar expressions as code for blocks of lanes: each instruction computes one value for a whole block.
//!
//! Values that are the same at every point of a kernel are computed once a run. What lies in the arena one after
//! another is read in place; everything else is first gathered into a register, a small array that stays in the
//! nearest cache. How expressions become code is told in [`assemble`](crate::assemble).

use std::cell::Cell;
use std::ops::Range;

use daydream_graph::Unary;

use crate::aligned::Aligned;
use crate::jit::Fused;
use crate::random;
use crate::space::{Fence, Line, for_each_run, inside_all};
use crate::vector::{Four, Three, Two, Value, copy, four, gather, one, three, two};

/// The most points that one instruction computes: so many that finding the loop for it takes little of the time, so few that what a dozen
/// instructions read and write fits the nearest cache.
pub(crate) const LANES: usize = 1024;

/// About how many nanoseconds simple arithmetic takes for each lane.
pub(crate) const SIMPLE: f64 = 0.2;

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    /// In a register.
    Register(usize),
    /// In the arena, from the base of this line on, consecutively.
    Arena(usize),
    /// In the body's results, at the point's number.
    Body,
    /// The same for all points: the number of a uniform.
    Uniform(usize),
    /// In the arena, where it was stored: the number of a target.
    Target(usize),
}

/// How lanes are filled with what depends on the point.
#[derive(Debug)]
pub(crate) enum Fill {
    Load { line: usize, fences: Vec<Fence> },
    Index { line: usize },
    Random { stream: u32, line: usize },
    Inside { fences: Vec<Fence> },
}

/// What is computed for each lane.
#[derive(Debug)]
pub(crate) enum Instruction {
    Fill(Fill),
    Copy(Place),
    One(Unary, Place),
    Two(Two, [Place; 2]),
    /// The first place is not uniform.
    Three(Three, [Place; 3]),
    /// The first and the third place are not uniform.
    Four(Four, [Place; 4]),
}

/// How a value that is the same for all points is computed.
#[derive(Debug)]
pub(crate) enum Uniform {
    Const(f32),
    Load(usize),
    One(Unary, usize),
    Two(Two, [usize; 2]),
    Select([usize; 3]),
}

/// Code for some of an expression's values over an iteration space.
#[derive(Debug, Default)]
pub(crate) struct Code {
    /// Extents of the lanes, after joining.
    pub(crate) extents: Vec<usize>,
    /// Affine functions; those of loads count from the arena's first number.
    pub(crate) lines: Vec<Line>,
    /// What is computed, in order, and where it is put: into a register or a target.
    pub(crate) instructions: Vec<(Place, Instruction)>,
    pub(crate) uniforms: Vec<Uniform>,
    /// Where the value is that is not stored.
    pub(crate) result: Option<Place>,
    /// How many registers it needs.
    pub(crate) registers: usize,
    /// Sequences of instructions that are functions, in order.
    pub(crate) fused: Vec<Fused>,
}

/// Working memory of code, allocated once for all kernels.
#[derive(Default)]
pub(crate) struct Memory {
    registers: Aligned<Cell<f32>>,
    pub(crate) uniforms: Vec<f32>,
    pub(crate) bases: Vec<isize>,
}

/// What code reads besides its own memory.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) arena: &'a [Cell<f32>],
    /// Where stored values go.
    pub(crate) targets: &'a [Range<usize>],
    /// Where the body's results begin in the arena.
    pub(crate) body: usize,
    /// Seed and step of the run.
    pub(crate) key: [u32; 2],
}

/// The points that are computed at once: a range of the lanes' points, at a point of the loops.
#[derive(Clone, Copy)]
pub(crate) struct Block<'a> {
    pub(crate) loops: &'a [usize],
    pub(crate) start: usize,
    pub(crate) len: usize,
}

impl Memory {
    /// Makes room for the code.
    pub(crate) fn reserve(&mut self, code: &Code) {
        if self.registers.len() < code.registers * LANES {
            self.registers = Aligned::zeros(code.registers * LANES);
        }
        self.uniforms.resize(self.uniforms.len().max(code.uniforms.len()), 0.0);
        self.bases.resize(self.bases.len().max(code.lines.len()), 0);
    }
}

impl Code {
    /// About how many nanoseconds it takes for each lane.
    pub(crate) fn work(&self) -> f64 {
        let one = |instruction: &Instruction| match instruction {
            Instruction::One(Unary::Exp | Unary::Log | Unary::Tanh | Unary::Sin, _) => 15.0 * SIMPLE,
            Instruction::Fill(Fill::Random { .. }) => 10.0 * SIMPLE,
            _ => SIMPLE,
        };
        self.instructions.iter().map(|(_, instruction)| one(instruction)).sum()
    }

    /// The most lanes of a block from a point on. What is one function, and needs no registers, is called once for all, or once for each run.
    pub(crate) fn longest_block(&self, start: usize) -> usize {
        match (&self.fused[..], self.extents.last()) {
            ([fused], _) if fused.instructions != (0..self.instructions.len()) => LANES,
            ([fused], Some(run)) if fused.goes_by_runs() => run - start % run,
            ([fused], _) if fused.needs_no_register() => usize::MAX,
            _ => LANES,
        }
    }

    /// Computes the values that are the same for all points.
    pub(crate) fn begin(&self, memory: &mut Memory, context: &Context<'_>) {
        for (number, uniform) in self.uniforms.iter().enumerate() {
            let known = |x: usize| Value::Same(memory.uniforms[x]);
            let value = Cell::new(0.0);
            let target = std::slice::from_ref(&value);
            match *uniform {
                Uniform::Const(x) => value.set(x),
                Uniform::Load(line) => value.set(context.arena[self.lines[line].base(&[]) as usize].get()),
                Uniform::One(op, x) => one(op, known(x), target),
                Uniform::Two(function, operands) => two(function, operands.map(known), target),
                Uniform::Select([c, a, b]) => {
                    value.set(memory.uniforms[if memory.uniforms[c] != 0.0 { a } else { b }]);
                }
            }
            memory.uniforms[number] = value.get();
        }
    }

    /// Moves to a point of the loops.
    pub(crate) fn enter(&self, memory: &mut Memory, loops: &[usize]) {
        for (base, line) in memory.bases.iter_mut().zip(&self.lines) {
            *base = line.base(loops);
        }
    }

    /// Computes a block, and returns the value that is not stored, if there is one.
    pub(crate) fn run<'a>(&self, memory: &'a Memory, context: &Context<'a>, block: Block<'_>) -> Option<Value<'a>> {
        let value = |place: Place| match place {
            Place::Uniform(number) => Value::Same(memory.uniforms[number]),
            place => Value::Each(place.cells(memory, context, block)),
        };
        let mut fused = self.fused.iter().peekable();
        let mut number = 0;
        while let Some((to, instruction)) = self.instructions.get(number) {
            if let Some(fused) = fused.next_if(|fused| fused.instructions.start == number) {
                fused.run(self, memory, context, block);
                number = fused.instructions.end;
                continue;
            }
            number += 1;
            let target = to.cells(memory, context, block);
            match instruction {
                Instruction::Fill(fill) => self.fill(fill, memory, context, block, target),
                Instruction::Copy(x) => copy(value(*x), target),
                Instruction::One(op, x) => one(*op, value(*x), target),
                Instruction::Two(function, operands) => two(*function, operands.map(value), target),
                Instruction::Three(function, operands) => three(*function, operands.map(value), target),
                Instruction::Four(function, operands) => four(*function, operands.map(value), target),
            }
        }
        self.result.map(value)
    }

    fn fill(&self, fill: &Fill, memory: &Memory, context: &Context<'_>, block: Block<'_>, target: &[Cell<f32>]) {
        let Block { loops, start, len } = block;
        let [seed, step] = context.key;
        match fill {
            Fill::Load { line, fences } => {
                let (line, base) = (&self.lines[*line], memory.bases[*line]);
                for_each_run(&self.extents, start, len, |run, point| {
                    let target = &target[run.lane..run.lane + run.len];
                    let inside = inside_all(fences, loops, point, run.len);
                    copy(Value::Same(0.0), &target[..inside.start]);
                    copy(Value::Same(0.0), &target[inside.end..]);
                    let first = line.at(base, point) + line.step() * inside.start as isize;
                    gather(context.arena, first, line.step(), &target[inside]);
                });
            }
            Fill::Index { line } => {
                let (line, base) = (&self.lines[*line], memory.bases[*line]);
                for_each_run(&self.extents, start, len, |run, point| {
                    let first = line.at(base, point);
                    for (x, out) in target[run.lane..run.lane + run.len].iter().enumerate() {
                        out.set((first + line.step() * x as isize) as f32);
                    }
                });
            }
            Fill::Random { stream, line } => {
                let (line, base) = (&self.lines[*line], memory.bases[*line]);
                if line.is_consecutive(&self.extents) {
                    return random::uniform(seed, step, *stream, (base + start as isize) as u32, target);
                }
                for_each_run(&self.extents, start, len, |run, point| {
                    let first = line.at(base, point);
                    for (x, out) in target[run.lane..run.lane + run.len].iter().enumerate() {
                        let element = (first + line.step() * x as isize) as u32;
                        out.set(daydream_graph::random::uniform(seed, step, *stream, element));
                    }
                });
            }
            Fill::Inside { fences } => for_each_run(&self.extents, start, len, |run, point| {
                let target = &target[run.lane..run.lane + run.len];
                copy(Value::Same(0.0), target);
                copy(Value::Same(1.0), &target[inside_all(fences, loops, point, run.len)]);
            }),
        }
    }
}

impl Place {
    /// The cells of a block's lanes.
    pub(crate) fn cells<'a>(self, memory: &'a Memory, context: &Context<'a>, block: Block<'_>) -> &'a [Cell<f32>] {
        let in_arena = |first: usize| &context.arena[first + block.start..][..block.len];
        match self {
            Place::Register(register) => &memory.registers[register * LANES..][..block.len],
            Place::Arena(line) => in_arena(memory.bases[line] as usize),
            Place::Body => in_arena(context.body),
            Place::Target(number) => in_arena(context.targets[number].start),
            Place::Uniform(_) => unreachable!("a uniform has no lanes"),
        }
    }
}
