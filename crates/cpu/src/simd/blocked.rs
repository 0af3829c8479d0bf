//! Our own matrix product: operands packed for the [tile](super::tile), pieces sized for the caches.
//!
//! The right factor of a piece is packed once for all its rows, a few panels of 16 KiB just before they are used. Where no other piece uses it
//! the next panels take their place, which is still in the nearest caches; else all are kept (at most 2 MiB). The left factor is packed once for all its
//! columns (at most 260 KiB). Packing costs a few percent where the other factor is narrow; reading rows in place instead would take an address
//! for each in the innermost loop, which costs more.

use super::gemm::{Matrix, Multiply, Product, Right, Target};
use super::pack::{TOGETHER, pack};
use super::tile::{COLUMNS, ROWS, tile};
use crate::aligned::Aligned;

/// Room for packed operands.
pub(super) struct Packed {
    left: Aligned,
    right: Aligned,
}

impl Default for Packed {
    fn default() -> Packed {
        let Product { rows, depth, columns } = Self::LARGEST;
        Packed { left: Aligned::zeros(rows * depth), right: Aligned::zeros(depth * columns) }
    }
}

impl Multiply for Packed {
    const LARGEST: Product = Product { rows: 26 * ROWS, depth: 512, columns: 1024 };
    const ROWS: usize = ROWS;

    // A function of its own: V8 compiles the innermost loop best where few loops lie around it.
    #[inline(never)]
    #[cfg_attr(all(target_arch = "wasm32", feature = "relaxed"), target_feature(enable = "relaxed-simd"))]
    unsafe fn multiply(&mut self, product: Product, a: Matrix<'_>, b: Matrix<'_>, right: Right, c: Target<'_>) {
        let Product { rows, depth, columns } = product;
        pack::<ROWS>(a, rows, depth, &mut self.left);
        for first in (0..columns).step_by(TOGETHER * COLUMNS) {
            let end = columns.min(first + TOGETHER * COLUMNS);
            let kept = if right == Right::Once { 0 } else { first * depth };
            if right != Right::Again {
                pack::<COLUMNS>(b.from(0, first).transpose(), end - first, depth, &mut self.right[kept..]);
            }
            for column in (first..end).step_by(COLUMNS) {
                let right = &self.right[kept + (column - first) * depth..][..COLUMNS * depth];
                for row in (0..rows).step_by(ROWS) {
                    let left = &self.left[row * depth..][..ROWS * depth];
                    let to = c.data[row * c.stride + column..].as_ptr().cast::<f32>().cast_mut();
                    let shape = (ROWS.min(rows - row), COLUMNS.min(columns - column));
                    // SAFETY: the panels hold `depth` steps. The caller vouches for all elements of `c`, of which
                    // `shape` are left from here on.
                    unsafe { place(depth, left.as_ptr(), right.as_ptr(), shape, to, c.stride, c.accumulate) }
                }
            }
        }
    }
}

/// Computes a tile of which only `shape` rows and columns exist in `C`.
///
/// # Safety
/// As for [`tile`], but only `shape` rows and columns are read and written at `c`.
#[inline(always)]
unsafe fn place(
    depth: usize,
    left: *const f32,
    right: *const f32,
    shape: (usize, usize),
    c: *mut f32,
    stride: usize,
    accumulate: bool,
) {
    // SAFETY: the caller's promise for the operands. The result goes to `C` where all of it exists there, else to
    // `spare`, and from there the part that exists.
    unsafe {
        if shape == (ROWS, COLUMNS) {
            return tile::<2>(depth, left, right, c, stride, accumulate);
        }
        let mut spare = [0.0; ROWS * COLUMNS];
        if shape.1 <= COLUMNS / 2 {
            tile::<1>(depth, left, right, spare.as_mut_ptr(), COLUMNS, false);
        } else {
            tile::<2>(depth, left, right, spare.as_mut_ptr(), COLUMNS, false);
        }
        for row in 0..shape.0 {
            for column in 0..shape.1 {
                let to = c.add(row * stride + column);
                *to = spare[row * COLUMNS + column] + if accumulate { *to } else { 0.0 };
            }
        }
    }
}
