//! One model on one device: what it takes to make training steps.

use std::collections::BTreeSet;
use std::rc::Rc;

use daydream_graph::{DeviceError, Executor, Module, Reading};

use crate::Knobs;
use crate::batches::Batches;
use crate::data::Dataset;
use crate::model::{Measuring, Model};
use crate::run::{Run, keep_rows};

/// What is learnt: the same on every device.
pub(super) struct Subject {
    pub(super) module: Module,
    pub(super) model: Box<dyn Model>,
    pub(super) data: Rc<Dataset>,
    pub(super) seed: u32,
}

/// A model that learns on a device.
pub(super) struct Learner {
    pub(super) subject: Rc<Subject>,
    pub(super) knobs: Knobs,
    /// Training steps that the device was asked for.
    pub(super) step: u64,
    pub(super) device: Box<dyn Executor>,
    batches: Batches,
    /// The programs that were called.
    called: BTreeSet<usize>,
}

impl Learner {
    /// Hands the device the module and the training rows; parameters and inputs are yet to be set.
    pub(super) fn new(subject: &Rc<Subject>, knobs: Knobs, device: Box<dyn Executor>) -> Result<Learner, DeviceError> {
        let batches = Batches::new(subject.seed, subject.data.train.len());
        let subject = Rc::clone(subject);
        let mut learner = Learner { subject, knobs, step: 0, device, batches, called: BTreeSet::new() };
        learner.device.load(&learner.subject.module)?;
        keep_rows(&mut *learner.device, &learner.subject.module, &learner.subject.data.train);
        Ok(learner)
    }

    /// Step 0: parameters, and inputs that are not written by every step.
    pub(super) fn begin(&mut self) {
        self.step = 0;
        let (model, mut run) = self.run();
        run.call("init", 0);
        model.start(&mut run);
        for (id, value) in run.knobs.iter() {
            if run.module.input(id).is_some() {
                run.write(id, &[value as f32]);
            }
        }
        for (knob, _) in run.knobs.iter() {
            model.knob_turned(&mut run, knob);
        }
    }

    /// A live knob was turned.
    pub(super) fn knob_turned(&mut self, id: &str) {
        let (model, mut run) = self.run();
        if run.module.input(id).is_some() {
            run.write(id, &[run.knobs.real(id)]);
        }
        model.knob_turned(&mut run, id);
    }

    /// Asks for training steps, and for the metrics of the last.
    pub(super) fn make_steps(&mut self, count: u64) -> Measuring {
        for _ in 0..count {
            let (model, mut run) = self.run();
            model.step(&mut run);
            self.step += 1;
        }
        let (model, mut run) = self.run();
        model.measure(&mut run)
    }

    /// Asks for all parameters.
    pub(super) fn read_params(&mut self) -> Reading {
        self.device.read(self.subject.module.params_range())
    }

    /// Goes on from a step with the parameters that it led to.
    pub(super) fn put(&mut self, step: u64, params: &[f32]) {
        self.device.write(0, params);
        self.step = step;
    }

    /// The programs that were called so far.
    pub(super) fn called(&self) -> Vec<usize> {
        self.called.iter().copied().collect()
    }

    pub(super) fn run(&mut self) -> (&dyn Model, Run<'_>) {
        let Subject { module, model, data, seed } = &*self.subject;
        let run = Run {
            device: &mut *self.device,
            module,
            data,
            knobs: &self.knobs,
            batches: &mut self.batches,
            called: &mut self.called,
            seed: *seed,
            step: self.step,
        };
        (&**model, run)
    }
}
