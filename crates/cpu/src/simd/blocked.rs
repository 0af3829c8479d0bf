//! Our own matrix product: operands packed for the [tile](super::tile), pieces sized for the caches.
//!
//! The right factor of a piece is packed once for all its rows (at most 2 MiB, of which a panel of 16 KiB is in use at a
//! time). The left factor is read in place where its rows are consecutive, else packed (at most 256 KiB).

use super::gemm::{Matrix, Multiply, Product, Target};
use super::pack::pack;
use super::tile::{COLUMNS, ROWS, tile};

/// Room for packed operands.
pub(super) struct Packed {
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Default for Packed {
    fn default() -> Packed {
        let Product { rows, depth, columns } = Self::LARGEST;
        Packed { left: vec![0.0; rows * depth], right: vec![0.0; depth * columns] }
    }
}

impl Multiply for Packed {
    const LARGEST: Product = Product { rows: 128, depth: 512, columns: 1024 };

    unsafe fn multiply(&mut self, product: Product, a: Matrix<'_>, b: Matrix<'_>, new_b: bool, c: &mut Target<'_>) {
        let Product { rows, depth, columns } = product;
        if new_b {
            pack::<COLUMNS>(b.transpose(), columns, depth, &mut self.right);
        }
        let in_place = a.column == 1;
        if !in_place {
            pack::<ROWS>(a, rows, depth, &mut self.left);
        }
        for column in (0..columns).step_by(COLUMNS) {
            let panel = self.right[column * depth..][..COLUMNS * depth].as_ptr();
            for row in (0..rows).step_by(ROWS) {
                let shape = (ROWS.min(rows - row), COLUMNS.min(columns - column));
                let to = c.data[row * c.stride + column..].as_mut_ptr();
                // SAFETY: the caller vouches for the elements of `a` and `c`. Packing has filled whole panels; the
                // slices above are as long. Rows that `a` lacks are read from its last row and not stored.
                unsafe {
                    if in_place {
                        let start = |number: usize| {
                            let row = (row + number).min(rows - 1) as isize;
                            a.data.as_ptr().offset(a.origin as isize + row * a.row)
                        };
                        let left = [start(0), start(1), start(2), start(3)];
                        place::<false>(depth, left, panel, shape, to, c.stride, c.accumulate);
                    } else {
                        let left = [self.left[row * depth..][..ROWS * depth].as_ptr(); ROWS];
                        place::<true>(depth, left, panel, shape, to, c.stride, c.accumulate);
                    }
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
unsafe fn place<const PACKED: bool>(
    depth: usize,
    left: [*const f32; ROWS],
    panel: *const f32,
    shape: (usize, usize),
    c: *mut f32,
    stride: usize,
    accumulate: bool,
) {
    if shape == (ROWS, COLUMNS) {
        // SAFETY: the caller's promise; the whole tile exists.
        unsafe { tile::<PACKED, 2>(depth, left, panel, c, stride, accumulate) };
        return;
    }
    let mut whole = [0.0; ROWS * COLUMNS];
    // SAFETY: the caller's promise for the operands; the result goes to `whole`, and from there where `C` has room.
    unsafe {
        if shape.1 <= 4 {
            tile::<PACKED, 1>(depth, left, panel, whole.as_mut_ptr(), COLUMNS, false);
        } else {
            tile::<PACKED, 2>(depth, left, panel, whole.as_mut_ptr(), COLUMNS, false);
        }
        for row in 0..shape.0 {
            for column in 0..shape.1 {
                let to = c.add(row * stride + column);
                *to = whole[row * COLUMNS + column] + if accumulate { *to } else { 0.0 };
            }
        }
    }
}
