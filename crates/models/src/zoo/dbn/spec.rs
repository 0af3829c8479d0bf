//! What the network declares about itself: texts, knobs, metrics, views and presets.

use crate::data::Kind;
use crate::{Better, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, View, paper, shown, text};

/// The deep belief network.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "dbn",
    title: text("Deep belief network", "심층 신뢰망"),
    family: Family::Energy,
    summary: text(
        "Restricted Boltzmann machines stacked on each other and trained one by one without labels; then a classifier starts from their weights and races its twin that starts from random ones.",
        "제한된 볼츠만 머신을 쌓아 레이블 없이 아래층부터 하나씩 학습합니다. 그런 다음 그 가중치에서 출발한 분류기가, 무작위 가중치에서 출발한 쌍둥이 분류기와 겨룹니다.",
    ),
    story: text(
        "First the layers learn in turn, without any label: each takes what the layer below makes of the images for its data. Watch the dreams, which come down from the highest layer that has learned, and the reconstructions through one layer, two and more. Then fine-tuning begins with labels for a few images only, and two curves set out: the test error of the network that starts from the layers and that of its twin, the same network from random weights with the same batches. The fewer the labels, the more is it worth to have seen the images before.",
        "먼저 층들이 레이블 없이 차례로 학습합니다. 각 층은 아래층이 이미지에서 알아낸 것을 데이터로 삼습니다. 지금까지 학습한 가장 높은 층에서 내려오는 꿈과, 한 층, 두 층을 거쳐 되돌아온 재구성을 지켜보세요. 그다음 이미지 몇 장의 레이블만으로 미세 조정이 시작되고 두 곡선이 출발합니다. 하나는 쌓은 층에서 출발한 신경망의 테스트 오류율이고, 다른 하나는 같은 배치로 학습하지만 무작위 가중치에서 출발한 쌍둥이의 오류율입니다. 레이블이 적을수록 이미지를 미리 본 것이 큰 도움이 됩니다.",
    ),
    equations: shown(&[
        r"p(h^l_j{=}1\mid\mathbf h^{l-1}) = \sigma\bigl((\mathbf h^{l-1} W^l + \mathbf c^l)_j\bigr), \qquad \mathbf h^0 = \mathbf v",
        r"\Delta W^l \propto \langle\mathbf h^{l-1}\mathbf h^{l\top}\rangle_{\text{data}} - \langle\mathbf h^{l-1}\mathbf h^{l\top}\rangle_{\text{chains}}",
        r"p(\text{class}\mid\mathbf v) = \operatorname{softmax}(\mathbf h^L U + \mathbf d)",
    ]),
    paper: paper(
        "G. E. Hinton, S. Osindero and Y.-W. Teh, A Fast Learning Algorithm for Deep Belief Nets, 2006",
        "https://doi.org/10.1162/neco.2006.18.7.1527",
    ),
    data: &[Kind::Images],
    needs_labels: true,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static KNOBS: [Knob; 9] = [
    Knob {
        id: "layers",
        title: text("Layers", "층 수"),
        help: text(
            "How many machines are stacked. Each is trained in its turn.",
            "쌓아 올릴 머신의 수입니다. 차례로 하나씩 학습합니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 4.0, default: 2.0, scale: Scale::Linear },
        live: false,
    },
    Knob {
        id: "width",
        title: text("Units in a layer", "한 층의 유닛 수"),
        help: text(
            "Hidden units of every machine, and units in every layer of both classifiers.",
            "머신마다의 은닉 유닛 수이자, 두 분류기의 층마다의 유닛 수입니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 2000.0, default: 200.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "pretrain-steps",
        title: text("Pre-training steps for each layer", "층마다의 사전 학습 단계 수"),
        help: text(
            "After so many steps the next layer begins, and after the last one fine-tuning.",
            "이만큼 학습하면 다음 층으로 넘어가고, 마지막 층이 끝나면 미세 조정을 시작합니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 100_000.0, default: 500.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "labelled",
        title: text("Labelled images", "레이블이 있는 이미지 수"),
        help: text(
            "For how many training images the classifiers are told the class. Pre-training sees all images and no class.",
            "분류기에 클래스를 알려 주는 훈련 이미지의 수입니다. 사전 학습은 모든 이미지를 보지만 클래스는 보지 않습니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 60_000.0, default: 200.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "learning-rate",
        title: text("Learning rate of pre-training", "사전 학습의 학습률"),
        help: text(
            "How far each step of contrastive divergence moves the weights of its layer.",
            "대조 발산이 한 단계마다 그 층의 가중치를 얼마나 움직일지 정합니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 1.0, default: 0.05, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "momentum",
        title: text("Momentum of pre-training", "사전 학습의 모멘텀"),
        help: text(
            "The share of the last update that is repeated in the next.",
            "지난 갱신을 다음 갱신에 얼마나 되풀이할지 정합니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.99, default: 0.5, scale: Scale::Linear, unit: "" },
        live: true,
    },
    Knob {
        id: "weight-decay",
        title: text("Weight decay of pre-training", "사전 학습의 가중치 감쇠"),
        help: text(
            "Pulls the weights of the layer in training towards 0, so that only useful ones stay large.",
            "학습하는 층의 가중치를 0 쪽으로 당겨 쓸모 있는 것만 크게 남깁니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.1, default: 0.0002, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "fine-tuning-rate",
        title: text("Learning rate of fine-tuning", "미세 조정의 학습률"),
        help: text(
            "How far each step of Adam moves the weights of both classifiers.",
            "Adam이 한 단계마다 두 분류기의 가중치를 얼마나 움직일지 정합니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.1, default: 0.001, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "batch",
        title: text("Batch size", "배치 크기"),
        help: text(
            "Images per update, in both kinds of training.",
            "두 가지 학습 모두에서 갱신 한 번에 쓰는 이미지 수입니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 1000.0, default: 50.0, scale: Scale::Log },
        live: false,
    },
];

static METRICS: [Metric; 6] = [
    Metric {
        id: "reconstruction_error",
        title: text("Reconstruction error", "재구성 오차"),
        help: text(
            "Mean squared difference per pixel between an image and what comes back through all layers that have begun to learn. It jumps up when a new layer begins.",
            "이미지와, 학습을 시작한 층을 모두 거쳐 되돌아온 이미지의 픽셀당 평균 제곱 차이입니다. 새 층이 시작될 때 뛰어오릅니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "pretrained_loss",
        title: text("Training loss, pre-trained", "훈련 손실(사전 학습)"),
        help: text(
            "Cross-entropy of the classifier that starts from the layers, on the images of the step.",
            "쌓은 층에서 출발한 분류기의 교차 엔트로피입니다. 그 단계의 이미지에서 잽니다.",
        ),
        unit: "nats",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "random_loss",
        title: text("Training loss, random start", "훈련 손실(무작위 시작)"),
        help: text(
            "The same of its twin that starts from random weights.",
            "무작위 가중치에서 출발한 쌍둥이 분류기의 교차 엔트로피입니다.",
        ),
        unit: "nats",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "pretrained_error",
        title: text("Test error, pre-trained", "테스트 오류율(사전 학습)"),
        help: text(
            "The share of test images that the classifier from the layers gets wrong. It exists once fine-tuning has begun.",
            "쌓은 층에서 출발한 분류기가 틀리는 테스트 이미지의 비율입니다. 미세 조정이 시작된 뒤에 나타납니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "random_error",
        title: text("Test error, random start", "테스트 오류율(무작위 시작)"),
        help: text(
            "The share of test images that its twin from random weights gets wrong.",
            "무작위 가중치에서 출발한 쌍둥이 분류기가 틀리는 테스트 이미지의 비율입니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "advantage",
        title: text("Advantage of pre-training", "사전 학습의 이득"),
        help: text(
            "The test error of the random start less that of the pre-trained one.",
            "무작위로 시작한 쪽의 테스트 오류율에서 사전 학습한 쪽의 오류율을 뺀 값입니다.",
        ),
        unit: "",
        better: Better::Up,
        cost: Cost::Cheap,
    },
];

static VIEWS: [View; 4] = [
    View {
        id: "dreams",
        title: text("Dreams", "꿈"),
        help: text(
            "The highest layer that has learned dreams by Gibbs steps, and the layers below draw what it dreams. Brightness is the probability that a pixel is on.",
            "지금까지 학습한 가장 높은 층이 깁스 단계로 꿈을 꾸고, 아래층들이 그 꿈을 그립니다. 밝기는 픽셀이 켜질 확률입니다.",
        ),
        args: &[Knob {
            id: "steps",
            title: text("Gibbs steps", "깁스 단계 수"),
            help: text(
                "How many steps the chains of training run on for this picture.",
                "이 그림을 위해 학습하던 사슬을 몇 단계 더 돌릴지 정합니다.",
            ),
            kind: KnobKind::Whole { min: 0.0, max: 5000.0, default: 10.0, scale: Scale::Log },
            live: true,
        }],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "judgements",
        title: text("Where they differ", "두 분류기가 갈리는 이미지"),
        help: text(
            "Test images that one classifier gets right and the other wrong. Below each: what the pre-trained one says | what the random start says.",
            "한 분류기는 맞히고 다른 분류기는 틀리는 테스트 이미지입니다. 아래에는 사전 학습한 쪽의 답 | 무작위로 시작한 쪽의 답을 적었습니다.",
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
            "Test images (top row), and what comes back of them through one layer, two layers and so on.",
            "테스트 이미지(맨 윗줄)와, 한 층, 두 층을 차례로 거쳐 되돌아온 이미지입니다.",
        ),
        args: &[Knob {
            id: "row",
            title: text("Test image", "테스트 이미지"),
            help: text(
                "Which image of the test split comes first.",
                "테스트 이미지 가운데 몇 번째를 맨 앞에 놓을지 정합니다.",
            ),
            kind: KnobKind::Whole { min: 0.0, max: 9999.0, default: 0.0, scale: Scale::Linear },
            live: true,
        }],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "filters",
        title: text("Filters", "필터"),
        help: text(
            "What each unit of a layer looks for, a small image for each. Weights of higher layers are multiplied down to the pixels.",
            "한 층의 유닛마다 무엇을 찾는지 작은 이미지로 그렸습니다. 높은 층의 가중치는 픽셀까지 곱해 내려온 것입니다.",
        ),
        args: &[Knob {
            id: "layer",
            title: text("Layer", "층"),
            help: text(
                "Which layer is shown, counted from the pixels.",
                "픽셀에서부터 세어 몇 번째 층을 보일지 정합니다.",
            ),
            kind: KnobKind::Whole { min: 1.0, max: 4.0, default: 1.0, scale: Scale::Linear },
            live: true,
        }],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
];

static PRESETS: [Preset; 2] = [
    Preset {
        id: "default",
        title: text("Few labels", "적은 레이블"),
        data: "strokes",
        knobs: &[],
        steps: 1600,
        metric: "advantage",
        bar: 0.03,
    },
    Preset {
        id: "digits",
        title: text("Small real digits", "작은 손글씨 숫자"),
        data: "digits",
        knobs: &[("labelled", "100"), ("pretrain-steps", "1000")],
        steps: 2600,
        metric: "pretrained_error",
        bar: 0.18,
    },
];
