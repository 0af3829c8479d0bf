//! What the model says about itself.

use crate::data::Kind;
use crate::{
    Better, ChoiceOption, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, View, paper, shown,
    text,
};

/// The Forward-Forward network.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "ff",
    title: text("Forward-Forward network", "순방향-순방향 신경망"),
    family: Family::Local,
    summary: text(
        "A classifier without backpropagation: every layer learns by itself, from one pass over real images and one over false ones.",
        "역전파를 쓰지 않는 분류기입니다. 진짜 이미지와 가짜 이미지를 한 번씩 통과시키며 층마다 스스로 학습합니다.",
    ),
    story: text(
        "The label is written into the first pixels of the image. Every layer learns to be strongly active for images with the right label \
         and weakly for images with a wrong one; how active it is, is called its goodness. Watch the two histograms of goodness part at \
         the threshold, first in the lower layers and then in the upper ones. To classify an image, the network tries every label and \
         keeps the one with the most goodness.",
        "이미지의 맨 앞 픽셀들에 레이블을 적어 넣습니다. 각 층은 맞는 레이블이 적힌 이미지에는 강하게, 틀린 레이블이 적힌 이미지에는 약하게 \
         활성화되도록 학습하며, 이 활성의 세기를 양호도(goodness)라고 합니다. 양호도의 두 히스토그램이 임곗값을 사이에 두고 아래층부터 \
         차례로 갈라지는 모습을 지켜보세요. 이미지를 분류할 때는 모든 레이블을 하나씩 적어 보고 양호도가 가장 큰 것을 고릅니다.",
    ),
    equations: shown(&[
        r"h = \max(0, \hat{x} W + b), \qquad \hat{x} = x \Big/ \sqrt{\tfrac{1}{D} \textstyle\sum_i x_i^2}",
        r"G = \sum_{j=1}^{n} h_j^2, \qquad p(\text{positive}) = \sigma(G - \theta n)",
        r"L = -\log p(\text{positive} \mid x^{+}) - \log\bigl(1 - p(\text{positive} \mid x^{-})\bigr)",
    ]),
    paper: paper(
        "G. Hinton, The Forward-Forward Algorithm: Some Preliminary Investigations, 2022",
        "https://arxiv.org/abs/2212.13345",
    ),
    data: &[Kind::Images],
    needs_labels: true,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static KNOBS: [Knob; 11] = [
    Knob {
        id: "layers",
        title: text("Layers", "층 수"),
        help: text(
            "How many layers are stacked. Each learns by itself. With two or more, the goodness of the first does not count when images are classified.",
            "쌓아 올린 층의 수입니다. 층마다 따로 학습하며, 두 층 이상이면 분류할 때 첫 층의 양호도는 셈에 넣지 않습니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 6.0, default: 2.0, scale: Scale::Linear },
        live: false,
    },
    Knob {
        id: "width",
        title: text("Units in a layer", "층마다의 유닛 수"),
        help: text(
            "More units find more features and classify better, and every step takes longer.",
            "유닛이 많을수록 더 많은 특징을 찾아 더 잘 분류하지만, 한 단계에 걸리는 시간도 길어집니다.",
        ),
        kind: KnobKind::Whole { min: 10.0, max: 2000.0, default: 400.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "negatives",
        title: text("Negative data", "음성 데이터"),
        help: text(
            "What the layers learn to reject. The network's own mistakes teach it most. Hybrid images, each mixed from two real ones, need no labels: then only the readout learns the labels, and it classifies.",
            "각 층이 약하게 반응하도록 학습할 데이터입니다. 신경망은 자신의 실수에서 가장 많이 배웁니다. 진짜 이미지 두 장을 섞은 혼합 이미지에는 레이블이 필요 없으며, 이때는 판독층만 레이블을 배우고 분류도 판독층이 합니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption { id: "predictions", title: text("Its own mistakes", "자신의 실수") },
                ChoiceOption { id: "wrong-labels", title: text("Any wrong label", "임의의 틀린 레이블") },
                ChoiceOption { id: "hybrid", title: text("Hybrid images", "혼합 이미지") },
            ],
            default: 0,
        },
        live: false,
    },
    Knob {
        id: "threshold",
        title: text("Threshold θ", "임곗값 θ"),
        help: text(
            "The goodness per unit that positive data should exceed and negative data stay below. Turn it, and both histograms follow.",
            "양성 데이터는 넘고 음성 데이터는 밑돌아야 하는 유닛당 양호도입니다. 이 값을 바꾸면 두 히스토그램이 따라 움직입니다.",
        ),
        kind: KnobKind::Real { min: 0.1, max: 5.0, default: 1.0, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "learning-rate",
        title: text("Learning rate", "학습률"),
        help: text(
            "How far the weights of the layers move at each step. Too small is slow; too large and the histograms jump about.",
            "한 단계마다 각 층의 가중치를 움직이는 정도입니다. 너무 작으면 학습이 느리고, 너무 크면 히스토그램이 이리저리 튑니다.",
        ),
        kind: KnobKind::Real { min: 0.0001, max: 1.0, default: 0.01, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "readout-rate",
        title: text("Readout learning rate", "판독층 학습률"),
        help: text(
            "How far the weights of the softmax readout move at each step. The readout changes nothing in the layers that it reads, but it picks the negatives when they are the network's own mistakes.",
            "한 단계마다 소프트맥스 판독층의 가중치를 움직이는 정도입니다. 판독층은 다른 층을 읽기만 할 뿐 바꾸지 않습니다. 다만 음성 데이터로 자신의 실수를 쓸 때는 판독층이 그 실수를 고릅니다.",
        ),
        kind: KnobKind::Real { min: 0.0001, max: 1.0, default: 0.1, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "peer-normalisation",
        title: text("Peer normalisation λ", "동료 정규화 λ"),
        help: text(
            "Draws the average activity of each unit towards that of its peers in the layer, so that none is always off or always on. 0 leaves them alone.",
            "각 유닛의 평균 활성을 같은 층에 있는 동료 유닛들의 평균 쪽으로 당겨, 늘 꺼져 있거나 늘 켜져 있는 유닛이 없게 합니다. 0이면 쓰지 않습니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 1.0, default: 0.03, scale: Scale::Linear, unit: "" },
        live: true,
    },
    Knob {
        id: "weight-decay",
        title: text("Weight decay", "가중치 감쇠"),
        help: text(
            "Pulls every weight of the layers towards 0. A little of it smooths the filters and keeps the network from learning the training images by heart.",
            "모든 층의 가중치를 0 쪽으로 당깁니다. 조금 주면 필터가 매끄러워지고, 훈련 이미지를 통째로 외우지 않게 됩니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.1, default: 0.001, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "momentum",
        title: text("Gradient smoothing", "기울기 평활화"),
        help: text(
            "The layers follow a running mean of the gradients of past minibatches. This is the share that the past keeps at each step; at 0 only the present minibatch counts.",
            "각 층은 지난 미니배치들의 기울기를 이동 평균한 값을 따라갑니다. 이 값은 그 평균에서 과거가 차지하는 비율이며, 0이면 지금 미니배치의 기울기만 따릅니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.99, default: 0.9, scale: Scale::Linear, unit: "" },
        live: true,
    },
    Knob {
        id: "batch",
        title: text("Batch size", "배치 크기"),
        help: text(
            "Images in a training step. As many negatives are made from them.",
            "학습 한 단계에 쓰는 이미지 수입니다. 이 이미지들로 같은 수의 음성 데이터를 만듭니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 1000.0, default: 100.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "cooldown",
        title: text("Cool down after", "학습률을 낮추기 시작할 때"),
        help: text(
            "Epochs after which both learning rates begin to fall; they reach 0 after as many more. For a run of 100 epochs, set 50. With 0 they never fall.",
            "두 학습률이 낮아지기 시작할 때까지의 에포크 수입니다. 같은 수의 에포크가 더 지나면 학습률이 0이 됩니다. 100에포크 동안 학습하려면 50으로 두세요. 0이면 낮추지 않습니다.",
        ),
        kind: KnobKind::Whole { min: 0.0, max: 1000.0, default: 0.0, scale: Scale::Linear },
        live: true,
    },
];

static METRICS: [Metric; 7] = [
    Metric {
        id: "test_error",
        title: text("Test error", "테스트 오류율"),
        help: text(
            "Share of test images for which a wrong label has the largest goodness. Goodness learned from hybrid images knows no labels; then this is the readout's error.",
            "틀린 레이블의 양호도가 가장 큰 테스트 이미지의 비율입니다. 혼합 이미지로 학습하면 양호도가 레이블과 무관하므로 판독층의 오류율을 씁니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "readout_error",
        title: text("Readout error", "판독층 오류율"),
        help: text(
            "Share of test images that the softmax readout puts into a wrong class, in one pass with a neutral label.",
            "중립 레이블을 적어 한 번 통과시켰을 때 소프트맥스 판독층이 잘못 분류한 테스트 이미지의 비율입니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "goodness_gap",
        title: text("Goodness gap", "양호도 차이"),
        help: text(
            "Mean goodness per unit of the positives minus that of the negatives, over all layers and the training batch.",
            "훈련 배치의 모든 층에서 평균한 유닛당 양호도를 양성 데이터와 음성 데이터에서 각각 구해, 앞의 것에서 뒤의 것을 뺀 값입니다.",
        ),
        unit: "",
        better: Better::Up,
        cost: Cost::Free,
    },
    Metric {
        id: "goodness_positive",
        title: text("Goodness of positives", "양성 데이터의 양호도"),
        help: text(
            "Mean goodness per unit of the positives, over all layers. It should lie above the threshold.",
            "양성 데이터의 유닛당 양호도를 모든 층에 걸쳐 평균한 값입니다. 임곗값보다 커야 합니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "goodness_negative",
        title: text("Goodness of negatives", "음성 데이터의 양호도"),
        help: text(
            "Mean goodness per unit of the negatives, over all layers. It should lie below the threshold.",
            "음성 데이터의 유닛당 양호도를 모든 층에 걸쳐 평균한 값입니다. 임곗값보다 작아야 합니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "loss",
        title: text("Loss of the layers", "층의 손실"),
        help: text(
            "Half the loss L that each layer lowers, averaged over the layers. It is large where positives have too little goodness or negatives too much.",
            "각 층이 줄여 나가는 손실 L의 절반을 층에 걸쳐 평균한 값입니다. 양성 데이터의 양호도가 너무 작거나 음성 데이터의 양호도가 너무 크면 커집니다.",
        ),
        unit: "nats",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "readout_loss",
        title: text("Loss of the readout", "판독층의 손실"),
        help: text(
            "Cross-entropy of the softmax readout on the training batch.",
            "훈련 배치에서 잰 소프트맥스 판독층의 교차 엔트로피입니다.",
        ),
        unit: "nats",
        better: Better::Down,
        cost: Cost::Free,
    },
];

static VIEWS: [View; 5] = [
    View {
        id: "goodness",
        title: text("Goodness in each layer", "층별 양호도"),
        help: text(
            "The goodness of test images in each layer, with their right label and with a wrong one, and the threshold that should lie between.",
            "맞는 레이블을 적은 테스트 이미지와 틀린 레이블을 적은 테스트 이미지의 양호도를 층별로 나타내고, 둘을 갈라야 할 임곗값을 함께 표시합니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "dreams",
        title: text("Dreams", "꿈"),
        help: text(
            "Images found by starting from noise and climbing towards more goodness for one label than for none. The climb follows the gradient through all layers, which learning never does, and keeps the image smooth. With hybrid images it climbs the readout's probability of the label.",
            "잡음에서 출발해, 레이블이 없을 때보다 그 레이블이 있을 때 양호도가 더 커지는 쪽으로 올라가며 찾은 이미지입니다. 이때는 학습에서와 달리 모든 층을 지나는 기울기를 따르며 이미지를 매끄럽게 유지합니다. 혼합 이미지로 학습하면 판독층이 그 레이블에 주는 확률을 키웁니다.",
        ),
        args: &[Knob {
            id: "steps",
            title: text("Steps of the climb", "올라가는 단계 수"),
            help: text("More steps end nearer to the top.", "단계가 많을수록 꼭대기에 더 가까이 갑니다."),
            kind: KnobKind::Whole { min: 1.0, max: 500.0, default: 30.0, scale: Scale::Log },
            live: true,
        }],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "labels",
        title: text("Each label tried on one image", "한 이미지에 레이블 하나씩 적어 보기"),
        help: text(
            "The goodness of a test image with every label in turn, and the probabilities that the readout gives to the labels. The right one is marked.",
            "테스트 이미지 하나에 모든 레이블을 차례로 적었을 때의 양호도와, 판독층이 각 레이블에 주는 확률입니다. 맞는 레이블을 표시했습니다.",
        ),
        args: &[Knob {
            id: "image",
            title: text("Test image", "테스트 이미지"),
            help: text("Its number in the test split.", "테스트 데이터에서의 번호입니다."),
            kind: KnobKind::Whole { min: 0.0, max: 300.0, default: 0.0, scale: Scale::Linear },
            live: true,
        }],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "filters",
        title: text("First-layer filters", "첫 층의 필터"),
        help: text(
            "The weights from every pixel to units of the first layer, or what learning has added to their random start. The label is written into the first pixels.",
            "모든 픽셀에서 첫 층의 유닛들로 가는 가중치, 또는 그 가중치에서 무작위 초깃값을 뺀 것입니다. 맨 앞 픽셀들은 레이블을 적는 자리입니다.",
        ),
        args: &[
            Knob {
                id: "first",
                title: text("First unit shown", "처음에 보일 유닛"),
                help: text("Its number in the layer.", "층에서의 번호입니다."),
                kind: KnobKind::Whole { min: 0.0, max: 1999.0, default: 0.0, scale: Scale::Linear },
                live: true,
            },
            Knob {
                id: "learned",
                title: text("Only what was learned", "학습한 부분만"),
                help: text(
                    "Leaves out the random weights that the layer started with: they hide what it has learned.",
                    "학습한 내용을 가리는 무작위 초깃값을 빼고 보여 줍니다.",
                ),
                kind: KnobKind::Switch { default: true },
                live: true,
            },
        ],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "negatives",
        title: text("Negatives in use", "지금 쓰는 음성 데이터"),
        help: text(
            "Negatives made from test images. Under each stand its own label and the one now written into its first pixels.",
            "테스트 이미지로 만든 음성 데이터입니다. 그림 아래에 원래 레이블과, 지금 맨 앞 픽셀들에 적혀 있는 레이블을 표시합니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
];

static PRESETS: [Preset; 3] = [
    Preset {
        id: "strokes",
        title: text("Pen strokes, its own mistakes", "펜글씨 숫자, 자신의 실수"),
        data: "strokes",
        knobs: &[],
        steps: 600,
        metric: "test_error",
        bar: 0.05,
    },
    Preset {
        id: "digits",
        title: text("Real digits, any wrong label", "실제 손글씨 숫자, 임의의 틀린 레이블"),
        data: "digits",
        knobs: &[("negatives", "wrong-labels")],
        steps: 1000,
        metric: "test_error",
        bar: 0.06,
    },
    Preset {
        id: "hybrid",
        title: text("Pen strokes without labels, hybrid images", "레이블 없는 펜글씨 숫자, 혼합 이미지"),
        data: "strokes",
        knobs: &[("negatives", "hybrid")],
        steps: 800,
        metric: "test_error",
        bar: 0.05,
    },
];
