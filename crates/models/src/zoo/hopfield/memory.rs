//! How states settle. Updates are asynchronous: each sees what the one before has changed, so that they cannot be computed side by side.
//! They are made on the host, with what the network has learnt: a change of one unit costs one row of the couplings or one column of
//! the patterns.

use rand::Rng;
use rand::seq::SliceRandom;

/// Sweeps after which a state that still changes is taken as it is; settling takes far fewer.
const MAX_SWEEPS: usize = 100;
/// Steps of attention after which it is taken to have arrived.
const MAX_STEPS: usize = 30;
/// A largest change of a unit below which attention has arrived.
const STILL: f32 = 1e-3;

/// What the energy is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Energy {
    /// `E = -½ sᵀ W s`, of couplings with nothing on the diagonal: `[N, N]`; energies are told in units of `scale`.
    Quadratic {
        /// The couplings.
        couplings: Vec<f32>,
        /// What a unit's energy is multiplied by.
        scale: f64,
    },
    /// `E = -N Σ max(0, m)³`
    Cubic,
    /// `E = -log Σ exp(N m)`
    Exponential,
    /// `E = -(√N / β) log Σ exp(β √N m) + ½ sᵀs`, of real units.
    Attention {
        /// The inverse temperature.
        beta: f32,
    },
}

/// What a network has stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Memory {
    /// Units, `N`.
    pub units: usize,
    /// The stored patterns: `[P, N]`, each number 1 or -1.
    pub patterns: Vec<f32>,
    /// What states descend.
    pub energy: Energy,
}

/// How a state settled.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Where it began: `[N]`.
    pub start: Vec<f32>,
    /// The energy of a unit there.
    pub start_energy: f64,
    /// What changed, and when.
    pub changes: Vec<Change>,
    /// Units that were asked, one after another, until a whole sweep changed nothing; for attention, steps of all units.
    pub updates: usize,
    /// Where it ended: `[N]`.
    pub end: Vec<f32>,
}

/// A change on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The number of the update, from 1.
    pub update: usize,
    /// The energy of a unit after it.
    pub energy: f64,
    /// Units and their new values.
    pub units: Vec<(usize, f32)>,
}

impl Path {
    /// The state after so many updates: `[N]`.
    pub fn after(&self, updates: usize) -> Vec<f32> {
        let mut state = self.start.clone();
        for change in self.changes.iter().take_while(|change| change.update <= updates) {
            change.units.iter().for_each(|&(unit, value)| state[unit] = value);
        }
        state
    }
}

impl Memory {
    /// The stored patterns one by one.
    pub fn each(&self) -> impl ExactSizeIterator<Item = &[f32]> + '_ {
        self.patterns.chunks_exact(self.units)
    }

    /// `m = ξ·s / N` of a state with every stored pattern: `[P]`.
    pub fn overlaps(&self, state: &[f32]) -> Vec<f32> {
        self.each().map(|pattern| dot(pattern, state) / self.units as f32).collect()
    }

    /// The stored pattern of largest overlap, and that overlap; nothing where nothing is stored.
    pub fn closest(&self, state: &[f32]) -> Option<(usize, f32)> {
        self.overlaps(state).into_iter().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// `E(s) / N`
    pub fn energy(&self, state: &[f32]) -> f64 {
        match &self.energy {
            Energy::Quadratic { couplings, scale } => {
                let fields = couplings.chunks_exact(self.units).map(|row| dot(row, state));
                let total: f64 = fields.zip(state).map(|(field, &s)| f64::from(field) * f64::from(s)).sum();
                -0.5 * scale * total / self.units as f64
            }
            _ => self.energy_at(&self.overlaps(state), state),
        }
    }

    /// The energy of a unit, given the overlaps, where it follows from them.
    fn energy_at(&self, overlaps: &[f32], state: &[f32]) -> f64 {
        let n = self.units as f64;
        let overlaps = || overlaps.iter().map(|&m| f64::from(m));
        match self.energy {
            Energy::Quadratic { .. } => -0.5 * overlaps().map(|m| m * m).sum::<f64>(),
            Energy::Cubic => -overlaps().map(|m| m.max(0.0).powi(3)).sum::<f64>(),
            Energy::Exponential => -log_sum_exp(overlaps().map(|m| n * m)) / n,
            Energy::Attention { beta } => {
                let sharpness = f64::from(beta) * n.sqrt();
                let length = state.iter().map(|&s| f64::from(s) * f64::from(s)).sum::<f64>() / n;
                0.5 * length - log_sum_exp(overlaps().map(|m| sharpness * m)) / sharpness
            }
        }
    }

    /// Descends the energy from `start`, units in a new random order in every sweep, until a whole sweep changes nothing. A unit that is
    /// pushed neither way stays as it is.
    pub fn settle(&self, start: &[f32], rng: &mut impl Rng) -> Path {
        match &self.energy {
            _ if self.patterns.is_empty() => self.path(start, vec![], 0, start.to_vec()),
            Energy::Quadratic { couplings, scale } => self.settle_by_couplings(start, couplings, *scale, rng),
            Energy::Attention { beta } => self.attend(start, *beta),
            Energy::Cubic | Energy::Exponential => self.settle_by_patterns(start, rng),
        }
    }

    fn path(&self, start: &[f32], changes: Vec<Change>, updates: usize, end: Vec<f32>) -> Path {
        let start_energy = if self.patterns.is_empty() { 0.0 } else { self.energy(start) };
        Path { start: start.to_vec(), start_energy, changes, updates, end }
    }

    /// By the fields `h = W s`, which are kept up to date.
    fn settle_by_couplings(&self, start: &[f32], couplings: &[f32], scale: f64, rng: &mut impl Rng) -> Path {
        let row = |unit: usize| &couplings[unit * self.units..(unit + 1) * self.units];
        let mut fields: Vec<f32> = (0..self.units).map(|unit| dot(row(unit), start)).collect();
        let mut energy = self.energy(start);
        self.sweep(start, rng, |state, unit| {
            let field = fields[unit];
            if field * state[unit] >= 0.0 {
                return None;
            }
            let step = -2.0 * state[unit];
            fields.iter_mut().zip(row(unit)).for_each(|(field, coupling)| *field += step * coupling);
            energy -= scale * 2.0 * f64::from(field.abs()) / self.units as f64;
            Some(energy)
        })
    }

    /// By the overlaps, which are kept up to date.
    fn settle_by_patterns(&self, start: &[f32], rng: &mut impl Rng) -> Path {
        // ξ·s, whole numbers.
        let mut products: Vec<f32> = self.each().map(|pattern| dot(pattern, start)).collect();
        self.sweep(start, rng, |state, unit| {
            let column = || self.patterns.iter().skip(unit).step_by(self.units).copied();
            let rest = products.iter().zip(column()).map(|(&product, xi)| (product - xi * state[unit], xi));
            // How much lower the energy is with the unit at 1 than at -1, up to a positive factor.
            let push = match self.energy {
                Energy::Cubic => {
                    let force = |x: f32| f64::from(x.max(0.0)).powi(3);
                    rest.map(|(rest, xi)| force(rest + xi) - force(rest - xi)).sum::<f64>()
                }
                // exp(a ± 1) differ by the same factor for all.
                _ => {
                    let top = rest.clone().fold(f32::NEG_INFINITY, |top, (rest, _)| top.max(rest));
                    rest.map(|(rest, xi)| f64::from(xi) * f64::from(rest - top).exp()).sum()
                }
            };
            if push * f64::from(state[unit]) >= 0.0 {
                return None;
            }
            let step = -2.0 * state[unit];
            products.iter_mut().zip(column()).for_each(|(product, xi)| *product += step * xi);
            let overlaps: Vec<f32> = products.iter().map(|product| product / self.units as f32).collect();
            Some(self.energy_at(&overlaps, state))
        })
    }

    /// Asks units one after another whether they turn around. `turns` says the energy after it, if one does.
    fn sweep(&self, start: &[f32], rng: &mut impl Rng, mut turns: impl FnMut(&[f32], usize) -> Option<f64>) -> Path {
        let (mut state, mut changes, mut updates) = (start.to_vec(), Vec::new(), 0);
        let mut order: Vec<usize> = (0..self.units).collect();
        for _ in 0..MAX_SWEEPS {
            let before = changes.len();
            order.shuffle(rng);
            for &unit in &order {
                updates += 1;
                if let Some(energy) = turns(&state, unit) {
                    state[unit] = -state[unit];
                    changes.push(Change { update: updates, energy, units: vec![(unit, state[unit])] });
                }
            }
            if changes.len() == before {
                break;
            }
        }
        self.path(start, changes, updates, state)
    }

    /// `s <- Σ ξ softmax(β √N m)`, all units at once: the update of attention, which lowers its energy, too.
    fn attend(&self, start: &[f32], beta: f32) -> Path {
        let (mut state, mut changes) = (start.to_vec(), Vec::new());
        for update in 1..=MAX_STEPS {
            let weights = self.attention(&state, beta);
            let mut next = vec![0.0; self.units];
            for (pattern, weight) in self.each().zip(weights) {
                next.iter_mut().zip(pattern).for_each(|(next, xi)| *next += weight * xi);
            }
            let largest = state.iter().zip(&next).fold(0.0f32, |largest, (s, next)| largest.max((next - s).abs()));
            state = next;
            let energy = self.energy_at(&self.overlaps(&state), &state);
            changes.push(Change { update, energy, units: state.iter().copied().enumerate().collect() });
            if largest < STILL {
                break;
            }
        }
        self.path(start, changes.clone(), changes.len(), state)
    }

    /// `softmax(β √N m)`: `[P]`.
    pub fn attention(&self, state: &[f32], beta: f32) -> Vec<f32> {
        let sharpness = beta * (self.units as f32).sqrt();
        let logits: Vec<f32> = self.overlaps(state).into_iter().map(|m| sharpness * m).collect();
        let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weights: Vec<f32> = logits.into_iter().map(|logit| (logit - top).exp()).collect();
        let sum: f32 = weights.iter().sum();
        weights.into_iter().map(|weight| weight / sum).collect()
    }
}

pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    // Eight sums side by side, which the compiler keeps in one register.
    let (mut sums, split) = ([0.0f32; 8], a.len() - a.len() % 8);
    for (a, b) in a[..split].chunks_exact(8).zip(b.chunks_exact(8)) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + a[split..].iter().zip(&b[split..]).map(|(a, b)| a * b).sum::<f32>()
}

/// `log Σ exp(x)`, stable; the numbers are walked twice.
fn log_sum_exp(exponents: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = exponents.clone().fold(f64::NEG_INFINITY, f64::max);
    top + exponents.map(|x| (x - top).exp()).sum::<f64>().ln()
}
