//! Optimizers: pairs `(state <- node)`, nothing more. What a program updates is all that tells training from inference.

use crate::graph::Graph;
use crate::tensor::Tensor;

/// A parameter and the value that replaces it.
pub type Update<'g> = (Tensor<'g>, Tensor<'g>);

/// Added to gradients, or to their squares, before they are averaged over steps. Where gradients have ended, an average would fade below 2⁻¹²⁶ and stay
/// there, since it is rounded at each step; with such numbers many processors take a hundred times as long. So it comes to rest at a few times this
/// number, which is far below what changes a parameter.
pub const REST: f32 = 1e-25;

/// A rule that turns gradients into updates. The learning rate is a separate, live argument. To what is averaged, [`REST`] is added.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Optimizer {
    /// `p <- p - η g`
    Sgd,
    /// `v <- μ v + g; p <- p - η v`
    Momentum {
        /// μ, the share of the last velocity that is kept.
        momentum: f32,
    },
    /// `s <- ρ s + (1 - ρ) g²; p <- p - η g / (√s + ε)` (Tieleman & Hinton, Coursera lecture 6.5, 2012)
    RmsProp {
        /// ρ, the share of the running mean square that is kept.
        decay: f32,
    },
    /// `m <- β₁ m + (1 - β₁) g; v <- β₂ v + (1 - β₂) g²; p <- p - η m̂ / (√v̂ + ε)` with `m̂ = m / (1 - β₁ᵗ)`,
    /// `v̂ = v / (1 - β₂ᵗ)` (Kingma & Ba, arXiv:1412.6980)
    Adam {
        /// β₁
        beta1: f32,
        /// β₂
        beta2: f32,
    },
}

impl Optimizer {
    /// Adam with the constants of its paper.
    pub const ADAM: Optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999 };

    /// The updates of `params`, and of the state kept for each of them, which is declared as `{name}.mean.{parameter}` and the like.
    ///
    /// # Panics
    /// When one of `params` is not a parameter, or `name` was used for one of them before.
    #[track_caller]
    pub fn updates<'g>(
        self,
        graph: &'g Graph,
        name: &str,
        rate: Tensor<'g>,
        params: &[Tensor<'g>],
        gradients: &[Tensor<'g>],
    ) -> Vec<Update<'g>> {
        const EPSILON: f32 = 1e-8;
        let mut updates = Vec::new();
        let state = |kind: &str, p: Tensor<'g>| {
            let Some(own) = p.name().filter(|_| p.is_param()) else {
                panic!("{p:?} is not a parameter and cannot be updated");
            };
            graph.param(&format!("{name}.{kind}.{own}"), p.constant_like(0.0))
        };
        let corrections = match self {
            Optimizer::Adam { beta1, beta2 } => {
                let time = graph.param(&format!("{name}.time"), graph.constant(0.0, []));
                let next = time + 1.0;
                updates.push((time, next));
                let correction = |beta: f32| (1.0 - (next * beta.ln()).exp()).recip();
                Some((rate * correction(beta1), correction(beta2)))
            }
            Optimizer::Sgd | Optimizer::Momentum { .. } | Optimizer::RmsProp { .. } => None,
        };
        for (&p, &g) in params.iter().zip(gradients) {
            match self {
                Optimizer::Sgd => updates.push((p, p - rate * g)),
                Optimizer::Momentum { momentum } => {
                    let velocity = state("velocity", p);
                    let next = momentum * velocity + (g + REST);
                    updates.extend([(velocity, next), (p, p - rate * next)]);
                }
                Optimizer::RmsProp { decay } => {
                    let square = state("square", p);
                    let next = decay * square + ((1.0 - decay) * g * g + REST);
                    updates.extend([(square, next), (p, p - rate * g / (next.sqrt() + EPSILON))]);
                }
                Optimizer::Adam { beta1, beta2 } => {
                    let (m, v) = (state("mean", p), state("square", p));
                    let next_m = beta1 * m + ((1.0 - beta1) * g + REST);
                    let next_v = beta2 * v + ((1.0 - beta2) * g * g + REST);
                    let (rate, correction) = corrections.unwrap_or((rate, rate));
                    let step = rate * next_m / ((next_v * correction).sqrt() + EPSILON);
                    updates.extend([(m, next_m), (v, next_v), (p, p - step)]);
                }
            }
        }
        updates
    }
}
