//! The denoising autoencoder: a network that is shown corrupted rows and asked for the clean ones.
//!
//! ```text
//! corruption       ỹ ~ C(ỹ|y)                  Gaussian ỹ = y + σ ε, salt and pepper, masked numbers, masked patches
//! reconstruction   D(ỹ),  least on the mean for D(ỹ) = E[y|ỹ]                                       y, ỹ: [D]
//! loss             ‖y - D(ỹ)‖²   or   -Σ y log D(ỹ) + (1 - y) log (1 - D(ỹ))
//! score            (D(ỹ) - ỹ) / σ² -> ∇ log p_σ(ỹ),   p_σ = p * N(0, σ² I)          with Gaussian noise and squares
//! energy           ‖y - D(y)‖²
//! walkback         ỹ ~ C(ỹ|y),  y ~ P(y|ỹ),  again and again
//! ```
//!
//! Vincent, Larochelle, Bengio & Manzagol, *Extracting and composing robust features with denoising autoencoders*, ICML 2008, and *Stacked denoising
//! autoencoders*, JMLR 11, 2010; what they call `x` is `y` here, `C` their `q_D`. The score: Vincent, Neural Computation 23, 2011; Alain & Bengio,
//! arXiv:1211.4246. The walkback: Bengio, Yao, Alain & Vincent, arXiv:1305.6663: a chain whose stationary distribution is the data's, when
//! `P(y|ỹ)` is right. Here `P` is Bernoulli for outputs in `(0, 1)`, else Gaussian around `D(ỹ)` with the mean square of its errors.
//! Masked patches, scored only where they are missing, are how masked autoencoders learn (He et al., arXiv:2111.06377), there with transformers.

mod corruption;
mod score;
mod spec;
mod views;

use async_trait::async_trait;
use daydream_graph::{Function, Graph, Optimizer, Tensor, grad};

use crate::data::{Dataset, Kind, Split};
use crate::layers::Mlp;
use crate::metrics::ColumnMoments;
use crate::model::{Built, Metrics, Model, Setup};
use crate::{Error, Knobs, Picture, Run, batch, words};

use corruption::Corruption;

pub(super) use spec::spec;

/// Rows that are looked at at once.
const ROWS: usize = 256;
/// Points at which the score is compared.
const SCORED: usize = 2 * ROWS;
/// The share of a batch's error in the running mean.
const NEWS: f32 = 0.02;

struct Dae {
    corruption: Corruption,
    /// Whether outputs are probabilities of pixels.
    is_sigmoid: bool,
}

/// The network with what it is trained by.
#[derive(Clone, Copy)]
struct Denoiser<'g, 'n> {
    net: &'n Mlp<'g>,
    corruption: Corruption,
    is_sigmoid: bool,
}

impl<'g> Denoiser<'g, '_> {
    /// `D(ỹ)`: `[B, D] -> [B, D]`
    fn apply(&self, corrupted: Tensor<'g>) -> Tensor<'g> {
        let last = self.net.apply(corrupted);
        if self.is_sigmoid { last.sigmoid() } else { last }
    }

    /// The loss of every number: `[B, D], [B, D] -> [B, D]`
    fn losses(&self, corrupted: Tensor<'g>, y: Tensor<'g>) -> Tensor<'g> {
        let last = self.net.apply(corrupted);
        if self.is_sigmoid { last.bernoulli_nll(y) } else { (last - y).square() }
    }
}

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (data, knobs) = (setup.data, setup.knobs);
    let is_sigmoid = check(data, knobs)?;
    let corruption = Corruption::ALL[knobs.whole("corruption")];
    let activation = [Tensor::relu, Tensor::tanh, Tensor::silu][knobs.whole("activation")];
    let width = data.shape.len();
    let hidden = vec![knobs.whole("hidden"); knobs.whole("layers")];

    let g = Graph::new();
    let net = Mlp::new(&g, "net", &[&[width], &hidden[..], &[width]].concat(), activation);
    let denoiser = Denoiser { net: &net, corruption, is_sigmoid };
    let residual = g.param("residual", g.constant(0.05, [])); // the mean square of y - D(ỹ)
    let mean = g.param("mean", g.constant(0.0, [width])); // of the training rows

    let y = batch(&g, data, knobs.whole("batch")); // [B, D]
    let corrupted = corruption.of(y, g.input("level", []), data);
    let losses = denoiser.losses(corrupted.rows, y);
    let loss = if knobs.is_on("hit-only") {
        let count = corrupted.hit.sum_all();
        (losses * corrupted.hit).sum_all() / count.maximum(count.constant_like(1.0))
    } else {
        losses.mean()
    };
    let error = (denoiser.apply(corrupted.rows) - y).square().mean();
    let params = net.params();
    let train = Function::new("train")
        .output("loss", loss)
        .updates(Optimizer::ADAM.updates(&g, "adam", g.input("learning-rate", []), &params, &grad(loss, &params)))
        .update(residual, residual + NEWS * (error - residual));

    let seen = g.input("seen-level", []); // that of what is looked at
    let rows = g.input("rows", [ROWS, width]); // [E, D]
    let corrupted = corruption.of(rows, seen, data);
    let denoised = denoiser.apply(corrupted.rows);
    // Where it is known what is missing, the rest is left as it is.
    let denoised = if corruption.is_mask() { corrupted.hit.select(denoised, rows) } else { denoised };
    let filled = corrupted.hit.select(mean.broadcast_to(rows.shape()), corrupted.rows);
    let look = Function::new("look")
        .output("corrupted", corrupted.rows) // [E, D]
        .output("denoised", denoised) // [E, D]
        .output("corrupted_error", mean_square(corrupted.rows - rows)) // [E]
        .output("fill_error", mean_square(filled - rows)) // [E]
        .output("reconstruction_error", mean_square(denoised - rows)); // [E]
    let functions: Vec<Function> =
        [train, look].into_iter().chain(views::programs(&g, &denoiser, [residual, seen], data)).collect();
    Ok(Built { module: g.compile(&functions), model: Box::new(Dae { corruption, is_sigmoid }) })
}

/// Of every row: `[E, D] -> [E]`.
fn mean_square(difference: Tensor<'_>) -> Tensor<'_> {
    difference.square().mean_axes(&[1])
}

/// Refuses what cannot be; whether outputs are probabilities.
fn check(data: &Dataset, knobs: &Knobs) -> Result<bool, Error> {
    if !matches!(data.shape.channels, 1 | 3) {
        return Err(Error::Unsupported(words!(both shape = data.shape.words();
            "dae draws images with 1 or 3 channels; these are {shape}",
            "잡음 제거 오토인코더는 채널이 1개나 3개인 이미지만 그릴 수 있는데, 이 데이터는 {shape}입니다."
        )));
    }
    match (knobs.whole("output"), data.kind) {
        (1, Kind::Points) => Err(Error::Unsupported(words!(
            "output sigmoid is for pixels from 0 to 1, and points are real numbers; choose linear or auto",
            "출력 sigmoid(시그모이드)는 0부터 1까지의 픽셀에 쓰는데, 점은 실수입니다. linear나 auto를 골라 주세요."
        ))),
        (chosen, kind) => Ok(chosen == 1 || chosen == 0 && kind == Kind::Images),
    }
}

#[async_trait(?Send)]
impl Model for Dae {
    fn start(&self, run: &mut Run<'_>) {
        let train = &run.data().train;
        let mut moments = ColumnMoments::new(train.width());
        let mut row = vec![0.0; train.width()];
        for number in 0..train.len() {
            train.read_row(number, &mut row);
            moments.add(&row);
        }
        run.write_param("mean", &moments.means().iter().map(|&mean| mean as f32).collect::<Vec<f32>>());
    }

    async fn evaluate(&self, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        let [reconstruction, corrupted, fill] = self.errors(run, split).await?;
        let mut metrics = Metrics::new();
        for &id in wanted {
            let value = match id {
                "reconstruction_error" => Some(reconstruction),
                "corrupted_error" => Some(corrupted),
                "fill_error" => self.corruption.is_mask().then_some(fill),
                "error_left" => {
                    let without = if self.corruption.is_mask() { corrupted.min(fill) } else { corrupted };
                    (without > 0.0).then(|| reconstruction / without)
                }
                "score_error" => self.score_error(run, split).await?,
                _ => None,
            };
            metrics.extend(value.map(|value| (id.to_owned(), value)));
        }
        Ok(metrics)
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
        views::view(self, run, id, args).await
    }

    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        views::sample(self, run, count).await
    }
}

impl Dae {
    /// Mean squared errors of a number of corrupted rows: denoised, as they are, and with what is missing filled by the mean row.
    async fn errors(&self, run: &mut Run<'_>, split: &Split) -> Result<[f64; 3], Error> {
        let mut totals = [0.0; 3];
        let level = run.knobs().real("level");
        run.write("seen-level", &[level]);
        for first in (0..split.len()).step_by(ROWS) {
            let count = run.write_rows("rows", split, first);
            run.call("look", first as u32);
            for (total, output) in totals.iter_mut().zip(["reconstruction_error", "corrupted_error", "fill_error"]) {
                *total += run.read("look", output).await?[..count].iter().copied().map(f64::from).sum::<f64>();
            }
        }
        Ok(totals.map(|total| total / split.len() as f64))
    }

    /// Whether the field tells the score.
    fn has_score(&self, data: &Dataset) -> bool {
        self.is_gaussian() && data.kind == Kind::Points
    }

    fn is_gaussian(&self) -> bool {
        self.corruption == Corruption::Gaussian
    }

    /// `E‖ŝ - s‖² / E‖s‖²` over corrupted rows, of the score `ŝ` that the field tells and the true one.
    async fn score_error(&self, run: &mut Run<'_>, split: &Split) -> Result<Option<f64>, Error> {
        let (data, level) = (run.data(), run.knobs().real("level"));
        if !self.has_score(data) || level == 0.0 {
            return Ok(None);
        }
        let (mut off, mut size) = (0.0, 0.0);
        run.write("seen-level", &[level]);
        for first in (0..split.len().min(SCORED)).step_by(ROWS) {
            let count = run.write_rows("rows", split, first);
            run.call("look", first as u32);
            let corrupted = run.read("look", "corrupted").await?;
            let denoised = run.read("look", "denoised").await?;
            let target = score::target(data, level, &corrupted[..count * 2]);
            for ((from, to), exact) in corrupted.iter().zip(&denoised).zip(&target) {
                off += f64::from((to - from) / (level * level) - exact).powi(2);
                size += f64::from(*exact).powi(2);
            }
        }
        Ok(Some(off / size))
    }
}
