//! Principal component analysis: rows as points of the flat subspace that they lie closest to, with a normal distribution on it.
//!
//! ```text
//! covariance       S = E[(x - m)(x - m)ᵀ] = U Λ Uᵀ,   m = E[x]          x: [D], U: [D, D], Λ: λ₁ >= λ₂ >= ..
//! code             z = Uₖᵀ (x - m)                                       Uₖ: the first k columns of U
//! reconstruction   x̂ = m + Uₖ z,   energy ||x - x̂||², on average Σ_{j > k} λ_j
//! density          p(x) = N(m, Uₖ Λₖ Uₖᵀ + σ² (I - Uₖ Uₖᵀ)),   σ² = 1/(D - k) Σ_{j > k} λ_j
//! log p(x)         -½ [D log 2π + Σ_{j <= k} (log λ_j + z_j²/λ_j) + (D - k) log σ² + ||x - x̂||²/σ²]
//! ```
//!
//! Hotelling, *Analysis of a complex of statistical variables into principal components* (1933); the density is the maximum of the
//! likelihood among all of its form, *probabilistic* principal component analysis (Tipping & Bishop 1999), whose `W = Uₖ (Λₖ - σ² I)^½`.
//!
//! Training is one pass over the rows: each step adds a batch to the sums of `x` and `x xᵀ`. What is drawn and measured comes from the
//! eigenvectors of the covariance so far, which nalgebra finds in 64 bits; after the pass nothing changes any more.

mod spec;
mod views;

use std::cell::RefCell;
use std::rc::Rc;

use async_trait::async_trait;
use daydream_graph::{Function, Graph};
use nalgebra::{DMatrix, DVector};

use super::codes::{self, CodeGaussian, ROWS};
use super::low_energy::{self, Own};
use crate::data::{Kind, Split};
use crate::metrics::principal_parts;
use crate::model::{Built, Course, Measuring, Metrics, Model, Setup};
use crate::{Error, Knobs, Picture, Run, batch, words};

pub(super) use spec::spec;

/// Larger images are refused: their covariance would take minutes to decompose.
const MAX_WIDTH: usize = 1024;
/// The least variance of a density: a row that never varies has none, and would be infinitely likely.
const LEAST: f64 = 1e-9;

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (data, knobs) = (setup.data, setup.knobs);
    let (width, rows) = (data.shape.len(), knobs.whole("batch"));
    if !matches!(data.shape.channels, 1 | 3) || width > MAX_WIDTH {
        return Err(Error::Unsupported(words!(both shape = data.shape.words();
            "pca takes images with 1 or 3 channels and at most {MAX_WIDTH} numbers; these are {shape}",
            "주성분 분석은 채널이 1개나 3개이고 수가 {MAX_WIDTH}개를 넘지 않는 이미지만 다룰 수 있는데, 이 데이터는 {shape}입니다."
        )));
    }
    let latent = knobs.whole("latent").min(width);
    let g = Graph::new();
    let train_rows = batch(&g, data, rows); // [B, D]
    let written = g.input("written", []);
    let mask = g.iota(0, [rows, 1]).less(written.broadcast_to([rows, 1]));
    let x = train_rows * mask;
    let count = g.param("count", g.constant(0.0, []));
    let sum = g.param("sum", g.constant(0.0, [width]));
    let products = g.param("products", g.constant(0.0, [width, width]));
    let train = Function::new("train")
        .update(count, count + written)
        .update(sum, sum + x.sum(&[0]))
        .update(products, products + x.t().dot(x));
    let seen = count.maximum(g.constant(1.0, []));
    let diagonal = g.iota(0, [width, width]).equal(g.iota(1, [width, width]));
    let variance = (products * diagonal).sum_all() / seen - (sum / seen).square().sum_all();
    let watch = Function::new("watch").output("rows_seen", count).output("variance", variance / width as f32);

    let mean = g.input("mean", [width]);
    let axes = g.input("axes", [latent, width]); // Uₖᵀ
    let test = g.input("rows", [ROWS, width]); // [E, D]
    let z = (test - mean).dot(axes.t()); // [E, k]
    let made = mean + z.dot(axes); // [E, D]
    let encode = Function::new("encode").output("means", z);
    let reconstruct = Function::new("reconstruct")
        .output("means", made)
        .output("errors", (test - made).square().sum(&[1]))
        .output("codes", z);
    let decoded = mean + g.input("codes", [ROWS, latent]).dot(axes);
    let drawn = mean + (g.normal([ROWS, latent]) * g.input("deviations", [latent])).dot(axes); // [E, D]
    let sample = Function::new("sample").output("rows", drawn + g.input("rest", []) * g.normal([ROWS, width]));
    let mut functions =
        vec![train, watch, encode, reconstruct, Function::new("decode").output("means", decoded), sample];
    if data.kind == Kind::Points {
        functions.extend(low_energy::declare(&g, train_rows, Own::default()));
    }
    let steps = data.train.len().div_ceil(rows) as u64;
    let model = Pca { latent, width, is_plane: data.kind == Kind::Points, steps, known: RefCell::new(None) };
    Ok(Built { module: g.compile(&functions), model: Box::new(model) })
}

/// The mean and the principal components of the rows seen so far.
struct Components {
    /// What they were made from: the number of rows and their sum.
    from: Vec<f32>,
    /// `m`: `[D]`
    mean: Vec<f32>,
    /// `λ_j` and the columns of `U`, all D of them.
    parts: Vec<(f64, DVector<f64>)>,
}

impl Components {
    /// `σ²`, the mean of the eigenvalues after the first `latent`.
    fn rest(&self, latent: usize) -> f64 {
        let left = &self.parts[latent..];
        let sum: f64 = left.iter().map(|(value, _)| value).sum();
        (sum / left.len().max(1) as f64).max(LEAST)
    }

    /// The first `latent` components, one after the other: `[k, D]`.
    fn axes(&self, latent: usize) -> Vec<f32> {
        self.parts[..latent].iter().flat_map(|(_, axis)| axis.iter().map(|&x| x as f32)).collect()
    }
}

struct Pca {
    latent: usize,
    width: usize,
    is_plane: bool,
    /// Steps of one pass over the training rows.
    steps: u64,
    /// The components that were found last: after the pass over the data they stay the same.
    known: RefCell<Option<Rc<Components>>>,
}

impl Pca {
    async fn components(&self, run: &mut Run<'_>) -> Result<Rc<Components>, Error> {
        let count = run.read_param("count").await?;
        let sum = run.read_param("sum").await?;
        let from = [count, sum].concat();
        let known = self.known.borrow().clone();
        if let Some(known) = known.filter(|known| known.from == from) {
            return Ok(known);
        }
        let products = run.read_param("products").await?;
        let rows = f64::from(from[0]).max(1.0);
        let mean: Vec<f64> = from[1..].iter().map(|&sum| f64::from(sum) / rows).collect();
        let covariance = DMatrix::from_fn(self.width, self.width, |i, j| {
            // Both halves alike, whatever order a device adds them in.
            let both = f64::from(products[i * self.width + j]) + f64::from(products[j * self.width + i]);
            0.5 * both / rows - mean[i] * mean[j]
        });
        let parts = principal_parts(covariance);
        let components = Rc::new(Components { from, mean: mean.iter().map(|&x| x as f32).collect(), parts });
        *self.known.borrow_mut() = Some(Rc::clone(&components));
        Ok(components)
    }

    /// Finds the components and hands them to the programs.
    async fn prepare(&self, run: &mut Run<'_>) -> Result<Rc<Components>, Error> {
        let components = self.components(run).await?;
        run.write("mean", &components.mean);
        run.write("axes", &components.axes(self.latent));
        let has_noise = run.knobs().is_on("outside-noise");
        let rest = if has_noise { components.rest(self.latent) } else { 0.0 };
        let deviation = |(value, _): &(f64, DVector<f64>)| (value - rest).max(0.0).sqrt() as f32;
        let deviations: Vec<f32> = components.parts[..self.latent].iter().map(deviation).collect();
        run.write("deviations", &deviations);
        run.write("rest", &[if self.latent < self.width { rest.sqrt() as f32 } else { 0.0 }]);
        Ok(components)
    }

    fn gaussian(&self, components: &Components) -> CodeGaussian {
        let deviations: Vec<f32> =
            components.parts[..self.latent].iter().map(|(value, _)| value.sqrt() as f32).collect();
        CodeGaussian::diagonal(&deviations)
    }
}

#[async_trait(?Send)]
impl Model for Pca {
    fn start(&self, run: &mut Run<'_>) {
        if self.is_plane {
            low_energy::start(run);
        }
    }

    /// Adds a batch, or of the last one what is left. Once every row was added, there is nothing to add.
    fn step(&self, run: &mut Run<'_>) {
        let rows = run.knobs().whole("batch");
        let before = (run.step() as usize).saturating_mul(rows);
        let left = run.data().train.len().saturating_sub(before);
        run.next_batch();
        if self.is_plane {
            low_energy::step(run);
        }
        run.write("written", &[left.min(rows) as f32]);
        run.call("train", run.step());
    }

    /// One pass, after which nothing is left to learn; but over the plane the models beside this one go on.
    fn course(&self) -> Course {
        Course { pace: None, end: (!self.is_plane).then_some(self.steps) }
    }

    fn measure(&self, run: &mut Run<'_>) -> Measuring {
        run.call("watch", 0);
        run.measure_outputs("watch")
    }

    async fn evaluate(&self, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        let components = self.prepare(run).await?;
        let variances: Vec<f64> = components.parts[..self.latent].iter().map(|(value, _)| value.max(LEAST)).collect();
        let (rest, left) = (components.rest(self.latent), (self.width - self.latent) as f64);
        let constant = self.width as f64 * std::f64::consts::TAU.ln()
            + variances.iter().map(|value| value.ln()).sum::<f64>()
            + left * rest.ln();
        let (mut error, mut exponent) = (0.0, 0.0);
        for first in (0..split.len()).step_by(ROWS) {
            let count = run.write_rows("rows", split, first);
            run.call("reconstruct", 0);
            let errors = run.read("reconstruct", "errors").await?;
            let codes = run.read("reconstruct", "codes").await?;
            for (code, &off) in codes.chunks_exact(self.latent).zip(&errors).take(count) {
                error += f64::from(off);
                let inside = code.iter().zip(&variances).map(|(&z, variance)| f64::from(z).powi(2) / variance);
                // With all components nothing is left but rounding.
                exponent += inside.sum::<f64>() + if left > 0.0 { f64::from(off) / rest } else { 0.0 };
            }
        }
        let rows = split.len() as f64;
        let total: f64 = components.parts.iter().map(|(value, _)| value).sum();
        let kept: f64 = components.parts[..self.latent].iter().map(|(value, _)| value).sum();
        let mut metrics: Metrics = vec![
            ("reconstruction_error".to_owned(), error / rows / self.width as f64),
            ("explained".to_owned(), if total > 0.0 { kept / total } else { 0.0 }),
            ("log_likelihood".to_owned(), -0.5 * (constant + exponent / rows)),
        ];
        metrics.retain(|(id, _)| wanted.contains(&id.as_str()));
        Ok(metrics)
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
        if id == "low-energy" {
            return low_energy::view(run).await;
        }
        let components = self.prepare(run).await?;
        match id {
            "components" => Ok(views::components(run, &components, self.latent)),
            "density" => views::density(run, &components, self.latent).await,
            "explained" => Ok(views::explained(&components, self.latent)),
            "samples" => Ok(codes::sampled(run.data().shape, run.call_for("sample", 0, "rows").await?)),
            "plane" => codes::plane(run, args, &self.gaussian(&components)).await,
            "codes" => codes::view(run, self.latent).await,
            "reconstructions" => codes::reconstructions(run, args).await,
            "interpolation" => codes::interpolation(run, args, self.latent).await,
            _ => unreachable!("the session asks for declared views only, and {id:?} is none of them"),
        }
    }

    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        self.prepare(run).await?;
        codes::samples(run, count).await
    }
}
