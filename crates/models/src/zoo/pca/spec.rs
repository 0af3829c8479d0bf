//! What principal component analysis declares about itself.

use crate::data::Kind;
use crate::zoo::codes::{ENDS, FIRST_ROW, PLANE_AXES};
use crate::zoo::low_energy;
use crate::{Better, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, View, paper, shown, text};

/// Principal component analysis.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "pca",
    title: text("Principal component analysis", "주성분 분석(PCA)"),
    family: Family::Latent,
    summary: text(
        "The flat subspace that lies closest to the data, found without any descent, and a normal distribution on it to draw from: the baseline \
         that other generators must beat.",
        "데이터에 가장 가까운 평평한 부분 공간을 경사 하강 없이 찾고, 그 위의 정규분포에서 표본을 뽑습니다. 다른 생성 모델이 넘어서야 할 기준선입니다.",
    ),
    story: text(
        "Training is over after one look at every row: each step adds a batch to the covariance, and the components come into focus as it fills. They \
         are whole ghostly digits, not strokes, for each must be at right angles to all others. Reconstructions are the best that any linear code \
         of this size can do; samples show what is missing: a normal distribution knows nothing of curved shapes, and mixes digits that never \
         meet.",
        "학습은 모든 데이터를 한 번 보면 끝납니다. 단계마다 배치 하나를 공분산에 더하며, 공분산이 채워질수록 성분이 또렷해집니다. 성분은 서로 직교해야 하므로 \
         획이 아니라 유령 같은 숫자 전체의 모습입니다. 재구성은 같은 크기의 선형 코드로 할 수 있는 최선입니다. 그러나 표본을 보면 부족한 점이 드러납니다. \
         정규분포는 굽은 모양을 알지 못해서, 만날 일이 없는 숫자들을 뒤섞습니다.",
    ),
    equations: shown(&[
        r"S = \mathbb{E}[(x - m)(x - m)^\top] = U \Lambda U^\top",
        r"z = U_k^\top (x - m), \quad \hat{x} = m + U_k z",
        r"E(x) = \lVert x - \hat{x} \rVert^2, \quad \mathbb{E}[E(x)] = \textstyle\sum_{j > k} \lambda_j",
        r"p(x) = \mathcal{N}(x;\, m,\, U_k \Lambda_k U_k^\top + \sigma^2 (I - U_k U_k^\top)), \quad \sigma^2 = \tfrac{1}{D - k} \textstyle\sum_{j > k} \lambda_j",
    ]),
    paper: paper(
        "M. E. Tipping and C. M. Bishop, Probabilistic Principal Component Analysis, 1999",
        "https://doi.org/10.1111/1467-9868.00196",
    ),
    data: &[Kind::Images, Kind::Points],
    needs_labels: false,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static KNOBS: [Knob; 3] = [
    Knob {
        id: "latent",
        title: text("Components k", "성분의 수 k"),
        help: text(
            "Numbers in the code of a row. Each component more lowers the error by its own variance, the first ones by most. No more are used than \
             there are numbers in a row.",
            "데이터 하나의 코드에 든 수의 개수입니다. 성분을 하나 늘릴 때마다 그 성분의 분산만큼 오차가 줄며, 앞의 성분일수록 많이 줄입니다. 데이터 하나에 든 수보다 많이 쓰지는 않습니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 128.0, default: 20.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "outside-noise",
        title: text("Noise outside the subspace", "부분 공간 밖의 잡음"),
        help: text(
            "Whether samples leave the subspace as far as the data do, in every direction alike: draws from the density whose likelihood is measured. \
             Off, they stay inside and look cleaner.",
            "표본이 데이터만큼 부분 공간을 벗어나게 할지 정합니다. 켜면 모든 방향으로 고르게 벗어나, 가능도를 재는 바로 그 분포의 표본이 됩니다. 끄면 부분 공간 안에 머물러 더 깨끗해 보입니다.",
        ),
        kind: KnobKind::Switch { default: false },
        live: true,
    },
    Knob {
        id: "batch",
        title: text("Batch size", "배치 크기"),
        help: text(
            "Rows that one step adds to the covariance. The end result is the same for any.",
            "한 단계에 공분산에 더할 데이터의 수입니다. 얼마로 하든 마지막 결과는 같습니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 1024.0, default: 100.0, scale: Scale::Log },
        live: false,
    },
];

static METRICS: [Metric; 5] = [
    Metric {
        id: "reconstruction_error",
        title: text("Reconstruction error", "재구성 오차"),
        help: text(
            "Mean squared difference between a test row and its reconstruction, for each number. No linear code of k numbers does better on the \
             training rows.",
            "테스트 데이터와 그 재구성의 차이를 수마다 제곱해 평균한 값입니다. 훈련 데이터에서는 수 k개로 된 어떤 선형 코드도 이보다 나을 수 없습니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "explained",
        title: text("Explained variance", "설명된 분산"),
        help: text(
            "Share of the variance of the training rows that lies within the subspace.",
            "훈련 데이터의 분산 가운데 부분 공간 안에 있는 비율입니다.",
        ),
        unit: "",
        better: Better::Up,
        cost: Cost::Cheap,
    },
    Metric {
        id: "log_likelihood",
        title: text("Log-likelihood", "로그 가능도"),
        help: text(
            "Log density of a test row under probabilistic principal component analysis, in nats: exact. It is a density of real numbers, and so it \
             can be above 0; pixels that never vary push it up without end, up to a least variance of 10⁻⁹.",
            "확률적 주성분 분석에서 테스트 데이터 하나의 로그 확률 밀도이며, 단위는 내트(nat)인 정확한 값입니다. 실수의 밀도이므로 0보다 클 수 있습니다. 전혀 변하지 않는 픽셀이 많으면 \
             한없이 커지므로 분산을 10⁻⁹ 이상으로 둡니다.",
        ),
        unit: "nats",
        better: Better::Up,
        cost: Cost::Cheap,
    },
    Metric {
        id: "rows_seen",
        title: text("Rows seen", "본 데이터"),
        help: text(
            "Rows that the covariance is made of. It stops at the size of the training split.",
            "공분산에 더한 데이터의 수입니다. 훈련 데이터를 모두 더하면 멈춥니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "variance",
        title: text("Variance", "분산"),
        help: text(
            "Variance of the rows seen, for each number: the error that a code of no components would make.",
            "지금까지 본 데이터의 분산을 수마다 평균한 값으로, 성분을 하나도 쓰지 않을 때의 오차와 같습니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
];

static VIEWS: [View; 9] = [
    View {
        id: "components",
        title: text("Components", "주성분"),
        help: text(
            "The mean row, and the directions along which rows differ most, the first ones first, each at its own scale around 0.",
            "평균과, 데이터가 가장 크게 달라지는 방향들입니다. 큰 것부터 차례로, 저마다 0을 가운데 둔 자기 눈금으로 그렸습니다.",
        ),
        args: &[],
        data: &[Kind::Images],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "density",
        title: text("Density", "확률 밀도"),
        help: text(
            "The normal distribution that fits the points best, with points drawn from it. Arrows are the components, one standard deviation long.",
            "점들에 가장 잘 맞는 정규분포와 거기서 뽑은 점입니다. 화살표는 주성분이며 길이는 표준편차입니다.",
        ),
        args: &[],
        data: &[Kind::Points],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "samples",
        title: text("Samples", "표본"),
        help: text(
            "Codes drawn from the normal distribution of the codes, decoded. The draws stay the same, so each picture can be followed.",
            "코드의 정규분포에서 뽑은 코드를 디코딩한 것입니다. 뽑은 값이 그대로이므로 그림 하나하나가 변하는 모습을 따라갈 수 있습니다.",
        ),
        args: &[],
        data: &[Kind::Images],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "reconstructions",
        title: text("Reconstructions", "재구성"),
        help: text(
            "Rows that training has never seen, above, and their reconstructions from k numbers, below. On points a line joins the two.",
            "위는 학습에 쓰지 않은 데이터이고 아래는 수 k개로 재구성한 것입니다. 점 데이터에서는 둘을 선으로 잇습니다.",
        ),
        args: &FIRST_ROW,
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "codes",
        title: text("Codes", "코드"),
        help: text(
            "The first two components of rows that training has never seen, coloured by label, which the model never saw either.",
            "학습에 쓰지 않은 데이터의 첫 두 성분을 레이블별로 색칠한 것입니다. 모델은 레이블을 본 적이 없습니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "plane",
        title: text("Plane of codes", "코드 평면"),
        help: text(
            "Two components swept over the quantiles of their normal distribution, left to right and bottom to top, all others at 0. Everything \
             changes evenly: the decoder is linear.",
            "두 성분을 정규분포의 분위수를 따라 왼쪽에서 오른쪽으로, 아래에서 위로 바꾸고 나머지는 0으로 둡니다. 디코더가 선형이므로 모든 것이 고르게 변합니다.",
        ),
        args: &PLANE_AXES,
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "explained",
        title: text("Explained variance", "설명된 분산"),
        help: text(
            "How much of the variance lies within the first components; the mark is at k. A curve that rises steeply and then lies flat says that the \
             data nearly fill a small flat subspace.",
            "앞의 성분들이 분산을 얼마나 설명하는지 나타내며, k가 표시되어 있습니다. 가파르게 오르다 평평해지면 데이터가 작고 평평한 부분 공간을 거의 채운다는 뜻입니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "interpolation",
        title: text("Interpolation", "보간"),
        help: text(
            "A straight walk between the codes of two chosen rows, decoded, below; above, the plain blend of their pixels. With a linear code the two \
             are alike.",
            "아래는 고른 두 데이터의 코드 사이를 곧게 나아가며 디코딩한 것이고, 위는 픽셀을 그대로 섞은 것입니다. 코드가 선형이면 둘이 거의 같습니다.",
        ),
        args: &ENDS,
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    low_energy::VIEW,
];

static PRESETS: [Preset; 3] = [
    Preset {
        id: "digits",
        title: text("Digits in twenty numbers", "수 20개로 나타낸 숫자"),
        data: "digits",
        knobs: &[],
        steps: 15,
        metric: "reconstruction_error",
        bar: 0.0079,
    },
    Preset {
        id: "strokes",
        title: text("Handwriting in fifty numbers", "수 50개로 나타낸 손글씨"),
        data: "strokes",
        knobs: &[("latent", "50")],
        steps: 60,
        metric: "reconstruction_error",
        bar: 0.0072,
    },
    Preset {
        id: "moons",
        title: text("A line through two moons", "두 초승달을 지나는 직선"),
        data: "points",
        knobs: &[("family", "moons"), ("latent", "1")],
        steps: 82,
        metric: "log_likelihood",
        bar: -2.26,
    },
];
