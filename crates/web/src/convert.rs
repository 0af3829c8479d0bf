//! Between Rust's values and JavaScript's. The shapes on the other side are those of `www/src/protocol.ts`.

use daydream_models::data::Kind;
use daydream_models::{DeviceChoice, DeviceKind, Error, Placement, Progress, Recipe, Session, Words};
use js_sys::{Object, Reflect};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Info {
    recipe: Recipe,
    step: f64,
    steps_per_epoch: f64,
    device: Device,
    data: DataInfo,
    snapshot: f64,
    pace: Option<f64>,
    end: Option<f64>,
}

#[derive(Serialize)]
struct Device {
    choice: DeviceChoice,
    kind: DeviceKind,
    name: String,
    why: Said,
    notice: Option<Notice>,
}

#[derive(Serialize)]
struct Notice {
    text: Said,
    at: f64,
    from: f64,
}

/// `Text` of `protocol.ts`, put together at run time.
#[derive(Serialize)]
struct Said {
    en: String,
    ko: String,
}

#[derive(Serialize)]
struct DataInfo {
    name: String,
    kind: Kind,
    height: usize,
    width: usize,
    channels: usize,
    classes: usize,
    train: usize,
    test: usize,
    titles: Option<Vec<Words>>,
}

impl Info {
    pub(crate) fn of(session: &mut Session) -> Info {
        let steps_per_epoch = session.steps_per_epoch();
        let device = Device::of(session.placement());
        let data = session.data();
        let course = session.course();
        Info {
            recipe: session.recipe().clone(),
            step: session.steps_done() as f64,
            steps_per_epoch,
            device,
            data: DataInfo {
                name: data.name.clone(),
                kind: data.kind,
                height: data.shape.height,
                width: data.shape.width,
                channels: data.shape.channels,
                classes: data.classes,
                train: data.train.len(),
                test: data.test.len(),
                titles: data.ratings.as_ref().map(|ratings| ratings.titles.clone()),
            },
            snapshot: session.snapshot_step() as f64,
            pace: course.pace,
            end: course.end.map(|end| end as f64),
        }
    }
}

impl Device {
    fn of(placement: &Placement) -> Device {
        let Placement { choice, kind, name, why, notice } = placement.clone();
        let notice =
            notice.map(|notice| Notice { text: said(notice.text), at: notice.at as f64, from: notice.from as f64 });
        Device { choice, kind, name, why: said(why), notice }
    }
}

fn said(words: Words) -> Said {
    Said { en: words.en, ko: words.ko }
}

/// Maps become plain objects, bytes become `Uint8Array`s.
pub(crate) fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let serializer = Serializer::new().serialize_maps_as_objects(true);
    value.serialize(&serializer).map_err(JsValue::from)
}

pub(crate) fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(JsValue::from)
}

#[derive(Deserialize)]
struct DroppedFile {
    name: String,
    #[serde(with = "serde_bytes")]
    bytes: Vec<u8>,
}

/// `DroppedFile[]` of `protocol.ts`.
pub(crate) fn files(value: JsValue) -> Result<Vec<(String, Vec<u8>)>, JsValue> {
    let files: Vec<DroppedFile> = from_js(value)?;
    Ok(files.into_iter().map(|file| (file.name, file.bytes)).collect())
}

/// `Metrics` of `protocol.ts`.
pub(crate) fn metrics(metrics: &[(String, f64)]) -> Result<JsValue, JsValue> {
    let object = Object::new();
    for (id, value) in metrics {
        Reflect::set(&object, &id.into(), &(*value).into())?;
    }
    Ok(object.into())
}

/// `Progress` of `protocol.ts`, or `undefined`.
pub(crate) fn progress(progress: Option<Progress>) -> Result<JsValue, JsValue> {
    let Some(Progress { step, metrics: measured }) = progress else { return Ok(JsValue::UNDEFINED) };
    let object = Object::new();
    Reflect::set(&object, &"step".into(), &(step as f64).into())?;
    Reflect::set(&object, &"metrics".into(), &metrics(&measured)?)?;
    Ok(object.into())
}

/// `Failure` of `protocol.ts`.
#[derive(Serialize)]
struct Failure {
    code: &'static str,
    en: String,
    ko: String,
}

pub(crate) fn failure(error: Error) -> JsValue {
    let failure = Failure { code: error.code(), en: error.to_string(), ko: error.korean() };
    to_js(&failure).unwrap_or_else(|fault| fault)
}
