//! What the Hopfield network declares about itself.

use crate::data::Kind;
use crate::{
    Better, ChoiceOption, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, View, paper, shown,
    text,
};

/// The Hopfield network.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "hopfield",
    title: text("Hopfield network", "홉필드 네트워크"),
    family: Family::Energy,
    summary: text(
        "Every pixel is a unit that pulls on all the others. Stored images are valleys of an energy, and a damaged image rolls down into the one that it came from.",
        "픽셀 하나하나가 유닛이고 유닛마다 다른 모든 유닛을 당깁니다. 저장한 이미지는 에너지의 골짜기가 되고, 손상된 이미지는 골짜기로 굴러 내려가 원래 모습을 되찾습니다.",
    ),
    story: text(
        "Each training step stores one image more: play, or press One step, and see in the recall view how each finds back from its \
         damage. Then draw something yourself and watch it settle while its energy falls. Nothing is trained by gradients here: one look at an \
         image is enough. But memory is finite. With Hebb's rule images that resemble each other blend, and random ones are lost all at once \
         when there are more than 0.138 for each unit; the states that appear instead are memories of nothing. The pseudo-inverse rule tells similar \
         images apart, and steeper, dense energies hold far more.",
        "학습 한 단계마다 이미지를 하나씩 더 저장합니다. 재생하거나 '한 단계'를 누르고, 손상된 이미지가 저마다 제 모습을 되찾는지 회상 보기에서 \
         살펴보세요. 그다음에는 직접 그림을 그려서, 에너지가 낮아지며 그림이 어떤 기억으로 가라앉는지 지켜보세요. 여기서는 기울기로 학습하지 않으며 이미지를 한 번만 보면 \
         충분합니다. 하지만 기억에는 한계가 있습니다. 헤브 규칙에서는 서로 닮은 이미지가 뒤섞이고, 무작위 패턴은 유닛 하나당 0.138개를 넘으면 한꺼번에 \
         사라집니다. 그 대신 나타나는 상태는 저장한 적 없는 가짜 기억입니다. 의사역행렬 규칙은 닮은 이미지도 구별하고, 더 가파른 조밀 에너지는 훨씬 많이 저장합니다.",
    ),
    equations: shown(&[
        r"E(s) = -\tfrac{1}{2} \sum_{i \ne j} s_i W_{ij} s_j, \quad s_i \leftarrow \operatorname{sgn} \Big( \sum_{j \ne i} W_{ij} s_j \Big)",
        r"W = \tfrac{1}{N} \sum_{\mu=1}^{P} \xi_\mu \xi_\mu^\top \quad \text{or} \quad W \leftarrow W + \frac{r r^\top}{r^\top \xi}, \; r = \xi - W \xi",
        r"E(s) = -\sum_\mu F(\xi_\mu^\top s), \quad F(x) = \max(0, x)^3 \;\text{or}\; e^x",
        r"s \leftarrow \sum_\mu \xi_\mu \operatorname{softmax}_\mu \big( \beta \, \xi_\mu^\top s / \sqrt{N} \big)",
    ]),
    paper: paper(
        "J. J. Hopfield, Neural networks and physical systems with emergent collective computational abilities, 1982",
        "https://doi.org/10.1073/pnas.79.8.2554",
    ),
    data: &[Kind::Images],
    needs_labels: false,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static KNOBS: [Knob; 5] = [
    Knob {
        id: "patterns",
        title: text("Patterns", "패턴 수"),
        help: text(
            "How many images are stored, one a step, from the first of the data on. With Hebb's rule the limit for random patterns is 0.138 for each pixel.",
            "저장할 이미지의 수입니다. 데이터의 첫 이미지부터 한 단계에 하나씩 저장합니다. 헤브 규칙으로 무작위 패턴을 저장할 때의 한계는 픽셀 하나당 0.138개입니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 256.0, default: 10.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "energy",
        title: text("Energy", "에너지"),
        help: text(
            "Quadratic is the classical network with a coupling between every two units. The dense energies keep the patterns themselves and grow steeper towards \
             each, so that many more fit in. Attention is the one with real numbers as units: its update is that of a transformer.",
            "이차 에너지는 모든 유닛 쌍 사이에 결합이 있는 고전적인 네트워크입니다. 조밀 에너지는 패턴 자체를 간직하며 각 패턴 쪽으로 더 가팔라져서 훨씬 \
             많이 저장합니다. 어텐션은 유닛이 실수인 에너지로, 갱신 방식이 트랜스포머의 어텐션과 같습니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption::new("quadratic", text("Quadratic (classical)", "이차(고전)")),
                ChoiceOption::new("cubic", text("Cubic (dense)", "삼차(조밀)")),
                ChoiceOption::new("exponential", text("Exponential (dense)", "지수(조밀)")),
                ChoiceOption::new("attention", text("Attention", "어텐션")),
            ],
            default: 0,
        },
        live: false,
    },
    Knob {
        id: "learning-rule",
        title: text("Learning rule", "학습 규칙"),
        help: text(
            "How the quadratic energy gets its couplings. Hebb: units that agree in a pattern are coupled more, those that differ less. Pseudo-inverse: only \
             what the couplings do not reproduce yet is added, so that patterns that resemble each other stay apart.",
            "이차 에너지의 결합을 정하는 방법입니다. 헤브 규칙은 패턴에서 값이 같은 두 유닛의 결합을 키우고 다른 두 유닛의 결합을 줄입니다. 의사역행렬 규칙은 \
             지금의 결합이 아직 재현하지 못하는 부분만 더하므로 서로 닮은 패턴도 섞이지 않습니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption::new("pseudo-inverse", text("Pseudo-inverse", "의사역행렬")),
                ChoiceOption::new("hebb", text("Hebb", "헤브")),
            ],
            default: 0,
        },
        live: false,
    },
    Knob {
        id: "patterns-from",
        title: text("Patterns from", "패턴의 출처"),
        help: text(
            "The images of the data, bright pixels on and dark ones off, or coin tosses of the same size, for which the theory of capacity is made.",
            "데이터의 이미지(밝은 픽셀은 켜짐, 어두운 픽셀은 꺼짐)를 저장할지, 같은 크기로 동전을 던져 만든 무작위 패턴을 저장할지 정합니다. 용량 이론은 무작위 패턴을 다룹니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption::new("data", text("The data", "데이터")),
                ChoiceOption::new("random", text("Coin tosses", "동전 던지기")),
            ],
            default: 0,
        },
        live: false,
    },
    Knob {
        id: "beta",
        title: text("Inverse temperature β", "역온도 β"),
        help: text(
            "How sharply attention chooses between memories; the other energies ignore it. Small values settle into an average of all, large ones into the nearest. 1 is what \
             transformers use.",
            "어텐션이 기억 사이에서 얼마나 뚜렷하게 고르는지 정합니다. 다른 에너지에서는 쓰이지 않습니다. 작으면 모든 기억의 평균으로, 크면 가장 가까운 기억으로 가라앉습니다. \
             트랜스포머에서는 1입니다.",
        ),
        kind: KnobKind::Real { min: 0.01, max: 20.0, default: 1.0, scale: Scale::Log, unit: "" },
        live: true,
    },
];

static METRICS: [Metric; 6] = [
    Metric {
        id: "stored",
        title: text("Patterns stored", "저장한 패턴 수"),
        help: text(
            "How many patterns the network has been shown so far.",
            "지금까지 네트워크에 저장한 패턴의 수입니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "stable_bits",
        title: text("Stable bits", "안정한 비트"),
        help: text(
            "The share of all stored pixels that would stay as they are if they were asked. Below 1 a memory starts to leak as soon as it is recalled. Quadratic energy only.",
            "저장한 픽셀 가운데 갱신해도 그대로인 것의 비율입니다. 1보다 작으면 떠올리자마자 기억이 새기 시작합니다. 이차 에너지에서만 잽니다.",
        ),
        unit: "",
        better: Better::Up,
        cost: Cost::Free,
    },
    Metric {
        id: "energy",
        title: text("Energy of the memories", "기억의 에너지"),
        help: text(
            "The mean energy per unit of the stored patterns: how deep their valleys are.",
            "저장한 패턴의 유닛당 에너지를 평균한 값으로, 골짜기가 얼마나 깊은지 나타냅니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "recall_overlap",
        title: text("Recall", "회상"),
        help: text(
            "One pixel in ten of a stored pattern is turned around and the network settles: the mean overlap of where it ends with the pattern. 1 is perfect, 0 is chance.",
            "저장한 패턴의 픽셀을 열에 하나꼴로 뒤집은 뒤 가라앉혔을 때, 도착한 상태와 원래 패턴의 겹침을 평균한 값입니다. 1이면 완벽하고 0이면 우연입니다.",
        ),
        unit: "",
        better: Better::Up,
        cost: Cost::Cheap,
    },
    Metric {
        id: "recalled",
        title: text("Patterns recalled", "되찾은 패턴"),
        help: text(
            "The share of stored patterns that come back from such damage with an overlap above 0.97.",
            "그렇게 손상해도 겹침이 0.97을 넘게 되돌아오는 패턴의 비율입니다.",
        ),
        unit: "",
        better: Better::Up,
        cost: Cost::Cheap,
    },
    Metric {
        id: "spurious",
        title: text("Spurious states", "가짜 기억"),
        help: text(
            "The share of random states that settle into something that is neither a stored pattern nor its negative.",
            "무작위 상태에서 출발했을 때, 저장한 패턴도 그 반전도 아닌 상태로 가라앉는 비율입니다.",
        ),
        unit: "",
        better: Better::Down,
        cost: Cost::Costly,
    },
];

const DAMAGE: Knob = Knob {
    id: "damage",
    title: text("Damage", "손상"),
    help: text("What is done to the image before it is recalled.", "떠올리기 전에 이미지를 어떻게 손상할지 정합니다."),
    kind: KnobKind::Choice {
        options: &[
            ChoiceOption::new("noise", text("Turn pixels around", "픽셀 뒤집기")),
            ChoiceOption::new("bottom", text("Erase the lower half", "아래 절반 지우기")),
            ChoiceOption::new("top", text("Erase the upper half", "위 절반 지우기")),
            ChoiceOption::new("left", text("Erase the left half", "왼쪽 절반 지우기")),
            ChoiceOption::new("right", text("Erase the right half", "오른쪽 절반 지우기")),
        ],
        default: 0,
    },
    live: true,
};

const fn noise(default: f64) -> Knob {
    Knob {
        id: "noise",
        title: text("Noise", "잡음"),
        help: text("The share of pixels that are turned around.", "뒤집을 픽셀의 비율입니다."),
        kind: KnobKind::Real { min: 0.0, max: 0.5, default, scale: Scale::Linear, unit: "" },
        live: true,
    }
}

static VIEWS: [View; 6] = [
    View {
        id: "recall",
        title: text("Recall", "회상"),
        help: text(
            "Memories (top, by their numbers; those with a dash are not stored yet), the same damaged (middle), and what the network settles into from there, with the \
             overlap (bottom).",
            "위는 기억(아래 적힌 것은 번호이며, 줄표는 아직 저장하지 않은 것), 가운데는 손상한 것, 아래는 거기서 출발해 가라앉은 상태와 겹침입니다.",
        ),
        args: &[
            DAMAGE,
            noise(0.2),
            Knob {
                id: "first",
                title: text("First pattern", "첫 패턴"),
                help: text("The number of the pattern on the left.", "맨 왼쪽에 놓을 패턴의 번호입니다."),
                kind: KnobKind::Whole { min: 1.0, max: 256.0, default: 1.0, scale: Scale::Linear },
                live: true,
            },
        ],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "settling",
        title: text("Settling of what you draw", "내 그림이 가라앉는 과정"),
        help: text(
            "Draw something, damage it further if you like, and see it roll down the energy, one unit at a time, into a memory or into a state that nobody stored.",
            "아무것이나 그리고, 원한다면 더 손상해 보세요. 유닛이 하나씩 바뀌며 에너지를 따라 내려가, 기억이나 저장한 적 없는 상태로 가라앉습니다.",
        ),
        args: &[DAMAGE, noise(0.0)],
        data: &[],
        live: true,
        takes: Takes::Image,
    },
    View {
        id: "energy",
        title: text("Energy per update", "갱신에 따른 에너지"),
        help: text(
            "The energy on the way down from three starts. It never rises: every unit that turns around lowers it.",
            "세 곳에서 출발해 내려가는 동안의 에너지입니다. 유닛이 뒤집힐 때마다 낮아지며, 높아지는 일은 없습니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "spurious",
        title: text("Spurious states", "가짜 기억"),
        help: text(
            "Where random states settle. Beside the memories there are their negatives, blends of three of them (their numbers stand below) and others.",
            "무작위 상태가 가라앉는 곳입니다. 기억 말고도 그 반전, 기억 세 개가 섞인 혼합 상태(아래 적힌 것은 섞인 기억의 번호), 그 밖의 상태가 있습니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "couplings",
        title: text("Couplings", "결합"),
        help: text(
            "How single units pull on all others, an image for each: one colour towards the same value, the other towards the opposite. Dense energies have the patterns in \
             their place.",
            "유닛 하나가 다른 모든 유닛을 당기는 방향을 유닛마다 이미지로 그렸습니다. 한 색은 같은 값 쪽으로, 다른 색은 반대 값 쪽으로 당긴다는 뜻입니다. 조밀 에너지에서는 \
             패턴이 그 자리를 대신합니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "capacity",
        title: text("Capacity", "용량"),
        help: text(
            "Networks of their own store more and more coin tosses by Hebb's rule. From a stored pattern each settles; retrieved means an overlap above 0.9. The mark is 0.138, where in \
             a network without end all patterns are lost at once; the fewer units, the rounder the fall.",
            "별도의 네트워크들이 헤브 규칙으로 무작위 패턴을 점점 더 많이 저장합니다. 저장한 패턴에서 출발해 가라앉힌 뒤 겹침이 0.9를 넘으면 되찾은 것으로 봅니다. 표시한 곳은 \
             0.138로, 유닛이 한없이 많으면 여기서 모든 패턴이 한꺼번에 사라집니다. 유닛이 적을수록 완만하게 떨어집니다.",
        ),
        args: &[
            Knob {
                id: "units",
                title: text("Units", "유닛 수"),
                help: text("The size of the networks.", "네트워크의 크기입니다."),
                kind: KnobKind::Choice {
                    options: &[
                        ChoiceOption::new("100", text("100", "100")),
                        ChoiceOption::new("200", text("200", "200")),
                        ChoiceOption::new("500", text("500", "500")),
                    ],
                    default: 1,
                },
                live: true,
            },
            Knob {
                id: "networks",
                title: text("Networks", "네트워크 수"),
                help: text(
                    "How many networks are averaged at every load. More make the curve smooth and take longer.",
                    "저장률마다 평균할 네트워크의 수입니다. 많으면 곡선이 매끄러워지지만 오래 걸립니다.",
                ),
                kind: KnobKind::Whole { min: 1.0, max: 50.0, default: 5.0, scale: Scale::Log },
                live: true,
            },
        ],
        data: &[],
        live: false,
        takes: Takes::Nothing,
    },
];

static PRESETS: [Preset; 4] = [
    Preset {
        id: "default",
        title: text("A memory for handwriting", "손글씨를 기억하기"),
        data: "strokes",
        knobs: &[],
        steps: 10,
        metric: "recall_overlap",
        bar: 0.99,
    },
    Preset {
        id: "hebb",
        title: text("Hebb's rule, filled past its limit", "헤브 규칙을 한계 너머까지 채우기"),
        data: "strokes",
        knobs: &[("learning-rule", "hebb"), ("patterns-from", "random"), ("patterns", "140")],
        steps: 80,
        metric: "recalled",
        bar: 0.95,
    },
    Preset {
        id: "dense",
        title: text("A dense memory: 200 digits in 64 units", "조밀한 기억: 유닛 64개에 숫자 200개"),
        data: "digits",
        knobs: &[("energy", "exponential"), ("patterns", "200")],
        steps: 200,
        metric: "recall_overlap",
        bar: 0.97,
    },
    Preset {
        id: "attention",
        title: text("Recall by attention", "어텐션으로 떠올리기"),
        data: "digits",
        knobs: &[("energy", "attention"), ("patterns", "50"), ("beta", "4")],
        steps: 50,
        metric: "recall_overlap",
        bar: 0.97,
    },
];
