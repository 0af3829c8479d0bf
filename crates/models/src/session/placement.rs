//! Where a session runs: the choice of its device when it opens, its move to another one, and what happens when a GPU fails.

use std::rc::Rc;

use super::learner::Learner;
use super::prospect::{Prospect, Winner};
use super::training::{Flights, Pace};
use super::{Session, Snapshot};
use crate::data::Dataset;
use crate::device::{DeviceChoice, DeviceKind, Devices, Notice, Placement, plainly};
use crate::{Error, Recipe, Words, words};

impl Session {
    /// Builds the recipe's model as [`Session::new`] does, on the device that was asked for. A GPU that is missing, fails or computes
    /// wrongly leaves the session on the CPU. Where the choice is ours and nobody knows yet which device is faster, the session
    /// begins on the CPU, and there is a [`Session::prospect`].
    pub async fn open(
        recipe: Recipe,
        data: Option<Rc<Dataset>>,
        choice: DeviceChoice,
        devices: &Rc<Devices>,
    ) -> Result<Session, Error> {
        let mut session = Session::assemble(recipe, data, devices.cpu())?;
        session.devices = Some(Rc::clone(devices));
        let may_try = choice == DeviceChoice::Auto && !session.is_short();
        session.is_undecided = may_try && !devices.can_choose(&session.measured_as());
        if session.is_undecided {
            let why =
                words!("The CPU trains while the GPU is being tried.", "GPU를 시험해 보는 동안 CPU에서 학습합니다.");
            session.place_on_cpu(choice, why, None);
        } else {
            session.choose(choice, devices).await?;
        }
        session.restart().await?;
        Ok(session)
    }

    /// The GPU, where it is yet to be found out whether it is faster. Make it ready while the session trains, then [`Session::weigh`] it.
    pub fn prospect(&self) -> Option<Prospect> {
        let devices = self.devices.as_ref().filter(|_| self.is_undecided)?;
        Some(self.prospect_of(devices, false))
    }

    /// Goes on from the same step and parameters on the GPU if a moment's trial finds it faster. A prospect that has come too late, since the
    /// device was chosen by hand meanwhile, changes nothing.
    ///
    /// # Errors
    /// [`Error::Device`] when even the CPU fails.
    pub async fn weigh(&mut self, prospect: Prospect) -> Result<(), Error> {
        if !std::mem::take(&mut self.is_undecided) {
            return Ok(());
        }
        self.settle().await?;
        let (step, params) = (self.learner.step, self.read_params().await?);
        match self.take(prospect, DeviceChoice::Auto).await? {
            None => {
                self.learner.begin();
                self.put(Snapshot { step, params });
            }
            Some(why) => self.place_on_cpu(DeviceChoice::Auto, why, None),
        }
        Ok(())
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
        let params = self.read_params().await?;
        let step = self.learner.step;
        self.is_undecided = false;
        self.choose(choice, &devices).await?;
        self.learner.begin();
        self.put(Snapshot { step, params });
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
        let (at, from) = (self.learner.step, self.snapshot.step);
        let problem = plainly(problem);
        let text = words!(
            "The GPU stopped answering at step {at} ({problem}). Training continues on the CPU from step {from}.",
            "{at}단계에서 GPU가 응답을 멈췄습니다({problem}). {from}단계부터 CPU에서 학습을 이어 갑니다."
        );
        let why = words!("The GPU stopped answering ({problem}).", "GPU가 응답을 멈췄습니다({problem}).");
        devices.give_up_gpu(why.clone());
        self.settle_on_cpu(self.placement.choice, &devices, why, Some(Notice { text, at, from }))?;
        self.learner.begin();
        let snapshot = std::mem::take(&mut self.snapshot);
        self.put(snapshot);
        Ok(true)
    }

    /// Leaves the session on a device with its module loaded, its parameters yet to be set.
    async fn choose(&mut self, choice: DeviceChoice, devices: &Rc<Devices>) -> Result<(), Error> {
        if choice == DeviceChoice::Cpu {
            return self.settle_on_cpu(choice, devices, asked_for(), None);
        }
        if choice == DeviceChoice::Auto && self.is_short() {
            let why = words!(
                "Training ends after a few steps, for which no GPU need be tried.",
                "학습이 몇 단계 만에 끝나므로 GPU를 시험해 볼 필요가 없습니다."
            );
            return self.settle_on_cpu(choice, devices, why, None);
        }
        let insists = choice == DeviceChoice::Gpu;
        let step = self.learner.step;
        let mut prospect = self.prospect_of(devices, insists);
        prospect.prepare().await?;
        let Some(refused) = self.take(prospect, choice).await? else { return Ok(()) };
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
        self.learner = Learner::new(&self.learner.subject, self.learner.knobs.clone(), devices.cpu())?;
        self.flights = Flights::new(Pace::on_cpu());
        self.place_on_cpu(choice, why, notice);
        Ok(())
    }

    fn place_on_cpu(&mut self, choice: DeviceChoice, why: Words, notice: Option<Notice>) {
        self.placement = Placement { choice, kind: DeviceKind::Cpu, name: self.learner.device.name(), why, notice };
    }

    /// Takes the GPU if it computes rightly and, unless it was asked for, faster than the CPU; else says why not. Its parameters
    /// are yet to be set.
    async fn take(&mut self, prospect: Prospect, choice: DeviceChoice) -> Result<Option<Words>, Error> {
        let Winner { gpu, mut learner, waiting, rates } = match prospect.conclude().await? {
            Ok(winner) => winner,
            Err(why) => return Ok(Some(why)),
        };
        let why = match choice {
            DeviceChoice::Auto => rates,
            DeviceChoice::Cpu | DeviceChoice::Gpu => {
                words!(both asked = asked_for(), rates = rates; "{asked} {rates}", "{asked} {rates}")
            }
        };
        // Live knobs may have been turned since.
        learner.knobs.clone_from(&self.learner.knobs);
        self.learner = learner;
        self.flights = Flights::new(Pace::on_gpu(waiting));
        self.placement = Placement { choice, kind: DeviceKind::Gpu, name: gpu.name(), why, notice: None };
        Ok(None)
    }

    fn prospect_of(&self, devices: &Rc<Devices>, insists: bool) -> Prospect {
        Prospect::new(&self.learner.subject, &self.learner.knobs, devices, self.measured_as(), insists)
    }

    /// Whether training ends by itself, before a race between devices would.
    fn is_short(&self) -> bool {
        self.course().end.is_some()
    }

    /// What a measurement depends on: everything but the seed.
    fn measured_as(&self) -> String {
        let rows = self.data().train.len();
        format!("{} {} {rows} {:?}", self.recipe.model, self.recipe.data, self.recipe.knobs)
    }
}

fn asked_for() -> Words {
    words!("It was chosen by hand.", "직접 선택한 장치입니다.")
}
