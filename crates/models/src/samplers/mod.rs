//! Markov chain Monte Carlo over any energy: chains whose states come to be distributed as `π(x) = exp(-β E(x)) / Z`.
//!
//! A model gives the energy as a function of rows, `[C, D] -> [C]`, and gets programs that move `C` chains at once. Where each chain
//! stands is a parameter `[C, D]` of the model's own: it may start at data, at noise, or go on where it was. All other state is kept
//! in parameters as well, so that a step reads nothing back; step size, β and the numbers of steps are live.
//!
//! ```no_run
//! # use daydream_graph::{Function, Graph, Tensor};
//! # use daydream_models::{Run, samplers::{Chains, Sampler, Sampling, Settings}};
//! # let g = Graph::new();
//! /// Of a normal distribution: [C, D] -> [C].
//! fn energy(x: Tensor<'_>) -> Tensor<'_> {
//!     0.5 * x.square().sum(&[1])
//! }
//! let chains = Chains::new(&g, "chains", g.normal([64, 2])); // the parameter "chains": [C, D]
//! let (sampling, functions) = Sampling::declare(&g, &chains, &[Sampler::Langevin, Sampler::Hamiltonian], &energy);
//! let module = g.compile(&functions); // beside the model's own functions
//! # fn later(sampling: Sampling, run: &mut Run<'_>) {
//! // In the model's step: 20 transitions, with random numbers of their own in every step.
//! sampling.advance(run, Sampler::Langevin, &Settings { step_size: 0.1, ..Settings::default() }, 20, 20 * run.step());
//! # }
//! ```
//!
//! All but [`Sampler::Langevin`] leave π exactly invariant; each file says why. `ε` is the step size, a length in the space of `x`.

mod gibbs;
mod hamiltonian;
mod langevin;
mod metropolis;
mod no_u_turn;

use daydream_graph::{Function, Graph, Tensor, grad};

use crate::Run;

pub use gibbs::SHRINKS;
pub use no_u_turn::DEEPEST;

/// A way to move chains. One transition of each is:
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sampler {
    /// Random-walk Metropolis: a Gaussian step of deviation [`Settings::width`], accepted or not.
    Metropolis,
    /// Gibbs sampling: one coordinate, drawn at random, by slice sampling in an interval of [`Settings::width`].
    Gibbs,
    /// Unadjusted Langevin: a step down the gradient and Gaussian noise. Its distribution is off by an order of `ε²`.
    Langevin,
    /// The Metropolis-adjusted Langevin algorithm: the same proposal, accepted or not.
    Mala,
    /// Hamiltonian Monte Carlo: [`Settings::leaps`] leapfrog steps from a fresh momentum, accepted or not.
    Hamiltonian,
    /// The no-U-turn sampler: leapfrog steps both ways until the path turns back, at most `2^depth - 1` of them.
    NoUTurn,
}

impl Sampler {
    /// All of them.
    pub const ALL: [Sampler; 6] =
        [Sampler::Metropolis, Sampler::Gibbs, Sampler::Langevin, Sampler::Mala, Sampler::Hamiltonian, Sampler::NoUTurn];

    fn id(self) -> &'static str {
        match self {
            Sampler::Metropolis => "metropolis",
            Sampler::Gibbs => "gibbs",
            Sampler::Langevin => "langevin",
            Sampler::Mala => "mala",
            Sampler::Hamiltonian => "hamiltonian",
            Sampler::NoUTurn => "no-u-turn",
        }
    }
}

/// What can be turned while chains run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Length `ε` of a leapfrog step, as of the noise of a Langevin step, which goes `ε²/2` along the gradient.
    pub step_size: f32,
    /// Standard deviation of Metropolis proposals in each coordinate, and length of the interval of a Gibbs step.
    pub width: f32,
    /// Inverse temperature `β`.
    pub beta: f32,
    /// Length at which the drift `½ε² β∇E` of an unadjusted Langevin step is cut.
    pub longest: f32,
    /// Leapfrog steps `L` of a Hamiltonian proposal; at least 1.
    pub leaps: u32,
    /// Most doublings of a no-U-turn path, from 1 to [`DEEPEST`].
    pub depth: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { step_size: 0.1, width: 1.0, beta: 1.0, longest: 1e6, leaps: 10, depth: 5 }
    }
}

/// The state of `C` chains in `D` dimensions. Each tensor is a parameter, named `NAME` or `NAME.what`.
#[derive(Clone, Copy)]
pub struct Chains<'g> {
    /// Where they stand, the parameter `NAME`: `[C, D]`.
    pub x: Tensor<'g>,
    /// What they last thought of going to, `NAME.proposal`: `[C, D]`.
    pub proposal: Tensor<'g>,
    /// The probability with which that was accepted, `NAME.acceptance`: `[C]`. For Langevin steps it is 1, for Gibbs steps whether they
    /// found their place, for no-U-turn paths the mean of `min(1, exp(H₀ - H))` over their leapfrog steps.
    pub acceptance: Tensor<'g>,
    /// How often the last transition needed the energy or its gradient at a new point, were each chain run by itself,
    /// `NAME.evaluations`: `[C]`.
    pub evaluations: Tensor<'g>,
    /// `E(x)`: `[C]`.
    energy: Tensor<'g>,
    /// `∇E(x)`: `[C, D]`.
    gradient: Tensor<'g>,
}

impl<'g> Chains<'g> {
    /// Declares the parameters of chains that start at `start`: `[C, D]`.
    pub fn new(g: &'g Graph, name: &str, start: Tensor<'g>) -> Chains<'g> {
        let part = |part: &str, init: Tensor<'g>| g.param(&format!("{name}.{part}"), init);
        let (none, each) = (start.constant_like(0.0), g.constant(0.0, [start.extent(0)]));
        Chains {
            x: g.param(name, start),
            proposal: part("proposal", none),
            acceptance: part("acceptance", each),
            evaluations: part("evaluations", each),
            energy: part("energy", each),
            gradient: part("gradient", none),
        }
    }
}

/// What the programs of every sampler are made of.
struct Target<'a, 'g> {
    g: &'g Graph,
    name: String,
    chains: Chains<'g>,
    step_size: Tensor<'g>,
    width: Tensor<'g>,
    beta: Tensor<'g>,
    longest: Tensor<'g>,
    energy: &'a dyn Fn(Tensor<'g>) -> Tensor<'g>,
}

impl<'g> Target<'_, 'g> {
    fn function(&self, what: &str) -> Function {
        Function::new(&format!("{}.{what}", self.name))
    }

    fn param(&self, what: &str, init: Tensor<'g>) -> Tensor<'g> {
        self.g.param(&format!("{}.{what}", self.name), init)
    }

    /// A number for each chain that starts as 0: `[C]`.
    fn each(&self, what: &str) -> Tensor<'g> {
        self.param(what, self.chains.energy.constant_like(0.0))
    }

    /// A row for each chain that starts as 0: `[C, D]`.
    fn rows(&self, what: &str) -> Tensor<'g> {
        self.param(what, self.chains.x.constant_like(0.0))
    }

    /// Standard normal numbers: `[C, D]`.
    fn normal(&self) -> Tensor<'g> {
        self.g.normal(self.chains.x.shape())
    }

    /// Uniform numbers in `[0, 1)`: `[C]`.
    fn uniform(&self) -> Tensor<'g> {
        self.g.uniform(self.chains.energy.shape())
    }

    /// `E(x)` and `∇E(x)`: `[C]`, `[C, D]`.
    fn slope(&self, x: Tensor<'g>) -> (Tensor<'g>, Tensor<'g>) {
        let energy = (self.energy)(x);
        (energy, grad(energy.sum_all(), &[x])[0])
    }

    /// Energies and gradients of where the chains stand, for the samplers that go on from them.
    fn refresh(&self) -> Function {
        let (energy, gradient) = self.slope(self.chains.x);
        self.function("refresh").update(self.chains.energy, energy).update(self.chains.gradient, gradient)
    }

    /// Goes to `to` with a probability, else stays. Returns what is to be updated.
    fn accept(&self, probability: Tensor<'g>, to: Place<'g>) -> Vec<(Tensor<'g>, Tensor<'g>)> {
        let Chains { x, proposal, acceptance, energy, gradient, .. } = self.chains;
        let accepted = self.uniform().less(probability);
        let mut updates = vec![
            (x, choose(accepted, to.x, x)),
            (energy, accepted.select(to.energy, energy)),
            (proposal, to.x),
            (acceptance, probability),
        ];
        updates.extend(to.gradient.map(|new| (gradient, choose(accepted, new, gradient))));
        updates
    }
}

/// A point that a chain may go to.
#[derive(Clone, Copy)]
struct Place<'g> {
    x: Tensor<'g>,                // [C, D]
    energy: Tensor<'g>,           // [C]
    gradient: Option<Tensor<'g>>, // [C, D], where the sampler goes on from it
}

/// `min(1, exp r)`; 0 where `r` is not a number, as at an infinite energy: such proposals are refused.
fn at_most_one(log_ratio: Tensor<'_>) -> Tensor<'_> {
    let ratio = log_ratio.exp();
    let zero = ratio.constant_like(0.0);
    zero.less(ratio).select(ratio.minimum(ratio.constant_like(1.0)), zero)
}

/// The sum along the last axis, which is dropped. Over few numbers it is written out, as a part of kernels that run over all chains at
/// once; a reduction would be a loop for each chain.
fn row_sum(x: Tensor<'_>) -> Tensor<'_> {
    const FEW: usize = 4;
    let (axis, count) = (x.rank() - 1, x.extent(x.rank() - 1));
    let part = |number: usize| x.slice(axis, number, number + 1).reshape(&x.shape()[..axis]);
    if count > FEW { x.sum(&[axis]) } else { (1..count).fold(part(0), |sum, number| sum + part(number)) }
}

/// A number for each chain beside its row: `[C] -> [C, 1]`.
fn column(x: Tensor<'_>) -> Tensor<'_> {
    x.reshape([x.numel(), 1])
}

/// Rows of `a` where `chosen` is not 0, else of `b`: `[C], [C, D], [C, D] -> [C, D]`.
fn choose<'g>(chosen: Tensor<'g>, a: Tensor<'g>, b: Tensor<'g>) -> Tensor<'g> {
    column(chosen).broadcast_to(a.shape()).select(a, b)
}

/// The programs of some samplers on one set of chains.
#[derive(Clone, Debug)]
pub struct Sampling {
    name: String,
}

impl Sampling {
    /// Declares the programs by which these samplers move `chains` over `energy`: `[C, D] -> [C]`. They are to be compiled beside the
    /// model's own, and are named after the chains.
    ///
    /// # Panics
    /// When the energy is not one number a row.
    #[track_caller]
    pub fn declare<'g>(
        g: &'g Graph,
        chains: &Chains<'g>,
        samplers: &[Sampler],
        energy: &dyn Fn(Tensor<'g>) -> Tensor<'g>,
    ) -> (Sampling, Vec<Function>) {
        let name = chains.x.name().unwrap_or_default();
        let input = |what: &str| g.input(&format!("{name}.{what}"), []);
        let [step_size, width, beta, longest] = ["step-size", "width", "beta", "longest"].map(input);
        let target = Target { g, name: name.clone(), chains: *chains, step_size, width, beta, longest, energy };
        assert_eq!(energy(chains.x).shape(), [chains.x.extent(0)], "an energy is one number a row");
        let of = |sampler: &Sampler| match sampler {
            Sampler::Metropolis => vec![metropolis::function(&target)],
            Sampler::Gibbs => gibbs::functions(&target),
            Sampler::Langevin => vec![langevin::unadjusted(&target)],
            Sampler::Mala => vec![langevin::adjusted(&target)],
            Sampler::Hamiltonian => hamiltonian::functions(&target),
            Sampler::NoUTurn => no_u_turn::functions(&target),
        };
        let functions = samplers.iter().flat_map(of).chain([target.refresh()]).collect();
        (Sampling { name }, functions)
    }

    /// Makes transitions with a sampler that was declared. `first` numbers them among all that are ever made with this sampler on these
    /// chains: it keys their random numbers.
    pub fn advance(&self, run: &mut Run<'_>, sampler: Sampler, settings: &Settings, transitions: u32, first: u32) {
        for (input, value) in self.inputs(settings) {
            run.write(&input, &[value]);
        }
        // The model may have moved the chains or changed their energy since.
        run.call(&self.refresh(), 0);
        for number in first..first.saturating_add(transitions) {
            for (program, counter) in self.transition(sampler, settings, number) {
                run.call(&program, counter);
            }
        }
    }

    /// The inputs that its programs read, and their values.
    pub fn inputs(&self, settings: &Settings) -> [(String, f32); 4] {
        let Settings { step_size, width, beta, longest, .. } = *settings;
        [("step-size", step_size), ("width", width), ("beta", beta), ("longest", longest)]
            .map(|(what, value)| (format!("{}.{what}", self.name), value))
    }

    /// The program that must run before transitions when chains or energy were changed by others.
    pub fn refresh(&self) -> String {
        format!("{}.refresh", self.name)
    }

    /// The programs of one transition, in order, each with the counter that keys its random numbers.
    pub fn transition(
        &self,
        sampler: Sampler,
        settings: &Settings,
        number: u32,
    ) -> impl Iterator<Item = (String, u32)> + use<> {
        // How often which parts run; a part's name is empty where the whole transition is one program.
        let parts = match sampler {
            Sampler::Metropolis | Sampler::Langevin | Sampler::Mala => vec![("", 1)],
            Sampler::Gibbs => vec![(".begin", 1), (".shrink", SHRINKS)],
            Sampler::Hamiltonian => vec![(".begin", 1), (".leap", settings.leaps.max(1)), (".end", 1)],
            Sampler::NoUTurn => vec![(".begin", 1), (".leap", (1 << settings.depth.clamp(1, DEEPEST)) - 1)],
        };
        let program = format!("{}.{}", self.name, sampler.id());
        parts.into_iter().flat_map(move |(part, times)| {
            let program = format!("{program}{part}");
            (0..times).map(move |call| (program.clone(), number.wrapping_mul(1 << DEEPEST).wrapping_add(call)))
        })
    }
}
