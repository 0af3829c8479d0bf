//! What the variational autoencoder shows beside the views that all models with codes share.

use crate::data::Kind;
use crate::zoo::codes::{REACH, SHOWN, on_the_plane, pairs, points, sampled, scatter};
use crate::{Error, Floats, Layer, Palette, Picture, Role, Run, said};

use super::{ROWS, Vae};

/// Cells of the density along a side.
const CELLS: usize = 64;

impl Vae {
    pub(super) async fn samples(&self, run: &mut Run<'_>) -> Result<Picture, Error> {
        if run.data().kind == Kind::Images {
            let pixels = run.call_for("sample", 0, "means").await?;
            return Ok(sampled(run.data().shape, pixels));
        }
        let (mut means, mut drawn) = (Vec::new(), Vec::new());
        for counter in 0..4 {
            means.extend(run.call_for("sample", counter, "means").await?);
            drawn.extend(run.read("sample", "rows").await?);
        }
        let scale = run.read("sample", "scale").await?[0];
        Ok(on_the_plane(vec![density(&means, scale), points(Role::Made, drawn)]))
    }

    pub(super) async fn codes(&self, run: &mut Run<'_>) -> Result<Picture, Error> {
        let test = &run.data().test;
        let count = test.len().min(SHOWN);
        let (mut means, mut log_variances) = (Vec::new(), Vec::new());
        for first in (0..count).step_by(ROWS) {
            let rows = run.write_rows("rows", test, first).min(count - first);
            means.extend_from_slice(&run.call_for("encode", 0, "means").await?[..rows * self.latent]);
            log_variances.extend_from_slice(&run.read("encode", "log-variances").await?[..rows * self.latent]);
        }
        let at = match self.latent {
            1 => means.iter().zip(&log_variances).flat_map(|(&mean, &v)| [mean, (0.5 * v).exp()]).collect(),
            latent => pairs(&means, latent),
        };
        Ok(scatter(said("posterior means", "사후 평균"), at, test))
    }

    pub(super) async fn latents(&self, run: &mut Run<'_>) -> Result<Picture, Error> {
        let count = run.write_rows("rows", &run.data().test, 0);
        let divergences = run.call_for("evaluate", 0, "divergences").await?;
        let mut values = vec![0.0; self.latent];
        for row in divergences.chunks_exact(self.latent).take(count) {
            for (value, divergence) in values.iter_mut().zip(row) {
                *value += divergence / count as f32;
            }
        }
        let names = (1..=self.latent).map(|number| format!("z{number}").into()).collect();
        let label = said("KL divergence, nats", "KL 발산(내트)");
        Ok(Picture::Bars { label, names, values: Floats(values), marked: None })
    }
}

/// `p(x) ≈ (1/K) Σ N(x; mₖ, s² I)` on the cells of the plane, for `K` decoded draws `m` from the prior: `[K, 2]`.
fn density(means: &[f32], scale: f32) -> Layer {
    let cell = 2.0 * REACH / CELLS as f32;
    // A scale below the cells' size would leave holes between them.
    let scale = scale.max(0.5 * cell);
    let normal = |centre: f32| -> [f32; CELLS] {
        std::array::from_fn(|number| {
            let distance = (-REACH + (number as f32 + 0.5) * cell - centre) / scale;
            (-0.5 * distance * distance).exp() / (scale * std::f32::consts::TAU.sqrt())
        })
    };
    let mut values = vec![0.0; CELLS * CELLS];
    let share = 2.0 / means.len() as f32;
    for mean in means.chunks_exact(2) {
        let along_x = normal(mean[0]);
        for (row, along_y) in values.chunks_exact_mut(CELLS).zip(normal(mean[1])) {
            for (value, x) in row.iter_mut().zip(along_x) {
                *value += share * along_y * x;
            }
        }
    }
    let largest = values.iter().fold(f32::MIN_POSITIVE, |largest, &value| largest.max(value));
    Layer::Heat {
        name: said("the model's density", "모델의 확률 밀도"),
        height: CELLS,
        width: CELLS,
        values: Floats(values),
        range: [0.0, largest],
        palette: Palette::Sequential,
        levels: vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_density_of_one_gaussian_integrates_to_one() {
        let Layer::Heat { values, range, .. } = density(&[0.3, -0.2], 0.3) else { panic!("a heat map") };
        let cell = 2.0 * REACH / CELLS as f32;
        let mass: f32 = values.0.iter().sum::<f32>() * cell * cell;
        assert!((mass - 1.0).abs() < 1e-3, "{mass}");
        assert!((range[1] - 1.0 / (std::f32::consts::TAU * 0.09)).abs() < 0.02);
    }
}
