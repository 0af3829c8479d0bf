//! A training session: a model, its data, its knobs, a seed and the device that runs it.
//!
//! The page's worker, the command line and the tests all drive models through this one type. Everything in it is a
//! pure function of the model, the data, the knobs, the seed and the number of steps.

mod learner;
mod placement;
mod prospect;
mod training;
mod trial;

use std::rc::Rc;

use daydream_graph::Executor;

use self::learner::{Learner, Subject};
pub use self::prospect::Prospect;
pub use self::training::Progress;
use self::training::{Flights, Pace};
use crate::checkpoint::{self, Header};
use crate::data::{Dataset, Kind, Split};
use crate::device::{DeviceChoice, DeviceKind, Devices, Placement};
use crate::model::{Built, Course, Metrics, Setup};
use crate::{Cost, Error, Knob, Knobs, ModelSpec, Named, Picture, Recipe, View, words};

/// A model in training.
pub struct Session {
    recipe: Recipe,
    spec: &'static ModelSpec,
    learner: Learner,
    placement: Placement,
    /// What else could run it.
    devices: Option<Rc<Devices>>,
    /// The CPU runs it while nobody knows yet whether the GPU is faster.
    is_undecided: bool,
    flights: Flights,
    snapshot: Snapshot,
}

/// The parameters as they were when the metrics were last seen to be finite.
#[derive(Default)]
struct Snapshot {
    step: u64,
    /// Empty before there is any.
    params: Vec<f32>,
}

impl Session {
    /// Builds the recipe's model for a data set and takes it to its first step, on one device and no other. `data` is given for data
    /// that does not come with the project, or that was made already.
    pub async fn new(recipe: Recipe, data: Option<Rc<Dataset>>, device: Box<dyn Executor>) -> Result<Session, Error> {
        let mut session = Session::assemble(recipe, data, device)?;
        session.restart().await?;
        Ok(session)
    }

    /// A session that has yet to begin.
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
        let subject = Rc::new(Subject { module, model, data, seed: recipe.seed });
        let learner = Learner::new(&subject, knobs, device)?;
        Ok(Session {
            recipe,
            spec,
            learner,
            placement,
            devices: None,
            is_undecided: false,
            flights: Flights::new(Pace::on_cpu()),
            snapshot: Snapshot::default(),
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
        &self.learner.subject.data
    }

    /// How training is best watched.
    pub fn course(&self) -> Course {
        self.learner.subject.model.course()
    }

    /// Where the model's knobs stand.
    pub fn knobs(&self) -> &Knobs {
        &self.learner.knobs
    }

    /// How many training steps were made, those that the device is still at included.
    pub fn steps_done(&self) -> u64 {
        self.learner.step
    }

    /// Training steps that make one pass over the training split.
    pub fn steps_per_epoch(&mut self) -> f64 {
        let (_, run) = self.learner.run();
        run.steps_per_epoch()
    }

    /// Back to step 0 with the same seed.
    pub async fn restart(&mut self) -> Result<(), Error> {
        self.snapshot = Snapshot::default();
        self.surviving(async |session| {
            session.learner.begin();
            session.take_snapshot().await
        })
        .await
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
        self.learner.knobs.set(knob, value)?;
        self.recipe.knobs.insert(id.to_owned(), knob.format(value));
        self.learner.knob_turned(knob.id);
        Ok(())
    }

    /// Measures on the test split: those of `wanted` that exist here, in any order.
    pub async fn evaluate(&mut self, wanted: &[&str]) -> Result<Metrics, Error> {
        let data = Rc::clone(&self.learner.subject.data);
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
            let (model, mut run) = session.learner.run();
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
        self.view_drawn(id, args, None).await
    }

    /// Draws a view that takes a row of the data drawn by hand: as many numbers, each from 0 to 1.
    pub async fn view_drawn(
        &mut self,
        id: &str,
        args: &[(String, f64)],
        drawn: Option<Vec<f32>>,
    ) -> Result<Picture, Error> {
        let spec = self.spec;
        let Some(view) = spec.views.iter().find(|view| view.id == id) else {
            let known = spec.views.iter().map(|view| view.id.to_owned()).collect();
            return Err(Error::Unknown { what: Named::View, name: id.to_owned(), known });
        };
        if !view.data.is_empty() && !view.data.contains(&self.data().kind) {
            return Err(Error::Unsupported(words!(
                "{id} is not a view of {data}",
                "보기 {id}: 데이터 {data}에는 쓸 수 없습니다.",
                data = self.data().name
            )));
        }
        let mut values = Knobs::defaults(view.args);
        for (name, value) in args {
            values.set(find_knob(view.args, name)?, *value)?;
        }
        if let Some(drawn) = &drawn {
            self.check_drawn(view, drawn)?;
        }
        let values = values.with_drawn(drawn);
        self.surviving(async |session| {
            let (model, mut run) = session.learner.run();
            model.view(&mut run, id, &values).await
        })
        .await
    }

    fn check_drawn(&self, view: &View, drawn: &[f32]) -> Result<(), Error> {
        let (count, most) = (self.data().shape.len(), view.takes.most());
        if drawn.len() == count && most.is_some_and(|most| drawn.iter().all(|value| (0.0..=most).contains(value))) {
            return Ok(());
        }
        Err(Error::Unsupported(words!(
            "{id} cannot use this drawing: it takes {count} numbers from 0 to {most} where it takes one at all",
            "보기 {id}에 쓸 수 없는 그림입니다. 그림을 받는 보기라면 0 이상 {most} 이하의 수 {count}개가 있어야 합니다.",
            id = view.id,
            most = most.unwrap_or(1.0)
        )))
    }

    /// New rows from the model, `[count, D]`, from a seed of their own.
    pub async fn sample(&mut self, count: usize, seed: u32) -> Result<Vec<f32>, Error> {
        self.surviving(async |session| {
            let (model, mut run) = session.learner.run();
            run.seed = seed;
            model.sample(&mut run, count).await
        })
        .await
    }

    /// The session as a safetensors file: all parameters, and in its header what is needed to go on.
    pub async fn save(&mut self) -> Result<Vec<u8>, Error> {
        let params = self.read_params().await?;
        let header = Header { recipe: self.recipe.clone(), step: self.steps_done() };
        (checkpoint::code().write)(&header, &self.learner.subject.module, &params)
    }

    /// Takes parameters and step from a checkpoint of the same model with the same shapes. On error nothing has changed.
    pub async fn load(&mut self, source: &str, bytes: &[u8]) -> Result<(), Error> {
        let code = checkpoint::code();
        let header = (code.header)(source, bytes)?;
        if header.recipe.model != self.recipe.model {
            let problem = words!(
                "it holds the model {found:?}; this session trains {here:?}",
                "저장된 모델은 {found:?}인데, 지금 학습하는 모델은 {here:?}입니다.",
                found = header.recipe.model,
                here = self.recipe.model
            );
            return Err(Error::bad_file(source, problem));
        }
        let params = (code.params)(source, bytes, &self.learner.subject.module)?;
        self.put(Snapshot { step: header.step, params });
        Ok(())
    }

    /// The step of the snapshot that [`Session::go_back`] returns to.
    pub fn snapshot_step(&self) -> u64 {
        self.snapshot.step
    }

    /// Back to the last snapshot with finite metrics.
    pub fn go_back(&mut self) {
        let snapshot = std::mem::take(&mut self.snapshot);
        self.put(snapshot);
    }

    async fn take_snapshot(&mut self) -> Result<(), Error> {
        let step = self.learner.step;
        self.flights.forget(step, self.now());
        let params = self.learner.read_params().await?;
        if params.iter().any(|x| !x.is_finite()) {
            return Err(Error::Diverged { step });
        }
        self.snapshot = Snapshot { step, params };
        Ok(())
    }

    /// Training stands where a snapshot was taken.
    fn put(&mut self, snapshot: Snapshot) {
        self.learner.put(snapshot.step, &snapshot.params);
        self.flights.forget(snapshot.step, self.now());
        self.snapshot = snapshot;
    }

    async fn read_params(&mut self) -> Result<Vec<f32>, Error> {
        self.surviving(async |session| Ok(session.learner.read_params().await?)).await
    }

    /// Milliseconds; for a session that was given its device, none ever pass.
    fn now(&self) -> f64 {
        self.devices.as_ref().map_or(0.0, |devices| devices.now())
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
            Kind::Ratings => words!("Ratings", "평점"),
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
