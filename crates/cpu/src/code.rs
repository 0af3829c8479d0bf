//! Scalar expressions as code for blocks of lanes: each instruction computes one value for a whole block.
//!
//! Values that are the same at every point of a kernel are computed once a run. What lies in the arena one after
//! another is read in place; everything else is first gathered into a register, a small array that stays in the
//! nearest cache.

use std::ops::Range;

use daydream_graph::kernel::{Access, Affine, Guard, Scalar};
use daydream_graph::{Binary, Program, Unary};

use crate::random;
use crate::space::{Fence, Line, for_each_run, inside_all, join_lanes};
use crate::vector::{Function, Value, binary, copy, gather, select, unary};

/// Points computed by one instruction.
pub(crate) const LANES: usize = 256;

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// In a register.
    Register(usize),
    /// In the arena, from the base of this line on, consecutively.
    Arena(usize),
    /// In the body's results, at the point's number.
    Body,
    /// The same for all points: the number of a uniform.
    Uniform(usize),
}

/// How a register is filled with what depends on the point.
#[derive(Debug)]
enum Fill {
    Load { line: usize, fences: Vec<Fence> },
    Index { line: usize },
    Random { stream: u32, line: usize },
    Inside { fences: Vec<Fence> },
}

#[derive(Debug)]
enum Instruction {
    Fill(Fill),
    Copy(Place),
    Unary(Unary, Place),
    Binary(Function, Place, Place),
    Select(Place, Place, Place),
}

/// How a value that is the same for all points is computed.
#[derive(Debug)]
enum Uniform {
    Const(f32),
    Load(usize),
    Unary(Unary, usize),
    Binary(Function, usize, usize),
    Select(usize, usize, usize),
}

/// Code for some of an expression's values over an iteration space.
#[derive(Debug)]
pub(crate) struct Code {
    /// Extents of the lanes, after joining.
    extents: Vec<usize>,
    /// Affine functions; those of loads count from the arena's first number.
    lines: Vec<Line>,
    instructions: Vec<(usize, Instruction)>,
    uniforms: Vec<Uniform>,
    results: Vec<Place>,
    registers: usize,
}

/// Working memory of code, allocated once for all kernels.
#[derive(Default)]
pub(crate) struct Memory {
    registers: Vec<Box<[f32]>>,
    uniforms: Vec<f32>,
    bases: Vec<isize>,
}

/// What a run of code reads besides the arena.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) arena: &'a [f32],
    /// The body's results, by the point's number.
    pub(crate) body: &'a [f32],
    pub(crate) seed: u32,
    pub(crate) step: u32,
}

impl Memory {
    /// Makes room for the code.
    pub(crate) fn reserve(&mut self, code: &Code) {
        while self.registers.len() < code.registers {
            self.registers.push(vec![0.0; LANES].into_boxed_slice());
        }
        self.uniforms.resize(self.uniforms.len().max(code.uniforms.len()), 0.0);
        self.bases.resize(self.bases.len().max(code.lines.len()), 0);
    }
}

/// Turns an expression into code. `loops` and `lanes` name the dimensions of its iteration space.
struct Assembler<'a> {
    program: &'a Program,
    loops: &'a [usize],
    lanes: &'a [usize],
    code: Code,
    places: Vec<Place>,
}

impl Code {
    /// Code for the values `wanted` of an expression over `extents`, of which the dimensions `lanes` become lanes and
    /// the dimensions `loops` are iterated around them.
    pub(crate) fn new(
        program: &Program,
        scalars: &[Scalar],
        wanted: &[usize],
        extents: &[usize],
        loops: &[usize],
        lanes: &[usize],
    ) -> Code {
        let code = Code {
            extents: lanes.iter().map(|&lane| extents[lane]).collect(),
            lines: vec![],
            instructions: vec![],
            uniforms: vec![],
            results: vec![],
            registers: 0,
        };
        let mut assembler = Assembler { program, loops, lanes, code, places: vec![] };
        for scalar in scalars {
            let place = assembler.place(scalar, scalars);
            assembler.places.push(place);
        }
        let Assembler { mut code, places, .. } = assembler;
        code.results = wanted.iter().map(|&scalar| places[scalar]).collect();
        code.join();
        code.drop_unused();
        code.read_in_place();
        code.settle_results();
        code.assign_registers();
        code
    }

    fn join(&mut self) {
        let mut lines: Vec<&mut Line> = self.lines.iter_mut().collect();
        for (_, instruction) in &mut self.instructions {
            if let Instruction::Fill(Fill::Load { fences, .. } | Fill::Inside { fences }) = instruction {
                lines.extend(fences.iter_mut().map(|fence| &mut fence.line));
            }
        }
        join_lanes(&mut self.extents, &mut lines);
    }

    /// Drops instructions whose value nothing needs, such as those whose work went into another instruction.
    fn drop_unused(&mut self) {
        let mut used: Vec<usize> = self.results.iter().filter_map(|place| place.register()).collect();
        for index in (0..self.instructions.len()).rev() {
            let (register, instruction) = &self.instructions[index];
            if used.contains(register) {
                used.extend(instruction.operands().iter().filter_map(|place| place.register()));
            } else {
                self.instructions.remove(index);
            }
        }
    }

    /// Loads of consecutive numbers need no register.
    fn read_in_place(&mut self) {
        let mut moved: Vec<(usize, usize)> = Vec::new();
        let (lines, extents) = (&self.lines, &self.extents);
        self.instructions.retain(|(register, instruction)| match instruction {
            Instruction::Fill(Fill::Load { line, fences })
                if fences.is_empty() && lines[*line].is_consecutive(extents) =>
            {
                moved.push((*register, *line));
                false
            }
            _ => true,
        });
        let replace = |place: &mut Place| {
            if let Some((_, line)) = moved.iter().find(|(register, _)| Place::Register(*register) == *place) {
                *place = Place::Arena(*line);
            }
        };
        self.instructions.iter_mut().flat_map(|(_, instruction)| instruction.operands_mut()).for_each(replace);
        self.results.iter_mut().for_each(replace);
    }

    /// Where there are several results, those that stand in memory are copied first, for storing one may overwrite another.
    fn settle_results(&mut self) {
        if self.results.len() < 2 {
            return;
        }
        for result in &mut self.results {
            if matches!(result, Place::Arena(_) | Place::Body) {
                let register = self.instructions.iter().map(|(register, _)| register + 1).max().unwrap_or(0);
                self.instructions.push((register, Instruction::Copy(*result)));
                *result = Place::Register(register);
            }
        }
    }

    /// Gives values that are never alive together the same register.
    fn assign_registers(&mut self) {
        let count = self.instructions.iter().map(|(register, _)| register + 1).max().unwrap_or(0);
        let mut last_use = vec![0; count];
        for (time, (_, instruction)) in self.instructions.iter().enumerate() {
            for register in instruction.operands().iter().filter_map(|place| place.register()) {
                last_use[register] = time;
            }
        }
        for register in self.results.iter().filter_map(|place| place.register()) {
            last_use[register] = usize::MAX;
        }
        let mut free: Vec<usize> = Vec::new();
        let mut assigned = vec![0; count];
        for (time, (register, instruction)) in self.instructions.iter_mut().enumerate() {
            let chosen = free.pop().unwrap_or_else(|| {
                self.registers += 1;
                self.registers - 1
            });
            let mut dying: Vec<usize> = Vec::new();
            for place in instruction.operands_mut() {
                if let Place::Register(operand) = place {
                    if last_use[*operand] == time {
                        dying.push(assigned[*operand]);
                    }
                    *place = Place::Register(assigned[*operand]);
                }
            }
            dying.sort_unstable();
            dying.dedup();
            free.extend(dying);
            assigned[*register] = chosen;
            *register = chosen;
        }
        for result in &mut self.results {
            if let Place::Register(register) = result {
                *result = Place::Register(assigned[*register]);
            }
        }
    }

    /// Computes the values that are the same for all points.
    pub(crate) fn begin(&self, memory: &mut Memory, arena: &[f32]) {
        for (number, uniform) in self.uniforms.iter().enumerate() {
            let known = &memory.uniforms;
            let value = match *uniform {
                Uniform::Const(value) => value,
                Uniform::Load(line) => arena[self.lines[line].base(&[]) as usize],
                Uniform::Unary(op, x) => {
                    let mut value = [0.0];
                    unary(op, Value::Same(known[x]), &mut value);
                    value[0]
                }
                Uniform::Binary(op, a, b) => {
                    let mut value = [0.0];
                    binary(op, Value::Same(known[a]), Value::Same(known[b]), &mut value);
                    value[0]
                }
                Uniform::Select(c, a, b) => known[if known[c] != 0.0 { a } else { b }],
            };
            memory.uniforms[number] = value;
        }
    }

    /// Moves to a point of the loops.
    pub(crate) fn enter(&self, memory: &mut Memory, loops: &[usize]) {
        for (base, line) in memory.bases.iter_mut().zip(&self.lines) {
            *base = line.base(loops);
        }
    }

    /// Computes the block of points `start..start + len` of the lanes; [`Code::result`] then holds the values.
    pub(crate) fn compute(
        &self,
        memory: &mut Memory,
        context: &Context<'_>,
        loops: &[usize],
        start: usize,
        len: usize,
    ) {
        for (register, instruction) in &self.instructions {
            let mut out = std::mem::take(&mut memory.registers[*register]);
            let target = &mut out[..len];
            let value = |place: Place| self.value(memory, context, place, start, len);
            match instruction {
                Instruction::Fill(fill) => self.fill(fill, memory, context, loops, start, target),
                Instruction::Copy(x) => copy(value(*x), target),
                Instruction::Unary(op, x) => unary(*op, value(*x), target),
                Instruction::Binary(op, a, b) => binary(*op, value(*a), value(*b), target),
                Instruction::Select(c, a, b) => select(value(*c), value(*a), value(*b), target),
            }
            memory.registers[*register] = out;
        }
    }

    /// A result of the block computed last.
    pub(crate) fn result<'a>(
        &self,
        number: usize,
        memory: &'a Memory,
        context: &Context<'a>,
        start: usize,
        len: usize,
    ) -> Value<'a> {
        self.value(memory, context, self.results[number], start, len)
    }

    /// Copies a result of the block computed last to `target` in the arena.
    pub(crate) fn store(
        &self,
        number: usize,
        memory: &Memory,
        arena: &mut [f32],
        body: &[f32],
        start: usize,
        target: Range<usize>,
    ) {
        let len = target.len();
        match self.results[number] {
            Place::Register(register) => arena[target].copy_from_slice(&memory.registers[register][..len]),
            Place::Body => arena[target].copy_from_slice(&body[start..start + len]),
            Place::Uniform(number) => arena[target].fill(memory.uniforms[number]),
            Place::Arena(line) => {
                let first = (memory.bases[line] + start as isize) as usize;
                arena.copy_within(first..first + len, target.start);
            }
        }
    }

    fn value<'a>(
        &self,
        memory: &'a Memory,
        context: &Context<'a>,
        place: Place,
        start: usize,
        len: usize,
    ) -> Value<'a> {
        match place {
            Place::Register(register) => Value::Each(&memory.registers[register][..len]),
            Place::Arena(line) => {
                let first = (memory.bases[line] + start as isize) as usize;
                Value::Each(&context.arena[first..first + len])
            }
            Place::Body => Value::Each(&context.body[start..start + len]),
            Place::Uniform(number) => Value::Same(memory.uniforms[number]),
        }
    }

    fn fill(
        &self,
        fill: &Fill,
        memory: &Memory,
        context: &Context<'_>,
        loops: &[usize],
        start: usize,
        target: &mut [f32],
    ) {
        let len = target.len();
        match fill {
            Fill::Load { line, fences } => {
                let (line, base) = (&self.lines[*line], memory.bases[*line]);
                for_each_run(&self.extents, start, len, |run, point| {
                    let target = &mut target[run.lane..run.lane + run.len];
                    let inside = inside_all(fences, loops, point, run.len);
                    target[..inside.start].fill(0.0);
                    target[inside.end..].fill(0.0);
                    let first = line.at(base, point) + line.step() * inside.start as isize;
                    gather(context.arena, first, line.step(), &mut target[inside]);
                });
            }
            Fill::Index { line } => {
                let (line, base) = (&self.lines[*line], memory.bases[*line]);
                for_each_run(&self.extents, start, len, |run, point| {
                    let first = line.at(base, point);
                    for (x, out) in target[run.lane..run.lane + run.len].iter_mut().enumerate() {
                        *out = (first + line.step() * x as isize) as f32;
                    }
                });
            }
            Fill::Random { stream, line } => {
                let (line, base) = (&self.lines[*line], memory.bases[*line]);
                if line.is_consecutive(&self.extents) {
                    return random::uniform(
                        context.seed,
                        context.step,
                        *stream,
                        (base + start as isize) as u32,
                        target,
                    );
                }
                for_each_run(&self.extents, start, len, |run, point| {
                    let first = line.at(base, point);
                    for (x, out) in target[run.lane..run.lane + run.len].iter_mut().enumerate() {
                        let element = (first + line.step() * x as isize) as u32;
                        *out = daydream_graph::random::uniform(context.seed, context.step, *stream, element);
                    }
                });
            }
            Fill::Inside { fences } => for_each_run(&self.extents, start, len, |run, point| {
                let target = &mut target[run.lane..run.lane + run.len];
                target.fill(0.0);
                target[inside_all(fences, loops, point, run.len)].fill(1.0);
            }),
        }
    }
}

impl Assembler<'_> {
    fn line(&mut self, affine: &Affine, offset: usize) -> usize {
        let moved = Affine { offset: affine.offset + offset as isize, strides: affine.strides.clone() };
        self.code.lines.push(Line::new(&moved, self.loops, self.lanes));
        self.code.lines.len() - 1
    }

    fn fences(&self, guards: &[Guard]) -> Vec<Fence> {
        guards.iter().map(|guard| Fence::new(guard, self.loops, self.lanes)).collect()
    }

    fn instruct(&mut self, instruction: Instruction) -> Place {
        let register = self.code.instructions.len();
        self.code.instructions.push((register, instruction));
        Place::Register(register)
    }

    fn uniform(&mut self, uniform: Uniform) -> Place {
        self.code.uniforms.push(uniform);
        Place::Uniform(self.code.uniforms.len() - 1)
    }

    fn place(&mut self, scalar: &Scalar, scalars: &[Scalar]) -> Place {
        match scalar {
            Scalar::Body => Place::Body,
            Scalar::Const(value) => self.uniform(Uniform::Const(*value)),
            Scalar::Index(index) => {
                let line = self.line(index, 0);
                self.instruct(Instruction::Fill(Fill::Index { line }))
            }
            Scalar::Load(access) => self.load(access),
            Scalar::Random { stream, element } => {
                let line = self.line(element, 0);
                self.instruct(Instruction::Fill(Fill::Random { stream: *stream, line }))
            }
            Scalar::Inside(guards) => {
                let fences = self.fences(guards);
                self.instruct(Instruction::Fill(Fill::Inside { fences }))
            }
            Scalar::Unary(op, x) => match self.places[x.0] {
                Place::Uniform(x) => self.uniform(Uniform::Unary(*op, x)),
                x => self.instruct(Instruction::Unary(*op, x)),
            },
            Scalar::Binary(op, a, b) => {
                // a + (-b) and a · (1 / b) are one instruction each.
                let (function, second) = match (op, &scalars[b.0]) {
                    (Binary::Add, Scalar::Unary(Unary::Neg, inner)) => (Function::Sub, *inner),
                    (Binary::Mul, Scalar::Unary(Unary::Recip, inner)) => (Function::Div, *inner),
                    (Binary::Add, _) => (Function::Add, *b),
                    (Binary::Mul, _) => (Function::Mul, *b),
                    (Binary::Max, _) => (Function::Max, *b),
                    (Binary::Less, _) => (Function::Less, *b),
                };
                match (self.places[a.0], self.places[second.0]) {
                    (Place::Uniform(a), Place::Uniform(b)) => self.uniform(Uniform::Binary(function, a, b)),
                    (a, b) => self.instruct(Instruction::Binary(function, a, b)),
                }
            }
            Scalar::Select(c, a, b) => match [c, a, b].map(|id| self.places[id.0]) {
                [Place::Uniform(c), Place::Uniform(a), Place::Uniform(b)] => self.uniform(Uniform::Select(c, a, b)),
                [c, a, b] => self.instruct(Instruction::Select(c, a, b)),
            },
        }
    }

    fn load(&mut self, access: &Access) -> Place {
        let line = self.line(&access.index, self.program.buffer(access.buffer).offset);
        if self.code.lines[line].is_fixed() && access.guards.is_empty() {
            return self.uniform(Uniform::Load(line));
        }
        let fences = self.fences(&access.guards);
        self.instruct(Instruction::Fill(Fill::Load { line, fences }))
    }
}

impl Place {
    fn register(self) -> Option<usize> {
        match self {
            Place::Register(register) => Some(register),
            Place::Arena(_) | Place::Body | Place::Uniform(_) => None,
        }
    }
}

impl Instruction {
    fn operands(&self) -> Vec<Place> {
        match *self {
            Instruction::Fill(_) => vec![],
            Instruction::Copy(x) | Instruction::Unary(_, x) => vec![x],
            Instruction::Binary(_, a, b) => vec![a, b],
            Instruction::Select(c, a, b) => vec![c, a, b],
        }
    }

    fn operands_mut(&mut self) -> Vec<&mut Place> {
        match self {
            Instruction::Fill(_) => vec![],
            Instruction::Copy(x) | Instruction::Unary(_, x) => vec![x],
            Instruction::Binary(_, a, b) => vec![a, b],
            Instruction::Select(c, a, b) => vec![c, a, b],
        }
    }
}
