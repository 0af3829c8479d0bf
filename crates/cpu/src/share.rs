//! How the work of a kernel is shared out: in equal parts, where each is large enough to be worth a thread.

use std::ops::Range;

/// One of several parts of some work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    /// Which part, from 0 on.
    pub(crate) number: usize,
    /// How many parts there are.
    pub(crate) of: usize,
}

impl Share {
    /// This part of `0..len`, in whole groups of `group`: as many as in any other part, or one more.
    pub(crate) fn range(self, len: usize, group: usize) -> Range<usize> {
        let groups = len.div_ceil(group);
        let bound = |number: usize| (groups * number / self.of * group).min(len);
        bound(self.number)..bound(self.number + 1)
    }
}

/// Into how many parts work of so many nanoseconds is cut for so many threads, where a part takes at least `least`.
pub(crate) fn parts(work: f64, least: f64, threads: usize) -> usize {
    ((work / least) as usize).clamp(1, threads)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_everything_once_in_whole_groups() {
        for len in [0, 1, 15, 16, 17, 100, 784] {
            for of in 1..6 {
                let ranges = (0..of).map(|number| Share { number, of }.range(len, 16));
                let mut end = 0;
                for range in ranges {
                    assert_eq!(range.start, end);
                    assert!(range.end == len || range.end % 16 == 0, "{len} in {of}: {range:?}");
                    end = range.end;
                }
                assert_eq!(end, len);
            }
        }
    }

    #[test]
    fn little_work_stays_together() {
        assert_eq!([7.0, 15.0, 16.0, 100.0].map(|work| parts(work, 8.0, 3)), [1, 1, 2, 3]);
        assert_eq!([0.0, 1.0].map(|work| parts(work, 0.0, 3)), [1, 3]);
    }
}
