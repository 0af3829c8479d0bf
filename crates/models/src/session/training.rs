//! Training in batches of steps: each is handed to the device as a whole, with the read of what its last step measured. A GPU is
//! given the next batch before the numbers of the last one are back, so that it never waits for them to be read.

use std::collections::VecDeque;

use daydream_graph::Reading;

use super::{Session, Snapshot};
use crate::Error;
use crate::device::DeviceKind;
use crate::model::{Measuring, Metrics};

/// Batches that a GPU is given beyond the one whose numbers are awaited. One keeps it busy as long as a batch takes no less time than
/// the way of its numbers, which [`Pace`] sees to; each more would only make commands wait longer and a lost device cost more.
const AHEAD: usize = 1;
/// Steps between two snapshots to which a session can go back.
const SNAPSHOT_EVERY: u64 = 250;
/// The same on a GPU, in milliseconds: so much is lost at most when it fails, and the batches in flight.
const SNAPSHOT_AFTER: f64 = 1000.0;
/// The most steps of one batch.
const MOST_STEPS: u64 = 5000;
/// Milliseconds that a batch takes: a frame on the CPU, which does nothing else meanwhile; a few on a GPU, or as long as its numbers are
/// on their way, but no longer than a person waits gladly.
const ON_CPU: f64 = 14.0;
const ON_GPU: [f64; 2] = [40.0, 250.0];

/// What training has measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// After so many steps.
    pub step: u64,
    /// The metrics of the last of them.
    pub metrics: Metrics,
}

/// Batches whose numbers are yet to come, and how large to make the next.
pub(super) struct Flights {
    flying: VecDeque<Flight>,
    /// When the last one landed.
    landed: f64,
    /// Where the last snapshot was asked for.
    asked: Mark,
    pace: Pace,
}

/// A batch of steps under way.
struct Flight {
    count: u64,
    /// Where it leads to, and when it was handed over.
    end: Mark,
    metrics: Measuring,
    /// The parameters at its end, for a snapshot.
    params: Option<Reading>,
}

/// A step, and when it was.
#[derive(Clone, Copy, Default)]
struct Mark {
    step: u64,
    time: f64,
}

/// How many steps to hand over at once, learnt from how long they take.
pub(super) struct Pace {
    /// The steps of a batch.
    stride: u64,
    /// The milliseconds that it should take.
    batch: f64,
    /// The steps of the last batch, and the milliseconds that it took.
    last: (u64, f64),
}

impl Pace {
    pub(super) fn on_cpu() -> Pace {
        Pace { stride: 1, batch: ON_CPU, last: (0, 0.0) }
    }

    /// For a GPU whose numbers are on their way for so many milliseconds.
    pub(super) fn on_gpu(waiting: f64) -> Pace {
        let [least, most] = ON_GPU;
        Pace { stride: 1, batch: (1.25 * waiting).clamp(least, most), last: (0, 0.0) }
    }

    /// The share of the time that such a GPU computes and does not wait.
    pub(super) fn busy(&self, waiting: f64) -> f64 {
        let batches = (AHEAD + 1) as f64;
        (batches * self.batch / (self.batch + waiting)).min(1.0)
    }

    /// A batch of so many steps took so many milliseconds. Where numbers take longer than steps they arrive in pairs, since there are two
    /// batches on the way: only two together tell how long each took.
    fn learn(&mut self, count: u64, spent: f64) {
        let (steps, time) = (self.last.0 + count, self.last.1 + spent);
        self.last = (count, spent);
        let fitting = self.batch * steps as f64 / time.max(1e-3);
        self.stride = (fitting.round() as u64).min(2 * self.stride).clamp(1, MOST_STEPS);
    }
}

impl Flights {
    pub(super) fn new(pace: Pace) -> Flights {
        Flights { flying: VecDeque::new(), landed: 0.0, asked: Mark::default(), pace }
    }

    /// Training goes on from elsewhere: what is under way does not matter any more.
    pub(super) fn forget(&mut self, step: u64, time: f64) {
        self.flying.clear();
        self.asked = Mark { step, time };
    }
}

impl Session {
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

    /// Makes as many training steps as fit into a moment, at most `most`, and returns what was measured last. On a GPU that is the end of
    /// the batch before, while this one is under way; [`Session::settle`] waits for the rest. Whoever asks for fewer steps
    /// than fit waits for them.
    ///
    /// # Errors
    /// As for [`Session::step`].
    pub async fn advance(&mut self, most: u64) -> Result<Option<Progress>, Error> {
        let stride = self.flights.pace.stride;
        self.launch(most.min(stride));
        let ahead = if most > stride { self.ahead() } else { 0 };
        match self.land_all_but(ahead).await {
            Err(Error::Device(problem)) if self.fall_back(&problem)? => {
                let metrics = self.train(1).await?;
                Ok(Some(Progress { step: self.learner.step, metrics }))
            }
            done => done,
        }
    }

    /// Waits for all steps that were asked for; what was measured last, if anything is new.
    ///
    /// # Errors
    /// As for [`Session::step`].
    pub async fn settle(&mut self) -> Result<Option<Progress>, Error> {
        match self.land_all_but(0).await {
            Err(Error::Device(problem)) if self.fall_back(&problem)? => Ok(None),
            done => done,
        }
    }

    async fn train(&mut self, count: u64) -> Result<Metrics, Error> {
        self.land_all_but(0).await?;
        let end = self.learner.step + count;
        loop {
            let left = end - self.learner.step;
            // Else a GPU that fails would go unseen for long.
            let most = if self.placement.kind == DeviceKind::Gpu { self.flights.pace.stride } else { left };
            self.launch(left.min(most));
            let done = self.learner.step == end;
            let progress = self.land_all_but(if done { 0 } else { self.ahead() }).await?;
            if let Some(Progress { metrics, .. }) = progress.filter(|_| done) {
                return Ok(metrics);
            }
        }
    }

    fn ahead(&self) -> usize {
        match self.placement.kind {
            DeviceKind::Cpu => 0,
            DeviceKind::Gpu => AHEAD,
        }
    }

    /// Hands steps to the device, and asks for what the last of them measures.
    fn launch(&mut self, count: u64) {
        let begun = self.now();
        let metrics = self.learner.make_steps(count);
        let end = Mark { step: self.learner.step, time: begun };
        let asked = self.flights.asked;
        let is_snapshot_due = match self.placement.kind {
            DeviceKind::Cpu => end.step >= asked.step + SNAPSHOT_EVERY,
            DeviceKind::Gpu => end.time >= asked.time + SNAPSHOT_AFTER,
        };
        let params = is_snapshot_due.then(|| {
            self.flights.asked = end;
            self.learner.read_params()
        });
        self.flights.flying.push_back(Flight { count, end, metrics, params });
    }

    async fn land_all_but(&mut self, ahead: usize) -> Result<Option<Progress>, Error> {
        let mut progress = None;
        while self.flights.flying.len() > ahead {
            progress = self.land().await?;
        }
        Ok(progress)
    }

    /// Waits for the oldest batch.
    async fn land(&mut self) -> Result<Option<Progress>, Error> {
        let Some(Flight { count, end: Mark { step, time }, metrics, params }) = self.flights.flying.pop_front() else {
            return Ok(None);
        };
        let metrics = metrics.arrive().await?;
        let now = self.now();
        let flights = &mut self.flights;
        if count > 0 {
            flights.pace.learn(count, now - time.max(flights.landed));
        }
        flights.landed = now;
        if metrics.iter().any(|(_, value)| !value.is_finite()) {
            return Err(self.diverged(step));
        }
        if let Some(params) = params {
            let params = params.await?;
            if params.iter().any(|x| !x.is_finite()) {
                return Err(self.diverged(step));
            }
            self.snapshot = Snapshot { step, params };
        }
        Ok(Some(Progress { step, metrics }))
    }

    fn diverged(&mut self, step: u64) -> Error {
        self.flights.forget(step, self.now());
        Error::Diverged { step }
    }
}
