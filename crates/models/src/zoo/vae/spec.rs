//! What the variational autoencoder declares about itself.

use crate::data::Kind;
use crate::zoo::codes::{ENDS, FIRST_ROW, PLANE_AXES};
use crate::{
    Better, ChoiceOption, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, View, paper, shown,
    text,
};

/// The variational autoencoder.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "vae",
    title: text("Variational autoencoder", "변분 오토인코더"),
    family: Family::Latent,
    summary: text(
        "An encoder squeezes every image into a small cloud of a few latent variables, and a decoder learns to draw the image back from it.",
        "인코더는 이미지를 잠재 변수 몇 개로 나타낸 작은 구름으로 압축하고, 디코더는 그 구름에서 이미지를 다시 그리는 법을 배웁니다.",
    ),
    story: text(
        "Watch the reconstructions sharpen while the samples, decoded from pure noise, turn from smudges into digits. Two forces pull at every \
         latent variable: reconstruction wants each image to have a place of its own, and the KL divergence wants all places to overlap in one \
         round cloud, so that any point of it can be decoded.",
        "재구성 이미지가 또렷해지는 동안, 순수한 잡음을 디코딩한 표본이 얼룩에서 숫자로 바뀌는 모습을 지켜보세요. 잠재 변수마다 두 힘이 맞섭니다. \
         재구성 손실은 이미지마다 자기 자리를 갖게 하려 하고, KL 발산은 모든 자리를 둥근 구름 하나로 겹치게 해서 구름의 어느 점이든 디코딩할 수 있게 하려 합니다.",
    ),
    equations: shown(&[
        r"\log p(x) \ge \mathbb{E}_{q(z|x)}[\log p(x|z)] - \mathrm{KL}(q(z|x) \,\|\, p(z))",
        r"q(z|x) = \mathcal{N}(z;\, \mu(x), \operatorname{diag} \sigma^2(x)), \quad p(z) = \mathcal{N}(z;\, 0, I)",
        r"z = \mu + \sigma \odot \varepsilon, \quad \varepsilon \sim \mathcal{N}(0, I)",
        r"\mathrm{KL} = \tfrac{1}{2} \sum_j (\mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2)",
    ]),
    paper: paper(
        "D. P. Kingma and M. Welling, Auto-Encoding Variational Bayes, 2013",
        "https://arxiv.org/abs/1312.6114",
    ),
    data: &[Kind::Images, Kind::Points],
    needs_labels: false,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static OUTPUTS: [ChoiceOption; 4] = [
    ChoiceOption { id: "auto", title: text("By the data", "데이터에 맞춤") },
    ChoiceOption { id: "bernoulli", title: text("Bernoulli", "베르누이") },
    ChoiceOption { id: "gaussian", title: text("Gaussian, fixed scale", "정규분포, 표준편차 고정") },
    ChoiceOption { id: "learned", title: text("Gaussian, learned scale", "정규분포, 표준편차 학습") },
];

static ACTIVATIONS: [ChoiceOption; 2] = [
    ChoiceOption { id: "relu", title: text("ReLU", "ReLU") },
    ChoiceOption { id: "tanh", title: text("tanh", "tanh") },
];

static KNOBS: [Knob; 11] = [
    Knob {
        id: "latent",
        title: text("Latent variables", "잠재 변수의 수"),
        help: text(
            "How many numbers the encoder may describe an image with. With 2 the whole latent space fits in one picture and images stay blurry; \
             with more they get sharper, until the model leaves the extra ones unused.",
            "인코더가 이미지 하나를 나타내는 데 쓰는 수의 개수입니다. 2이면 잠재 공간 전체가 그림 하나에 담기지만 이미지가 흐릿합니다. \
             늘리면 점점 또렷해지다가, 어느 수를 넘으면 모델이 남는 변수를 쓰지 않습니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 128.0, default: 20.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "hidden",
        title: text("Hidden units", "은닉 유닛 수"),
        help: text(
            "Width of each hidden layer, in the encoder and in the decoder. More can draw finer detail and take longer for every step.",
            "인코더와 디코더의 각 은닉층에 있는 유닛의 수입니다. 많을수록 더 세밀하게 그리지만 한 단계가 느려집니다.",
        ),
        kind: KnobKind::Whole { min: 4.0, max: 1024.0, default: 400.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "layers",
        title: text("Hidden layers", "은닉층 수"),
        help: text(
            "How many hidden layers the encoder and the decoder have each. With 0 both are linear: with Gaussian output the model is then \
             probabilistic PCA.",
            "인코더와 디코더에 각각 있는 은닉층의 수입니다. 0이면 둘 다 선형이 되어, 출력이 정규분포일 때 확률적 주성분 분석(PPCA)과 같아집니다.",
        ),
        kind: KnobKind::Whole { min: 0.0, max: 4.0, default: 1.0, scale: Scale::Linear },
        live: false,
    },
    Knob {
        id: "activation",
        title: text("Activation", "활성화 함수"),
        help: text(
            "What each hidden unit does with the weighted sum of its inputs. ReLU makes pictures out of flat facets, tanh out of smooth curves.",
            "은닉 유닛이 받은 가중합에 적용하는 함수입니다. ReLU는 평평한 조각으로, tanh는 매끄러운 곡선으로 그림을 이룹니다.",
        ),
        kind: KnobKind::Choice { options: &ACTIVATIONS, default: 0 },
        live: false,
    },
    Knob {
        id: "output",
        title: text("Output distribution", "출력 분포"),
        help: text(
            "What the decoder says about each number of the data. Bernoulli: how likely the pixel is on. Gaussian: a mean and, shared by all, a \
             standard deviation, fixed or learned. By the data means Bernoulli for images and a learned Gaussian for points.",
            "디코더가 데이터의 각 수에 대해 내놓는 분포입니다. 베르누이 분포에서는 픽셀이 켜질 확률을 내놓습니다. 정규분포에서는 평균을 내놓고, \
             모두가 함께 쓰는 표준편차는 고정하거나 학습합니다. '데이터에 맞춤'은 이미지에는 베르누이 분포를, 점에는 표준편차를 학습하는 정규분포를 씁니다.",
        ),
        kind: KnobKind::Choice { options: &OUTPUTS, default: 0 },
        live: false,
    },
    Knob {
        id: "scale",
        title: text("Output scale s", "출력 표준편차 s"),
        help: text(
            "Standard deviation of the Gaussian output with fixed scale; the other outputs ignore it. Small values demand exact reconstructions \
             and let the KL divergence grow; large ones forgive blur.",
            "표준편차를 고정한 정규분포 출력에서 그 표준편차이며, 다른 출력에서는 쓰이지 않습니다. 작으면 정확한 재구성을 요구해 KL 발산이 커지고, 크면 흐릿해도 너그럽게 봅니다.",
        ),
        kind: KnobKind::Real { min: 0.01, max: 2.0, default: 0.1, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "beta",
        title: text("KL weight β", "KL 가중치 β"),
        help: text(
            "How strongly the KL divergence counts. 1 is the evidence lower bound. Below 1 reconstructions sharpen and samples suffer; above 1 \
             latent variables fall silent one by one and images blur.",
            "KL 발산의 비중을 정합니다. 1이면 목적 함수가 증거 하한(ELBO)이 됩니다. 1보다 작으면 재구성은 또렷해지지만 표본이 나빠지고, \
             1보다 크면 잠재 변수가 하나씩 쓰이지 않게 되고 이미지가 흐려집니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 20.0, default: 1.0, scale: Scale::Linear, unit: "" },
        live: true,
    },
    Knob {
        id: "warm-up",
        title: text("Warm-up of β", "β 예열"),
        help: text(
            "Training steps over which β rises from 0. It gives the latent variables time to become useful before the KL divergence can silence them.",
            "β를 0에서부터 서서히 키우는 학습 단계 수입니다. KL 발산이 잠재 변수를 꺼 버리기 전에 잠재 변수가 쓸모를 찾을 시간을 줍니다.",
        ),
        kind: KnobKind::Whole { min: 0.0, max: 10000.0, default: 0.0, scale: Scale::Linear },
        live: true,
    },
    Knob {
        id: "learning-rate",
        title: text("Learning rate", "학습률"),
        help: text(
            "How far each step of Adam moves the weights. Too large and the curves jump or diverge; too small and nothing seems to happen.",
            "Adam이 한 단계마다 가중치를 움직이는 정도입니다. 너무 크면 곡선이 튀거나 발산하고, 너무 작으면 변화가 보이지 않습니다.",
        ),
        kind: KnobKind::Real { min: 0.00001, max: 0.1, default: 0.001, scale: Scale::Log, unit: "" },
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
    Knob {
        id: "importance-samples",
        title: text("Importance samples K", "중요도 표본 수 K"),
        help: text(
            "Draws of the latent variables for each row when the log-likelihood is estimated. More come closer to the truth, from below, and take \
             longer. Training is not affected.",
            "로그 가능도를 추정할 때 데이터마다 잠재 변수를 몇 번 뽑을지 정합니다. 많을수록 추정값이 아래에서부터 참값에 가까워지지만 오래 걸립니다. 학습에는 영향을 주지 않습니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 5000.0, default: 100.0, scale: Scale::Log },
        live: true,
    },
];

static METRICS: [Metric; 5] = [
    Metric {
        id: "negative_elbo",
        title: text("Negative ELBO", "음의 증거 하한(ELBO)"),
        help: text(
            "Reconstruction plus KL divergence, in nats for one row: an upper bound of the negative log-likelihood, and at β = 1 what training \
             lowers. Gray pixels with Bernoulli output make it a cross-entropy that only compares with others on gray pixels.",
            "데이터 하나당 재구성 손실과 KL 발산의 합이며 단위는 내트(nat)입니다. 음의 로그 가능도의 상한이고, β가 1일 때 학습이 낮추는 값입니다. \
             회색 픽셀에 베르누이 출력을 쓰면 교차 엔트로피가 되므로, 회색 픽셀에서 잰 값끼리만 비교할 수 있습니다.",
        ),
        unit: "nats",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "reconstruction",
        title: text("Reconstruction loss", "재구성 손실"),
        help: text(
            "Negative log-probability of a row given a latent code drawn from its own posterior: what the picture costs once the code is known.",
            "데이터의 사후 분포에서 뽑은 잠재 코드가 주어졌을 때 그 데이터의 음의 로그 확률입니다. 코드를 알고 나서 그림을 맞히는 데 드는 비용입니다.",
        ),
        unit: "nats",
        better: Better::Down,
        cost: Cost::Free,
    },
    Metric {
        id: "kl",
        title: text("KL divergence", "KL 발산"),
        help: text(
            "How far the posterior of a row lies from the prior: what the code itself costs. Zero means that the latent variables say nothing.",
            "데이터의 사후 분포가 사전 분포에서 떨어진 정도로, 코드 자체에 드는 비용입니다. 0이면 잠재 변수가 아무것도 알려 주지 않는다는 뜻입니다.",
        ),
        unit: "nats",
        better: Better::Neither,
        cost: Cost::Free,
    },
    Metric {
        id: "active_units",
        title: text("Active latents", "활성 잠재 변수"),
        help: text(
            "Latent variables whose posterior mean differs from row to row, with a variance above 0.01 (Burda et al., 2015). The others are unused.",
            "사후 평균이 데이터마다 달라 그 분산이 0.01을 넘는 잠재 변수의 수입니다(Burda 외, 2015). 나머지는 쓰이지 않습니다.",
        ),
        unit: "",
        better: Better::Neither,
        cost: Cost::Cheap,
    },
    Metric {
        id: "importance_log_likelihood",
        title: text("Log-likelihood by importance sampling", "중요도 표집 로그 가능도"),
        help: text(
            "The log-probability of a row, estimated with K draws from its posterior: at least the evidence lower bound and, on average, never above \
             the truth. With gray pixels and Bernoulli output it inherits the cross-entropy's caveat: it is no normalised density.",
            "사후 분포에서 K번 뽑아 추정한 데이터 하나의 로그 확률입니다. 평균하면 증거 하한 이상이고 참값을 넘지 않습니다. 회색 픽셀에 베르누이 출력을 쓰면 \
             교차 엔트로피와 마찬가지로 정규화된 확률 밀도가 아닙니다.",
        ),
        unit: "nats",
        better: Better::Up,
        cost: Cost::Costly,
    },
];

static VIEWS: [View; 6] = [
    View {
        id: "samples",
        title: text("Samples", "표본"),
        help: text(
            "Latent codes drawn from the prior and decoded. The codes stay the same while training goes on, so each picture can be followed. On \
             points the shading is the density that the model gives to the plane.",
            "사전 분포에서 뽑은 잠재 코드를 디코딩한 것입니다. 학습하는 동안 코드는 바뀌지 않으므로 그림 하나하나가 변하는 모습을 따라갈 수 있습니다. \
             점 데이터에서는 모델이 평면에 주는 확률 밀도를 색으로 나타냅니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "plane",
        title: text("Latent plane", "잠재 평면"),
        help: text(
            "Two latent variables swept over the quantiles of the prior, left to right and bottom to top, all others at 0. Every picture stands for \
             an equal share of the prior. On points the grid is drawn where the decoder puts it.",
            "두 잠재 변수를 사전 분포의 분위수를 따라 왼쪽에서 오른쪽으로, 아래에서 위로 바꾸고 나머지는 0으로 둡니다. 그림마다 사전 분포에서 같은 \
             비율을 차지합니다. 점 데이터에서는 디코더가 격자를 옮겨 놓은 자리를 그립니다.",
        ),
        args: &PLANE_AXES,
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "codes",
        title: text("Latent codes", "잠재 코드"),
        help: text(
            "Posterior means of rows that training has never seen, coloured by label, which the model never saw either. With more than two latents \
             these are the two principal components of the means; with one, the mean across and the posterior's standard deviation upwards.",
            "학습에 쓰지 않은 데이터의 사후 평균을 레이블별로 색칠한 것입니다. 모델은 레이블을 본 적이 없습니다. 잠재 변수가 셋 이상이면 사후 평균의 두 \
             주성분을, 하나이면 가로로 평균을, 세로로 사후 분포의 표준편차를 나타냅니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "reconstructions",
        title: text("Reconstructions", "재구성"),
        help: text(
            "Rows that training has never seen, above, and what the decoder makes of their posterior means, below. On points a line joins the two.",
            "위는 학습에 쓰지 않은 데이터이고, 아래는 그 사후 평균에서 디코더가 그려 낸 것입니다. 점 데이터에서는 둘을 선으로 잇습니다.",
        ),
        args: &FIRST_ROW,
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "interpolation",
        title: text("Interpolation", "보간"),
        help: text(
            "A straight walk between the codes of two chosen rows, decoded, below; above, for comparison, the plain blend of their pixels.",
            "아래는 고른 두 데이터의 코드 사이를 곧게 나아가며 디코딩한 것이고, 위는 비교를 위해 픽셀을 그대로 섞은 것입니다.",
        ),
        args: &ENDS,
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "latents",
        title: text("Use of each latent", "잠재 변수별 쓰임"),
        help: text(
            "The KL divergence of every latent variable, averaged over test rows: how much it says about a row. Near 0 it is unused.",
            "테스트 데이터에서 평균한 잠재 변수별 KL 발산으로, 그 변수가 데이터에 대해 알려 주는 정보의 양입니다. 0에 가까우면 쓰이지 않는 변수입니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
];

static PRESETS: [Preset; 4] = [
    Preset {
        id: "plane",
        title: text("A plane of digits", "숫자로 채운 평면"),
        data: "strokes",
        knobs: &[("latent", "2"), ("hidden", "256"), ("layers", "2"), ("learning-rate", "0.002")],
        steps: 1000,
        metric: "negative_elbo",
        bar: 145.0,
    },
    Preset {
        id: "twenty",
        title: text("Twenty latents", "잠재 변수 20개"),
        data: "strokes",
        knobs: &[],
        steps: 600,
        metric: "negative_elbo",
        bar: 115.0,
    },
    Preset {
        id: "digits",
        title: text("Small real handwriting", "작은 실제 손글씨"),
        data: "digits",
        knobs: &[("latent", "8"), ("hidden", "128")],
        steps: 1500,
        metric: "negative_elbo",
        bar: 24.8,
    },
    Preset {
        id: "moons",
        title: text("Two moons", "두 초승달"),
        data: "points",
        knobs: &[("family", "moons"), ("latent", "2"), ("hidden", "64"), ("layers", "2"), ("learning-rate", "0.003")],
        steps: 4000,
        metric: "importance_log_likelihood",
        bar: -1.25,
    },
];
