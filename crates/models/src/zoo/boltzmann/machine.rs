//! The machine itself: its energy, its distribution by enumeration of all states, and Gibbs sampling.
//!
//! Letters: D visible and H hidden units, `n = D + H`, visible units first; N rows or chains.

use std::ops::Range;

use daydream_graph::{Graph, Tensor};

/// Symmetric weights without self-connections and biases of `E(s) = -½ sᵀWs - bᵀs`, at a temperature T.
#[derive(Clone, Copy)]
pub struct Machine<'g> {
    /// Weights: `[n, n]`.
    pub w: Tensor<'g>,
    /// Biases: `[n]`.
    pub b: Tensor<'g>,
    /// T: `[]`.
    pub temperature: Tensor<'g>,
    /// D.
    pub visible: usize,
}

/// Where there are weights: `[n, n]`, 1 for a pair that is connected. Without `lateral` edges the two sides are connected only across.
pub fn edges(g: &Graph, visible: usize, units: usize, lateral: bool) -> Tensor<'_> {
    let (row, column) = (g.iota(0, [units, units]), g.iota(1, [units, units]));
    match lateral {
        true => 1.0 - row.equal(column),
        false => {
            let border = g.constant(visible as f32, [units, units]);
            1.0 - row.less(border).equal(column.less(border))
        }
    }
}

impl<'g> Machine<'g> {
    /// n.
    pub fn units(&self) -> usize {
        self.b.numel()
    }

    /// H.
    pub fn hidden(&self) -> usize {
        self.units() - self.visible
    }

    /// `-E(s)/T` of each row: `[N, n] -> [N]`
    #[track_caller]
    pub fn log_weights(&self, s: Tensor<'g>) -> Tensor<'g> {
        ((0.5 * s.dot(self.w) + self.b) * s).sum(&[1]) / self.temperature
    }

    /// One Gibbs sweep: each of these units in turn is drawn from `p(sᵢ = 1 | the others) = σ((Σⱼ wᵢⱼ sⱼ + bᵢ) / T)`: `[N, n] -> [N, n]`
    pub fn sweep(&self, s: Tensor<'g>, units: impl Iterator<Item = usize>) -> Tensor<'g> {
        let number = s.graph().iota(1, [1, self.units()]);
        units.fold(s, |s, unit| {
            let input = s.dot(self.w.slice(1, unit, unit + 1)) + self.b.slice(0, unit, unit + 1); // [N, 1]
            let bit = (input / self.temperature).sigmoid().bernoulli();
            number.equal(number.constant_like(unit as f32)).broadcast_to(s.shape()).select(bit, s)
        })
    }

    /// The order in which a sweep visits the units: hidden ones first, and visible ones only where they are free.
    pub fn order(&self, clamped: bool) -> impl Iterator<Item = usize> + use<> {
        let visible: Range<usize> = if clamped { 0..0 } else { 0..self.visible };
        (self.visible..self.units()).chain(visible)
    }
}

/// All `2ⁿ` states of n units, row by row: `[2ⁿ, n]`. The first unit is the highest digit, so that states of the same visible units
/// stand together.
pub fn states(units: usize) -> Vec<f32> {
    let bit = |state: usize, unit: usize| (state >> (units - 1 - unit) & 1) as f32;
    (0..1 << units).flat_map(|state| (0..units).map(move |unit| bit(state, unit))).collect()
}

/// The machine's distribution, state by state.
#[derive(Clone, Copy)]
pub struct Enumerated<'g> {
    /// All states: `[2ⁿ, n]`.
    states: Tensor<'g>,
    /// `-E(s)/T`, by visible and hidden state: `[2ᴰ, 2ᴴ]`.
    log_weights: Tensor<'g>,
}

impl<'g> Enumerated<'g> {
    /// Of a machine, given [`states`] of its units.
    pub fn new(machine: &Machine<'g>, states: Tensor<'g>) -> Enumerated<'g> {
        let log_weights = machine.log_weights(states).reshape([1 << machine.visible, 1 << machine.hidden()]);
        Enumerated { states, log_weights }
    }

    /// `log p(v) = log Σ_h exp(-E(v, h)/T) - log Z` in nats: `[2ᴰ]`
    pub fn log_visible(&self) -> Tensor<'g> {
        self.log_weights.logsumexp(1).log_softmax(0)
    }

    /// `p(v, h)`, which the machine falls into when it is left to itself: `[2ᴰ, 2ᴴ]`
    pub fn free(&self) -> Tensor<'g> {
        let shape = self.log_weights.shape();
        self.log_weights.reshape([self.log_weights.numel()]).softmax(0).reshape(shape)
    }

    /// `p_data(v) p(h|v)`, with the visible units held at rows of the data, of which `share` says how often each occurs: `[2ᴰ] -> [2ᴰ, 2ᴴ]`
    pub fn clamped(&self, share: Tensor<'g>) -> Tensor<'g> {
        share.reshape([share.numel(), 1]) * self.log_weights.softmax(1)
    }

    /// `⟨sᵢsⱼ⟩` under a distribution over all states, and `⟨sᵢ⟩` in its diagonal: `[2ᴰ, 2ᴴ] -> [n, n]`
    pub fn correlations(&self, distribution: Tensor<'g>) -> Tensor<'g> {
        let weight = distribution.reshape([self.states.extent(0), 1]);
        self.states.t().dot(weight * self.states)
    }

    /// `KL(p_data || p) = Σ_v p_data(v) log(p_data(v) / p(v))` in nats: `[2ᴰ] -> []`
    pub fn divergence(&self, share: Tensor<'g>) -> Tensor<'g> {
        // Patterns that never occur count for nothing, and have a finite logarithm.
        (share * (share.maximum(share.constant_like(f32::MIN_POSITIVE)).log() - self.log_visible())).sum_all()
    }

    /// What a Gibbs sweep over these units makes of a distribution over all states: `[2ᴰ, 2ᴴ] -> [2ᴰ, 2ᴴ]`. Each unit in turn forgets
    /// what it was and is drawn given the others: `p(s) <- Σ_{sᵢ} p(s) · p(sᵢ | the others)`.
    pub fn swept(&self, distribution: Tensor<'g>, units: impl Iterator<Item = usize>) -> Tensor<'g> {
        let n = self.states.extent(1);
        let swept = units.fold(distribution, |distribution, unit| {
            let by_unit = [1 << unit, 2, 1 << (n - 1 - unit)];
            let conditional = self.log_weights.reshape(by_unit).softmax(1);
            distribution.reshape(by_unit).sum_keep(&[1]) * conditional
        });
        swept.reshape(self.log_weights.shape())
    }
}

/// `½ Σ |p - q|`, the total variation distance: the largest difference in probability of any event.
pub fn distance<'g>(p: Tensor<'g>, q: Tensor<'g>) -> Tensor<'g> {
    0.5 * (p - q).abs().sum_all()
}

/// `⟨sᵢsⱼ⟩` over chains: `[N, n] -> [n, n]`
pub fn correlations(s: Tensor<'_>) -> Tensor<'_> {
    s.t().dot(s) / s.extent(0) as f32
}
