//! What the denoising autoencoder declares about itself.

use crate::data::Kind;
use crate::{
    Better, ChoiceOption, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, Text, View, paper,
    shown, text,
};

/// The denoising autoencoder.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "dae",
    title: text("Denoising autoencoder", "잡음 제거 오토인코더"),
    family: Family::Energy,
    summary: text(
        "The network is shown damaged data and asked for the original. To repair it, it has to learn where data lies: its corrections point there from everywhere.",
        "신경망에 손상된 데이터를 보여 주고 원본을 맞히게 합니다. 고치려면 데이터가 어디에 있는지 알아야 하므로, 어디에서든 고치는 방향이 데이터를 가리키게 됩니다.",
    ),
    story: text(
        "On points, watch the valley of the energy form along the data: the distance between a point and its reconstruction is small where data is and grows away from it. The arrows of the field \
         are the corrections; with Gaussian noise they become the slope of the log density, which stands beside them. Follow points that are denoised again and again as they walk up to the \
         data, click to start one yourself. On images, scribble something and see what the network takes for damage. Masked patches make it invent what is missing.",
        "점 데이터에서는 데이터를 따라 에너지의 골짜기가 파이는 모습을 지켜보세요. 점과 그 재구성 사이의 거리는 데이터가 있는 곳에서 작고 멀어질수록 커집니다. 화살표로 그린 장은 신경망이 \
         고치는 방향이며, 정규분포 잡음을 쓰면 옆에 그린 로그 밀도의 기울기와 같아집니다. 되풀이해 잡음을 제거한 점들이 데이터로 올라가는 길을 따라가 보고, 클릭해서 직접 출발시켜 보세요. \
         이미지에서는 아무것이나 그려서 신경망이 무엇을 손상으로 여기는지 보세요. 패치를 가리면 사라진 부분을 지어내야 합니다.",
    ),
    equations: shown(&[
        r"\tilde{y} \sim C(\tilde{y} \,|\, y), \quad \min_D \; \mathbb{E} \, \| D(\tilde{y}) - y \|^2 \;\Rightarrow\; D(\tilde{y}) = \mathbb{E}[y \,|\, \tilde{y}]",
        r"E(y) = \| y - D(y) \|^2",
        r"\frac{D(\tilde{y}) - \tilde{y}}{\sigma^2} \approx \nabla \log p_\sigma(\tilde{y}), \quad p_\sigma = p * \mathcal{N}(0, \sigma^2 I)",
    ]),
    paper: paper(
        "P. Vincent, H. Larochelle, I. Lajoie, Y. Bengio and P.-A. Manzagol, Stacked denoising autoencoders, 2010",
        "https://jmlr.org/papers/v11/vincent10a.html",
    ),
    data: &[Kind::Points, Kind::Images],
    needs_labels: false,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static KNOBS: [Knob; 9] = [
    Knob {
        id: "corruption",
        title: text("Corruption", "손상"),
        help: text(
            "What is done to the data before the network sees it. Gaussian noise gives the field its meaning on points. Masks take numbers away, one by one or in whole patches: the larger the \
             holes, the more the network has to know about images to fill them.",
            "신경망에 보여 주기 전에 데이터를 어떻게 손상할지 정합니다. 정규분포 잡음을 쓰면 점 데이터의 장이 의미를 갖습니다. 가림은 수를 하나씩 또는 패치째로 없앱니다. 구멍이 클수록 \
             이미지에 대해 더 많이 알아야 채울 수 있습니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption::new("gaussian", text("Gaussian noise", "정규분포 잡음")),
                ChoiceOption::new("salt-and-pepper", text("Salt and pepper", "소금 후추 잡음")),
                ChoiceOption::new("mask", text("Masked pixels", "픽셀 가림")),
                ChoiceOption::new("patches", text("Masked patches", "패치 가림")),
            ],
            default: 0,
        },
        live: false,
    },
    Knob {
        id: "level",
        title: text("Corruption level", "손상 정도"),
        help: text(
            "The standard deviation of the Gaussian noise, or the share of what is hit. Small levels show the data's finest structure close by and leave the rest of the space to chance; large ones \
             reach far and blur.",
            "정규분포 잡음의 표준편차, 또는 손상할 부분의 비율입니다. 작으면 데이터 가까이의 세밀한 구조를 배우지만 먼 곳은 제멋대로이고, 크면 멀리까지 미치지만 흐려집니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 1.0, default: 0.2, scale: Scale::Linear, unit: "" },
        live: true,
    },
    Knob {
        id: "hit-only",
        title: text("Score only what was hit", "손상된 곳만 채점"),
        help: text(
            "The loss counts only the numbers that were corrupted, as masked autoencoders do: nothing is gained by copying what can be seen.",
            "마스크드 오토인코더처럼 손상된 수만 손실에 넣습니다. 보이는 것을 베껴서는 얻는 것이 없습니다.",
        ),
        kind: KnobKind::Switch { default: false },
        live: false,
    },
    Knob {
        id: "hidden",
        title: text("Hidden units", "은닉 유닛 수"),
        help: text(
            "Width of each hidden layer. It may be wider than the data: because of the corruption, copying is no solution.",
            "각 은닉층에 있는 유닛의 수입니다. 데이터보다 넓어도 됩니다. 입력이 손상되므로 그대로 베끼는 것은 답이 되지 못합니다.",
        ),
        kind: KnobKind::Whole { min: 2.0, max: 1024.0, default: 128.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "layers",
        title: text("Hidden layers", "은닉층 수"),
        help: text(
            "With 0 the network is linear: the best one is then the Wiener filter, and on points a single straight valley.",
            "0이면 신경망이 선형이 됩니다. 이때 가장 좋은 것은 위너 필터이며, 점 데이터에서는 곧은 골짜기 하나가 됩니다.",
        ),
        kind: KnobKind::Whole { min: 0.0, max: 4.0, default: 2.0, scale: Scale::Linear },
        live: false,
    },
    Knob {
        id: "activation",
        title: text("Activation", "활성화 함수"),
        help: text(
            "What each hidden unit does with the weighted sum of its inputs. With ReLU the field is made of flat facets and learns fast; the others make it smooth.",
            "은닉 유닛이 받은 가중합에 적용하는 함수입니다. ReLU를 쓰면 장이 평평한 조각으로 이루어지고 빨리 배우며, 나머지는 장을 매끄럽게 만듭니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption::new("relu", text("ReLU", "ReLU")),
                ChoiceOption::new("tanh", text("tanh", "tanh")),
                ChoiceOption::new("silu", text("SiLU", "SiLU")),
            ],
            default: 0,
        },
        live: false,
    },
    Knob {
        id: "output",
        title: text("Output", "출력"),
        help: text(
            "Sigmoid outputs are probabilities of pixels, trained by cross-entropy; linear ones are any numbers, trained by squares. By the data means sigmoid for images, linear for points.",
            "시그모이드 출력은 픽셀의 확률이며 교차 엔트로피로 학습합니다. 선형 출력은 아무 수나 될 수 있으며 제곱 오차로 학습합니다. '데이터에 맞춤'은 이미지에는 시그모이드를, 점에는 선형을 씁니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption::new("auto", text("By the data", "데이터에 맞춤")),
                ChoiceOption::new("sigmoid", text("Sigmoid", "시그모이드")),
                ChoiceOption::new("linear", text("Linear", "선형")),
            ],
            default: 0,
        },
        live: false,
    },
    Knob {
        id: "learning-rate",
        title: text("Learning rate", "학습률"),
        help: text(
            "How far each step of Adam moves the weights. Too large and the curves jump or diverge; too small and nothing seems to happen.",
            "Adam이 한 단계마다 가중치를 움직이는 정도입니다. 너무 크면 곡선이 튀거나 발산하고, 너무 작으면 변화가 보이지 않습니다.",
        ),
        kind: KnobKind::Real { min: 0.00001, max: 0.1, default: 0.003, scale: Scale::Log, unit: "" },
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

static METRICS: [Metric; 6] = [
    Metric {
        id: "loss",
        title: text("Training loss", "훈련 손실"),
        help: text(
            "The mean loss of a number in the batch: squared error, or cross-entropy in nats.",
            "배치에서 수 하나당 평균 손실입니다. 제곱 오차 또는 교차 엔트로피(내트)입니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "reconstruction_error",
        title: text("Error after denoising", "잡음 제거 후 오차"),
        help: text(
            "Mean squared error of a number between test rows and what the network makes of them after corruption. Of masked rows only what is missing is taken from the network.",
            "테스트 데이터와, 이를 손상한 뒤 신경망이 복원한 것 사이의 평균 제곱 오차(수 하나당)입니다. 가림 손상에서는 가려진 부분만 신경망의 출력으로 채웁니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "corrupted_error",
        title: text("Error before denoising", "잡음 제거 전 오차"),
        help: text(
            "The same error of the corrupted rows themselves: what doing nothing would give.",
            "손상된 데이터 자체의 오차로, 아무것도 하지 않았을 때의 값입니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Cheap,
    },
    Metric {
        id: "fill_error",
        title: text("Error of filling by the mean", "평균으로 채운 오차"),
        help: text(
            "The same error when every masked number is replaced by its mean over the training rows. Masks only.",
            "가린 수를 훈련 데이터의 평균으로 채웠을 때의 오차입니다. 가림 손상에서만 잽니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Cheap,
    },
    Metric {
        id: "error_left",
        title: text("Share of the error left", "남은 오차의 비율"),
        help: text(
            "The error after denoising, as a share of what is there without a network: of doing nothing, or for masks of filling by the mean, whichever is less.",
            "신경망 없이 남는 오차에 대한 잡음 제거 후 오차의 비율입니다. 비교 대상은 아무것도 하지 않은 것이며, 가림 손상에서는 평균으로 채운 것과 견주어 작은 쪽입니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "score_error",
        title: text("Score error", "스코어 오차"),
        help: text(
            "How far the field, divided by σ², is from the gradient of the log density of corrupted points: mean squared difference over mean square. 0 is exact, 1 no better than no field. Points with \
             Gaussian noise only.",
            "장을 σ²으로 나눈 것이 손상된 점의 로그 밀도 기울기와 얼마나 다른지를, 차이의 평균 제곱을 크기의 평균 제곱으로 나누어 잽니다. 0이면 정확하고 1이면 장이 없는 것과 다르지 않습니다. 정규분포 \
             잡음을 쓰는 점 데이터에서만 잽니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Cheap,
    },
];

const fn pace(default: f64) -> Knob {
    Knob {
        id: "pace",
        title: text("Step size", "걸음 크기"),
        help: text(
            "How far a step goes from a point towards its reconstruction: 1 is all the way.",
            "한 걸음에 재구성까지의 거리 가운데 얼마를 갈지 정합니다. 1이면 끝까지 갑니다.",
        ),
        kind: KnobKind::Real { min: 0.01, max: 1.0, default, scale: Scale::Log, unit: "" },
        live: true,
    }
}

const fn coordinate(id: &'static str, title: Text, default: f64) -> Knob {
    Knob {
        id,
        title,
        help: text(
            "Where your point starts; click in the picture to set it.",
            "내 점의 출발 위치입니다. 그림을 클릭해 정하세요.",
        ),
        kind: KnobKind::Real { min: -2.5, max: 2.5, default, scale: Scale::Linear, unit: "" },
        live: true,
    }
}

static VIEWS: [View; 8] = [
    View {
        id: "energy",
        title: text("Energy", "에너지"),
        help: text(
            "The squared distance between every point of the plane and its reconstruction. Dark valleys are where the network finds nothing to repair; lines are at equal distances.",
            "평면의 모든 점과 그 재구성 사이의 거리를 제곱한 것입니다. 어두운 골짜기는 신경망이 고칠 것이 없다고 보는 곳이며, 선은 같은 거리를 잇습니다.",
        ),
        args: &[],
        data: &[Kind::Points],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "trails",
        title: text("Repeated denoising", "되풀이한 잡음 제거"),
        help: text(
            "Points that are moved towards their reconstruction again and again: they walk up to the data. Click to start one of your own.",
            "점을 그 재구성 쪽으로 되풀이해 옮기면 데이터로 올라갑니다. 클릭해서 직접 출발시켜 보세요.",
        ),
        args: &[
            coordinate("x", text("Start x", "출발점 x"), -0.2),
            coordinate("y", text("Start y", "출발점 y"), 1.9),
            Knob {
                id: "steps",
                title: text("Steps", "걸음 수"),
                help: text("How many steps each point takes.", "점마다 걷는 걸음 수입니다."),
                kind: KnobKind::Whole { min: 1.0, max: 200.0, default: 32.0, scale: Scale::Log },
                live: true,
            },
            // Trails fade towards their starts: steps are small enough that most of the way is still to be seen.
            pace(0.07),
        ],
        data: &[Kind::Points],
        live: true,
        takes: Takes::Point { x: "x", y: "y" },
    },
    View {
        id: "field",
        title: text("Field and score", "장과 스코어"),
        help: text(
            "From every point an arrow towards its reconstruction; beside it, with Gaussian noise, the arrows of the best network that could be: the slope of the log density of noisy data, times σ².",
            "점마다 그 재구성을 향해 화살표를 그렸습니다. 정규분포 잡음을 쓸 때는 그 옆에 가장 좋은 신경망의 화살표, 곧 잡음 섞인 데이터의 로그 밀도 기울기에 σ²을 곱한 것을 그립니다.",
        ),
        args: &[],
        data: &[Kind::Points],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "denoising",
        title: text("Denoising", "잡음 제거"),
        help: text(
            "Test images (top), corrupted (middle), and what the network makes of that (bottom).",
            "위는 테스트 이미지, 가운데는 손상한 것, 아래는 신경망이 복원한 것입니다.",
        ),
        args: &[Knob {
            id: "row",
            title: text("Test image", "테스트 이미지"),
            help: text("Which image of the test split comes first.", "테스트 이미지 가운데 맨 앞에 놓을 것입니다."),
            kind: KnobKind::Whole { min: 0.0, max: 9999.0, default: 0.0, scale: Scale::Linear },
            live: true,
        }],
        data: &[Kind::Images],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "drawing",
        title: text("Denoising of what you draw", "내 그림의 잡음 제거"),
        help: text(
            "Your drawing, corrupted more and more from left to right (top), and what the network makes of each (bottom). What looks least like the data is repaired most.",
            "내 그림을 왼쪽에서 오른쪽으로 갈수록 더 손상한 것(위)과 신경망이 복원한 것(아래)입니다. 데이터와 닮지 않은 부분일수록 많이 고칩니다.",
        ),
        args: &[Knob {
            id: "most",
            title: text("Largest level", "가장 큰 손상"),
            help: text("The corruption level on the right.", "맨 오른쪽의 손상 정도입니다."),
            kind: KnobKind::Real { min: 0.0, max: 1.0, default: 0.5, scale: Scale::Linear, unit: "" },
            live: true,
        }],
        data: &[Kind::Images],
        live: true,
        takes: Takes::Image,
    },
    View {
        id: "repeated",
        title: text("Repeated denoising", "되풀이한 잡음 제거"),
        help: text(
            "Pure noise, denoised again and again: a row for each start, numbers of steps below. It runs down the energy into something that needs no repair.",
            "순수한 잡음에서 되풀이해 잡음을 제거한 것입니다. 한 줄이 출발점 하나이고 아래 적힌 것은 걸음 수입니다. 에너지를 따라 내려가 더 고칠 것이 없는 그림에 이릅니다.",
        ),
        args: &[pace(0.2)],
        data: &[Kind::Images],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "samples",
        title: text("Samples by walkback", "워크백 표본"),
        help: text(
            "New data: from noise, corrupt and repair again and again. Unlike repeated denoising alone, this chain does not come to rest.",
            "새 데이터입니다. 잡음에서 출발해 손상하고 고치기를 되풀이합니다. 잡음 제거만 되풀이할 때와 달리 이 사슬은 멈추지 않습니다.",
        ),
        args: &[Knob {
            id: "steps",
            title: text("Steps", "걸음 수"),
            help: text(
                "How often each row is corrupted and repaired.",
                "데이터마다 손상하고 고치기를 되풀이하는 횟수입니다.",
            ),
            kind: KnobKind::Whole { min: 1.0, max: 1000.0, default: 30.0, scale: Scale::Log },
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
            "The weights between one unit of the first layer and all pixels, a small image for each unit: one colour excites, the other inhibits. More corruption makes larger strokes.",
            "첫 층의 유닛 하나와 모든 픽셀 사이의 가중치를 유닛마다 작은 이미지로 그렸습니다. 한 색은 흥분, 다른 색은 억제를 뜻합니다. 손상이 클수록 획이 커집니다.",
        ),
        args: &[],
        data: &[Kind::Images],
        live: true,
        takes: Takes::Nothing,
    },
];

static PRESETS: [Preset; 4] = [
    Preset {
        id: "default",
        title: text("Valleys along two moons", "두 초승달을 따라 파인 골짜기"),
        data: "points",
        knobs: &[("family", "moons")],
        steps: 2000,
        metric: "score_error",
        bar: 0.1,
    },
    Preset {
        id: "ring",
        title: text("Wells around a ring of blobs", "고리 모양 덩어리 둘레의 우물"),
        data: "points",
        knobs: &[("family", "ring"), ("level", "0.25")],
        steps: 1500,
        metric: "score_error",
        bar: 0.08,
    },
    Preset {
        id: "digits",
        title: text("Repair small digits", "작은 숫자 고치기"),
        data: "digits",
        knobs: &[("level", "0.5"), ("hidden", "256"), ("learning-rate", "0.001")],
        steps: 800,
        metric: "error_left",
        bar: 0.15,
    },
    Preset {
        id: "patches",
        title: text("Fill in masked patches", "가린 패치 채우기"),
        data: "strokes",
        knobs: &[
            ("corruption", "patches"),
            ("level", "0.4"),
            ("hit-only", "on"),
            ("hidden", "300"),
            ("layers", "1"),
            ("learning-rate", "0.002"),
        ],
        steps: 500,
        metric: "error_left",
        bar: 0.55,
    },
];
