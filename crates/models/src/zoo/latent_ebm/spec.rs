//! What the latent-variable energy-based model declares about itself.

use crate::data::Kind;
use crate::{
    Better, ChoiceOption, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, View, paper, shown,
    text,
};

/// The latent-variable energy-based model.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "latent-ebm",
    title: text("Latent-variable energy", "잠재 변수 에너지 기반 모델"),
    family: Family::Energy,
    summary: text(
        "A decoder gives one answer for each value of a latent variable z; the energy of what is seen is its distance from the answer that fits best.",
        "디코더가 잠재 변수 z의 값마다 답을 하나씩 내놓습니다. 관측한 것의 에너지는 가장 잘 맞는 답까지의 거리입니다.",
    ),
    story: text(
        "The curve is every answer that the decoder can give, as z sweeps its set. Watch it unfold along the data while the temperature falls: hot, \
         every z answers for every point and the curve shrinks to the mean; cold, each point chooses the z that fits. In the preset with the ball, \
         the same freedom lets the model say “left or right” where a network without z can only blur the two.",
        "곡선은 z가 모든 값을 지날 때 디코더가 내놓는 답의 전부입니다. 온도가 내려가면서 곡선이 데이터를 따라 펴지는 모습을 지켜보세요. 뜨거우면 모든 z가 모든 점에 함께 \
         답하느라 곡선이 평균으로 오그라들고, 차가우면 점마다 자기에게 맞는 z를 고릅니다. 공 프리셋에서는 z가 없는 신경망이 두 장면을 흐릿하게 섞을 때, 이 모델은 같은 원리로 \
         ‘왼쪽 아니면 오른쪽’이라고 답합니다.",
    ),
    equations: shown(&[
        r"E(x, y, z) = \| y - \operatorname{Dec}(x, z) \|^2, \quad \check{z} = \operatorname*{argmin}_z E(x, y, z)",
        r"F_\beta(x, y) = -\frac{1}{\beta} \log \frac{1}{|\mathcal{Z}|} \int_{\mathcal{Z}} e^{-\beta E(x, y, z)} \, dz, \quad \beta = \frac{1}{T}",
        r"F_\infty(x, y) = \min_z E(x, y, z)",
    ]),
    paper: paper(
        "A. Dawid and Y. LeCun, Introduction to latent variable energy-based models, 2023",
        "https://arxiv.org/abs/2306.02572",
    ),
    data: &[Kind::Points, Kind::Images],
    needs_labels: false,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static LATENTS: [ChoiceOption; 4] = [
    ChoiceOption { id: "angle", title: text("Angle, a circle", "각도(원)") },
    ChoiceOption { id: "interval", title: text("Interval", "구간") },
    ChoiceOption { id: "square", title: text("Square, two numbers", "정사각형(수 두 개)") },
    ChoiceOption { id: "options", title: text("A few options", "몇 가지 선택지") },
];

static GIVEN: [ChoiceOption; 2] = [
    ChoiceOption { id: "nothing", title: text("Nothing: the point is the answer", "없음(점 전체가 답)") },
    ChoiceOption { id: "across", title: text("x across: its y is the answer", "가로 x(세로 y가 답)") },
];

static KNOBS: [Knob; 9] = [
    Knob {
        id: "latent-kind",
        title: text("Kind of z", "z의 종류"),
        help: text(
            "The set that z sweeps. An angle draws a closed curve, an interval an open one, a square a patch; options are single answers: with \
             nothing given they are the centroids of K-means.",
            "z가 지나는 집합입니다. 각도는 닫힌 곡선을, 구간은 열린 곡선을, 정사각형은 면을 그립니다. 선택지는 답이 하나씩 따로 있으며, 주어진 것이 없으면 K-평균의 중심점과 같습니다.",
        ),
        kind: KnobKind::Choice { options: &LATENTS, default: 0 },
        live: false,
    },
    Knob {
        id: "values",
        title: text("Values of z", "z 값의 수"),
        help: text(
            "How many values, evenly over its set, z is tried at; of options, how many there are. A square has as many along each side.",
            "z의 집합에서 고르게 고른 몇 개의 값을 시험할지 정합니다. 선택지라면 그 가짓수입니다. 정사각형은 가로세로에 같은 수만큼 놓습니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 256.0, default: 48.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "given",
        title: text("What is given", "주어지는 것"),
        help: text(
            "Of a point either nothing, so that its two numbers are the answer, or the first, so that the second is. Of images it is always the left half.",
            "점에서는 주어지는 것이 없어 두 수가 모두 답이거나, 첫째 수가 주어지고 둘째 수가 답입니다. 이미지에서는 언제나 왼쪽 절반이 주어집니다.",
        ),
        kind: KnobKind::Choice { options: &GIVEN, default: 0 },
        live: false,
    },
    Knob {
        id: "temperature",
        title: text("Temperature T = 1/β", "온도 T = 1/β"),
        help: text(
            "How freely several z share one row in training. At 0 only the best counts. At twice the variance of the noise the model's density has \
             the data's width; hotter, the curve draws in from the data towards its mean.",
            "학습할 때 여러 z가 데이터 하나를 나누어 맡는 정도입니다. 0이면 가장 좋은 z만 셈합니다. 잡음 분산의 두 배이면 모델의 밀도가 데이터와 같은 너비가 되고, 더 뜨거우면 곡선이 데이터에서 평균 쪽으로 오그라듭니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 10.0, default: 0.02, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "annealing",
        title: text("Annealing", "담금질 기간"),
        help: text(
            "Training steps over which the temperature falls to its value. Starting warm, z sorts itself out before each row has to choose.",
            "온도가 정한 값까지 내려가는 데 걸리는 학습 단계 수입니다. 따뜻하게 시작하면 데이터가 저마다 z를 고르기 전에 z가 먼저 자리를 잡습니다.",
        ),
        kind: KnobKind::Whole { min: 0.0, max: 10000.0, default: 300.0, scale: Scale::Linear },
        live: true,
    },
    Knob {
        id: "hidden",
        title: text("Hidden units", "은닉 유닛 수"),
        help: text(
            "Width of each hidden layer, of the decoder and of the network without z beside it.",
            "디코더와, 나란히 학습하는 z가 없는 신경망의 각 은닉층에 있는 유닛의 수입니다.",
        ),
        kind: KnobKind::Whole { min: 4.0, max: 512.0, default: 64.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "layers",
        title: text("Hidden layers", "은닉층 수"),
        help: text(
            "How many hidden layers both networks have. With 0 the decoder is linear: an angle then draws an ellipse, an interval a straight line.",
            "두 신경망에 있는 은닉층의 수입니다. 0이면 디코더가 선형이 되어 각도는 타원을, 구간은 직선을 그립니다.",
        ),
        kind: KnobKind::Whole { min: 0.0, max: 4.0, default: 2.0, scale: Scale::Linear },
        live: false,
    },
    Knob {
        id: "learning-rate",
        title: text("Learning rate", "학습률"),
        help: text(
            "How far each step of Adam moves the weights. Too large and the curve jumps about; too small and nothing seems to happen.",
            "Adam이 한 단계마다 가중치를 움직이는 정도입니다. 너무 크면 곡선이 이리저리 튀고, 너무 작으면 변화가 보이지 않습니다.",
        ),
        kind: KnobKind::Real { min: 0.00001, max: 0.1, default: 0.003, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "batch",
        title: text("Batch size", "배치 크기"),
        help: text(
            "Rows in one training step. Larger batches give a steadier gradient and fewer steps a second.",
            "학습 한 단계에 쓰는 데이터의 수입니다. 크면 기울기가 안정되지만 초당 단계 수가 줄어듭니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 1024.0, default: 64.0, scale: Scale::Log },
        live: false,
    },
];

static METRICS: [Metric; 5] = [
    Metric {
        id: "free_energy",
        title: text("Free energy", "자유 에너지"),
        help: text(
            "The mean of F over the data, at the temperature of training: what training lowers, a squared distance.",
            "학습 온도에서 데이터에 대해 평균한 F로, 학습이 낮추는 값입니다. 거리의 제곱입니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "reconstruction",
        title: text("Error with the best z", "가장 좋은 z의 오차"),
        help: text(
            "The smallest energy over all z: the squared distance from the answer to the nearest one that the decoder can give.",
            "모든 z에서 가장 작은 에너지로, 답에서 디코더가 내놓을 수 있는 가장 가까운 답까지 거리의 제곱입니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "deterministic_error",
        title: text("Error without z", "z가 없을 때의 오차"),
        help: text(
            "The squared distance from the answer to that of the network without z. It cannot fall below the spread of the right answers.",
            "답에서 z가 없는 신경망의 답까지 거리의 제곱입니다. 맞는 답들이 흩어진 정도보다 작아질 수 없습니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "error_ratio",
        title: text("Error left by z", "z를 쓰고 남는 오차의 비율"),
        help: text(
            "The error with the best z as a share of that without: how much of what cannot be foreseen z explains. Many values of z always explain \
             some of it.",
            "z가 없을 때의 오차에 대한 가장 좋은 z의 오차의 비율입니다. 미리 알 수 없는 부분을 z가 얼마나 설명하는지 보여 줍니다. z 값이 많으면 늘 얼마쯤은 설명됩니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "nll",
        title: text("Negative log-likelihood", "음의 로그 가능도"),
        help: text(
            "On points, the negative log of the density exp(-βF) / (πT)^(Y/2), at the temperature of training: with all z equally likely the model \
             is a mixture of Gaussians of variance T/2. At temperature 0 there is no density.",
            "점 데이터에서 학습 온도의 밀도 exp(-βF) / (πT)^(Y/2)에 음의 로그를 취한 값입니다. 모든 z의 확률이 같을 때 모델은 분산이 T/2인 정규분포들의 혼합입니다. 온도가 0이면 밀도가 없습니다.",
        ),
        unit: "nats",
        better: Better::Down,
        cost: Cost::Cheap,
    },
];

static VIEWS: [View; 4] = [
    View {
        id: "free-energy",
        title: text("Free energy", "자유 에너지"),
        help: text(
            "The free energy of every point of the plane at a temperature of your choice, with all answers that the decoder can give. At temperature \
             0 it is the squared distance to the nearest answer; as it warms up the valleys run together.",
            "고른 온도에서 평면의 모든 점이 갖는 자유 에너지를 디코더가 내놓을 수 있는 모든 답과 함께 보입니다. 온도 0에서는 가장 가까운 답까지 거리의 제곱이고, 데우면 골짜기들이 하나로 섞입니다.",
        ),
        args: &TEMPERATURE,
        data: &[Kind::Points],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "predictions",
        title: text("Predictions", "예측"),
        help: text(
            "On the left x and the true y, side by side; then what the network without z answers, and the answers for several z, with their squared \
             errors. ž marks the z that fits y best. Draw a row of your own: the model sees its left half.",
            "맨 왼쪽은 x와 실제 y를 나란히 놓은 것이고, 이어서 z가 없는 신경망의 답과 여러 z의 답이 제곱 오차와 함께 놓입니다. ž는 y에 가장 잘 맞는 z입니다. 직접 그려 보면 모델은 그 왼쪽 절반만 봅니다.",
        ),
        args: &FIRST_ROW,
        data: &[Kind::Images],
        live: true,
        takes: Takes::Image,
    },
    View {
        id: "inference",
        title: text("Inference of z", "z의 추론"),
        help: text(
            "Click on a point: which z fits it best, how the energy runs over all z, and how its free energy goes from the smallest energy, when \
             cold, to the mean energy, when hot.",
            "점을 하나 누르세요. 어느 z가 가장 잘 맞는지, 에너지가 z에 따라 어떻게 변하는지, 자유 에너지가 차가울 때의 최소 에너지에서 뜨거울 때의 평균 에너지로 어떻게 옮겨 가는지 보입니다.",
        ),
        args: &INFERENCE,
        data: &[Kind::Points],
        live: true,
        takes: Takes::Point { x: "x", y: "y" },
    },
    View {
        id: "usage",
        title: text("Use of z", "z의 쓰임"),
        help: text(
            "How often each value of z fits a test row best. A value that is never best has been left out.",
            "테스트 데이터에서 z의 각 값이 가장 잘 맞은 비율입니다. 한 번도 뽑히지 않은 값은 쓰이지 않는 것입니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
];

const SHOWN_TEMPERATURE: Knob = Knob {
    id: "temperature",
    title: text("Temperature T", "온도 T"),
    help: text(
        "The temperature at which the picture is drawn; training keeps its own. At 0 it is the limit in which only the best z counts.",
        "그림을 그리는 온도이며, 학습의 온도와는 따로입니다. 0은 가장 좋은 z만 셈하는 극한입니다.",
    ),
    kind: KnobKind::Real { min: 0.0, max: 10.0, default: 0.02, scale: Scale::Log, unit: "" },
    live: true,
};

const fn place(id: &'static str, default: f64) -> Knob {
    let help = text("Where the plane was clicked.", "평면에서 누른 자리입니다.");
    let kind = KnobKind::Real { min: -2.2, max: 2.2, default, scale: Scale::Linear, unit: "" };
    Knob { id, title: text(id, id), help, kind, live: true }
}

static TEMPERATURE: [Knob; 1] = [SHOWN_TEMPERATURE];

static INFERENCE: [Knob; 3] = [place("x", 0.5), place("y", 0.4), SHOWN_TEMPERATURE];

static FIRST_ROW: [Knob; 1] = [Knob {
    id: "first",
    title: text("From test row", "시작할 테스트 데이터"),
    help: text(
        "Number of the first row shown; the next ones follow.",
        "처음에 보일 데이터의 번호이며, 그다음 데이터가 이어집니다.",
    ),
    kind: KnobKind::Whole { min: 0.0, max: 999.0, default: 0.0, scale: Scale::Linear },
    live: true,
}];

static PRESETS: [Preset; 5] = [
    Preset {
        id: "ellipse",
        title: text("Ellipse", "타원"),
        data: "relations",
        knobs: &[("layers", "0"), ("learning-rate", "0.02")],
        steps: 600,
        metric: "nll",
        bar: 1.35,
    },
    Preset {
        id: "ball",
        title: text("The ball turns left or right", "왼쪽 아니면 오른쪽으로 꺾는 공"),
        data: "ball",
        knobs: &[
            ("latent-kind", "options"),
            ("values", "2"),
            ("temperature", "0.3"),
            ("hidden", "128"),
            ("batch", "32"),
        ],
        steps: 6000,
        metric: "error_ratio",
        bar: 0.333,
    },
    Preset {
        id: "ribbon",
        title: text("Ribbon along an S", "S를 따라가는 띠"),
        data: "relations",
        knobs: &[("shape", "s-curve"), ("latent-kind", "interval")],
        steps: 1500,
        metric: "nll",
        bar: 1.0,
    },
    Preset {
        id: "fork",
        title: text("Fork: z takes a branch", "갈림길: z가 길을 고름"),
        data: "relations",
        knobs: &[("shape", "fork"), ("given", "across"), ("latent-kind", "options"), ("values", "2")],
        steps: 1500,
        metric: "error_ratio",
        bar: 0.1,
    },
    Preset {
        id: "moons",
        title: text("Two moons, an angle", "두 초승달, 각도"),
        data: "points",
        knobs: &[("family", "moons"), ("temperature", "0.0128"), ("annealing", "1000")],
        steps: 2500,
        metric: "nll",
        bar: 1.25,
    },
];
