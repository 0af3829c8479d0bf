//! A GPU that is made ready for a model, and what a few steps say about it, before it is known whether it will train the model.

use std::rc::Rc;

use daydream_graph::Device;

use super::learner::{Learner, Subject};
use super::trial::{self, FirstSteps};
use crate::device::{Devices, Measured, plainly};
use crate::{Error, Knobs, Words, words};

/// The prospect of training on the GPU. It is independent of the session, which may train on the CPU meanwhile.
pub struct Prospect {
    subject: Rc<Subject>,
    knobs: Knobs,
    devices: Rc<Devices>,
    /// What a measurement depends on.
    key: String,
    /// A GPU that is slower, that was given up before or that the CPU plays will do.
    insists: bool,
    /// Once it is prepared: a GPU, or why it cannot be used.
    found: Option<Result<Candidate, Words>>,
}

/// A GPU that has computed a few steps of this model rightly, now or earlier.
struct Candidate {
    gpu: Rc<dyn Device>,
    /// On the GPU.
    learner: Learner,
    rates: Rates,
}

/// How fast a model trains on both devices.
enum Rates {
    Known(Rc<Measured>),
    /// They are yet to be measured; the same model on the CPU, after its first steps.
    Unknown(Box<Learner>, FirstSteps),
}

/// The GPU, where it should train the model.
pub(super) struct Winner {
    pub(super) gpu: Rc<dyn Device>,
    pub(super) learner: Learner,
    /// Milliseconds for which its numbers are on their way.
    pub(super) waiting: f64,
    /// What was measured, in a whole sentence.
    pub(super) rates: Words,
}

impl Prospect {
    pub(super) fn new(
        subject: &Rc<Subject>,
        knobs: &Knobs,
        devices: &Rc<Devices>,
        key: String,
        insists: bool,
    ) -> Prospect {
        let (subject, knobs, devices) = (Rc::clone(subject), knobs.clone(), Rc::clone(devices));
        Prospect { subject, knobs, devices, key, insists, found: None }
    }

    /// Opens the GPU, compiles what training calls, and compares a few steps with those of the CPU. This may take seconds.
    ///
    /// # Errors
    /// Only where the CPU fails; a GPU that cannot be used is no error.
    pub async fn prepare(&mut self) -> Result<(), Error> {
        self.found = Some(self.find().await?);
        Ok(())
    }

    /// Measures how fast both devices are, in less than half a second, unless that is known. The GPU if it should train the
    /// model, or why not.
    pub(super) async fn conclude(mut self) -> Result<Result<Winner, Words>, Error> {
        if self.found.is_none() {
            self.prepare().await?;
        }
        let Candidate { gpu, mut learner, rates } = match self.found.take() {
            Some(Ok(candidate)) => candidate,
            Some(Err(why)) => return Ok(Err(why)),
            None => unreachable!("it was prepared"),
        };
        let measured = match rates {
            Rates::Known(measured) => Ok(measured),
            Rates::Unknown(mut on_cpu, first) => self.measure(&mut on_cpu, &first, &mut learner).await,
        };
        let measured = match measured {
            Ok(measured) => measured,
            Err(problem) => return self.failed(&*gpu, problem).map(Err),
        };
        Ok(match &measured.gpu {
            Ok(speed) if self.insists || measured.is_gpu_faster() => {
                Ok(Winner { gpu, learner, waiting: speed.waiting, rates: measured.rates() })
            }
            _ => Err(measured.rates()),
        })
    }

    async fn measure(
        &self,
        on_cpu: &mut Learner,
        first: &FirstSteps,
        on_gpu: &mut Learner,
    ) -> Result<Rc<Measured>, Error> {
        let cpu = on_cpu.rate(&self.devices, first).await?;
        let gpu = on_gpu.rate_in_batches(&self.devices).await?;
        Ok(self.devices.remember(self.key.clone(), Measured { programs: on_cpu.called(), cpu, gpu: Ok(gpu) }))
    }

    async fn find(&self) -> Result<Result<Candidate, Words>, Error> {
        let gpu = match self.devices.gpu(self.insists).await {
            Ok(gpu) if gpu.is_software() && !self.insists => {
                return Ok(Err(words!(
                    "The GPU here ({name}) is played by the CPU, which is faster by itself.",
                    "여기의 GPU({name})는 CPU로 흉내 낸 것이어서 CPU로 바로 계산하는 것이 빠릅니다.",
                    name = gpu.name()
                )));
            }
            Ok(gpu) => gpu,
            Err(why) => return Ok(Err(why)),
        };
        match self.try_out(&gpu).await {
            Err(problem) => self.failed(&*gpu, problem).map(Err),
            found => found,
        }
    }

    /// Why a GPU that was tried is not used; it is opened anew the next time. What is not the device's failure stays an error.
    fn failed(&self, gpu: &dyn Device, problem: Error) -> Result<Words, Error> {
        let Error::Device(problem) = problem else { return Err(problem) };
        self.devices.forget_gpu();
        let problem = plainly(&problem);
        Ok(words!(
            "The GPU ({name}) cannot run this model: {problem}.",
            "이 GPU({name})에서는 이 모델을 실행할 수 없습니다({problem}).",
            name = gpu.name()
        ))
    }

    async fn try_out(&self, gpu: &Rc<dyn Device>) -> Result<Result<Candidate, Words>, Error> {
        if let Some(measured) = self.devices.measured(&self.key) {
            if let Err(why) = &measured.gpu {
                return Ok(Err(why.clone()));
            }
            if !self.insists && !measured.is_gpu_faster() {
                return Ok(Err(measured.rates()));
            }
            let learner = self.on_gpu(&**gpu, &measured.programs).await?;
            return Ok(Ok(Candidate { gpu: Rc::clone(gpu), learner, rates: Rates::Known(measured) }));
        }
        let mut on_cpu = self.on_cpu()?;
        let first = on_cpu.first_steps(&self.devices).await?;
        let programs = on_cpu.called();
        let mut learner = self.on_gpu(&**gpu, &programs).await?;
        let outcome = learner.repeat(&first).await?;
        let module = &self.subject.module;
        let mut difference = trial::disagreement(module, &first, &outcome, None);
        if difference.is_some() {
            let shaken = self.on_cpu()?.repeat_shaken(&first).await?;
            difference = trial::disagreement(module, &first, &outcome, Some(&shaken));
        }
        let Some(difference) = difference else {
            return Ok(Ok(Candidate { gpu: Rc::clone(gpu), learner, rates: Rates::Unknown(Box::new(on_cpu), first) }));
        };
        let why = words!(both difference = difference;
            "The GPU ({name}) computes this model wrongly: {difference}.",
            "이 GPU({name})는 이 모델을 잘못 계산합니다. {difference}.",
            name = gpu.name()
        );
        self.devices.remember(self.key.clone(), Measured { programs, cpu: 0.0, gpu: Err(why.clone()) });
        Ok(Err(why))
    }

    fn on_cpu(&self) -> Result<Learner, Error> {
        Ok(Learner::new(&self.subject, self.knobs.clone(), self.devices.cpu())?)
    }

    async fn on_gpu(&self, gpu: &dyn Device, programs: &[usize]) -> Result<Learner, Error> {
        let mut learner = Learner::new(&self.subject, self.knobs.clone(), gpu.executor())?;
        learner.device.prepare(programs).await?;
        Ok(learner)
    }
}
