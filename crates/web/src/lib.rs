//! The one handle through which JavaScript trains Daydream's models.
//!
//! There is no logic here: every method hands its arguments to [`daydream_models::Session`] and its result to JavaScript.

mod convert;
pub mod linker;
pub mod threads;

use std::cell::Cell;
use std::future::ready;
use std::hint::black_box;
use std::rc::Rc;

use daydream_graph::{Device, Pending};
use daydream_models::data::Dataset;
use daydream_models::{DeviceChoice, Devices, Recipe, data};
use wasm_bindgen::prelude::*;

thread_local! {
    /// What sessions of this worker run on.
    static DEVICES: Rc<Devices> = Rc::new(Devices::new(threads::cpu, open_gpu, now));
    /// Whether the browser has a GPU, and what computes on it is here.
    static HAS_GPU: Cell<bool> = const { Cell::new(false) };
}

/// Lets sessions use the browser's GPU from now on: there is one, and the code for it has been brought.
#[wasm_bindgen(js_name = allowGpu)]
pub fn allow_gpu() {
    HAS_GPU.set(true);
}

/// Opens the GPU, if there is one. The code for it may not be here, so that it is called through a pointer that the compiler does not follow.
fn open_gpu() -> Pending<'static, Option<Rc<dyn Device>>> {
    if HAS_GPU.get() { black_box(daydream_gpu::open as fn() -> _)() } else { Box::pin(ready(Ok(None))) }
}

#[wasm_bindgen]
extern "C" {
    /// Milliseconds since the worker began.
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

/// Makes a panic reach JavaScript as an `Error` that carries the panic's message, instead of a bare "unreachable executed". Nothing unwinds on this target: after such an error the module's memory is in an
/// unknown state and its worker must be started anew.
#[wasm_bindgen(start)]
pub fn forward_panics() {
    std::panic::set_hook(Box::new(|panic| {
        threads::give_up();
        let payload = panic.payload();
        let message = payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str));
        wasm_bindgen::throw_str(message.unwrap_or("a panic without words"))
    }));
}

/// The version of Daydream, as in `Cargo.toml`.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// A seed that nobody has used before, for "new seed": the only number that does not follow from the address.
///
/// # Errors
/// When the browser refuses `crypto.getRandomValues`.
#[wasm_bindgen(js_name = freshSeed)]
pub fn fresh_seed() -> Result<u32, JsError> {
    let seed = getrandom::u32();
    seed.map_err(|error| JsError::new(&format!("the browser gave no random seed: {error}")))
}

/// The name of the file that a data set is made from and that was not brought yet, if there is one.
#[wasm_bindgen(js_name = missingAsset)]
pub fn missing_asset(data: &str) -> Option<String> {
    let asset = data::find(data).ok()?.asset?;
    (!asset.is_here()).then(|| asset.name.to_owned())
}

/// Brings the file that a data set is made from, unpacked. Whether it is that file, and not what a host says instead.
#[wasm_bindgen(js_name = bringAsset)]
pub fn bring_asset(data: &str, contents: Vec<u8>) -> bool {
    data::find(data).ok().and_then(|spec| spec.asset).is_some_and(|asset| asset.bring(contents))
}

/// Takes the GPU away from under its sessions, as a driver that fails does: for tests, and for trying it out.
#[wasm_bindgen(js_name = loseGpu)]
pub fn lose_gpu() {
    DEVICES.with(|devices| devices.lose_gpu());
}

/// Reads files that were dropped together. Like [`open_gpu`], this code is brought only when it is needed.
fn read(files: &[(String, Vec<u8>)]) -> Result<Rc<Dataset>, JsValue> {
    data::from_files(files).map(Rc::new).map_err(convert::failure)
}

/// A model in training.
#[wasm_bindgen]
pub struct Session {
    inner: daydream_models::Session,
}

#[wasm_bindgen]
impl Session {
    /// Builds the session that a recipe describes, on the files that were dropped, if any. `device` is a `DeviceChoice` of `protocol.ts`.
    ///
    /// # Errors
    /// A `Failure` of `protocol.ts`, as from every method.
    pub async fn open(recipe: JsValue, files: JsValue, device: JsValue) -> Result<Session, JsValue> {
        let recipe: Recipe = convert::from_js(recipe)?;
        let device: DeviceChoice = convert::from_js(device)?;
        let files = convert::files(files)?;
        let data = match &files[..] {
            [] => None,
            files => Some(black_box(read as fn(&_) -> _)(files)?),
        };
        let opened = daydream_models::Session::open(recipe, data, device, &DEVICES.with(Rc::clone)).await;
        Ok(Session { inner: opened.map_err(convert::failure)? })
    }

    /// `SessionInfo` of `protocol.ts`.
    ///
    /// # Errors
    /// Never, in practice.
    pub fn info(&mut self) -> Result<JsValue, JsValue> {
        convert::to_js(&convert::Info::of(&mut self.inner))
    }

    /// Makes training steps; the metrics of the last one.
    ///
    /// # Errors
    /// `diverged` when they are not finite.
    pub async fn step(&mut self, count: u32) -> Result<JsValue, JsValue> {
        let metrics = self.inner.step(u64::from(count)).await.map_err(convert::failure)?;
        convert::metrics(&metrics)
    }

    /// Makes as many training steps as fit into a moment, at most `most`: `Progress` of `protocol.ts`, or `undefined` where nothing has
    /// arrived from the GPU yet.
    ///
    /// # Errors
    /// `diverged` when a metric is not finite.
    pub async fn advance(&mut self, most: u32) -> Result<JsValue, JsValue> {
        let progress = self.inner.advance(u64::from(most)).await.map_err(convert::failure)?;
        convert::progress(progress)
    }

    /// Waits for all steps that were asked for: `Progress`, or `undefined` where nothing is new.
    ///
    /// # Errors
    /// `diverged` when a metric is not finite.
    pub async fn settle(&mut self) -> Result<JsValue, JsValue> {
        convert::progress(self.inner.settle().await.map_err(convert::failure)?)
    }

    /// Training steps made, those under way included.
    #[wasm_bindgen(getter)]
    pub fn steps(&self) -> f64 {
        self.inner.steps_done() as f64
    }

    /// The GPU, where it is yet to be found out whether it trains this model faster.
    pub fn prospect(&self) -> Option<Prospect> {
        self.inner.prospect().map(|inner| Prospect { inner })
    }

    /// Goes on on the GPU if it is faster.
    ///
    /// # Errors
    /// `device` when even the CPU fails.
    pub async fn weigh(&mut self, prospect: Prospect) -> Result<(), JsValue> {
        self.inner.weigh(prospect.inner).await.map_err(convert::failure)
    }

    /// Measures on the test split.
    ///
    /// # Errors
    /// `unknown` when there is no such metric.
    pub async fn evaluate(&mut self, ids: Vec<String>) -> Result<JsValue, JsValue> {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let metrics = self.inner.evaluate(&ids).await.map_err(convert::failure)?;
        convert::metrics(&metrics)
    }

    /// Draws a view: `Picture` of `protocol.ts`. `drawn` is a row of the data that the visitor drew for it.
    ///
    /// # Errors
    /// `unknown` when there is no such view, `bad-knob` when an argument is out of range, `unsupported` when it does not take the drawing.
    pub async fn view(&mut self, id: String, args: JsValue, drawn: Option<Vec<f32>>) -> Result<JsValue, JsValue> {
        let args: Vec<(String, f64)> = convert::from_js(args)?;
        let picture = self.inner.view_drawn(&id, &args, drawn).await.map_err(convert::failure)?;
        convert::to_js(&picture)
    }

    /// Rows of the test split, for choosing one: `Picture` of `protocol.ts`.
    ///
    /// # Errors
    /// Never, in practice.
    pub fn rows(&self, first: usize, count: usize) -> Result<JsValue, JsValue> {
        convert::to_js(&self.inner.data().picture(first, count))
    }

    /// Turns a live knob.
    ///
    /// # Errors
    /// `unknown` or `bad-knob`.
    pub fn set(&mut self, knob: &str, value: f64) -> Result<(), JsValue> {
        self.inner.set(knob, value).map_err(convert::failure)
    }

    /// Goes on from where it stands on another device: a `DeviceChoice` of `protocol.ts`.
    ///
    /// # Errors
    /// `device` when even the CPU fails.
    #[wasm_bindgen(js_name = moveTo)]
    pub async fn move_to(&mut self, device: JsValue) -> Result<(), JsValue> {
        self.inner.move_to(convert::from_js(device)?).await.map_err(convert::failure)
    }

    /// Back to step 0 with the same seed.
    ///
    /// # Errors
    /// `device` when the device fails.
    pub async fn restart(&mut self) -> Result<(), JsValue> {
        self.inner.restart().await.map_err(convert::failure)
    }

    /// Back to the last snapshot whose metrics were finite.
    #[wasm_bindgen(js_name = goBack)]
    pub fn go_back(&mut self) {
        self.inner.go_back();
    }

    /// The session as a safetensors file.
    ///
    /// # Errors
    /// `device` when the device fails.
    pub async fn save(&mut self) -> Result<Vec<u8>, JsValue> {
        self.inner.save().await.map_err(convert::failure)
    }

    /// Takes parameters and step from a safetensors file. On error nothing has changed.
    ///
    /// # Errors
    /// `bad-file` when it is damaged or of another model.
    pub async fn load(&mut self, name: String, bytes: Vec<u8>) -> Result<(), JsValue> {
        self.inner.load(&name, &bytes).await.map_err(convert::failure)
    }
}

/// A GPU that is made ready for a session while the session trains on the CPU.
#[wasm_bindgen]
pub struct Prospect {
    inner: daydream_models::Prospect,
}

#[wasm_bindgen]
impl Prospect {
    /// Opens the GPU, compiles what training needs and checks it. This may take seconds.
    ///
    /// # Errors
    /// `device` when even the CPU fails.
    pub async fn prepare(&mut self) -> Result<(), JsValue> {
        self.inner.prepare().await.map_err(convert::failure)
    }
}
