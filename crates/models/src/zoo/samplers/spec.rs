//! What the samplers declare about themselves: texts, knobs, metrics, views and presets.

use crate::data::Kind;
use crate::samplers::DEEPEST;
use crate::{
    Better, ChoiceOption, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, View, paper, shown,
    text,
};

/// The specification of the samplers.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "samplers",
    title: text("Samplers", "표본추출기"),
    family: Family::Energy,
    summary: text(
        "Six ways to draw from exp(-βE) when only the energy is known: Metropolis, Gibbs, Langevin without and with correction, Hamiltonian, no-U-turn.",
        "에너지만 알 때 exp(-βE)에서 표본을 뽑는 여섯 가지 방법입니다. 메트로폴리스, 깁스, 랑주뱅(보정 없음과 있음), 해밀토니안, NUTS를 견줍니다.",
    ),
    story: text(
        "Nothing learns here: the energy is given, and chains walk on it so that in the long run each place is visited as often as its \
         probability says. The trails show how. Metropolis stumbles about in small steps, Gibbs moves along the axes, Hamiltonian chains \
         slide far over the valleys without friction. Look at the next move to see what a single chain tries and what is refused, at \
         the autocorrelation to see how soon it forgets, and at the efficiency to see what an evaluation of the energy buys. Then \
         narrow the target, make the steps too long, or turn β: at a high temperature even the mixture's valleys are crossed.",
        "여기서는 아무것도 학습하지 않습니다. 에너지가 주어져 있고, 사슬은 그 위를 걸으며 긴 시간 동안 모든 곳을 확률에 비례하는 횟수만큼 \
         찾아갑니다. 자취를 보면 걷는 방식이 드러납니다. 메트로폴리스는 짧은 걸음으로 더듬거리고, 깁스는 축을 따라 움직이며, 해밀토니안 \
         사슬은 마찰 없이 골짜기를 따라 멀리 미끄러집니다. '다음 움직임'에서는 사슬 하나가 무엇을 시도하고 무엇이 거부되는지, 자기상관에서는 \
         지난 위치를 얼마나 빨리 잊는지, 효율에서는 에너지를 한 번 계산할 때마다 얼마나 얻는지 볼 수 있습니다. 그런 다음 분포를 좁혀 \
         보고, 보폭을 지나치게 늘려 보고, β도 바꿔 보세요. 온도가 높으면 혼합 분포의 골짜기도 건너갑니다.",
    ),
    equations: shown(&[
        r"\pi(x) = \frac{e^{-\beta E(x)}}{Z}, \qquad \pi(x)\, P(x \to y) = \pi(y)\, P(y \to x)",
        r"x' = x - \tfrac{1}{2}\varepsilon^2 \beta \nabla E(x) + \varepsilon\, \xi, \quad \xi \sim \mathcal{N}(0, I)",
        r"H(x, p) = \beta E(x) + \tfrac{1}{2} \lVert p \rVert^2, \qquad a = \min(1, e^{H(x, p) - H(x', p')})",
        r"\text{ESS} = \frac{C\,N}{1 + 2 \sum_{t \ge 1} \rho(t)}",
    ]),
    paper: paper("M. D. Hoffman and A. Gelman, The No-U-Turn Sampler, 2014", "https://arxiv.org/abs/1111.4246"),
    data: &[Kind::Points],
    needs_labels: false,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static KNOBS: [Knob; 9] = [
    Knob {
        id: "sampler",
        title: text("Sampler", "표본추출기"),
        help: text(
            "Whose chains are shown and measured. All six run all the time, each with chains of its own that start at the same places.",
            "그림과 지표에 나타낼 표본추출기입니다. 여섯 가지가 모두 함께 돌아가며, 저마다 같은 자리에서 출발한 사슬을 따로 가집니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption { id: "metropolis", title: text("Metropolis", "메트로폴리스") },
                ChoiceOption { id: "gibbs", title: text("Gibbs", "깁스") },
                ChoiceOption { id: "langevin", title: text("Langevin, unadjusted", "랑주뱅(보정 없음)") },
                ChoiceOption { id: "mala", title: text("Langevin, adjusted (MALA)", "랑주뱅(보정 있음, MALA)") },
                ChoiceOption { id: "hamiltonian", title: text("Hamiltonian", "해밀토니안") },
                ChoiceOption { id: "no-u-turn", title: text("No-U-turn (NUTS)", "유턴 없는 표본추출(NUTS)") },
            ],
            default: 4,
        },
        live: true,
    },
    Knob {
        id: "step-size",
        title: text("Step size ε", "보폭 ε"),
        help: text(
            "Length of a leapfrog step of Hamiltonian and no-U-turn chains, and of the noise of both Langevin samplers. Too long and all is \
             refused, or, without correction, the chains settle on a wrong distribution; too short and they crawl.",
            "해밀토니안과 NUTS에서는 도약(leapfrog) 한 걸음의 길이이고, 두 랑주뱅에서는 잡음의 크기입니다. 너무 길면 제안이 모두 거부되거나, 보정이 \
             없을 때는 틀린 분포에 자리 잡습니다. 너무 짧으면 더디게 나아갑니다.",
        ),
        kind: KnobKind::Real { min: 0.005, max: 1.0, default: 0.1, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "width",
        title: text("Proposal width", "제안 폭"),
        help: text(
            "Standard deviation of Metropolis proposals, and length of the interval in which Gibbs steps look. Gibbs hardly minds a large one.",
            "메트로폴리스 제안의 표준편차이자, 깁스가 한 축을 따라 살펴보는 구간의 길이입니다. 깁스는 이 값이 커도 별로 상관없습니다.",
        ),
        kind: KnobKind::Real { min: 0.02, max: 6.0, default: 0.5, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "leaps",
        title: text("Leapfrog steps L", "도약 횟수 L"),
        help: text(
            "Steps in one Hamiltonian move. With few it wanders like Langevin; with too many it comes back to where it was.",
            "해밀토니안이 한 번 움직일 때 도약하는 횟수입니다. 적으면 랑주뱅처럼 헤매고, 너무 많으면 있던 자리로 되돌아옵니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 60.0, default: 15.0, scale: Scale::Log },
        live: true,
    },
    Knob {
        id: "doublings",
        title: text("Most doublings", "최대 배증 횟수"),
        help: text(
            "How often a no-U-turn path may double: with 5 it has at most 31 leapfrog steps. All chains wait for the longest path possible.",
            "NUTS 경로를 두 배로 늘릴 수 있는 횟수입니다. 5이면 도약을 31번까지 합니다. 모든 사슬이 가장 긴 경로가 끝날 때까지 기다립니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: DEEPEST as f64, default: 5.0, scale: Scale::Linear },
        live: true,
    },
    Knob {
        id: "beta",
        title: text("Inverse temperature β", "역온도 β"),
        help: text(
            "Chains follow exp(-βE). Below 1 the target melts and modes are easily left; above 1 it freezes around the lowest energy.",
            "사슬은 exp(-βE)를 따릅니다. 1보다 작으면 분포가 녹아 모드를 쉽게 벗어나고, 1보다 크면 에너지가 가장 낮은 곳에 얼어붙습니다.",
        ),
        kind: KnobKind::Real { min: 0.05, max: 5.0, default: 1.0, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "bandwidth",
        title: text("Kernel bandwidth", "커널 대역폭"),
        help: text(
            "On data other than the targets, the density is estimated from 128 training points; this is the width of the Gaussian on each.",
            "표본추출 과제가 아닌 데이터에서는 훈련용 점 128개로 밀도를 추정합니다. 점마다 놓는 정규분포의 너비가 이 값입니다.",
        ),
        kind: KnobKind::Real { min: 0.05, max: 0.5, default: 0.15, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "chains",
        title: text("Chains", "사슬의 수"),
        help: text(
            "Chains of each sampler, which know nothing of each other. More give steadier measures, at more time a step.",
            "표본추출기마다 돌리는 사슬의 수로, 사슬끼리는 서로 영향을 주지 않습니다. 많을수록 지표가 안정되지만 한 단계가 오래 걸립니다.",
        ),
        kind: KnobKind::Whole { min: 4.0, max: 1024.0, default: 64.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "start",
        title: text("Start", "출발점"),
        help: text(
            "Where the chains begin: spread around the middle, or all in one place at the left edge, which shows how long they take to find the target.",
            "사슬이 출발하는 곳입니다. 가운데에 흩어 놓거나 왼쪽 끝 한곳에 모아 둡니다. 모아 두면 분포를 찾아가는 데 걸리는 시간이 보입니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption { id: "spread", title: text("Spread", "흩어짐") },
                ChoiceOption { id: "edge", title: text("One place", "한곳") },
            ],
            default: 0,
        },
        live: false,
    },
];

static METRICS: [Metric; 7] = [
    Metric {
        id: "acceptance",
        title: text("Acceptance", "수락률"),
        help: text(
            "Mean probability with which the last proposals were accepted. Good ones lie near 0.4 for Metropolis in the plane, near 0.6 for \
             MALA and above 0.65 for Hamiltonian chains.",
            "마지막 제안을 받아들일 확률의 평균입니다. 평면의 메트로폴리스는 0.4, MALA는 0.6 안팎, 해밀토니안은 0.65 이상이 알맞습니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "energy",
        title: text("Mean energy", "평균 에너지"),
        help: text(
            "Of where the chains stand now. It falls while they look for the target and then swings around its mean.",
            "사슬이 지금 서 있는 곳의 평균 에너지입니다. 분포를 찾아가는 동안 내려가다가 평균값 근처에서 오르내립니다.",
        ),
        unit: "nats",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "effective_share",
        title: text("Effective samples per transition", "전이당 유효 표본 수"),
        help: text(
            "How many independent samples a transition is worth, by the autocorrelation of the last 200 (Geyer's initial monotone sequence), \
             for whichever coordinate has less. 1 is as good as exact sampling.",
            "전이 한 번이 서로 독립인 표본 몇 개의 값을 하는지입니다. 최근 200번의 자기상관(가이어의 초기 단조 수열)으로 재며, 두 좌표 가운데 작은 쪽을 \
             씁니다. 1이면 정확한 표본추출과 같습니다.",
        ),
        unit: "",
        better: Better::Up,
        cost: Cost::Cheap,
    },
    Metric {
        id: "effective_per_evaluation",
        title: text("Effective samples per evaluation", "계산당 유효 표본 수"),
        help: text(
            "The same for each evaluation of the energy or its gradient at a new point: what a sampler is worth where energies are costly.",
            "에너지나 그 기울기를 새로운 점에서 한 번 계산할 때마다 얻는 유효 표본 수입니다. 에너지 계산이 비쌀 때 표본추출기의 가치를 나타냅니다.",
        ),
        unit: "",
        better: Better::Up,
        cost: Cost::Cheap,
    },
    Metric {
        id: "jensen_shannon",
        title: text("Jensen-Shannon divergence", "젠슨-섀넌 발산"),
        help: text(
            "Between all states of the last 200 transitions and the true density, on a grid: 0 when they agree, ln 2 = 0.693 when they share nothing.",
            "최근 전이 200번의 모든 상태와 참된 밀도를 격자 위에서 견준 값입니다. 일치하면 0, 겹치는 곳이 없으면 ln 2 = 0.693입니다.",
        ),
        unit: "nats",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "mean_error",
        title: text("Error of the mean", "평균의 오차"),
        help: text(
            "How far the mean of the last 200 transitions is from the truth, in standard errors: up to 3 is chance. At β = 1 only.",
            "최근 전이 200번의 평균이 참값에서 표준오차의 몇 배만큼 떨어져 있는지입니다. 3까지는 우연으로 볼 수 있습니다. β = 1일 때만 잽니다.",
        ),
        unit: "SE",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "variance_error",
        title: text("Error of the variance", "분산의 오차"),
        help: text(
            "The same for the variance. Unadjusted Langevin chains with long steps are off here.",
            "분산에 대해 같은 방법으로 잰 값입니다. 보정 없는 랑주뱅은 보폭이 길면 여기서 어긋납니다.",
        ),
        unit: "SE",
        better: Better::Down,
        cost: Cost::Cheap,
    },
];

const AXIS: Knob = Knob {
    id: "axis",
    title: text("Coordinate", "좌표"),
    help: text("Which coordinate is looked at.", "어느 좌표를 볼지 고릅니다."),
    kind: KnobKind::Choice {
        options: &[ChoiceOption { id: "x", title: text("x", "x") }, ChoiceOption { id: "y", title: text("y", "y") }],
        default: 0,
    },
    live: true,
};

static AXES: [Knob; 1] = [AXIS];

static MOVE: [Knob; 2] = [
    Knob {
        id: "chain",
        title: text("Chain", "사슬"),
        help: text("Whose next move is tried.", "다음 움직임을 시도해 볼 사슬입니다."),
        kind: KnobKind::Whole { min: 1.0, max: 1024.0, default: 1.0, scale: Scale::Log },
        live: true,
    },
    Knob {
        id: "draw",
        title: text("Draw", "난수"),
        help: text("Which random numbers the copies of the chain use.", "사슬의 복사본들이 쓸 난수의 번호입니다."),
        kind: KnobKind::Whole { min: 0.0, max: 99.0, default: 0.0, scale: Scale::Linear },
        live: true,
    },
];

static VIEWS: [View; 6] = [
    View {
        id: "chains",
        title: text("Chains on the energy", "에너지 위의 사슬"),
        help: text(
            "Where the chosen sampler's chains stand and where their last ten transitions led them, over the energy; lines mark one to four \
             standard deviations of a Gaussian.",
            "고른 표본추출기의 사슬이 서 있는 곳과 최근 열 번의 전이에서 지나온 자취를 에너지 위에 그립니다. 등고선은 정규분포라면 표준편차의 1배에서 4배에 \
             해당하는 높이입니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "move",
        title: text("Next move of one chain", "사슬 하나의 다음 움직임"),
        help: text(
            "Sixteen copies of one chain try their next transition: where they would go, what is refused, and for Hamiltonian and no-U-turn \
             chains the path of every leapfrog step.",
            "사슬 하나의 복사본 16개가 다음 전이를 시도합니다. 어디로 가려 하는지, 무엇이 거부되는지 보이고, 해밀토니안과 NUTS는 도약마다 지나는 \
             경로까지 그립니다.",
        ),
        args: &MOVE,
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "compare",
        title: text("All samplers", "모든 표본추출기"),
        help: text(
            "States of the last 200 transitions of each sampler, at most about 600 points: what the chains know of the target.",
            "표본추출기마다 최근 전이 200번의 상태를 600개 안팎으로 추려 그립니다. 사슬이 분포에 대해 아는 것이 모두 담겨 있습니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "efficiency",
        title: text("Efficiency", "효율"),
        help: text(
            "Independent samples that 1,000 evaluations of the energy or its gradient are worth, for each sampler, from the last 200 transitions.",
            "에너지나 그 기울기를 1,000번 계산해서 얻는 유효 표본 수를 표본추출기마다 최근 전이 200번으로 잰 것입니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "autocorrelation",
        title: text("Autocorrelation", "자기상관"),
        help: text(
            "How much a coordinate still resembles what it was some transitions before. The sooner a curve falls to 0, the better its chains mix.",
            "한 좌표가 몇 번의 전이 전 값과 얼마나 닮았는지입니다. 곡선이 빨리 0으로 떨어질수록 사슬이 잘 섞입니다.",
        ),
        args: &AXES,
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "marginal",
        title: text("Marginal distribution", "주변 분포"),
        help: text(
            "One coordinate of the chosen sampler's last 200 transitions beside its true distribution, found by integration.",
            "고른 표본추출기의 최근 전이 200번에서 한 좌표의 분포를, 적분으로 구한 참된 분포와 나란히 보입니다.",
        ),
        args: &AXES,
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
];

static PRESETS: [Preset; 5] = [
    Preset {
        id: "banana",
        title: text("Banana, Hamiltonian", "바나나, 해밀토니안"),
        data: "targets",
        knobs: &[],
        steps: 400,
        metric: "jensen_shannon",
        bar: 0.01,
    },
    Preset {
        id: "funnel",
        title: text("Neal's funnel, no-U-turn", "닐의 깔때기, NUTS"),
        data: "targets",
        knobs: &[("family", "funnel"), ("sampler", "no-u-turn"), ("step-size", "0.06")],
        steps: 400,
        metric: "jensen_shannon",
        bar: 0.02,
    },
    Preset {
        id: "mixture",
        title: text("Three modes, Metropolis", "모드 셋, 메트로폴리스"),
        data: "targets",
        knobs: &[("family", "mixture"), ("sampler", "metropolis"), ("noise", "0.3"), ("width", "1")],
        steps: 600,
        metric: "jensen_shannon",
        bar: 0.04,
    },
    Preset {
        id: "ring",
        title: text("Ring, adjusted Langevin", "고리, MALA"),
        data: "targets",
        knobs: &[("family", "annulus"), ("sampler", "mala"), ("step-size", "0.25")],
        steps: 600,
        metric: "jensen_shannon",
        bar: 0.02,
    },
    Preset {
        id: "moons",
        title: text("Two moons by kernels, Gibbs", "커널로 추정한 두 초승달, 깁스"),
        data: "points",
        knobs: &[("family", "moons"), ("sampler", "gibbs"), ("width", "2"), ("doublings", "4")],
        steps: 400,
        metric: "jensen_shannon",
        bar: 0.02,
    },
];
