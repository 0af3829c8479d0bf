//! One step uphill on the log-likelihood, by the statistics of data and chains.
//!
//! The gradient of `log p(v)` is `-∂F(v)/∂θ + E_model[∂F/∂θ]`. With data `v⁺`, chain states `v⁻` and `p = σ(vW + c)`:
//!
//! ```text
//! ΔW = ⟨v⁺ᵀp⁺⟩ - ⟨v⁻ᵀp⁻⟩      Δb = ⟨v⁺⟩ - ⟨v⁻⟩      Δc = ⟨p⁺⟩ - ⟨p⁻⟩ + s
//! ```
//!
//! where `s = cost·(target - q)` asks each hidden unit to be on in a share `target` of the data, `q` being its running mean
//! (Hinton, *A practical guide to training restricted Boltzmann machines*, 2010, section 11; after Lee, Ekanadham & Ng, NIPS 2008);
//! the weights receive `⟨v⁺⟩ᵀs`.
//!
//! *Centering* (Montavon & Müller 2012; Melchior, Fischer & Wiskott, JMLR 17, 2016) follows the gradient of the machine written in
//! `v - μ` and `h - λ`. In the plain parameters, kept here, that direction is
//!
//! ```text
//! ΔW' = ΔW - μᵀΔc - Δbᵀλ      Δb' = Δb - ΔW'λ      Δc' = Δc - ΔW'ᵀμ
//! ```
//!
//! with `μ` the mean of the training data and `λ = q`.

use daydream_graph::{Graph, Tensor, Update};

use super::machine::Machine;

/// Share of the running mean of the hidden units that a step replaces.
const MEAN_RATE: f32 = 0.01;

/// The statistics of a step.
pub(in crate::zoo) struct Statistics<'g> {
    /// Data: `[B, D]`.
    pub(in crate::zoo) data: Tensor<'g>,
    /// `p(h = 1 | data)`: `[B, H]`.
    pub(in crate::zoo) data_hidden: Tensor<'g>,
    /// States of the chains: `[B, D]`.
    pub(in crate::zoo) chain: Tensor<'g>,
    /// `p(h = 1 | chain)`: `[B, H]`.
    pub(in crate::zoo) chain_hidden: Tensor<'g>,
}

/// What is added to the parameters, before the learning rate.
#[derive(Clone, Copy)]
pub(in crate::zoo) struct Direction<'g> {
    pub(in crate::zoo) w: Tensor<'g>, // [D, H]
    pub(in crate::zoo) b: Tensor<'g>, // [D]
    pub(in crate::zoo) c: Tensor<'g>, // [H]
}

/// Running means of both sides, which centering subtracts.
#[derive(Clone, Copy)]
pub(in crate::zoo) struct Means<'g> {
    pub(in crate::zoo) visible: Tensor<'g>, // [D], fixed
    pub(in crate::zoo) hidden: Tensor<'g>,  // [H], running
}

impl<'g> Statistics<'g> {
    /// Of data `[B, D]` and chains, which stand at probabilities of hidden units, `[B, H]`. Where `resume` is 0, chains begin at the data.
    pub(in crate::zoo) fn gather(
        machine: &Machine<'g>,
        data: Tensor<'g>,
        chain: Tensor<'g>,
        resume: Tensor<'g>,
    ) -> Statistics<'g> {
        let data_hidden = machine.hidden(data);
        let start = resume.broadcast_to(data_hidden.shape()).select(chain, data_hidden).bernoulli();
        let chain = machine.visible(start).bernoulli();
        Statistics { data, data_hidden, chain, chain_hidden: machine.hidden(chain) }
    }

    /// Contrastive divergence: the statistics of the data less those of the chains.
    pub(in crate::zoo) fn contrast(&self) -> Direction<'g> {
        let rows = self.data.extent(0) as f32;
        let correlation = |v: Tensor<'g>, p: Tensor<'g>| v.t().dot(p);
        Direction {
            w: (correlation(self.data, self.data_hidden) - correlation(self.chain, self.chain_hidden)) / rows,
            b: (self.data - self.chain).mean_axes(&[0]),
            c: (self.data_hidden - self.chain_hidden).mean_axes(&[0]),
        }
    }

    /// `q`, this batch included.
    pub(in crate::zoo) fn running_mean(&self, mean: Tensor<'g>) -> Tensor<'g> {
        mean + MEAN_RATE * (self.data_hidden.mean_axes(&[0]) - mean)
    }

    /// The direction that also pulls the running means of the hidden units towards `target`.
    pub(in crate::zoo) fn sparser(
        &self,
        d: Direction<'g>,
        q: Tensor<'g>,
        target: Tensor<'g>,
        cost: Tensor<'g>,
    ) -> Direction<'g> {
        let pull = cost * (target - q);
        Direction { w: d.w + outer(self.data.mean_axes(&[0]), pull), c: d.c + pull, ..d }
    }
}

impl<'g> Direction<'g> {
    /// The same direction for the centred machine, expressed in the plain parameters.
    pub(in crate::zoo) fn centred(self, means: Means<'g>) -> Direction<'g> {
        let w = self.w - outer(means.visible, self.c) - outer(self.b, means.hidden);
        Direction { w, b: self.b - (w * means.hidden).sum(&[1]), c: self.c - (w * column(means.visible)).sum(&[0]) }
    }

    /// `u <- α u + η (Δ - decay·W)`, `W <- W + u`; biases do not decay. The names of velocities begin with `prefix`.
    pub(in crate::zoo) fn updates(
        self,
        g: &'g Graph,
        prefix: &str,
        machine: &Machine<'g>,
        rate: Tensor<'g>,
        momentum: Tensor<'g>,
        decay: Tensor<'g>,
    ) -> Vec<Update<'g>> {
        let moved = [
            ("weights", machine.w, self.w - decay * machine.w),
            ("visible.bias", machine.b, self.b),
            ("hidden.bias", machine.c, self.c),
        ];
        let update = |(name, parameter, direction): (&str, Tensor<'g>, Tensor<'g>)| {
            let velocity = g.param(&format!("{prefix}{name}.velocity"), parameter.constant_like(0.0));
            let next = momentum * velocity + rate * direction;
            [(velocity, next), (parameter, parameter + next)]
        };
        moved.into_iter().flat_map(update).collect()
    }
}

fn column(x: Tensor<'_>) -> Tensor<'_> {
    x.reshape([x.numel(), 1])
}

/// `xᵀy` of two rows: `[D], [H] -> [D, H]`.
fn outer<'g>(x: Tensor<'g>, y: Tensor<'g>) -> Tensor<'g> {
    column(x) * y
}

#[cfg(test)]
mod tests {
    use daydream_graph::{Executor, Function, Reference, grad};

    use super::*;

    const PIXELS: usize = 5;
    const HIDDEN: usize = 3;
    const ROWS: usize = 4;

    /// Outputs of a function of a random machine, of data that are bits and of chains that are bits, in 64 bits.
    fn outputs(
        build: impl for<'g> Fn(&'g Graph, Machine<'g>, Tensor<'g>, Tensor<'g>) -> Vec<Tensor<'g>>,
    ) -> Vec<Vec<f64>> {
        let g = Graph::new();
        let machine = Machine {
            w: g.param("w", g.normal([PIXELS, HIDDEN])),
            b: g.param("b", g.normal([PIXELS])),
            c: g.param("c", g.normal([HIDDEN])),
        };
        let bits = |name: &str| g.param(name, g.constant(0.5, [ROWS, PIXELS]).bernoulli());
        let results = build(&g, machine, bits("data"), bits("chain"));
        let numbered = results.iter().enumerate();
        let function = numbered.fold(Function::new("f"), |f, (number, &x)| f.output(&number.to_string(), x));
        let module = g.compile(&[function]);
        let mut device = Reference::new();
        device.load(&module).unwrap();
        for program in ["init", "f"] {
            device.run(module.programs.iter().position(|known| known.name == program).unwrap(), 7, 0);
        }
        let program = module.program("f").unwrap();
        let read = |output: &daydream_graph::Output| device.numbers(program.buffer(output.buffer).range()).to_vec();
        program.outputs.iter().map(read).collect()
    }

    fn statistics<'g>(machine: &Machine<'g>, data: Tensor<'g>, chain: Tensor<'g>) -> Statistics<'g> {
        let (data_hidden, chain_hidden) = (machine.hidden(data), machine.hidden(chain));
        Statistics { data, data_hidden, chain, chain_hidden }
    }

    /// `mean F(data) - mean F(chain)`, whose gradient contrastive divergence goes down.
    fn contrast<'g>(machine: &Machine<'g>, data: Tensor<'g>, chain: Tensor<'g>) -> Tensor<'g> {
        machine.free_energy(data).mean() - machine.free_energy(chain).mean()
    }

    #[track_caller]
    fn assert_pairs(results: &[Vec<f64>]) {
        for (number, pair) in results.chunks_exact(2).enumerate() {
            assert!(pair[0].iter().any(|x| x.abs() > 1e-3), "pair {number} compares zeros");
            for (x, y) in pair[0].iter().zip(&pair[1]) {
                assert!((x - y).abs() < 1e-6, "pair {number}: {x} and {y}");
            }
        }
    }

    #[test]
    fn statistics_are_the_gradient_of_the_free_energies() {
        assert_pairs(&outputs(|_, machine, data, chain| {
            let down = grad(contrast(&machine, data, chain), &[machine.w, machine.b, machine.c]);
            let up = statistics(&machine, data, chain).contrast();
            vec![up.w, -down[0], up.b, -down[1], up.c, -down[2]]
        }));
    }

    #[test]
    fn the_gradient_of_the_free_energies_is_that_of_finite_differences() {
        const STEP: f32 = 1.0 / 8192.0;
        assert_pairs(&outputs(|g, machine, data, chain| {
            let way = Machine { w: g.normal([PIXELS, HIDDEN]), b: g.normal([PIXELS]), c: g.normal([HIDDEN]) };
            let at = |step: f32| {
                let moved =
                    Machine { w: machine.w + step * way.w, b: machine.b + step * way.b, c: machine.c + step * way.c };
                contrast(&moved, data, chain)
            };
            let slopes = grad(contrast(&machine, data, chain), &[machine.w, machine.b, machine.c]);
            let slope = (slopes[0] * way.w).sum_all() + (slopes[1] * way.b).sum_all() + (slopes[2] * way.c).sum_all();
            vec![(at(STEP) - at(-STEP)) / (2.0 * STEP), slope]
        }));
    }

    #[test]
    fn centering_is_the_gradient_of_the_centred_machine() {
        assert_pairs(&outputs(|g, plain, data, chain| {
            let means = Means {
                visible: 0.1 + 0.2 * g.iota(0, [PIXELS]), // within (0, 1)
                hidden: 0.2 + 0.3 * g.iota(0, [HIDDEN]),
            };
            // The same machine with its biases written as those of v - μ and h - λ.
            let b = plain.b + (plain.w * means.hidden).sum(&[1]);
            let c = plain.c + (plain.w * column(means.visible)).sum(&[0]);
            let w = plain.w;
            let as_plain = Machine {
                w,
                b: b.detach() - (w * means.hidden).sum(&[1]),
                c: c.detach() - (w * column(means.visible)).sum(&[0]),
            };
            let of_w = grad(contrast(&as_plain, data, chain), &[w])[0];
            let of_biases = grad(contrast(&plain, data, chain), &[plain.b, plain.c]);
            let up = statistics(&plain, data, chain).contrast().centred(means);
            // A step along the centred parameters, seen in the plain ones: b = b' - Wλ, c = c' - Wᵀμ.
            let b = -of_biases[0] + (of_w * means.hidden).sum(&[1]);
            let c = -of_biases[1] + (of_w * column(means.visible)).sum(&[0]);
            vec![up.w, -of_w, up.b, b, up.c, c]
        }));
    }
}
