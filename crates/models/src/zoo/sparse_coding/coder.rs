//! Inference: the code that a dictionary gives to a row, by iterated shrinkage.

use daydream_graph::{Graph, Tensor};

/// A dictionary and what its codes cost.
#[derive(Clone, Copy)]
pub(in crate::zoo) struct Coder<'g> {
    /// `Wᵀ`, the atoms, of length 1: `[M, D]`
    pub(in crate::zoo) atoms: Tensor<'g>,
    /// λ: `[]`
    pub(in crate::zoo) penalty: Tensor<'g>,
    /// Whether codes are never negative.
    pub(in crate::zoo) is_nonnegative: bool,
}

/// Rows of length 1 in the same directions: `[M, D] -> [M, D]`
pub(in crate::zoo) fn unit<'g>(atoms: Tensor<'g>) -> Tensor<'g> {
    atoms / (atoms.square().sum_keep(&[1]) + 1e-12).sqrt()
}

impl<'g> Coder<'g> {
    /// A parameter of `count` random atoms.
    pub(in crate::zoo) fn random_atoms(g: &'g Graph, name: &str, count: usize, width: usize) -> Tensor<'g> {
        g.param(name, unit(g.normal([count, width])))
    }

    /// `||y - Wz||²` of every row: `[B, D], [B, M] -> [B]`
    pub(in crate::zoo) fn error(&self, y: Tensor<'g>, z: Tensor<'g>) -> Tensor<'g> {
        (y - z.dot(self.atoms)).square().sum(&[1])
    }

    /// `E(y, z) = ||y - Wz||² + λ|z|₁` of every row: `[B, D], [B, M] -> [B]`
    pub(in crate::zoo) fn energy(&self, y: Tensor<'g>, z: Tensor<'g>) -> Tensor<'g> {
        self.error(y, z) + self.penalty * z.abs().sum(&[1])
    }

    /// The minimum over `z` of `step ||z - at||² / 2 + λ|z|₁`, scaled: shrinkage by `by`, `[]`.
    fn shrink(&self, at: Tensor<'g>, by: Tensor<'g>) -> Tensor<'g> {
        // Written so that numbers that are none stay that: a comparison would make them 0, and nobody would see the model diverge.
        let capped = at.minimum(by);
        at - if self.is_nonnegative { capped } else { capped.maximum(-by) }
    }

    /// Codes `z` of every row after 0, 1, .. `iterations` steps from `z = 0`, `[B, M]` each, by FISTA, or by ISTA where `is_fast` is not
    /// set.
    ///
    /// A step goes down the slope of the error by `1/L` and shrinks, where `L`, twice the largest eigenvalue of the Gram matrix
    /// `G = WᵀW`, is the steepest change of the slope. It is bounded from above by `2 ||G⁴||^(1/4)` with the largest absolute sum of a
    /// row for the norm: for M atoms at most `M^(1/8)` times too large.
    pub(in crate::zoo) fn codes(&self, y: Tensor<'g>, iterations: usize, is_fast: bool) -> Vec<Tensor<'g>> {
        let gram = self.atoms.dot(self.atoms.t()); // [M, M]
        let fourth = gram.dot(gram);
        let fourth = fourth.dot(fourth);
        let bound = 2.0 * fourth.abs().sum(&[1]).max(&[0]).sqrt().sqrt(); // []
        let rate = bound.recip();
        // Rows are the last axis, for they are many: an executor works along it.
        let along = self.atoms.dot(y.t()); // [M, B]
        let step = |v: Tensor<'g>| self.shrink(v - 2.0 * rate * (gram.dot(v) - along), rate * self.penalty);

        let mut codes = vec![along.constant_like(0.0)]; // [M, B] each
        let (mut v, mut t) = (codes[0], 1.0f32);
        for number in 0..iterations {
            let z = step(v);
            let next_t = if is_fast { 0.5 * (1.0 + (1.0 + 4.0 * t * t).sqrt()) } else { 1.0 };
            v = if number == 0 { z } else { z + ((t - 1.0) / next_t) * (z - codes[number]) };
            t = next_t;
            codes.push(z);
        }
        codes.into_iter().map(Tensor::t).collect()
    }

    /// The code with the lowest energy, through which no gradient flows: `[B, D] -> [B, M]`
    pub(in crate::zoo) fn infer(&self, y: Tensor<'g>, iterations: usize) -> Tensor<'g> {
        self.codes(y, iterations, true)[iterations].detach()
    }
}
