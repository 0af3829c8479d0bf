//! The innermost loop: a tile of the product held in registers.
//!
//! Ten accumulators of four lanes keep the multipliers of current processors busy: a fused multiplication with addition takes four cycles, two begin in each, and
//! eight accumulators would leave no slack. With the operands and a product that is yet to be added they take fourteen of the fifteen vector
//! registers that browsers' compilers hand out on x86. The loop over the depth is not unrolled: larger tiles and unrolled loops spill.

use super::lanes::F32x4;

/// Rows of a whole tile, and of a panel of the left factor.
pub(super) const ROWS: usize = 5;
/// Columns of a whole tile, and of a panel of the right factor.
pub(super) const COLUMNS: usize = 8;

/// `C = A·B`, or `C += A·B` where `accumulate`, for a tile of `OWN` rows by `4·VECTORS` columns.
///
/// `left` holds `depth` steps of [`ROWS`] numbers and `right` as many of [`COLUMNS`], of which the first `OWN` and `4·VECTORS` are
/// used. Rows of `c` are `stride` apart.
///
/// Where few steps follow, `SHALLOW`, the first one is not added to zeros: that begins sooner, but the loop is a little slower for it.
///
/// It must be inlined: V8 repeats the body of a loop the more often, the deeper the loop is nested within its function.
///
/// # Safety
/// The panels are as long as that, not empty where it is `SHALLOW`, and `OWN` rows of `4·VECTORS` numbers can be read and written from `c` on, which
/// nothing else refers to.
#[inline(always)]
pub(super) unsafe fn tile<const OWN: usize, const VECTORS: usize, const SHALLOW: bool>(
    depth: usize,
    left: *const f32,
    right: *const f32,
    c: *mut f32,
    stride: usize,
    accumulate: bool,
) {
    let mut sums = [[F32x4::splat(0.0); VECTORS]; OWN];
    let (mut left, mut right) = (left, right);
    let end = right.wrapping_add(depth * COLUMNS);
    if SHALLOW {
        // SAFETY: there is a first step.
        unsafe {
            let columns: [F32x4; VECTORS] = std::array::from_fn(|vector| F32x4::load(right.add(4 * vector)));
            for (row, sums) in sums.iter_mut().enumerate() {
                *sums = columns.map(|column| F32x4::load_splat(left.add(row)).mul(column));
            }
        }
        left = left.wrapping_add(ROWS);
        right = right.wrapping_add(COLUMNS);
    }
    while right != end {
        // SAFETY: one step of each panel, of which there are as many until the end of the right one.
        unsafe {
            let columns: [F32x4; VECTORS] = std::array::from_fn(|vector| F32x4::load(right.add(4 * vector)));
            for (row, sums) in sums.iter_mut().enumerate() {
                let factor = F32x4::load_splat(left.add(row));
                for (sum, column) in sums.iter_mut().zip(columns) {
                    *sum = factor.mul_add(column, *sum);
                }
            }
        }
        left = left.wrapping_add(ROWS);
        right = right.wrapping_add(COLUMNS);
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
