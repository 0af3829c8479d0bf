//! Handwriting drawn by code: digits of 28 x 28 pixels from pen strokes. Nothing to download, endless.
//!
//! `glyphs` holds how people write the digits, `hand` writes one of them once, and [`draw`] inks the
//! path: a pixel's value falls from 1 to 0 over 1.3 pixels across the edge of the pen's line.

mod glyphs;
mod hand;

use rand::Rng;

use super::random::stream;
use super::{DataSpec, Dataset, Kind, RowShape, Split, Values};
use crate::{Knob, KnobKind, Knobs, Scale, text};

static KNOBS: [Knob; 2] = [
    Knob {
        id: "images",
        title: text("Training images", "훈련 이미지 수"),
        help: text(
            "How many digits are written for the model to learn from. A sixth as many more are written for testing.",
            "모델이 학습할 숫자 이미지의 수입니다. 이 수의 6분의 1만큼을 테스트용으로 따로 만듭니다.",
        ),
        kind: KnobKind::Whole { min: 600.0, max: 60000.0, default: 6000.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "wobble",
        title: text("Wobble", "손떨림"),
        help: text(
            "How far the hand strays from the ideal shape: 0 is a calm hand, 1 a natural one, 2 a hasty one.",
            "획이 이상적인 모양에서 벗어나는 정도입니다. 0은 반듯한 글씨, 1은 자연스러운 글씨, 2는 급히 흘려 쓴 글씨입니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 2.0, default: 1.0, scale: Scale::Linear, unit: "" },
        live: false,
    },
];

/// The data set as the page and the command line offer it.
pub const SPEC: DataSpec = DataSpec {
    id: "strokes",
    title: text("Pen strokes, 28 × 28", "펜글씨 숫자 28 × 28"),
    summary: text(
        "Handwriting-like digits drawn by code, of the size and the look of MNIST: nothing to download.",
        "프로그램이 펜 획을 흉내 내어 그린 손글씨 모양의 숫자입니다. 크기와 모습이 MNIST와 비슷하고, 내려받을 것이 없습니다.",
    ),
    kind: Kind::Images,
    labelled: true,
    knobs: &KNOBS,
    asset: None,
    build,
};

/// Pixels along a side of an image.
pub const SIDE: usize = 28;

/// Pixels across which the edge of a line fades.
const EDGE: f32 = 1.3;

/// Draws `digit` once, row by row; 255 is full ink. `wobble` as the knob.
pub fn draw(digit: u8, wobble: f32, rng: &mut impl Rng) -> [u8; SIDE * SIDE] {
    // How deep each pixel's centre lies inside the line, in pixels; negative outside.
    let mut depth = [-EDGE; SIDE * SIDE];
    for hand::Segment { from, to, radius } in hand::write(digit, wobble, rng) {
        let reach = radius + 0.5 * EDGE;
        let pixels = |axis: usize| {
            let low = (from[axis].min(to[axis]) - reach).max(0.0) as usize;
            let high = (from[axis].max(to[axis]) + reach + 1.0).min(SIDE as f32) as usize;
            low..high
        };
        let along = [to[0] - from[0], to[1] - from[1]];
        let squared_length = (along[0] * along[0] + along[1] * along[1]).max(1e-12);
        let columns = pixels(0);
        for row in pixels(1) {
            let dy = row as f32 + 0.5 - from[1];
            for (depth, column) in depth[row * SIDE..][columns.clone()].iter_mut().zip(columns.clone()) {
                let dx = column as f32 + 0.5 - from[0];
                let t = ((dx * along[0] + dy * along[1]) / squared_length).clamp(0.0, 1.0);
                let (x, y) = (dx - t * along[0], dy - t * along[1]);
                *depth = depth.max(radius - (x * x + y * y).sqrt());
            }
        }
    }
    depth.map(|depth| (255.0 * (depth / EDGE + 0.5).clamp(0.0, 1.0)).round() as u8)
}

/// Writes both splits, as many of every digit as of the others. An image depends on the seed, its split
/// and its place alone, so that a larger set begins with the smaller one.
fn build(knobs: &Knobs, seed: u32) -> Dataset {
    let (count, wobble) = (knobs.whole("images"), knobs.real("wobble"));
    let split = |count: usize, which: u32| {
        let mut pixels = Vec::with_capacity(count * SIDE * SIDE);
        let labels: Vec<u8> = (0..10).cycle().take(count).collect();
        for (index, &digit) in labels.iter().enumerate() {
            pixels.extend(draw(digit, wobble, &mut stream(seed, which << 31 | index as u32)));
        }
        Split::new(SIDE * SIDE, Values::Bytes(pixels), Some(labels))
    };
    Dataset {
        name: SPEC.id.to_owned(),
        kind: Kind::Images,
        shape: RowShape { height: SIDE, width: SIDE, channels: 1 },
        classes: 10,
        train: split(count, 0),
        valid: None,
        test: split(count / 6, 1),
        density: None,
        ratings: None,
    }
}
