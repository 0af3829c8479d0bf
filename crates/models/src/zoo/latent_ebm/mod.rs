//! The latent-variable energy-based model: a decoder that answers `x` in as many ways as its latent variable `z` has values, and
//! energies that say which of them fits `y`.
//!
//! ```text
//! energy        E(x, y, z) = ‖y - Dec(x, z)‖²                            x: [X]  y: [Y]  z: one of K values
//! inference     ž = argmin_z E(x, y, z)
//! free energy   F_β(x, y) = -(1/β) log (1/K) Σ_z exp(-β E(x, y, z))      β = 1/T
//!               F_∞(x, y) = min_z E(x, y, z)
//! training      minimise the mean of F_β over the data
//! density       p(y|x) = exp(-β F_β(x, y)) / (π T)^{Y/2}
//! ```
//!
//! The `K` values stand for the set that `z` sweeps, evenly: a circle (the ellipse of the lecture notes), an interval, a square, or a few
//! options. With nothing given, `Dec` draws one curve through the plane, or a ribbon; given `x`, it draws one curve for each `z`.
//! Training at a temperature `T` lets every `z` answer for a row in proportion to `exp(-β E)`: hot, all answers become the mean; cold, each
//! row is answered for by its own `z` alone. The temperature falls to its value over the first steps, as in deterministic annealing (Rose
//! 1998). Low energies cannot spread over the plane, for `z` has too few values: the architecture does what contrastive training does
//! elsewhere. With options and nothing given, `T = 0` is the energy of K-means.
//!
//! `G(x)`, of the same size but without `z`, is trained beside it by `‖y - G(x)‖²`: where `y` is one of two things it answers with the
//! mean of them.
//!
//! Points are answers as a whole, or, given `x`, by their second number. Of images the left half is given and the right half is the
//! answer.
//!
//! Dawid & LeCun, *Introduction to latent variable energy-based models: a path towards autonomous machine intelligence*,
//! arXiv:2306.02572; the ellipse is that of Canziani's lectures on latent-variable energies (NYU Deep Learning, 2021); LeCun, Chopra,
//! Hadsell, Ranzato & Huang, *A tutorial on energy-based learning*, 2006, on latent variables.

mod decoder;
mod free_energy;
mod spec;
mod views;

use async_trait::async_trait;
use daydream_graph::{Function, Graph, Optimizer, Tensor, grad};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use crate::data::{Dataset, Kind, RowShape, Split};
use crate::metrics::ColumnMoments;
use crate::model::{Built, Metrics, Model, Setup};
use crate::plane::Grid;
use crate::{Error, Knobs, Picture, Run, batch, words};

pub use decoder::{Latent, Networks};
use free_energy::lowest;
pub use free_energy::{free_energy, free_energy_of};
pub(super) use spec::spec;

/// Rows that `evaluate` works on at once.
const ROWS: usize = 64;
/// The cells of the plane that are drawn.
const GRID: Grid = Grid::shown(64);
/// Rows that are decoded for pictures: the columns of the plane, or a few images.
const SHOWN_POINTS: usize = GRID.cells;
const SHOWN_IMAGES: usize = 6;
/// The temperature from which the annealing starts: about the squared distance between answers that differ, in the plane and of images.
const WARM_POINTS: f32 = 0.5;
const WARM_IMAGES: f32 = 4.0;
/// Test rows behind the metrics that are measured again and again.
const MEASURED: usize = 4 * ROWS;

/// Which part of a row is given, and which is the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Parts {
    /// A point of which nothing is given.
    Whole,
    /// A point of which the first number is given.
    Across,
    /// An image of which the left half is given.
    Halves(RowShape),
}

impl Parts {
    fn of(data: &Dataset, knobs: &Knobs) -> Result<Parts, Error> {
        match (data.kind, knobs.whole("given")) {
            (Kind::Points, 0) => Ok(Parts::Whole),
            (Kind::Points, _) => Ok(Parts::Across),
            (Kind::Images, _) if data.shape.width < 2 => {
                Err(Error::Unsupported(words!(both shape = data.shape.words();
                    "latent-ebm answers the left half of an image with its right half; these are {shape}",
                    "latent-ebm은 이미지의 왼쪽 절반을 보고 오른쪽 절반을 답하는데, 이 데이터는 {shape}입니다."
                )))
            }
            (Kind::Images | Kind::Ratings, _) => Ok(Parts::Halves(data.shape)),
        }
    }

    /// Numbers that are given.
    fn given(self) -> usize {
        match self {
            Parts::Whole => 0,
            Parts::Across => 1,
            Parts::Halves(shape) => shape.height * (shape.width / 2) * shape.channels,
        }
    }

    /// Numbers of an answer.
    fn answer(self) -> usize {
        match self {
            Parts::Whole => 2,
            Parts::Across => 1,
            Parts::Halves(shape) => shape.len() - self.given(),
        }
    }

    /// `x`, where something is given, and `y`: `[N, D] -> [N, X], [N, Y]`
    fn split(self, rows: Tensor<'_>) -> (Option<Tensor<'_>>, Tensor<'_>) {
        let count = rows.extent(0);
        match self {
            Parts::Whole => (None, rows),
            Parts::Across => (Some(rows.slice(1, 0, 1)), rows.slice(1, 1, 2)),
            Parts::Halves(RowShape { height, width, channels }) => {
                let images = rows.reshape([count, height, width, channels]);
                let middle = width / 2;
                let left = images.slice(2, 0, middle).reshape([count, self.given()]);
                (Some(left), images.slice(2, middle, width).reshape([count, self.answer()]))
            }
        }
    }

    /// The answer of a row: `[D] -> [Y]`
    fn answer_of(self, row: &[f32]) -> Vec<f32> {
        match self {
            Parts::Whole => row.to_vec(),
            Parts::Across => vec![row[1]],
            Parts::Halves(RowShape { width, channels, .. }) => {
                let lines = row.chunks_exact(width * channels);
                lines.flat_map(|line| &line[width / 2 * channels..]).copied().collect()
            }
        }
    }

    /// A row with another answer in the place of its own.
    fn joined(self, row: &[f32], answer: &[f32]) -> Vec<f32> {
        match self {
            Parts::Whole => answer.to_vec(),
            Parts::Across => vec![row[0], answer[0]],
            Parts::Halves(RowShape { width, channels, .. }) => {
                let (line, left) = (width * channels, width / 2 * channels);
                let lines = row.chunks_exact(line).zip(answer.chunks_exact(line - left));
                lines.flat_map(|(row, answer)| row[..left].iter().chain(answer)).copied().collect()
            }
        }
    }
}

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (data, knobs) = (setup.data, setup.knobs);
    let parts = Parts::of(data, knobs)?;
    let latent = Latent::ALL[knobs.whole("latent-kind")];
    let count = latent.count(knobs.whole("values"));
    let hidden = vec![knobs.whole("hidden"); knobs.whole("layers")];

    let g = Graph::new();
    let pixels = data.kind == Kind::Images;
    let networks = Networks::new(&g, latent, count, parts.given(), parts.answer(), &hidden, pixels);

    let (x, y) = parts.split(batch(&g, data, knobs.whole("batch"))); // [B, X], [B, Y]
    let energies = networks.energies(x, y); // [B, K]
    let free = free_energy(energies, g.input("annealed-temperature", [])).mean(); // []
    let reconstruction = -(-energies).max(&[1]).mean(); // []
    let plain_error = networks.plain_errors(x, y).mean(); // []
    let params = networks.params();
    // Neither network's loss depends on the other's parameters.
    let gradients = grad(free + plain_error, &params);
    let rate = g.input("learning-rate", []);
    let train = Function::new("train")
        .output("free_energy", free)
        .output("reconstruction", reconstruction)
        .output("deterministic_error", plain_error)
        .updates(Optimizer::ADAM.updates(&g, "adam", rate, &params, &gradients));

    let (x, y) = parts.split(g.input("rows", [ROWS, data.shape.len()]));
    let evaluate = Function::new("evaluate")
        .output("energies", networks.energies(x, y)) // [E, K]
        .output("deterministic", networks.plain_errors(x, y)); // [E]

    let shown = if pixels { SHOWN_IMAGES } else { SHOWN_POINTS };
    let (x, _) = parts.split(g.input("shown", [shown, data.shape.len()]));
    let decode = Function::new("decode")
        .output("answers", networks.decode(x)) // [S, K, Y], or [1, K, Y] when nothing is given
        .output("plain", networks.plain(x)); // [S, Y], or [1, Y]

    let mut functions = vec![train, evaluate, decode];
    if !pixels {
        functions.push(plane(&g, &networks, parts));
    }
    let module = g.compile(&functions);
    Ok(Built { module, model: Box::new(LatentEbm { parts, latent, count }) })
}

/// The free energy over the plane, at a temperature of its own: `[cells²]`
fn plane<'g>(g: &'g Graph, networks: &Networks<'g>, parts: Parts) -> Function {
    let energies = match parts {
        Parts::Whole | Parts::Halves(_) => networks.energies(None, GRID.centres_in(g)), // [cells², K]
        Parts::Across => {
            // All cells of a column are given the same x.
            let place = |axis, shape: [usize; 3]| GRID.cell() * (g.iota(axis, shape) + 0.5) - GRID.reach;
            let decoded = networks.decode(Some(place(1, [1, GRID.cells, 1]).reshape([GRID.cells, 1]))); // [cells, K, 1]
            let decoded = decoded.reshape([1, GRID.cells, decoded.extent(1)]);
            (place(0, [GRID.cells, 1, 1]) - decoded).square().reshape([GRID.len(), decoded.extent(2)]) // [cells², K]
        }
    };
    Function::new("plane").output("free-energies", free_energy(energies, g.input("shown-temperature", [])))
}

struct LatentEbm {
    parts: Parts,
    latent: Latent,
    /// `K`
    count: usize,
}

#[async_trait(?Send)]
impl Model for LatentEbm {
    /// Starts both networks at the answers' means, pixels as log odds of the data and one row more of each kind: from gray, the way to
    /// images that are mostly dark runs into answers that hear neither x nor z.
    fn start(&self, run: &mut Run<'_>) {
        let Parts::Halves(_) = self.parts else { return };
        let train = &run.data().train;
        let mut moments = ColumnMoments::new(train.width());
        let mut row = vec![0.0; train.width()];
        for number in 0..train.len() {
            train.read_row(number, &mut row);
            moments.add(&row);
        }
        let means: Vec<f32> = moments.means().iter().map(|&mean| mean as f32).collect();
        let count = train.len() as f32;
        let odds =
            self.parts.answer_of(&means).into_iter().map(|mean| (count * mean + 1.0) / (count * (1.0 - mean) + 1.0));
        let bias: Vec<f32> = odds.map(f32::ln).collect();
        let layers = run.knobs().whole("layers");
        let last = if layers == 0 { "decoder.bias".to_owned() } else { format!("decoder.{}.bias", layers - 1) };
        run.write_param(&last, &bias);
        run.write_param(&format!("plain.{layers}.bias"), &bias);
    }

    fn step(&self, run: &mut Run<'_>) {
        run.next_batch();
        let (cold, over) = (run.knobs().real("temperature"), run.knobs().real("annealing"));
        let warm = if let Parts::Halves(_) = self.parts { WARM_IMAGES } else { WARM_POINTS };
        let left = (1.0 - run.step() as f32 / over.max(1.0)).max(0.0);
        run.write("annealed-temperature", &[cold + (warm - cold).max(0.0) * left * left]);
        run.call("train", run.step());
    }

    async fn evaluate(&self, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        let temperature = f64::from(run.knobs().real("temperature"));
        let is_cheap = |id: &&str| matches!(*id, "nll" | "error_ratio");
        let rows = if wanted.iter().all(is_cheap) { split.len().min(MEASURED) } else { split.len() };
        let [mut free, mut reconstruction, mut deterministic] = [0.0; 3];
        for first in (0..rows).step_by(ROWS) {
            let written = run.write_rows("rows", split, first).min(rows - first);
            run.call("evaluate", 0);
            let energies = run.read("evaluate", "energies").await?;
            for energies in energies.chunks_exact(self.count).take(written) {
                free += free_energy_of(energies, temperature) / rows as f64;
                reconstruction += lowest(energies) / rows as f64;
            }
            let errors = run.read("evaluate", "deterministic").await?;
            deterministic += errors[..written].iter().copied().map(f64::from).sum::<f64>() / rows as f64;
        }
        let mut metrics = vec![
            ("free_energy".to_owned(), free),
            ("reconstruction".to_owned(), reconstruction),
            ("deterministic_error".to_owned(), deterministic),
            ("error_ratio".to_owned(), reconstruction / deterministic),
        ];
        if temperature > 0.0 && !matches!(self.parts, Parts::Halves(_)) {
            let log_partition = 0.5 * self.parts.answer() as f64 * (std::f64::consts::PI * temperature).ln();
            metrics.push(("nll".to_owned(), free / temperature + log_partition));
        }
        metrics.retain(|(id, _)| wanted.contains(&id.as_str()));
        Ok(metrics)
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
        match id {
            "free-energy" => self.plane(run, args).await,
            "inference" => self.inference(run, args).await,
            "predictions" => self.predictions(run, args).await,
            "usage" => self.usage(run).await,
            _ => unreachable!("the session asks for declared views only, and {id:?} is none of them"),
        }
    }

    /// Answers for random values of `z`, to questions from the training split.
    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        let train = &run.data().train;
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(u64::from(run.seed()));
        let mut rows = Vec::with_capacity(count * train.width());
        while rows.len() < count * train.width() {
            let questions: Vec<f32> =
                (0..self.shown()).flat_map(|_| train.row(rng.random_range(0..train.len()))).collect();
            let decoded = self.decode(run, &questions).await?;
            for (number, row) in questions.chunks_exact(train.width()).enumerate() {
                rows.extend(self.parts.joined(row, decoded.answer(number, rng.random_range(0..self.count))));
            }
        }
        rows.truncate(count * train.width());
        Ok(rows)
    }
}

/// What the decoder answers to some rows.
struct Decoded {
    /// `[S, K, Y]`, or `[1, K, Y]` when nothing is given.
    answers: Vec<f32>,
    /// `[S, Y]`, or `[1, Y]`.
    plain: Vec<f32>,
    count: usize,
    width: usize,
}

impl Decoded {
    /// `Dec(x, z)` of a row and a value of `z`.
    fn answer(&self, row: usize, value: usize) -> &[f32] {
        let rows = self.plain.len() / self.width;
        &self.answers[(row.min(rows - 1) * self.count + value) * self.width..][..self.width]
    }

    /// `G(x)` of a row.
    fn plain(&self, row: usize) -> &[f32] {
        let rows = self.plain.len() / self.width;
        &self.plain[row.min(rows - 1) * self.width..][..self.width]
    }
}

impl LatentEbm {
    /// Rows that are decoded at once.
    fn shown(&self) -> usize {
        if let Parts::Halves(_) = self.parts { SHOWN_IMAGES } else { SHOWN_POINTS }
    }

    /// Decodes as many rows as are shown at once, or fewer.
    async fn decode(&self, run: &mut Run<'_>, rows: &[f32]) -> Result<Decoded, Error> {
        let mut rows = rows.to_vec();
        rows.resize(self.shown() * run.data().shape.len(), 0.0);
        run.write("shown", &rows);
        let answers = run.call_for("decode", 0, "answers").await?;
        let plain = run.read("decode", "plain").await?;
        Ok(Decoded { answers, plain, count: self.count, width: self.parts.answer() })
    }

    /// `E(x, y, z)` for every `z` of some rows, at most [`ROWS`]: `[N, D] -> [N, K]`
    async fn energies(&self, run: &mut Run<'_>, rows: &[f32]) -> Result<Vec<f32>, Error> {
        let width = run.data().shape.len();
        let mut padded = rows.to_vec();
        padded.resize(ROWS * width, 0.0);
        run.write("rows", &padded);
        let mut energies = run.call_for("evaluate", 0, "energies").await?;
        energies.truncate(rows.len() / width * self.count);
        Ok(energies)
    }
}
