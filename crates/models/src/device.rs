//! What can run a session: the devices there are, what was asked for, and what became of it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use daydream_graph::{Device, Executor, Pending};
use serde::{Deserialize, Serialize};

use crate::{Words, words};

/// What a person may ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// The one that trains this model faster, by measurement.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// The graphics processor, where there is one that computes rightly.
    Gpu,
}

/// What runs a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// The processor.
    Cpu,
    /// The graphics processor.
    Gpu,
}

/// Which device runs a session, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// What was asked for.
    pub choice: DeviceChoice,
    /// What runs it.
    pub kind: DeviceKind,
    /// The device's name.
    pub name: String,
    /// Why this one, in a whole sentence.
    pub why: Words,
    /// What the person should know, where they did not get what they asked for or had.
    pub notice: Option<Notice>,
}

/// The CPU had to take over.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// What happened, in whole sentences.
    pub text: Words,
    /// The training step at which it happened.
    pub at: u64,
    /// The training step from which the CPU went on.
    pub from: u64,
}

/// A GPU that is being opened, if there is one.
type Opening = Pending<'static, Option<Rc<dyn Device>>>;

/// The devices of this machine that sessions may use. They are shared: a GPU is opened once, when it is first wanted.
pub struct Devices {
    make_cpu: Box<dyn Fn() -> Box<dyn Executor>>,
    open_gpu: Box<dyn Fn() -> Opening>,
    clock: Box<dyn Fn() -> f64>,
    gpu: RefCell<Option<Result<Rc<dyn Device>, Words>>>,
    /// What was measured, by what was trained.
    measured: RefCell<HashMap<String, Rc<Measured>>>,
}

/// What a few steps on both devices have shown about one model on one data set.
pub(crate) struct Measured {
    /// The programs that training calls.
    pub(crate) programs: Vec<usize>,
    /// Steps a second on the CPU.
    pub(crate) cpu: f64,
    /// The same on the GPU, or why it must not be used.
    pub(crate) gpu: Result<GpuSpeed, Words>,
}

/// How fast a GPU trains a model.
#[derive(Clone, Copy)]
pub(crate) struct GpuSpeed {
    /// Steps a second.
    pub(crate) rate: f64,
    /// Milliseconds for which the numbers of a step are on their way.
    pub(crate) waiting: f64,
}

impl Measured {
    pub(crate) fn is_gpu_faster(&self) -> bool {
        self.gpu.as_ref().is_ok_and(|gpu| gpu.rate > self.cpu)
    }

    /// What was measured, in a whole sentence; or why the GPU must not be used.
    pub(crate) fn rates(&self) -> Words {
        match &self.gpu {
            Err(why) => why.clone(),
            Ok(gpu) => words!(
                "Measured with this model: {on_gpu} steps a second on the GPU, {on_cpu} on the CPU.",
                "이 모델로 잰 속도는 GPU에서 초당 {on_gpu}단계, CPU에서 초당 {on_cpu}단계입니다.",
                on_gpu = rounded(gpu.rate),
                on_cpu = rounded(self.cpu)
            ),
        }
    }
}

/// A rate with two digits or more.
fn rounded(rate: f64) -> String {
    if rate < 10.0 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}

impl Devices {
    /// `cpu` makes an executor, `gpu` opens the GPU where there is one, `clock` tells milliseconds that only ever grow.
    pub fn new(
        cpu: impl Fn() -> Box<dyn Executor> + 'static,
        gpu: impl Fn() -> Opening + 'static,
        clock: impl Fn() -> f64 + 'static,
    ) -> Devices {
        Devices {
            make_cpu: Box::new(cpu),
            open_gpu: Box::new(gpu),
            clock: Box::new(clock),
            gpu: RefCell::default(),
            measured: RefCell::default(),
        }
    }

    pub(crate) fn cpu(&self) -> Box<dyn Executor> {
        (self.make_cpu)()
    }

    pub(crate) fn now(&self) -> f64 {
        (self.clock)()
    }

    /// The GPU, or why there is none. One that could not be had or was lost is asked for again only when the person `insists`.
    pub(crate) async fn gpu(&self, insists: bool) -> Result<Rc<dyn Device>, Words> {
        let known = self.gpu.borrow().clone();
        match known {
            Some(Ok(gpu)) => return Ok(gpu),
            Some(Err(why)) if !insists => return Err(why),
            _ => {}
        }
        let opened = match (self.open_gpu)().await {
            Ok(Some(gpu)) => Ok(gpu),
            Ok(None) => Err(words!("There is no GPU to train on here.", "여기에는 학습에 쓸 수 있는 GPU가 없습니다.")),
            Err(error) => {
                let problem = plainly(&error.0);
                Err(words!("The GPU cannot be used: {problem}.", "GPU를 쓸 수 없습니다({problem})."))
            }
        };
        *self.gpu.borrow_mut() = Some(opened.clone());
        opened
    }

    /// A GPU that failed is not used again, unless somebody insists.
    pub(crate) fn give_up_gpu(&self, why: Words) {
        *self.gpu.borrow_mut() = Some(Err(why));
    }

    /// The next session opens the GPU anew.
    pub(crate) fn forget_gpu(&self) {
        *self.gpu.borrow_mut() = None;
    }

    /// Whether it needs neither opening nor measuring to say which device trains something faster.
    pub(crate) fn can_choose(&self, key: &str) -> bool {
        match &*self.gpu.borrow() {
            None => false,
            Some(Err(_)) => true,
            Some(Ok(gpu)) => gpu.is_software() || self.measured.borrow().contains_key(key),
        }
    }

    pub(crate) fn measured(&self, key: &str) -> Option<Rc<Measured>> {
        self.measured.borrow().get(key).cloned()
    }

    pub(crate) fn remember(&self, key: String, measured: Measured) -> Rc<Measured> {
        let measured = Rc::new(measured);
        self.measured.borrow_mut().insert(key, Rc::clone(&measured));
        measured
    }

    /// Takes the open GPU away, as a driver that fails does: for tests, and for trying it out.
    pub fn lose_gpu(&self) {
        if let Some(Ok(gpu)) = &*self.gpu.borrow() {
            gpu.destroy();
        }
    }
}

/// What a driver says first; what follows is a trace for those who maintain it.
pub(crate) fn plainly(problem: &str) -> &str {
    let first = problem.split(['\n', ';']).next().unwrap_or_default();
    first.trim_end_matches(['.', ':', ' '])
}
