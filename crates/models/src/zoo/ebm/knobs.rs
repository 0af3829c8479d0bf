//! What can be turned at the energy-based model.

use super::{MOST_JUMPS, MOST_MOVES};
use crate::{ChoiceOption, Knob, KnobKind, Scale, text};

pub(super) static KNOBS: [Knob; 18] = [
    Knob {
        id: "objective",
        title: text("Objective", "목적 함수"),
        help: text(
            "What energy is pushed up against. Persistent: chains that go on for the whole of training, the closest to maximum likelihood. \
             Short run: chains that begin at noise every time. Contrastive divergence: chains that begin at the data. Score matching: no \
             chains; the slope is taught to lead back from added noise.",
            "어디의 에너지를 높일지 정합니다. 지속 사슬은 학습 내내 이어지며 최대 가능도에 가장 가깝습니다. 짧은 사슬은 매번 잡음에서 \
             시작합니다. 대조 발산은 데이터에서 시작합니다. 점수 매칭은 사슬 없이, 더한 잡음에서 되돌아오는 방향으로 기울기를 맞춥니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption {
                    id: "persistent",
                    title: text("Likelihood, persistent chains", "최대 가능도, 지속 사슬"),
                },
                ChoiceOption {
                    id: "short-run", title: text("Likelihood, short chains", "최대 가능도, 짧은 사슬")
                },
                ChoiceOption { id: "contrastive", title: text("Contrastive divergence", "대조 발산") },
                ChoiceOption {
                    id: "score-matching", title: text("Denoising score matching", "잡음 제거 점수 매칭")
                },
            ],
            default: 0,
        },
        live: false,
    },
    Knob {
        id: "sampler",
        title: text("Sampler", "표집 방법"),
        help: text(
            "How chains move. Langevin: downhill plus noise. Corrected: each such move may be refused, which makes it exact. \
             Hamiltonian: rolls without friction for several steps and goes further.",
            "사슬이 움직이는 방법입니다. 랑주뱅은 내리막으로 가며 잡음을 더합니다. 보정을 넣으면 움직임을 거절할 수 있어 정확해집니다. \
             해밀턴은 마찰 없이 여러 걸음을 굴러 더 멀리 갑니다.",
        ),
        kind: KnobKind::Choice {
            options: &[
                ChoiceOption { id: "langevin", title: text("Langevin", "랑주뱅") },
                ChoiceOption { id: "corrected", title: text("Langevin, corrected", "보정한 랑주뱅") },
                ChoiceOption { id: "hamiltonian", title: text("Hamiltonian", "해밀턴") },
            ],
            default: 1,
        },
        live: false,
    },
    Knob {
        id: "chain-steps",
        title: text("Moves per step K", "사슬 이동 횟수 K"),
        help: text(
            "How often every chain moves before the energy is changed. Few are fast and leave chains behind the changing landscape.",
            "에너지를 한 번 고치기 전에 사슬이 움직이는 횟수입니다. 적으면 빠르지만 사슬이 바뀌는 지형을 따라가지 못합니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: MOST_MOVES as f64, default: 4.0, scale: Scale::Log },
        live: true,
    },
    Knob {
        id: "step-size",
        title: text("Step size ε", "보폭 ε"),
        help: text(
            "The size of a move. About half the width of the narrowest valley is good; much more and chains jump over it.",
            "한 번 움직이는 크기입니다. 가장 좁은 골짜기 너비의 절반쯤이 좋고, 훨씬 크면 사슬이 골짜기를 뛰어넘습니다.",
        ),
        kind: KnobKind::Real { min: 0.001, max: 1.0, default: 0.06, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "temperature",
        title: text("Temperature T", "온도 T"),
        help: text(
            "How strongly chains are shaken. At 0 they only roll downhill; the density is exp(-F/T)/Z.",
            "사슬이 흔들리는 세기입니다. 0에 가까우면 굴러 내려가기만 합니다. 밀도는 exp(-F/T)/Z입니다.",
        ),
        kind: KnobKind::Real { min: 0.01, max: 10.0, default: 1.0, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "leapfrog",
        title: text("Leapfrog steps", "도약 걸음 수"),
        help: text(
            "Steps of a Hamiltonian trajectory: more carry it further, at the cost of one gradient each.",
            "해밀턴 궤적 하나의 걸음 수입니다. 많을수록 멀리 가지만 걸음마다 기울기를 한 번씩 계산합니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 16.0, default: 5.0, scale: Scale::Linear },
        live: false,
    },
    Knob {
        id: "clip",
        title: text("Largest drift", "최대 이동"),
        help: text(
            "The slope moves no number by more than this in a Langevin move. It keeps chains from being thrown off a cliff.",
            "랑주뱅 이동 한 번에 기울기가 각 수를 이보다 많이 옮기지 못합니다. 가파른 절벽에서 사슬이 튕겨 나가는 것을 막습니다.",
        ),
        kind: KnobKind::Real { min: 0.001, max: 1.0, default: 0.1, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "fresh",
        title: text("Fresh chains", "새로 시작하는 비율"),
        help: text(
            "The share of the persistent chains that begin anew at noise in each step.",
            "지속 사슬 가운데 단계마다 잡음에서 새로 시작하는 비율입니다.",
        ),
        kind: KnobKind::Real { min: 0.001, max: 1.0, default: 0.001, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "jumps",
        title: text("Jumps", "도약 횟수"),
        help: text(
            "In the plane: how often in each step a chain may leap to a random place, accepted by the difference in energy. \
             Without them chains cannot cross from valley to valley.",
            "평면에서 단계마다 사슬이 무작위 위치로 건너뛰기를 시도하는 횟수이며, 에너지 차이에 따라 받아들입니다. 이것이 없으면 사슬이 \
             다른 골짜기로 건너가지 못합니다.",
        ),
        kind: KnobKind::Whole { min: 0.0, max: MOST_JUMPS as f64, default: 8.0, scale: Scale::Linear },
        live: true,
    },
    Knob {
        id: "score-noise",
        title: text("Noise to remove σ", "제거할 잡음 σ"),
        help: text(
            "For score matching: how much noise is added. The density learned is that of the noisy data, so small is sharp, and learns slowly far from the data.",
            "점수 매칭에서 더하는 잡음의 크기입니다. 잡음이 섞인 데이터의 밀도를 배우므로, 작으면 선명하지만 데이터에서 먼 곳은 더디게 배웁니다.",
        ),
        kind: KnobKind::Real { min: 0.01, max: 1.0, default: 0.1, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "data-noise",
        title: text("Noise on data", "데이터에 더하는 잡음"),
        help: text(
            "Added to every row that is learned. A little keeps the energy of images from becoming infinitely steep.",
            "학습하는 행마다 더하는 잡음입니다. 조금 더하면 이미지의 에너지가 한없이 가팔라지지 않습니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.5, default: 0.0, scale: Scale::Linear, unit: "" },
        live: true,
    },
    Knob {
        id: "regulariser",
        title: text("Energy regulariser α", "에너지 규제 α"),
        help: text(
            "Holds energies near 0 by a price on their squares. It ties down what likelihood leaves free and keeps images from diverging.",
            "에너지의 제곱에 값을 매겨 0 가까이에 붙잡습니다. 가능도만으로는 정해지지 않는 것을 정하고, 이미지 학습이 발산하지 않게 합니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 1.0, default: 0.0, scale: Scale::Linear, unit: "" },
        live: true,
    },
    Knob {
        id: "learning-rate",
        title: text("Learning rate", "학습률"),
        help: text(
            "How far each update moves the network. Too large and the landscape changes faster than the chains can follow.",
            "한 번 갱신할 때 신경망이 움직이는 정도입니다. 너무 크면 사슬이 따라갈 수 없을 만큼 지형이 빨리 바뀝니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.1, default: 5e-3, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "decay-steps",
        title: text("Learning rate halves after", "학습률이 절반이 되는 단계"),
        help: text(
            "The learning rate falls to a half after so many steps, to a third after twice as many. It quiets the tug of war between data and chains.",
            "이만큼의 단계가 지나면 학습률이 2분의 1, 그 두 배면 3분의 1이 됩니다. 데이터와 사슬의 줄다리기가 잦아듭니다.",
        ),
        kind: KnobKind::Whole { min: 100.0, max: 1_000_000.0, default: 500.0, scale: Scale::Log },
        live: true,
    },
    Knob {
        id: "beta1",
        title: text("Adam β₁", "Adam β₁"),
        help: text(
            "How much of the previous direction each update keeps. Chains answer to every change, so little is steadier.",
            "갱신할 때 이전 방향을 남기는 비율입니다. 바뀔 때마다 사슬이 반응하므로 작을수록 안정됩니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.99, default: 0.5, scale: Scale::Linear, unit: "" },
        live: false,
    },
    Knob {
        id: "layers",
        title: text("Hidden layers", "은닉층 수"),
        help: text(
            "Hidden layers of the network of points; that of images has as many convolutions as halve it to a few pixels.",
            "점을 배우는 신경망의 은닉층 수입니다. 이미지 신경망은 크기가 몇 픽셀로 줄 때까지 합성곱을 거듭합니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 4.0, default: 3.0, scale: Scale::Linear },
        live: false,
    },
    Knob {
        id: "units",
        title: text("Units", "유닛 수"),
        help: text(
            "Units in each hidden layer. For images the first convolution has a quarter as many channels, the others half. More draw finer landscapes and take longer.",
            "은닉층마다 있는 유닛 수입니다. 이미지에서는 첫 합성곱의 채널 수가 이 값의 4분의 1, 나머지는 절반입니다. 많을수록 섬세한 지형을 그리지만 오래 걸립니다.",
        ),
        kind: KnobKind::Whole { min: 4.0, max: 256.0, default: 64.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "batch",
        title: text("Batch size and chains", "배치 크기와 사슬 수"),
        help: text(
            "Rows of data in each step, and as many chains. More make the two averages that are compared less noisy.",
            "단계마다 쓰는 데이터의 수이며, 사슬도 같은 수만큼 씁니다. 많을수록 견주는 두 평균의 잡음이 줄어듭니다.",
        ),
        kind: KnobKind::Whole { min: 8.0, max: 1024.0, default: 256.0, scale: Scale::Log },
        live: false,
    },
];
