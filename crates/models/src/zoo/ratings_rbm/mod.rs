//! A restricted Boltzmann machine for ratings: every title is a visible unit with as many states as there are stars, and the units of
//! titles that somebody has not rated do not exist for that person.
//!
//! ```text
//! energy        E(V, h) = -Σ_ik v_ik b_ik - Σ_j h_j c_j - Σ_ikj v_ik W_ikj h_j      V: [I, K] one-hot rows, 0 where not rated
//! free energy   F(V) = -Σ_ik v_ik b_ik - Σ_j softplus(x_j),   x_j = c_j + Σ_ik v_ik W_ikj                     x: [H]
//! conditionals  p(h_j = 1 | V) = σ(x_j),   p(v_ik = 1 | h) = softmax_k(b_ik + Σ_j W_ikj h_j)
//! learning      ΔW = ⟨v h⟩_data - ⟨v h⟩_chains, over the titles that the person has rated
//! prediction    p(v_qk = 1 | V) ∝ exp(b_qk) Π_j (1 + exp(x_j + W_qkj))             exact: all hidden states are summed over
//! ```
//!
//! Salakhutdinov, Mnih & Hinton, *Restricted Boltzmann machines for collaborative filtering*, ICML 2007; its letters, but `c` for the
//! hidden biases. All persons share the weights: what is learned from one serves all. Chains start at the ratings of the batch and take
//! `k` Gibbs steps (contrastive divergence); the steps that the statistics make are Adam's.

mod baseline;
mod spec;
mod views;

use async_trait::async_trait;
use daydream_graph::{Function, Graph, Optimizer, Tensor, grad};

use crate::data::Split;
use crate::data::ratings::STARS;
use crate::model::{Built, Metrics, Model, Setup};
use crate::{Error, Knobs, Picture, Run, batch, words};

use baseline::Baseline;

pub(super) use spec::spec;

/// People whose ratings are predicted at once.
const PEOPLE: usize = 64;
/// Standard deviation of the first weights.
const WEIGHT_SCALE: f32 = 0.01;
/// Larger machines are refused.
const MOST_WEIGHTS: usize = 1 << 22;
/// Counters of random numbers that each training step has for its Gibbs steps; more than the largest `k`.
const COUNTERS_PER_STEP: u32 = 32;
/// Gibbs steps to a person who is made up.
const SAMPLE_STEPS: u32 = 50;

/// The machine's parameters.
#[derive(Clone, Copy)]
struct Machine<'g> {
    /// `W`: `[I·K, H]`
    w: Tensor<'g>,
    /// `b`: `[I·K]`
    b: Tensor<'g>,
    /// `c`: `[H]`
    c: Tensor<'g>,
}

impl<'g> Machine<'g> {
    /// `x`: `[B, I·K] -> [B, H]`
    fn inputs(&self, v: Tensor<'g>) -> Tensor<'g> {
        v.dot(self.w) + self.c
    }

    /// The logits of every title's stars: `[B, H] -> [B, I, K]`
    fn logits(&self, h: Tensor<'g>) -> Tensor<'g> {
        let rows = h.extent(0);
        (h.dot(self.w.t()) + self.b).reshape([rows, self.b.extent(0) / STARS, STARS])
    }

    /// A draw of the ratings that exist, given hidden states: `[B, H], [B, I] -> [B, I·K]`
    fn rate(&self, h: Tensor<'g>, rated: Tensor<'g>) -> Tensor<'g> {
        let (rows, titles) = (rated.extent(0), rated.extent(1));
        let stars = self.logits(h).categorical().one_hot(STARS); // [B, I, K]
        (stars * rated.reshape([rows, titles, 1])).reshape([rows, titles * STARS])
    }

    /// `F`: `[B, I·K] -> [B]`
    fn free_energy(&self, v: Tensor<'g>) -> Tensor<'g> {
        -(v * self.b).sum(&[1]) - self.inputs(v).softplus().sum(&[1])
    }

    /// The log odds of every title's stars given ratings that do not hold it: `[B, I·K] -> [B, I, K]`
    fn predictions(&self, v: Tensor<'g>) -> Tensor<'g> {
        let (rows, units, hidden) = (v.extent(0), self.b.extent(0), self.c.extent(0));
        let x = self.inputs(v).reshape([rows, 1, hidden]);
        let summed = (x + self.w.reshape([1, units, hidden])).softplus().sum(&[2]); // [B, I·K]
        (summed + self.b).reshape([rows, units / STARS, STARS])
    }
}

/// One-hot rows of ratings, all 0 where there is none: `[B, I] -> [B, I·K]`
fn one_hot<'g>(g: &'g Graph, ratings: Tensor<'g>) -> Tensor<'g> {
    let (rows, titles) = (ratings.extent(0), ratings.extent(1));
    let stars = g.iota(2, [1, 1, STARS]) + 1.0;
    let distance = (ratings.reshape([rows, titles, 1]) - stars).abs();
    distance.less(distance.constant_like(0.5)).reshape([rows, titles * STARS])
}

/// `Σ_k k softmax_k` of logits: `[B, I, K] -> [B, I]`
fn expected<'g>(g: &'g Graph, logits: Tensor<'g>) -> Tensor<'g> {
    (logits.softmax(2) * (g.iota(2, [1, 1, STARS]) + 1.0)).sum(&[2])
}

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (data, knobs) = (setup.data, setup.knobs);
    let (titles, hidden) = (data.shape.width, knobs.whole("hidden"));
    let units = titles * STARS;
    if units * hidden > MOST_WEIGHTS {
        return Err(Error::Unsupported(words!(
            "{titles} titles and {hidden} hidden units make too large a machine: it can have at most {MOST_WEIGHTS} weights, {STARS} for each \
             pair; take fewer hidden units or a table with fewer titles",
            "항목 {titles}개에 은닉 유닛이 {hidden}개이면 머신이 너무 커집니다. 가중치는 쌍마다 {STARS}개씩 모두 {MOST_WEIGHTS}개까지 쓸 수 있으니 \
             은닉 유닛이나 표의 항목을 줄여 주세요."
        )));
    }

    let g = Graph::new();
    let machine = Machine {
        w: g.param("weights", WEIGHT_SCALE * g.normal([units, hidden])),
        b: g.param("visible.bias", g.constant(0.0, [units])),
        c: g.param("hidden.bias", g.constant(0.0, [hidden])),
    };
    let rows = knobs.whole("batch");
    let ratings = batch(&g, data, rows).slice(1, 0, titles); // [B, I]
    let v = one_hot(&g, ratings); // [B, I·K]
    let rated = ratings.constant_like(0.5).less(ratings); // [B, I]

    let chain = g.param("chain", g.constant(0.5, [rows, hidden]));
    let p = machine.inputs(v).sigmoid(); // [B, H]
    let resume = g.input("resume", []);
    let start = resume.broadcast_to(p.shape()).select(chain, p);
    let fantasy = machine.rate(start.bernoulli(), rated); // [B, I·K]
    let loss = (machine.free_energy(v) - machine.free_energy(fantasy)).mean();
    let decay = 0.5 * g.input("weight-decay", []) * machine.w.square().sum(&[0, 1]);
    let params = [machine.w, machine.b, machine.c];
    let gradients = grad(loss + decay, &params);
    let rate = g.input("rate", []);
    let again = expected(&g, machine.logits(p)); // [B, I]
    let error = (rated * (again - ratings).square()).sum(&[0, 1]) / rated.sum(&[0, 1]);
    let next = machine.inputs(machine.rate(chain.bernoulli(), rated)).sigmoid();

    let people = g.input("people", [PEOPLE, 2 * titles]).slice(1, 0, titles); // [P, I]
    let given = one_hot(&g, people);
    let dreams = g.input("dreams", [PEOPLE, hidden]); // [P, H]
    let all = g.constant(1.0, [PEOPLE, titles]);
    let dreamed = machine.rate(dreams.bernoulli(), all);
    let module = g.compile(&[
        Function::new("train")
            .output("reconstruction_error", error.sqrt())
            .updates(Optimizer::ADAM.updates(&g, "adam", rate, &params, &gradients)),
        Function::new("begin").update(chain, p),
        Function::new("gibbs").update(chain, next),
        Function::new("predict").output("stars", expected(&g, machine.predictions(given))), // [P, I]
        Function::new("dream")
            .output("stars", (dreamed.reshape([PEOPLE, titles, STARS]) * (g.iota(2, [1, 1, STARS]) + 1.0)).sum(&[2]))
            .output("hidden", machine.inputs(dreamed).sigmoid()),
    ]);
    Ok(Built { module, model: Box::new(RatingsRbm { baseline: Baseline::of(&data.train, titles) }) })
}

struct RatingsRbm {
    baseline: Baseline,
}

#[async_trait(?Send)]
impl Model for RatingsRbm {
    /// Biases start at the log shares of every title's stars, of the data and one rating more of each kind.
    fn start(&self, run: &mut Run<'_>) {
        let titles = run.data().shape.width;
        let mut counts = vec![1.0f32; titles * STARS];
        let train = &run.data().train;
        let mut row = vec![0.0; train.width()];
        for number in 0..train.len() {
            train.read_row(number, &mut row);
            for (title, &stars) in row[..titles].iter().enumerate().filter(|(_, stars)| **stars > 0.0) {
                counts[title * STARS + stars as usize - 1] += 1.0;
            }
        }
        let shares = counts.chunks_exact(STARS).flat_map(|counts| {
            let total: f32 = counts.iter().sum();
            counts.iter().map(move |count| (count / total).ln())
        });
        run.write_param("visible.bias", &shares.collect::<Vec<f32>>());
    }

    fn step(&self, run: &mut Run<'_>) {
        let (step, k) = (run.step(), run.knobs().whole("k") as u32);
        run.next_batch();
        run.write("rate", &[self.learning_rate(run)]);
        run.write("resume", &[f32::from(u8::from(k > 1))]);
        if k > 1 {
            run.call("begin", step);
        }
        for gibbs in 1..k {
            run.call("gibbs", step.wrapping_mul(COUNTERS_PER_STEP).wrapping_add(gibbs));
        }
        run.call("train", step);
    }

    async fn evaluate(&self, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        let titles = run.data().shape.width;
        let floor = run.data().ratings.as_ref().and_then(|ratings| ratings.floor);
        let mut metrics = Metrics::new();
        if wanted.iter().any(|id| matches!(*id, "rmse" | "gain" | "above_floor")) {
            let mut error = SquareError::default();
            for first in (0..split.len()).step_by(PEOPLE) {
                let count = run.write_rows("people", split, first);
                let stars = run.call_for("predict", 0, "stars").await?;
                for (person, predicted) in (first..first + count).zip(stars.chunks_exact(titles)) {
                    error.add(&split.row(person)[titles..], predicted.iter().copied().map(f64::from));
                }
            }
            if let Some(rmse) = error.root_mean() {
                metrics.push(("rmse".to_owned(), rmse));
                if let Some(biases) = self.baseline.error(split) {
                    metrics.push(("gain".to_owned(), 100.0 * (1.0 - rmse / biases)));
                }
                metrics.extend(floor.map(|floor| ("above_floor".to_owned(), 100.0 * (rmse / floor - 1.0))));
            }
        }
        metrics.extend(self.baseline.error(split).map(|error| ("bias_rmse".to_owned(), error)));
        metrics.extend(floor.map(|floor| ("floor_rmse".to_owned(), floor)));
        metrics.retain(|(id, _)| wanted.contains(&id.as_str()));
        Ok(metrics)
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
        views::view(run, id, args).await
    }

    /// People who are made up, with a rating of every title: the first half of a row each.
    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        let (titles, hidden) = (run.data().shape.width, run.knobs().whole("hidden"));
        let mut rows = Vec::new();
        for chunk in 0..count.div_ceil(PEOPLE) as u32 {
            let mut states = vec![0.5; PEOPLE * hidden];
            for step in 0..SAMPLE_STEPS {
                run.write("dreams", &states);
                states = run.call_for("dream", chunk * SAMPLE_STEPS + step, "hidden").await?;
            }
            let stars = run.read("dream", "stars").await?;
            rows.extend(stars.chunks_exact(titles).flat_map(|row| [row, &vec![0.0; titles]].concat()));
        }
        rows.truncate(count * 2 * titles);
        Ok(rows)
    }
}

impl RatingsRbm {
    /// Constant, or on its straight way to 0.
    fn learning_rate(&self, run: &Run<'_>) -> f32 {
        let (rate, steps) = (run.knobs().real("learning-rate"), run.knobs().real("decay-steps"));
        if steps == 0.0 { rate } else { rate * (1.0 - run.step() as f32 / steps).max(0.02) }
    }
}

/// A root mean square error over the ratings that exist.
#[derive(Default)]
struct SquareError {
    squares: f64,
    count: usize,
}

impl SquareError {
    fn add(&mut self, held: &[f32], predicted: impl Iterator<Item = f64>) {
        for (&stars, predicted) in held.iter().zip(predicted).filter(|(stars, _)| **stars > 0.0) {
            self.squares += (f64::from(stars) - predicted).powi(2);
            self.count += 1;
        }
    }

    fn root_mean(&self) -> Option<f64> {
        (self.count > 0).then(|| (self.squares / self.count as f64).sqrt())
    }
}
