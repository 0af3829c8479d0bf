//! How people write the ten digits: pen paths on paper that is about 1 high, x to the right, y down.

/// A point on the paper.
pub(super) type Point = [f32; 2];

/// A pen path from touching the paper to leaving it: a smooth curve through its points. A point given
/// twice is a corner.
pub(super) type Stroke = &'static [Point];

/// A way of writing a digit, between two extremes with the same strokes and as many points in each.
/// Hands vary along the line from one to the other.
pub(super) struct Style {
    /// How common the way is among those of its digit, in any unit.
    pub(super) weight: f32,
    /// One extreme.
    pub(super) from: &'static [Stroke],
    /// The other.
    pub(super) to: &'static [Stroke],
}

/// A stroke by its points in hundredths: `x y, x y, ...`.
macro_rules! pen {
    ($($x:literal $y:literal),+) => { &[$([$x as f32 / 100.0, $y as f32 / 100.0]),+] };
}

/// The ways of writing `digit`.
pub(super) fn styles(digit: u8) -> &'static [Style] {
    GLYPHS[usize::from(digit)]
}

static GLYPHS: [&[Style]; 10] = [&ZERO, &ONE, &TWO, &THREE, &FOUR, &FIVE, &SIX, &SEVEN, &EIGHT, &NINE];

static ZERO: [Style; 2] = [
    // A loop that closes at the top, from round to narrow.
    Style {
        weight: 3.0,
        from: &[pen![55 3, 25 8, 4 32, 4 66, 24 94, 58 96, 83 70, 84 34, 64 6, 42 2]],
        to: &[pen![36 2, 20 12, 9 36, 7 66, 17 93, 34 98, 48 74, 52 38, 45 10, 32 0]],
    },
    // A loop whose end dips inside past the start.
    Style {
        weight: 1.0,
        from: &[pen![60 12, 38 3, 12 20, 3 55, 18 90, 50 98, 76 76, 82 40, 66 10, 42 6, 30 16]],
        to: &[pen![40 6, 22 10, 8 32, 5 62, 16 92, 38 98, 58 78, 62 42, 54 12, 38 2, 26 12]],
    },
];

static ONE: [Style; 3] = [
    // A bare stem.
    Style { weight: 5.0, from: &[pen![30 0, 29 33, 28 66, 27 100]], to: &[pen![32 0, 25 34, 24 67, 30 100]] },
    // With a flag.
    Style {
        weight: 1.6,
        from: &[pen![10 22, 22 13, 34 0, 34 0, 33 33, 32 66, 31 100]],
        to: &[pen![18 12, 26 8, 34 0, 34 0, 34 33, 33 66, 33 100]],
    },
    // With a flag and a foot.
    Style {
        weight: 0.7,
        from: &[pen![12 20, 24 12, 36 0, 36 0, 36 33, 35 66, 35 98], pen![4 100, 35 98, 68 97]],
        to: &[pen![18 16, 27 10, 36 0, 36 0, 35 33, 34 66, 33 98], pen![12 97, 33 99, 58 98]],
    },
];

static TWO: [Style; 4] = [
    // A sharp turn at the foot.
    Style {
        weight: 2.0,
        from: &[pen![8 24, 22 6, 48 0, 72 12, 70 36, 50 62, 26 84, 6 98, 6 98, 32 95, 58 95, 86 97]],
        to: &[pen![14 14, 28 2, 50 2, 62 18, 58 40, 42 64, 22 86, 4 100, 4 100, 26 98, 48 96, 72 92]],
    },
    // A loop at the foot.
    Style {
        weight: 1.6,
        from: &[pen![10 22, 24 5, 50 1, 70 16, 66 42, 46 70, 24 92, 6 96, 4 82, 20 76, 40 86, 62 97, 90 90]],
        to: &[pen![16 16, 30 3, 52 3, 62 20, 58 46, 44 74, 28 94, 10 100, 5 90, 18 85, 36 92, 56 98, 82 96]],
    },
    // A rounded foot, written fast.
    Style {
        weight: 0.8,
        from: &[pen![6 16, 28 3, 54 4, 68 22, 58 46, 36 68, 16 88, 24 99, 50 97, 84 92]],
        to: &[pen![2 24, 20 5, 46 2, 60 20, 50 46, 28 70, 10 90, 20 100, 44 97, 72 97]],
    },
    // Nearly a Z.
    Style {
        weight: 0.7,
        from: &[pen![4 8, 30 2, 62 2, 78 10, 64 34, 42 58, 20 82, 2 98, 2 98, 34 96, 66 95, 100 94]],
        to: &[pen![6 20, 30 6, 58 4, 74 18, 62 40, 40 62, 20 84, 0 100, 0 100, 30 96, 60 93, 96 88]],
    },
];

static THREE: [Style; 3] = [
    // Two bowls that meet in a corner.
    Style {
        weight: 2.6,
        from: &[pen![6 14, 28 1, 56 4, 66 22, 50 40, 26 47, 26 47, 56 50, 74 68, 66 90, 40 100, 4 90]],
        to: &[pen![10 8, 30 0, 50 8, 52 26, 38 40, 22 45, 22 45, 44 48, 58 64, 54 86, 32 99, 2 96]],
    },
    // A small loop where the bowls meet.
    Style {
        weight: 1.0,
        from: &[pen![8 12, 32 0, 58 8, 60 28, 40 43, 24 50, 26 42, 48 47, 68 64, 66 86, 42 100, 6 94]],
        to: &[pen![12 16, 34 2, 56 12, 52 32, 34 45, 20 48, 28 43, 50 52, 62 70, 54 90, 30 99, 0 88]],
    },
    // A flat top.
    Style {
        weight: 0.6,
        from: &[pen![8 4, 36 3, 68 2, 68 2, 52 20, 36 40, 36 40, 62 48, 76 68, 64 92, 36 99, 4 88]],
        to: &[pen![10 6, 32 4, 58 0, 58 0, 42 18, 26 38, 26 38, 50 44, 64 62, 56 86, 34 98, 6 96]],
    },
];

static FOUR: [Style; 3] = [
    // Open at the top, an angular arm and a stem.
    Style {
        weight: 2.4,
        from: &[pen![12 4, 8 28, 4 54, 4 54, 28 54, 54 52, 84 48], pen![64 2, 62 35, 58 68, 54 100]],
        to: &[pen![22 0, 14 24, 6 48, 6 48, 26 52, 46 51, 66 48], pen![56 8, 54 38, 52 70, 52 100]],
    },
    // Open at the top, a rounded cup.
    Style {
        weight: 1.4,
        from: &[pen![10 4, 5 24, 8 44, 24 52, 42 49, 60 40], pen![66 0, 62 33, 58 67, 55 100]],
        to: &[pen![16 8, 8 28, 12 48, 28 55, 46 52, 62 46], pen![60 6, 60 36, 60 68, 58 100]],
    },
    // Closed at the top, as printed.
    Style {
        weight: 1.0,
        from: &[pen![56 0, 38 22, 20 44, 2 64, 2 64, 30 65, 58 64, 88 62], pen![56 0, 56 33, 55 66, 55 100]],
        to: &[pen![48 2, 33 22, 18 40, 2 58, 2 58, 24 60, 46 60, 70 57], pen![50 0, 50 34, 49 67, 48 100]],
    },
];

static FIVE: [Style; 3] = [
    // Stem and bowl, then the flag.
    Style {
        weight: 2.2,
        from: &[pen![20 5, 17 24, 14 44, 14 44, 38 38, 62 48, 70 70, 56 92, 30 99, 3 90], pen![20 5, 46 4, 74 0]],
        to: &[pen![26 6, 20 25, 14 46, 14 46, 32 44, 50 54, 56 74, 44 94, 22 100, 0 96], pen![26 6, 50 5, 78 4]],
    },
    // One stroke from the end of the flag.
    Style {
        weight: 1.4,
        from: &[pen![76 2, 50 2, 24 4, 24 4, 19 24, 16 44, 16 44, 40 41, 64 54, 66 78, 44 97, 6 95]],
        to: &[pen![84 0, 60 3, 36 4, 36 4, 27 22, 20 40, 20 40, 38 45, 52 60, 48 82, 28 97, 0 98]],
    },
    // One soft stroke, like an S with a straight back.
    Style {
        weight: 0.6,
        from: &[pen![72 3, 50 2, 28 7, 18 24, 20 40, 42 46, 62 58, 64 80, 44 97, 6 96]],
        to: &[pen![82 2, 58 2, 34 5, 22 22, 20 40, 38 44, 58 54, 60 78, 36 97, 2 92]],
    },
];

static SIX: [Style; 3] = [
    // A curved back that runs into the loop.
    Style {
        weight: 2.0,
        from: &[pen![58 2, 34 16, 14 40, 6 68, 18 94, 44 98, 64 82, 58 62, 34 58, 12 74]],
        to: &[pen![40 0, 24 18, 11 42, 5 68, 14 94, 36 100, 54 86, 50 68, 32 62, 10 76]],
    },
    // A straight back with a small loop.
    Style {
        weight: 1.2,
        from: &[pen![38 0, 26 22, 14 46, 6 72, 14 95, 36 98, 52 84, 48 68, 30 66, 12 80]],
        to: &[pen![20 0, 13 24, 8 48, 7 74, 20 96, 46 97, 64 80, 56 60, 34 56, 14 70]],
    },
    // A large loop.
    Style {
        weight: 1.2,
        from: &[pen![50 0, 26 16, 8 42, 4 72, 20 96, 50 98, 76 82, 76 58, 52 46, 22 56, 8 76]],
        to: &[pen![64 0, 36 12, 14 36, 4 66, 18 94, 48 98, 70 80, 68 58, 46 50, 20 62, 10 78]],
    },
];

static SEVEN: [Style; 4] = [
    // A roof and a slanting stem.
    Style {
        weight: 3.0,
        from: &[pen![2 10, 34 7, 70 3, 70 3, 56 34, 42 66, 30 100]],
        to: &[pen![6 5, 32 7, 60 6, 60 6, 54 36, 48 68, 44 100]],
    },
    // With a bar across the stem.
    Style {
        weight: 1.0,
        from: &[pen![2 8, 34 5, 70 2, 70 2, 56 33, 42 66, 30 100], pen![20 52, 46 50, 72 47]],
        to: &[pen![6 6, 34 6, 64 4, 64 4, 54 34, 44 67, 36 100], pen![28 48, 48 49, 70 50]],
    },
    // With a tick down at the start of the roof.
    Style {
        weight: 0.9,
        from: &[pen![4 26, 6 6, 6 6, 36 5, 70 2, 70 2, 54 34, 42 66, 34 100]],
        to: &[pen![2 18, 6 8, 6 8, 34 8, 64 4, 64 4, 52 35, 38 66, 26 100]],
    },
    // A roof that rolls into the stem.
    Style {
        weight: 0.8,
        from: &[pen![4 18, 16 6, 36 4, 56 4, 66 14, 58 38, 46 68, 38 100]],
        to: &[pen![2 12, 20 4, 42 2, 60 6, 62 22, 50 48, 38 74, 28 100]],
    },
];

static EIGHT: [Style; 3] = [
    // One stroke from the upper right that crosses itself.
    Style {
        weight: 2.4,
        from: &[pen![60 10, 38 1, 16 12, 18 32, 40 48, 60 66, 58 90, 34 100, 10 88, 12 66, 36 48, 58 30, 62 10]],
        to: &[pen![56 6, 40 0, 24 12, 22 32, 32 48, 42 68, 38 90, 22 100, 6 88, 12 68, 30 49, 48 30, 56 8]],
    },
    // One stroke like an S that turns back up, left open at the top.
    Style {
        weight: 1.3,
        from: &[pen![66 6, 44 0, 20 10, 18 28, 38 45, 62 62, 66 84, 44 99, 16 94, 10 74, 30 54, 54 36, 68 14]],
        to: &[pen![60 10, 42 2, 24 10, 20 30, 36 46, 54 62, 56 84, 36 99, 12 92, 10 72, 28 54, 48 38, 60 20]],
    },
    // Two loops, one on the other.
    Style {
        weight: 0.7,
        from: &[
            pen![36 45, 16 34, 16 12, 36 1, 56 12, 56 34, 34 46],
            pen![34 45, 10 58, 8 84, 34 100, 62 84, 60 58, 36 46],
        ],
        to: &[
            pen![34 42, 18 32, 20 10, 38 0, 54 10, 52 30, 32 43],
            pen![32 43, 14 58, 10 82, 28 99, 48 86, 50 62, 34 43],
        ],
    },
];

static NINE: [Style; 4] = [
    // A loop and a straight stem.
    Style {
        weight: 2.4,
        from: &[pen![60 16, 42 2, 18 8, 6 28, 18 46, 40 44, 60 18, 60 18, 58 44, 56 72, 54 100]],
        to: &[pen![56 8, 38 0, 16 12, 8 34, 22 48, 42 38, 56 12, 56 12, 50 42, 43 71, 36 100]],
    },
    // The stem bends with the loop.
    Style {
        weight: 1.2,
        from: &[pen![58 22, 46 4, 22 4, 8 24, 18 44, 40 44, 57 20, 62 44, 56 72, 40 100]],
        to: &[pen![54 16, 40 2, 18 8, 8 30, 22 46, 42 40, 53 16, 56 44, 55 72, 50 100]],
    },
    // A tail that hooks back to the left.
    Style {
        weight: 0.6,
        from: &[pen![62 16, 44 2, 20 8, 10 28, 22 46, 44 42, 62 18, 62 18, 62 48, 56 78, 36 98, 10 92]],
        to: &[pen![58 10, 40 1, 18 12, 10 32, 24 46, 44 36, 58 12, 58 12, 60 44, 56 74, 42 97, 24 98]],
    },
    // A large loop that the stem touches on its right.
    Style {
        weight: 1.0,
        from: &[pen![66 6, 42 0, 14 10, 3 32, 18 52, 44 47, 67 22, 68 5, 68 5, 67 36, 66 68, 66 100]],
        to: &[pen![60 10, 38 1, 14 10, 5 34, 18 54, 40 52, 58 34, 62 8, 62 8, 58 38, 52 70, 46 100]],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extremes_of_a_style_match_point_by_point() {
        let corners = |stroke: Stroke| stroke.windows(2).map(|pair| pair[0] == pair[1]).collect::<Vec<_>>();
        for digit in 0..10 {
            for (index, style) in styles(digit).iter().enumerate() {
                assert_eq!(style.from.len(), style.to.len(), "strokes of way {index} to write {digit}");
                for (from, to) in style.from.iter().zip(style.to) {
                    assert_eq!(corners(from), corners(to), "corners of way {index} to write {digit}");
                }
            }
        }
    }
}
