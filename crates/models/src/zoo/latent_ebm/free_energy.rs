//! The free energy of latent variables, at any temperature down to none.

use daydream_graph::Tensor;

/// Temperatures below this are none: differences of energies are larger by so much that only the lowest counts.
const COLDEST: f32 = 1e-12;

/// `F_β = -(1/β) log (1/K) Σ_k exp(-β E_k)` along the last axis, which is dropped, with `β = 1/T` and a temperature `T >= 0` of shape
/// `[]`: the free energy of `K` values of `z` that are equally likely beforehand.
///
/// As `T` falls it falls to the smallest `E_k`, which it is at `T = 0`, exactly; as `T` rises it rises to their mean. Its gradient with
/// respect to the energies is the Gibbs distribution `p(z_k) ∝ exp(-β E_k)`.
pub fn free_energy<'g>(energies: Tensor<'g>, temperature: Tensor<'g>) -> Tensor<'g> {
    let last = energies.rank() - 1;
    let temperature = temperature.maximum(temperature.constant_like(COLDEST));
    let lowest = -(-energies).max_keep(&[last]).detach();
    let rest = ((lowest - energies) / temperature).log_mean_exp(last);
    lowest.reshape(rest.shape()) - temperature * rest
}

/// The same of numbers, in 64 bits.
pub fn free_energy_of(energies: &[f32], temperature: f64) -> f64 {
    let lowest = lowest(energies);
    let temperature = temperature.max(f64::from(COLDEST));
    let terms = energies.iter().map(|&energy| ((lowest - f64::from(energy)) / temperature).exp());
    lowest - temperature * (terms.sum::<f64>() / energies.len() as f64).ln()
}

/// The smallest energy.
pub(super) fn lowest(energies: &[f32]) -> f64 {
    f64::from(energies.iter().copied().fold(f32::INFINITY, f32::min))
}

/// `ž`, the number of the smallest energy, the first of several.
pub(super) fn best(energies: &[f32]) -> usize {
    (0..energies.len()).min_by(|&a, &b| energies[a].total_cmp(&energies[b])).unwrap_or(0)
}
