//! A training session: a model, its data, its knobs, a seed and the device that runs it.
//!
//! The page's worker, the command line and the tests all drive models through this one type. Everything in it is a
//! pure function of the model, the data, the knobs, the seed and the number of steps.

mod placement;
mod trial;

use std::collections::BTreeSet;
use std::rc::Rc;

use daydream_graph::{Executor, Module};

use crate::batches::Batches;
use crate::checkpoint::{self, Header};
use crate::data::{Dataset, Kind, Split};
use crate::device::{DeviceChoice, DeviceKind, Devices, Placement};
use crate::model::{Built, Metrics, Model, Setup};
use crate::run::{Run, keep_rows};
use crate::{Cost, Error, Knob, Knobs, ModelSpec, Named, Picture, Recipe, words};

/// Steps between two snapshots to which a session can go back.
const SNAPSHOT_EVERY: u64 = 250;
/// The same on a GPU, in milliseconds: reading all parameters makes it wait, and when it fails no more than this is lost.
const SNAPSHOT_AFTER: f64 = 1500.0;
/// Milliseconds of training on a GPU after which it is read in any case.
const READ_AFTER: f64 = 250.0;

/// A model in training.
pub struct Session {
    recipe: Recipe,
    spec: &'static ModelSpec,
    data: Rc<Dataset>,
    knobs: Knobs,
    step: u64,
    module: Module,
    model: Box<dyn Model>,
    device: Box<dyn Executor>,
    placement: Placement,
    /// What else could run it.
    devices: Option<Rc<Devices>>,
    batches: Batches,
    /// The programs that were called.
    called: BTreeSet<usize>,
    snapshot: Snapshot,
    /// Steps on a GPU between two reads.
    stride: u64,
}

/// The parameters as they were when the metrics were last seen to be finite.
#[derive(Default)]
struct Snapshot {
    step: u64,
    /// Empty before there is any.
    params: Vec<f32>,
    /// When it was taken, in milliseconds.
    taken: f64,
}

impl Session {
    /// Builds the recipe's model for a data set and takes it to its first step, on one device and no other. `data` is given for data
    /// that does not come with the project, or that was made already.
    pub async fn new(recipe: Recipe, data: Option<Rc<Dataset>>, device: Box<dyn Executor>) -> Result<Session, Error> {
        let mut session = Session::assemble(recipe, data, device)?;
        session.device.load(&session.module)?;
        keep_rows(&mut *session.device, &session.module, &session.data.train);
        session.restart().await?;
        Ok(session)
    }

    /// A session whose device has yet to load the module.
    fn assemble(recipe: Recipe, data: Option<Rc<Dataset>>, device: Box<dyn Executor>) -> Result<Session, Error> {
        let (spec, knobs) = (recipe.spec()?, recipe.knobs()?);
        let data = match data {
            Some(data) => data,
            None => Rc::new(recipe.dataset()?),
        };
        accepts(spec, &data)?;
        let Built { module, model } = (spec.build)(&Setup { data: &data, knobs: &knobs })?;
        let placement = Placement {
            choice: DeviceChoice::Cpu,
            kind: DeviceKind::Cpu,
            name: device.name(),
            why: words!("It was given.", "정해진 장치입니다."),
            notice: None,
        };
        let batches = Batches::new(recipe.seed, data.train.len());
        Ok(Session {
            recipe,
            spec,
            data,
            knobs,
            step: 0,
            module,
            model,
            device,
            placement,
            devices: None,
            batches,
            called: BTreeSet::new(),
            snapshot: Snapshot::default(),
            stride: 1,
        })
    }

    /// The recipe, with live knobs as they stand now.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// What the model declares about itself.
    pub fn spec(&self) -> &'static ModelSpec {
        self.spec
    }

    /// The data.
    pub fn data(&self) -> &Dataset {
        &self.data
    }

    /// Where the model's knobs stand.
    pub fn knobs(&self) -> &Knobs {
        &self.knobs
    }

    /// How many training steps were made.
    pub fn steps_done(&self) -> u64 {
        self.step
    }

    /// Training steps that make one pass over the training split.
    pub fn steps_per_epoch(&mut self) -> f64 {
        let (_, run) = self.run();
        run.steps_per_epoch()
    }

    /// Back to step 0 with the same seed.
    pub async fn restart(&mut self) -> Result<(), Error> {
        self.snapshot = Snapshot::default();
        self.surviving(async |session| {
            session.begin();
            session.take_snapshot().await
        })
        .await
    }

    /// Step 0, on whatever device has the module: parameters, and inputs that are not written by every step.
    fn begin(&mut self) {
        self.step = 0;
        let (model, mut run) = self.run();
        run.call("init", 0);
        model.start(&mut run);
        for (id, value) in run.knobs.iter() {
            if run.module.input(id).is_some() {
                run.write(id, &[value as f32]);
            }
        }
        for knob in run.knobs.iter().map(|(id, _)| id) {
            model.knob_turned(&mut run, knob);
        }
    }

    /// Makes `count` training steps and returns the metrics of the last one. When a GPU fails, one step is made on the CPU, from the
    /// last snapshot: [`Session::steps_done`] then tells how far training got.
    ///
    /// # Errors
    /// [`Error::Diverged`] when a metric is not finite; [`Session::go_back`] then returns to the last good snapshot.
    pub async fn step(&mut self, count: u64) -> Result<Metrics, Error> {
        match self.train(count).await {
            Err(Error::Device(problem)) if self.fall_back(&problem)? => self.train(1).await,
            done => done,
        }
    }

    async fn train(&mut self, count: u64) -> Result<Metrics, Error> {
        let end = self.step + count;
        loop {
            let left = end - self.step;
            let metrics = match (self.placement.kind, self.devices.clone()) {
                (DeviceKind::Gpu, Some(devices)) => self.make_some_steps(left, &devices).await?,
                _ => self.make_steps(left).await?,
            };
            if metrics.iter().any(|(_, value)| !value.is_finite()) {
                return Err(Error::Diverged { step: self.step });
            }
            if self.is_snapshot_due() {
                self.take_snapshot().await?;
            }
            if self.step == end {
                return Ok(metrics);
            }
        }
    }

    /// At most so many steps, and at most for about [`READ_AFTER`], so that a failure does not go unseen for long.
    async fn make_some_steps(&mut self, most: u64, devices: &Devices) -> Result<Metrics, Error> {
        let (count, begun) = (most.min(self.stride), devices.now());
        let metrics = self.make_steps(count).await?;
        let spent = devices.now() - begun;
        if spent > READ_AFTER {
            self.stride = (count / 2).max(1);
        } else if spent < READ_AFTER / 2.0 {
            self.stride = self.stride.max(2 * count);
        }
        Ok(metrics)
    }

    async fn make_steps(&mut self, count: u64) -> Result<Metrics, Error> {
        for _ in 0..count {
            let (model, mut run) = self.run();
            model.step(&mut run).await?;
            self.step += 1;
        }
        let (model, mut run) = self.run();
        model.step_metrics(&mut run).await
    }

    /// Turns a knob that is live. One that is not needs a new session.
    pub fn set(&mut self, id: &str, value: f64) -> Result<(), Error> {
        let knob = find_knob(self.spec.knobs, id)?;
        if !knob.live {
            return Err(Error::Unsupported(words!(
                "{id} takes effect when the session is built anew",
                "조절 항목 {id}: 모델을 새로 만들어야 적용됩니다."
            )));
        }
        self.knobs.set(knob, value)?;
        self.recipe.knobs.insert(id.to_owned(), knob.format(value));
        let (model, mut run) = self.run();
        if run.module.input(knob.id).is_some() {
            run.write(knob.id, &[value as f32]);
        }
        model.knob_turned(&mut run, knob.id);
        Ok(())
    }

    /// Measures on the test split: those of `wanted` that exist here, in any order.
    pub async fn evaluate(&mut self, wanted: &[&str]) -> Result<Metrics, Error> {
        let data = Rc::clone(&self.data);
        self.evaluate_on(&data.test, wanted).await
    }

    /// Measures on any rows of the data's shape.
    pub async fn evaluate_on(&mut self, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        for id in wanted {
            if !self.spec.metrics.iter().any(|metric| metric.id == *id) {
                let known = self.spec.metrics.iter().map(|metric| metric.id.to_owned()).collect();
                return Err(Error::Unknown { what: Named::Metric, name: (*id).to_owned(), known });
            }
        }
        self.surviving(async |session| {
            let (model, mut run) = session.run();
            model.evaluate(&mut run, split, wanted).await
        })
        .await
    }

    /// The ids of the metrics of some costs, in the order of the spec.
    pub fn metric_ids(&self, costs: &[Cost]) -> Vec<&'static str> {
        self.spec.metrics.iter().filter(|metric| costs.contains(&metric.cost)).map(|metric| metric.id).collect()
    }

    /// Draws a view. `args` hold what differs from the defaults of the view's own knobs.
    pub async fn view(&mut self, id: &str, args: &[(String, f64)]) -> Result<Picture, Error> {
        let spec = self.spec;
        let Some(view) = spec.views.iter().find(|view| view.id == id) else {
            let known = spec.views.iter().map(|view| view.id.to_owned()).collect();
            return Err(Error::Unknown { what: Named::View, name: id.to_owned(), known });
        };
        if !view.data.is_empty() && !view.data.contains(&self.data.kind) {
            return Err(Error::Unsupported(words!(
                "{id} is not a view of {data}",
                "보기 {id}: 데이터 {data}에는 쓸 수 없습니다.",
                data = self.data.name
            )));
        }
        let mut values = Knobs::defaults(view.args);
        for (name, value) in args {
            values.set(find_knob(view.args, name)?, *value)?;
        }
        self.surviving(async |session| {
            let (model, mut run) = session.run();
            model.view(&mut run, id, &values).await
        })
        .await
    }

    /// New rows from the model, `[count, D]`, from a seed of their own.
    pub async fn sample(&mut self, count: usize, seed: u32) -> Result<Vec<f32>, Error> {
        self.surviving(async |session| {
            let (model, mut run) = session.run();
            run.seed = seed;
            model.sample(&mut run, count).await
        })
        .await
    }

    /// The session as a safetensors file: all parameters, and in its header what is needed to go on.
    pub async fn save(&mut self) -> Result<Vec<u8>, Error> {
        let params = self.surviving(async |session| session.read_params().await).await?;
        let header = Header { recipe: self.recipe.clone(), step: self.step };
        checkpoint::write(&header, &self.module, &params)
    }

    /// Takes parameters and step from a checkpoint of the same model with the same shapes. On error nothing has changed.
    pub async fn load(&mut self, source: &str, bytes: &[u8]) -> Result<(), Error> {
        let header = checkpoint::header(source, bytes)?;
        if header.recipe.model != self.recipe.model {
            let problem = words!(
                "it holds the model {found:?}; this session trains {here:?}",
                "저장된 모델은 {found:?}인데, 지금 학습하는 모델은 {here:?}입니다.",
                found = header.recipe.model,
                here = self.recipe.model
            );
            return Err(Error::bad_file(source, problem));
        }
        let params = checkpoint::params(source, bytes, &self.module)?;
        self.put(Snapshot { step: header.step, params, taken: self.now() });
        Ok(())
    }

    /// The step of the snapshot that [`Session::go_back`] returns to.
    pub fn snapshot_step(&self) -> u64 {
        self.snapshot.step
    }

    /// Back to the last snapshot with finite metrics.
    pub fn go_back(&mut self) {
        self.device.write(0, &self.snapshot.params);
        self.step = self.snapshot.step;
    }

    async fn take_snapshot(&mut self) -> Result<(), Error> {
        let params = self.read_params().await?;
        if params.iter().any(|x| !x.is_finite()) {
            return Err(Error::Diverged { step: self.step });
        }
        self.snapshot = Snapshot { step: self.step, params, taken: self.now() };
        Ok(())
    }

    fn is_snapshot_due(&self) -> bool {
        match self.placement.kind {
            DeviceKind::Cpu => self.step >= self.snapshot.step + SNAPSHOT_EVERY,
            DeviceKind::Gpu => self.now() - self.snapshot.taken >= SNAPSHOT_AFTER,
        }
    }

    /// Training stands where a snapshot was taken.
    fn put(&mut self, snapshot: Snapshot) {
        self.device.write(0, &snapshot.params);
        self.step = snapshot.step;
        self.snapshot = snapshot;
    }

    async fn read_params(&mut self) -> Result<Vec<f32>, Error> {
        Ok(self.device.read(self.module.params_range()).await?)
    }

    /// Milliseconds; for a session that was given its device, none ever pass.
    fn now(&self) -> f64 {
        self.devices.as_ref().map_or(0.0, |devices| devices.now())
    }

    fn run(&mut self) -> (&mut dyn Model, Run<'_>) {
        let run = Run {
            device: &mut *self.device,
            module: &self.module,
            data: &self.data,
            knobs: &self.knobs,
            batches: &mut self.batches,
            called: &mut self.called,
            seed: self.recipe.seed,
            step: self.step,
        };
        (&mut *self.model, run)
    }
}

/// The knob of that name.
pub fn find_knob<'k>(knobs: &'k [Knob], id: &str) -> Result<&'k Knob, Error> {
    knobs.iter().find(|knob| knob.id == id).ok_or_else(|| Error::Unknown {
        what: Named::Knob,
        name: id.to_owned(),
        known: knobs.iter().map(|knob| knob.id.to_owned()).collect(),
    })
}

fn accepts(spec: &ModelSpec, data: &Dataset) -> Result<(), Error> {
    if !spec.data.contains(&data.kind) {
        let kind = match data.kind {
            Kind::Points => words!("Points", "점"),
            Kind::Images => words!("Images", "이미지"),
        };
        return Err(Error::Unsupported(words!(both kind = kind;
            "{model} does not learn {kind}; {name} is made of them",
            "모델 {model}에는 쓸 수 없는 데이터입니다: {name}({kind} 데이터).",
            model = spec.id,
            name = data.name
        )));
    }
    if spec.needs_labels && data.classes == 0 {
        return Err(Error::Unsupported(words!(
            "{model} needs labelled data, and {name} has no labels",
            "모델 {model}에는 레이블이 있는 데이터가 필요한데, {name}에는 레이블이 없습니다.",
            model = spec.id,
            name = data.name
        )));
    }
    if data.train.is_empty() || data.test.is_empty() {
        return Err(Error::Unsupported(words!(
            "{name} has no rows to train or to test on",
            "데이터 {name}에는 훈련이나 테스트에 쓸 행이 없습니다.",
            name = data.name
        )));
    }
    Ok(())
}
