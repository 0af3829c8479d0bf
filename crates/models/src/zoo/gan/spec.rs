//! What the model declares about itself: texts, knobs, metrics, views and presets.

use crate::data::Kind;
use crate::{
    Better, ChoiceOption, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, View, paper, shown,
    text,
};

/// The specification of the generative adversarial network.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "gan",
    title: text("Generative adversarial network", "생성적 적대 신경망"),
    family: Family::Adversarial,
    summary: text(
        "A generator turns noise into samples while a discriminator learns to tell them from the data.",
        "생성자는 잡음을 표본으로 바꾸고, 판별자는 그 표본을 실제 데이터와 구별하는 법을 배웁니다.",
    ),
    story: text(
        "Two networks play against each other. The discriminator colours the plane by how real each place looks to it; \
         the arrows show where that pushes the generated points. Watch the points spread over every part of the data, \
         and sometimes all run to one part of it and leave the others: mode collapse. When D(x) and D(G(z)) come \
         together, the discriminator can no longer tell data and samples apart. Try training one of the two networks alone.",
        "두 신경망이 서로 겨룹니다. 판별자는 각 위치가 얼마나 진짜 같은지를 색으로 나타내고, 화살표는 그 판단이 생성된 점을 \
         어디로 미는지 보여 줍니다. 점들이 데이터의 모든 부분으로 퍼져 나가는 모습을 지켜보세요. 때로는 한 부분으로 몰려가고 \
         나머지를 버리기도 하는데, 이것이 모드 붕괴입니다. D(x)와 D(G(z))가 서로 가까워지면 판별자는 더 이상 데이터와 \
         표본을 구별하지 못합니다. 두 신경망 가운데 하나만 학습시켜 보기도 하세요.",
    ),
    equations: shown(&[
        r"\min_G \max_D\; \mathbb{E}_{x \sim p_\text{data}}[\log D(x)] + \mathbb{E}_{z \sim p(z)}[\log(1 - D(G(z)))]",
        r"L_D = -\mathbb{E}_x[\log D(x)] - \mathbb{E}_z[\log(1 - D(G(z)))]",
        r"L_G = -\mathbb{E}_z[\log D(G(z))]",
        r"L_D^\text{Wasserstein} = \mathbb{E}_z[D(G(z))] - \mathbb{E}_x[D(x)] + \lambda\, \mathbb{E}_{\hat x}[(\lVert \nabla D(\hat x) \rVert - 1)^2]",
    ]),
    paper: paper("I. Goodfellow et al., Generative adversarial nets, 2014", "https://arxiv.org/abs/1406.2661"),
    data: &[Kind::Points, Kind::Images],
    needs_labels: false,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static KNOBS: [Knob; 16] = [
    Knob {
        id: "train",
        title: text("Who learns", "학습할 신경망"),
        help: text(
            "Lets one network learn while the other waits. The discriminator alone soon tells everything apart; \
             the generator alone runs to wherever the frozen discriminator is most easily fooled.",
            "한쪽이 기다리는 동안 다른 쪽만 학습합니다. 판별자만 학습하면 곧 모든 것을 구별하고, 생성자만 학습하면 멈춰 있는 \
             판별자가 가장 잘 속는 곳으로 몰려갑니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption { id: "both", title: text("Both", "둘 다") },
                ChoiceOption { id: "discriminator", title: text("Discriminator alone", "판별자만") },
                ChoiceOption { id: "generator", title: text("Generator alone", "생성자만") },
            ],
            default: 0,
        },
        live: true,
    },
    Knob {
        id: "loss",
        title: text("Loss", "손실 함수"),
        help: text(
            "What the two play for. Non-saturating is the usual choice. Minimax is the original game, in which a generator \
             that is far behind hardly learns. Least squares scores samples by their distance to a target. Wasserstein \
             measures how far the samples must be carried, and needs more discriminator steps and a gradient penalty.",
            "두 신경망이 무엇을 두고 겨루는지 정합니다. 비포화 손실이 가장 흔히 쓰입니다. 미니맥스는 원래 논문의 게임으로, 크게 \
             뒤처진 생성자는 거의 배우지 못합니다. 최소제곱은 목푯값까지의 거리로 점수를 매깁니다. 바서슈타인은 표본을 얼마나 멀리 \
             옮겨야 하는지를 재며, 판별자 학습 횟수를 늘리고 기울기 벌점을 함께 써야 합니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption { id: "non-saturating", title: text("Non-saturating", "비포화") },
                ChoiceOption { id: "minimax", title: text("Minimax", "미니맥스") },
                ChoiceOption { id: "least-squares", title: text("Least squares", "최소제곱") },
                ChoiceOption {
                    id: "wasserstein",
                    title: text("Wasserstein with gradient penalty", "바서슈타인(기울기 벌점)"),
                },
            ],
            default: 3,
        },
        live: false,
    },
    Knob {
        id: "discriminator-steps",
        title: text("Discriminator steps k", "판별자 학습 횟수 k"),
        help: text(
            "Updates of the discriminator before each update of the generator. More give the generator a better teacher, at more time a step.",
            "생성자를 한 번 갱신하기 전에 판별자를 갱신하는 횟수입니다. 늘리면 생성자는 더 나은 신호를 받지만 한 단계가 오래 걸립니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: super::MOST_UPDATES as f64, default: 2.0, scale: Scale::Linear },
        live: true,
    },
    Knob {
        id: "learning-rate",
        title: text("Generator learning rate", "생성자 학습률"),
        help: text(
            "How far each update moves the generator. Too large and it jumps from mode to mode; too small and it crawls.",
            "한 번 갱신할 때 생성자가 움직이는 정도입니다. 너무 크면 모드 사이를 뛰어다니고, 너무 작으면 더디게 나아갑니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.01, default: 2e-3, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "discriminator-learning-rate",
        title: text("Discriminator learning rate", "판별자 학습률"),
        help: text(
            "How far each update moves the discriminator. Compare it with the generator's: the faster of the two leads the game.",
            "한 번 갱신할 때 판별자가 움직이는 정도입니다. 생성자의 학습률과 견주어 보세요. 더 빠른 쪽이 게임을 이끕니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.01, default: 2e-3, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "decay-steps",
        title: text("Learning rates halve after", "학습률이 절반이 되는 단계"),
        help: text(
            "Both learning rates fall as training goes on: to a half after so many updates, to a third after twice as many. \
             Without it the two players circle each other for ever, and now and then a mode is lost. Large values keep them up.",
            "학습이 진행되면서 두 학습률이 함께 줄어듭니다. 이만큼 갱신하면 2분의 1, 그 두 배면 3분의 1이 됩니다. 줄이지 않으면 두 \
             신경망이 끝없이 맴돌다가 이따금 모드를 잃습니다. 큰 값을 주면 거의 줄지 않습니다.",
        ),
        kind: KnobKind::Whole { min: 100.0, max: 1_000_000.0, default: 10_000.0, scale: Scale::Log },
        live: true,
    },
    Knob {
        id: "label-smoothing",
        title: text("Label smoothing", "레이블 평활화"),
        help: text(
            "The discriminator is asked to call real data real with probability one minus this. It keeps the discriminator \
             from growing too sure of itself. Wasserstein has no labels and ignores it.",
            "실제 데이터에 대한 판별자의 목푯값을 1에서 이 값만큼 낮춥니다. 판별자가 지나치게 확신하지 않게 합니다. 바서슈타인 \
             손실에는 레이블이 없어 쓰이지 않습니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.5, default: 0.0, scale: Scale::Linear, unit: "" },
        live: true,
    },
    Knob {
        id: "penalty",
        title: text("Gradient penalty", "기울기 벌점"),
        help: text(
            "Weight of the term that holds the critic's slope near one, for the Wasserstein loss only. \
             Without it the critic grows without bound.",
            "비평자의 기울기 크기를 1 근처로 붙드는 항의 가중치로, 바서슈타인 손실에만 쓰입니다. 이 항이 없으면 비평자의 값이 \
             끝없이 커집니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 100.0, default: 1.0, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "averaging",
        title: text("Generator averaging", "생성자 이동 평균"),
        help: text(
            "Pictures and measures come from a running mean of the generator; this is the share of the mean that each update keeps. \
             At 0 you see the generator itself, with all its swings.",
            "그림과 지표는 생성자의 이동 평균에서 나옵니다. 이 값은 갱신할 때마다 평균에서 남기는 비율입니다. 0이면 흔들리는 \
             생성자를 그대로 보게 됩니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.9999, default: 0.998, scale: Scale::Linear, unit: "" },
        live: true,
    },
    Knob {
        id: "latent",
        title: text("Latent size", "잠재 변수의 차원"),
        help: text(
            "How many random numbers the generator turns into a sample. Two can be drawn as a grid; images want more.",
            "생성자가 표본 하나로 바꾸는 난수의 개수입니다. 2개면 격자로 그려 볼 수 있고, 이미지에는 더 많이 필요합니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 256.0, default: 2.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "prior",
        title: text("Prior", "사전 분포"),
        help: text(
            "Where the latent numbers come from: the standard normal distribution, or evenly from -1 to 1.",
            "잠재 변수를 뽑는 분포입니다. 표준정규분포이거나, -1부터 1까지의 균등분포입니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption { id: "normal", title: text("Normal", "정규분포") },
                ChoiceOption { id: "uniform", title: text("Uniform", "균등분포") },
            ],
            default: 0,
        },
        live: false,
    },
    Knob {
        id: "layers",
        title: text("Hidden layers", "은닉층 수"),
        help: text(
            "Hidden layers in each network. More can draw sharper borders, and are harder to keep in balance.",
            "두 신경망 각각의 은닉층 수입니다. 많을수록 더 날카로운 경계를 그리지만 균형을 잡기는 어려워집니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 5.0, default: 3.0, scale: Scale::Linear },
        live: false,
    },
    Knob {
        id: "generator-width",
        title: text("Generator width", "생성자 너비"),
        help: text(
            "Units in each hidden layer of the generator. Wider draws finer shapes and takes longer.",
            "생성자의 은닉층마다 있는 유닛 수입니다. 넓을수록 더 섬세한 모양을 그리지만 오래 걸립니다.",
        ),
        kind: KnobKind::Whole { min: 4.0, max: 2048.0, default: 64.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "discriminator-width",
        title: text("Discriminator width", "판별자 너비"),
        help: text(
            "Units in each hidden layer of the discriminator. A narrow one misses whole modes, and so will the generator.",
            "판별자의 은닉층마다 있는 유닛 수입니다. 좁으면 모드를 통째로 놓치고, 그러면 생성자도 놓칩니다.",
        ),
        kind: KnobKind::Whole { min: 4.0, max: 2048.0, default: 64.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "batch",
        title: text("Batch size", "배치 크기"),
        help: text(
            "Real rows, and as many generated ones, in each update. Larger batches show the discriminator all modes at once.",
            "갱신 한 번에 쓰는 실제 데이터의 수이며, 생성된 데이터도 같은 수만큼 씁니다. 클수록 판별자가 모든 모드를 한꺼번에 봅니다.",
        ),
        kind: KnobKind::Whole { min: 8.0, max: 1024.0, default: 256.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "beta1",
        title: text("Adam β₁", "Adam β₁"),
        help: text(
            "How much of the previous direction each update keeps. Opponents move, so less than the usual 0.9 keeps the game steadier.",
            "갱신할 때 이전 방향을 남기는 비율입니다. 상대가 계속 움직이므로 흔히 쓰는 0.9보다 작아야 게임이 안정됩니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.99, default: 0.5, scale: Scale::Linear, unit: "" },
        live: false,
    },
];

static METRICS: [Metric; 11] = [
    Metric {
        id: "discriminator_loss",
        title: text("Discriminator loss", "판별자 손실"),
        help: text(
            "What the discriminator minimises, before its last update. For the logarithmic losses 2 ln 2 = 1.386 means that it is guessing.",
            "판별자가 최소화하는 값으로, 마지막 갱신 직전에 잰 것입니다. 로그 손실에서 2 ln 2 = 1.386이면 동전을 던져 찍는 것과 같다는 뜻입니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "generator_loss",
        title: text("Generator loss", "생성자 손실"),
        help: text(
            "What the generator minimises. It depends on the present discriminator, so it need not fall while samples improve.",
            "생성자가 최소화하는 값입니다. 현재의 판별자에 달려 있으므로 표본이 나아져도 줄어들지 않을 수 있습니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "d_real",
        title: text("D(x) on real data", "실제 데이터의 D(x)"),
        help: text(
            "Mean verdict on real rows: a probability for the logarithmic losses, otherwise the score itself.",
            "실제 데이터에 대한 판정의 평균입니다. 로그 손실에서는 확률이고, 그 밖에는 점수 그대로입니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "d_fake",
        title: text("D(G(z)) on generated data", "생성된 데이터의 D(G(z))"),
        help: text(
            "Mean verdict on generated rows. When it meets D(x), the discriminator cannot tell them apart.",
            "생성된 데이터에 대한 판정의 평균입니다. D(x)와 만나면 판별자가 둘을 구별하지 못하는 것입니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "jensen_shannon",
        title: text("Jensen-Shannon divergence", "젠슨-섀넌 발산"),
        help: text(
            "Between 4,096 samples and the true density on a grid: 0 when they agree, ln 2 = 0.693 when they share nothing.",
            "격자 위에서 표본 4,096개와 참 밀도를 견준 값입니다. 일치하면 0, 겹치는 곳이 없으면 ln 2 = 0.693입니다.",
        ),
        unit: "nats",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "modes_covered",
        title: text("Modes covered", "찾은 모드 수"),
        help: text(
            "How many of the Gaussians have at least 1 % of 4,096 samples within three standard deviations.",
            "표본 4,096개 가운데 1 % 이상이 표준편차의 3배 안에 든 정규분포의 개수입니다.",
        ),
        unit: "modes",
        better: Better::Up,
        cost: Cost::Cheap,
    },
    Metric {
        id: "good_share",
        title: text("Good samples", "좋은 표본의 비율"),
        help: text(
            "The share of 4,096 samples within three standard deviations of a Gaussian. The data itself has 0.989.",
            "표본 4,096개 가운데 어느 정규분포에서든 표준편차의 3배 안에 든 비율입니다. 데이터 자체는 0.989입니다.",
        ),
        unit: "",
        better: Better::Up,
        cost: Cost::Cheap,
    },
    Metric {
        id: "judge_classes",
        title: text("Classes covered", "나타난 클래스 수"),
        help: text(
            "How many classes a separately trained classifier finds in at least 1 % of 2,048 samples.",
            "따로 학습한 분류기가 표본 2,048개 가운데 1 % 이상에서 알아본 클래스의 수입니다.",
        ),
        unit: "classes",
        better: Better::Up,
        cost: Cost::Costly,
    },
    Metric {
        id: "judge_confidence",
        title: text("Judge's confidence", "심판의 확신도"),
        help: text(
            "Mean over 2,048 samples of the classifier's largest class probability: near 1 when samples are clear.",
            "표본 2,048개에서 분류기의 가장 큰 클래스 확률을 평균한 값입니다. 표본이 뚜렷하면 1에 가깝습니다.",
        ),
        unit: "",
        better: Better::Up,
        cost: Cost::Costly,
    },
    Metric {
        id: "frechet_distance",
        title: text("Fréchet distance", "프레셰 거리"),
        help: text(
            "Between the classifier's features of 2,048 samples and of as many real images: mean and covariance compared. \
             0 is perfect. The classifier is this project's own, so compare only numbers from here on the same data.",
            "표본 2,048개와 같은 수의 실제 이미지에서 분류기가 뽑은 특징을 평균과 공분산으로 견준 거리입니다. 0이면 완벽합니다. \
             분류기가 이 프로젝트 고유의 것이므로 같은 데이터에서 여기서 잰 값끼리만 비교하세요.",
        ),
        unit: "",
        better: Better::Down,
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

static VIEWS: [View; 4] = [
    View {
        id: "plane",
        title: text("The game on the plane", "평면 위의 게임"),
        help: text(
            "Colour: how real the discriminator takes each place to be. Points: data and samples. Arrows: where each sample is pushed. \
             Lines: what the generator makes of a regular grid of latent codes.",
            "색은 판별자가 그 위치를 얼마나 진짜로 여기는지를 나타냅니다. 점은 데이터와 표본, 화살표는 표본이 밀리는 방향, 선은 \
             생성자가 바둑판 모양의 잠재 격자를 옮겨 놓은 모습입니다.",
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
            "What the generator makes of the same noise as it learns.",
            "생성자가 학습하는 동안 같은 잡음에서 무엇을 만들어 내는지 보여 줍니다.",
        ),
        args: &[],
        data: &[Kind::Images],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "interpolation",
        title: text("Between two samples", "두 표본 사이"),
        help: text(
            "Each row walks from one random code to another. Smooth changes mean that the generator did not just memorise.",
            "행마다 한 잠재 코드에서 다른 잠재 코드로 옮겨 갑니다. 매끄럽게 변하면 생성자가 데이터를 외우기만 한 것은 아닙니다.",
        ),
        args: &[Knob {
            id: "draw",
            title: text("Which codes", "잠재 코드 고르기"),
            help: text("Draws other pairs of codes.", "다른 잠재 코드 쌍을 뽑습니다."),
            kind: KnobKind::Whole { min: 0.0, max: 99.0, default: 0.0, scale: Scale::Linear },
            live: true,
        }],
        data: &[Kind::Images],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "scores",
        title: text("Verdicts", "판정"),
        help: text(
            "What the discriminator says of test data and of samples. Two separate heaps: it wins. One heap: it is fooled.",
            "테스트 데이터와 표본에 대한 판별자의 판정입니다. 두 무더기로 갈리면 판별자가 이기고 있고, 한 무더기로 겹치면 속고 있습니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
];

static PRESETS: [Preset; 4] = [
    Preset {
        id: "ring",
        title: text("Ring of 8 Gaussians", "고리 모양의 정규분포 8개"),
        data: "points",
        knobs: &[],
        steps: 3000,
        metric: "good_share",
        bar: 0.88,
    },
    Preset {
        id: "moons",
        title: text("Two moons, non-saturating", "두 초승달, 비포화 손실"),
        data: "points",
        knobs: &[
            ("family", "moons"),
            ("loss", "non-saturating"),
            ("discriminator-steps", "1"),
            ("learning-rate", "0.0005"),
            ("discriminator-learning-rate", "0.001"),
        ],
        steps: 2500,
        metric: "jensen_shannon",
        bar: 0.16,
    },
    Preset {
        id: "digits",
        title: text("Handwritten digits, 8 × 8", "손글씨 숫자 8 × 8"),
        data: "digits",
        knobs: &[
            ("latent", "16"),
            ("layers", "2"),
            ("generator-width", "128"),
            ("discriminator-width", "128"),
            ("batch", "64"),
            ("penalty", "10"),
            ("learning-rate", "0.001"),
            ("discriminator-learning-rate", "0.001"),
        ],
        steps: 1500,
        metric: "frechet_distance",
        bar: 6.0,
    },
    Preset {
        id: "strokes",
        title: text("Pen strokes, 28 × 28", "펜글씨 숫자 28 × 28"),
        data: "strokes",
        knobs: &[
            ("latent", "32"),
            ("layers", "2"),
            ("generator-width", "128"),
            ("discriminator-width", "128"),
            ("batch", "64"),
            ("penalty", "10"),
            ("learning-rate", "0.001"),
            ("discriminator-learning-rate", "0.001"),
        ],
        steps: 1500,
        metric: "frechet_distance",
        bar: 22.0,
    },
];
