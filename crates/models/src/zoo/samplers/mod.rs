//! Markov chain Monte Carlo in the plane: six samplers side by side on one density.
//!
//! ```text
//! target      π(x) = exp(-β E(x)) / Z,   E = -log p of a known density, or of a kernel density estimate of the data
//! transition  x(t + 1) ~ P(x(t) → ·) with ∫ π(x) P(x → y) dx = π(y)
//! ```
//!
//! Nothing is learned. A step is one transition of every chain of every sampler of [`crate::samplers`], where their equations are.
//! Each sampler has chains of its own, which all start at the same places; what is measured and shown of them is the window of
//! the last [`WINDOW`] transitions.
//!
//! Letters: `C` chains, `T` transitions of the window, `K` kernels.

mod spec;
mod target;
mod views;
mod window;

use async_trait::async_trait;
use daydream_graph::{Function, Graph, Tensor};

pub(super) use spec::spec;

use self::target::Target;
use self::window::{Window, errors};
use crate::data::Split;
use crate::metrics::coverage::jensen_shannon;
use crate::model::{Built, Measuring, Metrics, Model, Setup};
use crate::samplers::{Chains, Sampler, Sampling, Settings};
use crate::{Error, Knobs, Picture, Run};

/// Transitions that are kept of every chain.
const WINDOW: usize = 200;
/// Transitions before anything is measured: fewer have no autocorrelation to speak of.
const FEWEST: usize = 50;
/// Longest drift of a Langevin step, a quarter of the plane.
const LONGEST: f32 = 1.0;
/// Copies of a chain that try their next move for a view.
const SCOUTS: usize = 16;

/// Names of the samplers' chains, in the order of [`Sampler::ALL`] and of the options of the knob `sampler`.
const NAMES: [&str; 6] = ["metropolis", "gibbs", "langevin", "mala", "hamiltonian", "no-u-turn"];

/// A built set of samplers.
struct Samplers {
    each: Vec<Sampling>,
    scouts: Sampling,
    /// Centres of the kernels, where the density is an estimate: `[K, 2]`.
    kernels: Option<Vec<f32>>,
}

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let g = Graph::new();
    let target = Target::of(&g, setup.data);
    let energy = |x| target.energy(x);
    let start = start(&g, setup.knobs);

    let mut functions = views::programs(&g, &energy);
    let mut each = Vec::new();
    for (name, sampler) in NAMES.into_iter().zip(Sampler::ALL) {
        let chains = Chains::new(&g, name, start);
        let (sampling, own) = Sampling::declare(&g, &chains, &[sampler], &energy);
        each.push(sampling);
        functions.extend(own);
        functions.extend(keeping(&g, name, &chains, start));
        functions.push(
            Function::new(&format!("{name}.watch"))
                .output("acceptance", chains.acceptance.mean())
                .output("energy", energy(chains.x).mean()),
        );
    }
    let scouts = Chains::new(&g, "scout", g.constant(0.0, [SCOUTS, 2]));
    let (scouts, own) = Sampling::declare(&g, &scouts, &Sampler::ALL, &energy);
    functions.extend(own);
    let kernels = target.kernels(setup.data);
    Ok(Built { module: g.compile(&functions), model: Box::new(Samplers { each, scouts, kernels }) })
}

/// Where the chains of every sampler start: `[C, 2]`.
fn start<'g>(g: &'g Graph, knobs: &Knobs) -> Tensor<'g> {
    let noise = g.normal([knobs.whole("chains"), 2]);
    match knobs.whole("start") {
        0 => 0.5 * noise,
        _ => 0.1 * noise - 1.8 * (1.0 - g.iota(1, [1, 2])),
    }
}

/// Keeps where the chains have been, the latest last, `NAME.trace`: `[T, C, 2]`, and what each transition cost on average, `NAME.spent`:
/// `[T]`.
fn keeping<'g>(g: &'g Graph, name: &str, chains: &Chains<'g>, start: Tensor<'g>) -> [Function; 1] {
    let shape = [vec![WINDOW], start.shape()].concat();
    let trace = g.param(&format!("{name}.trace"), start.unsqueeze(0).broadcast_to(shape));
    let spent = g.param(&format!("{name}.spent"), g.constant(0.0, [WINDOW]));
    let shift = |kept: Tensor<'g>, new: Tensor<'g>| {
        kept.slice(0, 1, WINDOW).pad(0, 0, 1) + new.unsqueeze(0).pad(0, WINDOW - 1, 0)
    };
    [Function::new(&format!("{name}.keep"))
        .update(trace, shift(trace, chains.x))
        .update(spent, shift(spent, chains.evaluations.mean()))]
}

fn settings(knobs: &Knobs) -> Settings {
    Settings {
        step_size: knobs.real("step-size"),
        width: knobs.real("width"),
        beta: knobs.real("beta"),
        longest: LONGEST,
        leaps: knobs.whole("leaps") as u32,
        depth: knobs.whole("doublings") as u32,
    }
}

/// The number of the sampler that is shown.
fn chosen(run: &Run<'_>) -> usize {
    run.knobs().whole("sampler")
}

#[async_trait(?Send)]
impl Model for Samplers {
    fn start(&self, run: &mut Run<'_>) {
        if let Some(kernels) = &self.kernels {
            run.write_param("kernels", kernels);
        }
    }

    fn step(&self, run: &mut Run<'_>) {
        let settings = settings(run.knobs());
        for ((name, sampler), sampling) in NAMES.into_iter().zip(Sampler::ALL).zip(&self.each) {
            sampling.advance(run, sampler, &settings, 1, run.step());
            run.call(&format!("{name}.keep"), 0);
        }
    }

    fn measure(&self, run: &mut Run<'_>) -> Measuring {
        let program = format!("{}.watch", NAMES[chosen(run)]);
        run.call(&program, 0);
        run.measure_outputs(&program)
    }

    async fn evaluate(&self, run: &mut Run<'_>, _split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        let name = NAMES[chosen(run)];
        let mut metrics = Metrics::new();
        run.call(&format!("{name}.watch"), 0);
        for id in ["acceptance", "energy"] {
            metrics.push((id.to_owned(), f64::from(run.read(&format!("{name}.watch"), id).await?[0])));
        }
        if run.step() as usize >= FEWEST {
            let window = Window::read(run, name).await?;
            metrics.push(("effective_share".to_owned(), window.effective_share()));
            metrics.push(("effective_per_evaluation".to_owned(), window.effective_per_evaluation()));
            metrics.push(("jensen_shannon".to_owned(), jensen_shannon(&views::masses(run).await?, &window.shares())));
            if let Some([mean, variance]) = errors(run, &window, self.kernels.as_deref()) {
                metrics.push(("mean_error".to_owned(), mean));
                metrics.push(("variance_error".to_owned(), variance));
            }
        }
        metrics.retain(|(id, _)| wanted.contains(&id.as_str()));
        Ok(metrics)
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
        match id {
            "chains" => views::chains(run).await,
            "move" => views::next_move(run, &self.scouts, args).await,
            "compare" => views::compare(run).await,
            "efficiency" => views::efficiency(run).await,
            "autocorrelation" => views::autocorrelations(run, args).await,
            _ => views::marginal(run, args).await,
        }
    }

    /// Where the chains of the chosen sampler have been, the latest first.
    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        let rows = run.read_param(&format!("{}.trace", NAMES[chosen(run)])).await?;
        Ok(rows.chunks_exact(2).rev().cycle().take(count).flatten().copied().collect())
    }
}
