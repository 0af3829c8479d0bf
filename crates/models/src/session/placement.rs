//! Where a session runs: the choice of its device when it opens, its move to another one, and what happens when a GPU fails.

use std::rc::Rc;

use daydream_graph::Executor;

use super::{Session, Snapshot, trial};
use crate::data::Dataset;
use crate::device::{DeviceChoice, DeviceKind, Devices, Gpu, Measured, Notice, Placement, plainly};
use crate::run::keep_rows;
use crate::{Error, Recipe, Words, words};

impl Session {
    /// Builds the recipe's model as [`Session::new`] does, on the device that was asked for. Where there are two to choose from, a few
    /// steps on each decide; the session then starts at step 0 as if they had not been. A GPU that is missing, fails or
    /// computes wrongly leaves the session on the CPU.
    pub async fn open(
        recipe: Recipe,
        data: Option<Rc<Dataset>>,
        choice: DeviceChoice,
        devices: &Rc<Devices>,
    ) -> Result<Session, Error> {
        let mut session = Session::assemble(recipe, data, devices.cpu())?;
        session.devices = Some(Rc::clone(devices));
        session.choose(choice, devices).await?;
        session.restart().await?;
        Ok(session)
    }

    /// Which device runs the programs, and why.
    pub fn placement(&self) -> &Placement {
        &self.placement
    }

    /// Goes on from the same step and parameters on another device, chosen as when the session was opened.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a session that was given its device by [`Session::new`].
    pub async fn move_to(&mut self, choice: DeviceChoice) -> Result<(), Error> {
        let devices = self.devices.clone().ok_or_else(|| {
            Error::Unsupported(words!("this session knows no other device", "이 세션은 다른 장치를 모릅니다."))
        })?;
        let params = self.surviving(async |session| session.read_params().await).await?;
        let step = self.step;
        self.choose(choice, &devices).await?;
        self.begin();
        self.put(Snapshot { step, params, taken: devices.now() });
        Ok(())
    }

    /// Does what may fail on a GPU; when the GPU fails, once more on the CPU.
    pub(super) async fn surviving<T>(
        &mut self,
        mut act: impl AsyncFnMut(&mut Session) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match act(self).await {
            Err(Error::Device(problem)) if self.fall_back(&problem)? => act(self).await,
            done => done,
        }
    }

    /// The GPU has failed: the CPU goes on from the last snapshot. False where there is nothing to fall back to.
    pub(super) fn fall_back(&mut self, problem: &str) -> Result<bool, Error> {
        let Some(devices) = self.devices.clone() else { return Ok(false) };
        if self.placement.kind != DeviceKind::Gpu {
            return Ok(false);
        }
        let (at, from) = (self.step, self.snapshot.step);
        let problem = plainly(problem);
        let text = words!(
            "The GPU stopped answering at step {at} ({problem}). Training continues on the CPU from step {from}.",
            "{at}단계에서 GPU가 응답을 멈췄습니다({problem}). {from}단계부터 CPU에서 학습을 이어 갑니다."
        );
        let why = words!("The GPU stopped answering ({problem}).", "GPU가 응답을 멈췄습니다({problem}).");
        devices.give_up_gpu(why.clone());
        self.settle_on_cpu(self.placement.choice, &devices, why, Some(Notice { text, at, from }))?;
        self.begin();
        let snapshot = std::mem::take(&mut self.snapshot);
        self.put(snapshot);
        Ok(true)
    }

    /// Leaves the session on a device with its module loaded, its parameters yet to be set.
    async fn choose(&mut self, choice: DeviceChoice, devices: &Devices) -> Result<(), Error> {
        if choice == DeviceChoice::Cpu {
            return self.settle_on_cpu(choice, devices, asked_for(), None);
        }
        let insists = choice == DeviceChoice::Gpu;
        let step = self.step;
        let refused = match devices.gpu(insists).await {
            Err(why) => why,
            Ok(gpu) if gpu.is_software && !insists => words!(
                "The GPU here ({name}) is played by the CPU, which is faster by itself.",
                "여기의 GPU({name})는 CPU로 흉내 낸 것이어서 CPU로 바로 계산하는 것이 빠릅니다.",
                name = gpu.name
            ),
            Ok(gpu) => match self.settle_on_gpu(choice, devices, &gpu).await? {
                None => return Ok(()),
                Some(why) => why,
            },
        };
        let notice = insists.then(|| Notice {
            text: words!(both refused = refused.clone(); "{refused} The CPU trains instead.", "{refused} 대신 CPU에서 학습합니다."),
            at: step,
            from: step,
        });
        self.settle_on_cpu(choice, devices, refused, notice)
    }

    fn settle_on_cpu(
        &mut self,
        choice: DeviceChoice,
        devices: &Devices,
        why: Words,
        notice: Option<Notice>,
    ) -> Result<(), Error> {
        self.take_device(devices.cpu())?;
        self.placement = Placement { choice, kind: DeviceKind::Cpu, name: self.device.name(), why, notice };
        Ok(())
    }

    /// Takes the GPU if it computes rightly and, unless it was asked for, faster than the CPU; else says why not.
    async fn settle_on_gpu(
        &mut self,
        choice: DeviceChoice,
        devices: &Devices,
        gpu: &Gpu,
    ) -> Result<Option<Words>, Error> {
        let key = self.measured_as();
        let known = devices.measured(&key);
        let ready = known.is_none();
        let measured = match known {
            Some(measured) => measured,
            None => match self.measure(devices, gpu).await? {
                Ok(measured) => devices.remember(key, measured),
                Err(why) => return Ok(Some(why)),
            },
        };
        let rate = match &measured.gpu {
            Ok(rate) => *rate,
            Err(why) => return Ok(Some(why.clone())),
        };
        let rates = words!(
            "Measured with this model: {on_gpu} steps a second on the GPU, {on_cpu} on the CPU.",
            "이 모델로 잰 속도는 GPU에서 초당 {on_gpu}단계, CPU에서 초당 {on_cpu}단계입니다.",
            on_gpu = rounded(rate),
            on_cpu = rounded(measured.cpu)
        );
        if choice == DeviceChoice::Auto && rate <= measured.cpu {
            return Ok(Some(rates));
        }
        if !ready && let Err(problem) = self.take_gpu(gpu, &measured.programs).await {
            return Ok(Some(failed(devices, gpu, problem)?));
        }
        let why = match choice {
            DeviceChoice::Auto => rates,
            DeviceChoice::Cpu | DeviceChoice::Gpu => {
                words!(both asked = asked_for(), rates = rates; "{asked} {rates}", "{asked} {rates}")
            }
        };
        self.placement = Placement { choice, kind: DeviceKind::Gpu, name: gpu.name.clone(), why, notice: None };
        Ok(None)
    }

    /// Tries both devices, the GPU last: it is then ready for this model. Or why the GPU cannot be used at all.
    async fn measure(&mut self, devices: &Devices, gpu: &Gpu) -> Result<Result<Measured, Words>, Error> {
        self.take_device(devices.cpu())?;
        self.called.clear();
        let on_cpu = self.try_cpu(devices).await?;
        let programs: Vec<usize> = self.called.iter().copied().collect();
        if let Err(problem) = self.take_gpu(gpu, &programs).await {
            return failed(devices, gpu, problem).map(Err);
        }
        let (outcome, rate) = match self.try_gpu(devices, on_cpu.steps).await {
            Ok(trial) => trial,
            Err(problem) => return failed(devices, gpu, problem).map(Err),
        };
        let mut difference = trial::disagreement(&self.module, &on_cpu, &outcome, None);
        if difference.is_some() {
            self.take_device(devices.cpu())?;
            let shaken = self.try_shaken(on_cpu.steps).await?;
            difference = trial::disagreement(&self.module, &on_cpu, &outcome, Some(&shaken));
            if let Err(problem) = self.take_gpu(gpu, &programs).await {
                return failed(devices, gpu, problem).map(Err);
            }
        }
        let verdict = match difference {
            None => Ok(rate),
            Some(difference) => Err(words!(both difference = difference;
                "The GPU ({name}) computes this model wrongly: {difference}.",
                "이 GPU({name})는 이 모델을 잘못 계산합니다. {difference}.",
                name = gpu.name
            )),
        };
        Ok(Ok(Measured { programs, cpu: on_cpu.rate, gpu: verdict }))
    }

    /// Loads the module on the GPU and has it prepare what training calls.
    async fn take_gpu(&mut self, gpu: &Gpu, programs: &[usize]) -> Result<(), Error> {
        self.take_device((gpu.executor)())?;
        Ok(self.device.prepare(programs).await?)
    }

    /// Loads the module, with the training rows, on a device that replaces the one before.
    pub(super) fn take_device(&mut self, mut device: Box<dyn Executor>) -> Result<(), Error> {
        device.load(&self.module)?;
        keep_rows(&mut *device, &self.module, &self.data.train);
        self.device = device;
        Ok(())
    }

    /// What a measurement depends on: everything but the seed.
    fn measured_as(&self) -> String {
        let rows = self.data.train.len();
        format!("{} {} {rows} {:?}", self.recipe.model, self.recipe.data, self.recipe.knobs)
    }
}

fn asked_for() -> Words {
    words!("It was chosen by hand.", "직접 선택한 장치입니다.")
}

/// Why a GPU that was tried is not used; it is opened anew the next time. What is not the device's failure stays an error.
fn failed(devices: &Devices, gpu: &Gpu, problem: Error) -> Result<Words, Error> {
    let Error::Device(problem) = problem else { return Err(problem) };
    devices.forget_gpu();
    let problem = plainly(&problem);
    Ok(words!(
        "The GPU ({name}) cannot run this model: {problem}.",
        "이 GPU({name})에서는 이 모델을 실행할 수 없습니다({problem}).",
        name = gpu.name
    ))
}

/// A rate with two digits or more.
fn rounded(rate: f64) -> String {
    if rate < 10.0 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}
