//! Shapes: the extents of a tensor's axes, outermost first, stored row-major.

use std::ops::Range;

/// The extent of every axis; `[]` is a scalar.
pub type Shape = Vec<usize>;

/// How many numbers a tensor of this shape holds.
pub fn numel(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// The distance in memory between neighbours along each axis of a contiguous tensor.
pub fn row_major(shape: &[usize]) -> Vec<isize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis] as isize;
    }
    strides
}

/// The shape that two shapes broadcast to: axes are aligned at the right, and 1 stretches.
pub(crate) fn broadcast(a: &[usize], b: &[usize]) -> Option<Shape> {
    let rank = a.len().max(b.len());
    let extent = |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(rank).map_or(1, |own| shape[own]);
    (0..rank)
        .map(|axis| match (extent(a, axis), extent(b, axis)) {
            (x, y) if x == y => Some(x),
            (1, y) => Some(y),
            (x, 1) => Some(x),
            _ => None,
        })
        .collect()
}

/// Splits a reshape into groups of axes that hold the same numbers: `[6, 4] -> [2, 3, 4]` is
/// `(0..1, 0..2), (1..2, 2..3)`. Only the axes inside a group are merged or split.
/// `None` when a tensor is empty, where no grouping is meaningful.
pub(crate) fn reshape_groups(from: &[usize], to: &[usize]) -> Option<Vec<(Range<usize>, Range<usize>)>> {
    if numel(from) == 0 {
        return None;
    }
    let take = |extents: &[usize], axis: &mut usize| match extents.get(*axis) {
        Some(&extent) => {
            *axis += 1;
            extent
        }
        None => 1,
    };
    let (mut i, mut j) = (0, 0);
    let mut groups = Vec::new();
    while i < from.len() || j < to.len() {
        let (start_i, start_j) = (i, j);
        let mut left = take(from, &mut i);
        let mut right = take(to, &mut j);
        while left != right {
            if left < right {
                left *= take(from, &mut i);
            } else {
                right *= take(to, &mut j);
            }
        }
        groups.push((start_i..i, start_j..j));
    }
    Some(groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broadcasting_aligns_at_the_right() {
        assert_eq!(broadcast(&[4, 1], &[3]), Some(vec![4, 3]));
        assert_eq!(broadcast(&[], &[2, 2]), Some(vec![2, 2]));
        assert_eq!(broadcast(&[2], &[3]), None);
    }

    #[test]
    fn reshape_groups_hold_the_same_numbers() {
        for (from, to) in [
            (vec![6, 4], vec![2, 3, 4]),
            (vec![2, 3, 4], vec![6, 4]),
            (vec![2, 3, 4], vec![24]),
            (vec![], vec![1, 1]),
            (vec![1, 5, 1], vec![5]),
            (vec![4, 6], vec![6, 4]),
            (vec![5], vec![1, 5, 1]),
            (vec![2, 1, 3], vec![2, 3, 1]),
        ] {
            let groups = reshape_groups(&from, &to).unwrap();
            assert_eq!(groups.iter().map(|(a, _)| a.len()).sum::<usize>(), from.len(), "{from:?} {to:?}");
            assert_eq!(groups.iter().map(|(_, b)| b.len()).sum::<usize>(), to.len(), "{from:?} {to:?}");
            for (a, b) in groups {
                assert_eq!(numel(&from[a]), numel(&to[b]));
            }
        }
    }
}
