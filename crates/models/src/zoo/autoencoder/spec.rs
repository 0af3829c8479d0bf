//! What the autoencoder declares about itself.

use crate::data::Kind;
use crate::zoo::codes::{ENDS, FIRST_ROW, PLANE_AXES};
use crate::zoo::low_energy;
use crate::{
    Better, ChoiceOption, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, View, paper, shown,
    text,
};

/// The autoencoder.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "autoencoder",
    title: text("Autoencoder", "오토인코더"),
    family: Family::Latent,
    summary: text(
        "An encoder squeezes every row into a few numbers and a decoder makes it from them again; a normal distribution fitted to the codes turns the \
         decoder into a generator.",
        "인코더가 데이터를 수 몇 개로 압축하고 디코더가 다시 만들어 냅니다. 코드에 정규분포를 맞추면 디코더를 생성 모델로 쓸 수 있습니다.",
    ),
    story: text(
        "Reconstructions soon beat those of principal component analysis with as many numbers, because the decoder may bend its surface to the data. \
         Now look at the samples and at the plane of codes: nothing told the codes to fill their space evenly, so there are holes between them, and \
         what is decoded there looks like nothing at all. Compare the variational autoencoder, which pays for exactly this.",
        "디코더가 데이터에 맞게 면을 구부릴 수 있으므로, 재구성은 같은 개수의 수를 쓰는 주성분 분석을 금세 앞지릅니다. 이제 표본과 코드 평면을 보세요. \
         코드에게 공간을 고르게 채우라고 한 적이 없으므로 코드 사이에 빈 곳이 있고, 거기를 디코딩하면 아무것도 아닌 모양이 나옵니다. 바로 이 문제에 값을 치르는 변분 오토인코더와 비교해 보세요.",
    ),
    equations: shown(&[
        r"z = f(x), \quad \hat{x} = g(z)",
        r"E(x) = \lVert x - g(f(x)) \rVert^2",
        r"z \sim \mathcal{N}(m, C), \quad m = \mathbb{E}[f(x)], \quad C = \operatorname{Cov}[f(x)]",
    ]),
    paper: paper(
        "G. E. Hinton and R. R. Salakhutdinov, Reducing the Dimensionality of Data with Neural Networks, 2006",
        "https://doi.org/10.1126/science.1127647",
    ),
    data: &[Kind::Images, Kind::Points],
    needs_labels: false,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static ACTIVATIONS: [ChoiceOption; 2] = [
    ChoiceOption { id: "relu", title: text("ReLU", "ReLU") },
    ChoiceOption { id: "tanh", title: text("tanh", "tanh") },
];

static KNOBS: [Knob; 6] = [
    Knob {
        id: "latent",
        title: text("Numbers in a code", "코드의 크기"),
        help: text(
            "How many numbers the encoder may describe a row with. With 2 all codes fit in one picture; with more, reconstructions sharpen and \
             samples get worse, for the codes fill ever less of their space.",
            "인코더가 데이터 하나를 나타내는 데 쓰는 수의 개수입니다. 2이면 모든 코드가 그림 하나에 담깁니다. 늘리면 재구성은 또렷해지지만, 코드가 공간을 점점 듬성듬성 채우므로 표본은 나빠집니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 128.0, default: 10.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "hidden",
        title: text("Hidden units", "은닉 유닛 수"),
        help: text(
            "Width of each hidden layer, in the encoder and in the decoder. More can draw finer detail and take longer for every step.",
            "인코더와 디코더의 각 은닉층에 있는 유닛의 수입니다. 많을수록 더 세밀하게 그리지만 한 단계가 느려집니다.",
        ),
        kind: KnobKind::Whole { min: 4.0, max: 1024.0, default: 256.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "layers",
        title: text("Hidden layers", "은닉층 수"),
        help: text(
            "How many hidden layers the encoder and the decoder have each. With 0 both are linear, and no better than principal component analysis.",
            "인코더와 디코더에 각각 있는 은닉층의 수입니다. 0이면 둘 다 선형이 되어 주성분 분석보다 나을 수 없습니다.",
        ),
        kind: KnobKind::Whole { min: 0.0, max: 4.0, default: 2.0, scale: Scale::Linear },
        live: false,
    },
    Knob {
        id: "activation",
        title: text("Activation", "활성화 함수"),
        help: text(
            "What each hidden unit does with the weighted sum of its inputs. ReLU bends the surface of reconstructions in edges, tanh smoothly.",
            "은닉 유닛이 받은 가중합에 적용하는 함수입니다. ReLU는 재구성이 놓이는 면을 각지게, tanh는 매끄럽게 구부립니다.",
        ),
        kind: KnobKind::Choice { options: &ACTIVATIONS, default: 0 },
        live: false,
    },
    Knob {
        id: "learning-rate",
        title: text("Learning rate", "학습률"),
        help: text(
            "How far each step of Adam moves the weights. Too large and the curves jump or diverge; too small and nothing seems to happen.",
            "Adam이 한 단계마다 가중치를 움직이는 정도입니다. 너무 크면 곡선이 튀거나 발산하고, 너무 작으면 변화가 보이지 않습니다.",
        ),
        kind: KnobKind::Real { min: 0.00001, max: 0.1, default: 0.001, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "batch",
        title: text("Batch size", "배치 크기"),
        help: text(
            "Rows in one training step. Larger batches give a steadier gradient and fewer steps a second.",
            "학습 한 단계에 쓰는 데이터의 수입니다. 크면 기울기가 안정되지만 초당 단계 수가 줄어듭니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 1024.0, default: 128.0, scale: Scale::Log },
        live: false,
    },
];

static METRICS: [Metric; 1] = [Metric {
    id: "reconstruction_error",
    title: text("Reconstruction error", "재구성 오차"),
    help: text(
        "Mean squared difference between a row and its reconstruction, for each number: compare it with principal component analysis at as many \
         numbers in a code.",
        "데이터와 그 재구성의 차이를 수마다 제곱해 평균한 값입니다. 코드의 크기가 같은 주성분 분석과 비교해 보세요.",
    ),
    unit: "",
    better: Better::Down,
    cost: Cost::Free,
}];

static VIEWS: [View; 6] = [
    View {
        id: "samples",
        title: text("Samples", "표본"),
        help: text(
            "Codes drawn from the normal distribution that fits the codes of training rows, decoded. The draws stay the same, so each picture can be \
             followed.",
            "훈련 데이터의 코드에 맞춘 정규분포에서 코드를 뽑아 디코딩한 것입니다. 뽑은 값이 그대로이므로 그림 하나하나가 변하는 모습을 따라갈 수 있습니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "reconstructions",
        title: text("Reconstructions", "재구성"),
        help: text(
            "Rows that training has never seen, above, and what the decoder makes of their codes, below. On points a line joins the two.",
            "위는 학습에 쓰지 않은 데이터이고, 아래는 그 코드에서 디코더가 만들어 낸 것입니다. 점 데이터에서는 둘을 선으로 잇습니다.",
        ),
        args: &FIRST_ROW,
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "plane",
        title: text("Plane of codes", "코드 평면"),
        help: text(
            "Two principal axes of the codes swept over the quantiles of their normal distribution, left to right and bottom to top. On points the grid \
             is drawn where the decoder puts it.",
            "코드의 두 주축을 정규분포의 분위수를 따라 왼쪽에서 오른쪽으로, 아래에서 위로 바꾸며 디코딩한 것입니다. 점 데이터에서는 디코더가 격자를 옮겨 놓은 자리를 그립니다.",
        ),
        args: &PLANE_AXES,
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "codes",
        title: text("Codes", "코드"),
        help: text(
            "Codes of rows that training has never seen, coloured by label, which the model never saw either. With more than two numbers in a code \
             these are their two principal components.",
            "학습에 쓰지 않은 데이터의 코드를 레이블별로 색칠한 것입니다. 모델은 레이블을 본 적이 없습니다. 코드의 크기가 3 이상이면 두 주성분을 나타냅니다.",
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
            "A straight walk between the codes of two chosen rows, decoded, below; above, for comparison, the plain blend of their pixels.",
            "아래는 고른 두 데이터의 코드 사이를 곧게 나아가며 디코딩한 것이고, 위는 비교를 위해 픽셀을 그대로 섞은 것입니다.",
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
        title: text("Digits in ten numbers", "수 10개로 나타낸 숫자"),
        data: "digits",
        knobs: &[],
        steps: 1500,
        metric: "reconstruction_error",
        bar: 0.01,
    },
    Preset {
        id: "plane",
        title: text("A plane of digits", "숫자로 채운 평면"),
        data: "strokes",
        knobs: &[("latent", "2"), ("learning-rate", "0.002")],
        steps: 800,
        metric: "reconstruction_error",
        bar: 0.034,
    },
    Preset {
        id: "moons",
        title: text("A curve through two moons", "두 초승달을 지나는 곡선"),
        data: "points",
        knobs: &[
            ("family", "moons"),
            ("latent", "1"),
            ("hidden", "64"),
            ("activation", "tanh"),
            ("learning-rate", "0.003"),
        ],
        steps: 3000,
        metric: "reconstruction_error",
        bar: 0.01,
    },
];
