//! The Hopfield network: units of ±1 that settle into what they have stored.
//!
//! ```text
//! patterns         ξ_1 .. ξ_P,   m_μ = ξ_μ·s / N                                       s, ξ: [N], each ±1
//! energy           E(s) = -½ Σ_{i≠j} s_i W_ij s_j                                       W: [N, N]
//! update           s_i <- sgn(Σ_{j≠i} W_ij s_j), one unit at a time: E never rises
//! Hebb             W <- W + ξ ξᵀ                                  (told as energies with W / N)
//! pseudo-inverse   W <- W + r rᵀ / (rᵀξ),   r = ξ - W ξ
//! dense            E(s) = -N Σ_μ max(0, m_μ)³,   E(s) = -log Σ_μ exp(N m_μ)
//! attention        E(s) = -(√N / β) log Σ_μ exp(β √N m_μ) + ½ sᵀs,   s <- Σ_μ ξ_μ softmax_μ(β √N m_μ)
//! ```
//!
//! Hopfield, *Neural networks and physical systems with emergent collective computational abilities*, PNAS 79, 1982. Its rule stores as
//! many random patterns as 0.138 `N` (`capacity.rs`), and fewer that resemble each other. The pseudo-inverse rule (Personnaz, Guyon &
//! Dreyfus, 1985) makes `W` the projection onto the patterns, here one pattern after another (Greville's recursion); what lies in the span of
//! those before adds nothing. Its self-couplings take part in learning but not in updates, which would else leave fewer states
//! free to move (Kanter & Sompolinsky, 1987). Dense energies: a rectified cube (Krotov & Hopfield, arXiv:1606.01164), an exponential
//! (Demircigil et al., arXiv:1702.01929), whose logarithm is told here, and the one whose update is the attention of transformers, of
//! units that are real numbers (Ramsauer et al., arXiv:2008.02217; β counts in its scale 1/√N).
//!
//! A training step stores one pattern more, until as many are stored as the knob says. Couplings, patterns and the marks of those
//! that are stored are the parameters. How states settle is told in `memory.rs`.

pub mod capacity;
pub mod memory;
pub mod recall;
mod spec;
mod views;

use async_trait::async_trait;
use daydream_graph::{Function, Graph, Tensor};

use crate::data::{Dataset, Split};
use crate::model::{Built, Course, Measuring, Metrics, Model, Setup};
use crate::{Error, Knobs, Picture, Run, words};

use memory::{Energy, Memory};

pub(super) use spec::spec;

/// Larger images are refused: their couplings would not fit beside a browser's other memory.
const MAX_UNITS: usize = 4096;
/// Seconds in which many patterns are stored, to be watched.
const WATCHED: f64 = 12.0;
/// `rᵀξ / N` below which a pattern counts as lying in the span of those before it.
const IN_THE_SPAN: f32 = 1e-3;

/// The options of the knob `energy`, in its order.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Quadratic,
    Cubic,
    Exponential,
    Attention,
}

struct Hopfield {
    kind: Kind,
    /// Whether couplings follow Hebb's rule.
    is_hebbian: bool,
    /// Whether patterns are drawn at random instead of taken from the data.
    is_random: bool,
    /// The most patterns that are stored.
    most: usize,
}

pub(super) fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (data, knobs) = (setup.data, setup.knobs);
    check_shape(data)?;
    let kind = [Kind::Quadratic, Kind::Cubic, Kind::Exponential, Kind::Attention][knobs.whole("energy")];
    let (is_hebbian, is_random) = (knobs.whole("learning-rule") == 1, knobs.whole("patterns-from") == 1);
    let wanted = knobs.whole("patterns");
    let most = if is_random { wanted } else { wanted.min(data.train.len()) };
    let units = data.shape.len();

    let g = Graph::new();
    let patterns = g.param("patterns", g.constant(0.0, [most, units])); // [P, N]
    let stored = g.param("stored", g.constant(0.0, [most])); // [P]
    let xi = if is_random {
        2.0 * g.constant(0.5, [1, units]).bernoulli() - 1.0
    } else {
        2.0 * g.constant(0.5, [1, units]).less(g.input("pattern", [1, units])) - 1.0
    }; // [1, N]
    let here = g.iota(0, [most]).equal(g.input("number", []).broadcast_to([most])); // [P]
    let column = here.reshape([most, 1]).broadcast_to([most, units]);
    let mut train = Function::new("train")
        .update(patterns, column.select(xi, patterns))
        .update(stored, here.select(here.constant_like(1.0), stored));

    let (energies, stable) = if kind == Kind::Quadratic {
        let w = g.param("couplings", g.constant(0.0, [units, units]));
        train = train.update(w, w + increment(w, xi, is_hebbian));
        let aligned = aligned(&g, w, patterns); // [P, N]
        let stable = aligned.constant_like(0.0).less(aligned).mean_axes(&[1]); // [P]
        let scale = if is_hebbian { 1.0 / units as f32 } else { 1.0 };
        (-0.5 * scale * aligned.mean_axes(&[1]), Some(stable))
    } else {
        (dense_energies(kind, patterns, stored, g.input("beta", [])), None)
    };
    let mut watch =
        Function::new("watch").output("stored", stored.sum_all()).output("energy", mean_of(stored, energies));
    if let Some(stable) = stable {
        watch = watch.output("stable_bits", mean_of(stored, stable));
    }
    let module = g.compile(&[train, watch]);
    Ok(Built { module, model: Box::new(Hopfield { kind, is_hebbian, is_random, most }) })
}

fn check_shape(data: &Dataset) -> Result<(), Error> {
    let (shape, units) = (data.shape, data.shape.len());
    if !matches!(shape.channels, 1 | 3) {
        return Err(Error::Unsupported(words!(both shape = shape.words();
            "hopfield draws images with 1 or 3 channels; these are {shape}",
            "홉필드 네트워크는 채널이 1개나 3개인 이미지만 그릴 수 있는데, 이 데이터는 {shape}입니다."
        )));
    }
    if units > MAX_UNITS {
        return Err(Error::Unsupported(words!(both shape = shape.words();
            "{shape} make {units} units, each coupled to every other; at most {MAX_UNITS} can be: take smaller images",
            "{shape}이면 서로 모두 연결된 유닛이 {units}개가 됩니다. {MAX_UNITS}개까지만 쓸 수 있으니 더 작은 이미지를 골라 주세요."
        )));
    }
    Ok(())
}

/// The mean over what is stored: `[P], [P] -> []`.
fn mean_of<'g>(stored: Tensor<'g>, values: Tensor<'g>) -> Tensor<'g> {
    let count = stored.sum_all();
    (stored * values).sum_all() / count.maximum(count.constant_like(1.0))
}

/// What a pattern adds to the couplings: `[N, N], [1, N] -> [N, N]`.
fn increment<'g>(w: Tensor<'g>, xi: Tensor<'g>, is_hebbian: bool) -> Tensor<'g> {
    if is_hebbian {
        return xi.t() * xi;
    }
    let units = xi.extent(1) as f32;
    let r = xi - xi.dot(w); // [1, N]; W is symmetric
    let length = (r * xi).sum_keep(&[1]); // [1, 1]
    let least = length.constant_like(IN_THE_SPAN * units);
    let weight = least.less(length) / length.maximum(least);
    weight * (r.t() * r)
}

/// `ξ_i Σ_{j≠i} W_ij ξ_j` of every unit of every pattern: positive where the unit stays as it is: `[N, N], [P, N] -> [P, N]`.
fn aligned<'g>(g: &'g Graph, w: Tensor<'g>, patterns: Tensor<'g>) -> Tensor<'g> {
    let units = w.extent(0);
    let own = (w * g.iota(0, [units, units]).equal(g.iota(1, [units, units]))).sum(&[0]); // [N]
    (patterns.dot(w) - own * patterns) * patterns
}

/// `E / N` of every pattern: `[P, N], [P], [] -> [P]`.
fn dense_energies<'g>(kind: Kind, patterns: Tensor<'g>, stored: Tensor<'g>, beta: Tensor<'g>) -> Tensor<'g> {
    let units = patterns.extent(1) as f32;
    let m = patterns.dot(patterns.t()) / units; // [P, P]; 0 with what is not stored
    // No overlap exceeds 1, so that exponents above 0 never come up.
    let free = |sharpness: Tensor<'g>| {
        let sum = (stored * (sharpness * (m - 1.0)).exp()).sum(&[1]);
        1.0 + sum.maximum(sum.constant_like(f32::MIN_POSITIVE)).log() / sharpness
    };
    match kind {
        Kind::Exponential => -free(beta.constant_like(units)),
        Kind::Attention => 0.5 - free(beta * units.sqrt()),
        Kind::Quadratic | Kind::Cubic => -(m.relu() * m.square()).sum(&[1]),
    }
}

#[async_trait(?Send)]
impl Model for Hopfield {
    fn step(&self, run: &mut Run<'_>) {
        let number = run.step() as usize;
        if number >= self.most {
            return;
        }
        if !self.is_random {
            let row = run.data().train.row(number);
            run.write("pattern", &row);
        }
        run.write("number", &[number as f32]);
        run.call("train", run.step());
    }

    /// All is stored within some seconds, and slowly enough to see each pattern come.
    fn course(&self) -> Course {
        let end = self.most as u64;
        Course { pace: Some((end as f64 / WATCHED).max(2.0)), end: Some(end) }
    }

    fn measure(&self, run: &mut Run<'_>) -> Measuring {
        run.call("watch", 0);
        run.measure_outputs("watch")
    }

    /// What is measured is the memory itself: it is the same for every split.
    async fn evaluate(&self, run: &mut Run<'_>, _split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        let memory = self.memory(run).await?;
        let mut metrics = Metrics::new();
        run.call("watch", 0);
        for &id in wanted {
            let value = match id {
                "stable_bits" if self.kind != Kind::Quadratic => None,
                "stored" | "energy" | "stable_bits" => Some(f64::from(run.read("watch", id).await?[0])),
                "recall_overlap" => recall::recall(&memory, run.seed()).map(|(overlap, _)| overlap),
                "recalled" => recall::recall(&memory, run.seed()).map(|(_, share)| share),
                "spurious" => recall::spurious_share(&memory, run.seed()),
                _ => None,
            };
            metrics.extend(value.map(|value| (id.to_owned(), value)));
        }
        Ok(metrics)
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
        views::view(self, run, id, args).await
    }

    /// Where random states settle.
    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        let memory = self.memory(run).await?;
        let settled = recall::settle_noise(&memory, count, run.seed());
        Ok(settled.into_iter().flat_map(|path| views::pixels(&path.end).collect::<Vec<f32>>()).collect())
    }
}

impl Hopfield {
    /// What is stored now.
    async fn memory(&self, run: &mut Run<'_>) -> Result<Memory, Error> {
        let units = run.data().shape.len();
        let count = run.read_param("stored").await?.into_iter().filter(|&stored| stored != 0.0).count();
        let mut patterns = run.read_param("patterns").await?;
        patterns.truncate(count * units);
        let energy = match self.kind {
            Kind::Quadratic => {
                let mut couplings = run.read_param("couplings").await?;
                (0..units).for_each(|unit| couplings[unit * (units + 1)] = 0.0);
                Energy::Quadratic { couplings, scale: if self.is_hebbian { 1.0 / units as f64 } else { 1.0 } }
            }
            Kind::Cubic => Energy::Cubic,
            Kind::Exponential => Energy::Exponential,
            Kind::Attention => Energy::Attention { beta: run.knobs().real("beta") },
        };
        Ok(Memory { units, patterns, energy })
    }
}
