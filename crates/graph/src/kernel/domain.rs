//! The same kernel over another iteration space.

use std::ops::Range;

use super::{Affine, Body, Kernel, Scalar};
use crate::shape::{Shape, reshape_groups};

impl Kernel {
    /// A kernel without a body over another domain with the same points in the same order, where no affine
    /// function would need a division.
    pub(crate) fn over(&self, domain: &[usize]) -> Option<Kernel> {
        if self.body != Body::None {
            return None;
        }
        let groups = reshape_groups(&self.domain, domain)?;
        let mut kernel = self.clone();
        kernel.domain = domain.to_vec();
        for affine in kernel.scalars.iter_mut().flat_map(Scalar::affines_mut) {
            *affine = regroup(affine, &self.domain, domain, &groups)?;
        }
        Some(kernel)
    }

    /// Joins neighbouring dimensions that every affine function walks through as one, and drops those of extent 1:
    /// longer inner loops, fewer of them. The rows, the columns and the depth of a product stay apart, and stay. Bodies that give
    /// a dimension a meaning of its own keep all.
    pub(crate) fn collapse(mut self) -> Kernel {
        let rank = self.domain.len();
        let stores = self.scalars.iter().flat_map(Scalar::affines);
        let (outer, inner) = match &mut self.body {
            Body::None => (joined(&self.domain, 0, stores), vec![]),
            Body::Gather { table, rows, .. } => {
                let body = table.affines().chain(rows.affines());
                (joined(&self.domain, 0, stores.chain(body)), vec![])
            }
            Body::Reduce { extents, terms, .. } => {
                let body = terms.iter().flat_map(Scalar::affines);
                (joined(&self.domain, 0, stores.chain(body.clone())), joined(extents, rank, body))
            }
            Body::MatMul { a, b, rows, columns, depth } => {
                let body = a.affines().chain(b.affines());
                let affines = stores.chain(body.clone());
                let (first_row, first_column) = (rank - *rows - *columns, rank - *columns);
                let part = |range: Range<usize>| joined(&self.domain[range.clone()], range.start, affines.clone());
                let own_rows = at_least_one(part(first_row..first_column), first_row);
                let own_columns = at_least_one(part(first_column..rank), first_column);
                (*rows, *columns) = (own_rows.len(), own_columns.len());
                let inner = at_least_one(joined(depth, rank, body), rank);
                ([part(0..first_row), own_rows, own_columns].concat(), inner)
            }
            Body::ScatterAdd { .. } | Body::Fold { .. } | Body::MatMulFold { .. } => return self,
        };
        self.domain = extents(&outer);
        self.scalars.iter_mut().flat_map(Scalar::affines_mut).for_each(|affine| keep(affine, &outer));
        let all = [outer, inner.clone()].concat();
        match &mut self.body {
            Body::Gather { table, rows, .. } => {
                table.affines_mut().chain(rows.affines_mut()).for_each(|affine| keep(affine, &all));
            }
            Body::Reduce { extents: own, terms, .. } => {
                *own = extents(&inner);
                terms.iter_mut().flat_map(Scalar::affines_mut).for_each(|affine| keep(affine, &all));
            }
            Body::MatMul { a, b, depth, .. } => {
                *depth = extents(&inner);
                a.affines_mut().chain(b.affines_mut()).for_each(|affine| keep(affine, &all));
            }
            Body::None | Body::ScatterAdd { .. } | Body::Fold { .. } | Body::MatMulFold { .. } => {}
        }
        self
    }
}

/// An affine function of `from`'s dimensions as one of `to`'s, where each group of dimensions is walked through as one.
fn regroup(affine: &Affine, from: &[usize], to: &[usize], groups: &[(Range<usize>, Range<usize>)]) -> Option<Affine> {
    let mut strides = vec![0; to.len()];
    for (own, others) in groups {
        let own: Vec<usize> = own.clone().filter(|&axis| from[axis] != 1).collect();
        if !own.windows(2).all(|pair| runs_on(affine, pair[0], pair[1], from[pair[1]])) {
            return None;
        }
        let Some(&innermost) = own.last() else { continue };
        let mut stride = affine.strides[innermost];
        for axis in others.clone().rev().filter(|&axis| to[axis] != 1) {
            strides[axis] = stride;
            stride *= to[axis] as isize;
        }
    }
    Some(Affine { offset: affine.offset, strides })
}

/// Several dimensions in the place of one: the stride of all is that of the innermost.
#[derive(Clone)]
struct Joined {
    innermost: usize,
    extent: usize,
}

/// Joins the dimensions `first, first + 1, ..` of these extents as far as all affine functions allow.
fn joined<'a>(extents: &[usize], first: usize, affines: impl Iterator<Item = &'a Affine>) -> Vec<Joined> {
    let affines: Vec<&Affine> = affines.collect();
    let mut dimensions: Vec<Joined> = Vec::new();
    for (axis, &extent) in extents.iter().enumerate().filter(|(_, extent)| **extent != 1) {
        let axis = first + axis;
        match dimensions.last_mut() {
            Some(outer) if affines.iter().all(|affine| runs_on(affine, outer.innermost, axis, extent)) => {
                *outer = Joined { innermost: axis, extent: outer.extent * extent };
            }
            _ => dimensions.push(Joined { innermost: axis, extent }),
        }
    }
    dimensions
}

/// The dimensions, or where none is left the first one, whose extent is 1.
fn at_least_one(dimensions: Vec<Joined>, first: usize) -> Vec<Joined> {
    if dimensions.is_empty() { vec![Joined { innermost: first, extent: 1 }] } else { dimensions }
}

fn extents(dimensions: &[Joined]) -> Shape {
    dimensions.iter().map(|dimension| dimension.extent).collect()
}

fn keep(affine: &mut Affine, dimensions: &[Joined]) {
    affine.strides = dimensions.iter().map(|dimension| affine.strides[dimension.innermost]).collect();
}

/// Whether a step along `outer` is the same as walking through the whole of `inner`.
fn runs_on(affine: &Affine, outer: usize, inner: usize, extent: usize) -> bool {
    affine.strides[outer] == affine.strides[inner] * extent as isize
}
