//! What the machine declares about itself: texts, knobs, metrics, views and presets.

use crate::data::Kind;
use crate::{
    Better, ChoiceOption, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, View, paper, shown,
    text,
};

/// The Boltzmann machine.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "boltzmann",
    title: text("Boltzmann machine", "볼츠만 머신"),
    family: Family::Energy,
    summary: text(
        "Up to 16 bits, any two of which may pull together or apart; learning makes what the machine does asleep agree with what it does awake.",
        "비트 16개까지를 서로 자유롭게 연결한 머신입니다. 잠들었을 때 하는 일이 깨어 있을 때 하는 일과 같아지도록 학습합니다.",
    ),
    story: text(
        "The machine is small enough to know everything about it: all its states are counted, so the chart shows its exact probabilities beside those of the data and beside what Gibbs chains find. Each step compares how often two units are on together in two phases: awake, with the visible units held at the data, and asleep, with all units free. Their difference is the learning signal, and it fades as the machine learns. Parity shows what hidden units are for: no pair of visible bits betrays the rule, so without hidden units nothing is learned. Switch to the restricted machine and look at how the phases settle: without edges inside a layer, the awake phase is done after a single sweep.",
        "머신이 아주 작아서 모든 것을 알 수 있습니다. 상태를 빠짐없이 세어 구한 정확한 확률을 데이터의 확률, 깁스 사슬이 찾은 확률과 나란히 그립니다. 단계마다 두 유닛이 함께 켜지는 빈도를 두 가지 경우에 견줍니다. 깨어 있을 때는 가시 유닛을 데이터에 고정하고, 잠들었을 때는 모든 유닛을 풀어 둡니다. 둘의 차이가 학습 신호이며, 학습할수록 사라집니다. 패리티는 은닉 유닛이 왜 필요한지 보여 줍니다. 보이는 비트 둘만으로는 규칙이 전혀 드러나지 않으므로, 은닉 유닛이 없으면 아무것도 배우지 못합니다. 제한된 머신으로 바꾸어 평형에 이르는 과정을 보세요. 층 안의 연결이 없으면 깨어 있을 때는 스윕 한 번으로 끝납니다.",
    ),
    equations: shown(&[
        r"E(\mathbf s) = -\sum_{i<j} w_{ij} s_i s_j - \sum_i b_i s_i, \qquad p(\mathbf s) = e^{-E(\mathbf s)/T} / Z",
        r"p(s_i{=}1 \mid \text{others}) = \sigma\Bigl(\bigl(\textstyle\sum_j w_{ij} s_j + b_i\bigr) / T\Bigr)",
        r"\Delta w_{ij} = \eta\,\bigl(\langle s_i s_j\rangle^{+} - \langle s_i s_j\rangle^{-}\bigr)",
    ]),
    paper: paper(
        "D. H. Ackley, G. E. Hinton and T. J. Sejnowski, A Learning Algorithm for Boltzmann Machines, 1985",
        "https://doi.org/10.1207/s15516709cog0901_7",
    ),
    data: &[Kind::Images],
    needs_labels: false,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static KNOBS: [Knob; 9] = [
    Knob {
        id: "hidden-units",
        title: text("Hidden units", "은닉 유닛 수"),
        help: text(
            "Units that see no data and are free to stand for whatever helps. Together with the visible ones there are at most 16: what goes beyond is left out. Larger images are shrunk to at most 12 cells of black and white.",
            "데이터를 직접 보지 않고, 도움이 되는 것이면 무엇이든 나타낼 수 있는 유닛입니다. 가시 유닛과 합쳐 16개까지이고, 넘치는 만큼은 빠집니다. 큰 이미지는 흑백 칸 12개 이하로 줄여서 봅니다.",
        ),
        kind: KnobKind::Whole { min: 0.0, max: 14.0, default: 4.0, scale: Scale::Linear },
        live: false,
    },
    Knob {
        id: "restricted",
        title: text("Restricted: no lateral edges", "제한: 층 안 연결 없음"),
        help: text(
            "Removes the edges between visible units and those between hidden units. What is left is the restricted Boltzmann machine, whose layers are drawn in one step each.",
            "가시 유닛끼리의 연결과 은닉 유닛끼리의 연결을 없앱니다. 그러면 한 층을 한 번에 뽑을 수 있는 제한된 볼츠만 머신이 됩니다.",
        ),
        kind: KnobKind::Switch { default: false },
        live: false,
    },
    Knob {
        id: "first-weights",
        title: text("Spread of the first weights", "첫 가중치의 크기"),
        help: text(
            "Standard deviation of the weights before learning. From very small ones all hidden units are alike, and learning stands still on a plateau for long.",
            "학습하기 전 가중치의 표준편차입니다. 아주 작으면 은닉 유닛들이 모두 비슷해서 학습이 오랫동안 제자리에 머뭅니다.",
        ),
        kind: KnobKind::Real { min: 0.01, max: 3.0, default: 1.0, scale: Scale::Log, unit: "" },
        live: false,
    },
    Knob {
        id: "gradient",
        title: text("Gradient", "기울기"),
        help: text(
            "Exact: both phases are summed over all states. Sampled: both are estimated from Gibbs chains, as for machines too large to count.",
            "정확한 기울기는 두 단계를 모든 상태에 걸쳐 더해 구합니다. 표본 기울기는 두 단계를 깁스 사슬로 추정합니다. 상태를 다 셀 수 없는 큰 머신에서는 이렇게 합니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption::new("exact", text("Exact", "정확히")),
                ChoiceOption::new("sampled", text("Sampled", "표본으로")),
            ],
            default: 0,
        },
        live: true,
    },
    Knob {
        id: "sweeps",
        title: text("Gibbs sweeps k", "깁스 스윕 횟수 k"),
        help: text(
            "How often each chain goes through all units before an update, when the gradient is sampled. Awake, chains start anew from the data each time; asleep, they go on where they were.",
            "기울기를 표본으로 구할 때, 갱신하기 전에 사슬마다 모든 유닛을 몇 번 훑을지 정합니다. 깨어 있을 때의 사슬은 매번 데이터에서 새로 시작하고, 잠들었을 때의 사슬은 멈춘 데서 이어 갑니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 100.0, default: 5.0, scale: Scale::Log },
        live: true,
    },
    Knob {
        id: "temperature",
        title: text("Temperature T", "온도 T"),
        help: text(
            "Divides all energies. Hot machines behave like coins, cold ones freeze in their deepest valleys. Turn it after learning and watch the probabilities flatten or sharpen.",
            "모든 에너지를 이 값으로 나눕니다. 뜨거우면 동전 던지기처럼 되고, 차가우면 가장 깊은 골짜기에 얼어붙습니다. 학습한 뒤에 바꾸면서 확률이 평평해지거나 뾰족해지는 모습을 보세요.",
        ),
        kind: KnobKind::Real { min: 0.1, max: 10.0, default: 1.0, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "learning-rate",
        title: text("Learning rate", "학습률"),
        help: text(
            "How far each update moves the weights. Sampled gradients are noisy and need smaller steps than exact ones.",
            "갱신할 때마다 가중치를 얼마나 움직일지 정합니다. 표본으로 구한 기울기에는 잡음이 있어 정확한 기울기보다 작은 값이 필요합니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 5.0, default: 0.5, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "momentum",
        title: text("Momentum", "모멘텀"),
        help: text(
            "The share of the last update that is repeated in the next. It carries learning over the flat stretches at the beginning.",
            "지난 갱신을 다음 갱신에 얼마나 되풀이할지 정합니다. 처음의 평탄한 구간을 빨리 지나게 해 줍니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.99, default: 0.9, scale: Scale::Linear, unit: "" },
        live: true,
    },
    Knob {
        id: "batch",
        title: text("Chains", "사슬 수"),
        help: text(
            "Chains of each phase when the gradient is sampled. The noise of the gradient falls with the square root of their number.",
            "기울기를 표본으로 구할 때 단계마다 쓰는 사슬의 수입니다. 기울기의 잡음은 사슬 수의 제곱근에 반비례해서 줄어듭니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 2000.0, default: 100.0, scale: Scale::Log },
        live: false,
    },
];

static METRICS: [Metric; 3] = [
    Metric {
        id: "kl",
        title: text("KL divergence from the data", "데이터로부터의 KL 발산"),
        help: text(
            "How far the machine's exact distribution of visible patterns is from that of the data. 0 means that they are the same.",
            "보이는 무늬의 정확한 확률 분포가 데이터의 분포와 얼마나 다른지를 나타냅니다. 0이면 둘이 같습니다.",
        ),
        unit: "nats",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "phase_difference",
        title: text("Largest difference between the phases", "두 단계의 가장 큰 차이"),
        help: text(
            "The largest difference between how often two units are on together awake and asleep, computed exactly. It is what is left to learn from.",
            "두 유닛이 함께 켜지는 빈도가 깨어 있을 때와 잠들었을 때 가장 크게 차이 나는 값입니다. 정확히 계산하며, 아직 배울 것이 얼마나 남았는지를 나타냅니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "log_likelihood",
        title: text("Log-likelihood, exact", "로그 가능도(정확한 값)"),
        help: text(
            "The mean log-probability of a test pattern, with the partition function summed over all states.",
            "분배 함수를 모든 상태에 걸쳐 더해 구한 테스트 무늬의 평균 로그 확률입니다.",
        ),
        unit: "nats",
        better: Better::Up,
        cost: Cost::Cheap,
    },
];

const SWEEPS: Knob = Knob {
    id: "sweeps",
    title: text("Sweeps", "스윕 횟수"),
    help: text(
        "Gibbs sweeps of 500 chains for this picture. The more, the nearer the estimate comes to the exact value.",
        "이 그림을 위해 사슬 500개를 돌리는 깁스 스윕의 횟수입니다. 많을수록 추정값이 정확한 값에 가까워집니다.",
    ),
    kind: KnobKind::Whole { min: 1.0, max: 200.0, default: 10.0, scale: Scale::Log },
    live: true,
};

static VIEWS: [View; 6] = [
    View {
        id: "distribution",
        title: text("Probabilities", "확률"),
        help: text(
            "The probability of each visible pattern: in the data, in the machine by counting all states, and as found by Gibbs chains. At most 64 patterns are shown.",
            "보이는 무늬마다의 확률입니다. 데이터에서의 확률, 모든 상태를 세어 구한 머신의 확률, 깁스 사슬로 구한 확률을 함께 그립니다. 무늬는 64개까지 보입니다.",
        ),
        args: &[SWEEPS],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "patterns",
        title: text("Likely patterns", "그럴듯한 무늬"),
        help: text(
            "Visible patterns that are likely in the data or in the machine, with both probabilities in per cent: data | machine.",
            "데이터나 머신에서 확률이 높은 무늬입니다. 아래의 수는 두 확률을 퍼센트로 적은 것입니다: 데이터 | 머신.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "phases",
        title: text("Awake and asleep", "깨어 있을 때와 잠들었을 때"),
        help: text(
            "How often two units are on together (in the diagonal: each unit by itself), visible units first: awake, with visible units held at the data (positive phase); asleep, with all units free (negative phase); and the difference, which moves the weights.",
            "두 유닛이 함께 켜지는 빈도입니다(대각선은 유닛 하나가 켜지는 빈도). 가시 유닛이 먼저입니다. 가시 유닛을 데이터에 고정하고 깨어 있을 때(양의 단계), 모든 유닛을 풀어 두고 잠들었을 때(음의 단계), 그리고 가중치를 움직이는 둘의 차이를 보여 줍니다.",
        ),
        args: &[
            Knob {
                id: "source",
                title: text("Computed", "계산 방법"),
                help: text(
                    "By counting all states, or estimated from 500 chains.",
                    "모든 상태를 세어 구하거나, 사슬 500개로 추정합니다.",
                ),
                kind: KnobKind::Choice {
                    options: &[
                        ChoiceOption::new("exact", text("Exactly", "정확히")),
                        ChoiceOption::new("chains", text("By Gibbs chains", "깁스 사슬로")),
                    ],
                    default: 0,
                },
                live: true,
            },
            SWEEPS,
        ],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "settling",
        title: text("Settling", "평형에 이르는 과정"),
        help: text(
            "How far each phase is from its equilibrium after so many Gibbs sweeps, starting from coins. Computed exactly, as total variation: half the sum of the differences of all probabilities. With the edges inside the layers cut, the awake phase is in equilibrium after one sweep.",
            "동전 던지기에서 시작해 깁스 스윕을 되풀이할 때, 단계마다 평형 분포에서 얼마나 떨어져 있는지를 정확히 계산한 것입니다. 거리는 총변동 거리, 곧 모든 확률의 차이를 더한 값의 절반입니다. 층 안의 연결을 끊으면 깨어 있을 때는 스윕 한 번으로 평형에 이릅니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "weights",
        title: text("Weights", "가중치"),
        help: text(
            "The weight between any two units, visible units first, with the biases in the diagonal: one colour pulls together, the other apart.",
            "두 유닛 사이의 가중치입니다. 가시 유닛이 먼저이고, 대각선은 편향입니다. 한 색은 함께 켜지게, 다른 색은 엇갈리게 당깁니다.",
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
            "What the visible units show after 100 sweeps with nothing held: samples from the machine.",
            "아무것도 고정하지 않고 스윕을 100번 한 뒤 가시 유닛이 보이는 무늬입니다. 머신에서 뽑은 표본입니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
];

static PRESETS: [Preset; 4] = [
    Preset {
        id: "parity",
        title: text("Parity, exactly", "패리티, 정확한 기울기"),
        data: "patterns",
        knobs: &[],
        steps: 2000,
        metric: "kl",
        bar: 0.02,
    },
    Preset {
        id: "sampled",
        title: text("Parity, by sampling", "패리티, 표본으로"),
        data: "patterns",
        knobs: &[
            ("gradient", "sampled"),
            ("sweeps", "10"),
            ("batch", "500"),
            ("learning-rate", "0.3"),
            ("momentum", "0.5"),
        ],
        steps: 1500,
        metric: "kl",
        bar: 0.15,
    },
    Preset {
        id: "restricted",
        title: text("Parity without lateral edges", "층 안 연결 없이 패리티"),
        data: "patterns",
        knobs: &[("restricted", "on"), ("hidden-units", "6")],
        steps: 1500,
        metric: "kl",
        bar: 0.02,
    },
    Preset {
        id: "bars",
        title: text("Bars and stripes", "막대와 줄무늬"),
        data: "bars",
        knobs: &[("size", "3"), ("hidden-units", "3")],
        steps: 1000,
        metric: "kl",
        bar: 0.05,
    },
];
