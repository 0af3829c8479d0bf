//! What the machine for ratings declares about itself.

use crate::data::Kind;
use crate::{Better, Cost, Family, Knob, KnobKind, Metric, ModelSpec, Preset, Scale, Takes, View, paper, shown, text};

/// The restricted Boltzmann machine for ratings.
pub(in crate::zoo) fn spec() -> &'static ModelSpec {
    &SPEC
}

static SPEC: ModelSpec = ModelSpec {
    id: "ratings-rbm",
    title: text("RBM for ratings", "평점 볼츠만 머신"),
    family: Family::Energy,
    summary: text(
        "A Boltzmann machine that sees the few titles somebody has rated and says what they would give all the others.",
        "누군가가 평가한 몇 편의 평점을 보고 나머지 모두에 몇 점을 줄지 예측하는 볼츠만 머신입니다.",
    ),
    story: text(
        "Rate a few films yourself and watch the predictions for the rest change as you go, and as the machine learns. It is never told what the \
         films are about: from who likes what together it works out hidden tastes, and one person's ratings say which tastes are theirs. The curve \
         falls from the error of plain averages towards the floor, below which only whim is left.",
        "영화 몇 편에 직접 별점을 매기고, 점수를 더할 때마다 그리고 모델이 학습할수록 나머지 예측이 어떻게 바뀌는지 보세요. 모델은 영화 내용을 전혀 모릅니다. \
         사람들이 무엇을 함께 좋아하는지를 보고 숨은 취향을 알아내며, 한 사람의 평점에서 그 사람의 취향을 짐작합니다. 곡선은 단순한 평균의 오차에서 시작해 \
         변덕만 남는 한계선을 향해 내려갑니다.",
    ),
    equations: shown(&[
        r"E(V, h) = -\sum_{ik} v_{ik} b_{ik} - \sum_j h_j c_j - \sum_{ikj} v_{ik} W_{ikj} h_j",
        r"p(h_j = 1 \mid V) = \sigma(c_j + \sum_{ik} v_{ik} W_{ikj})",
        r"p(v_{ik} = 1 \mid h) = \frac{\exp(b_{ik} + \sum_j W_{ikj} h_j)}{\sum_l \exp(b_{il} + \sum_j W_{ilj} h_j)}",
        r"p(v_{qk} = 1 \mid V) \propto e^{b_{qk}} \prod_j (1 + \exp(c_j + \sum_{il} v_{il} W_{ilj} + W_{qkj}))",
    ]),
    paper: paper(
        "R. Salakhutdinov, A. Mnih and G. Hinton, Restricted Boltzmann Machines for Collaborative Filtering, 2007",
        "https://doi.org/10.1145/1273496.1273596",
    ),
    data: &[Kind::Ratings],
    needs_labels: false,
    knobs: &KNOBS,
    metrics: &METRICS,
    views: &VIEWS,
    presets: &PRESETS,
    build: super::build,
};

static KNOBS: [Knob; 6] = [
    Knob {
        id: "hidden",
        title: text("Hidden units", "은닉 유닛 수"),
        help: text(
            "How many yes-or-no questions the machine may ask about somebody's taste. Each taste needs several of them, since a unit only says yes or no.",
            "사람의 취향에 대해 던질 수 있는 예/아니요 질문의 수입니다. 유닛 하나는 예/아니요만 말하므로 취향 하나에 유닛이 여럿 필요합니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 400.0, default: 60.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "batch",
        title: text("Batch size", "배치 크기"),
        help: text("How many people each training step learns from.", "학습 한 단계에서 보는 사람의 수입니다."),
        kind: KnobKind::Whole { min: 1.0, max: 1024.0, default: 100.0, scale: Scale::Log },
        live: false,
    },
    Knob {
        id: "k",
        title: text("Gibbs steps k", "깁스 단계 수 k"),
        help: text(
            "How far the machine's own ratings wander from the real ones before the two are compared. More steps make the comparison truer and the training slower.",
            "모델이 만든 평점을 실제 평점과 비교하기 전에 깁스 표집을 몇 번 할지 정합니다. 많을수록 비교가 정확해지지만 학습이 느려집니다.",
        ),
        kind: KnobKind::Whole { min: 1.0, max: 20.0, default: 1.0, scale: Scale::Linear },
        live: true,
    },
    Knob {
        id: "learning-rate",
        title: text("Learning rate", "학습률"),
        help: text(
            "How far each step moves the weights (Adam). Too large, and the error jumps about.",
            "한 단계에서 가중치를 얼마나 움직일지 정합니다(Adam). 너무 크면 오차가 출렁입니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 0.1, default: 0.005, scale: Scale::Log, unit: "" },
        live: true,
    },
    Knob {
        id: "decay-steps",
        title: text("Decay over", "학습률 감소 기간"),
        help: text(
            "The learning rate falls in a straight line over so many steps and then stays at a fiftieth; 0 keeps it constant. A small rate at the end lets the noise average out.",
            "이 단계 수에 걸쳐 학습률이 직선으로 줄어든 뒤 처음의 50분의 1에 머뭅니다. 0이면 일정합니다. 마지막에 학습률이 작으면 잡음이 평균되어 사라집니다.",
        ),
        kind: KnobKind::Whole { min: 0.0, max: 100_000.0, default: 2000.0, scale: Scale::Log },
        live: true,
    },
    Knob {
        id: "weight-decay",
        title: text("Weight decay", "가중치 감쇠"),
        help: text(
            "Draws all weights to zero, which helps when there are few people to learn from.",
            "모든 가중치를 0 쪽으로 당깁니다. 배울 사람이 적을 때 도움이 됩니다.",
        ),
        kind: KnobKind::Real { min: 0.0, max: 1.0, default: 0.001, scale: Scale::Log, unit: "" },
        live: true,
    },
];

static METRICS: [Metric; 6] = [
    Metric {
        id: "rmse",
        title: text("Error on ratings held back", "숨긴 평점의 오차"),
        help: text(
            "Root mean square error of the predictions, for test people, on ratings that the machine was not shown.",
            "테스트용 사람들의 평점 가운데 모델에게 보여 주지 않은 것을 예측했을 때의 평균 제곱근 오차(RMSE)입니다.",
        ),
        unit: "stars",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "bias_rmse",
        title: text("Error of averages", "평균만 쓴 오차"),
        help: text(
            "The same error when the prediction is only the mean, plus what the person and the title add to it. Every recommender must beat this.",
            "전체 평균에 사람과 항목의 치우침만 더해 예측했을 때의 오차입니다. 추천 모델이라면 이보다는 나아야 합니다.",
        ),
        unit: "stars",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "floor_rmse",
        title: text("Floor", "한계선"),
        help: text(
            "The error that is left to somebody who knows all hidden tastes: pure whim. Known only for ratings that code made.",
            "숨은 취향을 모두 아는 사람에게도 남는 오차로, 순전한 변덕입니다. 코드로 만든 평점에서만 알 수 있습니다.",
        ),
        unit: "stars",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "gain",
        title: text("Gain over averages", "평균 대비 이득"),
        help: text(
            "By how much the machine's error is smaller than that of averages.",
            "모델의 오차가 평균만 쓴 오차보다 얼마나 작은지 나타냅니다.",
        ),
        unit: "%",
        better: Better::Up,
        cost: Cost::Cheap,
    },
    Metric {
        id: "above_floor",
        title: text("Above the floor", "한계선 대비 초과"),
        help: text(
            "By how much the machine's error is larger than that of somebody who knows all hidden tastes.",
            "모델의 오차가 숨은 취향을 모두 아는 사람의 오차보다 얼마나 큰지 나타냅니다.",
        ),
        unit: "%",
        better: Better::Down,
        cost: Cost::Cheap,
    },
    Metric {
        id: "reconstruction_error",
        title: text("Reconstruction error", "재구성 오차"),
        help: text(
            "How far the machine's own guess is from ratings that it was shown, over the last batch. Not a measure of prediction.",
            "마지막 배치에서 모델이 본 평점을 다시 말했을 때의 오차입니다. 예측 능력의 지표는 아닙니다.",
        ),
        unit: "stars",
        better: Better::Down,
        cost: Cost::Free,
    },
];

static VIEWS: [View; 4] = [
    View {
        id: "yours",
        title: text("Your ratings", "내 별점"),
        help: text(
            "Rate some titles: the machine predicts what you would give the others. With no ratings of yours it predicts for anybody.",
            "몇 편에 별점을 매기면 나머지에 몇 점을 주실지 모델이 예측합니다. 매긴 별점이 없으면 누구에게나 맞는 예측을 보여 줍니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Ratings,
    },
    View {
        id: "table",
        title: text("The table, completed", "채워진 평점표"),
        help: text(
            "A row for each of some test people, a column for each title; darkest is no rating. Predictions fill what is missing; compare them with the ratings held back.",
            "테스트용 사람마다 한 행, 항목마다 한 열입니다. 가장 어두운 칸은 평점이 없는 곳입니다. 빈 곳을 예측으로 채웠으니 숨긴 평점과 비교해 보세요.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "similar",
        title: text("Titles alike", "비슷한 항목"),
        help: text(
            "The titles whose stars pull at the hidden units in the same direction as those of the chosen one: what the machine thinks appeals to the same taste.",
            "고른 항목과 같은 방향으로 은닉 유닛을 움직이는 항목입니다. 모델이 보기에 같은 취향에 맞는 것들입니다.",
        ),
        args: &TITLE,
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
    View {
        id: "calibration",
        title: text("Predicted and given", "예측과 실제"),
        help: text(
            "Where so many stars were predicted, how many were given on average. On the line, predictions can be taken at their word.",
            "예측한 별점별로 실제 평균 별점을 나타냅니다. 직선 위에 있으면 예측을 그대로 믿어도 됩니다.",
        ),
        args: &[],
        data: &[],
        live: true,
        takes: Takes::Nothing,
    },
];

static TITLE: [Knob; 1] = [Knob {
    id: "title",
    title: text("Title", "항목"),
    help: text("Number of the title.", "항목의 번호입니다."),
    kind: KnobKind::Whole { min: 1.0, max: 120.0, default: 1.0, scale: Scale::Linear },
    live: true,
}];

static PRESETS: [Preset; 2] = [
    Preset {
        id: "films",
        title: text("Two hidden tastes", "숨은 취향 두 가지"),
        data: "ratings",
        knobs: &[],
        steps: 2000,
        metric: "above_floor",
        bar: 5.0,
    },
    Preset {
        id: "sparse",
        title: text("Few ratings each", "평점이 적은 사람들"),
        data: "ratings",
        knobs: &[("rated", "0.3")],
        steps: 2000,
        metric: "gain",
        bar: 20.0,
    },
];
