//! The variational autoencoder: a decoder that turns a latent vector `z` into a row of data, trained together with an encoder
//! that says which `z` a row came from.
//!
//! ```text
//! prior      p(z)   = N(z; 0, I)                                            z: [L]
//! decoder    p(x|z) = Π Bernoulli(x; σ(f(z)))   or   N(x; f(z), s² I)       x: [D]
//! encoder    q(z|x) = N(z; μ(x), diag σ²(x))
//! bound      log p(x) >= E_q[log p(x|z)] - KL(q(z|x) || p(z))
//! KL         ½ Σ (μ² + σ² - 1 - log σ²)
//! ```
//!
//! Training maximises the bound with `KL` weighted by β (Higgins et al., β-VAE, 2017), which rises from 0 over a warm-up (Bowman et
//! al., arXiv:1511.06349). The expectation is one draw a row, `z = μ + σ ε` with `ε ~ N(0, I)`, through which the gradient flows.
//!
//! Kingma & Welling, *Auto-Encoding Variational Bayes*, arXiv:1312.6114; its letters, but `s` for the decoder's standard deviation
//! and `L` for the number of latents, which the paper calls `J`. The learned `s` is one number for all outputs (Rybkin et al.,
//! arXiv:2006.13202). Layers start as PyTorch's do, but for the decoder's last bias, which starts at the data's means.
//!
//! The unweighted bound is reported whatever β is. With gray pixels and Bernoulli outputs `log p(x|z)` is the usual cross-entropy,
//! which is no normalised density: such numbers compare with each other, and not with those of binary pixels.

mod spec;
mod views;

use async_trait::async_trait;
use daydream_graph::{Function, Graph, Optimizer, Tensor, grad};

use super::codes::{self, CodeGaussian, ROWS};
use crate::data::{Kind, Split};
use crate::layers::Mlp;
use crate::metrics::{ColumnMoments, LogMeanExp};
use crate::model::{Built, Metrics, Model, Setup};
use crate::{Error, Knobs, Picture, Run, batch, words};

pub(super) use spec::spec;

/// Variance of a latent's posterior mean over the data above which it counts as active (Burda et al., arXiv:1509.00519, section 5.2).
const ACTIVE: f64 = 0.01;

/// The options of the knob `output`, in its order.
#[derive(Clone, Copy)]
enum Output {
    Auto,
    Bernoulli,
    Gaussian,
    LearnedGaussian,
}

impl Output {
    const ALL: [Output; 4] = [Output::Auto, Output::Bernoulli, Output::Gaussian, Output::LearnedGaussian];

    /// The likelihood that fits the data when the choice is left open; `Auto` is never returned.
    fn for_data(self, kind: Kind) -> Result<Output, Error> {
        match (self, kind) {
            (Output::Auto, Kind::Images) => Ok(Output::Bernoulli),
            (Output::Auto, Kind::Points) => Ok(Output::LearnedGaussian),
            (Output::Bernoulli, Kind::Points) => Err(Error::Unsupported(words!(
                "output bernoulli is for pixels from 0 to 1, and points are real numbers; choose gaussian, learned or auto",
                "출력 분포 bernoulli(베르누이)는 0부터 1까지의 픽셀에 쓰는데, 점은 실수입니다. gaussian, learned, auto 중에서 골라 주세요."
            ))),
            (chosen, _) => Ok(chosen),
        }
    }
}

/// `p(x|z)`, given what the decoder's last layer says.
#[derive(Clone, Copy)]
enum Likelihood<'g> {
    /// The decoder says the logits of the pixels.
    Bernoulli,
    /// The decoder says the means; `log s`: `[]`.
    Gaussian { log_scale: Tensor<'g> },
}

impl<'g> Likelihood<'g> {
    fn declare(graph: &'g Graph, output: Output) -> Likelihood<'g> {
        match output {
            Output::Auto | Output::Bernoulli => Likelihood::Bernoulli,
            Output::Gaussian => Likelihood::Gaussian { log_scale: graph.input("scale", []).log() },
            Output::LearnedGaussian => {
                Likelihood::Gaussian { log_scale: graph.param("log-scale", graph.constant(0.0, [])) }
            }
        }
    }

    /// `-log p(x|z)` of every row, in nats: `[B, D], [B, D] -> [B]`
    fn nll(self, decoded: Tensor<'g>, x: Tensor<'g>) -> Tensor<'g> {
        let each = match self {
            Likelihood::Bernoulli => decoded.bernoulli_nll(x),
            Likelihood::Gaussian { log_scale } => decoded.normal_nll(log_scale, x),
        };
        each.sum(&[1])
    }

    /// `E[x|z]`: `[B, D] -> [B, D]`
    fn mean(self, decoded: Tensor<'g>) -> Tensor<'g> {
        match self {
            Likelihood::Bernoulli => decoded.sigmoid(),
            Likelihood::Gaussian { .. } => decoded,
        }
    }

    /// What its own standard deviation is; images made of pixel probabilities are not noisy: `[]`
    fn scale(self, graph: &'g Graph) -> Tensor<'g> {
        match self {
            Likelihood::Bernoulli => graph.constant(0.0, []),
            Likelihood::Gaussian { log_scale } => log_scale.exp(),
        }
    }
}

/// `q(z|x)` of every row.
#[derive(Clone, Copy)]
struct Posterior<'g> {
    /// `μ`: `[B, L]`
    mean: Tensor<'g>,
    /// `log σ²`: `[B, L]`
    log_variance: Tensor<'g>,
}

impl<'g> Posterior<'g> {
    /// From the encoder's last layer, which says both side by side: `[B, 2L]`
    fn from_encoded(encoded: Tensor<'g>) -> Posterior<'g> {
        let latent = encoded.extent(1) / 2;
        Posterior { mean: encoded.slice(1, 0, latent), log_variance: encoded.slice(1, latent, 2 * latent) }
    }

    /// `z = μ + σ ε`: `[B, L] -> [B, L]`
    fn draw(self, noise: Tensor<'g>) -> Tensor<'g> {
        self.mean + (0.5 * self.log_variance).exp() * noise
    }

    /// `KL(q(z|x) || N(0, I)) = ½ (μ² + σ² - 1 - log σ²)` of every latent, in nats: `[B, L]`
    fn divergences(self) -> Tensor<'g> {
        0.5 * (self.mean.square() + self.log_variance.exp() - 1.0 - self.log_variance)
    }
}

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (data, knobs) = (setup.data, setup.knobs);
    let (latent, width) = (knobs.whole("latent"), data.shape.len());
    let output = Output::ALL[knobs.whole("output")].for_data(data.kind)?;
    if !matches!(data.shape.channels, 1 | 3) {
        return Err(Error::Unsupported(words!(both shape = data.shape.words();
            "vae draws images with 1 or 3 channels; these are {shape}",
            "VAE는 채널이 1개나 3개인 이미지만 그릴 수 있는데, 이 데이터는 {shape}입니다."
        )));
    }
    let activation = [Tensor::relu, Tensor::tanh][knobs.whole("activation")];
    let hidden = vec![knobs.whole("hidden"); knobs.whole("layers")];

    let g = Graph::new();
    let encoder = Mlp::new(&g, "encoder", &[&[width], &hidden[..], &[2 * latent]].concat(), activation);
    let decoder = Mlp::new(&g, "decoder", &[&[latent], &hidden[..], &[width]].concat(), activation);
    let likelihood = Likelihood::declare(&g, output);
    let encode = |x| Posterior::from_encoded(encoder.apply(x));

    let x = batch(&g, data, knobs.whole("batch")); // [B, D]
    let posterior = encode(x);
    let z = posterior.draw(g.normal(posterior.mean.shape())); // [B, L]
    let reconstruction = likelihood.nll(decoder.apply(z), x).mean(); // []
    let kl = posterior.divergences().sum(&[1]).mean(); // []
    let loss = reconstruction + g.input("kl-weight", []) * kl;

    let mut params = [encoder.params(), decoder.params()].concat();
    if let (Output::LearnedGaussian, Likelihood::Gaussian { log_scale }) = (output, likelihood) {
        params.push(log_scale);
    }
    let rate = g.input("learning-rate", []);
    let train = Function::new("train")
        .output("negative_elbo", reconstruction + kl)
        .output("reconstruction", reconstruction)
        .output("kl", kl)
        .updates(Optimizer::ADAM.updates(&g, "adam", rate, &params, &grad(loss, &params)));

    let rows = g.input("rows", [ROWS, width]); // [E, D]
    let posterior = encode(rows);
    let z = posterior.draw(g.normal([ROWS, latent])); // [E, L]
    let evaluate = Function::new("evaluate")
        .output("reconstruction", likelihood.nll(decoder.apply(z), rows)) // [E]
        .output("divergences", posterior.divergences()) // [E, L]
        .output("means", posterior.mean); // [E, L]
    let encode = Function::new("encode")
        .output("means", posterior.mean) // [E, L]
        .output("log-variances", posterior.log_variance); // [E, L]
    let reconstruct = Function::new("reconstruct").output("means", likelihood.mean(decoder.apply(posterior.mean))); // [E, D]

    // One importance sample of every row whose posterior was found by `encode`: the constants of the three densities cancel in
    // log w = log p(x|z) + log p(z) - log q(z|x).
    let found = Posterior {
        mean: g.input("posterior.means", [ROWS, latent]),
        log_variance: g.input("posterior.log-variances", [ROWS, latent]),
    };
    let noise = g.normal([ROWS, latent]);
    let z = found.draw(noise);
    let prior_over_posterior = 0.5 * (noise.square() - z.square() + found.log_variance).sum(&[1]); // [E]
    let importance = Function::new("importance")
        .output("log-weights", prior_over_posterior - likelihood.nll(decoder.apply(z), rows));

    let codes = g.input("codes", [ROWS, latent]);
    let decode = Function::new("decode").output("means", likelihood.mean(decoder.apply(codes))); // [E, D]
    let dream = likelihood.mean(decoder.apply(g.normal([ROWS, latent]))); // [E, D]
    let scale = likelihood.scale(&g);
    let sample = Function::new("sample")
        .output("means", dream)
        .output("rows", dream + scale * g.normal([ROWS, width])) // [E, D]
        .output("scale", scale);

    let module = g.compile(&[train, evaluate, encode, reconstruct, importance, decode, sample]);
    Ok(Built { module, model: Box::new(Vae { latent, output }) })
}

struct Vae {
    latent: usize,
    output: Output,
}

#[async_trait(?Send)]
impl Model for Vae {
    /// Starts the decoder as the best one that ignores its code: it says the mean of every column, for Bernoulli outputs as log odds
    /// (of the data and one row more of each kind, so that they are finite); a learned `s` starts as the spread around the means.
    fn start(&self, run: &mut Run<'_>) {
        let train = &run.data().train;
        let mut moments = ColumnMoments::new(train.width());
        let mut row = vec![0.0; train.width()];
        for number in 0..train.len() {
            train.read_row(number, &mut row);
            moments.add(&row);
        }
        let count = train.len() as f64;
        let bias = moments.means().iter().map(|&mean| match self.output {
            Output::Auto | Output::Bernoulli => ((count * mean + 1.0) / (count * (1.0 - mean) + 1.0)).ln() as f32,
            Output::Gaussian | Output::LearnedGaussian => mean as f32,
        });
        let last = run.knobs().whole("layers");
        run.write_param(&format!("decoder.{last}.bias"), &bias.collect::<Vec<f32>>());
        if let Output::LearnedGaussian = self.output {
            let spread = (moments.variances().sum::<f64>() / train.width() as f64).sqrt();
            run.write_param("log-scale", &[spread.max(1e-3).ln() as f32]);
        }
    }

    fn step(&self, run: &mut Run<'_>) {
        run.next_batch();
        let progress = (run.step() as f32 + 1.0) / run.knobs().real("warm-up").max(1.0);
        run.write("kl-weight", &[run.knobs().real("beta") * progress.min(1.0)]);
        run.call("train", run.step());
    }

    async fn evaluate(&self, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        let mut metrics = Metrics::new();
        if wanted.iter().any(|id| *id != "importance_log_likelihood") {
            metrics.extend(self.bound(run, split).await?);
        }
        if wanted.contains(&"importance_log_likelihood") {
            let value = self.importance_log_likelihood(run, split).await?;
            metrics.push(("importance_log_likelihood".to_owned(), value));
        }
        metrics.retain(|(id, _)| wanted.contains(&id.as_str()));
        Ok(metrics)
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
        match id {
            "reconstructions" => codes::reconstructions(run, args).await,
            "samples" => self.samples(run).await,
            "codes" => self.codes(run).await,
            "plane" => codes::plane(run, args, &CodeGaussian::diagonal(&vec![1.0; self.latent])).await,
            "interpolation" => codes::interpolation(run, args, self.latent).await,
            "latents" => self.latents(run).await,
            _ => unreachable!("the session asks for declared views only, and {id:?} is none of them"),
        }
    }

    /// Images are the pixels' means, as everywhere in print; points are drawn from `p(x|z)`.
    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        let output = match run.data().kind {
            Kind::Images | Kind::Ratings => "means",
            Kind::Points => "rows",
        };
        let mut rows = Vec::new();
        for counter in 0..count.div_ceil(ROWS) {
            rows.extend(run.call_for("sample", counter as u32, output).await?);
        }
        rows.truncate(count * run.data().shape.len());
        Ok(rows)
    }
}

impl Vae {
    /// The two parts of the bound with one draw of `z` a row, and the latents in use.
    async fn bound(&self, run: &mut Run<'_>, split: &Split) -> Result<Metrics, Error> {
        let (mut reconstruction, mut kl, mut means) = (0.0, 0.0, Vec::new());
        let total = |values: &[f32]| values.iter().copied().map(f64::from).sum::<f64>();
        for first in (0..split.len()).step_by(ROWS) {
            let count = run.write_rows("rows", split, first);
            run.call("evaluate", first as u32);
            reconstruction += total(&run.read("evaluate", "reconstruction").await?[..count]);
            kl += total(&run.read("evaluate", "divergences").await?[..count * self.latent]);
            means.extend_from_slice(&run.read("evaluate", "means").await?[..count * self.latent]);
        }
        let rows = split.len() as f64;
        let active = ColumnMoments::of(&means, self.latent).variances().filter(|variance| *variance > ACTIVE).count();
        Ok(vec![
            ("negative_elbo".to_owned(), (reconstruction + kl) / rows),
            ("reconstruction".to_owned(), reconstruction / rows),
            ("kl".to_owned(), kl / rows),
            ("active_units".to_owned(), active as f64),
        ])
    }

    /// The mean over rows of `log (1/K) Σ p(x|z) p(z) / q(z|x)` with `z ~ q(z|x)`, in nats: from below, the nearer the larger `K`
    /// (Burda et al., arXiv:1509.00519, theorem 1).
    async fn importance_log_likelihood(&self, run: &mut Run<'_>, split: &Split) -> Result<f64, Error> {
        let samples = run.knobs().whole("importance-samples");
        let mut total = 0.0;
        for (chunk, first) in (0..split.len()).step_by(ROWS).enumerate() {
            let count = run.write_rows("rows", split, first);
            run.call("encode", 0);
            let means = run.read("encode", "means").await?;
            let log_variances = run.read("encode", "log-variances").await?;
            run.write("posterior.means", &means);
            run.write("posterior.log-variances", &log_variances);
            let mut likelihoods = vec![LogMeanExp::default(); count];
            for sample in 0..samples {
                let counter = (chunk * samples + sample) as u32;
                let log_weights = run.call_for("importance", counter, "log-weights").await?;
                for (likelihood, &log_weight) in likelihoods.iter_mut().zip(&log_weights) {
                    likelihood.add(f64::from(log_weight));
                }
            }
            total += likelihoods.iter().map(LogMeanExp::value).sum::<f64>();
        }
        Ok(total / split.len() as f64)
    }
}
