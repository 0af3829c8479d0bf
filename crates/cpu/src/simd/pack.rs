//! Operands laid out in the order in which the tiles read them.

use std::cell::Cell;
use std::ops::Range;

use super::gemm::Matrix;
use super::registers::Registers;

/// Panels that are packed at a time where lines lie side by side: what is read at once are whole lines of the cache, neighbours among them.
pub(super) const TOGETHER: usize = if cfg!(target_arch = "wasm32") { 16 } else { 4 };
/// And where fewer are left.
const HALF: usize = TOGETHER / 2;

/// Numbers from one panel to the next: a line of the cache more than it holds, for panels that begin at multiples of a high power of two would
/// take each other's places in the nearest cache.
pub(super) const fn distance(width: usize, depth: usize) -> usize {
    width * depth + 16
}

/// Packs `lines` lines of `depth` numbers into panels of `WIDTH` lines: in each panel the `WIDTH` first numbers of its
/// lines, then the `WIDTH` second ones, and so on. Lines that the last panel lacks are any numbers. Panels lie at their [`distance`].
///
/// The lines are the rows of `source`: of the left factor, or of the right factor transposed.
///
/// In WebAssembly a function of its own; natively a part of one that may use `registers`.
///
/// # Panics
/// Where `source` or `packed` is too short.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(super) fn pack<R: Registers, const WIDTH: usize>(
    registers: R,
    source: Matrix<'_>,
    lines: usize,
    depth: usize,
    packed: &mut [f32],
) {
    let mut begin = 0;
    while begin < lines {
        let left = lines - begin;
        let panels = &mut packed[begin / WIDTH * distance(WIDTH, depth)..];
        let count = match left / WIDTH {
            TOGETHER.. if source.row == 1 => {
                pack_together::<R, WIDTH, TOGETHER>(registers, source, begin, depth, panels)
            }
            HALF.. if source.row == 1 => pack_together::<R, WIDTH, HALF>(registers, source, begin, depth, panels),
            1.. if source.row == 1 => pack_together::<R, WIDTH, 1>(registers, source, begin, depth, panels),
            _ if source.column == 1 => pack_consecutive::<R, WIDTH>(registers, source, begin..lines, depth, panels),
            _ => pack_few::<WIDTH>(source, begin..lines.min(begin + WIDTH), depth, panels),
        };
        begin += count * WIDTH;
    }
}

/// Lines lie side by side: each step is one run of numbers, `WIDTH` for each of so many panels.
#[inline(always)]
fn pack_together<R: Registers, const WIDTH: usize, const PANELS: usize>(
    registers: R,
    source: Matrix<'_>,
    first: usize,
    depth: usize,
    panels: &mut [f32],
) -> usize {
    let Some(last) = depth.checked_sub(1) else { return PANELS };
    let (begin, end) = (source.position(first, 0), source.position(first, last));
    assert!(begin.max(end) + PANELS * WIDTH <= source.data.len(), "the lines lie within their data");
    let mut from = source.data[begin..].as_ptr().cast::<f32>();
    let distance = distance(WIDTH, depth);
    let mut to = panels[..PANELS * distance].as_mut_ptr();
    for _ in 0..depth {
        for panel in 0..PANELS {
            // SAFETY: runs are equally far apart, and the first and the last lie within the data; `to` takes `depth` runs of the first
            // panel, beyond which lie the others.
            unsafe { copy::<R, WIDTH>(registers, from.wrapping_add(panel * WIDTH), to.add(panel * distance)) }
        }
        from = from.wrapping_offset(source.column);
        to = to.wrapping_add(WIDTH);
    }
    PANELS
}

/// Copies a run of `WIDTH` numbers.
///
/// # Safety
/// They can be read at `from`, and written at `to`.
#[inline(always)]
unsafe fn copy<R: Registers, const WIDTH: usize>(registers: R, from: *const f32, to: *mut f32) {
    let (wide, whole) = (WIDTH - WIDTH % R::LANES, WIDTH - WIDTH % 4);
    // SAFETY: the caller's promise.
    unsafe {
        for lane in (0..wide).step_by(R::LANES) {
            registers.store(registers.load(from.add(lane)), to.add(lane));
        }
        for lane in (wide..whole).step_by(4) {
            registers.store_four(registers.load_four(from.add(lane)), to.add(lane));
        }
        if WIDTH > 5 && whole < WIDTH {
            // Some once more.
            registers.store_four(registers.load_four(from.add(WIDTH - 4)), to.add(WIDTH - 4));
        } else {
            for lane in whole..WIDTH {
                *to.add(lane) = *from.add(lane);
            }
        }
    }
}

/// Each line is a run of `depth` numbers: blocks of five lines, six or four are transposed in registers. Where there are fewer, the
/// last one is taken for those that lack.
#[inline(always)]
fn pack_consecutive<R: Registers, const WIDTH: usize>(
    registers: R,
    source: Matrix<'_>,
    own: Range<usize>,
    depth: usize,
    panels: &mut [f32],
) -> usize {
    const { assert!(WIDTH == 5 || WIDTH == 6 || WIDTH.is_multiple_of(4), "lines come in blocks") }
    let panel = &mut panels[..WIDTH * depth];
    let whole = depth - depth % 4;
    let lines: [&[Cell<f32>]; WIDTH] = std::array::from_fn(|line| {
        let at = source.position(own.end.min(own.start + line + 1) - 1, 0);
        &source.data[at..at + depth]
    });
    // SAFETY: `step + 4 <= depth`, the length of each line.
    let load = |line: usize, step: usize| unsafe { registers.load_four(lines[line].as_ptr().cast::<f32>().add(step)) };
    let to = panel.as_mut_ptr();
    if WIDTH == 5 || WIDTH == 6 {
        for step in (0..whole).step_by(4) {
            // SAFETY: no more than `whole` steps, of which lines and panel have as many.
            unsafe { four_steps::<R, WIDTH>(registers, &lines, step, to) }
        }
    } else {
        // A line of the cache at a time, of each line: neither it nor what is made of it is left before all of it is done.
        for block in (0..whole).step_by(16) {
            for group in (0..WIDTH).step_by(4) {
                for step in (block..whole.min(block + 16)).step_by(4) {
                    let rows = std::array::from_fn(|line| load(group + line, step));
                    for (number, column) in registers.transpose(rows).into_iter().enumerate() {
                        // SAFETY: the last one ends at `(step + 3)·WIDTH + group + 4 <= depth·WIDTH`, the length of the panel.
                        unsafe { registers.store_four(column, to.add((step + number) * WIDTH + group)) }
                    }
                }
            }
        }
    }
    for (number, line) in lines.into_iter().enumerate() {
        for step in whole..depth {
            panel[step * WIDTH + number] = line[step].get();
        }
    }
    1
}

/// Four steps of five lines, or of six.
///
/// # Safety
/// Each line has them, and the panel at `to` as many steps.
#[inline(always)]
unsafe fn four_steps<R: Registers, const WIDTH: usize>(
    registers: R,
    lines: &[&[Cell<f32>]; WIDTH],
    step: usize,
    to: *mut f32,
) {
    // SAFETY: the caller's promise: four steps are as many vectors as lines.
    unsafe {
        let load = |line: usize| registers.load_four(lines[line].as_ptr().cast::<f32>().add(step));
        let to = to.add(step * WIDTH);
        if WIDTH == 5 {
            for (number, numbers) in registers.transpose_five(std::array::from_fn(load)).into_iter().enumerate() {
                registers.store_four(numbers, to.add(4 * number));
            }
        } else {
            for (number, numbers) in registers.transpose_six(std::array::from_fn(load)).into_iter().enumerate() {
                registers.store_four(numbers, to.add(4 * number));
            }
        }
    }
}

/// Any distances, and fewer lines than a panel has room for.
fn pack_few<const WIDTH: usize>(source: Matrix<'_>, lines: Range<usize>, depth: usize, panels: &mut [f32]) -> usize {
    let panel = &mut panels[..WIDTH * depth];
    for (step, run) in panel.as_chunks_mut::<WIDTH>().0.iter_mut().enumerate() {
        let mut from = source.position(lines.start, step);
        for number in &mut run[..lines.len()] {
            *number = source.data[from].get();
            from = from.wrapping_add_signed(source.row);
        }
    }
    1
}
