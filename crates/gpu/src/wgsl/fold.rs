//! Matrix products whose rows are windows that overlap: one dispatch computes the windows, a second one sums them.

use daydream_graph::kernel::{Access, Affine, Body, Kernel, Scalar, ScalarId, Store};
use daydream_graph::{BufferId, row_major};

/// The kernel that writes the windows to a buffer, `[rows.., taps.., columns..]`, and the one that sums them; `None` for any other body.
pub(super) fn split(kernel: &Kernel, windows: BufferId) -> Option<[Kernel; 2]> {
    let Body::MatMulFold { a, b, rows, depth, overlaps } = &kernel.body else { return None };
    let rank = kernel.domain.len();
    let mut extents = [&kernel.domain[..], &kernel.body.inner()].concat();
    for overlap in overlaps {
        extents[overlap.axis] = overlap.count;
    }
    let first_of_depth = rank + overlaps.len();
    // Taps in the order of their axes: neighbours in the image are neighbours in a window.
    let mut taps: Vec<usize> = (rank..first_of_depth).collect();
    taps.sort_by_key(|tap| overlaps[tap - rank].axis);
    let order: Vec<usize> = (0..*rows).chain(taps).chain(*rows..rank).collect();
    let domain: Vec<usize> = order.iter().map(|&dimension| extents[dimension]).collect();

    let reordered = |affine: &Affine| {
        let dimensions = order.iter().copied().chain(first_of_depth..extents.len());
        Affine { offset: affine.offset, strides: dimensions.map(|dimension| affine.strides[dimension]).collect() }
    };
    let factor = |access: &Access| {
        let mut access = access.clone();
        access.index = reordered(&access.index);
        access.guards.iter_mut().for_each(|guard| guard.index = reordered(&guard.index));
        access
    };
    let product = Kernel {
        body: Body::MatMul {
            a: factor(a),
            b: factor(b),
            rows: *rows,
            columns: domain.len() - rows,
            depth: depth.clone(),
        },
        scalars: vec![Scalar::Body],
        stores: vec![Store { value: ScalarId(0), target: windows }],
        domain: domain.clone(),
    };

    let mut strides = vec![0; first_of_depth];
    for (&dimension, stride) in order.iter().zip(row_major(&domain)) {
        strides[dimension] = stride;
    }
    let mut sum = kernel.clone();
    let windows = Access { buffer: windows, index: Affine { offset: 0, strides }, guards: vec![] };
    sum.body = Body::Fold { windows, overlaps: overlaps.clone() };
    Some([product, sum])
}
