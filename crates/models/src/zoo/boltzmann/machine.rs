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

/// All `2ⁿ` states of n units, row by row: `[2ⁿ, n]`. The first unit is the highest digit.
pub fn states(units: usize) -> Vec<f32> {
    let bit = |state: usize, unit: usize| (state >> (units - 1 - unit) & 1) as f32;
    (0..1 << units).flat_map(|state| (0..units).map(move |unit| bit(state, unit))).collect()
}

/// All states of the visible units and all of the hidden ones: inputs that the host fills with [`states`].
#[derive(Clone, Copy)]
pub struct Tables<'g> {
    /// `[2ᴰ, D]`
    visible: Tensor<'g>,
    /// `[2ᴴ, H]`, where there are hidden units.
    hidden: Option<Tensor<'g>>,
}

impl<'g> Tables<'g> {
    /// The name of the input for visible states, and of that for hidden ones.
    pub const NAMES: [&'static str; 2] = ["states.visible", "states.hidden"];

    /// Of so many units on either side.
    pub fn declare(g: &'g Graph, visible: usize, hidden: usize) -> Tables<'g> {
        let table = |name: &str, units: usize| g.input(name, [1 << units, units]);
        let [of_visible, of_hidden] = Tables::NAMES;
        Tables { visible: table(of_visible, visible), hidden: (hidden > 0).then(|| table(of_hidden, hidden)) }
    }
}

/// The machine's distribution, state by state. What units of one side say of each other is computed for the states of that side alone.
#[derive(Clone, Copy)]
pub struct Enumerated<'g> {
    tables: Tables<'g>,
    /// `-E(s)/T`, by visible and hidden state: `[2ᴰ, 2ᴴ]`.
    log_weights: Tensor<'g>,
    units: usize,
}

impl<'g> Enumerated<'g> {
    /// Of a machine: `-E(v, h) = (½ vᵀW_vv v + b_vᵀv) + (½ hᵀW_hh h + b_hᵀh) + vᵀW_vh h`.
    pub fn new(machine: &Machine<'g>, tables: Tables<'g>) -> Enumerated<'g> {
        let (d, n) = (machine.visible, machine.units());
        let block = |rows: Range<usize>, columns: Range<usize>| {
            machine.w.slice(0, rows.start, rows.end).slice(1, columns.start, columns.end)
        };
        let own = |states: Tensor<'g>, side: Range<usize>| {
            let input = 0.5 * states.dot(block(side.clone(), side.clone())) + machine.b.slice(0, side.start, side.end);
            (input * states).sum(&[1])
        };
        let visible = own(tables.visible, 0..d).reshape([1 << d, 1]);
        let log_weights = match tables.hidden {
            None => visible,
            Some(hidden) => visible + own(hidden, d..n) + tables.visible.dot(block(0..d, d..n)).dot(hidden.t()),
        };
        Enumerated { tables, log_weights: log_weights / machine.temperature, units: n }
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
        let within = |states: Tensor<'g>, p: Tensor<'g>| states.t().dot(p.reshape([states.extent(0), 1]) * states);
        let visible = self.tables.visible;
        let above = within(visible, distribution.sum(&[1])); // [D, D]
        let Some(hidden) = self.tables.hidden else { return above };
        let below = within(hidden, distribution.sum(&[0])); // [H, H]
        let across = visible.t().dot(distribution).dot(hidden); // [D, H]
        let (d, h) = (visible.extent(1), hidden.extent(1));
        let place = |block: Tensor<'g>, [above, left]: [usize; 2], [below, right]: [usize; 2]| {
            block.pad(0, above, below).pad(1, left, right)
        };
        place(above, [0, 0], [h, h])
            + place(across, [0, d], [h, 0])
            + place(across.t(), [d, 0], [0, h])
            + place(below, [d, d], [0, 0])
    }

    /// `KL(p_data || p) = Σ_v p_data(v) log(p_data(v) / p(v))` in nats: `[2ᴰ] -> []`
    pub fn divergence(&self, share: Tensor<'g>) -> Tensor<'g> {
        // Patterns that never occur count for nothing, and have a finite logarithm.
        (share * (share.maximum(share.constant_like(f32::MIN_POSITIVE)).log() - self.log_visible())).sum_all()
    }

    /// What a Gibbs sweep over these units makes of a distribution over all states: `[2ᴰ, 2ᴴ] -> [2ᴰ, 2ᴴ]`. Each unit in turn forgets
    /// what it was and is drawn given the others: `p(s) <- Σ_{sᵢ} p(s) · p(sᵢ | the others)`.
    pub fn swept(&self, distribution: Tensor<'g>, units: impl Iterator<Item = usize>) -> Tensor<'g> {
        let n = self.units;
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
