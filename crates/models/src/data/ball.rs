//! A ball in a box that may turn left or right: what comes next is one of two things, and nothing in the present says which.
//!
//! A row is one gray image of `H × 2H` pixels: its left half is the present, `x`, and its right half what comes next, `y`. The ball flies
//! straight, and its tail, three fainter discs, shows from where. Then it turns by an angle, to the left or to the right as often, and
//! flies on for one step; off the walls it bounces. The label of a row is 0 where the ball turned left, 1 where it turned right.
//!
//! After the uncertain futures of Dawid and LeCun, *Introduction to latent variable energy-based models*, arXiv:2306.02572, where a
//! prediction that is a function of the present blurs. A model that asks for `x` and `y` splits the rows of any image in the middle.

use std::f32::consts::TAU;

use rand::Rng;

use super::random::{between, choose, stream, uniform};
use super::{DataSpec, Dataset, Kind, RowShape, Split, Values};
use crate::{Knob, KnobKind, Knobs, Scale, text};

static KNOBS: [Knob; 2] = [
    Knob {
        id: "images",
        title: text("Training images", "훈련 이미지 수"),
        help: text(
            "How many flights the model learns from. A quarter as many more are drawn for testing.",
            "모델이 학습할 장면의 수입니다. 이 수의 4분의 1만큼을 테스트용으로 따로 만듭니다.",
        ),
        kind: KnobKind::Whole { min: 256.0, max: 32768.0, default: 8192.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "turn",
        title: text("Turn", "꺾는 각도"),
        help: text(
            "By how much the ball turns, to the left or to the right. At 0 it flies straight on and its future is certain.",
            "공이 왼쪽이나 오른쪽으로 꺾는 각도입니다. 0이면 곧장 날아가므로 다음 장면이 하나로 정해집니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 90.0, default: 60.0, scale: Scale::Linear, unit: "°" },
        live: false,
    },
];

/// The data set as the page and the command line offer it.
pub const SPEC: DataSpec = DataSpec {
    id: "ball",
    title: text("A ball that turns left or right", "왼쪽이나 오른쪽으로 꺾는 공"),
    summary: text(
        "Left half: a flying ball with its tail. Right half: the next moment, after it turned left or right, either as often.",
        "왼쪽 절반은 꼬리를 끌며 날아가는 공이고, 오른쪽 절반은 그 공이 같은 확률로 왼쪽이나 오른쪽으로 꺾은 다음 순간입니다.",
    ),
    kind: Kind::Images,
    labelled: true,
    knobs: &KNOBS,
    asset: None,
    build,
};

/// Pixels along a side of the box: half the width of a row.
pub const SIDE: usize = 12;

/// Label of a turn to the left.
const LEFT: u8 = 0;
const RADIUS: f32 = 1.6;
/// How far the ball flies in one step, and between the discs of its tail.
const STEP: f32 = 3.4;
const TAIL_STEP: f32 = 1.1;
/// Gray of the tail's discs, the oldest first.
const TAIL: [f32; 3] = [0.2, 0.35, 0.55];
/// Pixels across which the edge of a disc fades.
const EDGE: f32 = 1.2;

fn build(knobs: &Knobs, seed: u32) -> Dataset {
    let (count, turn) = (knobs.whole("images"), knobs.real("turn").to_radians());
    let split = |count: usize, which: u32| {
        let mut rng = stream(seed, which);
        let mut pixels = Vec::with_capacity(count * 2 * SIDE * SIDE);
        let labels = (0..count).map(|_| {
            let label = choose(&mut rng, 2) as u8;
            pixels.extend(draw(if label == LEFT { turn } else { -turn }, &mut rng));
            label
        });
        let labels = labels.collect();
        Split::new(2 * SIDE * SIDE, Values::Bytes(pixels), Some(labels))
    };
    Dataset {
        name: SPEC.id.to_owned(),
        kind: Kind::Images,
        shape: RowShape { height: SIDE, width: 2 * SIDE, channels: 1 },
        classes: 2,
        train: split(count, 0),
        valid: None,
        test: split(count / 4, 1),
        density: None,
        ratings: None,
    }
}

/// One flight with a turn by this angle, positive to the left: the row of pixels, 255 the brightest.
fn draw(turn: f32, rng: &mut impl Rng) -> Vec<u8> {
    let size = SIDE as f32;
    let start = [0, 1].map(|_| between(rng, RADIUS, size - RADIUS));
    let heading = TAU * uniform(rng);
    let mut left = [0.0f32; SIDE * SIDE];
    for (number, gray) in TAIL.iter().enumerate() {
        let back = -TAIL_STEP * (TAIL.len() - number) as f32;
        ink(&mut left, flown(start, heading, back), *gray);
    }
    ink(&mut left, start, 1.0);
    let mut right = [0.0f32; SIDE * SIDE];
    ink(&mut right, flown(start, heading + turn, STEP), 1.0);
    let rows = left.chunks_exact(SIDE).zip(right.chunks_exact(SIDE)).flat_map(|(left, right)| left.iter().chain(right));
    rows.map(|gray| (255.0 * gray).round() as u8).collect()
}

/// The centre of the ball after a flight of this length, which bounces off the walls. Rows of pixels run downwards.
fn flown(from: [f32; 2], heading: f32, length: f32) -> [f32; 2] {
    let to = [from[0] + length * libm::cosf(heading), from[1] - length * libm::sinf(heading)];
    let (low, high) = (RADIUS, SIDE as f32 - RADIUS);
    to.map(|x| {
        if x < low {
            2.0 * low - x
        } else if x > high {
            2.0 * high - x
        } else {
            x
        }
    })
}

/// Draws a disc over what is there.
fn ink(frame: &mut [f32; SIDE * SIDE], centre: [f32; 2], gray: f32) {
    for (number, pixel) in frame.iter_mut().enumerate() {
        let (dx, dy) = ((number % SIDE) as f32 + 0.5 - centre[0], (number / SIDE) as f32 + 0.5 - centre[1]);
        let depth = RADIUS - (dx * dx + dy * dy).sqrt();
        *pixel = pixel.max(gray * (depth / EDGE + 0.5).clamp(0.0, 1.0));
    }
}
