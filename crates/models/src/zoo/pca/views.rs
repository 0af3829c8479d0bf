//! What principal component analysis shows beside the views that all models with codes share.

use super::Components;
use crate::plane::{Grid, points};
use crate::{Curve, Error, Floats, Group, Layer, Palette, Part, Picture, Role, Run, said};

/// Cells of the density along a side.
const GRID: Grid = Grid::shown(64);
/// Components in a row that have words below them.
const CAPTIONED: usize = 8;
/// The most components that are shown.
const SHOWN: usize = 100;
/// Points shown.
const POINTS: usize = 400;

/// The mean, and the components as images around 0, each at its own scale, with its share of the variance.
pub(super) fn components(run: &Run<'_>, components: &Components, latent: usize) -> Picture {
    let shape = run.data().shape;
    let count = latent.min(SHOWN);
    let total: f64 = components.parts.iter().map(|(value, _)| value).sum::<f64>().max(f64::MIN_POSITIVE);
    let mut pixels = Vec::new();
    let mut captions = Vec::new();
    for (value, axis) in &components.parts[..count] {
        let reach = axis.amax().max(f64::MIN_POSITIVE);
        pixels.extend(axis.iter().map(|x| (x / reach) as f32));
        captions.push(format!("{:.1}", 100.0 * value / total));
    }
    let axes = Picture::coloured(shape, count.min(CAPTIONED), pixels, [-1.0, 1.0], Palette::Diverging);
    let mean = Picture::images(shape, 1, components.mean.clone());
    let part = |en: &str, ko: &str, picture| Part { en: en.to_owned(), ko: ko.to_owned(), picture };
    Picture::Group(Group {
        parts: vec![
            part("The mean", "평균", mean),
            part(
                "Components, with their share of the variance in %",
                "성분과, 전체 분산에서 차지하는 비율(%)",
                axes.with_captions(captions),
            ),
        ],
    })
}

/// The share of the variance within the first components.
pub(super) fn explained(components: &Components, latent: usize) -> Picture {
    let total: f64 = components.parts.iter().map(|(value, _)| value).sum::<f64>().max(f64::MIN_POSITIVE);
    let mut sum = 0.0;
    let mut shares = vec![0.0];
    shares.extend(components.parts.iter().map(|(value, _)| {
        sum += value / total;
        100.0 * sum as f32
    }));
    let x = (0..shares.len()).map(|number| number as f32).collect();
    let curve = Curve { name: said("explained", "설명된 분산"), x: Floats(x), y: Floats(shares), dots: false };
    Picture::Chart {
        x: said("components", "성분의 수"),
        y: said("explained variance, %", "설명된 분산, %"),
        curves: vec![curve],
        mark: Some(latent as f32),
    }
}

/// The density of points, the components as arrows of a standard deviation each, and points drawn.
pub(super) async fn density(run: &mut Run<'_>, components: &Components, latent: usize) -> Result<Picture, Error> {
    let drawn = run.call_for("sample", 0, "rows").await?;
    let (mean, rest) = (&components.mean, components.rest(latent));
    // A variance below the cells' size would leave nothing to see between their centres.
    let floor = f64::from(GRID.cell()).powi(2);
    let value = |number: usize| {
        let at = GRID.centre(number);
        let terms = components.parts.iter().enumerate().map(|(part, (value, axis))| {
            let variance = if part < latent { *value } else { rest }.max(floor);
            let along = f64::from(at[0] - mean[0]) * axis[0] + f64::from(at[1] - mean[1]) * axis[1];
            along * along / variance
        });
        (-0.5 * terms.sum::<f64>()).exp() as f32
    };
    let heat = (0..GRID.len()).map(value).collect();
    let arrow = |(value, axis): &(f64, nalgebra::DVector<f64>)| {
        let length = value.sqrt();
        [mean[0], mean[1], (length * axis[0]) as f32, (length * axis[1]) as f32]
    };
    let arrows = components.parts[..latent].iter().flat_map(arrow).collect();
    let test = &run.data().test;
    let real = (0..test.len().min(POINTS)).flat_map(|row| test.row(row)).collect();
    Ok(GRID.picture(vec![
        GRID.heat_between(
            said("density, as a share of its peak", "확률 밀도(꼭대기에 대한 비율)"),
            heat,
            [0.0, 1.0],
            Palette::Sequential,
        ),
        points(said("data", "데이터"), Role::Real, real),
        points(said("made by the model", "모델이 만든 점"), Role::Made, drawn),
        Layer::Arrows { name: said("components", "주성분"), arrows: Floats(arrows) },
    ]))
}
