//! What is measured: likelihoods by integration over a grid on points, energies and a judge's opinion on images.

use daydream_graph::{Function, Graph};

use super::network::Network;
use super::walk::Walk;
use crate::data::{Dataset, Kind, Split};
use crate::metrics::judge;
use crate::plane::Grid;
use crate::{Error, Metrics, Run};

/// The grid over which densities are integrated. A Gaussian of the base's width has less than one part in a hundred outside, and a trained
/// energy nothing.
const GRID: Grid = Grid { reach: 4.0, cells: 160 };
/// Test images whose energies are compared with those of samples and of noise.
const COMPARED: usize = 64;
/// Samples that the judge looks at.
const JUDGED: usize = 512;

/// Rows whose energies are computed in one go: the cells of a heat map of 56 × 56, or some images.
const fn rows_at_once(kind: Kind) -> usize {
    match kind {
        Kind::Points => 3200,
        Kind::Images | Kind::Ratings => 128,
    }
}

pub(super) fn programs<'g>(g: &'g Graph, data: &Dataset, net: &Network<'g>) -> Vec<Function> {
    let rows = g.input("energy.rows", [rows_at_once(data.kind), data.shape.len()]);
    let noise = net.noise(g, COMPARED);
    vec![
        Function::new("energy").output("energy", net.energy(rows)).output("slope", net.slope(rows)),
        Function::new("energy-of-noise").output("energy", net.energy(noise)),
    ]
}

/// One output of the program `energy` for each of some rows, `[N, D]`.
async fn at(run: &mut Run<'_>, rows: &[f32], output: &str) -> Result<Vec<f32>, Error> {
    let width = run.data().shape.len();
    let mut written = vec![0.0; rows_at_once(run.data().kind) * width];
    let mut found = Vec::new();
    for chunk in rows.chunks(written.len()) {
        written[..chunk.len()].copy_from_slice(chunk);
        run.write("energy.rows", &written);
        let numbers = run.call_for("energy", 0, output).await?;
        let each = numbers.len() * width / written.len();
        found.extend(&numbers[..chunk.len() / width * each]);
    }
    Ok(found)
}

/// `F(y)` of rows: `[N, D] -> [N]`.
pub(super) async fn energies(run: &mut Run<'_>, rows: &[f32]) -> Result<Vec<f32>, Error> {
    at(run, rows, "energy").await
}

/// `∇F(y)` of rows: `[N, D] -> [N, D]`.
pub(super) async fn slopes(run: &mut Run<'_>, rows: &[f32]) -> Result<Vec<f32>, Error> {
    at(run, rows, "slope").await
}

/// `F` of test images, of samples and of noise.
pub(super) async fn compared(walk: &Walk, run: &mut Run<'_>, split: &Split) -> Result<[Vec<f32>; 3], Error> {
    let rows: Vec<f32> = (0..split.len().min(COMPARED)).flat_map(|row| split.row(row)).collect();
    let data = energies(run, &rows).await?;
    let samples = walk.sample(run, COMPARED).await?;
    let made = energies(run, &samples).await?;
    let noise = run.call_for("energy-of-noise", 0, "energy").await?;
    Ok([data, made, noise])
}

pub(super) async fn evaluate(walk: &Walk, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
    let mut metrics = match run.data().kind {
        Kind::Points => on_points(run, split).await?,
        Kind::Images | Kind::Ratings => on_images(walk, run, split, wanted).await?,
    };
    metrics.retain(|(id, _)| wanted.contains(&id.as_str()));
    Ok(metrics)
}

/// `log Z`, the mean of `-log p(y) = F(y)/T + log Z` over the split, and the divergence from the density that the data is drawn from.
async fn on_points(run: &mut Run<'_>, split: &Split) -> Result<Metrics, Error> {
    let temperature = run.knobs().real("temperature");
    let mut grid = energies(run, &GRID.centres()).await?;
    grid.iter_mut().for_each(|energy| *energy /= temperature);
    let log_partition = GRID.log_partition(&grid, 1.0);
    let rows: Vec<f32> = (0..split.len()).flat_map(|row| split.row(row)).collect();
    let energies = energies(run, &rows).await?;
    let mean = energies.iter().map(|&energy| f64::from(energy / temperature)).sum::<f64>() / energies.len() as f64;
    let mut metrics = vec![("nll".to_owned(), mean + log_partition), ("log_z".to_owned(), log_partition)];
    if let Some(density) = &run.data().density {
        metrics.push(("kl".to_owned(), GRID.divergence(density, &grid)));
    }
    Ok(metrics)
}

async fn on_images(walk: &Walk, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
    let mut metrics = Metrics::new();
    let mean = |energies: &[f32]| energies.iter().map(|&energy| f64::from(energy)).sum::<f64>() / energies.len() as f64;
    if wanted.contains(&"energy_gap") || wanted.contains(&"sample_gap") {
        let [data, made, noise] = compared(walk, run, split).await?;
        metrics.push(("energy_gap".to_owned(), mean(&noise) - mean(&data)));
        metrics.push(("sample_gap".to_owned(), mean(&made) - mean(&data)));
    }
    if judge::exists_for(run.data()) && wanted.iter().any(|id| id.starts_with("judge_")) {
        let samples = walk.sample(run, JUDGED).await?;
        let opinion = judge::opinion(run, &samples).await?;
        metrics.push(("judge_classes".to_owned(), opinion.classes_covered() as f64));
        metrics.push(("judge_confidence".to_owned(), opinion.confidence));
        if wanted.contains(&"judge_accuracy") {
            metrics.push(("judge_accuracy".to_owned(), judge::accuracy(run, split).await?));
        }
    }
    Ok(metrics)
}
