//! The Boltzmann machine: up to 16 bits of which any two may be connected, some of them seen and the others hidden.
//!
//! ```text
//! energy           E(s) = -½ sᵀWs - bᵀs,   W = Wᵀ,  wᵢᵢ = 0,   p(s) = exp(-E(s)/T) / Z          s = (v, h): [n]
//! unit             p(sᵢ = 1 | the others) = σ((Σⱼ wᵢⱼ sⱼ + bᵢ) / T)
//! learning         Δwᵢⱼ = η (⟨sᵢsⱼ⟩⁺ - ⟨sᵢsⱼ⟩⁻)      Δbᵢ = η (⟨sᵢ⟩⁺ - ⟨sᵢ⟩⁻)
//! awake            ⟨·⟩⁺ under p_data(v) p(h|v): visible units held at rows of the data
//! asleep           ⟨·⟩⁻ under p(v, h): all units free
//! ```
//!
//! Ackley, Hinton & Sejnowski, *A Learning Algorithm for Boltzmann Machines*, Cognitive Science 9, 1985. The rule goes up the mean
//! log-likelihood of the data, whose gradient is `1/T` times the differences above; as in the paper η takes in that factor. The paper
//! lets the machine settle by annealing; here chains run at the temperature T itself.
//!
//! With 16 units there are at most 65,536 states, few enough to go through all of them: the distribution, both phases and the
//! gradient are known exactly, and beside them stands what Gibbs chains estimate. To estimate, the awake chains start at rows of the batch
//! with hidden units drawn by coin and make k sweeps, the sleeping ones go on from step to step.
//!
//! Without lateral edges, those within the visible or within the hidden units, this is the restricted machine: given the visible
//! units, the hidden ones do not depend on each other, so that one sweep of the awake phase draws from `p(h|v)` itself.
//!
//! [`machine`] holds the equations, [`sight`] how rows of any data become bits, [`views`] draws.

pub mod machine;
mod sight;
mod spec;
mod views;

use async_trait::async_trait;
use daydream_graph::{Function, Graph, Tensor};

use self::machine::{Enumerated, Machine, Tables, correlations, edges, states};
use self::sight::Sight;
use crate::data::Split;
use crate::{Built, Error, Knobs, Measuring, Metrics, Model, Picture, Run, Setup, batch};

pub(super) use spec::spec;

/// Units at most.
pub const MAX_UNITS: usize = 16;
/// Counters of random numbers that each training step has; more than the most sweeps.
const COUNTERS_PER_STEP: u32 = 128;

/// Gibbs chains, of which one half sees the data and the other half is free.
#[derive(Clone, Copy)]
struct Chains<'g> {
    clamped: Tensor<'g>, // [N, n]
    free: Tensor<'g>,    // [N, n]
}

impl<'g> Chains<'g> {
    /// They begin as fair coins.
    fn declare(g: &'g Graph, name: &str, count: usize, units: usize) -> Chains<'g> {
        let coins = |part: &str| g.param(&format!("{name}.{part}"), g.constant(0.5, [count, units]).bernoulli());
        Chains { clamped: coins("clamped"), free: coins("free") }
    }

    /// Programs that hold the clamped chains at rows of bits `[N, D]`, with hidden units drawn by coin, and that make one sweep of all.
    fn functions(&self, machine: &Machine<'g>, names: [&str; 2], rows: Tensor<'g>) -> [Function; 2] {
        let count = rows.extent(0);
        let hidden = machine.hidden();
        let held = if hidden == 0 {
            rows
        } else {
            let coins = rows.graph().constant(0.5, [count, hidden]).bernoulli();
            rows.pad(1, 0, hidden) + coins.pad(1, machine.visible, 0)
        };
        let [hold, sweep] = names.map(Function::new);
        [
            hold.update(self.clamped, held),
            sweep
                .update(self.clamped, machine.sweep(self.clamped, machine.order(true)))
                .update(self.free, machine.sweep(self.free, machine.order(false))),
        ]
    }
}

/// Declares the machine and what can be done with it.
fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (data, knobs) = (setup.data, setup.knobs);
    let sight = Sight::of(data);
    let visible = sight.bits();
    let units = visible + knobs.whole("hidden-units").min(MAX_UNITS - visible);

    let g = Graph::new();
    let lateral = !knobs.is_on("restricted");
    let edges_here = edges(&g, visible, units, lateral);
    let drawn = knobs.real("first-weights") / 2f32.sqrt() * g.normal([units, units]);
    let first = edges_here * (drawn + drawn.t());
    let machine = Machine {
        w: g.param("weights", first),
        // No unit starts with a preference: with the others half on, its input is 0.
        b: g.param("biases", -0.5 * first.sum(&[1])),
        temperature: g.input("temperature", []),
        visible,
    };
    let tables = Tables::declare(&g, visible, units - visible);
    let share = g.input("data.share", [1 << visible]);
    let enumerated = Enumerated::new(&machine, tables);
    let awake = enumerated.correlations(enumerated.clamped(share)); // [n, n]
    let asleep = enumerated.correlations(enumerated.free()); // [n, n]

    let rows = knobs.whole("batch");
    let seen = sight.seen(&g, batch(&g, data, rows)); // [B, D]
    let chains = Chains::declare(&g, "chains", rows, units);
    let rule = Rule::declare(&g, &machine, edges_here);
    let mut functions = vec![
        rule.train("train", awake - asleep),
        rule.train("train-by-sampling", correlations(chains.clamped) - correlations(chains.free)),
        Function::new("watch")
            .output("kl", enumerated.divergence(share))
            .output("phase_difference", (awake - asleep).abs().max(&[0, 1])),
    ];
    functions.extend(chains.functions(&machine, ["hold", "sweep"], seen));
    let measured = g.input("measured.share", [1 << visible]);
    functions.push(Function::new("measure").output("kl", enumerated.divergence(measured)));
    functions.extend(views::functions(&g, &machine, tables, share));

    let model = Boltzmann { sight, units, lateral };
    Ok(Built { module: g.compile(&functions), model: Box::new(model) })
}

/// How weights and biases move: `u <- α u + η (⟨·⟩⁺ - ⟨·⟩⁻)`, `θ <- θ + u`.
struct Rule<'g> {
    machine: Machine<'g>,
    edges: Tensor<'g>, // [n, n]
    velocities: [Tensor<'g>; 2],
    rate: Tensor<'g>,
    momentum: Tensor<'g>,
}

impl<'g> Rule<'g> {
    fn declare(g: &'g Graph, machine: &Machine<'g>, edges: Tensor<'g>) -> Rule<'g> {
        let velocity = |name: &str, x: Tensor<'g>| g.param(&format!("{name}.velocity"), x.constant_like(0.0));
        Rule {
            machine: *machine,
            edges,
            velocities: [velocity("weights", machine.w), velocity("biases", machine.b)],
            rate: g.input("learning-rate", []),
            momentum: g.input("momentum", []),
        }
    }

    /// A program that moves along a difference of correlations, which has those of single units in its diagonal: `[n, n]`.
    fn train(&self, name: &str, difference: Tensor<'g>) -> Function {
        let n = self.machine.units();
        let itself = edges(difference.graph(), 0, n, true);
        let single = ((1.0 - itself) * difference).sum(&[1]);
        let [w, b] = [(self.machine.w, self.edges * difference), (self.machine.b, single)];
        let moved = self.velocities.into_iter().zip([w, b]).flat_map(|(velocity, (x, way))| {
            let next = self.momentum * velocity + self.rate * way;
            [(velocity, next), (x, x + next)]
        });
        Function::new(name).updates(moved)
    }
}

/// What the data and the knobs fix at build time.
struct Boltzmann {
    sight: Sight,
    units: usize,
    lateral: bool,
}

#[async_trait(?Send)]
impl Model for Boltzmann {
    fn start(&self, run: &mut Run<'_>) {
        let hidden = self.units - self.sight.bits();
        for (name, units) in Tables::NAMES.into_iter().zip([self.sight.bits(), hidden]).filter(|(_, units)| *units > 0)
        {
            run.write(name, &states(units));
        }
        run.write("data.share", &self.sight.shares(&run.data().train));
        self.sight.start(run);
    }

    fn step(&self, run: &mut Run<'_>) {
        let step = run.step();
        if run.knobs().whole("gradient") == 0 {
            return run.call("train", step);
        }
        let counter = step.wrapping_mul(COUNTERS_PER_STEP);
        run.next_batch();
        run.call("hold", counter);
        for sweep in 0..run.knobs().whole("sweeps") as u32 {
            run.call("sweep", counter.wrapping_add(sweep));
        }
        run.call("train-by-sampling", counter);
    }

    fn measure(&self, run: &mut Run<'_>) -> Measuring {
        run.call("watch", run.step());
        run.measure_outputs("watch")
    }

    async fn evaluate(&self, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        let mut metrics = Metrics::new();
        let share = self.sight.shares(split);
        run.write("measured.share", &share);
        let kl = f64::from(run.call_for("measure", 0, "kl").await?[0]);
        for &id in wanted {
            let value = match id {
                "kl" => kl,
                "log_likelihood" => -kl - entropy(&share),
                "phase_difference" => f64::from(run.call_for("watch", 0, "phase_difference").await?[0]),
                _ => continue,
            };
            metrics.push((id.to_owned(), value));
        }
        Ok(metrics)
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
        match id {
            "distribution" => self.distribution(run, args).await,
            "patterns" => self.patterns(run).await,
            "phases" => self.phases(run, args).await,
            "weights" => self.weights(run).await,
            "settling" => self.settling(run).await,
            _ => self.dreams(run).await,
        }
    }

    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        let bits = self.dream(run, count).await?;
        Ok(self.sight.as_rows(&bits))
    }
}

/// `-Σ p log p` in nats.
fn entropy(shares: &[f32]) -> f64 {
    -shares.iter().map(|&p| f64::from(p)).filter(|&p| p > 0.0).map(|p| p * p.ln()).sum::<f64>()
}
