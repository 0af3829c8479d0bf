//! Bars and stripes: the classic toy of Boltzmann machines, small enough to enumerate.
//!
//! A pattern on an n x n grid is either a set of bars (whole columns on) or a set of stripes (whole rows
//! on). There are `2ⁿ` of each, and the blank and the full grid are both, so `2·2ⁿ - 2` patterns are
//! distinct, all equally likely: no model of the set can reach a mean log-likelihood above
//! `-ln(2·2ⁿ - 2)` nats, which is -3.40 for the 30 patterns on a 4 x 4 grid.
//!
//! Source: MacKay, *Information Theory, Inference, and Learning Algorithms*, 2003, section 43.

use super::{DataSpec, Dataset, Kind, RowShape, Split, Values};
use crate::{Knob, KnobKind, Knobs, Scale, text};

static KNOBS: [Knob; 1] = [Knob {
    id: "size",
    title: text("Grid size", "격자 크기"),
    help: text(
        "Pixels along a side. A grid of side n has 2·2ⁿ − 2 patterns: 30 at size 4.",
        "한 변의 픽셀 수입니다. 한 변이 n인 격자에는 무늬가 2·2ⁿ − 2가지 있습니다. 크기가 4이면 30가지입니다.",
    ),
    kind: KnobKind::Whole { min: 2.0, max: 8.0, default: 4.0, scale: Scale::Linear },
    live: false,
}];

/// The data set as the page and the command line offer it.
pub const SPEC: DataSpec = DataSpec {
    id: "bars",
    title: text("Bars and stripes", "막대와 줄무늬"),
    summary: text(
        "Every pattern of whole columns or whole rows on a small grid: few enough to check a model's probabilities exactly.",
        "작은 격자에서 열이나 행을 통째로 켜서 만들 수 있는 모든 무늬입니다. 가짓수가 적어 모델의 확률을 정확히 확인할 수 있습니다.",
    ),
    kind: Kind::Images,
    labelled: true,
    knobs: &KNOBS,
    asset: None,
    build,
};

/// Label of a pattern of columns.
pub const BARS: u8 = 0;
/// Label of a pattern of rows.
pub const STRIPES: u8 = 1;
/// Label of the blank and of the full grid, which are both.
pub const BOTH: u8 = 2;

/// All distinct patterns, once each. Both splits hold the whole set, for what is learned is the
/// distribution itself: to hold patterns back would make another distribution. The seed changes nothing.
fn build(knobs: &Knobs, _seed: u32) -> Dataset {
    let size = knobs.whole("size");
    let all_on = (1_u32 << size) - 1;
    let mut pixels = Vec::new();
    let mut labels = Vec::new();
    for lines in 0..=all_on {
        let is_on = |line: usize| if lines >> line & 1 == 1 { 255 } else { 0 };
        let is_both = lines == 0 || lines == all_on;
        pixels.extend((0..size * size).map(|pixel| is_on(pixel % size)));
        labels.push(if is_both { BOTH } else { BARS });
        if !is_both {
            pixels.extend((0..size * size).map(|pixel| is_on(pixel / size)));
            labels.push(STRIPES);
        }
    }
    let patterns = Split::new(size * size, Values::Bytes(pixels), Some(labels));
    Dataset {
        name: SPEC.id.to_owned(),
        kind: Kind::Images,
        shape: RowShape { height: size, width: size, channels: 1 },
        classes: 3,
        train: patterns.clone(),
        valid: None,
        test: patterns,
        density: None,
        ratings: None,
    }
}
