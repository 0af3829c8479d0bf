//! Targets for samplers: points drawn from densities that are hard to walk in, each in its own way.

use super::points::{Density, Family};
use super::random::stream;
use super::{DataSpec, Dataset, Kind, RowShape, Split, Values};
use crate::{ChoiceOption, Knob, KnobKind, Knobs, Scale, text};

/// The families in the order of the options of the knob `family`.
const FAMILIES: [(Family, ChoiceOption); 5] = [
    (Family::Banana, ChoiceOption { id: "banana", title: text("Banana", "바나나") }),
    (Family::Funnel, ChoiceOption { id: "funnel", title: text("Neal's funnel", "닐의 깔때기") }),
    (Family::Mixture, ChoiceOption { id: "mixture", title: text("Mixture of 3 Gaussians", "정규분포 3개의 혼합") }),
    (Family::Annulus, ChoiceOption { id: "annulus", title: text("Ring", "고리") }),
    (Family::Correlated, ChoiceOption { id: "correlated", title: text("Correlated Gaussian", "상관된 정규분포") }),
];

static OPTIONS: [ChoiceOption; 5] = [FAMILIES[0].1, FAMILIES[1].1, FAMILIES[2].1, FAMILIES[3].1, FAMILIES[4].1];

static KNOBS: [Knob; 3] = [
    Knob {
        id: "family",
        title: text("Target", "목표 분포"),
        help: text(
            "The density that samplers are to follow. The banana bends, the funnel narrows a hundredfold, the mixture has valleys between its modes.",
            "표본추출기가 따라야 할 밀도입니다. 바나나는 휘어 있고, 깔때기는 폭이 백 배까지 좁아지며, 혼합 분포는 모드 사이가 끊겨 있습니다.",
        ),
        kind: KnobKind::Choice { options: &OPTIONS, default: 0 },
        live: false,
    },
    Knob {
        id: "points",
        title: text("Exact samples", "정확한 표본의 수"),
        help: text(
            "How many points are drawn exactly, for comparison. A quarter as many more are drawn for testing.",
            "견주어 보려고 정확하게 뽑아 두는 점의 수입니다. 이 수의 4분의 1만큼을 테스트용으로 따로 뽑습니다.",
        ),
        kind: KnobKind::Whole { min: 64.0, max: 65536.0, default: 8192.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "noise",
        title: text("Width", "너비"),
        help: text(
            "Standard deviation across what is narrow. The narrower the target, the smaller the steps that samplers can make.",
            "좁은 방향의 표준편차입니다. 좁을수록 표본추출기가 한 번에 움직일 수 있는 거리가 짧아집니다.",
        ),
        kind: KnobKind::Real { min: 0.05, max: 0.4, default: 0.2, scale: Scale::Log, unit: "" },
        live: false,
    },
];

/// The data set as the page and the command line offer it.
pub const SPEC: DataSpec = DataSpec {
    id: "targets",
    title: text("Targets for samplers", "표본추출 과제"),
    summary: text(
        "Points of the plane drawn exactly from a banana, a funnel, a mixture, a ring or a correlated Gaussian, with known density.",
        "바나나, 깔때기, 혼합, 고리, 상관된 정규분포에서 정확하게 뽑은 평면 위의 점입니다. 참된 확률 밀도가 알려져 있습니다.",
    ),
    kind: Kind::Points,
    labelled: false,
    knobs: &KNOBS,
    asset: None,
    build,
};

fn build(knobs: &Knobs, seed: u32) -> Dataset {
    let density = Density::new(FAMILIES[knobs.whole("family")].0, knobs.real("noise"));
    let count = knobs.whole("points");
    let split = |count: usize, which: u32| {
        let points = density.sample(count, &mut stream(seed, which));
        Split::new(2, Values::Reals(points.into_flattened()), None)
    };
    Dataset {
        name: SPEC.id.to_owned(),
        kind: Kind::Points,
        shape: RowShape::POINT,
        classes: 0,
        train: split(count, 0),
        valid: None,
        test: split(count / 4, 1),
        density: Some(density),
        ratings: None,
    }
}
