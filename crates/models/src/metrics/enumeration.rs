//! The exact partition function of a small restricted Boltzmann machine, by enumeration of its smaller side:
//!
//! ```text
//! Z = Σ_h exp(cᵀh) Π_i (1 + exp((Wh + b)_i))      or the same with the sides exchanged: 2^min(D, H) terms
//! ```

use daydream_graph::{Function, Graph};

use super::LogMeanExp;
use crate::zoo::rbm::Machine;
use crate::{Error, Run};

/// Machines whose smaller side has more units than this are not enumerated.
pub const MAX_UNITS: usize = 20;
/// States that are summed at once.
const MAX_ROWS: usize = 1024;
/// Stands for the logarithm of nothing summed yet.
const EMPTY: f32 = -1e30;

const STATES: &str = "enumeration.states";
const LOG_SUM: &str = "enumeration.log-sum";

/// The enumeration of a machine's smaller side.
pub struct Enumeration {
    units: usize,
    rows: usize,
}

impl Enumeration {
    /// Declares what it takes, if the machine is small enough.
    pub fn declare<'g>(g: &'g Graph, machine: &Machine<'g>) -> Option<(Enumeration, Function)> {
        let (visible, hidden) = (machine.b.extent(0), machine.c.extent(0));
        let machine = if visible <= hidden { *machine } else { machine.flipped() };
        let units = visible.min(hidden);
        if units > MAX_UNITS {
            return None;
        }
        let rows = MAX_ROWS.min(1 << units);
        let states = g.input(STATES, [rows, units]);
        let log_sum = g.param(LOG_SUM, g.constant(EMPTY, [rows]));
        let term = -machine.free_energy(states);
        // log(eˣ + eʸ) = max(x, y) + softplus(-|x - y|)
        let larger = log_sum.maximum(term) + (-(log_sum - term).abs()).softplus();
        Some((Enumeration { units, rows }, Function::new("enumerate").update(log_sum, larger)))
    }

    /// `log Z` in nats.
    pub async fn log_partition(&self, run: &mut Run<'_>) -> Result<f64, Error> {
        run.write_param(LOG_SUM, &vec![EMPTY; self.rows]);
        let total = 1_usize << self.units;
        for first in (0..total).step_by(self.rows) {
            let bit = |state: usize, unit: usize| (state >> unit & 1) as f32;
            let states = (first..first + self.rows).flat_map(|state| (0..self.units).map(move |unit| bit(state, unit)));
            run.write(STATES, &states.collect::<Vec<f32>>());
            run.call("enumerate", 0);
        }
        let mut mean = LogMeanExp::default();
        run.read_param(LOG_SUM).await?.into_iter().for_each(|log_sum| mean.add(f64::from(log_sum)));
        Ok(mean.value() + (self.rows as f64).ln())
    }
}
