//! What K-means declares about itself.

use crate::data::Kind;
use crate::zoo::low_energy;
use crate::{
    Better, ChoiceOption, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, View, paper, shown,
    text,
};

/// K-means.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "kmeans",
    title: text("K-means", "K-평균"),
    family: Family::Energy,
    summary: text(
        "The simplest energy there is: the squared distance to the nearest of K centroids, which settle in the middle of the rows that are \
         nearest to them.",
        "가장 단순한 에너지인, K개 중심 가운데 가장 가까운 것까지의 거리 제곱을 씁니다. 중심은 저마다 가장 가까운 데이터들의 한가운데에 자리 잡습니다.",
    ),
    story: text(
        "Watch the centroids slide from their common start to the bottom of the wells that they dig. Coordinate descent jumps: it assigns all \
         rows, then moves each centroid to the mean of its rows, and is done after a few passes. Gradient descent creeps down the same energy. \
         Both can only reach the minimum whose basin they start in, which is why several starts run at once and the best is shown. Slow motion \
         or single steps show each move.",
        "같은 출발점에서 나온 중심들이 스스로 판 우물의 바닥으로 미끄러져 가는 모습을 지켜보세요. 좌표 하강법은 성큼 뜁니다. 모든 데이터를 배정한 뒤 \
         중심을 저마다 자기 데이터의 평균으로 옮기며, 데이터를 몇 번만 훑으면 끝납니다. 경사 하강법은 같은 에너지를 조금씩 내려갑니다. 둘 다 출발한 골짜기의 최솟값에만 \
         이를 수 있으므로, 여러 출발점을 한꺼번에 돌려 가장 나은 것을 보여 줍니다. 느린 동작이나 한 단계씩 진행하면 움직임이 하나하나 보입니다.",
    ),
    equations: shown(&[
        r"E(y, z) = \lVert y - W z \rVert^2, \quad z \in \{e_1, \dots, e_K\}",
        r"F(y) = \min_z E(y, z) = \min_k \lVert y - w_k \rVert^2",
        r"w_k \leftarrow \frac{1}{N_k} \sum_{i : z_i = e_k} y_i",
        r"w_k \leftarrow w_k + \frac{2 \eta}{B} \sum_{i : z_i = e_k} (y_i - w_k)",
    ]),
    paper: paper("S. P. Lloyd, Least squares quantization in PCM, 1982", "https://doi.org/10.1109/TIT.1982.1056489"),
    data: &[Kind::Points, Kind::Images],
    needs_labels: false,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static METHODS: [ChoiceOption; 2] = [
    ChoiceOption { id: "lloyd", title: text("All rows (Lloyd)", "모든 데이터(로이드)") },
    ChoiceOption { id: "mini-batches", title: text("Mini-batches", "미니배치") },
];

/// The option of the knob `method` in which centroids move after every batch.
pub(super) const MINI_BATCHES: usize = 1;

static STARTS: [ChoiceOption; 2] = [
    ChoiceOption { id: "k-means-plus-plus", title: text("Far apart (k-means++)", "서로 멀리(k-평균++)") },
    ChoiceOption { id: "rows", title: text("Any rows", "아무 데이터나") },
];

static KNOBS: [Knob; 6] = [
    Knob {
        id: "clusters",
        title: text("Clusters K", "군집의 수 K"),
        help: text(
            "How many centroids, each with a well of its own. More always lower the inertia; whether they mean anything is for you to judge.",
            "중심의 수이며, 중심마다 우물이 하나씩 생깁니다. 늘리면 관성은 늘 줄어들지만, 그 군집에 뜻이 있는지는 눈으로 판단해야 합니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 64.0, default: 8.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "method",
        title: text("Coordinate descent on", "좌표 하강법의 단위"),
        help: text(
            "Lloyd's algorithm moves the centroids once all rows were assigned. With mini-batches they move after every batch, each by less the \
             more rows it has seen: faster on large data, and a little off the minimum.",
            "로이드 알고리즘은 모든 데이터를 배정한 뒤에 중심을 옮깁니다. 미니배치를 고르면 배치마다 옮기되, 본 데이터가 많은 중심일수록 조금씩 움직입니다. 큰 데이터에서 빠른 대신 \
             최솟값에서 조금 벗어납니다.",
        ),
        kind: KnobKind::Choice { options: &METHODS, default: 0 },
        live: false,
    },
    Knob {
        id: "start",
        title: text("Start", "출발점"),
        help: text(
            "Rows that the centroids start at. k-means++ draws rows far from those already drawn; any rows at all often put two centroids into one \
             cluster, from where neither method gets out.",
            "중심을 처음에 놓을 데이터를 고르는 방법입니다. k-평균++는 이미 뽑은 데이터에서 먼 것을 뽑습니다. 아무 데이터나 고르면 한 군집에 중심이 둘씩 놓이기 쉽고, \
             어느 방법으로도 거기서 빠져나오지 못합니다.",
        ),
        kind: KnobKind::Choice { options: &STARTS, default: 0 },
        live: false,
    },
    Knob {
        id: "restarts",
        title: text("Starts at once", "동시에 돌릴 출발점 수"),
        help: text(
            "How many sets of centroids learn side by side, from different starts. The one of the lowest inertia is shown and sampled from.",
            "서로 다른 출발점에서 나란히 학습할 중심 묶음의 수입니다. 관성이 가장 낮은 묶음을 보여 주고, 표본도 거기서 뽑습니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 20.0, default: 10.0, scale: Scale::Linear },
        live: false,
    },
    Knob {
        id: "learning-rate",
        title: text("Learning rate of gradient descent", "경사 하강법의 학습률"),
        help: text(
            "How far each batch moves the centroids of gradient descent. Coordinate descent has none: it jumps to the minimum.",
            "경사 하강법에서 배치마다 중심을 옮기는 정도입니다. 좌표 하강법은 곧장 최솟값으로 뛰므로 학습률이 없습니다.",
        ),
        kind: KnobKind::Real { min: 0.001, max: 1.0, default: 0.1, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "batch",
        title: text("Batch size", "배치 크기"),
        help: text(
            "Rows in one training step. The first batch also provides the rows to start from.",
            "학습 한 단계에 쓰는 데이터의 수입니다. 출발점으로 쓸 데이터도 첫 배치에서 고릅니다.",
        ),
        kind: KnobKind::Whole { min: 16.0, max: 4096.0, default: 1024.0, scale: Scale::Log },
        live: false,
    },
];

static METRICS: [Metric; 5] = [
    Metric {
        id: "inertia",
        title: text("Inertia per row", "행당 관성"),
        help: text(
            "Mean squared distance of a row to its nearest centroid: the mean of the energy F, of the best start. Times the number of rows it is what \
             other programs call inertia.",
            "데이터에서 가장 가까운 중심까지의 거리 제곱을 평균한 값, 곧 에너지 F의 평균이며 가장 나은 출발점의 값입니다. 데이터 수를 곱하면 다른 프로그램에서 말하는 관성이 됩니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "inertia_gradient",
        title: text("Inertia per row, gradient descent", "행당 관성, 경사 하강법"),
        help: text(
            "The same for the centroids of gradient descent, of their best start.",
            "경사 하강법으로 옮긴 중심에서 같은 방식으로 잰 값이며, 그 가운데 가장 나은 출발점의 값입니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "empty_clusters",
        title: text("Empty clusters", "빈 군집"),
        help: text(
            "Centroids that no row was nearest to in the last pass over the data, or in the last mini-batch. They stay where they are.",
            "데이터를 마지막으로 훑는 동안, 또는 마지막 미니배치에서 어느 데이터에도 가장 가까운 중심이 아니었던 중심의 수입니다. 그런 중심은 제자리에 머뭅니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "empty_clusters_gradient",
        title: text("Empty clusters, gradient descent", "빈 군집, 경사 하강법"),
        help: text(
            "The same for the centroids of gradient descent.",
            "경사 하강법으로 옮긴 중심에서 같은 방식으로 센 수입니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "purity",
        title: text("Purity", "순도"),
        help: text(
            "Share of test rows that have the label most frequent in their cluster. Training never saw a label.",
            "테스트 데이터 가운데 자기 군집에서 가장 흔한 레이블을 가진 것의 비율입니다. 학습에는 레이블을 쓰지 않습니다.",
        ),
        unit: "",
        better: Better::Up,
        cost: Cost::Cheap,
    },
];

static VIEWS: [View; 6] = [
    View {
        id: "wells",
        title: text("Energy and its wells", "에너지와 우물"),
        help: text(
            "The energy F(y) of every place, dark where it is low, with contour lines, and the ways of the centroids from their common start: \
             coordinate descent in leaps, gradient descent in small steps.",
            "자리마다의 에너지 F(y)를 등고선과 함께 그린 것으로, 어두울수록 낮습니다. 중심이 같은 출발점에서 나아온 길도 보입니다. 좌표 하강법은 성큼성큼, 경사 하강법은 조금씩 움직입니다.",
        ),
        args: &[],
        data: &[Kind::Points],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "centroids",
        title: text("Centroids", "중심"),
        help: text(
            "Every centroid as an image, with the share of the rows that are nearest to it: coordinate descent above, gradient descent from the \
             same start below.",
            "중심을 이미지로 나타내고, 그 중심에 가장 가까운 데이터의 비율을 적었습니다. 위는 좌표 하강법, 아래는 같은 출발점에서 시작한 경사 하강법입니다.",
        ),
        args: &[],
        data: &[Kind::Images],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "regions",
        title: text("Who is nearest", "군집 배정"),
        help: text(
            "Test points coloured by their nearest centroid. The lines are the Voronoi diagram: on them two centroids are equally near.",
            "테스트 점을 가장 가까운 중심에 따라 색칠한 것입니다. 선은 보로노이 다이어그램으로, 선 위에서는 두 중심까지의 거리가 같습니다.",
        ),
        args: &[],
        data: &[Kind::Points],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "members",
        title: text("Nearest rows", "가까운 데이터"),
        help: text(
            "A line for each cluster: its centroid, then the test images nearest to it.",
            "줄마다 군집 하나입니다. 맨 앞이 중심이고, 이어서 그 중심에 가장 가까운 테스트 이미지들이 나옵니다.",
        ),
        args: &[],
        data: &[Kind::Images],
        live: true,
        takes: Takes::Nothing,
    },
    low_energy::VIEW,
    View {
        id: "restarts",
        title: text("What each start led to", "출발점별 결과"),
        help: text(
            "The inertia of each set of centroids over the last pass. The spread between starts is the price of local minima.",
            "중심 묶음마다 데이터를 마지막으로 훑었을 때의 관성입니다. 출발점에 따라 값이 흩어지는 것은 지역 최솟값 때문입니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
];

static PRESETS: [Preset; 4] = [
    Preset {
        id: "wells",
        title: text("Eight wells", "우물 여덟 개"),
        data: "points",
        knobs: &[("family", "ring")],
        steps: 200,
        metric: "inertia",
        bar: 0.0128,
    },
    Preset {
        id: "pinwheel",
        title: text("A pinwheel in twelve parts", "열두 조각으로 나눈 바람개비"),
        data: "points",
        knobs: &[("family", "pinwheel"), ("clusters", "12")],
        steps: 400,
        metric: "inertia",
        bar: 0.0535,
    },
    Preset {
        id: "digits",
        title: text("Digits without labels", "레이블 없이 나눈 숫자"),
        data: "digits",
        knobs: &[("clusters", "10"), ("batch", "1437"), ("learning-rate", "0.3")],
        steps: 60,
        metric: "inertia",
        bar: 2.52,
    },
    Preset {
        id: "strokes",
        title: text("Mini-batches of handwriting", "손글씨 미니배치"),
        data: "strokes",
        knobs: &[
            ("clusters", "20"),
            ("method", "mini-batches"),
            ("batch", "256"),
            ("restarts", "4"),
            ("learning-rate", "0.5"),
        ],
        steps: 150,
        metric: "inertia",
        bar: 28.3,
    },
];
