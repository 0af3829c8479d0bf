//! A model's hands: what it may touch while it trains, measures or draws.

use std::collections::BTreeSet;
use std::rc::Rc;

use daydream_graph::{Executor, Graph, Module, Table, Tensor, Values, Variable};

use crate::batches::Batches;
use crate::data::{Dataset, Split};
use crate::model::Measuring;
use crate::{Error, Knobs};

/// Rows of the training split, written anew for every training step: `[B, D]`.
const BATCH: &str = "batch.rows";
/// Their class numbers: `[B]`.
const BATCH_LABELS: &str = "batch.labels";
/// The table that a device keeps of the training split.
const ROWS: usize = 0;
/// The table of its class numbers.
const LABELS: usize = 1;

/// Hands a device what [`Run::next_batch`] takes its batches from.
pub(crate) fn keep_rows(device: &mut dyn Executor, module: &Module, split: &Split) {
    device.keep(ROWS, split.table());
    if let (Some(_), Some(labels)) = (module.input(BATCH_LABELS), split.labels()) {
        let labels = labels.iter().map(|&label| f32::from(label)).collect();
        device.keep(LABELS, &Rc::new(Table::new(1, Values::Reals(labels))));
    }
}

/// Declares the input that holds a training batch: `[B, D]`.
pub fn batch<'g>(graph: &'g Graph, data: &Dataset, rows: usize) -> Tensor<'g> {
    graph.input(BATCH, [rows, data.shape.len()])
}

/// Declares the input that holds the class numbers of a training batch: `[B]`.
pub fn batch_labels(graph: &Graph, rows: usize) -> Tensor<'_> {
    graph.input(BATCH_LABELS, [rows])
}

/// One model's programs on one device, with the data and the knobs. Asking for a name that the model did not declare is a programmer's error.
pub struct Run<'a> {
    pub(crate) device: &'a mut dyn Executor,
    pub(crate) module: &'a Module,
    pub(crate) data: &'a Dataset,
    pub(crate) knobs: &'a Knobs,
    pub(crate) batches: &'a mut Batches,
    /// The programs that were called.
    pub(crate) called: &'a mut BTreeSet<usize>,
    pub(crate) seed: u32,
    pub(crate) step: u64,
}

impl<'a> Run<'a> {
    /// The data set.
    pub fn data(&self) -> &'a Dataset {
        self.data
    }

    /// The knobs.
    pub fn knobs(&self) -> &'a Knobs {
        self.knobs
    }

    /// The seed of the session.
    pub fn seed(&self) -> u32 {
        self.seed
    }

    /// How many training steps were made before this one. Wraps as the counter of random numbers does.
    pub fn step(&self) -> u32 {
        self.step as u32
    }

    /// Training steps that make one pass over the training split, as a real number.
    pub fn steps_per_epoch(&self) -> f64 {
        let rows = self.module.input(BATCH).map_or(1, |batch| batch.shape[0]);
        self.data.train.len() as f64 / rows as f64
    }

    /// Writes the training batch of this step, and its labels if the model declared them.
    pub fn next_batch(&mut self) {
        self.next_batch_of(self.step);
    }

    /// Writes training batch number `number`: for models that use several batches a step.
    pub fn next_batch_of(&mut self, number: u64) {
        let len = self.input(BATCH).shape[0];
        let rows: Vec<u32> = self.batches.rows(number, len).collect();
        self.batch_of(&rows);
    }

    /// Writes a training batch of these rows of the training split, and their labels if the model declared them: for models that train on
    /// some of the rows only.
    #[track_caller]
    pub fn batch_of(&mut self, rows: &[u32]) {
        let batch = self.input(BATCH);
        assert_eq!(rows.len(), batch.shape[0], "a batch has another number of rows");
        self.device.gather(batch.offset, ROWS, rows);
        if let (Some(input), Some(_)) = (self.module.input(BATCH_LABELS), self.data.train.labels()) {
            self.device.gather(input.offset, LABELS, rows);
        }
    }

    /// Writes to the training batch the rows of the training split from number `first` on, in their order, as many as there are; the
    /// others keep what they held. Returns how many were written.
    pub fn batch_from(&mut self, first: usize) -> usize {
        let batch = self.input(BATCH);
        let count = batch.shape[0].min(self.data.train.len().saturating_sub(first));
        let rows: Vec<u32> = (first..first + count).map(|row| row as u32).collect();
        self.device.gather(batch.offset, ROWS, &rows);
        count
    }

    /// Writes an input.
    #[track_caller]
    pub fn write(&mut self, input: &str, values: &[f32]) {
        let variable = self.input(input);
        assert_eq!(values.len(), variable.range().len(), "the input {input:?} has another size");
        self.device.write(variable.offset, values);
    }

    /// Writes consecutive rows of a split to an input of shape `[N, D]`, as many as there are; the others keep what they held.
    /// Returns how many were written.
    #[track_caller]
    pub fn write_rows(&mut self, input: &str, split: &Split, first: usize) -> usize {
        let variable = self.input(input);
        let count = variable.shape[0].min(split.len().saturating_sub(first));
        let rows: Vec<u32> = (first..first + count).map(|row| row as u32).collect();
        let mut numbers = vec![0.0; count * split.width()];
        split.table().read_rows(&rows, &mut numbers);
        self.device.write(variable.offset, &numbers);
        count
    }

    /// Whether the model declared this program: for what only some of a kind have.
    pub fn has_program(&self, program: &str) -> bool {
        self.module.program(program).is_some()
    }

    /// Whether the model declared this output.
    pub fn has_output(&self, program: &str, output: &str) -> bool {
        self.module.program(program).is_some_and(|program| program.output(output).is_some())
    }

    /// Runs a program. `counter` keys its random numbers together with the seed: give each call of a series another one.
    #[track_caller]
    pub fn call(&mut self, program: &str, counter: u32) {
        let number = self.module.programs.iter().position(|known| known.name == program);
        let number = number.unwrap_or_else(|| panic!("the model declares no program {program:?}"));
        self.called.insert(number);
        self.device.run(number, self.seed, counter);
    }

    /// Reads an output of the program that ran last.
    pub async fn read(&mut self, program: &str, output: &str) -> Result<Vec<f32>, Error> {
        let declared = self.module.program(program).and_then(|program| {
            let output = program.output(output)?;
            Some(program.buffer(output.buffer).range())
        });
        let range = declared.unwrap_or_else(|| panic!("the model declares no output {output:?} of {program:?}"));
        Ok(self.device.read(range).await?)
    }

    /// Runs a program and reads one output.
    pub async fn call_for(&mut self, program: &str, counter: u32, output: &str) -> Result<Vec<f32>, Error> {
        self.call(program, counter);
        self.read(program, output).await
    }

    /// Measures every output of the program that ran last that is a single number; its name is the metric's id.
    #[track_caller]
    pub fn measure_outputs(&mut self, program: &str) -> Measuring {
        let program = self.module.program(program).unwrap_or_else(|| panic!("no program {program:?}"));
        let scalars = program.outputs.iter().filter(|output| output.shape.is_empty());
        let (ids, ranges): (Vec<String>, Vec<_>) =
            scalars.map(|output| (output.name.clone(), program.buffer(output.buffer).range())).unzip();
        Measuring { ids, numbers: self.device.read_all(&ranges) }
    }

    /// Measures parameters that are single numbers: pairs of a metric's id and the parameter's name.
    #[track_caller]
    pub fn measure_params(&mut self, wanted: impl IntoIterator<Item = (String, String)>) -> Measuring {
        let (ids, ranges): (Vec<String>, Vec<_>) =
            wanted.into_iter().map(|(id, param)| (id, self.param(&param).range())).unzip();
        Measuring { ids, numbers: self.device.read_all(&ranges) }
    }

    /// Reads a parameter.
    pub async fn read_param(&mut self, name: &str) -> Result<Vec<f32>, Error> {
        let range = self.param(name).range();
        Ok(self.device.read(range).await?)
    }

    /// Overwrites a parameter.
    #[track_caller]
    pub fn write_param(&mut self, name: &str, values: &[f32]) {
        let variable = self.param(name);
        assert_eq!(values.len(), variable.range().len(), "the parameter {name:?} has another size");
        self.device.write(variable.offset, values);
    }

    #[track_caller]
    fn input(&self, name: &str) -> &'a Variable {
        self.module.input(name).unwrap_or_else(|| panic!("the model declares no input {name:?}"))
    }

    #[track_caller]
    fn param(&self, name: &str) -> &'a Variable {
        self.module.param(name).unwrap_or_else(|| panic!("the model declares no parameter {name:?}"))
    }
}
