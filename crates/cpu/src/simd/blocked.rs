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

/// The most steps of shallow tiles.
const MOST_SHALLOW: usize = 64;

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

    unsafe fn multiply(&mut self, product: Product, a: Matrix<'_>, b: Matrix<'_>, right: Right, c: Target<'_>) {
        // SAFETY: the caller's promise.
        unsafe {
            if (1..=MOST_SHALLOW).contains(&product.depth) {
                self.multiply_by::<true>(product, a, b, right, c);
            } else {
                self.multiply_by::<false>(product, a, b, right, c);
            }
        }
    }
}

impl Packed {
    /// [`Packed::multiply`] by tiles that are shallow or not.
    ///
    /// A function of its own: V8 compiles the innermost loop best where few loops lie around it.
    ///
    /// # Safety
    /// As there, and there is a step where tiles are shallow.
    #[inline(never)]
    #[cfg_attr(all(target_arch = "wasm32", feature = "relaxed"), target_feature(enable = "relaxed-simd"))]
    unsafe fn multiply_by<const SHALLOW: bool>(
        &mut self,
        product: Product,
        a: Matrix<'_>,
        b: Matrix<'_>,
        right: Right,
        c: Target<'_>,
    ) {
        let Product { rows, depth, columns } = product;
        pack::<ROWS>(a, rows, depth, &mut self.left);
        for first in (0..columns).step_by(TOGETHER * COLUMNS) {
            let end = columns.min(first + TOGETHER * COLUMNS);
            let kept = if right == Right::Once { 0 } else { first * depth };
            if right != Right::Again {
                pack::<COLUMNS>(b.from(0, first).transpose(), end - first, depth, &mut self.right[kept..]);
            }
            for column in (first..end).step_by(COLUMNS) {
                let right = self.right[kept + (column - first) * depth..][..COLUMNS * depth].as_ptr();
                let whole = if columns - column < COLUMNS { 0 } else { rows / ROWS };
                let (mut left, mut to) = (self.left.as_ptr(), c.data[column..].as_ptr().cast::<f32>().cast_mut());
                for _ in 0..whole {
                    // SAFETY: the panels hold `depth` steps, of which `left` has one for each `ROWS` rows. The caller vouches for all elements
                    // of `c`, of which as many are left from here on.
                    unsafe { tile::<ROWS, 2, SHALLOW>(depth, left, right, to, c.stride, c.accumulate) };
                    left = left.wrapping_add(ROWS * depth);
                    to = to.wrapping_add(ROWS * c.stride);
                }
                for row in (whole * ROWS..rows).step_by(ROWS) {
                    let shape = (ROWS.min(rows - row), COLUMNS.min(columns - column));
                    // SAFETY: as above, of which `shape` are left.
                    unsafe { edge(depth, left, right, shape, to, c.stride, c.accumulate) };
                    left = left.wrapping_add(ROWS * depth);
                    to = to.wrapping_add(ROWS * c.stride);
                }
            }
        }
    }
}

/// Computes a tile at the edge: only `rows` and `columns` of it exist in `C`.
///
/// A function of its own, as loops that run seldom.
///
/// # Safety
/// As for [`tile`], but only that part is read and written at `c`.
#[inline(never)]
#[cfg_attr(all(target_arch = "wasm32", feature = "relaxed"), target_feature(enable = "relaxed-simd"))]
unsafe fn edge(
    depth: usize,
    left: *const f32,
    right: *const f32,
    (rows, columns): (usize, usize),
    c: *mut f32,
    stride: usize,
    accumulate: bool,
) {
    // SAFETY: the caller's promise for the operands. The result goes to `C` where it is of whole vectors, else to `spare`, and from there the
    // part that exists.
    unsafe {
        if columns.is_multiple_of(4) {
            return tile_of(rows, columns, depth, left, right, c, stride, accumulate);
        }
        let mut spare = [0.0; ROWS * COLUMNS];
        tile_of(rows, columns, depth, left, right, spare.as_mut_ptr(), COLUMNS, false);
        for row in 0..rows {
            for column in 0..columns {
                let to = c.add(row * stride + column);
                *to = spare[row * COLUMNS + column] + if accumulate { *to } else { 0.0 };
            }
        }
    }
}

/// A tile of so many rows, and of as many whole vectors as hold the columns.
///
/// # Safety
/// As for [`tile`].
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "those of a tile, and its shape")]
unsafe fn tile_of(
    rows: usize,
    columns: usize,
    depth: usize,
    left: *const f32,
    right: *const f32,
    c: *mut f32,
    stride: usize,
    accumulate: bool,
) {
    // SAFETY: the caller's promise.
    unsafe {
        match (rows, columns <= 4) {
            (1, true) => tile::<1, 1, false>(depth, left, right, c, stride, accumulate),
            (2, true) => tile::<2, 1, false>(depth, left, right, c, stride, accumulate),
            (3, true) => tile::<3, 1, false>(depth, left, right, c, stride, accumulate),
            (4, true) => tile::<4, 1, false>(depth, left, right, c, stride, accumulate),
            (_, true) => tile::<ROWS, 1, false>(depth, left, right, c, stride, accumulate),
            (1, false) => tile::<1, 2, false>(depth, left, right, c, stride, accumulate),
            (2, false) => tile::<2, 2, false>(depth, left, right, c, stride, accumulate),
            (3, false) => tile::<3, 2, false>(depth, left, right, c, stride, accumulate),
            (4, false) => tile::<4, 2, false>(depth, left, right, c, stride, accumulate),
            (_, false) => tile::<ROWS, 2, false>(depth, left, right, c, stride, accumulate),
        }
    }
}
