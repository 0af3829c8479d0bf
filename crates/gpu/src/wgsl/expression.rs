//! Scalar expressions as WGSL: one `let` for each scalar, of one number or of four neighbours along the last dimension.

use daydream_graph::kernel::{Access, Guard, Scalar};
use daydream_graph::{Binary, Buffer, Unary};

use super::index::Point;
use super::library::Lanes;

/// How a shader sees the arena.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum View {
    /// `array<f32>`
    Numbers,
    /// `array<vec4f>`: whole quads are loaded and stored at once.
    Quads,
}

impl View {
    /// The type of the arena.
    pub(super) fn arena(self) -> &'static str {
        match self {
            View::Numbers => "array<f32>",
            View::Quads => "array<vec4f>",
        }
    }
}

/// What expressions are written for: where buffers lie, how the arena is seen, how many points are computed at once.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) buffers: &'a [Buffer],
    pub(super) view: View,
    pub(super) lanes: Lanes,
}

impl Writer<'_> {
    /// One number of the arena.
    pub(super) fn element(&self, index: &str) -> String {
        match self.view {
            View::Numbers => format!("arena[{index}]"),
            View::Quads => format!("arena[({index}) >> 2u][({index}) & 3]"),
        }
    }

    /// The element that an access reads, moved by `lane` steps along the last dimension; 0 where a guard does not hold.
    pub(super) fn load(&self, access: &Access, point: Point<'_>, lane: isize) -> String {
        let last = access.index.strides.last().copied().unwrap_or(0);
        let place = self.buffers[access.buffer.0].offset as isize;
        let index = point.index(&access.index, place + lane * last);
        match point.guards(&access.guards, lane) {
            None => self.element(&index),
            Some(holds) => {
                let index = format!("select(0, {index}, {holds})");
                format!("select(0.0, {}, {holds})", self.element(&index))
            }
        }
    }

    /// Whether four neighbours along the last dimension are one quad of the arena, or all the same number.
    pub(super) fn is_easy(&self, access: &Access, extents: &[usize]) -> bool {
        let last = access.index.strides.last().copied().unwrap_or(0);
        let steady = access.guards.iter().all(|guard| guard.index.strides.last().is_none_or(|&stride| stride == 0));
        steady && (last == 0 || self.is_quad(access, extents))
    }

    /// Whether four neighbours along the last dimension, the first at a multiple of four, are one quad of the arena.
    fn is_quad(&self, access: &Access, extents: &[usize]) -> bool {
        let Some((&last, others)) = access.index.strides.split_last() else { return false };
        let start = self.buffers[access.buffer.0].offset as isize + access.index.offset;
        let outer = others.iter().zip(extents).all(|(stride, &extent)| extent == 1 || stride % 4 == 0);
        last == 1 && start % 4 == 0 && outer
    }

    fn load_lanes(&self, access: &Access, point: Point<'_>, extents: &[usize]) -> String {
        let last = access.index.strides.last().copied().unwrap_or(0);
        if self.lanes == Lanes::One {
            return self.load(access, point, 0);
        }
        if last == 0 && self.is_easy(access, extents) {
            return format!("vec4f({})", self.load(access, point, 0));
        }
        if self.view == View::Quads && self.is_easy(access, extents) {
            let place = self.buffers[access.buffer.0].offset as isize;
            let index = point.index(&access.index, place);
            return match point.guards(&access.guards, 0) {
                None => format!("arena[({index}) >> 2u]"),
                Some(holds) => format!("select(vec4f(), arena[select(0, {index}, {holds}) >> 2u], {holds})"),
            };
        }
        each(|lane| self.load(access, point, lane))
    }

    fn inside(&self, guards: &[Guard], point: Point<'_>) -> String {
        let one = |lane| match point.guards(guards, lane) {
            None => "1.0".to_owned(),
            Some(holds) => format!("select(0.0, 1.0, {holds})"),
        };
        match self.lanes {
            Lanes::One => one(0),
            Lanes::Four => each(one),
        }
    }

    /// Lines that compute scalars: `let s0 = ..;`. `body` is the name of the body's result.
    pub(super) fn scalars(
        &self,
        scalars: &[Scalar],
        letter: char,
        point: Point<'_>,
        extents: &[usize],
        body: &str,
    ) -> String {
        let (float, suffix) = (self.lanes.float(), self.lanes.suffix());
        let name = |id: usize| format!("{letter}{id}");
        let mut lines = String::new();
        for (number, scalar) in scalars.iter().enumerate() {
            let value = match scalar {
                Scalar::Body => body.to_owned(),
                Scalar::Const(value) => format!("{float}({})", literal(*value)),
                Scalar::Index(index) => {
                    let last = index.strides.last().copied().unwrap_or(0);
                    let one = |lane| format!("f32({})", point.index(index, lane * last));
                    match self.lanes {
                        Lanes::One => one(0),
                        Lanes::Four => each(one),
                    }
                }
                Scalar::Load(access) => self.load_lanes(access, point, extents),
                Scalar::Random { stream, element } => {
                    let last = element.strides.last().copied().unwrap_or(0);
                    let one = |lane| format!("uniform1({stream}u, u32({}))", point.index(element, lane * last));
                    let (&last, others) = element.strides.split_last().unwrap_or((&0, &[]));
                    let even = element.offset % 2 == 0 && others.iter().all(|stride| stride % 2 == 0);
                    match self.lanes {
                        Lanes::One => one(0),
                        Lanes::Four if last == 1 && even => {
                            format!("uniform4({stream}u, u32({}))", point.index(element, 0))
                        }
                        Lanes::Four => each(one),
                    }
                }
                Scalar::Unary(op, x) => {
                    let x = name(x.0);
                    match op {
                        Unary::Neg => format!("-{x}"),
                        Unary::Recip => format!("recip{suffix}({x})"),
                        Unary::Exp => format!("exp{suffix}({x})"),
                        Unary::Log => format!("ln{suffix}({x})"),
                        Unary::Sqrt => format!("sqrt({x})"),
                        Unary::Tanh => format!("tanh{suffix}({x})"),
                        Unary::Sin => format!("sin{suffix}({x})"),
                        Unary::Floor => format!("floor({x})"),
                    }
                }
                Scalar::Binary(op, a, b) => {
                    let fixed = |id: usize| matches!(scalars[id], Scalar::Const(value) if !value.is_nan());
                    let (a, b, a_fixed, b_fixed) = (name(a.0), name(b.0), fixed(a.0), fixed(b.0));
                    match op {
                        Binary::Add => format!("{a} + {b}"),
                        Binary::Mul => format!("{a} * {b}"),
                        // Against a fixed number, one comparison lets NaN through.
                        Binary::Max if b_fixed => format!("select({a}, {b}, {a} < {b})"),
                        Binary::Max if a_fixed => format!("select({b}, {a}, {b} < {a})"),
                        Binary::Max => format!("larger{suffix}({a}, {b})"),
                        Binary::Less => format!("select({float}(0.0), {float}(1.0), {a} < {b})"),
                    }
                }
                Scalar::Select(c, a, b) => {
                    format!("select({}, {}, {} != {float}(0.0))", name(b.0), name(a.0), name(c.0))
                }
                Scalar::Inside(guards) => self.inside(guards, point),
            };
            lines.push_str(&format!("let {} = {value};\n", name(number)));
        }
        lines
    }

    /// A line that stores a value at the row-major number `number` of a buffer; with four lanes, `number` is that of the first.
    pub(super) fn store(&self, target: usize, number: &str, value: &str) -> String {
        let offset = self.buffers[target].offset;
        match self.lanes {
            Lanes::One => format!("arena[{offset}u + {number}] = {value};\n"),
            Lanes::Four => format!("arena[{}u + ({number}) / 4u] = {value};\n", offset / 4),
        }
    }
}

fn each(lane: impl Fn(isize) -> String) -> String {
    format!("vec4f({})", (0..4).map(lane).collect::<Vec<_>>().join(", "))
}

/// A number in WGSL, which has no words for infinities and NaN.
pub(super) fn literal(value: f32) -> String {
    if value.is_nan() {
        "bitcast<f32>(run.nan)".to_owned()
    } else if value.is_infinite() {
        let sign = if value < 0.0 { "-" } else { "" };
        format!("{sign}infinity()")
    } else {
        format!("{value:?}f")
    }
}
