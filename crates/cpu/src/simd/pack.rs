//! Operands laid out in the order in which the tiles read them.

use std::cell::Cell;

use super::gemm::Matrix;
use super::lanes::F32x4;

/// Panels that are packed at a time where lines lie side by side: what is read at once are whole lines of the cache, neighbours among them.
pub(super) const TOGETHER: usize = 4;

/// Packs `lines` lines of `depth` numbers into panels of `WIDTH` lines: in each panel the `WIDTH` first numbers of its
/// lines, then the `WIDTH` second ones, and so on. Lines that the last panel lacks are zeros.
///
/// The lines are the rows of `source`: of the left factor, or of the right factor transposed.
///
/// # Panics
/// Where `source` or `packed` is too short.
#[inline(never)]
pub(super) fn pack<const WIDTH: usize>(source: Matrix<'_>, lines: usize, depth: usize, packed: &mut [f32]) {
    let mut begin = 0;
    if source.row == 1 {
        while begin + TOGETHER * WIDTH <= lines {
            pack_together::<WIDTH>(source, begin, depth, &mut packed[begin * depth..][..TOGETHER * WIDTH * depth]);
            begin += TOGETHER * WIDTH;
        }
    }
    for first in (begin..lines).step_by(WIDTH) {
        let panel = &mut packed[first * depth..][..WIDTH * depth];
        if lines - first < WIDTH {
            pack_few::<WIDTH>(source, first..lines, panel);
        } else if source.row == 1 {
            pack_side_by_side::<WIDTH>(source, first, panel);
        } else if source.column == 1 {
            pack_consecutive::<WIDTH>(source, first, depth, panel);
        } else {
            pack_few::<WIDTH>(source, first..first + WIDTH, panel);
        }
    }
}

/// Lines lie side by side: each step is one run of `WIDTH` numbers.
fn pack_side_by_side<const WIDTH: usize>(source: Matrix<'_>, first: usize, panel: &mut [f32]) {
    let runs = panel.as_chunks_mut::<WIDTH>().0;
    let Some(last) = runs.len().checked_sub(1) else { return };
    let (begin, end) = (source.position(first, 0), source.position(first, last));
    assert!(begin.max(end) + WIDTH <= source.data.len(), "the lines lie within their data");
    let mut from = source.data[begin..].as_ptr().cast::<f32>();
    for run in runs {
        // SAFETY: runs are equally far apart, and the first and the last lie within the data.
        unsafe { copy::<WIDTH>(from, run.as_mut_ptr()) }
        from = from.wrapping_offset(source.column);
    }
}

/// Lines side by side for several panels.
fn pack_together<const WIDTH: usize>(source: Matrix<'_>, first: usize, depth: usize, panels: &mut [f32]) {
    let Some(last) = depth.checked_sub(1) else { return };
    let (begin, end) = (source.position(first, 0), source.position(first, last));
    assert!(begin.max(end) + TOGETHER * WIDTH <= source.data.len(), "the lines lie within their data");
    assert!(panels.len() == TOGETHER * WIDTH * depth, "all panels have room");
    let mut from = source.data[begin..].as_ptr().cast::<f32>();
    let mut to = panels.as_mut_ptr();
    for _ in 0..depth {
        for panel in 0..TOGETHER {
            // SAFETY: runs are equally far apart, and the first and the last lie within the data; `to` takes `depth` runs of the first
            // panel, behind which lie the others.
            unsafe { copy::<WIDTH>(from.wrapping_add(panel * WIDTH), to.add(panel * WIDTH * depth)) }
        }
        from = from.wrapping_offset(source.column);
        to = to.wrapping_add(WIDTH);
    }
}

/// Copies a run of `WIDTH` numbers.
///
/// # Safety
/// They can be read at `from`, and written at `to`.
#[inline(always)]
unsafe fn copy<const WIDTH: usize>(from: *const f32, to: *mut f32) {
    let whole = WIDTH - WIDTH % 4;
    // SAFETY: the caller's promise.
    unsafe {
        for lane in (0..whole).step_by(4) {
            F32x4::load(from.add(lane)).store(to.add(lane));
        }
        for lane in whole..WIDTH {
            *to.add(lane) = *from.add(lane);
        }
    }
}

/// Each line is a run of `depth` numbers: blocks of five lines, or of four, are transposed in registers.
fn pack_consecutive<const WIDTH: usize>(source: Matrix<'_>, first: usize, depth: usize, panel: &mut [f32]) {
    const { assert!(WIDTH == 5 || WIDTH.is_multiple_of(4), "lines come in blocks") }
    assert!(panel.len() == WIDTH * depth, "all lines have room");
    let whole = depth - depth % 4;
    let lines: [&[Cell<f32>]; WIDTH] = std::array::from_fn(|line| {
        let at = source.position(first + line, 0);
        &source.data[at..at + depth]
    });
    // SAFETY: `step + 4 <= depth`, the length of each line.
    let load = |line: usize, step: usize| unsafe { F32x4::load(lines[line].as_ptr().cast::<f32>().add(step)) };
    let to = panel.as_mut_ptr();
    if WIDTH == 5 {
        for step in (0..whole).step_by(4) {
            let rows = std::array::from_fn(|line| load(line, step));
            for (number, numbers) in F32x4::transpose_five(rows).into_iter().enumerate() {
                // SAFETY: four steps are five vectors, and end at `(step + 4)·WIDTH <= depth·WIDTH`, the length of the panel.
                unsafe { numbers.store(to.add(step * WIDTH + 4 * number)) }
            }
        }
    } else {
        for group in (0..WIDTH).step_by(4) {
            for step in (0..whole).step_by(4) {
                let rows = std::array::from_fn(|line| load(group + line, step));
                for (number, column) in F32x4::transpose(rows).into_iter().enumerate() {
                    // SAFETY: the last one ends at `(step + 3)·WIDTH + group + 4 <= depth·WIDTH`, the length of the panel.
                    unsafe { column.store(to.add((step + number) * WIDTH + group)) }
                }
            }
        }
    }
    for (number, line) in lines.into_iter().enumerate() {
        for step in whole..depth {
            panel[step * WIDTH + number] = line[step].get();
        }
    }
}

/// Any distances, and fewer lines than the panel has room for.
fn pack_few<const WIDTH: usize>(source: Matrix<'_>, lines: std::ops::Range<usize>, panel: &mut [f32]) {
    panel.fill(0.0);
    for (number, line) in lines.enumerate() {
        let mut from = source.position(line, 0);
        for run in panel.as_chunks_mut::<WIDTH>().0 {
            run[number] = source.data[from].get();
            from = from.wrapping_add_signed(source.column);
        }
    }
}
