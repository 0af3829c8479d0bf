//! What a sequence of instructions does to four lanes, recorded step by step.

use std::cell::RefCell;
use std::ops::{Add, BitAnd, Div, Mul, Neg, Sub};

use wasm_encoder::InstructionSink;

use crate::numbers::Numbers;

/// Appends an instruction of WebAssembly.
pub(super) type Operation = fn(&mut InstructionSink<'_>);

/// Forgets the sink that an instruction returns.
fn void(_: &mut InstructionSink<'_>) {}

/// A step, to whose value later steps refer by its number.
pub(super) enum Step {
    Source(Source),
    Operation(Operation, Vec<usize>),
    /// The same shift of every lane.
    Shift(Operation, usize, u32),
    /// Writes a value to a stream.
    Store(usize, usize),
    /// What follows is done only if the mask is not true in all lanes, until the branch ends.
    Unless(usize),
    /// Ends a branch, and puts the second value where the first was.
    End(usize, usize),
}

/// Where numbers come from.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Source {
    /// A stream: one number for each lane.
    Stream(usize),
    /// The first number of a stream, in all lanes.
    Head(usize),
    /// A uniform, in all lanes.
    Uniform(usize),
    /// A constant by its bits, in all lanes.
    Constant(u32),
}

/// Steps in the order in which they are made.
#[derive(Default)]
pub(super) struct Trace {
    steps: RefCell<Vec<Step>>,
    /// Values that are 1 where a mask is true and 0 elsewhere, and these masks.
    truths: RefCell<Vec<[usize; 2]>>,
}

/// The value of a step.
#[derive(Clone, Copy)]
pub(super) struct Traced<'a> {
    trace: &'a Trace,
    number: usize,
}

impl Trace {
    /// A source's value. It is read once.
    pub(super) fn read(&self, source: Source) -> Traced<'_> {
        let is_it = |step: &Step| matches!(step, Step::Source(known) if *known == source);
        let known = self.steps.borrow().iter().position(is_it);
        known.map_or_else(|| self.push(Step::Source(source)), |number| Traced { trace: self, number })
    }

    /// 1 where the mask is true, 0 elsewhere.
    pub(super) fn truth<'a>(&'a self, mask: Traced<'a>) -> Traced<'a> {
        let [one, zero] = self.held([1.0, 0.0]);
        let truth = self.select(mask, one, zero);
        self.truths.borrow_mut().push([truth.number, mask.number]);
        truth
    }

    /// `a` where `x` is not 0, else `b`.
    pub(super) fn choose<'a>(&'a self, x: Traced<'a>, a: Traced<'a>, b: Traced<'a>) -> Traced<'a> {
        let known = self.truths.borrow().iter().find(|[truth, _]| *truth == x.number).map(|[_, mask]| *mask);
        match known {
            Some(mask) => self.select(Traced { trace: self, number: mask }, a, b),
            None => {
                let [zero] = self.held([0.0]);
                self.select(self.equal(x, zero), b, a)
            }
        }
    }

    pub(super) fn store(&self, stream: usize, value: Traced<'_>) {
        self.push(Step::Store(stream, value.number));
    }

    pub(super) fn into_steps(self) -> Vec<Step> {
        self.steps.into_inner()
    }

    fn push(&self, step: Step) -> Traced<'_> {
        let mut steps = self.steps.borrow_mut();
        steps.push(step);
        Traced { trace: self, number: steps.len() - 1 }
    }
}

impl<'a> Traced<'a> {
    fn is_zero(self) -> bool {
        matches!(self.trace.steps.borrow()[self.number], Step::Source(Source::Constant(0)))
    }

    fn one(self, operation: Operation) -> Traced<'a> {
        self.trace.push(Step::Operation(operation, vec![self.number]))
    }

    fn two(self, operation: Operation, other: Traced<'a>) -> Traced<'a> {
        self.trace.push(Step::Operation(operation, vec![self.number, other.number]))
    }
}

/// Floats, integers and masks are the same four lanes of bits.
impl<'a> Numbers for &'a Trace {
    type Floats = Traced<'a>;
    type Integers = Bits<'a>;
    type Mask = Traced<'a>;

    fn held<const N: usize>(self, numbers: [f32; N]) -> [Traced<'a>; N] {
        numbers.map(|number| self.read(Source::Constant(number.to_bits())))
    }

    fn held_bits<const N: usize>(self, numbers: [i32; N]) -> [Bits<'a>; N] {
        numbers.map(|number| Bits(self.read(Source::Constant(number as u32))))
    }

    fn abs(self, x: Traced<'a>) -> Traced<'a> {
        x.one(|sink| void(sink.f32x4_abs()))
    }

    fn sqrt(self, x: Traced<'a>) -> Traced<'a> {
        x.one(|sink| void(sink.f32x4_sqrt()))
    }

    fn floor(self, x: Traced<'a>) -> Traced<'a> {
        x.one(|sink| void(sink.f32x4_floor()))
    }

    fn copysign(self, x: Traced<'a>, sign: Traced<'a>) -> Traced<'a> {
        let [mask] = self.held([-0.0]);
        let sign = sign.two(|sink| void(sink.v128_and()), mask);
        x.two(|sink| void(sink.v128_andnot()), mask).two(|sink| void(sink.v128_or()), sign)
    }

    fn less(self, a: Traced<'a>, b: Traced<'a>) -> Traced<'a> {
        a.two(|sink| void(sink.f32x4_lt()), b)
    }

    fn greater(self, a: Traced<'a>, b: Traced<'a>) -> Traced<'a> {
        a.two(|sink| void(sink.f32x4_gt()), b)
    }

    fn at_least(self, a: Traced<'a>, b: Traced<'a>) -> Traced<'a> {
        a.two(|sink| void(sink.f32x4_ge()), b)
    }

    fn equal(self, a: Traced<'a>, b: Traced<'a>) -> Traced<'a> {
        a.two(|sink| void(sink.f32x4_eq()), b)
    }

    fn both(self, a: Traced<'a>, b: Traced<'a>) -> Traced<'a> {
        a.two(|sink| void(sink.v128_and()), b)
    }

    fn if_all(
        self,
        mask: Traced<'a>,
        common: impl FnOnce() -> Traced<'a>,
        rare: impl FnOnce() -> Traced<'a>,
    ) -> Traced<'a> {
        let value = common();
        self.push(Step::Unless(mask.number));
        self.push(Step::End(value.number, rare().number));
        value
    }

    fn raise(self, x: Traced<'a>, low: Traced<'a>) -> Traced<'a> {
        x.two(|sink| void(sink.f32x4_pmax()), low)
    }

    fn lower(self, x: Traced<'a>, high: Traced<'a>) -> Traced<'a> {
        x.two(|sink| void(sink.f32x4_pmin()), high)
    }

    fn select(self, mask: Traced<'a>, a: Traced<'a>, b: Traced<'a>) -> Traced<'a> {
        // Masks are zeros and ones in all bits.
        if b.is_zero() {
            return a.two(|sink| void(sink.v128_and()), mask);
        }
        if a.is_zero() {
            return b.two(|sink| void(sink.v128_andnot()), mask);
        }
        self.push(Step::Operation(|sink| void(sink.v128_bitselect()), vec![a.number, b.number, mask.number]))
    }

    fn as_bits(self, x: Traced<'a>) -> Bits<'a> {
        Bits(x)
    }

    fn as_floats(self, x: Bits<'a>) -> Traced<'a> {
        x.0
    }

    fn to_float(self, x: Bits<'a>) -> Traced<'a> {
        x.0.one(|sink| void(sink.f32x4_convert_i32x4_s()))
    }

    fn shift_left(self, x: Bits<'a>, by: u32) -> Bits<'a> {
        Bits(self.push(Step::Shift(|sink| void(sink.i32x4_shl()), x.0.number, by)))
    }

    fn shift_right(self, x: Bits<'a>, by: u32) -> Bits<'a> {
        Bits(self.push(Step::Shift(|sink| void(sink.i32x4_shr_s()), x.0.number, by)))
    }
}

impl<'a> Add for Traced<'a> {
    type Output = Traced<'a>;

    fn add(self, other: Traced<'a>) -> Traced<'a> {
        self.two(|sink| void(sink.f32x4_add()), other)
    }
}

impl<'a> Sub for Traced<'a> {
    type Output = Traced<'a>;

    fn sub(self, other: Traced<'a>) -> Traced<'a> {
        self.two(|sink| void(sink.f32x4_sub()), other)
    }
}

impl<'a> Mul for Traced<'a> {
    type Output = Traced<'a>;

    fn mul(self, other: Traced<'a>) -> Traced<'a> {
        self.two(|sink| void(sink.f32x4_mul()), other)
    }
}

impl<'a> Div for Traced<'a> {
    type Output = Traced<'a>;

    fn div(self, other: Traced<'a>) -> Traced<'a> {
        self.two(|sink| void(sink.f32x4_div()), other)
    }
}

impl<'a> Neg for Traced<'a> {
    type Output = Traced<'a>;

    fn neg(self) -> Traced<'a> {
        self.one(|sink| void(sink.f32x4_neg()))
    }
}

/// A value taken as integers.
#[derive(Clone, Copy)]
pub(super) struct Bits<'a>(Traced<'a>);

impl<'a> Add for Bits<'a> {
    type Output = Bits<'a>;

    fn add(self, other: Bits<'a>) -> Bits<'a> {
        Bits(self.0.two(|sink| void(sink.i32x4_add()), other.0))
    }
}

impl<'a> Sub for Bits<'a> {
    type Output = Bits<'a>;

    fn sub(self, other: Bits<'a>) -> Bits<'a> {
        Bits(self.0.two(|sink| void(sink.i32x4_sub()), other.0))
    }
}

impl<'a> BitAnd for Bits<'a> {
    type Output = Bits<'a>;

    fn bitand(self, other: Bits<'a>) -> Bits<'a> {
        Bits(self.0.two(|sink| void(sink.v128_and()), other.0))
    }
}
