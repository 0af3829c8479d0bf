//! What energies along `y` say about one `x`: the answers, and how likely each is.

use super::{CELLS, REACH};

/// By how many nats a branch may lie above the lowest: a twentieth as likely.
const DEPTH: f32 = 3.0;

/// `F(x, ·)` at the centres of the cells of `±REACH`.
pub struct Section<'a> {
    energies: &'a [f32],
}

/// The centre of a cell.
pub(super) fn centre(cell: usize) -> f32 {
    (cell as f32 + 0.5) * spacing() - REACH
}

const fn spacing() -> f32 {
    2.0 * REACH / CELLS as f32
}

/// The local minima of a function at the centres: where each lies and how low, by the parabola through three neighbours; the end where
/// the function falls to the end.
pub fn minima(energies: &[f32]) -> Vec<[f32; 2]> {
    let last = energies.len() - 1;
    let is_minimum = |cell: usize| {
        (cell == 0 || energies[cell - 1] > energies[cell]) && (cell == last || energies[cell + 1] >= energies[cell])
    };
    let found = (0..=last).filter(|&cell| is_minimum(cell)).map(|cell| {
        if cell == 0 || cell == last {
            return [centre(cell), energies[cell]];
        }
        let [before, here, after] = [energies[cell - 1], energies[cell], energies[cell + 1]];
        let curvature = before - 2.0 * here + after;
        let shift = if curvature > 0.0 { 0.5 * (before - after) / curvature } else { 0.0 };
        [centre(cell) + shift * spacing(), here - 0.25 * (before - after) * shift]
    });
    found.collect()
}

impl<'a> Section<'a> {
    /// Of energies at the centres: `[CELLS]`.
    pub fn new(energies: &'a [f32]) -> Section<'a> {
        Section { energies }
    }

    /// `y*`, where the energy is lowest.
    pub fn lowest(&self) -> f32 {
        minima(self.energies).into_iter().min_by(|a, b| a[1].total_cmp(&b[1])).map_or(0.0, |[y, _]| y)
    }

    /// The minima at most 3 nats above the lowest: those that count as answers.
    pub fn branches(&self) -> Vec<f32> {
        let found = minima(self.energies);
        let lowest = found.iter().fold(f32::INFINITY, |lowest, [_, energy]| lowest.min(*energy));
        found.into_iter().filter(|[_, energy]| *energy <= lowest + DEPTH).map(|[y, _]| y).collect()
    }

    /// `log Z(x) = log ∫ exp(-F(x, y)) dy` in nats.
    pub fn log_partition(&self) -> f64 {
        let lowest = self.lowest_value();
        let sum: f64 = self.energies.iter().map(|&energy| (lowest - f64::from(energy)).exp()).sum();
        (sum * f64::from(spacing())).ln() - lowest
    }

    /// The `y` below which this share of `p(y|x)` lies, up to a place `within` its cell; both from 0 to 1.
    pub fn quantile(&self, share: f32, within: f32) -> f32 {
        let lowest = self.lowest_value();
        let weight = |energy: f32| (lowest - f64::from(energy)).exp();
        let total: f64 = self.energies.iter().map(|&energy| weight(energy)).sum();
        let mut left = f64::from(share) * total;
        let cell = self.energies.iter().position(|&energy| {
            left -= weight(energy);
            left < 0.0
        });
        centre(cell.unwrap_or(CELLS - 1)) + (within - 0.5) * spacing()
    }

    fn lowest_value(&self) -> f64 {
        f64::from(self.energies.iter().copied().fold(f32::INFINITY, f32::min))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `½ ((y - m) / s)²` at the centres.
    fn gaussian(mean: f32, scale: f32) -> Vec<f32> {
        (0..CELLS).map(|cell| 0.5 * ((centre(cell) - mean) / scale).powi(2) + 7.0).collect()
    }

    #[test]
    fn the_minimum_of_a_parabola_lies_between_the_centres() {
        let energies = gaussian(0.313, 0.2);
        let [[y, energy]] = minima(&energies)[..] else { panic!("one minimum") };
        assert!((y - 0.313).abs() < 1e-4 && (energy - 7.0).abs() < 1e-4, "{y} {energy}");
        assert_eq!(minima(&gaussian(9.0, 1.0)).len(), 1, "it falls to the end");
    }

    #[test]
    fn a_gaussian_has_its_own_partition_function_and_quantiles() {
        let energies = gaussian(0.3, 0.2);
        let section = Section::new(&energies);
        let exact = (std::f64::consts::TAU.sqrt() * 0.2).ln() - 7.0;
        assert!((section.log_partition() - exact).abs() < 1e-5);
        for (share, y) in [(0.5, 0.3), (0.841_345, 0.5), (0.022_75, -0.1)] {
            assert!((section.quantile(share, 0.5) - y).abs() <= 0.5 * spacing() + 1e-3, "{share}");
        }
    }

    #[test]
    fn shallow_wells_are_no_answers() {
        let energies = |depth: f32| -> Vec<f32> {
            gaussian(-1.0, 0.2).iter().zip(gaussian(1.0, 0.2)).map(|(a, b)| a.min(b + depth)).collect()
        };
        assert_eq!(Section::new(&energies(2.5)).branches().len(), 2);
        assert_eq!(Section::new(&energies(3.5)).branches().len(), 1);
    }
}
