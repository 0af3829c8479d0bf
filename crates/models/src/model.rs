//! What a model is to the session that trains it.

use async_trait::async_trait;
use daydream_graph::{DeviceError, Module, Reading};

use crate::data::{Dataset, Split};
use crate::{Error, Knobs, Picture, Run};

/// What a model is built from.
pub struct Setup<'a> {
    /// The data that it will learn; for statistics such as pixel means, never for training at build time.
    pub data: &'a Dataset,
    /// Its knobs.
    pub knobs: &'a Knobs,
}

/// A model ready to run.
pub struct Built {
    /// Its compiled functions.
    pub module: Module,
    /// The order in which to call them.
    pub model: Box<dyn Model>,
}

/// The order in which a model's compiled functions are called.
///
/// It calls programs by name through [`Run`]; it knows no device, page or file. Whatever training changes lives in the
/// module's parameters, so that a checkpoint of these is whole and one model may train on several devices. By convention the program `train` is one training step
/// on the inputs that [`Run::next_batch`] writes.
#[async_trait(?Send)]
pub trait Model {
    /// The program `init` has run: writes the parameters and inputs whose first values come from the data.
    fn start(&self, _run: &mut Run<'_>) {}

    /// One training step. It reads nothing back, so that many can be handed to a device at once.
    fn step(&self, run: &mut Run<'_>) {
        run.next_batch();
        run.call("train", run.step());
    }

    /// How its training is best watched; by default as fast as it goes, without end.
    fn course(&self) -> Course {
        Course::default()
    }

    /// Asks for the metrics of the last training step: those whose cost is [`crate::Cost::Free`].
    fn measure(&self, run: &mut Run<'_>) -> Measuring {
        run.measure_outputs("train")
    }

    /// Measures on a split. Returns those of `wanted` that exist for this data and these knobs; leaves out the others.
    async fn evaluate(&self, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error>;

    /// Draws a view. `args` are the values of the view's own knobs.
    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error>;

    /// New rows from the model, in the shape of the data: `[count, D]`. Their random numbers follow from [`Run::seed`] alone.
    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error>;

    /// A knob that is live was turned. Inputs named like a knob are written by the session; override for anything else.
    fn knob_turned(&self, _run: &mut Run<'_>, _id: &str) {}
}

/// How training is best watched.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Course {
    /// Steps a second at most, where each is worth a look.
    pub pace: Option<f64>,
    /// Steps after which no other changes anything.
    pub end: Option<u64>,
}

/// Measured numbers by the id of their metric.
pub type Metrics = Vec<(String, f64)>;

/// Metrics on their way from the device. More can be asked of it before they have arrived.
pub struct Measuring {
    pub(crate) ids: Vec<String>,
    pub(crate) numbers: Reading,
}

impl Measuring {
    /// Waits for them.
    pub(crate) async fn arrive(self) -> Result<Metrics, DeviceError> {
        let numbers = self.numbers.await?;
        Ok(self.ids.into_iter().zip(numbers.into_iter().map(f64::from)).collect())
    }
}
