//! The autoencoder: an encoder squeezes a row into a code of a few numbers, a decoder makes the row from it again.
//!
//! ```text
//! code             z = f(x)                                              x: [D], z: [L]
//! energy           E(x) = ||x - g(f(x))||²
//! learning         f and g go down the gradient of the mean of E
//! sampling         z ~ N(m, C), the mean and the covariance of the codes of the data; x = g(z)
//! ```
//!
//! Rumelhart, Hinton & Williams (1986); as a way to reduce dimensions Hinton & Salakhutdinov, *Reducing the dimensionality of data with
//! neural networks*, Science 313 (2006). The gradient is followed by Adam; layers start as PyTorch's do, but for the decoder's last bias,
//! which starts at the data's means. Without hidden layers both are linear and the best there is are the principal components (Baldi &
//! Hornik 1989). Nothing shapes the codes: the normal distribution is fitted to them afterwards, from running means over the batches of
//! training, and where it has mass but no code lies the decoder has never been. The variational autoencoder mends that.

mod spec;

use async_trait::async_trait;
use daydream_graph::{Function, Graph, Optimizer, Tensor, grad};

use super::codes::{self, CodeGaussian, ROWS};
use super::low_energy::{self, Own};
use crate::data::{Kind, Split};
use crate::layers::Mlp;
use crate::metrics::ColumnMoments;
use crate::model::{Built, Metrics, Model, Setup};
use crate::{Error, Knobs, Picture, Role, Run, batch, words};

pub(super) use spec::spec;

/// Share of the moments of the codes so far that a step keeps, once there were as many steps as it takes.
const KEPT: f32 = 0.98;

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (data, knobs) = (setup.data, setup.knobs);
    if !matches!(data.shape.channels, 1 | 3) {
        return Err(Error::Unsupported(words!(both shape = data.shape.words();
            "autoencoder draws images with 1 or 3 channels; these are {shape}",
            "오토인코더는 채널이 1개나 3개인 이미지만 그릴 수 있는데, 이 데이터는 {shape}입니다."
        )));
    }
    let (latent, width, rows) = (knobs.whole("latent"), data.shape.len(), knobs.whole("batch"));
    let activation = [Tensor::relu, Tensor::tanh][knobs.whole("activation")];
    let hidden = vec![knobs.whole("hidden"); knobs.whole("layers")];
    let g = Graph::new();
    let encoder = Mlp::new(&g, "encoder", &[&[width], &hidden[..], &[latent]].concat(), activation);
    let decoder = Mlp::new(&g, "decoder", &[&[latent], &hidden[..], &[width]].concat(), activation);

    let x = batch(&g, data, rows); // [B, D]
    let z = encoder.apply(x); // [B, L]
    let loss = (x - decoder.apply(z)).square().mean(); // []
    let params = [encoder.params(), decoder.params()].concat();
    let keep = g.input("keep", []);
    let mean = g.param("codes.mean", g.constant(0.0, [latent])); // [L]
    let products = g.param("codes.products", g.constant(0.0, [latent, latent])); // [L, L]
    let train = Function::new("train")
        .output("reconstruction_error", loss)
        .updates(Optimizer::ADAM.updates(&g, "adam", g.input("learning-rate", []), &params, &grad(loss, &params)))
        .update(mean, keep * mean + (1.0 - keep) * z.mean_axes(&[0]))
        .update(products, keep * products + (1.0 - keep) * z.t().dot(z) / rows as f32);

    let given = g.input("rows", [ROWS, width]); // [E, D]
    let z = encoder.apply(given);
    let made = decoder.apply(z);
    let encode = Function::new("encode").output("means", z);
    let reconstruct =
        Function::new("reconstruct").output("means", made).output("errors", (given - made).square().mean_axes(&[1])); // [E]
    let decode = Function::new("decode").output("means", decoder.apply(g.input("codes", [ROWS, latent])));
    let code = g.input("prior.mean", [latent]) + g.normal([ROWS, latent]).dot(g.input("prior.axes", [latent, latent]));
    let sample = Function::new("sample").output("rows", decoder.apply(code));
    let mut functions = vec![train, encode, reconstruct, decode, sample];
    let is_plane = data.kind == Kind::Points;
    if is_plane {
        let reconstructed = Some(decoder.apply(encoder.apply(low_energy::centres(&g))));
        functions.extend(low_energy::declare(&g, x, Own { reconstructed, ..Own::default() }));
    }
    Ok(Built { module: g.compile(&functions), model: Box::new(Autoencoder { latent, is_plane }) })
}

struct Autoencoder {
    latent: usize,
    is_plane: bool,
}

impl Autoencoder {
    /// The normal distribution that fits the codes of the last batches.
    async fn gaussian(&self, run: &mut Run<'_>) -> Result<CodeGaussian, Error> {
        let mean = run.read_param("codes.mean").await?;
        let products = run.read_param("codes.products").await?;
        Ok(CodeGaussian::of_moments(mean, &products))
    }

    /// Hands it to the program that samples.
    async fn prepare(&self, run: &mut Run<'_>) -> Result<(), Error> {
        let gaussian = self.gaussian(run).await?;
        run.write("prior.mean", &gaussian.mean);
        run.write("prior.axes", &gaussian.axes);
        Ok(())
    }

    async fn samples(&self, run: &mut Run<'_>) -> Result<Picture, Error> {
        self.prepare(run).await?;
        let data = run.data();
        if data.kind == Kind::Images {
            return Ok(codes::sampled(data.shape, run.call_for("sample", 0, "rows").await?));
        }
        let real = (0..data.test.len().min(ROWS)).flat_map(|row| data.test.row(row)).collect();
        let made = codes::samples(run, 2 * ROWS).await?;
        Ok(codes::on_the_plane(vec![codes::points(Role::Real, real), codes::points(Role::Made, made)]))
    }
}

#[async_trait(?Send)]
impl Model for Autoencoder {
    fn start(&self, run: &mut Run<'_>) {
        let train = &run.data().train;
        let mut moments = ColumnMoments::new(train.width());
        let mut row = vec![0.0; train.width()];
        for number in 0..train.len() {
            train.read_row(number, &mut row);
            moments.add(&row);
        }
        let last = run.knobs().whole("layers");
        let bias: Vec<f32> = moments.means().iter().map(|&mean| mean as f32).collect();
        run.write_param(&format!("decoder.{last}.bias"), &bias);
        if self.is_plane {
            low_energy::start(run);
        }
    }

    fn step(&self, run: &mut Run<'_>) {
        run.next_batch();
        let steps = run.step() as f32;
        run.write("keep", &[(steps / (steps + 1.0)).min(KEPT)]);
        if self.is_plane {
            low_energy::step(run);
        }
        run.call("train", run.step());
    }

    async fn evaluate(&self, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        let mut error = 0.0;
        for first in (0..split.len()).step_by(ROWS) {
            let count = run.write_rows("rows", split, first);
            let errors = run.call_for("reconstruct", 0, "errors").await?;
            error += errors[..count].iter().copied().map(f64::from).sum::<f64>();
        }
        let id = "reconstruction_error";
        Ok(if wanted.contains(&id) { vec![(id.to_owned(), error / split.len() as f64)] } else { vec![] })
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
        match id {
            "reconstructions" => codes::reconstructions(run, args).await,
            "samples" => self.samples(run).await,
            "codes" => codes::view(run, self.latent).await,
            "plane" => {
                let gaussian = self.gaussian(run).await?;
                codes::plane(run, args, &gaussian).await
            }
            "interpolation" => codes::interpolation(run, args, self.latent).await,
            "low-energy" => low_energy::view(run).await,
            _ => unreachable!("the session asks for declared views only, and {id:?} is none of them"),
        }
    }

    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        self.prepare(run).await?;
        codes::samples(run, count).await
    }
}
