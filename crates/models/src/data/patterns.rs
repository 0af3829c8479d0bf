//! Bit patterns that follow a rule which no pair of bits betrays: what a Boltzmann machine needs hidden units for.
//!
//! *Parity*: all patterns of n bits with an even number of ones, `2ⁿ⁻¹` of them. Any `n - 1` of the bits are independent fair coins, and
//! yet they fix the last one, so that means and correlations of pairs are those of pure noise: a model of these alone can give each
//! pattern no more than `2⁻ⁿ` and stays `ln 2 = 0.69` nats away. All patterns are equally likely: the best mean log-likelihood is
//! `-(n - 1) ln 2` nats.
//!
//! *Shifter*: a row of w bits, and below it the same row moved by one to the left, not at all or by one to the right, around the end.
//! There are `3·2ʷ` cases, equally likely; rows that look alike moved and unmoved are counted as often as they come about. It is the
//! problem of Hinton & Sejnowski, *Learning and Relearning in Boltzmann Machines*, 1986, without its third row, which tells the shift.

use super::{DataSpec, Dataset, Kind, RowShape, Split, Values};
use crate::{ChoiceOption, Knob, KnobKind, Knobs, Scale, text};

static RULES: [ChoiceOption; 2] = [
    ChoiceOption { id: "parity", title: text("Even parity", "짝수 패리티") },
    ChoiceOption { id: "shifter", title: text("Shifter", "밀린 줄") },
];

static KNOBS: [Knob; 2] = [
    Knob {
        id: "rule",
        title: text("Rule", "규칙"),
        help: text(
            "Even parity: the number of ones is even. Shifter: the lower row is the upper one, moved by one to the left or the right or not at all.",
            "짝수 패리티는 1의 개수가 짝수인 무늬입니다. 밀린 줄은 아래 줄이 위 줄과 같거나, 왼쪽이나 오른쪽으로 한 칸 밀린 무늬입니다.",
        ),
        kind: KnobKind::Choice { options: &RULES, default: 0 },
        live: false,
    },
    Knob {
        id: "bits",
        title: text("Bits", "비트 수"),
        help: text(
            "Bits of a parity pattern, or in each of the shifter's two rows.",
            "패리티 무늬의 비트 수, 또는 밀린 줄에서 한 줄의 비트 수입니다.",
        ),
        kind: KnobKind::Whole { min: 2.0, max: 8.0, default: 4.0, scale: Scale::Linear },
        live: false,
    },
];

/// The data set as the page and the command line offer it.
pub const SPEC: DataSpec = DataSpec {
    id: "patterns",
    title: text("Bit patterns", "비트 무늬"),
    summary: text(
        "A few bits under a rule that no two of them show, such as even parity: the smallest data that cannot be learned without hidden units.",
        "짝수 패리티처럼 비트 두 개만 보아서는 드러나지 않는 규칙을 따르는 무늬입니다. 은닉 유닛 없이는 배울 수 없는 가장 작은 데이터입니다.",
    ),
    kind: Kind::Images,
    labelled: false,
    knobs: &KNOBS,
    asset: None,
    build,
};

/// All patterns. Both splits hold the whole set, for what is learned is the distribution itself. The seed changes nothing.
fn build(knobs: &Knobs, _seed: u32) -> Dataset {
    let bits = knobs.whole("bits");
    let (shape, patterns) = if knobs.whole("rule") == 0 { parity(bits) } else { shifter(bits) };
    let pixels = patterns.into_iter().map(|bit| if bit { 255 } else { 0 }).collect();
    let patterns = Split::new(shape.len(), Values::Bytes(pixels), None);
    Dataset {
        name: SPEC.id.to_owned(),
        kind: Kind::Images,
        shape,
        classes: 0,
        train: patterns.clone(),
        valid: None,
        test: patterns,
        density: None,
        ratings: None,
    }
}

/// Patterns with an even number of ones, in two rows where that goes.
fn parity(bits: usize) -> (RowShape, Vec<bool>) {
    let height = 2 - bits % 2;
    let even = (0..1_u32 << bits).filter(|pattern| pattern.count_ones() % 2 == 0);
    let patterns = even.flat_map(|pattern| (0..bits).map(move |bit| pattern >> bit & 1 == 1)).collect();
    (RowShape { height, width: bits / height, channels: 1 }, patterns)
}

/// Every row over itself, moved by -1, 0 and 1.
fn shifter(bits: usize) -> (RowShape, Vec<bool>) {
    let mut patterns = Vec::new();
    for row in 0..1_u32 << bits {
        let bit = |place: usize| row >> (place % bits) & 1 == 1;
        for shift in [bits - 1, 0, 1] {
            patterns.extend((0..bits).map(bit));
            patterns.extend((0..bits).map(|place| bit(place + shift)));
        }
    }
    (RowShape { height: 2, width: bits, channels: 1 }, patterns)
}
