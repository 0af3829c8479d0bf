//! Every kind of error, in both languages.

#![allow(clippy::unwrap_used)]

use std::rc::Rc;

use daydream_cpu::Cpu;
use daydream_graph::DeviceError;
use daydream_models::data::{Dataset, Kind, RowShape, Split, Values, points};
use daydream_models::{Error, KnobKind, Named, Recipe, Session, checkpoint, data, zoo};
use pollster::block_on;

mod languages;
use languages::english;

fn open(recipe: Recipe, data: Option<Dataset>) -> Result<Session, Error> {
    block_on(Session::new(recipe, data.map(Rc::new), Box::new(Cpu::new())))
}

/// Ten rows of zeros for each split.
fn rows(kind: Kind, shape: RowShape, labels: Option<Vec<u8>>) -> Dataset {
    let split = Split::new(shape.len(), Values::Reals(vec![0.0; 10 * shape.len()]), labels.clone());
    Dataset {
        name: "made".to_owned(),
        kind,
        shape,
        classes: labels.map_or(0, |labels| usize::from(*labels.iter().max().unwrap()) + 1),
        train: split.clone(),
        valid: None,
        test: split,
        density: None,
        ratings: None,
    }
}

#[track_caller]
fn check(error: &Error, code: &str, korean: &str) {
    english(error);
    assert_eq!((error.code(), error.korean().as_str()), (code, korean));
}

#[test]
fn unknown_names_are_told_by_what_they_should_name() {
    let mut session = open(Recipe::new("vae", "points", 1), None).unwrap();
    let unknown = [
        (zoo::find("no").unwrap_err(), Named::Model, "모델 중에"),
        (data::find("no").unwrap_err(), Named::DataSet, "데이터 세트 중에"),
        (Recipe::new("vae", "points", 1).with("no", "1").knobs().unwrap_err(), Named::Knob, "조절 항목 중에"),
        (session.set("no", 1.0).unwrap_err(), Named::Knob, "조절 항목 중에"),
        (block_on(session.evaluate(&["no"])).unwrap_err(), Named::Metric, "지표 중에"),
        (block_on(session.view("no", &[])).unwrap_err(), Named::View, "보기 중에"),
        (Recipe::preset(session.spec(), "no", 1).unwrap_err(), Named::Preset, "추천 설정 중에"),
    ];
    for (error, expected, korean) in unknown {
        assert!(matches!(&error, Error::Unknown { what, .. } if *what == expected), "{error:?}");
        assert!(english(&error).starts_with(&format!("there is no {} named \"no\"; known: ", expected.text().en)));
        assert!(error.korean().starts_with(&format!("{korean} 이름이 \"no\"인 것이 없습니다. 쓸 수 있는 이름: ")));
    }
}

#[test]
fn every_knob_says_what_it_accepts() {
    let of_data = data::catalogue().iter().flat_map(|data| data.knobs);
    for knob in zoo::catalogue().iter().flat_map(|model| model.knobs).chain(of_data) {
        let error = knob.parse("perhaps").unwrap_err();
        let expected = match &knob.kind {
            KnobKind::Whole { min, max, .. } => format!("{min} 이상 {max} 이하의 정수"),
            KnobKind::Real { min, max, .. } => format!("{min} 이상 {max} 이하의 수"),
            KnobKind::Choice { options, .. } => {
                format!("{} 중 하나", options.iter().map(|option| option.id).collect::<Vec<_>>().join(", "))
            }
            KnobKind::Switch { .. } => "on 또는 off".to_owned(),
        };
        let korean = format!("조절 항목 {}에 쓸 수 없는 값입니다: perhaps. 쓸 수 있는 값: {expected}", knob.id);
        check(&error, "bad-knob", &korean);
    }
}

#[test]
fn what_cannot_be_learned_is_refused() {
    let image = RowShape { height: 4, width: 4, channels: 1 };
    let odd = RowShape { channels: 2, ..image };
    let refusal = |model: &str, data: Dataset| open(Recipe::new(model, "made", 1), Some(data)).err().unwrap();
    let points = rows(Kind::Points, RowShape::POINT, None);
    check(&refusal("rbm", points), "unsupported", "모델 rbm에는 쓸 수 없는 데이터입니다: made(점 데이터).");
    let unlabelled = rows(Kind::Images, image, None);
    let korean = "모델 ff에는 레이블이 있는 데이터가 필요한데, made에는 레이블이 없습니다.";
    check(&refusal("ff", unlabelled.clone()), "unsupported", korean);
    let empty = Dataset { test: Split::new(16, Values::Reals(vec![]), None), ..unlabelled };
    check(&refusal("vae", empty), "unsupported", "데이터 made에는 훈련이나 테스트에 쓸 행이 없습니다.");
    for model in ["rbm", "vae", "gan"] {
        let error = refusal(model, rows(Kind::Images, odd, None));
        assert!(english(&error).contains("2 channels") && error.korean().contains("채널이 2개인 4 x 4 픽셀 이미지"));
    }
    for labels in [vec![0; 10], (0..10).collect()] {
        assert!(english(&refusal("ff", rows(Kind::Images, image, Some(labels)))).contains("hybrid"));
    }

    let mut session = open(Recipe::new("vae", "points", 1), None).unwrap();
    let korean = "조절 항목 hidden: 모델을 새로 만들어야 적용됩니다.";
    check(&session.set("hidden", 8.0).unwrap_err(), "unsupported", korean);
    let mut session = open(Recipe::new("gan", "points", 1), None).unwrap();
    let korean = "보기 samples: 데이터 points에는 쓸 수 없습니다.";
    check(&block_on(session.view("samples", &[])).unwrap_err(), "unsupported", korean);
}

#[test]
fn a_file_that_is_no_checkpoint_of_this_model_is_refused() {
    let mut session = open(Recipe::new("vae", "points", 1), None).unwrap();
    let mut load = |recipe: Recipe| {
        let foreign = block_on(open(recipe, None).unwrap().save()).unwrap();
        block_on(session.load("run.safetensors", &foreign)).unwrap_err()
    };
    let korean = "run.safetensors: 저장된 모델은 \"gan\"인데, 지금 학습하는 모델은 \"vae\"입니다.";
    check(&load(Recipe::new("gan", "points", 1)), "bad-file", korean);
    let wider = load(Recipe::new("vae", "points", 1).with("hidden", "8"));
    assert!(english(&wider).contains("this model needs F32 of shape"), "{wider}");
    let shallow = load(Recipe::new("vae", "points", 1).with("layers", "0"));
    assert!(english(&shallow).contains("tensor"), "{shallow}");

    let damaged = checkpoint::header("run.safetensors", b"no file").unwrap_err();
    assert!(
        damaged.korean().starts_with("run.safetensors: safetensors 파일로 읽을 수 없습니다("),
        "{}",
        damaged.korean()
    );
    let foreign = checkpoint::header("run.safetensors", b"\x02\0\0\0\0\0\0\0{}").unwrap_err();
    assert!(english(&foreign).contains("no entry \"daydream\""), "{foreign}");
}

#[test]
fn what_happens_while_a_model_trains_is_told() {
    let korean = "12단계에서 학습이 발산했습니다. 손실이나 매개변수가 NaN 또는 무한대가 되었습니다. 학습률을 낮추면 대개 해결됩니다.";
    check(&Error::Diverged { step: 12 }, "diverged", korean);
    let lost = Error::from(DeviceError("the device was lost".to_owned()));
    check(&lost, "device", "계산 장치에서 문제가 생겼습니다: the device was lost");
    let drawing = points::from_drawn(&[]).unwrap_err();
    check(&drawing, "bad-file", "그린 그림: 점이 0개입니다. 적어도 20개를 그려 주세요.");
}

#[test]
fn a_drawing_that_a_view_does_not_take_is_refused() {
    let mut session = open(Recipe::new("vae", "bars", 1), None).unwrap();
    let error = block_on(session.view_drawn("samples", &[], Some(vec![0.5; 16]))).unwrap_err();
    check(
        &error,
        "unsupported",
        "보기 samples에 쓸 수 없는 그림입니다. 그림을 받는 보기라면 0 이상 1 이하의 수 16개가 있어야 합니다.",
    );
}
