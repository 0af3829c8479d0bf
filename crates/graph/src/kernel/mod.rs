//! Kernels: loops over scalar expressions, all that is left of a graph once it is fused.
//!
//! A kernel visits every point of its `domain`. At each point it first computes the number of its [`Body`], which may
//! combine many numbers over further, inner dimensions, and then its `stores`: scalar expressions over the point that
//! may use the body's number. What is loaded, and from where, is an affine function of the point, so that moving
//! numbers about (transposes, slices, windows, padding, broadcasting) costs no loop of its own.

mod affine;
mod domain;
mod text;

pub use affine::{Access, Affine, Guard};

use crate::op::{Binary, Reduce, Unary};
use crate::program::BufferId;
use crate::shape::{Shape, numel};

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
    /// `Σ a·b` over all inner points. The domain is `[batch.., rows.., columns..]`; `a` does not vary with the columns, nor `b`
    /// with the rows.
    MatMul {
        /// Left factor.
        a: Access,
        /// Right factor.
        b: Access,
        /// How many dimensions the rows are.
        rows: usize,
        /// How many dimensions the columns are.
        columns: usize,
        /// Inner extents.
        depth: Shape,
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
    /// The sum of `windows`, where they overlap, over all taps.
    Fold {
        /// What is summed.
        windows: Access,
        /// Along which axes, and how. Taps are inner dimensions, in this order.
        overlaps: Vec<Overlap>,
    },
    /// The same of windows that are rows of a matrix product, `Σ a·b` over the inner dimensions that follow the taps. The domain
    /// is `[rows.., columns..]`; `a` varies with the rows alone, `b` with the taps and the columns. Windows overlap along rows.
    MatMulFold {
        /// Left factor.
        a: Access,
        /// Right factor.
        b: Access,
        /// How many dimensions the rows are.
        rows: usize,
        /// Extents of the inner dimensions that follow the taps.
        depth: Shape,
        /// Along which axes windows overlap, and how.
        overlaps: Vec<Overlap>,
    },
}

/// How windows overlap along an axis of the domain: what they are is read with the coordinate `i` along the axis replaced by the number of a
/// window, `(i - tap·dilation) / stride`, wherever that is whole and in `0..count`. The sum over the taps of the first overlap is the outermost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The axis.
    pub axis: usize,
    /// Taps of a window.
    pub size: usize,
    /// Number of windows.
    pub count: usize,
    /// Distance between windows.
    pub stride: usize,
    /// Distance between taps.
    pub dilation: usize,
}

impl Overlap {
    /// The window whose tap lies at a position, if there is one.
    pub fn window(&self, position: usize, tap: usize) -> Option<usize> {
        let start = position.checked_sub(tap * self.dilation)?;
        (start.is_multiple_of(self.stride) && start / self.stride < self.count).then_some(start / self.stride)
    }
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
///
/// At each point everything is loaded before anything is stored. A store may overwrite memory that the kernel's scalars load,
/// but only the very element that they load at the same point: a parameter updated in place, or, in a kernel without a
/// body, a value that is used for the last time. The body never reads what the kernel overwrites.
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

impl Scalar {
    /// Its affine functions.
    fn affines(&self) -> Vec<&Affine> {
        match self {
            Scalar::Index(index) | Scalar::Random { element: index, .. } => vec![index],
            Scalar::Load(access) => access.affines().collect(),
            Scalar::Inside(guards) => guards.iter().map(|guard| &guard.index).collect(),
            Scalar::Body | Scalar::Const(_) | Scalar::Unary(..) | Scalar::Binary(..) | Scalar::Select(..) => vec![],
        }
    }

    fn affines_mut(&mut self) -> Vec<&mut Affine> {
        match self {
            Scalar::Index(index) | Scalar::Random { element: index, .. } => vec![index],
            Scalar::Load(access) => access.affines_mut().collect(),
            Scalar::Inside(guards) => guards.iter_mut().map(|guard| &mut guard.index).collect(),
            Scalar::Body | Scalar::Const(_) | Scalar::Unary(..) | Scalar::Binary(..) | Scalar::Select(..) => vec![],
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
            Body::Reduce { extents, .. } | Body::ScatterAdd { extents, .. } | Body::MatMul { depth: extents, .. } => {
                extents.clone()
            }
            Body::Fold { overlaps, .. } => overlaps.iter().map(|overlap| overlap.size).collect(),
            Body::MatMulFold { overlaps, depth, .. } => {
                overlaps.iter().map(|overlap| overlap.size).chain(depth.iter().copied()).collect()
            }
        }
    }

    /// Every buffer element that it reads.
    pub fn accesses(&self) -> Vec<&Access> {
        match self {
            Body::None => vec![],
            Body::Reduce { terms, .. } => loads(terms).collect(),
            Body::MatMul { a, b, .. } | Body::MatMulFold { a, b, .. } => vec![a, b],
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

    /// How many multiplications the matrix product in its body takes; 0 where there is none.
    pub fn multiplications(&self) -> usize {
        match &self.body {
            Body::MatMul { depth, .. } => self.points() * numel(depth),
            Body::MatMulFold { overlaps, .. } => {
                let mut extents = [&self.domain[..], &self.body.inner()].concat();
                overlaps.iter().for_each(|overlap| extents[overlap.axis] = overlap.count);
                numel(&extents)
            }
            _ => 0,
        }
    }

    /// The buffer elements that its stores read.
    pub fn store_accesses(&self) -> impl Iterator<Item = &Access> {
        loads(&self.scalars)
    }

    /// Every buffer that it reads.
    pub fn reads(&self) -> impl Iterator<Item = BufferId> {
        self.body.accesses().into_iter().chain(self.store_accesses()).map(|access| access.buffer)
    }

    /// Drops scalars that no store needs.
    pub(crate) fn prune(&mut self) {
        let mut needed = vec![false; self.scalars.len()];
        for store in &self.stores {
            needed[store.value.0] = true;
        }
        for index in (0..needed.len()).rev() {
            if needed[index] {
                self.scalars[index].operands().for_each(|operand| needed[operand.0] = true);
            }
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

fn loads(scalars: &[Scalar]) -> impl Iterator<Item = &Access> {
    scalars.iter().filter_map(|scalar| match scalar {
        Scalar::Load(access) => Some(access),
        _ => None,
    })
}
