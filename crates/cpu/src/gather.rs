//! Factors that are no matrices in memory, such as all windows of an image: gathered part by part, just before they are used.
//!
//! An element's place in memory, and what its guards ask about, are sums of what its row and what its column contribute. So one side of
//! a part is walked through once, as a list of runs, each from one place on in memory; then each line of the other side copies these
//! runs from a place of its own. Lines all of whose elements lie inside of the guards, which are most, copy without asking.

use std::cell::Cell;
use std::ops::Range;

use daydream_graph::kernel::{Access, Affine};

use crate::aligned::Aligned;
use crate::simd::Matrix;
use crate::space::{Line, for_each_run, inside, join_lanes};

/// How a factor is gathered.
#[derive(Debug)]
pub(crate) struct Layout {
    lines: Side,
    along: Side,
    /// Whether lines are columns.
    by_column: bool,
    /// What the guards' indices must stay below; none may be negative.
    extents: Vec<isize>,
}

/// What one side of a factor contributes.
#[derive(Debug)]
struct Side {
    extents: Vec<usize>,
    /// To the place in memory, then to each guard's index.
    lines: Vec<Line>,
}

/// Memory for a part of a factor, allocated once.
#[derive(Default)]
pub(crate) struct Room {
    numbers: Aligned,
    runs: Vec<Run>,
    /// Runs joined where one goes on from another: for lines without anything outside.
    joined: Vec<Run>,
    /// For each run, the first index of each guard.
    indices: Vec<isize>,
    /// The smallest and the largest index of each guard.
    bounds: Vec<(isize, isize)>,
    /// Where a line begins, then its part of each guard's index.
    line: Vec<isize>,
    /// For each guard: by how much its index grows along a line, and what it must stay below.
    limits: Vec<(isize, isize)>,
}

/// Elements at equal distances in memory.
#[derive(Clone, Copy)]
struct Run {
    /// Where they go within the line.
    to: usize,
    /// Where they come from, beyond the beginning of the line.
    from: isize,
    len: usize,
}

impl Layout {
    /// The matrix whose rows are some dimensions of an access, and whose columns are others. `offset` is where the buffer lies.
    pub(crate) fn new(
        access: &Access,
        offset: usize,
        extents: &[usize],
        batch: &[usize],
        rows: &[usize],
        columns: &[usize],
    ) -> Layout {
        let indices = || std::iter::once(&access.index).chain(access.guards.iter().map(|guard| &guard.index));
        let side = |dimensions: &[usize], batch: &[usize], place: isize, whole: bool| {
            let mut extents: Vec<usize> = dimensions.iter().map(|&dimension| extents[dimension]).collect();
            let line = |(number, index): (usize, &Affine)| {
                let offset = if whole { index.offset + if number == 0 { place } else { 0 } } else { 0 };
                Line::new(&Affine { offset, ..index.clone() }, batch, dimensions)
            };
            let mut lines: Vec<Line> = indices().enumerate().map(line).collect();
            join_lanes(&mut extents, &mut lines.iter_mut().collect::<Vec<_>>());
            Side { extents, lines }
        };
        let steps_by_one = |dimensions: &[usize]| side(dimensions, &[], 0, false).lines[0].step() == 1;
        let by_column = steps_by_one(rows) && !steps_by_one(columns);
        let (lines, along) = if by_column { (columns, rows) } else { (rows, columns) };
        Layout {
            lines: side(lines, batch, offset as isize, true),
            along: side(along, &[], 0, false),
            by_column,
            extents: access.guards.iter().map(|guard| guard.extent as isize).collect(),
        }
    }

    /// Gathers some rows and columns of the factor at a point of the batch.
    pub(crate) fn fill(
        &self,
        data: &[Cell<f32>],
        batch: &[usize],
        rows: Range<usize>,
        columns: Range<usize>,
        room: &mut Room,
    ) {
        let (lines, along) = if self.by_column { (columns, rows) } else { (rows, columns) };
        self.fill_lines(data, batch, lines, along, room);
    }

    /// What has been gathered: so many rows and columns.
    pub(crate) fn filled<'a>(&self, rows: usize, columns: usize, room: &'a mut Room) -> Matrix<'a> {
        let data = Cell::from_mut(&mut room.numbers[..rows * columns]).as_slice_of_cells();
        let (row, column) = if self.by_column { (1, rows) } else { (columns, 1) };
        Matrix { data, origin: 0, row: row as isize, column: column as isize }
    }

    /// Copies some elements of some lines to `room`, line after line.
    fn fill_lines(
        &self,
        data: &[Cell<f32>],
        batch: &[usize],
        lines: Range<usize>,
        along: Range<usize>,
        room: &mut Room,
    ) {
        let width = along.len();
        self.find_runs(along, room);
        let Room { numbers, runs, joined, indices, bounds, line, limits } = room;
        let step = self.along.lines[0].step();
        limits.clear();
        limits.extend(self.along.lines[1..].iter().map(Line::step).zip(self.extents.iter().copied()));
        for_each_run(&self.lines.extents, lines.start, lines.len(), |stretch, point| {
            line.clear();
            line.extend(self.lines.lines.iter().map(|form| form.at(form.base(batch), point)));
            // Where along the stretch each guard holds for whole lines.
            let steps = self.lines.lines[1..].iter().map(Line::step);
            let guards = line[1..].iter().zip(&*bounds).zip(steps).zip(&self.extents);
            let whole = guards.fold(0..stretch.len, |part, (((own, (low, high)), step), &extent)| {
                let len = stretch.len as isize;
                both(both(part, inside(own + low, step, extent, len)), inside(own + high, step, extent, len))
            });
            let between = self.lines.lines[0].step();
            let mut rows = numbers[stretch.lane * width..][..stretch.len * width].chunks_exact_mut(width);
            for target in rows.by_ref().take(whole.start) {
                fill_line(data, line, step, runs, indices, limits, target);
                self.go_on(line, 1);
            }
            let mut begin = line[0];
            for target in rows.by_ref().take(whole.len()) {
                for run in &*joined {
                    copy(data, begin + run.from, step, &mut target[run.to..run.to + run.len]);
                }
                begin += between;
            }
            self.go_on(line, whole.len() as isize);
            for target in rows {
                fill_line(data, line, step, runs, indices, limits, target);
                self.go_on(line, 1);
            }
        });
    }

    /// Goes so many lines further.
    fn go_on(&self, line: &mut [isize], lines: isize) {
        line.iter_mut().zip(&self.lines.lines).for_each(|(own, form)| *own += form.step() * lines);
    }

    /// Walks through some elements of a line.
    fn find_runs(&self, along: Range<usize>, room: &mut Room) {
        let Room { runs, joined, indices, bounds, .. } = room;
        runs.clear();
        joined.clear();
        indices.clear();
        bounds.clear();
        bounds.resize(self.extents.len(), (isize::MAX, isize::MIN));
        let [place, guards @ ..] = &self.along.lines[..] else { return };
        for_each_run(&self.along.extents, along.start, along.len(), |stretch, point| {
            let run = Run { to: stretch.lane, from: place.at(place.base(&[]), point), len: stretch.len };
            runs.push(run);
            match joined.last_mut() {
                Some(last) if last.from + last.len as isize == run.from && place.step() == 1 => last.len += run.len,
                _ => joined.push(run),
            }
            for (guard, (low, high)) in guards.iter().zip(&mut *bounds) {
                let first = guard.at(guard.base(&[]), point);
                let last = first + guard.step() * (run.len as isize - 1);
                indices.push(first);
                (*low, *high) = (first.min(last).min(*low), first.max(last).max(*high));
            }
        });
    }
}

/// Copies the elements of a line that lie inside of all guards: of the one whose place and guards' indices are given.
fn fill_line(
    data: &[Cell<f32>],
    line: &[isize],
    step: isize,
    runs: &[Run],
    indices: &[isize],
    limits: &[(isize, isize)],
    target: &mut [f32],
) {
    let [begin, own @ ..] = line else { return };
    for (run, indices) in runs.iter().zip(indices.chunks_exact(limits.len())) {
        let mut part = 0..run.len;
        for ((own, index), &(along, extent)) in own.iter().zip(indices).zip(limits) {
            let first = own + index;
            let last = first + along * (run.len as isize - 1);
            if first.min(last) < 0 || first.max(last) >= extent {
                part = both(part, inside(first, along, extent, run.len as isize));
            }
        }
        let target = &mut target[run.to..run.to + run.len];
        clear(&mut target[..part.start]);
        clear(&mut target[part.end..]);
        copy(data, begin + run.from + step * part.start as isize, step, &mut target[part]);
    }
}

/// What is in both ranges.
fn both(a: Range<usize>, b: Range<usize>) -> Range<usize> {
    let start = a.start.max(b.start);
    start..a.end.min(b.end).max(start)
}

impl Room {
    /// Makes room for parts of so many rows and columns.
    pub(crate) fn reserve(&mut self, layout: &Layout, rows: usize, columns: usize) {
        if self.numbers.len() < rows * columns {
            self.numbers = Aligned::zeros(rows * columns);
        }
        let along = if layout.by_column { rows } else { columns };
        let guards = layout.extents.len();
        self.runs.reserve(along);
        self.joined.reserve(along);
        self.indices.reserve(along * guards);
        self.bounds.reserve(guards);
        self.line.reserve(1 + guards);
        self.limits.reserve(guards);
    }
}

/// Copies elements that lie `step` apart, the first one at `first`.
#[inline(always)]
fn copy(data: &[Cell<f32>], first: isize, step: isize, to: &mut [f32]) {
    if to.is_empty() {
        return;
    }
    if step != 1 {
        for (lane, to) in to.iter_mut().enumerate() {
            *to = data[(first + step * lane as isize) as usize].get();
        }
        return;
    }
    let from = &data[first as usize..][..to.len()];
    if let (Ok(to), Ok(from)) = (<&mut [f32; 4]>::try_from(&mut *to), <&[Cell<f32>; 4]>::try_from(from)) {
        *to = from.each_ref().map(Cell::get);
        return;
    }
    if to.len() < 4 {
        return to.iter_mut().zip(from).take(3).for_each(|(to, from)| *to = from.get());
    }
    in_fours(to, |to, lane| {
        if let Some(from) = from[lane..].first_chunk::<4>() {
            *to = [from[0].get(), from[1].get(), from[2].get(), from[3].get()];
        }
    });
}

/// Zeros.
#[inline(always)]
fn clear(to: &mut [f32]) {
    if to.len() < 4 {
        return to.iter_mut().take(3).for_each(|number| *number = 0.0);
    }
    in_fours(to, |to, _| *to = [0.0; 4]);
}

/// Writes four numbers or more, four at a time; the last four may overlap others. Compilers make a call of a plainer loop, which takes
/// longer than so few numbers do.
#[inline(always)]
fn in_fours(to: &mut [f32], write: impl Fn(&mut [f32; 4], usize)) {
    let mut lane = 0;
    let last = to.len() - 4;
    while let Some(four) = to.get_mut(lane..lane + 4).and_then(|four| four.first_chunk_mut()) {
        write(four, lane);
        lane = if lane == last { to.len() } else { last.min(lane + 4) };
    }
}
