//! Iteration spaces as blocks of lanes, and affine functions over them.
//!
//! The points of a space are numbered row-major, and a block is a range of these numbers. Within a block, points that
//! differ in their last coordinate only form a *run*, along which every affine function grows by a fixed step.

use std::ops::Range;

use daydream_graph::kernel::{Affine, Guard};
use daydream_graph::numel;

/// More dimensions than this are not supported, after those that can be joined are joined.
pub(crate) const MOST_DIMENSIONS: usize = 8;

/// An affine function over lanes and, around them, loops: `base + Σ strides·lane`, where the base depends on the loops' point alone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    offset: isize,
    loops: Vec<isize>,
    pub(crate) lanes: Vec<isize>,
}

/// A [`Guard`] over lanes and loops.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fence {
    pub(crate) line: Line,
    extent: usize,
}

impl Line {
    /// Splits an affine function into those of its dimensions that are loops and those that are lanes.
    pub(crate) fn new(affine: &Affine, loops: &[usize], lanes: &[usize]) -> Line {
        let pick = |dimensions: &[usize]| dimensions.iter().map(|&dimension| affine.strides[dimension]).collect();
        Line { offset: affine.offset, loops: pick(loops), lanes: pick(lanes) }
    }

    /// A sum over lanes alone.
    pub(crate) fn over(lanes: Vec<isize>) -> Line {
        Line { offset: 0, loops: vec![], lanes }
    }

    /// The value at a point of the loops and the first point of the lanes.
    pub(crate) fn base(&self, point: &[usize]) -> isize {
        self.offset + self.loops.iter().zip(point).map(|(stride, &x)| stride * x as isize).sum::<isize>()
    }

    /// The value at `point` of the lanes, given the base.
    pub(crate) fn at(&self, base: isize, point: &[usize]) -> isize {
        base + self.lanes.iter().zip(point).map(|(stride, &x)| stride * x as isize).sum::<isize>()
    }

    /// Growth per lane within a run.
    pub(crate) fn step(&self) -> isize {
        self.lanes.last().copied().unwrap_or(0)
    }

    /// Whether the value grows by one from each point to the next.
    pub(crate) fn is_consecutive(&self, extents: &[usize]) -> bool {
        let mut expected = 1;
        self.lanes.iter().zip(extents).rev().all(|(&stride, &extent)| {
            let fits = stride == expected || extent == 1;
            expected *= extent as isize;
            fits
        })
    }

    fn drop_lane(&mut self, dimension: usize) {
        self.lanes.remove(dimension);
    }

    /// Whether the value is the same at all points of loops and lanes.
    pub(crate) fn is_fixed(&self) -> bool {
        self.loops.iter().chain(&self.lanes).all(|&stride| stride == 0)
    }
}

impl Fence {
    pub(crate) fn new(guard: &Guard, loops: &[usize], lanes: &[usize]) -> Fence {
        Fence { line: Line::new(&guard.index, loops, lanes), extent: guard.extent }
    }

    /// The part of a run of `len` lanes from `point` on that lies inside.
    fn inside(&self, loops: &[usize], point: &[usize], len: usize) -> Range<usize> {
        let first = self.line.at(self.line.base(loops), point);
        inside(first, self.line.step(), self.extent as isize, len as isize)
    }
}

/// The part of a run of `len` numbers that lies in `0..extent`, where the numbers are `step` apart.
pub(crate) fn inside(first: isize, step: isize, extent: isize, len: isize) -> Range<usize> {
    // How many lanes until the value has gone `distance` further, rounded up.
    let lanes = |distance: isize| -(-distance).div_euclid(step.abs());
    let (low, high) = match step {
        0 if (0..extent).contains(&first) => (0, len),
        0 => (0, 0),
        1 => (-first, extent - first),
        2.. => (lanes(-first), lanes(extent - first)),
        _ => (lanes(first - (extent - 1)), lanes(first + 1)),
    };
    let low = low.clamp(0, len);
    low as usize..high.clamp(low, len) as usize
}

/// The part of a run that lies inside all fences.
pub(crate) fn inside_all(fences: &[Fence], loops: &[usize], point: &[usize], len: usize) -> Range<usize> {
    fences.iter().fold(0..len, |all, fence| {
        let own = fence.inside(loops, point, len);
        let start = all.start.max(own.start);
        start..all.end.min(own.end).max(start)
    })
}

/// A range of points whose coordinates differ in the last dimension only.
pub(crate) struct Run {
    /// Its first lane within the block.
    pub(crate) lane: usize,
    /// How many points.
    pub(crate) len: usize,
}

/// Calls `visit` with each run of the block of points `start..start + len` and its first point.
pub(crate) fn for_each_run(extents: &[usize], start: usize, len: usize, mut visit: impl FnMut(Run, &[usize])) {
    let rank = extents.len();
    let Some(last) = rank.checked_sub(1) else {
        return visit(Run { lane: 0, len }, &[]);
    };
    let mut point = coordinates(extents, start);
    let mut lane = 0;
    while lane < len {
        let run = (extents[last] - point[last]).min(len - lane);
        visit(Run { lane, len: run }, &point[..rank]);
        lane += run;
        point[last] += run;
        for dimension in (1..rank).rev() {
            if point[dimension] == extents[dimension] {
                point[dimension] = 0;
                point[dimension - 1] += 1;
            }
        }
    }
}

/// The point of a number.
pub(crate) fn coordinates(extents: &[usize], number: usize) -> [usize; MOST_DIMENSIONS] {
    let mut point = [0; MOST_DIMENSIONS];
    let mut rest = number;
    for dimension in (0..extents.len()).rev() {
        point[dimension] = rest % extents[dimension];
        rest /= extents[dimension];
    }
    point
}

/// Calls `visit` with every point of a space in row-major order.
pub(crate) fn for_each_point(extents: &[usize], visit: impl FnMut(&[usize])) {
    for_each_point_in(extents, 0..numel(extents), visit);
}

/// Calls `visit` with the points of these numbers in row-major order.
pub(crate) fn for_each_point_in(extents: &[usize], numbers: Range<usize>, mut visit: impl FnMut(&[usize])) {
    if numbers.is_empty() {
        return;
    }
    let mut point = coordinates(extents, numbers.start);
    for _ in numbers {
        visit(&point[..extents.len()]);
        for dimension in (0..extents.len()).rev() {
            point[dimension] += 1;
            if point[dimension] < extents[dimension] {
                break;
            }
            point[dimension] = 0;
        }
    }
}

/// Joins neighbouring lane dimensions along which every line moves as along one, and drops those of extent 1.
pub(crate) fn join_lanes(extents: &mut Vec<usize>, lines: &mut [&mut Line]) {
    for dimension in (0..extents.len()).rev() {
        let joins =
            |line: &&mut Line| line.lanes[dimension] == line.lanes[dimension + 1] * extents[dimension + 1] as isize;
        if extents[dimension] == 1 {
            extents.remove(dimension);
            lines.iter_mut().for_each(|line| line.drop_lane(dimension));
        } else if dimension + 1 < extents.len() && lines.iter().all(joins) {
            extents[dimension] *= extents.remove(dimension + 1);
            lines.iter_mut().for_each(|line| line.drop_lane(dimension));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_cover_a_block_in_order() {
        let mut seen = Vec::new();
        for_each_run(&[2, 3, 4], 5, 14, |run, point| {
            seen.extend((0..run.len).map(|x| (point[0] * 3 + point[1]) * 4 + point[2] + x));
        });
        assert_eq!(seen, (5..19).collect::<Vec<_>>());
    }

    #[test]
    fn a_fence_cuts_a_run_where_its_guard_holds() {
        for step in [-3, -1, 0, 1, 2] {
            for offset in -9..9 {
                let line = Line { offset, loops: vec![], lanes: vec![step] };
                let fence = Fence { line, extent: 5 };
                let inside = fence.inside(&[], &[0], 7);
                for x in 0..7 {
                    let holds = (0..5).contains(&(offset + step * x as isize));
                    assert_eq!(inside.contains(&x), holds, "{offset} + {step} x at {x}");
                }
            }
        }
    }
}
