//! Which element of a buffer is read at a point of an iteration space.

use crate::program::BufferId;

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
}

impl Access {
    /// Its affine functions.
    pub(super) fn affines(&self) -> impl Iterator<Item = &Affine> + Clone {
        std::iter::once(&self.index).chain(self.guards.iter().map(|guard| &guard.index))
    }

    pub(super) fn affines_mut(&mut self) -> impl Iterator<Item = &mut Affine> {
        std::iter::once(&mut self.index).chain(self.guards.iter_mut().map(|guard| &mut guard.index))
    }
}
