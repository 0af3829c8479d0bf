//! The innermost loop: a tile of the product held in registers.
//!
//! What shape it has is the registers' own ([`blocked`](super::blocked) says which and why). The loop over the depth is unrolled only where each step would take
//! an addition for each row: elsewhere nothing is gained.

use super::registers::Registers;

/// `C = A·B`, or `C += A·B` where `accumulate`, for a tile of `OWN` rows by `VECTORS` vectors.
///
/// `left` holds `depth` steps of `OWN` numbers, `apart` from one another, and `right` as many of `COLUMNS`, of which those of `VECTORS` are
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
#[expect(clippy::too_many_arguments, reason = "the operands of a product")]
pub(super) unsafe fn tile<
    R: Registers,
    const COLUMNS: usize,
    const OWN: usize,
    const VECTORS: usize,
    const SHALLOW: bool,
>(
    registers: R,
    depth: usize,
    left: *const f32,
    apart: usize,
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
        left = left.wrapping_add(apart);
        right = right.wrapping_add(COLUMNS);
    }
    while right != end {
        // SAFETY: one step of each panel, of which there are as many until the end of the right one.
        unsafe { add_step(registers, &mut sums, |row| left.add(row), right) }
        left = left.wrapping_add(apart);
        right = right.wrapping_add(COLUMNS);
    }
    // SAFETY: within the tile that the caller vouches for.
    unsafe { store(registers, sums, c, stride, accumulate) }
}

/// [`tile`] of lines where they lie: each holds `depth` numbers side by side.
///
/// # Safety
/// Lines and panel are as long as that, and rows of vectors can be read and written at `c` as there.
#[inline(always)]
pub(super) unsafe fn tile_of_lines<R: Registers, const COLUMNS: usize, const ROWS: usize, const VECTORS: usize>(
    registers: R,
    depth: usize,
    lines: [*const f32; ROWS],
    right: *const f32,
    c: *mut f32,
    stride: usize,
    accumulate: bool,
) {
    /// Steps of a turn: it takes an addition for each line.
    const TURN: usize = 4;
    let mut sums = [[registers.splat(0.0); VECTORS]; ROWS];
    // Kept from the compiler that they are equally far apart: it would compute each address anew.
    let (mut lines, mut right) = (std::hint::black_box(lines), right);
    let end = right.wrapping_add(depth * COLUMNS);
    let turns = right.wrapping_add((depth - depth % TURN) * COLUMNS);
    while right != turns {
        for step in 0..TURN {
            // SAFETY: as many steps are left of the panel, and so of the lines.
            unsafe { add_step(registers, &mut sums, |row| lines[row].add(step), right.add(step * COLUMNS)) }
        }
        lines = lines.map(|line| line.wrapping_add(TURN));
        right = right.wrapping_add(TURN * COLUMNS);
    }
    while right != end {
        // SAFETY: a step is left of the panel, and so of the lines.
        unsafe { add_step(registers, &mut sums, |row| lines[row], right) }
        lines = lines.map(|line| line.wrapping_add(1));
        right = right.wrapping_add(COLUMNS);
    }
    // SAFETY: within the tile that the caller vouches for.
    unsafe { store(registers, sums, c, stride, accumulate) }
}

/// Adds the products of one step: of the number at `left` of each row and the vectors at `right`.
///
/// # Safety
/// They can be read.
#[inline(always)]
unsafe fn add_step<R: Registers, const ROWS: usize, const VECTORS: usize>(
    registers: R,
    sums: &mut [[R::Vector; VECTORS]; ROWS],
    left: impl Fn(usize) -> *const f32,
    right: *const f32,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let columns: [R::Vector; VECTORS] = std::array::from_fn(|vector| registers.load(right.add(R::LANES * vector)));
        for (row, sums) in sums.iter_mut().enumerate() {
            let factor = registers.load_splat(left(row));
            for (sum, column) in sums.iter_mut().zip(columns) {
                *sum = registers.mul_add(factor, column, *sum);
            }
        }
    }
}

/// Puts the sums of a tile into `C`, or adds them to what is there.
///
/// # Safety
/// The tile can be read and written at `c`.
#[inline(always)]
unsafe fn store<R: Registers, const ROWS: usize, const VECTORS: usize>(
    registers: R,
    sums: [[R::Vector; VECTORS]; ROWS],
    c: *mut f32,
    stride: usize,
    accumulate: bool,
) {
    for (row, sums) in sums.iter().enumerate() {
        for (vector, &sum) in sums.iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe {
                let to = c.add(row * stride + R::LANES * vector);
                let sum = if accumulate { registers.add(registers.load(to), sum) } else { sum };
                registers.store(sum, to);
            }
        }
    }
}
