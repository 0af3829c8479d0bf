//! Kernels: loops over scalar expressions, all that is left of a graph once it is fused.
//!
//! A kernel visits every point of its `domain`. At each point it first computes the number of its [`Body`], which may
//! combine many numbers over further, inner dimensions, and then its `stores`: scalar expressions over the point that
//! may use the body's number. What is loaded, and from where, is an affine function of the point, so that moving
//! numbers about (transposes, slices, windows, padding, broadcasting) costs no loop of its own.

use std::fmt;

use crate::op::{Binary, Reduce, Unary};
use crate::program::BufferId;
use crate::shape::{Shape, numel};

/// `offset + Σ_d strides[d]·point[d]`, one stride for every dimension of the iteration space.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Affine {
    /// Value at the origin.
    pub offset: isize,
    /// Change per step along each dimension.
    pub strides: Vec<isize>,
}

/// Holds where `0 <= index < extent`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Guard {
    /// What is compared.
    pub index: Affine,
    /// The first value too large.
    pub extent: usize,
}

/// An element of a buffer: the one at `index` where all guards hold, else the number 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Access {
    /// The buffer.
    pub buffer: BufferId,
    /// The element's number in it.
    pub index: Affine,
    /// Where the buffer may be read at all; outside, `index` may point anywhere.
    pub guards: Vec<Guard>,
}

/// The number of a scalar within its expression; operands come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScalarId(pub usize);

/// One step of a scalar expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// The number that the kernel's body computed at this point.
    Body,
    /// A fixed number.
    Const(f32),
    /// The value of an affine function of the point, as a number.
    Index(Affine),
    /// An element of a buffer.
    Load(Access),
    /// [`crate::random::uniform`] of the run's seed and step, the stream, and the element's number.
    Random {
        /// The stream.
        stream: u32,
        /// The element's number.
        element: Affine,
    },
    /// A function of one number.
    Unary(Unary, ScalarId),
    /// A function of two numbers.
    Binary(Binary, ScalarId, ScalarId),
    /// The second where the first is not 0, else the third.
    Select(ScalarId, ScalarId, ScalarId),
    /// 1 where all guards hold, else 0.
    Inside(Vec<Guard>),
}

/// What a kernel computes at each point before its stores. Dimensions called inner follow those of the domain in
/// every affine function of the body.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Nothing.
    None,
    /// Combines the last scalar of `terms` over all inner points.
    Reduce {
        /// How.
        op: Reduce,
        /// Inner extents.
        extents: Shape,
        /// The expression that is combined.
        terms: Vec<Scalar>,
    },
    /// `Σ_k a·b` with one inner dimension `k`. The domain is `[batch.., M, N]`; `a` does not vary with `N`, nor `b`
    /// with `M`, and neither has guards.
    MatMul {
        /// Left factor.
        a: Access,
        /// Right factor.
        b: Access,
        /// Extent of `k`.
        depth: usize,
    },
    /// The element of `table` that lies `row·stride` further on, where `row` is the value at `rows`, rounded down
    /// and clamped to `0..len`. No inner dimensions.
    Gather {
        /// Element of row 0.
        table: Access,
        /// Where the row's number stands.
        rows: Access,
        /// Distance between rows.
        stride: isize,
        /// Number of rows.
        len: usize,
    },
    /// The sum of `values` over those inner points where the value at `rows`, rounded down and clamped to `0..len`,
    /// equals the domain's first coordinate; `len` is the domain's first extent.
    ScatterAdd {
        /// Inner extents: the shape of `rows`.
        extents: Shape,
        /// Where the row's number stands.
        rows: Access,
        /// What is summed.
        values: Access,
    },
    /// The sum of `windows` over the inner dimension `k` (the tap), read with the domain's coordinate `i` along `axis` replaced by the
    /// window's number `o = (i - k·dilation) / stride`, wherever that is whole and in `0..count`.
    Fold {
        /// What is summed.
        windows: Access,
        /// The domain's axis along which windows overlap.
        axis: usize,
        /// Extent of `k`.
        size: usize,
        /// Number of windows.
        count: usize,
        /// Distance between windows.
        stride: usize,
        /// Distance between taps.
        dilation: usize,
    },
}

/// Writes a scalar to `target` at the point's row-major number in the domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Store {
    /// What is written, a scalar of the kernel.
    pub value: ScalarId,
    /// Where; it has as many elements as the domain has points.
    pub target: BufferId,
}

/// A loop over a domain.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernel {
    /// Extents of the iteration space.
    pub domain: Shape,
    /// What is computed first at each point.
    pub body: Body,
    /// The expressions of the stores.
    pub scalars: Vec<Scalar>,
    /// What is written.
    pub stores: Vec<Store>,
}

impl Affine {
    /// The same value everywhere.
    pub fn fixed(offset: isize, rank: usize) -> Affine {
        Affine { offset, strides: vec![0; rank] }
    }

    /// The coordinate along one dimension.
    pub fn coordinate(dimension: usize, rank: usize) -> Affine {
        let mut affine = Affine::fixed(0, rank);
        affine.strides[dimension] = 1;
        affine
    }

    /// The value at a point.
    pub fn at(&self, point: &[usize]) -> isize {
        self.offset + self.strides.iter().zip(point).map(|(stride, &x)| stride * x as isize).sum::<isize>()
    }

    /// `self + factor·other`
    pub(crate) fn plus(&self, other: &Affine, factor: isize) -> Affine {
        Affine {
            offset: self.offset + factor * other.offset,
            strides: self.strides.iter().zip(&other.strides).map(|(a, b)| a + factor * b).collect(),
        }
    }

    /// Smallest and largest value over a non-empty iteration space.
    pub(crate) fn bounds(&self, extents: &[usize]) -> (isize, isize) {
        let reach = |wanted: fn(&isize) -> bool| -> isize {
            let moving = self.strides.iter().zip(extents).map(|(stride, &extent)| stride * (extent as isize - 1));
            moving.filter(wanted).sum()
        };
        (self.offset + reach(|x| *x < 0), self.offset + reach(|x| *x > 0))
    }

    /// Keeps the dimensions named, in that order.
    fn pick(&self, dimensions: &[Option<usize>]) -> Affine {
        let stride = |dimension: &Option<usize>| dimension.map_or(0, |dimension| self.strides[dimension]);
        Affine { offset: self.offset, strides: dimensions.iter().map(stride).collect() }
    }
}

impl Guard {
    /// Whether it holds at a point.
    pub fn holds(&self, point: &[usize]) -> bool {
        (0..self.extent as isize).contains(&self.index.at(point))
    }

    /// Whether it holds at every point.
    pub(crate) fn always_holds(&self, extents: &[usize]) -> bool {
        let (low, high) = self.index.bounds(extents);
        low >= 0 && high < self.extent as isize
    }

    fn pick(&self, dimensions: &[Option<usize>]) -> Guard {
        Guard { index: self.index.pick(dimensions), extent: self.extent }
    }
}

impl Access {
    fn pick(&self, dimensions: &[Option<usize>]) -> Access {
        Access {
            buffer: self.buffer,
            index: self.index.pick(dimensions),
            guards: self.guards.iter().map(|guard| guard.pick(dimensions)).collect(),
        }
    }
}

impl Scalar {
    /// The same scalar over another iteration space: dimension `d` of the new one is dimension `dimensions[d]` of the old.
    pub(crate) fn pick(&self, dimensions: &[Option<usize>]) -> Scalar {
        match self {
            Scalar::Index(index) => Scalar::Index(index.pick(dimensions)),
            Scalar::Load(access) => Scalar::Load(access.pick(dimensions)),
            Scalar::Random { stream, element } => Scalar::Random { stream: *stream, element: element.pick(dimensions) },
            Scalar::Inside(guards) => Scalar::Inside(guards.iter().map(|guard| guard.pick(dimensions)).collect()),
            Scalar::Body | Scalar::Const(_) | Scalar::Unary(..) | Scalar::Binary(..) | Scalar::Select(..) => {
                self.clone()
            }
        }
    }

    /// The same scalar with its operands renumbered.
    pub(crate) fn renumber(&self, number: impl Fn(ScalarId) -> ScalarId) -> Scalar {
        match self {
            Scalar::Unary(op, x) => Scalar::Unary(*op, number(*x)),
            Scalar::Binary(op, a, b) => Scalar::Binary(*op, number(*a), number(*b)),
            Scalar::Select(c, a, b) => Scalar::Select(number(*c), number(*a), number(*b)),
            Scalar::Body
            | Scalar::Const(_)
            | Scalar::Index(_)
            | Scalar::Load(_)
            | Scalar::Random { .. }
            | Scalar::Inside(_) => self.clone(),
        }
    }

    /// The operands.
    pub fn operands(&self) -> impl Iterator<Item = ScalarId> {
        let (a, b, c) = match self {
            Scalar::Unary(_, x) => (Some(*x), None, None),
            Scalar::Binary(_, a, b) => (Some(*a), Some(*b), None),
            Scalar::Select(c, a, b) => (Some(*c), Some(*a), Some(*b)),
            Scalar::Body
            | Scalar::Const(_)
            | Scalar::Index(_)
            | Scalar::Load(_)
            | Scalar::Random { .. }
            | Scalar::Inside(_) => (None, None, None),
        };
        [a, b, c].into_iter().flatten()
    }
}

impl Body {
    /// Extents of the inner dimensions.
    pub fn inner(&self) -> Shape {
        match self {
            Body::None | Body::Gather { .. } => vec![],
            Body::Reduce { extents, .. } | Body::ScatterAdd { extents, .. } => extents.clone(),
            Body::MatMul { depth, .. } => vec![*depth],
            Body::Fold { size, .. } => vec![*size],
        }
    }

    /// Every buffer element that it reads.
    pub fn accesses(&self) -> Vec<&Access> {
        match self {
            Body::None => vec![],
            Body::Reduce { terms, .. } => loads(terms).collect(),
            Body::MatMul { a, b, .. } => vec![a, b],
            Body::Gather { table, rows, .. } => vec![table, rows],
            Body::ScatterAdd { rows, values, .. } => vec![rows, values],
            Body::Fold { windows, .. } => vec![windows],
        }
    }
}

impl Kernel {
    /// How many points it visits.
    pub fn points(&self) -> usize {
        numel(&self.domain)
    }

    /// The buffer elements that its stores read.
    pub fn store_accesses(&self) -> impl Iterator<Item = &Access> {
        loads(&self.scalars)
    }

    /// Every buffer that it reads.
    pub fn reads(&self) -> impl Iterator<Item = BufferId> {
        self.body.accesses().into_iter().chain(self.store_accesses()).map(|access| access.buffer)
    }

    /// Drops dimensions of extent 1, which every affine function can do without.
    pub(crate) fn squeeze(mut self) -> Kernel {
        let outer: Vec<Option<usize>> =
            (0..self.domain.len()).filter(|&axis| self.domain[axis] != 1).map(Some).collect();
        let rank = self.domain.len();
        match &mut self.body {
            Body::None => {}
            Body::Reduce { extents, terms, .. } => {
                let inner = (0..extents.len()).filter(|&axis| extents[axis] != 1).map(|axis| Some(rank + axis));
                let all: Vec<Option<usize>> = outer.iter().copied().chain(inner).collect();
                *terms = terms.iter().map(|term| term.pick(&all)).collect();
                extents.retain(|&extent| extent != 1);
            }
            Body::MatMul { .. } | Body::Gather { .. } | Body::ScatterAdd { .. } | Body::Fold { .. } => return self,
        }
        self.scalars = self.scalars.iter().map(|scalar| scalar.pick(&outer)).collect();
        self.domain.retain(|&extent| extent != 1);
        self
    }

    /// Drops scalars that no store needs.
    pub(crate) fn prune(&mut self) {
        let mut needed = vec![false; self.scalars.len()];
        for store in &self.stores {
            needed[store.value.0] = true;
        }
        for index in (0..needed.len()).rev().filter(|&index| needed[index]).collect::<Vec<_>>() {
            mark(&self.scalars, index, &mut needed);
        }
        let mut numbers = vec![ScalarId(0); needed.len()];
        let mut kept = Vec::new();
        for (index, scalar) in self.scalars.iter().enumerate().filter(|(index, _)| needed[*index]) {
            numbers[index] = ScalarId(kept.len());
            kept.push(scalar.renumber(|id| numbers[id.0]));
        }
        self.scalars = kept;
        for store in &mut self.stores {
            store.value = numbers[store.value.0];
        }
    }
}

fn mark(scalars: &[Scalar], index: usize, needed: &mut [bool]) {
    for operand in scalars[index].operands() {
        if !needed[operand.0] {
            needed[operand.0] = true;
            mark(scalars, operand.0, needed);
        }
    }
}

fn loads(scalars: &[Scalar]) -> impl Iterator<Item = &Access> {
    scalars.iter().filter_map(|scalar| match scalar {
        Scalar::Load(access) => Some(access),
        _ => None,
    })
}

impl fmt::Display for Affine {
    /// `7 + 2·i0 + i1`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut terms = Vec::new();
        if self.offset != 0 || self.strides.iter().all(|&stride| stride == 0) {
            terms.push(self.offset.to_string());
        }
        for (dimension, &stride) in self.strides.iter().enumerate() {
            match stride {
                0 => {}
                1 => terms.push(format!("i{dimension}")),
                _ => terms.push(format!("{stride}·i{dimension}")),
            }
        }
        f.write_str(&terms.join(" + "))
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0 <= {} < {}", self.index, self.extent)
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.buffer, self.index)?;
        if !self.guards.is_empty() {
            write!(f, " if {}", guards_text(&self.guards))?;
        }
        Ok(())
    }
}

fn guards_text(guards: &[Guard]) -> String {
    guards.iter().map(Guard::to_string).collect::<Vec<_>>().join(" and ")
}

fn write_scalars(f: &mut fmt::Formatter<'_>, scalars: &[Scalar], letter: char) -> fmt::Result {
    for (index, scalar) in scalars.iter().enumerate() {
        write!(f, "    {letter}{index} = ")?;
        match scalar {
            Scalar::Body => writeln!(f, "body")?,
            Scalar::Const(value) => writeln!(f, "{value:?}")?,
            Scalar::Index(index) => writeln!(f, "{index}")?,
            Scalar::Load(access) => writeln!(f, "{access}")?,
            Scalar::Random { stream, element } => writeln!(f, "random({stream}, {element})")?,
            Scalar::Unary(op, x) => writeln!(f, "{op:?} {letter}{}", x.0)?,
            Scalar::Binary(op, a, b) => writeln!(f, "{op:?} {letter}{} {letter}{}", a.0, b.0)?,
            Scalar::Select(c, a, b) => writeln!(f, "Select {letter}{} {letter}{} {letter}{}", c.0, a.0, b.0)?,
            Scalar::Inside(guards) => writeln!(f, "{}", guards_text(guards))?,
        }
    }
    Ok(())
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "kernel {:?}", self.domain)?;
        match &self.body {
            Body::None => {}
            Body::Reduce { op, extents, terms } => {
                writeln!(f, "  body = {op:?} over {extents:?} of")?;
                write_scalars(f, terms, 't')?;
            }
            Body::MatMul { a, b, depth } => writeln!(f, "  body = Sum over [{depth}] of {a} · {b}")?,
            Body::Gather { table, rows, stride, len } => {
                writeln!(f, "  body = {table} at row {rows} of {len}, {stride} apart")?;
            }
            Body::ScatterAdd { extents, rows, values } => {
                writeln!(f, "  body = Sum over {extents:?} of {values} at row {rows}")?;
            }
            Body::Fold { windows, axis, size, count, stride, dilation } => writeln!(
                f,
                "  body = Sum over [{size}] of {windows}, {count} windows along i{axis}, stride {stride}, dilation {dilation}"
            )?,
        }
        write_scalars(f, &self.scalars, 's')?;
        for store in &self.stores {
            writeln!(f, "  {} = s{}", store.target, store.value.0)?;
        }
        Ok(())
    }
}
