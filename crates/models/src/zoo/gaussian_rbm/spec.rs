//! What the machine declares about itself: texts, knobs, metrics, views and presets.

use crate::data::Kind;
use crate::{
    Better, ChoiceOption, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, View, paper, shown,
    text,
};

/// The Gaussian-Bernoulli restricted Boltzmann machine.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "gaussian-rbm",
    title: text("Gaussian-Bernoulli RBM", "가우시안-베르누이 RBM"),
    family: Family::Energy,
    summary: text(
        "A restricted Boltzmann machine whose visible units are real numbers: gray pixels as they are, or points of the plane.",
        "가시 유닛이 실수인 제한된 볼츠만 머신입니다. 회색 픽셀을 있는 그대로, 또는 평면 위의 점을 배웁니다.",
    ),
    story: text(
        "Each hidden unit that switches on moves the mean of the visible units by its filter; around that mean they are Gaussian noise. So the machine is a mixture of Gaussians whose number doubles with every hidden unit. On points this can be seen whole: the density breaks up from one round cloud into pieces that move to where data is. On images watch the reconstructions and the fantasies in shades of gray. Real units are delicate: raise the learning rate and the machine explodes, which the size of the weights tells before anything else.",
        "은닉 유닛이 켜질 때마다 가시 유닛의 평균이 그 필터만큼 옮겨지고, 가시 유닛은 그 평균 둘레에 정규분포로 흩어집니다. 그래서 이 머신은 은닉 유닛이 하나 늘 때마다 성분 수가 두 배가 되는 정규분포 혼합입니다. 평면 위의 점에서는 전체가 눈에 보입니다. 둥근 구름 하나였던 밀도가 조각으로 나뉘어 데이터가 있는 곳으로 옮겨 갑니다. 이미지에서는 회색조의 재구성과 환상을 지켜보세요. 실수 유닛은 다루기 까다롭습니다. 학습률을 높이면 머신이 폭발하는데, 가중치의 크기를 보면 가장 먼저 알 수 있습니다.",
    ),
    equations: shown(&[
        r"E(\mathbf v,\mathbf h) = \sum_i \frac{(v_i-b_i)^2}{2\sigma_i^2} - \sum_{ij} \frac{v_i}{\sigma_i^2} w_{ij} h_j - \mathbf c^\top\mathbf h",
        r"p(h_j{=}1\mid\mathbf v) = \sigma\Bigl(\sum_i \tfrac{v_i}{\sigma_i^2} w_{ij} + c_j\Bigr) \qquad p(\mathbf v\mid\mathbf h) = \mathcal N(\mathbf b + W\mathbf h,\ \operatorname{diag}\sigma^2)",
        r"F(\mathbf v) = \sum_i \frac{(v_i-b_i)^2}{2\sigma_i^2} - \sum_j \log\Bigl(1 + e^{\sum_i v_i w_{ij}/\sigma_i^2 + c_j}\Bigr)",
    ]),
    paper: paper(
        "K. Cho, A. Ilin and T. Raiko, Improved Learning of Gaussian-Bernoulli Restricted Boltzmann Machines, 2011",
        "https://doi.org/10.1007/978-3-642-21735-7_2",
    ),
    data: &[Kind::Images, Kind::Points],
    needs_labels: false,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static KNOBS: [Knob; 9] = [
    Knob {
        id: "hidden",
        title: text("Hidden units", "은닉 유닛 수"),
        help: text(
            "How many filters there are. Each doubles the number of Gaussians that the machine is a mixture of.",
            "필터의 수입니다. 하나 늘 때마다 머신을 이루는 정규분포의 수가 두 배가 됩니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 2048.0, default: 128.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "variances",
        title: text("Variances", "분산"),
        help: text(
            "Fixed: the noise of the visible units stays as it starts. Learned: the variance of every unit goes to what the filters leave unexplained.",
            "고정하면 가시 유닛의 잡음이 처음 그대로 남습니다. 학습하면 유닛마다 분산이 필터로 설명하지 못한 만큼이 됩니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption::new("fixed", text("Fixed", "고정")),
                ChoiceOption::new("learned", text("Learned", "학습")),
            ],
            default: 0,
        },
        live: true,
    },
    Knob {
        id: "first-noise",
        title: text("First noise σ", "처음 잡음 σ"),
        help: text(
            "Standard deviation of the visible units around their means, in units of the data's spread. At 1 the machine is as wide as the data before it has learned anything; small values make sharp pieces that are harder to place.",
            "가시 유닛이 평균 둘레로 흩어지는 표준편차입니다. 데이터가 퍼진 정도를 1로 잽니다. 1이면 아무것도 배우기 전부터 데이터만큼 퍼져 있고, 작으면 조각이 또렷해지지만 제자리를 찾기 어렵습니다.",
        ),
        kind: KnobKind::Real { min: 0.05, max: 1.0, default: 0.3, scale: Scale::Log, unit: "" },
        live: false,
    },
    Knob {
        id: "algorithm",
        title: text("Where chains start", "사슬이 출발하는 곳"),
        help: text(
            "Contrastive divergence starts a short chain at every row. The persistent kind lets its chains run on from step to step and finds what the machine wrongly believes far from the data.",
            "대조 발산은 매번 데이터에서 짧은 사슬을 시작합니다. 지속적 대조 발산은 사슬을 계속 이어 가며, 데이터에서 멀리 떨어진 곳에서 머신이 잘못 알고 있는 것을 찾아냅니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption::new("pcd", text("Persistent contrastive divergence", "지속적 대조 발산")),
                ChoiceOption::new("cd", text("Contrastive divergence", "대조 발산")),
            ],
            default: 1,
        },
        live: true,
    },
    Knob {
        id: "k",
        title: text("Gibbs steps k", "깁스 단계 수 k"),
        help: text(
            "How many times the chain goes from visible to hidden units and back before each update.",
            "갱신하기 전에 사슬이 가시 유닛과 은닉 유닛을 몇 번 오가는지 정합니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 100.0, default: 1.0, scale: Scale::Log },
        live: true,
    },
    Knob {
        id: "learning-rate",
        title: text("Learning rate", "학습률"),
        help: text(
            "How far each update moves the parameters. Real units bear less than bits: much above 0.01 the machine tends to explode.",
            "갱신할 때마다 매개변수를 얼마나 움직일지 정합니다. 실수 유닛은 비트보다 작은 값만 견딥니다. 0.01을 크게 넘으면 폭발하기 쉽습니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 1.0, default: 0.01, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "momentum",
        title: text("Momentum", "모멘텀"),
        help: text(
            "The share of the last update that is repeated in the next.",
            "지난 갱신을 다음 갱신에 얼마나 되풀이할지 정합니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.99, default: 0.5, scale: Scale::Linear, unit: "" },
        live: true,
    },
    Knob {
        id: "weight-decay",
        title: text("Weight decay", "가중치 감쇠"),
        help: text(
            "Pulls every weight towards 0, so that only useful ones stay large.",
            "모든 가중치를 0 쪽으로 당겨 쓸모 있는 것만 크게 남깁니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.1, default: 0.0, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "batch",
        title: text("Batch size", "배치 크기"),
        help: text("Rows per update, and also the number of chains.", "갱신 한 번에 쓰는 행의 수이자 사슬의 수입니다."),
        kind: KnobKind::Whole { min: 1.0, max: 2000.0, default: 64.0, scale: Scale::Log },
        live: false,
    },
];

static METRICS: [Metric; 7] = [
    Metric {
        id: "reconstruction_error",
        title: text("Reconstruction error", "재구성 오차"),
        help: text(
            "Mean squared difference per number between a row and what comes back of it through the hidden units.",
            "데이터 한 행과, 은닉 유닛을 거쳐 되돌아온 행의 수 하나당 평균 제곱 차이입니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "hidden_activity",
        title: text("Hidden activity", "은닉 활성도"),
        help: text(
            "The mean probability that a hidden unit is on when it sees data.",
            "데이터를 볼 때 은닉 유닛이 켜질 확률의 평균입니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "weight_size",
        title: text("Size of the weights", "가중치의 크기"),
        help: text(
            "Root mean square of all weights. When it runs away, the machine explodes.",
            "모든 가중치의 제곱 평균의 제곱근입니다. 걷잡을 수 없이 커지면 머신이 폭발하는 것입니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "noise_size",
        title: text("Noise σ", "잡음 σ"),
        help: text(
            "The mean standard deviation of the visible units around their means, in units of the data's spread.",
            "가시 유닛이 평균 둘레로 흩어지는 표준편차의 평균입니다. 데이터가 퍼진 정도를 1로 잰 값입니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "unexplained",
        title: text("Unexplained variance", "설명하지 못한 분산"),
        help: text(
            "The squared error of test reconstructions, as a share of that of the training mean. 1: no better than the mean.",
            "테스트 재구성의 제곱 오차를, 훈련 평균으로 대신했을 때의 오차로 나눈 비율입니다. 1이면 평균보다 나을 것이 없습니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "kl",
        title: text("KL divergence from the true density", "참 밀도로부터의 KL 발산"),
        help: text(
            "How far the machine's density is from the one that the points were drawn from, integrated over the plane.",
            "점을 뽑은 참 밀도와 머신의 밀도가 얼마나 다른지를 평면에서 적분해 구한 값입니다.",
        ),
        unit: "nats",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "exact_log_likelihood",
        title: text("Log-likelihood, exact", "로그 가능도(정확한 값)"),
        help: text(
            "The mean log-density of a test row. Over the plane by integration; for images by summing all Gaussians, with at most 12 hidden units.",
            "테스트 행의 평균 로그 확률 밀도입니다. 평면에서는 적분으로, 이미지에서는 은닉 유닛이 12개 이하일 때 모든 정규분포를 더해 구합니다.",
        ),
        unit: "nats",
        better: Better::Up,
        cost: Cost::Costly,
    },
];

const STEPS: Knob = Knob {
    id: "steps",
    title: text("Gibbs steps", "깁스 단계 수"),
    help: text(
        "How many steps the chains of training run on for this picture.",
        "이 그림을 위해 학습하던 사슬을 몇 단계 더 돌릴지 정합니다.",
    ),
    kind: KnobKind::Whole { min: 0.0, max: 5000.0, default: 20.0, scale: Scale::Log },
    live: true,
};

static VIEWS: [View; 5] = [
    View {
        id: "plane",
        title: text("Over the plane", "평면에서 보기"),
        help: text(
            "The machine's density, or its free energy with contour lines, over the plane; test points, and points that its chains have come to.",
            "평면 위에 그린 머신의 확률 밀도, 또는 등고선을 넣은 자유 에너지입니다. 테스트용 점과, 머신의 사슬이 이른 점도 함께 그립니다.",
        ),
        args: &[
            Knob {
                id: "shown",
                title: text("Shown", "보이는 것"),
                help: text("What the colours stand for.", "색이 나타내는 것입니다."),
                kind: KnobKind::Choice {
                    options: &[
                        ChoiceOption::new("density", text("Density", "확률 밀도")),
                        ChoiceOption::new("energy", text("Free energy", "자유 에너지")),
                    ],
                    default: 0,
                },
                live: true,
            },
            Knob {
                id: "points",
                title: text("Points", "점"),
                help: text("Whether data and samples are drawn.", "데이터와 표본을 그릴지 정합니다."),
                kind: KnobKind::Switch { default: true },
                live: true,
            },
            STEPS,
        ],
        data: &[Kind::Points],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "fantasies",
        title: text("Fantasy particles", "환상 입자"),
        help: text(
            "What the machine dreams: its chains, run on for some more Gibbs steps, and shown by the means of their pixels.",
            "머신이 꾸는 꿈입니다. 학습에 쓰던 사슬을 몇 깁스 단계 더 돌리고, 픽셀의 평균으로 그립니다.",
        ),
        args: &[STEPS],
        data: &[Kind::Images],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "reconstructions",
        title: text("Reconstructions", "재구성"),
        help: text(
            "Test images (top) and what comes back of them through the hidden units (bottom).",
            "테스트 이미지(위)와, 은닉 유닛을 거쳐 되돌아온 이미지(아래)입니다.",
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
        data: &[Kind::Images],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "filters",
        title: text("Filters", "필터"),
        help: text(
            "How each hidden unit moves the means of the pixels when it switches on: one colour brightens, the other darkens.",
            "은닉 유닛이 켜질 때 픽셀의 평균을 어떻게 옮기는지 그렸습니다. 한 색은 밝게, 다른 색은 어둡게 합니다.",
        ),
        args: &[],
        data: &[Kind::Images],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "energies",
        title: text("Free energies", "자유 에너지"),
        help: text(
            "The free energies of training rows, of test rows and of Gaussian noise as wide as the data. Low means probable.",
            "훈련 데이터, 테스트 데이터, 그리고 데이터만큼 퍼진 정규분포 잡음의 자유 에너지입니다. 낮을수록 확률이 높습니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
];

static PRESETS: [Preset; 3] = [
    Preset {
        id: "ring",
        title: text("Ring of 8 wide Gaussians", "고리 모양의 넓은 정규분포 8개"),
        data: "points",
        knobs: &[("noise", "0.2"), ("hidden", "32"), ("variances", "learned"), ("k", "10"), ("batch", "256")],
        steps: 4000,
        metric: "kl",
        bar: 0.15,
    },
    Preset {
        id: "digits",
        title: text("Gray digits", "회색조 숫자"),
        data: "digits",
        knobs: &[],
        steps: 2000,
        metric: "unexplained",
        bar: 0.5,
    },
    Preset {
        id: "strokes",
        title: text("Pen strokes in gray", "회색조 펜글씨"),
        data: "strokes",
        knobs: &[],
        steps: 1500,
        metric: "unexplained",
        bar: 0.5,
    },
];
