//! What the machine declares about itself: texts, knobs, metrics, views and presets.

use crate::data::Kind;
use crate::metrics::annealed_importance_sampling::PUBLISHED_STEPS;
use crate::{
    Better, ChoiceOption, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, View, paper, shown,
    text,
};

/// The restricted Boltzmann machine.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "rbm",
    title: text("Restricted Boltzmann machine", "제한된 볼츠만 머신"),
    family: Family::Energy,
    summary: text(
        "Pixels and hidden feature detectors excite or inhibit each other; learning makes the energy of real images low and that of the machine's own fantasies high.",
        "픽셀과 은닉 특징 검출기가 서로를 흥분시키거나 억제합니다. 실제 이미지의 에너지는 낮추고, 머신이 스스로 떠올린 환상의 에너지는 높이면서 학습합니다.",
    ),
    story: text(
        "Watch the fantasies: they are what the machine dreams when no image is shown to it. At first they are noise, then ink gathers where digits have ink, then strokes appear. The filters show why: each hidden unit turns from noise into a detector of a stroke or an edge. In the histogram the free energies of train and test images move away from those of noise; when train and test drift apart, the machine is learning its images by heart.",
        "환상을 지켜보세요. 아무 이미지도 보여 주지 않을 때 머신이 꾸는 꿈입니다. 처음에는 잡음이다가, 숫자의 잉크가 있을 만한 자리에 잉크가 모이고, 이어서 획이 나타납니다. 필터를 보면 까닭을 알 수 있습니다. 은닉 유닛마다 잡음에서 획이나 가장자리를 찾는 검출기로 바뀝니다. 히스토그램에서는 훈련 이미지와 테스트 이미지의 자유 에너지가 잡음의 자유 에너지에서 멀어집니다. 훈련 쪽과 테스트 쪽이 서로 벌어지면 머신이 이미지를 외우고 있다는 뜻입니다.",
    ),
    equations: shown(&[
        r"E(\mathbf v,\mathbf h) = -\mathbf v^\top W\mathbf h - \mathbf b^\top\mathbf v - \mathbf c^\top\mathbf h",
        r"p(\mathbf v,\mathbf h) = e^{-E(\mathbf v,\mathbf h)} / Z",
        r"p(h_j{=}1\mid\mathbf v) = \sigma\bigl((\mathbf v W + \mathbf c)_j\bigr) \qquad p(v_i{=}1\mid\mathbf h) = \sigma\bigl((W\mathbf h + \mathbf b)_i\bigr)",
        r"F(\mathbf v) = -\mathbf b^\top\mathbf v - \sum_j \log\bigl(1 + e^{(\mathbf v W + \mathbf c)_j}\bigr)",
        r"\Delta W \propto \langle\mathbf v\mathbf h^\top\rangle_{\text{data}} - \langle\mathbf v\mathbf h^\top\rangle_{\text{model}}",
    ]),
    paper: paper(
        "G. E. Hinton, Training Products of Experts by Minimizing Contrastive Divergence, 2002",
        "https://doi.org/10.1162/089976602760128018",
    ),
    data: &[Kind::Images],
    needs_labels: false,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static KNOBS: [Knob; 15] = [
    Knob {
        id: "hidden",
        title: text("Hidden units", "은닉 유닛 수"),
        help: text(
            "How many feature detectors there are. More of them can describe finer detail, but learn more slowly and memorise small data sets.",
            "특징 검출기의 수입니다. 많을수록 세부를 더 잘 나타내지만, 학습이 느려지고 적은 데이터는 외워 버립니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 4096.0, default: 128.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "algorithm",
        title: text("Where chains start", "사슬이 출발하는 곳"),
        help: text(
            "Contrastive divergence starts a short chain at every image, which makes good reconstructions. The persistent kind lets its chains run on from step to step, so that they wander far from the data and find what the machine wrongly believes: better dreams, but it needs a smaller learning rate.",
            "대조 발산은 매번 이미지에서 짧은 사슬을 시작하므로 재구성이 좋습니다. 지속적 대조 발산은 단계가 바뀌어도 사슬을 이어서 돌립니다. 사슬이 데이터에서 멀리까지 돌아다니며 머신이 잘못 알고 있는 곳을 찾아내므로 꿈이 더 좋아지지만, 학습률은 더 작아야 합니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption::new("pcd", text("Persistent contrastive divergence", "지속적 대조 발산")),
                ChoiceOption::new("cd", text("Contrastive divergence", "대조 발산")),
            ],
            default: 0,
        },
        live: true,
    },
    Knob {
        id: "temperatures",
        title: text("Temperatures", "온도의 수"),
        help: text(
            "With 2 or more, chains run at as many temperatures at once, in place of the persistent ones, and neighbours exchange their states: hot chains roam, cold ones profit. It finds all modes where a single chain stays in one, and costs as many times the Gibbs steps. 1 is off.",
            "2 이상이면 지속 사슬 대신 그 수만큼의 온도에서 사슬을 함께 돌리고, 이웃한 온도끼리 상태를 맞바꿉니다(병렬 담금질). 뜨거운 사슬은 자유롭게 돌아다니고 차가운 사슬이 그 덕을 봅니다. 사슬 하나로는 한 모드에 갇히는 경우에도 모든 모드를 찾지만, 깁스 표집이 그 배수만큼 더 듭니다. 1이면 끕니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 20.0, default: 1.0, scale: Scale::Linear },
        live: false,
    },
    Knob {
        id: "k",
        title: text("Gibbs steps k", "깁스 단계 수 k"),
        help: text(
            "How many times the chain goes from hidden to visible units and back before each update. More steps come closer to the true gradient and cost more time.",
            "갱신하기 전에 사슬이 은닉 유닛과 가시 유닛을 몇 번 오가는지 정합니다. 클수록 참된 기울기에 가까워지지만 시간이 더 듭니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 100.0, default: 1.0, scale: Scale::Log },
        live: true,
    },
    Knob {
        id: "learning-rate",
        title: text("Learning rate", "학습률"),
        help: text(
            "How far each update moves the weights. Too small and nothing happens; too large and the fantasies jump about or freeze into one shape.",
            "갱신할 때마다 가중치를 얼마나 움직일지 정합니다. 너무 작으면 변화가 없고, 너무 크면 환상이 요동치거나 한 모양으로 굳습니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 1.0, default: 0.05, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "decay-epochs",
        title: text("Learning rate falls to 0 over", "학습률이 0이 되기까지"),
        help: text(
            "The learning rate falls in a straight line and reaches 0 after this many passes over the data; 0 keeps it constant. Falling rates end in a better model, and then learning stops.",
            "학습률이 일정하게 줄어들어 이만큼의 에포크가 지나면 0이 됩니다. 이 값을 0으로 두면 학습률이 그대로 유지됩니다. 학습률을 줄여 가면 더 좋은 모델을 얻지만, 0이 된 뒤에는 학습이 멈춥니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 100_000.0, default: 0.0, scale: Scale::Log, unit: "epochs" },
        live: true,
    },
    Knob {
        id: "momentum",
        title: text("Momentum", "모멘텀"),
        help: text(
            "The share of the last update that is repeated in the next. It speeds up learning along steady directions; with a value near 1, lower the learning rate.",
            "지난 갱신을 다음 갱신에 얼마나 되풀이할지 정합니다. 한결같은 방향으로는 학습이 빨라집니다. 1에 가까운 값을 쓸 때는 학습률을 낮추세요.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.99, default: 0.0, scale: Scale::Linear, unit: "" },
        live: true,
    },
    Knob {
        id: "weight-decay",
        title: text("Weight decay", "가중치 감쇠"),
        help: text(
            "Pulls every weight towards 0, so that only useful ones stay large. Filters become smoother and chains mix better; too much of it makes the fantasies pale.",
            "모든 가중치를 0 쪽으로 당겨 쓸모 있는 것만 크게 남깁니다. 필터가 매끄러워지고 사슬이 더 잘 섞입니다. 지나치면 환상이 흐려집니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.1, default: 0.0, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "sparsity-target",
        title: text("Sparsity target", "희소성 목표"),
        help: text(
            "The share of images for which each hidden unit should be on. It matters when the sparsity cost is above 0.",
            "각 은닉 유닛이 켜져 있어야 하는 이미지의 비율입니다. 희소성 비용이 0보다 클 때 쓰입니다.",
        ),
        kind: KnobKind::Real { min: 0.01, max: 0.5, default: 0.1, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "sparsity-cost",
        title: text("Sparsity cost", "희소성 비용"),
        help: text(
            "How strongly hidden units are pulled to the sparsity target. Sparse units become detectors of one thing each; too strong a pull works against learning the images.",
            "은닉 유닛을 희소성 목표로 당기는 세기입니다. 희소한 유닛은 저마다 한 가지를 검출하게 됩니다. 너무 세면 이미지를 배우는 데 방해가 됩니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 10.0, default: 0.0, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "centering",
        title: text("Centering", "중심화"),
        help: text(
            "Learns in terms of how units differ from their means. The machine stays the same, but learning is steadier and less easily misled by pixels that are nearly always on or off.",
            "유닛 값이 평균과 얼마나 다른지를 기준으로 학습합니다. 모델은 그대로이지만, 거의 늘 켜져 있거나 꺼져 있는 픽셀에 휘둘리지 않고 안정되게 학습합니다.",
        ),
        kind: KnobKind::Switch { default: true },
        live: false,
    },
    Knob {
        id: "visible-bias",
        title: text("First visible biases", "가시 유닛 편향의 초깃값"),
        help: text(
            "From the log odds of each pixel in the data, the machine knows at once how much ink goes where and its weights are free for shapes. From zero it must learn that first.",
            "데이터에서 픽셀마다 구한 로그 오즈로 시작하면, 어디에 잉크가 얼마나 있는지 처음부터 알고 가중치는 모양을 배우는 데 쓰입니다. 0에서 시작하면 그것부터 배워야 합니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption::new("log-odds", text("Log odds of the data", "데이터의 로그 오즈")),
                ChoiceOption::new("zero", text("Zero", "0")),
            ],
            default: 0,
        },
        live: false,
    },
    Knob {
        id: "binarise",
        title: text("Gray pixels become bits", "회색 픽셀 이진화"),
        help: text(
            "On: a gray pixel is a probability, and is drawn as black or white afresh for each batch. Off: the gray value itself is used as if it were the state of a unit. Black and white images are the same either way.",
            "켜면 회색 픽셀을 확률로 보고 배치마다 새로 검정이나 흰색을 뽑습니다. 끄면 회색 값을 유닛의 상태처럼 그대로 씁니다. 흑백 이미지는 어느 쪽이든 같습니다.",
        ),
        kind: KnobKind::Switch { default: true },
        live: true,
    },
    Knob {
        id: "batch",
        title: text("Batch size", "배치 크기"),
        help: text(
            "Images per update, and also the number of chains. Small batches update more often but more roughly.",
            "갱신 한 번에 쓰는 이미지 수이자 사슬의 수입니다. 작으면 자주, 그러나 더 거칠게 갱신합니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 2000.0, default: 64.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "ais-steps",
        title: text("Temperatures of annealed importance sampling", "담금질 중요도 표집(AIS)의 온도 수"),
        help: text(
            "In how many steps the measurement of the log-likelihood goes from a machine without weights to this one. Few are quick and too optimistic; the number at which it starts is the one in publications. Learning does not depend on it.",
            "로그 가능도를 잴 때 가중치가 없는 머신에서 이 머신까지 몇 단계로 나누어 가는지 정합니다. 적으면 빠르지만 지나치게 낙관적입니다. 처음 값은 논문들이 쓰는 값입니다. 학습에는 영향이 없습니다.",
        ),
        kind: KnobKind::Whole { min: 100.0, max: 1_000_000.0, default: PUBLISHED_STEPS as f64, scale: Scale::Log },
        live: true,
    },
];

static METRICS: [Metric; 8] = [
    Metric {
        id: "reconstruction_error",
        title: text("Reconstruction error", "재구성 오차"),
        help: text(
            "Mean squared difference per pixel between an image and what the machine makes of it after one step to the hidden units and back. Easy to watch, but it is not what is learned: it can fall while the fantasies get worse.",
            "원래 이미지와, 은닉 유닛을 한 번 거쳐 되돌아온 이미지의 픽셀당 평균 제곱 차이입니다. 지켜보기 쉽지만 학습의 목표는 아니어서, 환상이 나빠지는 동안에도 줄어들 수 있습니다.",
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
        id: "pseudo_likelihood",
        title: text("Pseudo-likelihood", "유사 가능도"),
        help: text(
            "How well each pixel is predicted from all the others, summed over the pixels of a test image. It needs no partition function, so it can be followed while training.",
            "나머지 픽셀을 모두 알 때 각 픽셀을 얼마나 잘 맞히는지를 테스트 이미지의 모든 픽셀에 걸쳐 더한 값입니다. 분배 함수가 필요 없어 학습하는 동안 계속 볼 수 있습니다.",
        ),
        unit: "nats",
        better: Better::Up,
        cost: Cost::Cheap,
    },
    Metric {
        id: "exchanges",
        title: text("Exchanges accepted", "받아들인 교환"),
        help: text(
            "The share of neighbouring temperatures that exchanged their states of late. Near 0 the hot chains are of no use to the cold ones: take more temperatures.",
            "이웃한 온도끼리 상태를 맞바꾼 최근의 비율입니다. 0에 가까우면 뜨거운 사슬이 차가운 사슬에 도움이 되지 않으니 온도의 수를 늘리세요.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Cheap,
    },
    Metric {
        id: "free_energy_gap",
        title: text("Free energy gap", "자유 에너지 차이"),
        help: text(
            "Mean free energy of training images minus that of test images. Near 0 the machine treats both alike; when it falls further and further below 0, the machine is learning its training images by heart.",
            "훈련 이미지의 평균 자유 에너지에서 테스트 이미지의 평균 자유 에너지를 뺀 값입니다. 0에 가까우면 둘을 똑같이 대하는 것이고, 0 아래로 계속 내려가면 훈련 이미지를 외우고 있는 것입니다.",
        ),
        unit: "nats",
        better: Better::Neither,
        cost: Cost::Cheap,
    },
    Metric {
        id: "ais_log_likelihood",
        title: text("Log-likelihood, annealed up", "로그 가능도(AIS)"),
        help: text(
            "The mean log-probability of a test image, with the partition function estimated by annealed importance sampling from a machine without weights. On average too good: the truth is at or below it.",
            "테스트 이미지의 평균 로그 확률입니다. 분배 함수는 가중치가 없는 머신에서 시작하는 담금질 중요도 표집으로 추정합니다. 평균적으로 실제보다 좋게 나오므로 참값은 이 값이거나 더 낮습니다.",
        ),
        unit: "nats",
        better: Better::Up,
        cost: Cost::Costly,
    },
    Metric {
        id: "ais_reverse_log_likelihood",
        title: text("Log-likelihood, annealed down", "로그 가능도(역방향 AIS)"),
        help: text(
            "The same estimate from the other side: chains start as the machine's own samples and are annealed down. On average too bad: the truth lies between this and the estimate annealed up.",
            "같은 추정을 반대쪽에서 합니다. 사슬이 머신 자신의 표본에서 시작해 거꾸로 거슬러 갑니다. 평균적으로 실제보다 나쁘게 나오므로 참값은 이 값과 정방향 추정값 사이에 있습니다.",
        ),
        unit: "nats",
        better: Better::Up,
        cost: Cost::Costly,
    },
    Metric {
        id: "exact_log_likelihood",
        title: text("Log-likelihood, exact", "로그 가능도(정확한 값)"),
        help: text(
            "The mean log-probability of a test image with the partition function summed term by term. Only where the smaller side of the machine has at most 20 units.",
            "분배 함수를 항마다 모두 더해 구한 테스트 이미지의 평균 로그 확률입니다. 두 층 가운데 작은 쪽의 유닛이 20개 이하일 때만 구할 수 있습니다.",
        ),
        unit: "nats",
        better: Better::Up,
        cost: Cost::Costly,
    },
];

const ROW: Knob = Knob {
    id: "row",
    title: text("Test image", "테스트 이미지"),
    help: text(
        "Which image of the test split is used, or comes first.",
        "테스트 이미지 가운데 몇 번째를 쓸지, 또는 맨 앞에 놓을지 정합니다.",
    ),
    kind: KnobKind::Whole { min: 0.0, max: 9999.0, default: 0.0, scale: Scale::Linear },
    live: true,
};

static VIEWS: [View; 6] = [
    View {
        id: "fantasies",
        title: text("Fantasy particles", "환상 입자"),
        help: text(
            "What the machine dreams: its chains, run on for some more Gibbs steps. Brightness is the probability that a pixel is on.",
            "머신이 꾸는 꿈입니다. 학습에 쓰던 사슬을 몇 깁스 단계 더 돌린 것입니다. 밝기는 픽셀이 켜질 확률입니다.",
        ),
        args: &[Knob {
            id: "steps",
            title: text("Gibbs steps", "깁스 단계 수"),
            help: text(
                "How many steps the chains run on for this picture. With plain contrastive divergence they set out near the data and need many.",
                "이 그림을 위해 사슬을 몇 단계 더 돌릴지 정합니다. 대조 발산에서는 사슬이 데이터 가까이에서 출발하므로 많이 필요합니다.",
            ),
            kind: KnobKind::Whole { min: 0.0, max: 5000.0, default: 5.0, scale: Scale::Log },
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
            "The weights between one hidden unit and all pixels, a small image for each unit: one colour excites, the other inhibits.",
            "은닉 유닛 하나와 모든 픽셀 사이의 가중치를 유닛마다 작은 이미지로 그렸습니다. 한 색은 흥분, 다른 색은 억제를 뜻합니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "energies",
        title: text("Free energies", "자유 에너지"),
        help: text(
            "The free energies of training images, of test images and of noise whose pixels are as often on as the data's. Low means probable.",
            "훈련 이미지, 테스트 이미지, 그리고 픽셀이 데이터만큼 자주 켜지는 잡음의 자유 에너지입니다. 낮을수록 확률이 높습니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "completion",
        title: text("Completion", "이미지 완성"),
        help: text(
            "Half of each test image is erased (top: the image, middle: what is left) and dreamt anew while the other half is held fast (bottom).",
            "테스트 이미지의 절반을 지우고(위: 원본, 가운데: 남은 절반), 남은 절반을 고정한 채 지운 절반을 꿈으로 채웁니다(아래).",
        ),
        args: &[
            ROW,
            Knob {
                id: "erased",
                title: text("Erased half", "지울 절반"),
                help: text("Which half the machine has to invent.", "머신이 채워야 할 절반입니다."),
                kind: KnobKind::Choice {
                    options: &[
                        ChoiceOption::new("bottom", text("Bottom", "아래")),
                        ChoiceOption::new("top", text("Top", "위")),
                        ChoiceOption::new("left", text("Left", "왼쪽")),
                        ChoiceOption::new("right", text("Right", "오른쪽")),
                    ],
                    default: 0,
                },
                live: true,
            },
            Knob {
                id: "steps",
                title: text("Gibbs steps", "깁스 단계 수"),
                help: text("How long the machine dreams.", "꿈꾸는 단계 수입니다."),
                kind: KnobKind::Whole { min: 1.0, max: 5000.0, default: 20.0, scale: Scale::Log },
                live: true,
            },
        ],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "chain",
        title: text("Gibbs chains", "깁스 사슬"),
        help: text(
            "Chains that all set out from one test image, a row for each, with pictures at equal intervals. They forget where they came from the sooner, the better they mix.",
            "테스트 이미지 하나에서 함께 출발한 사슬들입니다. 한 줄이 사슬 하나이고, 같은 간격으로 그렸습니다. 잘 섞일수록 출발한 곳을 빨리 잊습니다.",
        ),
        args: &[
            ROW,
            Knob {
                id: "interval",
                title: text("Steps between pictures", "그림 사이의 단계"),
                help: text(
                    "Gibbs steps from one picture to the next.",
                    "한 그림에서 다음 그림까지의 깁스 단계 수입니다.",
                ),
                kind: KnobKind::Whole { min: 1.0, max: 1000.0, default: 3.0, scale: Scale::Log },
                live: true,
            },
        ],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "activations",
        title: text("Hidden activations", "은닉 활성"),
        help: text(
            "A row for each test image, a column for each hidden unit; bright means probably on. A column of one colour is a unit that says nothing, alike columns are units that say the same.",
            "한 행은 테스트 이미지 하나, 한 열은 은닉 유닛 하나이며 밝을수록 켜질 확률이 높습니다. 색이 한결같은 열은 아무것도 알려 주지 않는 유닛이고, 비슷한 열들은 같은 것을 알려 주는 유닛들입니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
];

static PRESETS: [Preset; 3] = [
    Preset {
        id: "default",
        title: text("Dream of digits", "숫자를 꿈꾸기"),
        data: "strokes",
        knobs: &[],
        steps: 1500,
        metric: "pseudo_likelihood",
        bar: -105.0,
    },
    Preset {
        id: "small",
        title: text("Small real digits", "작은 손글씨 숫자"),
        data: "digits",
        knobs: &[("learning-rate", "0.1")],
        steps: 1500,
        metric: "pseudo_likelihood",
        bar: -23.5,
    },
    Preset {
        id: "bars",
        title: text("Bars and stripes, exactly", "막대와 줄무늬, 정확히"),
        data: "bars",
        knobs: &[("hidden", "24"), ("batch", "120"), ("k", "5"), ("learning-rate", "0.1"), ("decay-epochs", "24000")],
        steps: 6000,
        metric: "exact_log_likelihood",
        bar: -3.7,
    },
];
