//! How much chains tell: autocorrelation, and the number of independent draws that would tell as much.
//!
//! Of one quantity followed along `C` chains for `N` transitions, with `W` the mean variance within a chain, `B/N` the variance of the
//! chains' means and `c̄(t)` the mean autocovariance at lag `t`,
//!
//! ```text
//! V = (N - 1)/N W + B/N      ρ(t) = 1 - (W - c̄(t)) / V      τ = 1 + 2 Σ ρ(t)      ESS = C N / τ
//! ```
//!
//! (Vehtari et al., Bayesian Analysis 16, 2021, equations 10 to 13): chains that stay in different places count for little. The sum ends
//! by Geyer's initial monotone sequence (Statistical Science 7, 1992): of a reversible chain the sums of neighbours `ρ(2k) +
//! ρ(2k + 1)` are positive and fall; where estimated ones are not, noise has taken over.

/// `ρ(t)` for `t = 0, 1 ..`, at most `lags` of them; all chains are of one length. Where nothing varies it is 1.
///
/// # Panics
/// When there is no chain, or one of another length or of less than two numbers.
pub fn autocorrelation(chains: &[Vec<f64>], lags: usize) -> Vec<f64> {
    let spread = Spread::of(chains);
    (0..lags.min(spread.length)).map(|lag| spread.correlation(lag)).collect()
}

/// ESS of the mean of a quantity over all chains, which are of one length. Where nothing varies it is 1.
///
/// # Panics
/// As [`autocorrelation`].
pub fn effective_sample_size(chains: &[Vec<f64>]) -> f64 {
    let spread = Spread::of(chains);
    let (mut time, mut smallest) = (-1.0, f64::INFINITY);
    for lag in (0..spread.length - 1).step_by(2) {
        let pair = spread.correlation(lag) + spread.correlation(lag + 1);
        if pair <= 0.0 {
            break;
        }
        smallest = pair.min(smallest);
        time += 2.0 * smallest;
    }
    let draws = (chains.len() * spread.length) as f64;
    // Chains that swing about their mean tell more than independent draws, but how much more, short ones cannot say.
    if spread.total == 0.0 { 1.0 } else { draws / time.max(1.0 / draws.log10().max(1.0)) }
}

/// Deviations of chains from their means, and their variances.
struct Spread {
    deviations: Vec<Vec<f64>>,
    length: usize,
    within: f64,
    total: f64,
}

impl Spread {
    #[track_caller]
    fn of(chains: &[Vec<f64>]) -> Spread {
        let length = chains.first().map_or(0, Vec::len);
        assert!(length > 1 && chains.iter().all(|chain| chain.len() == length), "chains of one length, 2 or more");
        let (count, steps) = (chains.len() as f64, length as f64);
        let means: Vec<f64> = chains.iter().map(|chain| chain.iter().sum::<f64>() / steps).collect();
        let deviations: Vec<Vec<f64>> =
            chains.iter().zip(&means).map(|(chain, mean)| chain.iter().map(|x| x - mean).collect()).collect();
        let within = deviations.iter().flatten().map(|d| d * d).sum::<f64>() / (count * (steps - 1.0));
        let middle = means.iter().sum::<f64>() / count;
        let between = means.iter().map(|mean| (mean - middle).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
        Spread { deviations, length, within, total: (steps - 1.0) / steps * within + between }
    }

    fn correlation(&self, lag: usize) -> f64 {
        if self.total == 0.0 {
            return 1.0;
        }
        let products = self.deviations.iter().map(|d| d.iter().zip(&d[lag..]).map(|(a, b)| a * b).sum::<f64>());
        let covariance = products.sum::<f64>() / (self.deviations.len() * self.length) as f64;
        // The estimates of variance and covariance divide by N alike, so that ρ(0) is 1.
        let within = self.within * (self.length - 1) as f64 / self.length as f64;
        1.0 - (within - covariance) / self.total
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::Xoshiro256PlusPlus;
    use rand::{RngExt, SeedableRng};

    use super::*;

    /// `x(t) = a x(t - 1) + noise`, whose `ρ(t) = aᵗ` and `τ = (1 + a) / (1 - a)`.
    fn autoregressive(a: f64, chains: usize, length: usize) -> Vec<Vec<f64>> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        let mut normal = move || (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
        let chain = |_| {
            let mut x = normal() / (1.0 - a * a).sqrt();
            let step = |_| {
                x = a * x + normal();
                x
            };
            (0..length).map(step).collect()
        };
        (0..chains).map(chain).collect()
    }

    #[test]
    fn an_autoregressive_process_has_its_known_time() {
        for a in [0.0, 0.5, 0.9, -0.5] {
            let chains = autoregressive(a, 8, 20_000);
            let expected = 160_000.0 * (1.0 - a) / (1.0 + a);
            let found = effective_sample_size(&chains);
            assert!((found / expected - 1.0).abs() < 0.1, "{a}: {found}, expected {expected}");
            for (lag, rho) in autocorrelation(&chains, 6).iter().enumerate() {
                assert!((rho - a.powi(lag as i32)).abs() < 0.03, "{a}: lag {lag} has {rho}");
            }
        }
    }

    #[test]
    fn chains_in_different_places_tell_little() {
        let mut chains = autoregressive(0.0, 4, 1_000);
        chains[0].iter_mut().for_each(|x| *x += 20.0);
        assert!(effective_sample_size(&chains) < 10.0);
        assert_eq!(effective_sample_size(&vec![vec![2.0; 50]; 3]), 1.0);
    }
}
