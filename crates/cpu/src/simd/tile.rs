//! The innermost loop: a tile of the product held in registers.
//!
//! Eight accumulators of four lanes keep the multipliers of current processors busy and, with the operands, still fit
//! the fifteen vector registers that browsers' compilers hand out. The loop over the depth is not unrolled: larger
//! tiles and unrolled loops spill.

use super::lanes::F32x4;

/// Rows of a tile.
pub(super) const ROWS: usize = 4;
/// Columns of a tile, and of a panel of the right factor.
pub(super) const COLUMNS: usize = 8;

/// `C = A·B`, or `C += A·B` where `accumulate`, for a tile of [`ROWS`] by `4·VECTORS`.
///
/// `a` says where the rows of the left factor begin. `PACKED`: they are interleaved, [`ROWS`] numbers for each step of the depth,
/// from the first address on. Else each is a run of consecutive numbers.
/// `panel` holds `depth` steps of [`COLUMNS`] numbers; of each the first `4·VECTORS` are used. Rows of `c` are `stride` apart.
///
/// # Safety
/// `a` can be read as described for `depth` steps, `panel` for `depth·COLUMNS` numbers, and `ROWS` rows of
/// `4·VECTORS` numbers can be read and written from `c` on, which nothing else refers to.
#[inline(always)]
pub(super) unsafe fn tile<const PACKED: bool, const VECTORS: usize>(
    depth: usize,
    a: [*const f32; ROWS],
    panel: *const f32,
    c: *mut f32,
    stride: usize,
    accumulate: bool,
) {
    let mut sums = [[F32x4::splat(0.0); VECTORS]; ROWS];
    let mut rows = a;
    let mut b = panel;
    for _ in 0..depth {
        // SAFETY: each step reads one number of each row and one step of the panel, which the caller vouches for.
        unsafe {
            let columns: [F32x4; VECTORS] = std::array::from_fn(|vector| F32x4::load(b.add(4 * vector)));
            for row in 0..ROWS {
                let left = F32x4::load_splat(if PACKED { rows[0].add(row) } else { rows[row] });
                for vector in 0..VECTORS {
                    sums[row][vector] = left.mul_add(columns[vector], sums[row][vector]);
                }
            }
            b = b.wrapping_add(COLUMNS);
            if PACKED {
                rows[0] = rows[0].wrapping_add(ROWS);
            } else {
                rows = rows.map(|row| row.wrapping_add(1));
            }
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        for (vector, &sum) in sums.iter().enumerate() {
            // SAFETY: within the tile that the caller vouches for.
            unsafe {
                let to = c.add(row * stride + 4 * vector);
                let sum = if accumulate { F32x4::load(to).add(sum) } else { sum };
                sum.store(to);
            }
        }
    }
}
