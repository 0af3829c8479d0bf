//! The score that the field of a denoising autoencoder estimates: the gradient of the log density of corrupted points,
//! `∇ log (p * N(0, σ² I))(ỹ) = (E[y|ỹ] - ỹ) / σ²`.

use crate::data::Dataset;
use crate::data::points::Density;

/// The distance over which a log density is differentiated.
const STEP: f32 = 4e-3;

/// The score at points, `[count, 2]`: of the distribution that the data was drawn from where it is known with more noise, else of the training
/// points themselves, each blurred by the noise, which is what training can see.
pub(super) fn target(data: &Dataset, sigma: f32, at: &[f32]) -> Vec<f32> {
    match data.density.as_ref().and_then(|density| density.blurred(sigma)) {
        Some(density) => at.chunks_exact(2).flat_map(|x| slope(&density, [x[0], x[1]])).collect(),
        None => {
            let points: Vec<f32> = (0..data.train.len()).flat_map(|row| data.train.row(row)).collect();
            at.chunks_exact(2).flat_map(|x| of_points(&points, sigma, [x[0], x[1]])).collect()
        }
    }
}

/// `∇ log p(x)`, by central differences.
fn slope(density: &Density, x: [f32; 2]) -> [f32; 2] {
    let at = |dx: f32, dy: f32| density.log_density([x[0] + dx, x[1] + dy]);
    [(at(STEP, 0.0) - at(-STEP, 0.0)) / (2.0 * STEP), (at(0.0, STEP) - at(0.0, -STEP)) / (2.0 * STEP)]
}

/// `(Σ wᵢ yᵢ - x) / σ²` with `w = softmax(-‖x - yᵢ‖² / 2σ²)`.
fn of_points(points: &[f32], sigma: f32, x: [f32; 2]) -> [f32; 2] {
    let distance = |y: &[f32]| (y[0] - x[0]) * (y[0] - x[0]) + (y[1] - x[1]) * (y[1] - x[1]);
    let nearest = points.chunks_exact(2).map(distance).fold(f32::INFINITY, f32::min);
    let (mut total, mut mean) = (0.0, [0.0; 2]);
    for y in points.chunks_exact(2) {
        let weight = (0.5 * (nearest - distance(y)) / (sigma * sigma)).exp();
        total += weight;
        mean[0] += weight * y[0];
        mean[1] += weight * y[1];
    }
    [0, 1].map(|axis| (mean[axis] / total - x[axis]) / (sigma * sigma))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::points::Family;
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    /// Where both are known, many points tell the score of the distribution that they were drawn from.
    #[test]
    fn points_and_their_density_agree() {
        let density = Density::new(Family::Moons, 0.1);
        let points = density.sample(100_000, &mut Xoshiro256PlusPlus::seed_from_u64(1)).into_flattened();
        let blurred = density.blurred(0.3).expect("moons stay moons");
        for x in [[0.5, 0.5], [-0.3, 1.0], [1.2, -0.4]] {
            let (exact, found) = (slope(&blurred, x), of_points(&points, 0.3, x));
            for (exact, found) in exact.iter().zip(found) {
                assert!((exact - found).abs() < 0.08, "{x:?}: {exact} {found}");
            }
        }
    }

    /// A point stands for a Gaussian, whose score is known.
    #[test]
    fn the_score_of_one_point_is_that_of_a_gaussian() {
        let found = of_points(&[1.0, -1.0], 0.5, [2.0, 0.5]);
        assert_eq!(found, [-4.0, -6.0]);
    }
}
