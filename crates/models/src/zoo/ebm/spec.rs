//! What the energy-based model declares about itself: texts, knobs, metrics, views and presets.

use super::knobs::KNOBS;
use crate::data::Kind;
use crate::{
    Better, ChoiceOption, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, View, paper, shown,
    text,
};

/// The energy-based model.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "ebm",
    title: text("Energy-based model", "에너지 기반 모델"),
    family: Family::Energy,
    summary: text(
        "A network gives every point an energy; learning pushes it down on data and up wherever chains that follow it end.",
        "신경망이 점마다 에너지를 매깁니다. 학습은 데이터의 에너지를 낮추고, 그 에너지를 따라간 사슬이 다다른 곳의 에너지를 높입니다.",
    ),
    story: text(
        "Watch the landscape: valleys are dug where the data lies, and particles that roll downhill and are shaken by noise find every \
         valley that should not be there, which is then filled up. When particles and data cannot be told apart, both pushes cancel. \
         Probabilities appear only when energies are compared, p = exp(-βF)/Z: turn β in the density view and see the \
         same landscape melt or freeze. In the plane Z is summed over a grid, so you can read how far the model is from the truth. \
         Then change the objective: score matching needs no particles at all.",
        "에너지 지형을 지켜보세요. 데이터가 있는 곳에는 골짜기가 파이고, 잡음에 흔들리며 굴러 내려간 입자들이 없어야 할 골짜기를 찾아내면 \
         그곳이 메워집니다. 입자와 데이터를 구별할 수 없게 되면 두 힘이 상쇄됩니다. 확률은 에너지를 서로 견줄 때 비로소 나타납니다. \
         p = exp(-βF)/Z에서 β를 밀도 보기에서 돌려 보면 같은 지형이 녹거나 얼어붙습니다. 평면에서는 Z를 격자에서 합으로 구하므로 \
         모델이 참 분포에서 얼마나 떨어져 있는지 읽을 수 있습니다. 목적 함수도 바꾸어 보세요. 점수 매칭에는 입자가 전혀 필요 없습니다.",
    ),
    equations: shown(&[
        r"p(y) = \frac{e^{-\beta F(y)}}{Z}, \quad Z = \int e^{-\beta F(y)}\, dy",
        r"-\nabla_\theta \log p(y^+) = \beta\, \big( \nabla_\theta F(y^+) - \mathbb{E}_{y^- \sim p}[\nabla_\theta F(y^-)] \big)",
        r"y \leftarrow y - \tfrac{1}{2} \varepsilon^2 \nabla F(y) + \varepsilon \sqrt{T}\, \xi, \quad \xi \sim \mathcal{N}(0, I)",
        r"L_\text{score} = \tfrac{1}{2}\, \mathbb{E}\, \lVert \sigma \nabla F(y + \sigma \xi) - \xi \rVert^2",
    ]),
    paper: paper(
        "Y. LeCun et al., A tutorial on energy-based learning, 2006",
        "http://yann.lecun.com/exdb/publis/pdf/lecun-06.pdf",
    ),
    data: &[Kind::Points, Kind::Images],
    needs_labels: false,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static METRICS: [Metric; 12] = [
    Metric {
        id: "loss",
        title: text("Loss", "손실"),
        help: text(
            "With chains: energy of data less energy of chains, plus the regulariser; it hovers around 0 when the two match, and says little about progress. With score \
             matching: the mean squared error of the slope.",
            "사슬을 쓰면 데이터의 에너지에서 사슬의 에너지를 빼고 규제를 더한 값입니다. 둘이 비슷해지면 0 근처를 맴돌며, 학습이 얼마나 나아갔는지는 잘 알려 주지 \
             않습니다. 점수 매칭에서는 기울기의 평균 제곱 오차입니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "energy_data",
        title: text("Energy of data", "데이터의 에너지"),
        help: text("Mean energy of the rows of the batch.", "배치에 든 행의 평균 에너지입니다."),
        unit: "nats",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "energy_chains",
        title: text("Energy of chains", "사슬의 에너지"),
        help: text(
            "Mean energy where the chains have ended. Far above that of data: the chains do not reach the valleys.",
            "사슬이 다다른 곳의 평균 에너지입니다. 데이터보다 훨씬 높으면 사슬이 골짜기에 닿지 못한 것입니다.",
        ),
        unit: "nats",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "acceptance",
        title: text("Acceptance", "수락률"),
        help: text(
            "How often a proposed move is accepted. About 0.6 is best for corrected Langevin, 0.65 to 0.9 for Hamiltonian moves.",
            "제안한 이동을 받아들이는 비율입니다. 보정한 랑주뱅은 0.6쯤, 해밀턴은 0.65에서 0.9 사이가 가장 좋습니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "kl",
        title: text("KL from the true density", "참 밀도와의 KL 발산"),
        help: text(
            "KL(true density ‖ model), integrated over a grid of the plane: the nats that the model loses on each point.",
            "KL(참 밀도 ‖ 모델)을 평면의 격자에서 적분한 값으로, 모델이 점마다 잃는 정보량입니다.",
        ),
        unit: "nats",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "nll",
        title: text("Negative log-likelihood", "음의 로그 가능도"),
        help: text(
            "Mean of F/T + log Z over test points: exact but for the grid.",
            "테스트 점에서 F/T + log Z의 평균입니다. 격자의 오차 말고는 정확합니다.",
        ),
        unit: "nats",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "log_z",
        title: text("log Z", "log Z"),
        help: text(
            "The logarithm of the partition function, summed over a grid of the plane. It floats: adding a constant to F changes nothing else.",
            "평면의 격자에서 합으로 구한 분배 함수의 로그입니다. F에 상수를 더해도 다른 것은 그대로이므로 이 값은 떠다닙니다.",
        ),
        unit: "nats",
        better: Better::Neither,
        cost: Cost::Cheap,
    },
    Metric {
        id: "energy_gap",
        title: text("Energy of noise above data", "데이터와 잡음의 에너지 차"),
        help: text(
            "Mean energy of noise less that of test images: large when noise is told from digits.",
            "잡음의 평균 에너지에서 테스트 이미지의 평균 에너지를 뺀 값입니다. 잡음과 이미지를 구별하면 커집니다.",
        ),
        unit: "nats",
        better: Better::Up,
        cost: Cost::Cheap,
    },
    Metric {
        id: "sample_gap",
        title: text("Energy of samples above data", "데이터와 표본의 에너지 차"),
        help: text(
            "Mean energy of samples less that of test images: near 0 when chains reach the valleys that the data lies in.",
            "표본의 평균 에너지에서 테스트 이미지의 평균 에너지를 뺀 값입니다. 사슬이 데이터가 있는 골짜기에 닿으면 0에 가깝습니다.",
        ),
        unit: "nats",
        better: Better::Neither,
        cost: Cost::Cheap,
    },
    Metric {
        id: "judge_classes",
        title: text("Classes covered", "나타난 클래스 수"),
        help: text(
            "How many classes a separately trained classifier finds in at least 1 % of 512 samples from noise.",
            "따로 학습한 분류기가 잡음에서 얻은 표본 512개 가운데 1 % 이상에서 알아본 클래스의 수입니다.",
        ),
        unit: "classes",
        better: Better::Up,
        cost: Cost::Costly,
    },
    Metric {
        id: "judge_confidence",
        title: text("Judge's confidence", "심판의 확신도"),
        help: text(
            "Mean over 512 samples of the classifier's largest class probability: near 1 when samples are clear.",
            "표본 512개에서 분류기의 가장 큰 클래스 확률을 평균한 값입니다. 표본이 뚜렷하면 1에 가깝습니다.",
        ),
        unit: "",
        better: Better::Up,
        cost: Cost::Costly,
    },
    Metric {
        id: "judge_accuracy",
        title: text("Judge's accuracy", "심판의 정확도"),
        help: text(
            "How often the classifier names the class of a real test image: how far its opinion can be trusted.",
            "분류기가 실제 테스트 이미지의 클래스를 맞히는 비율로, 그 의견을 얼마나 믿을 수 있는지 알려 줍니다.",
        ),
        unit: "",
        better: Better::Up,
        cost: Cost::Costly,
    },
];

const MOVES: Knob = Knob {
    id: "moves",
    title: text("Moves", "이동 횟수"),
    help: text("How often each chain moves.", "사슬마다 움직이는 횟수입니다."),
    kind: KnobKind::Whole { min: 1.0, max: 400.0, default: 24.0, scale: Scale::Log },
    live: true,
};

static VIEWS: [View; 7] = [
    View {
        id: "energy",
        title: text("Energy", "에너지"),
        help: text(
            "The landscape F, dark where it is low, with contour lines at 1, 2, 4, 8 and 16 times the temperature above its lowest place, and test data.",
            "에너지 지형 F입니다. 낮은 곳이 어둡고, 등고선은 가장 낮은 곳에서 온도의 1, 2, 4, 8, 16배 높은 자리를 잇습니다. 점은 테스트 데이터입니다.",
        ),
        args: &[],
        data: &[Kind::Points],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "chains",
        title: text("Chains", "사슬"),
        help: text(
            "Chains that walk on the energy as it is now, with the sampler of training, each with the trail of its last 24 moves.",
            "지금의 에너지 위를 학습할 때와 같은 방법으로 걷는 사슬이며, 자취는 마지막 24번의 이동을 보여 줍니다.",
        ),
        args: &[
            Knob {
                id: "start",
                title: text("Start", "출발점"),
                help: text(
                    "Go on from the last picture, begin at noise, or begin at test data.",
                    "앞 그림에 이어서 가거나, 잡음에서 시작하거나, 테스트 데이터에서 시작합니다.",
                ),
                kind: KnobKind::Choice {
                    options: &[
                        ChoiceOption { id: "last", title: text("Where they were", "있던 자리") },
                        ChoiceOption { id: "noise", title: text("Noise", "잡음") },
                        ChoiceOption { id: "data", title: text("Data", "데이터") },
                    ],
                    default: 0,
                },
                live: true,
            },
            Knob {
                id: "sampler",
                title: text("Sampler", "표집 방법"),
                help: text(
                    "How the chains of this picture move; training keeps its own.",
                    "이 그림의 사슬이 움직이는 방법입니다. 학습에 쓰는 방법은 그대로입니다.",
                ),
                kind: KnobKind::Choice {
                    options: &[
                        ChoiceOption { id: "training", title: text("As in training", "학습할 때와 같음") },
                        ChoiceOption { id: "metropolis", title: text("Metropolis", "메트로폴리스") },
                        ChoiceOption { id: "gibbs", title: text("Gibbs", "깁스") },
                        ChoiceOption { id: "langevin", title: text("Langevin", "랑주뱅") },
                        ChoiceOption { id: "corrected", title: text("Langevin, corrected", "보정한 랑주뱅") },
                        ChoiceOption { id: "hamiltonian", title: text("Hamiltonian", "해밀턴") },
                        ChoiceOption { id: "no-u-turn", title: text("No-U-turn", "유턴 없음(NUTS)") },
                    ],
                    default: 0,
                },
                live: true,
            },
            MOVES,
        ],
        data: &[Kind::Points],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "density",
        title: text("Gibbs density", "깁스 밀도"),
        help: text(
            "exp(-βF)/Z with Z summed over the grid, beside the true density. Small β melts all differences, large β freezes the density onto the lowest places.",
            "Z를 격자에서 합으로 구한 exp(-βF)/Z이며, 참 밀도와 나란히 보입니다. β가 작으면 차이가 녹아 없어지고, 크면 가장 낮은 곳으로 얼어붙습니다.",
        ),
        args: &[Knob {
            id: "beta",
            title: text("Inverse temperature β", "역온도 β"),
            help: text("1 is the temperature of training.", "1은 학습할 때의 온도입니다."),
            kind: KnobKind::Real { min: 0.05, max: 20.0, default: 1.0, scale: Scale::Log, unit: "" },
            live: true,
        }],
        data: &[Kind::Points],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "slope",
        title: text("Gradient field", "기울기 장"),
        help: text(
            "Arrows point downhill, along -∇F: where a chain drifts to. Score matching learns these arrows and nothing else.",
            "화살표는 내리막 -∇F를 가리키며, 사슬이 흘러가는 방향입니다. 점수 매칭은 바로 이 화살표만을 배웁니다.",
        ),
        args: &[],
        data: &[Kind::Points],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "samples",
        title: text("Samples", "표본"),
        help: text(
            "The ends of chains that began at noise: the same noise each time, as the energy learns.",
            "잡음에서 시작한 사슬이 다다른 곳입니다. 에너지가 학습하는 동안 늘 같은 잡음에서 시작합니다.",
        ),
        args: &[],
        data: &[Kind::Images],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "descent",
        title: text("Downhill, step by step", "내리막을 따라서"),
        help: text(
            "Each row is one chain from left to right, with its energy under every image. It begins at noise, or at what you draw.",
            "행마다 사슬 하나를 왼쪽에서 오른쪽으로 보여 주고, 이미지마다 에너지를 적었습니다. 잡음에서, 또는 직접 그린 그림에서 시작합니다.",
        ),
        args: &[MOVES],
        data: &[Kind::Images],
        live: true,
        takes: Takes::Image,
    },
    View {
        id: "energies",
        title: text("Energies", "에너지 분포"),
        help: text(
            "Energies of test images, of samples and of noise. Learning parts noise from data, and lets samples and data overlap.",
            "테스트 이미지와 표본, 잡음의 에너지 분포입니다. 학습하면 잡음은 데이터에서 갈라지고 표본은 데이터와 겹칩니다.",
        ),
        args: &[],
        data: &[Kind::Images],
        live: true,
        takes: Takes::Nothing,
    },
];

static PRESETS: [Preset; 6] = [
    Preset {
        id: "ring",
        title: text("Ring of 8 Gaussians", "고리 모양의 정규분포 8개"),
        data: "points",
        knobs: &[],
        steps: 1500,
        metric: "kl",
        bar: 0.1,
    },
    Preset {
        id: "moons",
        title: text("Two moons", "두 초승달"),
        data: "points",
        knobs: &[("family", "moons")],
        steps: 1200,
        metric: "kl",
        bar: 0.1,
    },
    Preset {
        id: "checkerboard",
        title: text("Checkerboard", "체커보드"),
        data: "points",
        knobs: &[("family", "checkerboard"), ("learning-rate", "0.01"), ("chain-steps", "3"), ("jumps", "6")],
        steps: 1000,
        metric: "kl",
        bar: 0.1,
    },
    Preset {
        id: "pinwheel",
        title: text("Pinwheel", "바람개비"),
        data: "points",
        knobs: &[("family", "pinwheel"), ("learning-rate", "0.015"), ("chain-steps", "3"), ("jumps", "6")],
        steps: 2000,
        metric: "kl",
        bar: 0.1,
    },
    Preset {
        id: "digits",
        title: text("Handwritten digits, 8 × 8", "손글씨 숫자 8 × 8"),
        data: "digits",
        knobs: &[
            ("objective", "short-run"),
            ("sampler", "langevin"),
            ("chain-steps", "30"),
            ("step-size", "0.02"),
            ("batch", "32"),
            ("regulariser", "0.01"),
            ("data-noise", "0.03"),
            ("learning-rate", "0.001"),
            ("decay-steps", "5000"),
            ("beta1", "0"),
        ],
        steps: 800,
        metric: "judge_classes",
        bar: 8.0,
    },
    Preset {
        id: "score-matching",
        title: text("Score matching, no chains", "사슬 없는 점수 매칭"),
        data: "points",
        knobs: &[
            ("family", "moons"),
            ("objective", "score-matching"),
            ("score-noise", "0.08"),
            ("learning-rate", "0.005"),
        ],
        steps: 1500,
        metric: "kl",
        bar: 0.2,
    },
];
