//! Relations between two numbers, `x` across and `y` up, in which one `x` may have several `y`: what no function `y = G(x)` can
//! follow, and an energy `F(x, y)` can.

use super::points::{Density, Family};
use super::{DataSpec, Dataset, Kind, RowShape, Split, Values, random};
use crate::{ChoiceOption, Knob, KnobKind, Knobs, Scale, text};

/// The shapes in the order of the options of the knob `shape`.
const SHAPES: [Family; 3] = [Family::Circle, Family::SCurve, Family::Fork];

static OPTIONS: [ChoiceOption; 3] = [
    ChoiceOption { id: "circle", title: text("Circle", "원") },
    ChoiceOption { id: "s-curve", title: text("S on its side", "옆으로 누운 S") },
    ChoiceOption { id: "fork", title: text("Fork", "갈림길") },
];

static KNOBS: [Knob; 3] = [
    Knob {
        id: "shape",
        title: text("Shape", "모양"),
        help: text(
            "Which relation between x and y holds. A circle has two y for every x, the S has three around the middle, and the fork has one that \
             splits into two.",
            "x와 y 사이의 관계입니다. 원은 x마다 y가 두 개이고, 누운 S는 가운데에서 세 개이며, 갈림길은 하나이던 y가 둘로 갈라집니다.",
        ),
        kind: KnobKind::Choice { options: &OPTIONS, default: 0 },
        live: false,
    },
    Knob {
        id: "points",
        title: text("Training points", "훈련용 점의 수"),
        help: text(
            "How many points the model learns from. A quarter as many more are drawn for testing.",
            "모델이 학습할 점의 수입니다. 이 수의 4분의 1만큼을 테스트용으로 따로 뽑습니다.",
        ),
        kind: KnobKind::Whole { min: 64.0, max: 65536.0, default: 4096.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "noise",
        title: text("Noise", "잡음"),
        help: text(
            "Standard deviation of the Gaussian noise around the curve, in both directions.",
            "곡선 둘레에 가로세로로 더하는 정규분포 잡음의 표준편차입니다.",
        ),
        kind: KnobKind::Real { min: 0.02, max: 0.3, default: 0.1, scale: Scale::Log, unit: "" },
        live: false,
    },
];

/// The data set as the page and the command line offer it.
pub const SPEC: DataSpec = DataSpec {
    id: "relations",
    title: text("Relations with several answers", "답이 여럿인 관계"),
    summary: text(
        "x across, y up, and often several right y for one x: a function of x can only answer with their mean.",
        "가로는 x, 세로는 y이며, x 하나에 맞는 y가 여럿일 때가 많습니다. x의 함수는 그 평균을 답할 수밖에 없습니다.",
    ),
    kind: Kind::Points,
    labelled: true,
    knobs: &KNOBS,
    asset: None,
    build,
};

/// Draws the points; a row's label is the branch that it comes from.
fn build(knobs: &Knobs, seed: u32) -> Dataset {
    let density = Density::new(SHAPES[knobs.whole("shape")], knobs.real("noise"));
    let count = knobs.whole("points");
    let split = |count: usize, which: u32| {
        let mut rng = random::stream(seed, which);
        let (points, labels): (Vec<_>, Vec<_>) = (0..count).map(|_| density.sample_labelled(&mut rng)).unzip();
        Split::new(2, Values::Reals(points.into_flattened()), Some(labels))
    };
    Dataset {
        name: SPEC.id.to_owned(),
        kind: Kind::Points,
        shape: RowShape::POINT,
        classes: density.parts(),
        train: split(count, 0),
        valid: None,
        test: split(count / 4, 1),
        density: Some(density),
        ratings: None,
    }
}
