//! Views: where in a node a kernel's point lies.

use crate::kernel::{Affine, Guard};
use crate::op::Move;
use crate::shape::{Shape, reshape_groups, row_major};

/// How a node is met: an affine function of the kernel's point for each of its axes, and where it counts as 0.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct View {
    pub(super) index: Vec<Affine>,
    pub(super) guards: Vec<Guard>,
}

/// Why a view does not go through a move.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// It would go if this dimension of the kernel were two, the inner one of this extent.
    Whole { dimension: usize, inner: usize },
    /// It would need divisions.
    Divisions,
}

impl View {
    pub(super) fn identity(axes: usize, rank: usize) -> View {
        View { index: (0..axes).map(|axis| Affine::coordinate(axis, rank)).collect(), guards: vec![] }
    }

    /// Axes that are each the row-major number of a point in some dimensions of their own.
    pub(super) fn grouped(axes: &[Shape]) -> View {
        let rank = axes.iter().map(Vec::len).sum();
        let all = View::identity(rank, rank);
        let mut first = 0;
        let number = |own: &Shape| {
            let part = View { index: all.index[first..first + own.len()].to_vec(), guards: vec![] };
            first += own.len();
            part.flat(own, rank)
        };
        View { index: axes.iter().map(number).collect(), guards: vec![] }
    }

    pub(super) fn first(&self, axes: usize) -> View {
        View { index: self.index[..axes].to_vec(), guards: self.guards.clone() }
    }

    /// The row-major number of the element met.
    pub(super) fn flat(&self, shape: &[usize], rank: usize) -> Affine {
        let strides = row_major(shape);
        self.index.iter().zip(strides).fold(Affine::fixed(0, rank), |sum, (index, stride)| sum.plus(index, stride))
    }

    /// How the operand of a move, of shape `from`, is met where its result, of shape `to`, is met like this by a kernel of
    /// these extents. Padding adds one guard at most.
    pub(super) fn through(
        &self,
        movement: &Move,
        from: &[usize],
        to: &[usize],
        extents: &[usize],
    ) -> Result<View, Obstacle> {
        let rank = extents.len();
        let mut view = self.clone();
        match movement {
            Move::Reshape => view.index = self.reshaped(from, to, extents)?,
            Move::Permute(order) => {
                for (to, &axis) in order.iter().enumerate() {
                    view.index[axis] = self.index[to].clone();
                }
            }
            Move::Expand => {
                for axis in (0..from.len()).filter(|&axis| from[axis] == 1) {
                    view.index[axis] = Affine::fixed(0, rank);
                }
            }
            Move::Slice { axis, start, step } => {
                view.index[*axis] = Affine::fixed(*start as isize, rank).plus(&self.index[*axis], *step as isize);
            }
            Move::Flip(axis) => {
                view.index[*axis] = Affine::fixed(from[*axis] as isize - 1, rank).plus(&self.index[*axis], -1);
            }
            Move::Unfold { axis, stride, dilation, .. } => {
                let tap = view.index.remove(axis + 1);
                let window = &self.index[*axis];
                view.index[*axis] =
                    Affine::fixed(0, rank).plus(window, *stride as isize).plus(&tap, *dilation as isize);
            }
            Move::Pad { axis, before, .. } => {
                view.index[*axis].offset -= *before as isize;
                let guard = Guard { index: view.index[*axis].clone(), extent: from[*axis] };
                if !guard.always_holds(extents) && !view.guards.contains(&guard) {
                    view.guards.push(guard);
                }
            }
        }
        Ok(view)
    }

    fn reshaped(&self, from: &[usize], to: &[usize], extents: &[usize]) -> Result<Vec<Affine>, Obstacle> {
        let rank = extents.len();
        let mut index = vec![Affine::fixed(0, rank); from.len()];
        for (own, others) in reshape_groups(from, to).ok_or(Obstacle::Divisions)? {
            let part = View { index: self.index[others.clone()].to_vec(), guards: vec![] };
            let number = part.flat(&to[others], rank);
            let axes: Vec<usize> = own.filter(|&axis| from[axis] != 1).collect();
            match axes[..] {
                [] => {}
                [axis] => index[axis] = number,
                _ => take_apart(&number, &axes, from, extents, &mut index)?,
            }
        }
        Ok(index)
    }
}

/// The index along each of several axes of the element with this row-major number. That takes no division where the number
/// is made of coordinates as of digits, each axis of some of them.
fn take_apart(
    number: &Affine,
    axes: &[usize],
    shape: &[usize],
    extents: &[usize],
    index: &mut [Affine],
) -> Result<(), Obstacle> {
    let moving = |&dimension: &usize| number.strides[dimension] != 0 && extents[dimension] != 1;
    let mut digits: Vec<usize> = (0..extents.len()).filter(moving).collect();
    digits.sort_by_key(|&dimension| std::cmp::Reverse(number.strides[dimension]));
    if number.offset != 0 {
        return Err(Obstacle::Divisions);
    }
    // From the last axis and the last digit on: how far the digits so far count.
    let mut counted = 1;
    for &axis in axes.iter().rev() {
        let (mut within, mut left) = (1, shape[axis]);
        while left > 1 {
            let Some(dimension) = digits.pop() else { return Err(Obstacle::Divisions) };
            let extent = extents[dimension];
            if number.strides[dimension] != counted {
                return Err(Obstacle::Divisions);
            }
            if extent > left && extent.is_multiple_of(left) {
                return Err(Obstacle::Whole { dimension, inner: left });
            }
            if !left.is_multiple_of(extent) {
                return Err(Obstacle::Divisions);
            }
            index[axis].strides[dimension] = within;
            within *= extent as isize;
            counted *= extent as isize;
            left /= extent;
        }
    }
    if digits.is_empty() { Ok(()) } else { Err(Obstacle::Divisions) }
}
