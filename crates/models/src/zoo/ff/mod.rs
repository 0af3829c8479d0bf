//! A Forward-Forward network (Hinton 2022, arXiv:2212.13345): layers that each learn by themselves, without backpropagation.
//!
//! Every layer wants its *goodness* `G = Σⱼ hⱼ²` above a threshold for positive rows and below it for negative ones. It takes
//! `p = σ(G - θn)` for the probability that a row is positive and descends `-log p(x⁺) - log(1 - p(x⁻))` by its own weights
//! alone: what it passes on is normalised to mean square 1 and detached. A positive row is an image with its label in its first
//! pixels, a negative one the same image with a wrong label ([`negatives`] has all kinds). To classify, every label is tried and the
//! one of largest goodness wins; faster, a linear softmax reads the normalised activities that a neutral label gives. Both leave the
//! first layer out. With hybrid images as negatives no label is shown, and the readout alone classifies.
//!
//! The rest follows the code that came with the paper (ffnew.m): the threshold is the layer's width n (θ = 1 per unit), gradients are smoothed
//! over minibatches (`s <- μs + (1 - μ)g`, [`learning`]), unit activities are led to those of their peers, weights decay, and the learning rate
//! is constant at first and then falls linearly to 0.
//!
//! With these defaults, `--set layers=3 --set width=1000 --set cooldown=50` over 100 epochs is that code's run on MNIST (published: 1.47 % test error).
//!
//! [`network`] holds the equations of the layers, [`contrast`] puts positives against negatives, [`views`] draws.

pub mod contrast;
mod learning;
pub mod negatives;
pub mod network;
mod spec;
mod views;

use async_trait::async_trait;
use daydream_graph::{Function, Graph};

use self::contrast::{Contrast, Examples};
use self::learning::Learning;
use self::negatives::Negatives;
use self::network::Network;
use crate::data::{RowShape, Split};
use crate::{Built, Error, Knobs, Metrics, Model, Picture, Run, Setup, Words, batch, batch_labels, words};

pub(super) use spec::spec;

/// Rows of the test split that views show at once.
const SHOWN: usize = 200;
/// Rows that one call of `judge` runs through all layers, over all labels.
const JUDGED: usize = 1000;

/// Declares the network and what can be done with it.
fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let Setup { data, knobs } = *setup;
    let negatives = Negatives::of(knobs.whole("negatives"));
    check(setup, negatives)?;
    let (rows, classes, shape) = (knobs.whole("batch"), data.classes, data.shape);
    let chunk = (JUDGED / classes).clamp(1, 100);

    let g = Graph::new();
    let taught = Examples::new(batch(&g, data, rows), batch_labels(&g, rows), data, negatives);
    let images = |name: &str, rows: usize| g.input(name, [rows, shape.len()]);
    let shown = Examples::new(images("shown", SHOWN), g.input("shown.labels", [SHOWN]), data, negatives);
    let network = Network::new(&g, shape.len(), classes, knobs.whole("layers"), knobs.whole("width"));

    let train = Learning::new(&g).train(&network, &Contrast::new(&network, &taught, negatives), taught.labels);

    let contrast = Contrast::new(&network, &shown, negatives);
    let look = Function::new("look")
        .output("negatives", contrast.negatives)
        .output("negative labels", contrast.negative_labels);
    let look = contrast.activities.iter().enumerate().fold(look, |look, (number, activity)| {
        look.output(&views::goodness_output(number), activity.goodness / network.width() as f32)
    });

    let row = images("rows", chunk);
    let mut functions = vec![train, look];
    if negatives == Negatives::Hybrid {
        functions.push(Function::new("read").output("logits", network.read(&network.answer_unlabelled(row))));
    } else {
        let shown = network.show(row);
        functions.push(Function::new("read").output("logits", network.read(&network.answer_neutral(shown))));
        let goodness = network.judge(&network.answer(shown, network.every_label()));
        functions.push(Function::new("judge").output("goodness", goodness / network.width() as f32));
    }
    functions.extend([views::filters(&network), views::dream(&g, &network, data, negatives)]);
    let model = ForwardForward { negatives, layers: network.layers.len(), classes, chunk, shape };
    Ok(Built { module: g.compile(&functions), model: Box::new(model) })
}

/// Refuses what cannot be learned from.
fn check(setup: &Setup<'_>, negatives: Negatives) -> Result<(), Error> {
    let Setup { data, knobs } = *setup;
    let refuse = |reason: Words| Err(Error::Unsupported(reason));
    match negatives {
        Negatives::Predictions | Negatives::WrongLabels => {
            if data.classes < 2 {
                return refuse(words!(
                    "{name} has a single class, so no label can be wrong; choose hybrid negatives",
                    "데이터 {name}에는 클래스가 하나뿐이라 틀린 레이블이 있을 수 없습니다. 음성 데이터를 hybrid(혼합 이미지)로 바꿔 주세요.",
                    name = data.name
                ));
            }
            if data.shape.len() < 2 * data.classes {
                return refuse(words!(both shape = data.shape.words();
                    "the first {classes} pixels hold the label, and {name} has only {shape}; choose hybrid negatives or larger images",
                    "맨 앞 픽셀 {classes}개에 레이블을 적어야 하는데, 데이터 {name}에는 {shape}뿐입니다. 음성 데이터를 hybrid(혼합 이미지)로 \
                     바꾸거나 더 큰 이미지를 써 주세요.",
                    classes = data.classes,
                    name = data.name
                ));
            }
        }
        Negatives::Hybrid => {
            if knobs.whole("batch") < 2 {
                return refuse(words!(
                    "a hybrid image is made of two images of a batch; choose a batch of 2 or more",
                    "혼합 이미지는 배치 안의 두 이미지로 만듭니다. 배치 크기를 2 이상으로 해 주세요."
                ));
            }
        }
    }
    Ok(())
}

/// The order in which the functions are called.
struct ForwardForward {
    negatives: Negatives,
    layers: usize,
    classes: usize,
    /// Rows that `read` and `judge` take.
    chunk: usize,
    shape: RowShape,
}

#[async_trait(?Send)]
impl Model for ForwardForward {
    fn step(&self, run: &mut Run<'_>) {
        let epoch = f64::from(run.step()) / run.steps_per_epoch();
        run.write("cooling", &[cooling(epoch, f64::from(run.knobs().real("cooldown")))]);
        run.next_batch();
        run.call("train", run.step());
    }

    async fn evaluate(&self, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        let Some(labels) = split.labels() else { return Ok(vec![]) };
        let by_goodness = wanted.contains(&"test_error") && self.negatives != Negatives::Hybrid;
        let (mut judged, mut read) = (0, 0);
        for first in (0..split.len()).step_by(self.chunk) {
            let count = run.write_rows("rows", split, first);
            let labels = &labels[first..first + count];
            let logits = run.call_for("read", 0, "logits").await?;
            read += errors(labels, |row, label| logits[row * self.classes + label], self.classes);
            if by_goodness {
                let goodness = run.call_for("judge", 0, "goodness").await?;
                judged += errors(labels, |row, label| goodness[label * self.chunk + row], self.classes);
            }
        }
        let share = |errors: usize| errors as f64 / split.len() as f64;
        let found = [("test_error", share(if by_goodness { judged } else { read })), ("readout_error", share(read))];
        Ok(found.into_iter().filter(|(id, _)| wanted.contains(id)).map(|(id, x)| (id.to_owned(), x)).collect())
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
        match id {
            "goodness" => self.view_goodness(run).await,
            "labels" => self.view_labels(run, args.whole("image")).await,
            "filters" => self.view_filters(run, args.whole("first"), args.is_on("learned")).await,
            "negatives" => self.view_negatives(run).await,
            _ => self.view_dreams(run, args.whole("steps")).await,
        }
    }

    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        let labels: Vec<usize> = (0..count).map(|number| number % self.classes).collect();
        self.dream(run, &labels, views::DREAM_STEPS).await
    }
}

/// What the learning rates are multiplied by: 1 for `cooldown` epochs, then falling linearly to 0 over as many more. 0 epochs: always 1.
fn cooling(epoch: f64, cooldown: f64) -> f32 {
    if cooldown == 0.0 { 1.0 } else { (2.0 - epoch / cooldown).clamp(0.0, 1.0) as f32 }
}

/// For how many rows another label than the right one has the largest score.
fn errors(labels: &[u8], score: impl Fn(usize, usize) -> f32, classes: usize) -> usize {
    let best = |row: usize| (0..classes).max_by(|&a, &b| score(row, a).total_cmp(&score(row, b)));
    labels.iter().enumerate().filter(|&(row, &label)| best(row) != Some(usize::from(label))).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_constant_for_half_the_time_and_then_falls_to_zero() {
        let rates = [0.0, 49.9, 50.0, 75.0, 100.0, 120.0].map(|epoch| cooling(epoch, 50.0));
        assert_eq!(rates, [1.0, 1.0, 1.0, 0.5, 0.0, 0.0]);
        assert_eq!(cooling(1e6, 0.0), 1.0);
    }
}
