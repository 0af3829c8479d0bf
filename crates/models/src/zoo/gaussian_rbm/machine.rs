//! The machine itself: its energy's parameters, the distributions that follow from them, and its exact partition function as a mixture.

use daydream_graph::{Graph, Tensor};

/// Parameters of `E(v, h) = Σᵢ (vᵢ - bᵢ)² / 2σᵢ² - Σᵢⱼ vᵢ wᵢⱼ hⱼ / σᵢ² - cᵀh`, with `D` real visible units and `H` hidden bits.
#[derive(Clone, Copy)]
pub(super) struct GaussianMachine<'g> {
    /// Weights: `[D, H]`.
    pub(super) w: Tensor<'g>,
    /// Visible biases: `[D]`.
    pub(super) b: Tensor<'g>,
    /// Hidden biases: `[H]`.
    pub(super) c: Tensor<'g>,
    /// `log σ²` of each visible unit: `[D]`.
    pub(super) log_variance: Tensor<'g>,
}

impl<'g> GaussianMachine<'g> {
    /// `(v/σ²)W + c`, what each hidden unit receives: `[B, D] -> [B, H]`
    #[track_caller]
    pub(super) fn hidden_input(&self, v: Tensor<'g>) -> Tensor<'g> {
        (v * self.precision()).dot(self.w) + self.c
    }

    /// `p(h = 1 | v) = σ((v/σ²)W + c)`: `[B, D] -> [B, H]`
    #[track_caller]
    pub(super) fn hidden(&self, v: Tensor<'g>) -> Tensor<'g> {
        self.hidden_input(v).sigmoid()
    }

    /// The mean of `p(v|h) = N(b + Wh, diag σ²)`: `[B, H] -> [B, D]`
    #[track_caller]
    pub(super) fn visible_mean(&self, h: Tensor<'g>) -> Tensor<'g> {
        h.dot(self.w.t()) + self.b
    }

    /// A draw from `p(v|h)`, given its mean: `[B, D] -> [B, D]`
    #[track_caller]
    pub(super) fn around(&self, mean: Tensor<'g>) -> Tensor<'g> {
        mean + (0.5 * self.log_variance).exp() * mean.graph().normal(mean.shape())
    }

    /// A Gibbs step from hidden probabilities: bits, then visible units: `[B, H] -> [B, D]`
    #[track_caller]
    pub(super) fn visible(&self, hidden: Tensor<'g>) -> Tensor<'g> {
        self.around(self.visible_mean(hidden.bernoulli()))
    }

    /// `F(v) = -log Σ_h exp(-E(v, h)) = Σᵢ (vᵢ - bᵢ)² / 2σᵢ² - Σⱼ softplus(((v/σ²)W + c)ⱼ)`: `[B, D] -> [B]`
    #[track_caller]
    pub(super) fn free_energy(&self, v: Tensor<'g>) -> Tensor<'g> {
        0.5 * ((v - self.b).square() * self.precision()).sum(&[1]) - self.hidden_input(v).softplus().sum(&[1])
    }

    /// `log Z` of a machine of few hidden units, in nats. With `h` given, `v` is Gaussian, so that `p(v)` is a mixture of `2ᴴ` Gaussians and
    ///
    /// ```text
    /// Z = Πᵢ √(2πσᵢ²) · Σ_h exp(cᵀh + Σᵢ ((b + Wh)ᵢ² - bᵢ²) / 2σᵢ²)
    /// ```
    pub(super) fn log_partition(&self, g: &'g Graph) -> Tensor<'g> {
        let hidden = self.c.numel();
        let state = g.iota(0, [1 << hidden, 1]);
        // Bit j of the number of a state: ⌊state / 2ʲ⌋ is odd.
        let bits = (0..hidden).map(|unit| {
            let half = (state / (1 << unit) as f32).floor() * 0.5;
            2.0 * (half - half.floor())
        });
        let states = Tensor::concat(&bits.collect::<Vec<_>>(), 1); // [2ᴴ, H]
        let mean = self.visible_mean(states); // [2ᴴ, D]
        let gain = 0.5 * ((mean.square() - self.b.square()) * self.precision()).sum(&[1]);
        let weights = (states * self.c).sum(&[1]) + gain;
        weights.logsumexp(0) + 0.5 * (self.log_variance + std::f32::consts::TAU.ln()).sum_all()
    }

    /// `1/σ²`: `[D]`
    fn precision(&self) -> Tensor<'g> {
        (-self.log_variance).exp()
    }
}

#[cfg(test)]
mod tests {
    use daydream_graph::{Executor, Function, Reference, grad};

    use super::*;

    const SIDE: usize = 160;
    const REACH: f32 = 12.0;

    fn random(g: &Graph, visible: usize, hidden: usize) -> GaussianMachine<'_> {
        GaussianMachine {
            w: g.param("w", g.normal([visible, hidden])),
            b: g.param("b", g.normal([visible])),
            c: g.param("c", g.normal([hidden])),
            log_variance: g.param("z", 0.3 * g.normal([visible])),
        }
    }

    fn outputs(build: impl for<'g> Fn(&'g Graph) -> Vec<Tensor<'g>>) -> Vec<Vec<f64>> {
        let g = Graph::new();
        let results = build(&g);
        let numbered = results.iter().enumerate();
        let module =
            g.compile(&[numbered.fold(Function::new("f"), |f, (number, &x)| f.output(&number.to_string(), x))]);
        let mut device = Reference::new();
        device.load(&module).unwrap();
        for program in ["init", "f"] {
            device.run(module.programs.iter().position(|known| known.name == program).unwrap(), 5, 0);
        }
        let program = module.program("f").unwrap();
        program.outputs.iter().map(|output| device.numbers(program.buffer(output.buffer).range()).to_vec()).collect()
    }

    #[test]
    fn the_mixture_and_the_integral_over_the_plane_agree() {
        let found = outputs(|g| {
            let machine = random(g, 2, 4);
            let cell = 2.0 * REACH / SIDE as f32;
            let number = g.iota(0, [SIDE * SIDE, 1]);
            let row = (number / SIDE as f32).floor();
            let x = (number - SIDE as f32 * row + 0.5) * cell - REACH;
            let y = (row + 0.5) * cell - REACH;
            let at = x.pad(1, 0, 1) + y.pad(1, 1, 0);
            let integral = (-machine.free_energy(at)).logsumexp(0) + 2.0 * cell.ln();
            vec![machine.log_partition(g), integral]
        });
        assert!((found[0][0] - found[1][0]).abs() < 1e-4, "{} and {}", found[0][0], found[1][0]);
    }

    #[test]
    fn the_gradient_of_the_log_likelihood_is_that_of_finite_differences() {
        const STEP: f32 = 1.0 / 4096.0;
        let found = outputs(|g| {
            let machine = random(g, 3, 4);
            let data = g.param("data", g.normal([5, 3]));
            let way = GaussianMachine {
                w: g.normal([3, 4]),
                b: g.normal([3]),
                c: g.normal([4]),
                log_variance: g.normal([3]),
            };
            let at = |step: f32| {
                let moved = GaussianMachine {
                    w: machine.w + step * way.w,
                    b: machine.b + step * way.b,
                    c: machine.c + step * way.c,
                    log_variance: machine.log_variance + step * way.log_variance,
                };
                moved.free_energy(data).mean() + moved.log_partition(g)
            };
            let params = [machine.w, machine.b, machine.c, machine.log_variance];
            let ways = [way.w, way.b, way.c, way.log_variance];
            let slopes = grad(at(0.0), &params).into_iter().zip(ways).map(|(slope, way)| (slope * way).sum_all());
            vec![(at(STEP) - at(-STEP)) / (2.0 * STEP), slopes.reduce(|sum, slope| sum + slope).unwrap()]
        });
        assert!(found[1][0].abs() > 0.1 && (found[0][0] - found[1][0]).abs() < 1e-5, "{found:?}");
    }
}
