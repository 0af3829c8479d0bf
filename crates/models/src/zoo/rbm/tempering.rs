//! Parallel tempering: chains at several temperatures, the hot ones of which wander freely and hand what they find to the cold ones.
//!
//! Replica `m` of `M` samples, at the inverse temperature `β = 1 - m / (M - 1)`,
//!
//! ```text
//! log p*(v, h; β) = β (vᵀWh + bᵀv + cᵀh) + (1 - β) aᵀv            a: log odds of the pixel means, [D]
//! ```
//!
//! the machine itself at `β = 1`, independent pixels at 0. After each Gibbs step neighbours `m, m + 1` exchange their states with probability
//! `min(1, exp((β_m - β_{m+1}) (S_{m+1} - S_m)))`, `S = vᵀWh + bᵀv + cᵀh - aᵀv`, which leaves the joint distribution of all replicas as it
//! is; even and odd pairs take turns. Learning takes the chains at `β = 1` for its own.
//!
//! Desjardins, Courville, Bengio, Vincent & Delalleau, *Tempered Markov chain Monte Carlo for training of restricted Boltzmann machines*, AISTATS
//! 2010; Cho, Raiko & Ilin, *Parallel tempering is efficient for learning restricted Boltzmann machines*, IJCNN 2010. The base of
//! independent pixels is that of Salakhutdinov & Murray's annealing (2008).

use daydream_graph::{Function, Graph, Tensor};

use super::machine::Machine;

/// The name of the program that makes one tempered step. Its input `parity` is 0 or 1: which pairs may exchange.
pub(super) const PROGRAM: &str = "temper";

/// The name of the parameter that holds the running share of pairs that exchange: `[]`.
pub(super) const EXCHANGED: &str = "replicas.exchanged";
/// How fast the running share of exchanges follows.
const SHARE_RATE: f32 = 0.02;

/// Declares `replicas` times as many chains as `chain`, `[B, H]`, has, and the program that moves them and leaves in `chain` the
/// probabilities of the hidden units of those at `β = 1`.
///
/// # Panics
/// When there are fewer than two replicas.
pub(super) fn declare<'g>(
    g: &'g Graph,
    machine: &Machine<'g>,
    mean: Tensor<'g>,
    chain: Tensor<'g>,
    replicas: usize,
) -> Function {
    assert!(replicas > 1, "tempering needs at least two temperatures");
    let (chains, pixels) = (chain.extent(0), machine.b.extent(0));
    let wide = |column: Tensor<'g>| column.broadcast_to([replicas, chains]).reshape([replicas * chains, 1]);
    let number = g.iota(0, [replicas, 1]);
    let gap = 1.0 / (replicas - 1) as f32;
    let beta = wide(1.0 - gap * number); // [M·B, 1]
    let a = (mean / (1.0 - mean)).log(); // [D]

    let states = g.param("replicas", g.constant(0.5, [replicas * chains, pixels]).bernoulli()); // [M·B, D]
    let h = (beta * machine.hidden_input(states)).sigmoid().bernoulli();
    let input = machine.visible_input(h);
    let v = (beta * input + (1.0 - beta) * a).sigmoid().bernoulli(); // [M·B, D]
    let score = ((v * (input - a)).sum(&[1]) + (h * machine.c).sum(&[1])).reshape([replicas, chains]); // S: [M, B]

    // Of each pair the colder replica decides: it is the first, third, .. or, where parity is 1, the second, fourth, ..
    let half = 0.5 * (number - g.input("parity", [])); // [M, 1]
    let leads = half.less(half.floor() + 0.25) * number.less(number.constant_like((replicas - 1) as f32 - 0.5));
    let after = |x: Tensor<'g>| x.slice(0, 1, replicas).pad(0, 0, 1);
    let before = |x: Tensor<'g>| x.slice(0, 0, replicas - 1).pad(0, 1, 0);
    let gain = gap * (after(score) - score); // [M, B]
    let swaps = g.uniform([replicas, chains]).log().less(gain) * leads; // [M, B]
    let mine = |x: Tensor<'g>| x.reshape([replicas, chains, 1]);
    let cube = v.reshape([replicas, chains, pixels]);
    let moved = mine(swaps) * after(cube) + mine(before(swaps)) * before(cube);
    let stays = 1.0 - mine(swaps) - mine(before(swaps));
    let next = (moved + stays * cube).reshape([replicas * chains, pixels]);

    let exchanged = g.param(EXCHANGED, g.constant(0.5, []));
    let share = swaps.sum(&[0, 1]) / (leads.sum(&[0, 1]) * chains as f32);
    let cold = next.slice(0, 0, chains); // [B, D]
    Function::new(PROGRAM)
        .update(states, next)
        .update(chain, machine.hidden(cold))
        .update(exchanged, exchanged + SHARE_RATE * (share - exchanged))
}

#[cfg(test)]
mod tests {
    use super::*;
    use daydream_cpu::Cpu;
    use daydream_graph::Executor;
    use pollster::block_on;

    const PIXELS: usize = 4;
    const HIDDEN: usize = 2;
    const CHAINS: usize = 400;

    /// Two patterns, each the other's opposite, far apart in energy from all between them: 0000 and, three times as likely, 1111.
    fn weights() -> (Vec<f32>, Vec<f32>, Vec<f32>) {
        let w = vec![7.0; PIXELS * HIDDEN];
        let b = vec![-7.0 + (3.0f32).ln() / PIXELS as f32; PIXELS];
        (w, b, vec![-14.0; HIDDEN])
    }

    /// `p(v)` of every state by enumeration.
    fn exact() -> Vec<f64> {
        let (w, b, c) = weights();
        let bit = |v: usize, pixel: usize| (v >> pixel & 1) as f64;
        let weight = |v: usize| {
            let free: f64 = (0..HIDDEN)
                .map(|j| {
                    let x =
                        f64::from(c[j]) + (0..PIXELS).map(|i| bit(v, i) * f64::from(w[i * HIDDEN + j])).sum::<f64>();
                    x.exp().ln_1p()
                })
                .sum();
            ((0..PIXELS).map(|i| bit(v, i) * f64::from(b[i])).sum::<f64>() + free).exp()
        };
        let weights: Vec<f64> = (0..1 << PIXELS).map(weight).collect();
        let total: f64 = weights.iter().sum();
        weights.into_iter().map(|weight| weight / total).collect()
    }

    /// Shares of all states over the chains at `β = 1` after `steps` steps, all of which start at 0000, and the share of exchanges.
    fn visited(replicas: usize, steps: u32) -> (Vec<f64>, f32) {
        let g = Graph::new();
        let machine = Machine {
            w: g.param("w", g.constant(0.0, [PIXELS, HIDDEN])),
            b: g.param("b", g.constant(0.0, [PIXELS])),
            c: g.param("c", g.constant(0.0, [HIDDEN])),
        };
        let chain = g.param("chain", g.constant(0.5, [CHAINS, HIDDEN]));
        let program = declare(&g, &machine, g.constant(0.5, [PIXELS]), chain, replicas);
        let module = g.compile(&[program]);
        let mut device = Cpu::new();
        device.load(&module).unwrap();
        let number = |name: &str| module.programs.iter().position(|program| program.name == name).unwrap();
        device.run(number("init"), 1, 0);
        let (w, b, c) = weights();
        for (name, values) in [("w", w), ("b", b), ("c", c), ("replicas", vec![0.0; replicas * CHAINS * PIXELS])] {
            device.write(module.param(name).unwrap().offset, &values);
        }
        let mut shares = vec![0.0; 1 << PIXELS];
        for step in 0..steps {
            device.write(module.input("parity").unwrap().offset, &[(step % 2) as f32]);
            device.run(number(PROGRAM), 1, step);
            let states = block_on(device.read(module.param("replicas").unwrap().range())).unwrap();
            // The first half of the steps is forgotten: the chains come from 0000.
            for state in states[..CHAINS * PIXELS].chunks_exact(PIXELS).filter(|_| step >= steps / 2) {
                let number: usize = state.iter().enumerate().map(|(pixel, &bit)| (bit as usize) << pixel).sum();
                shares[number] += 1.0 / f64::from(steps - steps / 2) / CHAINS as f64;
            }
        }
        (shares, block_on(device.read(module.param(EXCHANGED).unwrap().range())).unwrap()[0])
    }

    #[test]
    fn cold_chains_visit_every_state_as_often_as_they_should() {
        let (shares, exchanged) = visited(6, 600);
        for (state, (found, expected)) in shares.iter().zip(exact()).enumerate() {
            assert!((found - expected).abs() < 0.03, "state {state:04b}: {found}, exactly {expected}");
        }
        assert!((0.05..0.95).contains(&exchanged), "{exchanged}");
    }

    #[test]
    fn without_intermediate_temperatures_they_stay_where_they_were() {
        // Two replicas, the machine and independent pixels: hardly any exchange is accepted.
        let (shares, _) = visited(2, 60);
        assert!(shares[0] > 2.0 * exact()[0], "{}", shares[0]);
    }
}
