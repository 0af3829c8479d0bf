//! What the conditional energy-based model declares about itself.

use crate::data::Kind;
use crate::{
    Better, ChoiceOption, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, View, paper, shown,
    text,
};

/// The conditional energy-based model.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "conditional-ebm",
    title: text("Conditional energy", "조건부 에너지 기반 모델"),
    family: Family::Energy,
    summary: text(
        "A network gives every answer y to a question x an energy, low where the two fit: one question may have several good answers.",
        "신경망이 질문 x에 대한 답 y마다 에너지를 매기고, 둘이 잘 맞을수록 낮게 합니다. 그래서 질문 하나에 좋은 답이 여럿일 수 있습니다.",
    ),
    story: text(
        "The dotted curve is a plain regressor trained on the same data beside it: where two answers are right it draws the mean of them, which is wrong. \
         The energy digs a valley along every branch instead. Click on a place in the inference view: answers roll downhill from many starts and \
         come to rest in one valley or another.",
        "점선은 같은 데이터로 나란히 학습하는 보통의 회귀 모델입니다. 맞는 답이 둘인 곳에서 그 평균을 답하므로 틀리고 맙니다. 에너지는 그 대신 가지마다 \
         골짜기를 팝니다. 추론 보기에서 아무 곳이나 눌러 보세요. 여러 출발점에서 답이 비탈을 굴러 내려와 어느 한 골짜기에 멈춥니다.",
    ),
    equations: shown(&[
        r"y^* = \operatorname*{argmin}_y F(x, y), \quad y \leftarrow y - \eta \, \frac{\partial F(x, y)}{\partial y}",
        r"p(y|x) = \frac{e^{-F(x, y)}}{Z(x)}, \quad Z(x) = \int e^{-F(x, y)} \, dy",
        r"-\log p(y|x) = F(x, y) + \log Z(x)",
    ]),
    paper: paper(
        "Y. LeCun, S. Chopra, R. Hadsell, M. Ranzato and F. J. Huang, A tutorial on energy-based learning, 2006",
        "http://yann.lecun.com/exdb/publis/pdf/lecun-06.pdf",
    ),
    data: &[Kind::Points],
    needs_labels: false,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static TRAININGS: [ChoiceOption; 2] = [
    ChoiceOption { id: "likelihood", title: text("Maximum likelihood", "최대 가능도") },
    ChoiceOption {
        id: "contrastive", title: text("Contrastive, by Langevin chains", "대조 학습, 랑주뱅 연쇄")
    },
];

static KNOBS: [Knob; 6] = [
    Knob {
        id: "training",
        title: text("Training", "학습 방법"),
        help: text(
            "How other answers are pushed up. Maximum likelihood: all of them, as much as they are believed, on a grid over y. Contrastive: only \
             those that short noisy descents run into, which also works where y is too large for a grid.",
            "다른 답의 에너지를 높이는 방법입니다. 최대 가능도는 y의 격자 위에서 모든 답을 믿는 만큼 밀어 올립니다. 대조 학습은 잡음을 섞어 짧게 내려간 곳의 답만 \
             밀어 올리므로 y가 커서 격자를 만들 수 없을 때도 쓸 수 있습니다.",
        ),
        kind: KnobKind::Choice { options: &TRAININGS, default: 0 },
        live: false,
    },
    Knob {
        id: "langevin-steps",
        title: text("Langevin steps", "랑주뱅 단계 수"),
        help: text(
            "How far the chains of contrastive training run. Longer ones reach the valleys that have to be filled, and cost more.",
            "대조 학습에서 연쇄가 나아가는 단계 수입니다. 길면 메워야 할 골짜기까지 이르지만 시간이 더 듭니다. 최대 가능도에서는 쓰이지 않습니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 60.0, default: 20.0, scale: Scale::Linear },
        live: false,
    },
    Knob {
        id: "hidden",
        title: text("Hidden units", "은닉 유닛 수"),
        help: text(
            "Width of each hidden layer, of the energy and of the regressor. More can follow sharper turns.",
            "에너지 신경망과 회귀 모델의 각 은닉층에 있는 유닛의 수입니다. 많을수록 급한 굽이도 따라갑니다.",
        ),
        kind: KnobKind::Whole { min: 4.0, max: 256.0, default: 64.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "layers",
        title: text("Hidden layers", "은닉층 수"),
        help: text(
            "How many hidden layers both networks have. However many: the regressor still answers with one y.",
            "두 신경망에 있는 은닉층의 수입니다. 아무리 늘려도 회귀 모델의 답은 하나뿐입니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 4.0, default: 2.0, scale: Scale::Linear },
        live: false,
    },
    Knob {
        id: "learning-rate",
        title: text("Learning rate", "학습률"),
        help: text(
            "How far each step of Adam moves the weights. Too large and the valleys jump about; too small and nothing seems to happen.",
            "Adam이 한 단계마다 가중치를 움직이는 정도입니다. 너무 크면 골짜기가 이리저리 튀고, 너무 작으면 변화가 보이지 않습니다.",
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
        kind: KnobKind::Whole { min: 1.0, max: 512.0, default: 64.0, scale: Scale::Log },
        live: false,
    },
];

static METRICS: [Metric; 6] = [
    Metric {
        id: "nll",
        title: text("Negative log-likelihood", "음의 로그 가능도"),
        help: text(
            "How surprised the model is by an answer, -log p(y|x), with Z(x) summed over a grid of y.",
            "모델이 답을 얼마나 뜻밖으로 여기는지를 나타내는 -log p(y|x)입니다. Z(x)는 y의 격자에서 더해 구합니다.",
        ),
        unit: "nats",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "regression_error",
        title: text("Regressor's error", "회귀 모델의 오차"),
        help: text(
            "Root mean square distance of y from the regressor's one answer. It cannot fall below the spread of the right answers.",
            "y와 회귀 모델의 하나뿐인 답 사이 거리의 제곱평균제곱근입니다. 맞는 답들이 흩어진 정도보다 작아질 수 없습니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "branch_error",
        title: text("Error of the nearest minimum", "가장 가까운 극소점의 오차"),
        help: text(
            "Root mean square distance of y from the nearest minimum of the energy that is at most 3 nats above the lowest. With a valley on every \
             branch only the noise is left.",
            "y에서 가장 가까운 에너지 극소점까지 거리의 제곱평균제곱근입니다. 가장 낮은 것보다 3내트 넘게 높은 극소점은 치지 않습니다. 가지마다 골짜기가 있으면 잡음만 남습니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "answer_distance",
        title: text("Distance of y* from the data", "y*와 데이터 사이 거리"),
        help: text(
            "How far the answer of lowest energy lies from the nearest training point: whether it is right, whichever right answer it is.",
            "에너지가 가장 낮은 답이 가장 가까운 훈련용 점에서 떨어진 거리의 제곱평균제곱근입니다. 어느 답이든 맞는 답인지 알려 줍니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "regressor_distance",
        title: text("Distance of G(x) from the data", "G(x)와 데이터 사이 거리"),
        help: text(
            "The same for the regressor's answer: a mean of right answers is far from all of them.",
            "회귀 모델의 답에 대해 같은 방법으로 잰 거리입니다. 맞는 답들의 평균은 어느 답에서도 멉니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "kl",
        title: text("KL divergence", "KL 발산"),
        help: text(
            "How far p(y|x) is from the true density of y given x, averaged over x and integrated on a grid; for data whose density is known.",
            "x가 주어졌을 때 y의 참된 확률 밀도에서 p(y|x)가 떨어진 정도를 x에 대해 평균한 것으로, 격자에서 적분합니다. 밀도가 알려진 데이터에서만 잽니다.",
        ),
        unit: "nats",
        better: Better::Down,
        cost: Cost::Cheap,
    },
];

static VIEWS: [View; 3] = [
    View {
        id: "energy",
        title: text("Energy", "에너지"),
        help: text(
            "The energy of every pair of x and y, with the data and the regressor's curve. At first it is shown as -log p(y|x): the energy plus \
             log Z(x), which lines all x up. Contour lines are 2 nats apart.",
            "모든 x와 y의 에너지를 데이터와 회귀 모델의 곡선과 함께 보입니다. 처음에는 -log p(y|x)로 보이며, 이는 에너지에 log Z(x)를 더해 모든 x의 높이를 맞춘 것입니다. 등고선의 간격은 2내트입니다.",
        ),
        args: &SHOW,
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "inference",
        title: text("Inference by descent", "내려가며 추론하기"),
        help: text(
            "Click to choose an x: from several starts, and from where you clicked, y descends the energy along the vertical line. Beside it the \
             energy along that line, with its minima.",
            "눌러서 x를 고르세요. 여러 출발점과 누른 곳에서 y가 세로선을 따라 에너지를 내려갑니다. 옆에는 그 선을 따라 본 에너지와 극소점이 있습니다.",
        ),
        args: &INFERENCE,
        data: &[],
        live: true,
        takes: Takes::Point { x: "x", y: "y" },
    },
    View {
        id: "all",
        title: text("All x at once", "모든 x를 한꺼번에"),
        help: text(
            "The same descents for 32 questions x, from 8 starts each. Turn the number of steps to see the answers gather on the branches.",
            "질문 x 32개에 대해 출발점 8곳에서 똑같이 내려갑니다. 단계 수를 바꾸면 답이 가지로 모여드는 모습이 보입니다.",
        ),
        args: &DESCENT,
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
];

static SHOWN: [ChoiceOption; 3] = [
    ChoiceOption { id: "surprise", title: text("-log p(y|x)", "-log p(y|x)") },
    ChoiceOption { id: "energy", title: text("Energy as it is", "에너지 그대로") },
    ChoiceOption { id: "density", title: text("Density p(y|x)", "확률 밀도 p(y|x)") },
];

static SHOW: [Knob; 1] = [Knob {
    id: "show",
    title: text("Show", "보일 것"),
    help: text(
        "Training only compares answers to one x, so the energy itself may stand higher at one x than at another.",
        "학습에서는 같은 x의 답끼리만 견주므로, 에너지 자체는 x마다 높낮이가 다를 수 있습니다.",
    ),
    kind: KnobKind::Choice { options: &SHOWN, default: 0 },
    live: true,
}];

const STEPS: Knob = Knob {
    id: "steps",
    title: text("Steps", "단계 수"),
    help: text("How many steps of descent are shown.", "경사 하강을 몇 단계까지 보일지 정합니다."),
    kind: KnobKind::Whole { min: 1.0, max: 60.0, default: 40.0, scale: Scale::Linear },
    live: true,
};

const RATE: Knob = Knob {
    id: "rate",
    title: text("Step size η", "보폭 η"),
    help: text(
        "How far a step of descent follows the slope. Too large and answers jump across their valley.",
        "경사 하강이 한 단계에 기울기를 따라가는 정도입니다. 너무 크면 답이 골짜기를 건너뛰며 오갑니다.",
    ),
    kind: KnobKind::Real { min: 0.0005, max: 0.05, default: 0.006, scale: Scale::Log, unit: "" },
    live: true,
};

const fn place(id: &'static str, default: f64) -> Knob {
    let help = text("Where the plane was clicked.", "평면에서 누른 자리입니다.");
    let kind = KnobKind::Real { min: -2.2, max: 2.2, default, scale: Scale::Linear, unit: "" };
    Knob { id, title: text(id, id), help, kind, live: true }
}

static INFERENCE: [Knob; 4] = [place("x", 0.4), place("y", 0.2), STEPS, RATE];

static DESCENT: [Knob; 2] = [STEPS, RATE];

static PRESETS: [Preset; 4] = [
    Preset {
        id: "circle",
        title: text("Circle", "원"),
        data: "relations",
        knobs: &[],
        steps: 1000,
        metric: "kl",
        bar: 0.05,
    },
    Preset {
        id: "s-curve",
        title: text("S on its side", "옆으로 누운 S"),
        data: "relations",
        knobs: &[("shape", "s-curve")],
        steps: 800,
        metric: "branch_error",
        bar: 0.22,
    },
    Preset {
        id: "fork",
        title: text("Fork", "갈림길"),
        data: "relations",
        knobs: &[("shape", "fork")],
        steps: 800,
        metric: "branch_error",
        bar: 0.2,
    },
    Preset {
        id: "contrastive",
        title: text("Circle, by Langevin chains", "원, 랑주뱅 연쇄로"),
        data: "relations",
        knobs: &[("training", "contrastive"), ("batch", "128")],
        steps: 1000,
        metric: "answer_distance",
        bar: 0.05,
    },
];
