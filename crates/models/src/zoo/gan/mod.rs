//! Generative adversarial network (Goodfellow et al., Generative adversarial nets, 2014, arXiv:1406.2661).
//!
//! A generator `G` turns noise `z ~ p(z)` into rows `G(z)`; a discriminator `D` tells them from rows `x` of the data. They play
//!
//! ```text
//! min_G max_D  E[log D(x)] + E[log(1 - D(G(z)))]
//! ```
//!
//! or one of its relatives in [`losses`]. Both are multilayer perceptrons, rectified in `G` and leaky in `D`; images leave `G` through
//! a sigmoid. In the code `D` returns the score before the paper's sigmoid. One training step is `k` updates of `D` and one of
//! `G` (algorithm 1 of the paper), each by Adam. What is measured and shown comes from a running mean of the generator's
//! parameters (Yazıcı et al., arXiv:1806.04498), which walks the middle of the road along which the game itself swings.
//!
//! The default is the Wasserstein loss: from ten seeds it kept all eight Gaussians of a ring, where the non-saturating one lost a mode
//! now and then.
//!
//! Letters: `B` batch, `D` numbers in a row, `Z` latent size.

pub mod losses;
mod spec;
mod views;

use async_trait::async_trait;
use daydream_graph::{Function, Graph, Optimizer, Tensor, Update, grad};

pub(super) use spec::spec;

use self::losses::{Loss, gradient_penalty};
use crate::data::{Kind, Split};
use crate::layers::Mlp;
use crate::metrics::{coverage, frechet, judge};
use crate::{Built, Error, Knobs, Measuring, Metrics, Model, Picture, Run, Setup, batch, words};

/// Slope of the discriminator's rectifiers below 0.
const LEAK: f32 = 0.2;
/// β₂ of Adam.
const BETA2: f32 = 0.999;
/// Rows that the generator makes in one go when it is asked for samples.
const ROWS: usize = 256;
/// Samples that measures on points are taken from.
const SAMPLES: usize = 4096;
/// Rows, real and generated, that the judge compares.
const JUDGED: usize = 2048;
/// The most updates of the discriminator in one step, as the knob's range has it.
const MOST_UPDATES: u32 = 10;
/// What each training program measures; kept as state, since the other program overwrites what it returned.
const MEASURED: [&str; 4] = ["discriminator_loss", "generator_loss", "d_real", "d_fake"];

/// The two networks over one graph.
struct Game<'g> {
    graph: &'g Graph,
    kind: Kind,
    loss: Loss,
    latent: usize,
    normal_prior: bool,
    generator: Mlp<'g>,
    /// The running mean of the generator's parameters.
    average: Mlp<'g>,
    discriminator: Mlp<'g>,
}

impl<'g> Game<'g> {
    fn new(graph: &'g Graph, setup: &Setup<'_>) -> Game<'g> {
        let knobs = setup.knobs;
        let (latent, width) = (knobs.whole("latent"), setup.data.shape.len());
        let widths = |from: usize, hidden: &str, to: usize| {
            [vec![from], vec![knobs.whole(hidden); knobs.whole("layers")], vec![to]].concat()
        };
        let generator_widths = widths(latent, "generator-width", width);
        let [generator, average] = Mlp::twins(graph, ["generator", "average"], &generator_widths, |x| x.relu());
        let discriminator_widths = widths(width, "discriminator-width", 1);
        let discriminator = Mlp::new(graph, "discriminator", &discriminator_widths, |x| x.leaky_relu(LEAK));
        Game {
            graph,
            kind: setup.data.kind,
            loss: Loss::ALL[knobs.whole("loss")],
            latent,
            normal_prior: knobs.whole("prior") == 0,
            generator,
            average,
            discriminator,
        }
    }

    /// Fresh noise `z ~ p(z)`: `[rows, Z]`.
    fn noise(&self, rows: usize) -> Tensor<'g> {
        let shape = [rows, self.latent];
        if self.normal_prior { self.graph.normal(shape) } else { 2.0 * self.graph.uniform(shape) - 1.0 }
    }

    /// `G(z)` with the parameters of one of the two generators: `[B, Z] -> [B, D]`.
    fn generate(&self, net: &Mlp<'g>, z: Tensor<'g>) -> Tensor<'g> {
        match self.kind {
            Kind::Points => net.apply(z),
            Kind::Images | Kind::Ratings => net.apply(z).sigmoid(),
        }
    }

    /// The discriminator's score: `[B, D] -> [B, 1]`. Pixels are taken from `[0, 1]` to `[-1, 1]` first.
    fn score(&self, x: Tensor<'g>) -> Tensor<'g> {
        match self.kind {
            Kind::Points => self.discriminator.apply(x),
            Kind::Images | Kind::Ratings => self.discriminator.apply(2.0 * x - 1.0),
        }
    }

    /// The programs of training: an update of each player.
    fn training(&self, setup: &Setup<'_>) -> [Function; 2] {
        let (g, knobs) = (self.graph, setup.knobs);
        let rows = knobs.whole("batch");
        let scalar = |id: &str| g.input(id, []);
        let optimizer = Optimizer::Adam { beta1: knobs.real("beta1"), beta2: BETA2 };
        let measured = MEASURED.map(|id| g.param(&format!("measured.{id}"), g.constant(0.0, [])));
        let [d_loss, g_loss, d_real, d_fake] = measured;
        let decay = scalar("decay-steps");

        let real = batch(g, setup.data, rows); // [B, D]
        let made = self.generate(&self.generator, self.noise(rows)); // [B, D]
        let scores = self.score(real.pad(0, 0, rows) + made.pad(0, rows, 0)); // [2B, 1]
        let (of_real, of_made) = (scores.slice(0, 0, rows), scores.slice(0, rows, 2 * rows));
        let mut loss = self.loss.of_discriminator(of_real, of_made, scalar("label-smoothing"));
        if self.loss == Loss::Wasserstein {
            let mix = g.uniform([rows, 1]);
            loss = loss + scalar("penalty") * gradient_penalty(|x| self.score(x), real, made, mix);
        }
        let params = self.discriminator.params();
        let (rate, time) = self.falling(scalar("discriminator-learning-rate"), decay, "discriminator");
        let discriminate = Function::new("train.discriminator")
            .update(time, time + 1.0)
            .updates(optimizer.updates(g, "discriminator.adam", rate, &params, &grad(loss, &params)))
            .update(d_loss, loss)
            .update(g_loss, self.loss.of_generator(of_made))
            .update(d_real, self.loss.verdict(of_real).mean())
            .update(d_fake, self.loss.verdict(of_made).mean());

        let of_made = self.score(self.generate(&self.generator, self.noise(rows)));
        let loss = self.loss.of_generator(of_made);
        let params = self.generator.params();
        let (rate, time) = self.falling(scalar("learning-rate"), decay, "generator");
        let updates = optimizer.updates(g, "generator.adam", rate, &params, &grad(loss, &params));
        let generate = Function::new("train.generator")
            .updates(self.averaging(scalar("averaging"), time, &updates))
            .update(time, time + 1.0)
            .updates(updates)
            .update(g_loss, loss)
            .update(d_fake, self.loss.verdict(of_made).mean());
        [discriminate, generate]
    }

    /// The learning rate `η / (1 + t / decay)` of a player after `t` updates, and `t`, which counts them.
    fn falling(&self, rate: Tensor<'g>, decay: Tensor<'g>, player: &str) -> (Tensor<'g>, Tensor<'g>) {
        let time = self.graph.param(&format!("{player}.time"), self.graph.constant(0.0, []));
        (rate * (decay / (decay + time)), time)
    }

    /// `ḡ <- β ḡ + (1 - β) g` for each parameter `g` of the generator, with `β = min(averaging, t / (t + 10))` after `t` updates:
    /// early on the mean spans a tenth of what was, so that the first pictures do not linger.
    fn averaging(&self, most: Tensor<'g>, time: Tensor<'g>, updates: &[Update<'g>]) -> Vec<Update<'g>> {
        let keep = most.minimum(time / (time + 10.0));
        let next =
            |param: Tensor<'g>| updates.iter().find(|(of, _)| of.id() == param.id()).map_or(param, |(_, to)| *to);
        let pairs = self.average.params().into_iter().zip(self.generator.params());
        pairs.map(|(mean, param)| (mean, next(param) + keep * (mean - next(param)))).collect()
    }
}

/// A built network; it keeps no state of its own.
struct Gan;

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let shape = setup.data.shape;
    if !matches!(shape.channels, 1 | 3) {
        return Err(Error::Unsupported(words!(both shape = shape.words();
            "gan draws gray and colour images; these are {shape}",
            "GAN은 회색조 이미지와 컬러 이미지만 그릴 수 있는데, 이 데이터는 {shape}입니다."
        )));
    }
    let graph = Graph::new();
    let game = Game::new(&graph, setup);
    let samples = game.generate(&game.average, game.noise(ROWS));
    let mut functions = vec![Function::new("sample").output("samples", samples)];
    functions.extend(game.training(setup));
    functions.extend(views::programs(&game, setup.data));
    if judge::exists_for(setup.data) {
        functions.extend(judge::programs(&graph, setup.data));
    }
    Ok(Built { module: graph.compile(&functions), model: Box::new(Gan) })
}

#[async_trait(?Send)]
impl Model for Gan {
    fn step(&self, run: &mut Run<'_>) {
        let updates = run.knobs().whole("discriminator-steps") as u32;
        let (discriminate, generate) = match run.knobs().whole("train") {
            0 => (true, true),
            1 => (true, false),
            _ => (false, true),
        };
        if discriminate {
            for update in 0..updates {
                run.next_batch_of(u64::from(run.step()) * u64::from(updates) + u64::from(update));
                run.call("train.discriminator", run.step().wrapping_mul(MOST_UPDATES).wrapping_add(update));
            }
        }
        if generate {
            run.call("train.generator", run.step());
        }
    }

    fn measure(&self, run: &mut Run<'_>) -> Measuring {
        run.measure_params(MEASURED.map(|id| (id.to_owned(), format!("measured.{id}"))))
    }

    async fn evaluate(&self, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        let mut metrics = match run.data().kind {
            Kind::Points => on_points(run, split).await?,
            Kind::Images if !judge::exists_for(run.data()) => Metrics::new(),
            Kind::Images | Kind::Ratings => on_images(run, split, wanted).await?,
        };
        metrics.retain(|(id, _)| wanted.contains(&id.as_str()));
        Ok(metrics)
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
        views::draw(run, id, args).await
    }

    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        samples(run, count).await
    }
}

/// Rows from the averaged generator, `[count, D]`, the same for the same seed and parameters.
async fn samples(run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
    let mut rows = Vec::with_capacity(count.next_multiple_of(ROWS) * run.data().shape.len());
    for call in 0..count.div_ceil(ROWS) {
        rows.extend(run.call_for("sample", call as u32, "samples").await?);
    }
    rows.truncate(count * run.data().shape.len());
    Ok(rows)
}

/// What 4,096 samples say about the distribution: against its density where that is known, else against the split's points.
async fn on_points(run: &mut Run<'_>, split: &Split) -> Result<Metrics, Error> {
    let points = |rows: Vec<f32>| rows.as_chunks().0.to_vec();
    let made: Vec<[f32; 2]> = points(samples(run, SAMPLES).await?);
    let density = run.data().density.as_ref();
    let real = match density {
        Some(density) => coverage::masses(density),
        None => coverage::histogram(&points((0..split.len()).flat_map(|row| split.row(row)).collect())),
    };
    let divergence = coverage::jensen_shannon(&real, &coverage::histogram(&made));
    let mut metrics = vec![("jensen_shannon".to_owned(), divergence)];
    if let Some(modes) = density.and_then(|density| density.modes()) {
        metrics.push(("modes_covered".to_owned(), coverage::modes_covered(&modes, &made) as f64));
        metrics.push(("good_share".to_owned(), coverage::good_share(&modes, &made)));
    }
    Ok(metrics)
}

/// What the judge says of 2,048 samples, and how far their features are from those of as many of the split's rows.
async fn on_images(run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
    let mut metrics = Metrics::new();
    if wanted.contains(&"judge_accuracy") {
        metrics.push(("judge_accuracy".to_owned(), judge::accuracy(run, split).await?));
    }
    if ["judge_classes", "judge_confidence", "frechet_distance"].iter().any(|id| wanted.contains(id)) {
        let rows = samples(run, JUDGED).await?;
        let made = judge::opinion(run, &rows).await?;
        metrics.push(("judge_classes".to_owned(), made.classes_covered() as f64));
        metrics.push(("judge_confidence".to_owned(), made.confidence));
        let rows: Vec<f32> = (0..split.len().min(JUDGED)).flat_map(|row| split.row(row)).collect();
        let real = judge::opinion(run, &rows).await?;
        metrics.push(("frechet_distance".to_owned(), frechet::distance(&real.moments, &made.moments)));
    }
    Ok(metrics)
}
