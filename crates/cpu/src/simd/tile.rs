//! The innermost loop: a tile of the product held in registers.
//!
//! What shape it has is the registers' own ([`blocked`](super::blocked) says which and why). The loop over the depth is not unrolled: in browsers larger tiles
//! and unrolled loops spill.

use super::registers::Registers;

/// `C = A·B`, or `C += A·B` where `accumulate`, for a tile of `OWN` rows by `VECTORS` vectors.
///
/// `left` holds `depth` steps of `ROWS` numbers and `right` as many of `COLUMNS`, of which the first `OWN` and those of `VECTORS` are
/// used. Rows of `c` are `stride` apart.
///
/// Where few steps follow, `SHALLOW`, the first one is not added to zeros: that begins sooner, but the loop is a little slower for it.
///
/// It must be inlined: V8 repeats the body of a loop the more often, the deeper the loop is nested within its function.
///
/// # Safety
/// The panels are as long as that, not empty where it is `SHALLOW`, and `OWN` rows of `VECTORS` vectors can be read and written from `c` on, which
/// nothing else refers to.
#[inline(always)]
pub(super) unsafe fn tile<
    R: Registers,
    const ROWS: usize,
    const COLUMNS: usize,
    const OWN: usize,
    const VECTORS: usize,
    const SHALLOW: bool,
>(
    registers: R,
    depth: usize,
    left: *const f32,
    right: *const f32,
    c: *mut f32,
    stride: usize,
    accumulate: bool,
) {
    let mut sums = [[registers.splat(0.0); VECTORS]; OWN];
    let (mut left, mut right) = (left, right);
    let end = right.wrapping_add(depth * COLUMNS);
    if SHALLOW {
        // SAFETY: there is a first step.
        unsafe {
            let columns: [R::Vector; VECTORS] =
                std::array::from_fn(|vector| registers.load(right.add(R::LANES * vector)));
            for (row, sums) in sums.iter_mut().enumerate() {
                *sums = columns.map(|column| registers.mul(registers.load_splat(left.add(row)), column));
            }
        }
        left = left.wrapping_add(ROWS);
        right = right.wrapping_add(COLUMNS);
    }
    while right != end {
        // SAFETY: one step of each panel, of which there are as many until the end of the right one.
        unsafe {
            let columns: [R::Vector; VECTORS] =
                std::array::from_fn(|vector| registers.load(right.add(R::LANES * vector)));
            for (row, sums) in sums.iter_mut().enumerate() {
                let factor = registers.load_splat(left.add(row));
                for (sum, column) in sums.iter_mut().zip(columns) {
                    *sum = registers.mul_add(factor, column, *sum);
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
                let to = c.add(row * stride + R::LANES * vector);
                let sum = if accumulate { registers.add(registers.load(to), sum) } else { sum };
                registers.store(sum, to);
            }
        }
    }
}
