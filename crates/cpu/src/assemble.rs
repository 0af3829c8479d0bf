//! From scalar expressions to code.
//!
//! Each scalar becomes a uniform or an instruction; a few that always come together become one instruction. Then
//! dimensions along which everything moves alike are joined, loads of consecutive numbers are read where they stand,
//! results are computed where they are stored, and values that are never alive together share a register.

use std::ops::Range;

use daydream_graph::kernel::{Access, Affine, Guard, Scalar, ScalarId};
use daydream_graph::{Binary, Program, Unary};

use crate::code::{Code, Fill, Instruction, Place, Uniform};
use crate::product::overlap;
use crate::space::{Fence, Line, join_lanes};
use crate::vector::{Four, Three, Two};

/// The iteration space of an expression: which of its dimensions become lanes, and which are iterated around them.
pub(crate) struct Space<'a> {
    /// Extents of all dimensions.
    pub(crate) extents: &'a [usize],
    pub(crate) loops: &'a [usize],
    pub(crate) lanes: &'a [usize],
}

/// What happens to values of an expression.
pub(crate) struct Stores<'a> {
    /// The scalars that are stored.
    pub(crate) values: &'a [usize],
    /// Where in the arena, one number for each point. What the expression loads from there, it loads at the same point.
    pub(crate) targets: &'a [Range<usize>],
    /// Where the body's results are.
    pub(crate) body: Range<usize>,
}

impl Code {
    /// Code that computes the last scalar of an expression.
    pub(crate) fn of_value(program: &Program, scalars: &[Scalar], space: &Space<'_>) -> Code {
        let last = scalars.len() - 1;
        let mut assembler = Assembler::new(program, scalars, &[last], space);
        assembler.optimise(&[last]);
        assembler.code.result = Some(assembler.places[last]);
        assembler.share_registers()
    }

    /// Code that stores values of an expression.
    pub(crate) fn of_stores(program: &Program, scalars: &[Scalar], stores: &Stores<'_>, space: &Space<'_>) -> Code {
        let mut assembler = Assembler::new(program, scalars, stores.values, space);
        assembler.optimise(stores.values);
        assembler.store(stores);
        assembler.share_registers()
    }
}

struct Assembler<'a> {
    program: &'a Program,
    space: &'a Space<'a>,
    scalars: &'a [Scalar],
    /// How often each scalar is needed.
    uses: Vec<usize>,
    code: Code,
    /// Where the scalars so far are. At first, each instruction has a register of its own.
    places: Vec<Place>,
    /// How many registers there are so far.
    registers: usize,
    /// For each line of the code: the part of the arena that it loads from.
    sources: Vec<Range<usize>>,
}

/// The passes over the whole code.
impl<'a> Assembler<'a> {
    fn new(program: &'a Program, scalars: &'a [Scalar], wanted: &[usize], space: &'a Space<'a>) -> Assembler<'a> {
        let mut uses = vec![0; scalars.len()];
        let operands = scalars.iter().flat_map(|scalar| scalar.operands()).map(|operand| operand.0);
        operands.chain(wanted.iter().copied()).for_each(|operand| uses[operand] += 1);
        let extents = space.lanes.iter().map(|&lane| space.extents[lane]).collect();
        let code = Code { extents, ..Code::default() };
        let (places, sources) = (vec![], vec![]);
        let mut assembler = Assembler { program, space, scalars, uses, code, places, registers: 0, sources };
        for scalar in scalars {
            let place = assembler.place(scalar);
            assembler.places.push(place);
        }
        assembler
    }

    fn optimise(&mut self, wanted: &[usize]) {
        self.join();
        self.drop_unused(wanted);
        self.read_in_place();
        self.fill_first();
    }

    fn join(&mut self) {
        let mut lines: Vec<&mut Line> = self.code.lines.iter_mut().collect();
        for (_, instruction) in &mut self.code.instructions {
            if let Instruction::Fill(Fill::Load { fences, .. } | Fill::Inside { fences }) = instruction {
                lines.extend(fences.iter_mut().map(|fence| &mut fence.line));
            }
        }
        join_lanes(&mut self.code.extents, &mut lines);
    }

    /// Drops instructions whose value nothing needs, such as those whose work went into another instruction.
    fn drop_unused(&mut self, wanted: &[usize]) {
        let mut used: Vec<Place> = wanted.iter().map(|&scalar| self.places[scalar]).collect();
        let instructions = &mut self.code.instructions;
        for index in (0..instructions.len()).rev() {
            let (to, instruction) = &instructions[index];
            if used.contains(to) {
                used.extend(instruction.operands());
            } else {
                instructions.remove(index);
            }
        }
    }

    /// Loads of consecutive numbers need no register.
    fn read_in_place(&mut self) {
        let Code { lines, extents, instructions, .. } = &mut self.code;
        let mut moved: Vec<(Place, Place)> = Vec::new();
        instructions.retain(|(to, instruction)| match instruction {
            Instruction::Fill(Fill::Load { line, fences })
                if fences.is_empty() && lines[*line].is_consecutive(extents) =>
            {
                moved.push((*to, Place::Arena(*line)));
                false
            }
            _ => true,
        });
        let operands = instructions.iter_mut().flat_map(|(_, instruction)| instruction.operands_mut());
        for place in operands.chain(&mut self.places) {
            if let Some((_, line)) = moved.iter().find(|(register, _)| register == place) {
                *place = *line;
            }
        }
    }

    /// What needs no operands comes first: arithmetic is left in one sequence.
    fn fill_first(&mut self) {
        self.code.instructions.sort_by_key(|(_, instruction)| !matches!(instruction, Instruction::Fill(_)));
    }

    /// Lets each stored value be computed where it is stored, if what was there before is not needed later; else
    /// it is copied there at the end.
    fn store(&mut self, stores: &Stores<'_>) {
        let mut values: Vec<Place> = stores.values.iter().map(|&scalar| self.places[scalar]).collect();
        for value in &mut values {
            if !matches!(value, Place::Register(_)) {
                *value = self.instruct(Instruction::Copy(*value));
            }
        }
        let mut copies = Vec::new();
        for number in 0..values.len() {
            let (value, target) = (values[number], Place::Target(number));
            // A value that another store has taken already is copied from there.
            let is_free = matches!(value, Place::Register(_));
            let made = self.code.instructions.iter().position(|(to, _)| is_free && *to == value);
            match made.filter(|&made| self.has_room(made, &stores.targets[number], &stores.body)) {
                Some(made) => {
                    self.code.instructions[made].0 = target;
                    let operands =
                        self.code.instructions.iter_mut().flat_map(|(_, operation)| operation.operands_mut());
                    let all = operands.chain(&mut values);
                    all.filter(|place| **place == value).for_each(|place| *place = target);
                }
                None => copies.push((target, Instruction::Copy(value))),
            }
        }
        self.code.instructions.extend(copies);
    }

    /// Whether an instruction can write to a part of the arena. It may itself read what it overwrites, lane by lane.
    fn has_room(&self, instruction: usize, target: &Range<usize>, body: &Range<usize>) -> bool {
        let instructions = &self.code.instructions;
        let gathers = |instruction: &Instruction| match instruction {
            Instruction::Fill(Fill::Load { line, .. }) => overlap(&self.sources[*line], target),
            _ => false,
        };
        let reads = |instruction: &Instruction| {
            instruction.operands().iter().any(|place| match place {
                Place::Arena(line) => overlap(&self.sources[*line], target),
                Place::Body => overlap(body, target),
                Place::Register(_) | Place::Uniform(_) | Place::Target(_) => false,
            })
        };
        let later = &instructions[instruction + 1..];
        !gathers(&instructions[instruction].1)
            && !later.iter().any(|(_, instruction)| gathers(instruction) || reads(instruction))
    }

    /// Gives values that are never alive together the same register. An instruction may write what it reads.
    fn share_registers(mut self) -> Code {
        let mut last_use = vec![0; self.registers];
        for (time, (_, instruction)) in self.code.instructions.iter().enumerate() {
            for place in instruction.operands() {
                if let Place::Register(register) = place {
                    last_use[*register] = time;
                }
            }
        }
        if let Some(Place::Register(register)) = self.code.result {
            last_use[register] = usize::MAX;
        }
        let mut homes = vec![0; self.registers];
        let mut free = Vec::new();
        let mut count = 0;
        for (time, (to, instruction)) in self.code.instructions.iter_mut().enumerate() {
            for place in instruction.operands_mut() {
                if let Place::Register(register) = place {
                    if last_use[*register] == time {
                        free.push(homes[*register]);
                        last_use[*register] = usize::MAX;
                    }
                    *register = homes[*register];
                }
            }
            if let Place::Register(register) = to {
                let home = free.pop().unwrap_or_else(|| {
                    count += 1;
                    count - 1
                });
                homes[*register] = home;
                *register = home;
            }
        }
        if let Some(Place::Register(register)) = &mut self.code.result {
            *register = homes[*register];
        }
        self.code.registers = count;
        self.code
    }
}

/// From scalars to places.
impl Assembler<'_> {
    fn place(&mut self, scalar: &Scalar) -> Place {
        match scalar {
            Scalar::Body => Place::Body,
            Scalar::Const(value) => self.uniform(Uniform::Const(*value)),
            Scalar::Index(index) => {
                let line = self.line(index, 0..0);
                self.instruct(Instruction::Fill(Fill::Index { line }))
            }
            Scalar::Load(access) => self.load(access),
            Scalar::Random { stream, element } => {
                let line = self.line(element, 0..0);
                self.instruct(Instruction::Fill(Fill::Random { stream: *stream, line }))
            }
            Scalar::Inside(guards) => {
                let fences = self.fences(guards);
                self.instruct(Instruction::Fill(Fill::Inside { fences }))
            }
            Scalar::Unary(op, x) => match self.places[x.0] {
                Place::Uniform(x) => self.uniform(Uniform::One(*op, x)),
                x => self.instruct(Instruction::One(*op, x)),
            },
            Scalar::Binary(Binary::Add, a, b) => self.sum(*a, *b),
            Scalar::Binary(Binary::Mul, a, b) => match (self.inverse_of(*a), self.inverse_of(*b)) {
                (_, Some(divisor)) => self.two(Two::Div, *a, divisor),
                (Some(divisor), _) => self.two(Two::Div, *b, divisor),
                _ => self.two(Two::Mul, *a, *b),
            },
            Scalar::Binary(Binary::Max, a, b) => self.two(Two::Max, *a, *b),
            Scalar::Binary(Binary::Less, a, b) => self.two(Two::Less, *a, *b),
            Scalar::Select(c, a, b) => match [c, a, b].map(|id| self.places[id.0]) {
                [Place::Uniform(c), Place::Uniform(a), Place::Uniform(b)] => self.uniform(Uniform::Select([c, a, b])),
                [c @ Place::Uniform(_), a, b] => {
                    let c = self.instruct(Instruction::Copy(c));
                    self.instruct(Instruction::Three(Three::Select, [c, a, b]))
                }
                places => self.instruct(Instruction::Three(Three::Select, places)),
            },
        }
    }

    /// `a + b`, together with what makes one of them where that is arithmetic that nothing else needs.
    fn sum(&mut self, a: ScalarId, b: ScalarId) -> Place {
        for (x, y) in [(a, b), (b, a)] {
            if let Some(instruction) = self.sum_with(x, y) {
                return self.instruct(instruction);
            }
            if let Scalar::Unary(Unary::Neg, x) = self.scalars[x.0] {
                return self.two(Two::Sub, y, x);
            }
        }
        self.two(Two::Add, a, b)
    }

    /// `x + y` as one instruction with what makes `x`, or with what makes both, if there is one.
    fn sum_with(&self, x: ScalarId, y: ScalarId) -> Option<Instruction> {
        let place = |scalar: ScalarId| self.places[scalar.0];
        if let Some([a, b]) = self.varying_product(x) {
            return Some(match self.varying_product(y) {
                Some([c, d]) => Instruction::Four(Four::Products, [a, b, c, d]),
                None => Instruction::Three(Three::MulAdd, [a, b, place(y)]),
            });
        }
        match self.scalars[x.0] {
            Scalar::Unary(Unary::Sqrt, root) if self.uses[x.0] == 1 => {
                let [a, b] = self.varying_product(root)?;
                Some(Instruction::Three(Three::RootAdd, [a, b, place(y)]))
            }
            Scalar::Unary(Unary::Neg, x) => {
                if let Some([a, b]) = self.varying_product(x) {
                    return Some(Instruction::Three(Three::MulSub, [a, b, place(y)]));
                }
                let [a, b, c] = self.varying_quotient(x)?;
                Some(Instruction::Four(Four::QuotientSub, [a, b, c, place(y)]))
            }
            _ => None,
        }
    }

    /// The factors of a product that nothing else needs, a varying one first. Quotients and uniform products are not taken apart.
    fn varying_product(&self, product: ScalarId) -> Option<[Place; 2]> {
        let Scalar::Binary(Binary::Mul, a, b) = self.scalars[product.0] else { return None };
        if self.uses[product.0] > 1 || self.inverse_of(a).or(self.inverse_of(b)).is_some() {
            return None;
        }
        match [self.places[a.0], self.places[b.0]] {
            [Place::Uniform(_), Place::Uniform(_)] => None,
            [a @ Place::Uniform(_), b] => Some([b, a]),
            places => Some(places),
        }
    }

    /// `a`, `b` and `c` of a quotient `a b / c` that nothing else needs, if `c` varies.
    fn varying_quotient(&self, quotient: ScalarId) -> Option<[Place; 3]> {
        let Scalar::Binary(Binary::Mul, product, inverse) = self.scalars[quotient.0] else { return None };
        let divisor = self.places[self.inverse_of(inverse)?.0];
        let [a, b] = self.varying_product(product)?;
        let is_taken = self.uses[quotient.0] == 1 && !matches!(divisor, Place::Uniform(_));
        is_taken.then_some([a, b, divisor])
    }

    /// `x`, if this is `1 / x`.
    fn inverse_of(&self, scalar: ScalarId) -> Option<ScalarId> {
        match self.scalars[scalar.0] {
            Scalar::Unary(Unary::Recip, x) => Some(x),
            _ => None,
        }
    }

    fn two(&mut self, function: Two, a: ScalarId, b: ScalarId) -> Place {
        match [self.places[a.0], self.places[b.0]] {
            [Place::Uniform(a), Place::Uniform(b)] => self.uniform(Uniform::Two(function, [a, b])),
            places => self.instruct(Instruction::Two(function, places)),
        }
    }

    fn load(&mut self, access: &Access) -> Place {
        let line = self.line(&access.index, self.program.buffer(access.buffer).range());
        if self.code.lines[line].is_fixed() && access.guards.is_empty() {
            return self.uniform(Uniform::Load(line));
        }
        let fences = self.fences(&access.guards);
        self.instruct(Instruction::Fill(Fill::Load { line, fences }))
    }

    /// A line that counts from the begin of `source`, a part of the arena.
    fn line(&mut self, affine: &Affine, source: Range<usize>) -> usize {
        let moved = Affine { offset: affine.offset + source.start as isize, strides: affine.strides.clone() };
        self.code.lines.push(Line::new(&moved, self.space.loops, self.space.lanes));
        self.sources.push(source);
        self.code.lines.len() - 1
    }

    fn fences(&self, guards: &[Guard]) -> Vec<Fence> {
        guards.iter().map(|guard| Fence::new(guard, self.space.loops, self.space.lanes)).collect()
    }

    fn instruct(&mut self, instruction: Instruction) -> Place {
        let register = Place::Register(self.registers);
        self.registers += 1;
        self.code.instructions.push((register, instruction));
        register
    }

    fn uniform(&mut self, uniform: Uniform) -> Place {
        self.code.uniforms.push(uniform);
        Place::Uniform(self.code.uniforms.len() - 1)
    }
}

impl Instruction {
    pub(crate) fn operands(&self) -> &[Place] {
        match self {
            Instruction::Fill(_) => &[],
            Instruction::Copy(x) | Instruction::One(_, x) => std::slice::from_ref(x),
            Instruction::Two(_, operands) => operands,
            Instruction::Three(_, operands) => operands,
            Instruction::Four(_, operands) => operands,
        }
    }

    fn operands_mut(&mut self) -> &mut [Place] {
        match self {
            Instruction::Fill(_) => &mut [],
            Instruction::Copy(x) | Instruction::One(_, x) => std::slice::from_mut(x),
            Instruction::Two(_, operands) => operands,
            Instruction::Three(_, operands) => operands,
            Instruction::Four(_, operands) => operands,
        }
    }
}
