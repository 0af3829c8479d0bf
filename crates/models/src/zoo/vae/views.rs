//! What the variational autoencoder shows.

use std::f64::consts::SQRT_2;

use crate::data::{Kind, RowShape};
use crate::metrics::principal_axes;
use crate::{Error, Floats, Knobs, Layer, Palette, Picture, Role, Run, said};

use super::{ROWS, Vae};

/// Images in a row of a view.
const COLUMNS: usize = 10;
/// Images along a side of the samples.
const SAMPLES: usize = 8;
/// Pictures, or lines on points, along a side of the latent plane.
const PLANE: usize = 15;
/// Most test rows whose codes are shown.
const CODES: usize = 4 * ROWS;
/// Reach of the plane shown, for points and at least for codes.
const REACH: f32 = 2.5;
/// Cells of the density along a side.
const CELLS: usize = 64;

impl Vae {
    pub(super) async fn samples(&self, run: &mut Run<'_>) -> Result<Picture, Error> {
        if run.data().kind == Kind::Images {
            let pixels = run.call_for("sample", 0, "means").await?;
            return Ok(images(run.data().shape, SAMPLES, SAMPLES * SAMPLES, pixels));
        }
        let (mut means, mut drawn) = (Vec::new(), Vec::new());
        for counter in 0..4 {
            means.extend(run.call_for("sample", counter, "means").await?);
            drawn.extend(run.read("sample", "rows").await?);
        }
        let scale = run.read("sample", "scale").await?[0];
        Ok(on_the_plane(vec![density(&means, scale), points(Role::Made, drawn)]))
    }

    pub(super) async fn reconstructions(&self, run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
        let data = run.data();
        let wanted = if data.kind == Kind::Images { COLUMNS } else { ROWS };
        let first = args.whole("first").min(data.test.len().saturating_sub(wanted));
        let count = run.write_rows("rows", &data.test, first).min(wanted);
        let originals: Vec<f32> = (first..first + count).flat_map(|row| data.test.row(row)).collect();
        let mut made = run.call_for("reconstruct", 0, "means").await?;
        made.truncate(originals.len());
        if data.kind == Kind::Images {
            return Ok(images(data.shape, count, 2 * count, [originals, made].concat()));
        }
        let joined = originals.chunks_exact(2).zip(made.chunks_exact(2)).flat_map(|(x, y)| [x, y].concat()).collect();
        let name = said("what became of it", "재구성된 자리");
        Ok(on_the_plane(vec![
            Layer::Lines { name, points: 2, at: Floats(joined) },
            points(Role::Real, originals),
            points(Role::Made, made),
        ]))
    }

    pub(super) async fn plane(&self, run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
        let [across, up] = ["across", "up"].map(|side| args.whole(side).min(self.latent) - 1);
        let lines = if across == up { 1 } else { PLANE };
        let quantiles: Vec<f32> =
            (0..PLANE).map(|number| normal_quantile((number as f64 + 0.5) / PLANE as f64) as f32).collect();
        let mut codes = vec![0.0; ROWS * self.latent];
        for (number, code) in codes.chunks_exact_mut(self.latent).take(lines * PLANE).enumerate() {
            // Top to bottom: the largest first. With one variable alone the second assignment is undone by the first.
            code[up] = quantiles[PLANE - 1 - number / PLANE];
            code[across] = quantiles[number % PLANE];
        }
        let decoded = self.decode(run, &codes).await?;
        if run.data().kind == Kind::Images {
            return Ok(images(run.data().shape, PLANE, lines * PLANE, decoded));
        }
        let grid = &decoded[..2 * lines * PLANE];
        let mut at = grid.to_vec();
        if lines > 1 {
            let place =
                |column: usize, row: usize| [grid[2 * (row * PLANE + column)], grid[2 * (row * PLANE + column) + 1]];
            at.extend((0..PLANE).flat_map(|column| (0..PLANE).flat_map(move |row| place(column, row))));
        }
        let test = &run.data().test;
        let real = (0..test.len().min(CODES)).flat_map(|row| test.row(row)).collect();
        let name = said("the latent grid, decoded", "디코딩된 잠재 격자");
        Ok(on_the_plane(vec![points(Role::Real, real), Layer::Lines { name, points: PLANE, at: Floats(at) }]))
    }

    pub(super) async fn codes(&self, run: &mut Run<'_>) -> Result<Picture, Error> {
        let test = &run.data().test;
        let count = test.len().min(CODES);
        let (mut means, mut log_variances) = (Vec::new(), Vec::new());
        for first in (0..count).step_by(ROWS) {
            let rows = run.write_rows("rows", test, first).min(count - first);
            means.extend_from_slice(&run.call_for("encode", 0, "means").await?[..rows * self.latent]);
            log_variances.extend_from_slice(&run.read("encode", "log-variances").await?[..rows * self.latent]);
        }
        let at = match self.latent {
            1 => means.iter().zip(&log_variances).flat_map(|(&mean, &v)| [mean, (0.5 * v).exp()]).collect(),
            2 => means,
            latent => {
                let (mean, axes) = principal_axes(&means, latent);
                let along = |row: &[f32], number: usize| {
                    let terms = row.iter().zip(mean.iter()).zip(axes[number].iter());
                    terms.map(|((&x, mean), axis)| (f64::from(x) - mean) * axis).sum::<f64>() as f32
                };
                means.chunks_exact(latent).flat_map(|row| [along(row, 0), along(row, 1)]).collect::<Vec<f32>>()
            }
        };
        let reach = at.iter().fold(REACH, |reach, x| reach.max(x.abs())).ceil();
        let classes = test.labels().map_or(vec![], |labels| labels[..count].to_vec());
        let layer =
            Layer::Points { name: said("posterior means", "사후 평균"), role: Role::Code, at: Floats(at), classes };
        Ok(Picture::Plane { bounds: [-reach, reach, -reach, reach], axes: None, layers: vec![layer] })
    }

    pub(super) async fn interpolation(&self, run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
        let data = run.data();
        let ends = ["from", "to"].map(|end| data.test.row(args.whole(end).min(data.test.len() - 1)));
        let mut rows = ends.concat();
        rows.resize(ROWS * data.shape.len(), 0.0);
        run.write("rows", &rows);
        let means = run.call_for("encode", 0, "means").await?;
        let (from, to) = (&means[..self.latent], &means[self.latent..2 * self.latent]);
        let steps = if data.kind == Kind::Images { COLUMNS } else { ROWS };
        let share = |step: usize| step as f32 / (steps - 1) as f32;
        let walk = |from: &[f32], to: &[f32]| -> Vec<f32> {
            let between =
                |step: usize| from.iter().zip(to).map(move |(a, b)| (1.0 - share(step)) * a + share(step) * b);
            (0..steps).flat_map(between).collect()
        };
        let mut codes = walk(from, to);
        codes.resize(ROWS * self.latent, 0.0);
        let mut decoded = self.decode(run, &codes).await?;
        decoded.truncate(steps * data.shape.len());
        if data.kind == Kind::Images {
            return Ok(images(data.shape, steps, 2 * steps, [walk(&ends[0], &ends[1]), decoded].concat()));
        }
        let name = said("the walk between their codes, decoded", "두 코드 사이를 디코딩한 길");
        Ok(on_the_plane(vec![
            Layer::Lines { name, points: steps, at: Floats(decoded) },
            points(Role::Real, ends.concat()),
        ]))
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

    /// `E[x|z]` of codes: `[E, L] -> [E, D]`
    async fn decode(&self, run: &mut Run<'_>, codes: &[f32]) -> Result<Vec<f32>, Error> {
        run.write("codes", codes);
        run.call_for("decode", 0, "means").await
    }
}

/// The first `count` rows of `pixels` as images.
fn images(shape: RowShape, columns: usize, count: usize, mut pixels: Vec<f32>) -> Picture {
    pixels.truncate(count * shape.len());
    Picture::images(shape, columns, pixels)
}

fn on_the_plane(layers: Vec<Layer>) -> Picture {
    Picture::Plane { bounds: [-REACH, REACH, -REACH, REACH], axes: None, layers }
}

fn points(role: Role, at: Vec<f32>) -> Layer {
    let name = match role {
        Role::Real => said("data", "데이터"),
        Role::Made => said("made by the model", "모델이 만든 점"),
        Role::Code | Role::Other => said("codes", "코드"),
    };
    Layer::Points { name, role, at: Floats(at), classes: vec![] }
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

/// `z` with `Φ(z) = share`, by Newton's method: from 0 towards either tail, where `Φ` is concave or convex, it never overshoots.
fn normal_quantile(share: f64) -> f64 {
    let mut z = 0.0f64;
    for _ in 0..30 {
        let density = (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
        z += (share - 0.5 * libm::erfc(-z / SQRT_2)) / density;
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_match_the_tables_of_the_normal_distribution() {
        for (share, z) in
            [(0.5, 0.0), (0.975, 1.959963984540054), (0.1, -1.2815515655446004), (1.0 / 30.0, -1.8339146358159146)]
        {
            assert!((normal_quantile(share) - z).abs() < 1e-12, "{share}: {}", normal_quantile(share));
        }
    }

    #[test]
    fn the_density_of_one_gaussian_integrates_to_one() {
        let Layer::Heat { values, range, .. } = density(&[0.3, -0.2], 0.3) else { panic!("a heat map") };
        let cell = 2.0 * REACH / CELLS as f32;
        let mass: f32 = values.0.iter().sum::<f32>() * cell * cell;
        assert!((mass - 1.0).abs() < 1e-3, "{mass}");
        assert!((range[1] - 1.0 / (std::f32::consts::TAU * 0.09)).abs() < 0.02);
    }
}
