//! What sparse coding declares about itself.

use crate::data::Kind;
use crate::zoo::codes::FIRST_ROW;
use crate::zoo::low_energy;
use crate::{
    Better, ChoiceOption, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, View, paper, shown,
    text,
};

/// Sparse coding.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "sparse-coding",
    title: text("Sparse coding", "희소 코딩"),
    family: Family::Energy,
    summary: text(
        "A dictionary of more atoms than anyone needs, and a price for using each: rows are put together from the few that fit them best.",
        "넉넉히 많은 원자로 이루어진 사전을 두고 원자를 쓸 때마다 값을 치르게 하면, 데이터는 가장 잘 맞는 몇 개의 원자만으로 조립됩니다.",
    ),
    story: text(
        "Watch the atoms turn from noise into pen strokes, because strokes are what digits share. For each row the code is not computed by a \
         network but inferred: the energy is followed downhill over the code until it lies still. The chart shows how many steps that takes, \
         and how much momentum (FISTA) helps. Turn up the penalty and fewer atoms are used; turn it to 0 and all of them are.",
        "원자가 잡음에서 펜 획으로 바뀌는 모습을 지켜보세요. 숫자들이 함께 쓰는 것이 획이기 때문입니다. 코드는 신경망으로 계산하지 않고 추론합니다. \
         코드를 바꾸어 가며 에너지를 더 내려갈 수 없을 때까지 내려가는 것입니다. 차트를 보면 그 과정이 몇 단계나 걸리는지, 관성을 더한 FISTA가 얼마나 빠른지 알 수 있습니다. \
         벌점을 높이면 쓰이는 원자가 줄고, 0으로 낮추면 모든 원자가 쓰입니다.",
    ),
    equations: shown(&[
        r"E(y, z) = \lVert y - W z \rVert^2 + \lambda \lVert z \rVert_1, \quad \lVert w_j \rVert = 1",
        r"F(y) = \min_z E(y, z)",
        r"z \leftarrow S_{\lambda / L}\left( z - \tfrac{2}{L} W^\top (W z - y) \right), \quad S_a(x) = \operatorname{sign}(x) \max(|x| - a, 0)",
        r"\Delta W \propto (y - W z)\, z^\top",
    ]),
    paper: paper(
        "B. A. Olshausen and D. J. Field, Emergence of simple-cell receptive field properties by learning a sparse code for natural images, 1996",
        "https://doi.org/10.1038/381607a0",
    ),
    data: &[Kind::Images, Kind::Points],
    needs_labels: false,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static SIGNS: [ChoiceOption; 2] = [
    ChoiceOption { id: "signed", title: text("Of either sign", "양수와 음수 모두") },
    ChoiceOption { id: "nonnegative", title: text("Never negative", "음수 없이") },
];

/// The option of the knob `codes` in which codes are never negative.
pub(super) const NONNEGATIVE: usize = 1;

static KNOBS: [Knob; 6] = [
    Knob {
        id: "atoms",
        title: text("Atoms", "원자의 수"),
        help: text(
            "Entries of the dictionary. With more atoms than numbers in a row each can specialise, and a row needs fewer of them.",
            "사전에 담을 원자의 수입니다. 데이터 하나에 든 수보다 원자가 많으면 원자마다 전문화되어, 데이터 하나에 쓰이는 원자가 줄어듭니다.",
        ),
        kind: KnobKind::Whole { min: 2.0, max: 256.0, default: 96.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "codes",
        title: text("Codes", "코드의 부호"),
        help: text(
            "Whether an atom may be subtracted as well as added. Where it may not, atoms become parts that are simply put together.",
            "원자를 더하기만 할지, 빼기도 할지 정합니다. 더하기만 하면 원자가 그대로 이어 붙이는 부품이 됩니다.",
        ),
        kind: KnobKind::Choice { options: &SIGNS, default: 0 },
        live: false,
    },
    Knob {
        id: "penalty",
        title: text("Penalty λ", "벌점 λ"),
        help: text(
            "What a unit of code costs. Larger: fewer atoms for each row and coarser reconstructions. At 0 nothing is sparse.",
            "코드의 크기 1에 치르는 값입니다. 크면 데이터 하나에 쓰는 원자가 줄고 재구성이 거칠어집니다. 0이면 희소하지 않습니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 5.0, default: 0.4, scale: Scale::Linear, unit: "" },
        live: true,
    },
    Knob {
        id: "iterations",
        title: text("Inference steps in training", "학습 때의 추론 단계 수"),
        help: text(
            "Steps of FISTA that find the codes of a training batch. Too few and the dictionary learns from codes that are not yet sparse; pictures and \
             measurements always use 100.",
            "학습 배치의 코드를 찾는 FISTA의 단계 수입니다. 너무 적으면 아직 희소하지 않은 코드로 사전을 배우게 됩니다. 그림과 측정에는 늘 100단계를 씁니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 60.0, default: 20.0, scale: Scale::Linear },
        live: false,
    },
    Knob {
        id: "learning-rate",
        title: text("Learning rate", "학습률"),
        help: text(
            "How far each step of Adam turns the atoms. Too large and they never settle; too small and they stay noise.",
            "Adam이 한 단계마다 원자를 돌리는 정도입니다. 너무 크면 원자가 자리 잡지 못하고, 너무 작으면 잡음에 머뭅니다.",
        ),
        kind: KnobKind::Real { min: 0.00001, max: 0.1, default: 0.005, scale: Scale::Log, unit: "" },
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

static METRICS: [Metric; 3] = [
    Metric {
        id: "energy",
        title: text("Energy", "에너지"),
        help: text(
            "Squared error of the reconstruction plus the price of the code, for one row: what inference lowers over the code, and training over the \
             dictionary. It depends on the penalty, so compare it at the same λ only.",
            "데이터 하나에서 재구성의 제곱 오차와 코드 값을 더한 것입니다. 추론은 코드를 바꾸어, 학습은 사전을 바꾸어 이 값을 낮춥니다. 벌점에 따라 달라지므로 λ가 같을 때만 비교하세요.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "reconstruction_error",
        title: text("Reconstruction error", "재구성 오차"),
        help: text(
            "Mean squared difference between a row and what its code makes, for each number.",
            "데이터와 그 코드로 다시 만든 것의 차이를 수마다 제곱해 평균한 값입니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "active",
        title: text("Atoms in use", "쓰인 원자"),
        help: text(
            "Atoms in the code of a row: how many of its numbers are not 0, on average.",
            "데이터 하나의 코드에서 0이 아닌 수의 개수를 평균한 값입니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
];

static VIEWS: [View; 7] = [
    View {
        id: "dictionary",
        title: text("Dictionary", "사전"),
        help: text(
            "Every atom as an image around 0, all at one scale. Atoms have length 1; one colour adds ink, the other takes it away.",
            "원자마다 0을 가운데 둔 이미지로, 모두 같은 눈금으로 그렸습니다. 원자의 길이는 1이며, 한 색은 잉크를 더하고 다른 색은 덜어 냅니다.",
        ),
        args: &[],
        data: &[Kind::Images],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "surface",
        title: text("Energy of the plane", "평면의 에너지"),
        help: text(
            "The energy F(y) that is left once the best code was found, dark where it is low. The contour lines have their corners on the atoms, drawn \
             as arrows: at one distance from the origin nothing is as cheap as a single atom.",
            "가장 좋은 코드를 찾고 남은 에너지 F(y)이며, 어두울수록 낮습니다. 등고선의 모서리가 화살표로 그린 원자 위에 놓입니다. 원점에서 같은 거리라면 원자 하나만 쓸 때가 가장 싸기 때문입니다.",
        ),
        args: &[],
        data: &[Kind::Points],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "code",
        title: text("Code of a row", "데이터 하나의 코드"),
        help: text(
            "A test row, or what you draw: what its code makes of it, the atoms that take part with their weight, and the code itself, in which \
             most numbers are 0.",
            "테스트 데이터나 직접 그린 그림을 코드로 다시 만든 것, 거기에 쓰인 원자와 그 크기, 그리고 대부분이 0인 코드 자체를 보여 줍니다.",
        ),
        args: &ROW,
        data: &[Kind::Images],
        live: true,
        takes: Takes::Image,
    },
    View {
        id: "reconstructions",
        title: text("Reconstructions", "재구성"),
        help: text(
            "Rows that training has never seen, above, and what their codes make of them, below. On points a line joins the two: codes shrink, and so \
             points are pulled towards the origin.",
            "위는 학습에 쓰지 않은 데이터이고 아래는 그 코드로 다시 만든 것입니다. 점 데이터에서는 둘을 선으로 잇습니다. 코드를 줄이므로 점은 원점 쪽으로 당겨집니다.",
        ),
        args: &FIRST_ROW,
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "inference",
        title: text("Energy during inference", "추론 중의 에너지"),
        help: text(
            "How far the mean energy of 64 test rows is from its minimum after each step from an empty code. ISTA steps downhill and shrinks; FISTA does so with momentum and arrives \
             in far fewer steps. The mark is where training stops.",
            "빈 코드에서 출발해 단계마다 잰, 테스트 데이터 64개의 평균 에너지가 최솟값보다 얼마나 높은지 나타냅니다. ISTA는 내려가고 줄이기를 되풀이하고, FISTA는 여기에 관성을 더해 훨씬 적은 단계로 도착합니다. \
             표시한 곳이 학습 때 멈추는 단계입니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "samples",
        title: text("Samples", "표본"),
        help: text(
            "Codes with each number drawn by itself, as often and as large as training found it. Atoms alone are not enough: nobody tells them which \
             belong together.",
            "코드의 수를 저마다 따로, 학습에서 나타난 빈도와 크기대로 뽑아 만든 것입니다. 어떤 원자가 함께 쓰이는지 모르므로 원자만으로는 부족합니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    low_energy::VIEW,
];

static ROW: [Knob; 1] = [Knob {
    id: "row",
    title: text("Test row", "테스트 데이터"),
    help: text(
        "Number of the row shown, where nothing is drawn.",
        "아무것도 그리지 않았을 때 보일 데이터의 번호입니다.",
    ),
    kind: KnobKind::Whole { min: 0.0, max: 999.0, default: 3.0, scale: Scale::Linear },
    live: true,
}];

static PRESETS: [Preset; 3] = [
    Preset {
        id: "strokes-of-digits",
        title: text("The strokes of digits", "숫자를 이루는 획"),
        data: "digits",
        knobs: &[],
        steps: 600,
        metric: "energy",
        bar: 2.5,
    },
    Preset {
        id: "parts",
        title: text("Parts that add up", "더하기만 하는 부품"),
        data: "digits",
        knobs: &[("codes", "nonnegative")],
        steps: 600,
        metric: "energy",
        bar: 2.5,
    },
    Preset {
        id: "rays",
        title: text("Rays of a pinwheel", "바람개비의 선"),
        data: "points",
        knobs: &[
            ("family", "pinwheel"),
            ("atoms", "5"),
            ("codes", "nonnegative"),
            ("penalty", "0.1"),
            ("learning-rate", "0.01"),
        ],
        steps: 600,
        metric: "energy",
        bar: 0.125,
    },
];
