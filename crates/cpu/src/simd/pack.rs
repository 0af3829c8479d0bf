//! Operands laid out in the order in which the tiles read them.

use std::cell::Cell;

use super::gemm::Matrix;
use super::lanes::F32x4;

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
        // Two panels at a time: together they are a whole line of the cache.
        while begin + 2 * WIDTH <= lines {
            pack_pair::<WIDTH>(source, begin, depth, &mut packed[begin * depth..][..2 * WIDTH * depth]);
            begin += 2 * WIDTH;
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
        for lane in (0..WIDTH).step_by(4) {
            // SAFETY: runs are equally far apart, and the first and the last lie within the data.
            unsafe { F32x4::load(from.wrapping_add(lane)).store(run.as_mut_ptr().add(lane)) }
        }
        from = from.wrapping_offset(source.column);
    }
}

/// Twice as many lines, side by side, for two panels.
fn pack_pair<const WIDTH: usize>(source: Matrix<'_>, first: usize, depth: usize, panels: &mut [f32]) {
    let Some(last) = depth.checked_sub(1) else { return };
    let (begin, end) = (source.position(first, 0), source.position(first, last));
    assert!(begin.max(end) + 2 * WIDTH <= source.data.len(), "the lines lie within their data");
    assert!(panels.len() == 2 * WIDTH * depth, "both panels have room");
    let mut from = source.data[begin..].as_ptr().cast::<f32>();
    let mut to = panels.as_mut_ptr();
    for _ in 0..depth {
        for lane in (0..WIDTH).step_by(4) {
            // SAFETY: runs are equally far apart, and the first and the last lie within the data; `to` takes `depth` runs of the
            // first panel, behind which lies the second.
            unsafe {
                F32x4::load(from.wrapping_add(lane)).store(to.add(lane));
                F32x4::load(from.wrapping_add(WIDTH + lane)).store(to.add(WIDTH * depth + lane));
            }
        }
        from = from.wrapping_offset(source.column);
        to = to.wrapping_add(WIDTH);
    }
}

/// Each line is a run of `depth` numbers: blocks of 4 x 4 are transposed.
fn pack_consecutive<const WIDTH: usize>(source: Matrix<'_>, first: usize, depth: usize, panel: &mut [f32]) {
    let whole = depth - depth % 4;
    for group in (0..WIDTH).step_by(4) {
        let lines: [&[Cell<f32>]; 4] = std::array::from_fn(|line| {
            let at = source.position(first + group + line, 0);
            &source.data[at..at + depth]
        });
        for step in (0..whole).step_by(4) {
            // SAFETY: `step + 4 <= depth`, the length of each line; the last column ends at
            // `(step + 3)·WIDTH + group + 4 <= WIDTH·depth`, the length of the panel.
            unsafe {
                let columns = F32x4::transpose(lines.map(|line| F32x4::load(line.as_ptr().cast::<f32>().add(step))));
                for (number, column) in columns.into_iter().enumerate() {
                    column.store(panel.as_mut_ptr().add((step + number) * WIDTH + group));
                }
            }
        }
        for step in whole..depth {
            for (line, numbers) in lines.iter().enumerate() {
                panel[step * WIDTH + group + line] = numbers[step].get();
            }
        }
    }
}

/// Any distances, and fewer lines than the panel has room for.
fn pack_few<const WIDTH: usize>(source: Matrix<'_>, lines: std::ops::Range<usize>, panel: &mut [f32]) {
    for (step, run) in panel.as_chunks_mut::<WIDTH>().0.iter_mut().enumerate() {
        run.fill(0.0);
        for (to, line) in run.iter_mut().zip(lines.clone()) {
            *to = source.data[source.position(line, step)].get();
        }
    }
}
