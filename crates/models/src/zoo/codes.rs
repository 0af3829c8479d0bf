//! Views of models that have a code for every row: reconstructions, the plane of codes, walks between codes.
//!
//! They are drawn through programs that each of these models declares: `encode` makes the output `means`, `[ROWS, L]`, of the input
//! `rows`, `[ROWS, D]`; `decode` the output `means`, `[ROWS, D]`, of the input `codes`, `[ROWS, L]`; `reconstruct` is one after the other.

use std::f64::consts::SQRT_2;

use nalgebra::DMatrix;

use crate::data::{Kind, RowShape, Split};
use crate::metrics::{principal_axes, principal_parts};
use crate::plane;
use crate::{Error, Floats, Knob, KnobKind, Knobs, Layer, Picture, Role, Run, Scale, Text, said, text};

/// Rows that these programs work on at once.
pub(super) const ROWS: usize = 256;
/// Most test rows whose codes are shown.
pub(super) const SHOWN: usize = 4 * ROWS;
/// Reach of the plane shown, for points and at least for codes.
pub(super) const REACH: f32 = 2.5;
/// Images in a row of a view.
const COLUMNS: usize = 10;
/// Images along a side of the samples.
const SAMPLES: usize = 8;
/// Pictures, or lines on points, along a side of the plane of codes.
const PLANE: usize = 15;

/// A normal distribution of codes, `z = mean + ε A` with `ε ~ N(0, I)`.
pub(super) struct CodeGaussian {
    /// `[L]`
    pub(super) mean: Vec<f32>,
    /// `A`, whose rows are the principal axes times the standard deviations along them: `[L, L]`
    pub(super) axes: Vec<f32>,
}

impl CodeGaussian {
    /// `N(0, diag deviations²)`
    pub(super) fn diagonal(deviations: &[f32]) -> CodeGaussian {
        let latent = deviations.len();
        let axes =
            (0..latent * latent).map(|at| if at / latent == at % latent { deviations[at % latent] } else { 0.0 });
        CodeGaussian { mean: vec![0.0; latent], axes: axes.collect() }
    }

    /// That of a mean, `[L]`, and of second moments `E[z zᵀ]`, `[L, L]`.
    pub(super) fn of_moments(mean: Vec<f32>, products: &[f32]) -> CodeGaussian {
        let latent = mean.len();
        let covariance = DMatrix::from_fn(latent, latent, |i, j| {
            f64::from(products[i * latent + j]) - f64::from(mean[i]) * f64::from(mean[j])
        });
        let axes = principal_parts(covariance)
            .into_iter()
            .flat_map(|(variance, axis)| axis.iter().map(|x| (variance.sqrt() * x) as f32).collect::<Vec<f32>>());
        CodeGaussian { axes: axes.collect(), mean }
    }

    fn code(&self, z: &[f32]) -> Vec<f32> {
        let mut code = self.mean.clone();
        for (axis, z) in self.axes.chunks_exact(code.len()).zip(z) {
            code.iter_mut().zip(axis).for_each(|(code, x)| *code += z * x);
        }
        code
    }
}

/// Test rows, and what became of them.
pub(super) async fn reconstructions(run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
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

/// Two axes of the codes' distribution swept over its quantiles, decoded.
pub(super) async fn plane(run: &mut Run<'_>, args: &Knobs, gaussian: &CodeGaussian) -> Result<Picture, Error> {
    let latent = gaussian.mean.len();
    let [across, up] = ["across", "up"].map(|side| args.whole(side).min(latent) - 1);
    let lines = if across == up { 1 } else { PLANE };
    let quantiles: Vec<f32> =
        (0..PLANE).map(|number| normal_quantile((number as f64 + 0.5) / PLANE as f64) as f32).collect();
    let mut codes = Vec::new();
    for number in 0..lines * PLANE {
        let mut z = vec![0.0; latent];
        // Top to bottom: the largest first. With one variable alone the second assignment is undone by the first.
        z[up] = quantiles[PLANE - 1 - number / PLANE];
        z[across] = quantiles[number % PLANE];
        codes.extend(gaussian.code(&z));
    }
    codes.resize(ROWS * latent, 0.0);
    let decoded = decode(run, &codes).await?;
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
    let real = (0..test.len().min(SHOWN)).flat_map(|row| test.row(row)).collect();
    let name = said("the latent grid, decoded", "디코딩된 잠재 격자");
    Ok(on_the_plane(vec![points(Role::Real, real), Layer::Lines { name, points: PLANE, at: Floats(at) }]))
}

/// The way between the codes of two test rows, decoded.
pub(super) async fn interpolation(run: &mut Run<'_>, args: &Knobs, latent: usize) -> Result<Picture, Error> {
    let data = run.data();
    let ends = ["from", "to"].map(|end| data.test.row(args.whole(end).min(data.test.len() - 1)));
    let mut rows = ends.concat();
    rows.resize(ROWS * data.shape.len(), 0.0);
    run.write("rows", &rows);
    let means = run.call_for("encode", 0, "means").await?;
    let (from, to) = (&means[..latent], &means[latent..2 * latent]);
    let steps = if data.kind == Kind::Images { COLUMNS } else { ROWS };
    let share = |step: usize| step as f32 / (steps - 1) as f32;
    let walk = |from: &[f32], to: &[f32]| -> Vec<f32> {
        let between = |step: usize| from.iter().zip(to).map(move |(a, b)| (1.0 - share(step)) * a + share(step) * b);
        (0..steps).flat_map(between).collect()
    };
    let mut codes = walk(from, to);
    codes.resize(ROWS * latent, 0.0);
    let mut decoded = decode(run, &codes).await?;
    decoded.truncate(steps * data.shape.len());
    if data.kind == Kind::Images {
        return Ok(images(data.shape, steps, 2 * steps, [walk(&ends[0], &ends[1]), decoded].concat()));
    }
    let name = said("the walk between their codes, decoded", "두 코드 사이를 디코딩한 길");
    Ok(on_the_plane(vec![Layer::Lines { name, points: steps, at: Floats(decoded) }, points(Role::Real, ends.concat())]))
}

/// Codes of the first test rows, `[count, L]`, that the caller found, in the plane: two coordinates each, the principal ones where
/// there are more.
pub(super) fn pairs(codes: &[f32], latent: usize) -> Vec<f32> {
    match latent {
        1 => codes.iter().flat_map(|&code| [code, 0.0]).collect(),
        2 => codes.to_vec(),
        _ => {
            let (mean, axes) = principal_axes(codes, latent);
            let along = |row: &[f32], number: usize| {
                let terms = row.iter().zip(mean.iter()).zip(axes[number].iter());
                terms.map(|((&x, mean), axis)| (f64::from(x) - mean) * axis).sum::<f64>() as f32
            };
            codes.chunks_exact(latent).flat_map(|row| [along(row, 0), along(row, 1)]).collect()
        }
    }
}

/// Places of the first test rows, `[count, 2]`, coloured by label.
pub(super) fn scatter(name: Text, at: Vec<f32>, test: &Split) -> Picture {
    let reach = at.iter().fold(REACH, |reach, x| reach.max(x.abs())).ceil();
    let classes = test.labels().map_or(vec![], |labels| labels[..at.len() / 2].to_vec());
    let layer = Layer::Points { name, role: Role::Code, at: Floats(at), classes };
    Picture::Plane { bounds: [-reach, reach, -reach, reach], axes: None, layers: vec![layer] }
}

/// Codes of the first test rows: `[count, L]`.
pub(super) async fn encoded(run: &mut Run<'_>, latent: usize) -> Result<Vec<f32>, Error> {
    let test = &run.data().test;
    let count = test.len().min(SHOWN);
    let mut codes = Vec::new();
    for first in (0..count).step_by(ROWS) {
        let rows = run.write_rows("rows", test, first).min(count - first);
        codes.extend_from_slice(&run.call_for("encode", 0, "means").await?[..rows * latent]);
    }
    Ok(codes)
}

/// The codes of test rows, coloured by label.
pub(super) async fn view(run: &mut Run<'_>, latent: usize) -> Result<Picture, Error> {
    let codes = encoded(run, latent).await?;
    Ok(scatter(said("codes", "코드"), pairs(&codes, latent), &run.data().test))
}

/// Rows that the program `sample` makes, its output `rows`, `[ROWS, D]`: `[count, D]`.
pub(super) async fn samples(run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
    let mut rows = Vec::new();
    for counter in 0..count.div_ceil(ROWS) {
        rows.extend(run.call_for("sample", counter as u32, "rows").await?);
    }
    rows.truncate(count * run.data().shape.len());
    Ok(rows)
}

/// A square of samples, as images.
pub(super) fn sampled(shape: RowShape, pixels: Vec<f32>) -> Picture {
    images(shape, SAMPLES, SAMPLES * SAMPLES, pixels)
}

/// `E[x|z]` of codes: `[E, L] -> [E, D]`
async fn decode(run: &mut Run<'_>, codes: &[f32]) -> Result<Vec<f32>, Error> {
    run.write("codes", codes);
    run.call_for("decode", 0, "means").await
}

/// The first `count` rows of `pixels` as images.
pub(super) fn images(shape: RowShape, columns: usize, count: usize, mut pixels: Vec<f32>) -> Picture {
    pixels.truncate(count * shape.len());
    Picture::images(shape, columns, pixels)
}

/// Points and what belongs to them.
pub(super) fn on_the_plane(layers: Vec<Layer>) -> Picture {
    Picture::Plane { bounds: [-REACH, REACH, -REACH, REACH], axes: None, layers }
}

/// Points of the data or of the model.
pub(super) fn points(role: Role, at: Vec<f32>) -> Layer {
    let name = match role {
        Role::Real => said("data", "데이터"),
        Role::Made => said("made by the model", "모델이 만든 점"),
        Role::Code | Role::Other => said("codes", "코드"),
    };
    plane::points(name, role, at)
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

/// Which row of the test split is the first of those shown.
pub(super) static FIRST_ROW: [Knob; 1] = [row_knob(
    "first",
    text("From test row", "시작할 테스트 데이터"),
    text(
        "Number of the first row shown; the next ones follow.",
        "처음에 보일 데이터의 번호이며, 그다음 데이터가 이어집니다.",
    ),
    0.0,
)];

/// Between which rows of the test split to walk.
pub(super) static ENDS: [Knob; 2] = [
    row_knob(
        "from",
        text("From", "출발"),
        text("Number of the test row on the left.", "왼쪽에 놓을 테스트 데이터의 번호입니다."),
        3.0,
    ),
    row_knob(
        "to",
        text("To", "도착"),
        text("Number of the test row on the right.", "오른쪽에 놓을 테스트 데이터의 번호입니다."),
        108.0,
    ),
];

/// Which two axes span the plane of codes.
pub(super) static PLANE_AXES: [Knob; 2] =
    [latent_knob("across", text("Across", "가로"), 1.0), latent_knob("up", text("Upwards", "세로"), 2.0)];

/// Which row of the test split; a number beyond its end means the last.
const fn row_knob(id: &'static str, title: Text, help: Text, default: f64) -> Knob {
    Knob { id, title, help, kind: KnobKind::Whole { min: 0.0, max: 999.0, default, scale: Scale::Linear }, live: true }
}

/// Which latent variable; a number beyond the last means the last.
const fn latent_knob(id: &'static str, title: Text, default: f64) -> Knob {
    let help = text("Number of the latent variable along this side.", "이 방향으로 바꿀 잠재 변수의 번호입니다.");
    Knob { id, title, help, kind: KnobKind::Whole { min: 1.0, max: 128.0, default, scale: Scale::Linear }, live: true }
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
}
