//! Points of the plane: five families with a known density, and points drawn by hand.

mod density;
pub(crate) mod target;

pub use density::{Density, Family, Modes, RING_RADIUS};

use super::drawn::NAME;
use super::random::stream;
use super::{DataSpec, Dataset, Kind, RowShape, Split, Values};
use crate::{ChoiceOption, Error, Knob, KnobKind, Knobs, Scale, Words, text, words};

/// The families in the order of the options of the knob `family`.
const FAMILIES: [(Family, ChoiceOption); 5] = [
    (Family::Moons, ChoiceOption { id: "moons", title: text("Two moons", "두 초승달") }),
    (Family::Ring, ChoiceOption { id: "ring", title: text("Ring of 8 Gaussians", "고리 모양의 정규분포 8개") }),
    (Family::Spiral, ChoiceOption { id: "spiral", title: text("Spiral", "나선") }),
    (Family::Checkerboard, ChoiceOption { id: "checkerboard", title: text("Checkerboard", "체커보드") }),
    (Family::Pinwheel, ChoiceOption { id: "pinwheel", title: text("Pinwheel", "바람개비") }),
];

static OPTIONS: [ChoiceOption; 5] = [FAMILIES[0].1, FAMILIES[1].1, FAMILIES[2].1, FAMILIES[3].1, FAMILIES[4].1];

static KNOBS: [Knob; 3] = [
    Knob {
        id: "family",
        title: text("Shape", "모양"),
        help: text(
            "The distribution the points are drawn from. The ring shows at a glance which modes a model forgets.",
            "점을 뽑는 분포입니다. 고리 모양을 고르면 모델이 어느 모드(봉우리)를 놓쳤는지 한눈에 보입니다.",
        ),
        kind: KnobKind::Choice { options: &OPTIONS, default: 1 },
        live: false,
    },
    Knob {
        id: "points",
        title: text("Training points", "훈련용 점의 수"),
        help: text(
            "How many points the model learns from. A quarter as many more are drawn for testing.",
            "모델이 학습할 점의 수입니다. 이 수의 4분의 1만큼을 테스트용으로 따로 뽑습니다.",
        ),
        kind: KnobKind::Whole { min: 64.0, max: 65536.0, default: 8192.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "noise",
        title: text("Noise", "잡음"),
        help: text(
            "Standard deviation of the Gaussian noise: the width of each blob, arm or edge. The plane shown spans -2 to 2.",
            "정규분포를 따르는 잡음의 표준편차로, 덩어리나 팔, 가장자리가 번지는 너비를 정합니다. 평면은 -2부터 2까지 보입니다.",
        ),
        kind: KnobKind::Real { min: 0.02, max: 0.3, default: 0.08, scale: Scale::Log, unit: "" },
        live: false,
    },
];

/// The data set as the page and the command line offer it.
pub const SPEC: DataSpec = DataSpec {
    id: "points",
    title: text("Points of the plane", "평면 위의 점"),
    summary: text(
        "Two numbers for each point: the whole distribution fits in one picture, and its true density is known.",
        "점 하나가 수 두 개라서 분포 전체가 그림 하나에 담기고, 참된 확률 밀도도 알려져 있습니다.",
    ),
    kind: Kind::Points,
    labelled: true,
    knobs: &KNOBS,
    asset: None,
    build,
};

/// Draws the points; a row's label is the part of the distribution that it comes from.
fn build(knobs: &Knobs, seed: u32) -> Dataset {
    let density = Density::new(FAMILIES[knobs.whole("family")].0, knobs.real("noise"));
    let count = knobs.whole("points");
    let split = |count: usize, which: u32| {
        let mut rng = stream(seed, which);
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

/// Fewest points that a drawing must have.
pub const FEWEST_DRAWN: usize = 20;

/// A data set of points that a person drew, in the order of drawing, with coordinates in `[-2, 2]`.
///
/// Every fifth point goes to the test split, so that both splits follow every line of the drawing.
///
/// # Errors
/// [`Error::BadFile`] when there are fewer than [`FEWEST_DRAWN`] points or one lies outside the plane shown.
pub fn from_drawn(points: &[[f32; 2]]) -> Result<Dataset, Error> {
    let refuse = |problem: Words| Error::bad_file(words!("the drawing", "그린 그림"), problem);
    if points.len() < FEWEST_DRAWN {
        return Err(refuse(words!(
            "has {count} points; draw at least {FEWEST_DRAWN}",
            "점이 {count}개입니다. 적어도 {FEWEST_DRAWN}개를 그려 주세요.",
            count = points.len()
        )));
    }
    for (index, [x, y]) in points.iter().enumerate() {
        if !(x.abs() <= 2.0 && y.abs() <= 2.0) {
            return Err(refuse(words!(
                "point {number} is ({x}, {y}); both numbers must be from -2 to 2",
                "{number}번째 점이 ({x}, {y})입니다. 두 수 모두 -2 이상 2 이하여야 합니다.",
                number = index + 1
            )));
        }
    }
    let (test, train): (Vec<_>, Vec<_>) = points.iter().enumerate().partition(|(index, _)| index % 5 == 2);
    let split = |points: Vec<(usize, &[f32; 2])>| {
        Split::new(2, Values::Reals(points.into_iter().flat_map(|(_, point)| *point).collect()), None)
    };
    Ok(Dataset {
        name: NAME.to_owned(),
        kind: Kind::Points,
        shape: RowShape::POINT,
        classes: 0,
        train: split(train),
        valid: None,
        test: split(test),
        density: None,
        ratings: None,
    })
}
