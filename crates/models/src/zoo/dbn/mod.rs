//! The deep belief network: restricted Boltzmann machines stacked on each other, each trained on what the one below makes of the data; and
//! a classifier that starts from their weights, beside its twin that starts from random ones.
//!
//! ```text
//! stack          v = h⁰,   p(h = 1 | below) = σ(below Wˡ + cˡ),   l = 1 .. L                Wˡ: [Dˡ, H], D¹ pixels, Dˡ = H above
//! learning       layer by layer: Wˡ by contrastive divergence on the probabilities of h^(l-1); the layers below stay as they are
//! dreaming       Gibbs steps of the topmost machine, then down: p(h^(l-1) = 1 | hˡ) = σ(hˡ Wˡᵀ + bˡ)
//! classifier     log p(class | v) = log softmax(hᴸ U + d) with h by probabilities; all of Wˡ, cˡ, U, d by gradient (Adam)
//! ```
//!
//! Hinton, Osindero & Teh, *A Fast Learning Algorithm for Deep Belief Nets*, Neural Computation 18, 2006, whose greedy learning this is
//! (without its up-down pass); fine-tuned by gradient as in Bengio, Lamblin, Popovici & Larochelle, *Greedy Layer-Wise Training of Deep
//! Networks*, 2006. Letters are those of [`crate::zoo::rbm`].
//!
//! The layer in training follows from the step alone: `pretrain-steps` for each, then fine-tuning goes on without end. Pre-training sees
//! all training images and no label. Fine-tuning sees the labels of a few images, drawn by the seed. Both classifiers have the same
//! shape, the same batches, the same optimizer and as many steps; their readouts start at 0, and the twin's layers as Glorot & Bengio
//! (2010) start them. The topmost machine keeps its chains from step to step, for they are what dreams; those below start theirs at the data.

mod classifier;
mod spec;
mod stack;
mod views;

use std::cell::OnceCell;

use async_trait::async_trait;
use daydream_graph::{Function, Graph, Optimizer, grad};

use self::classifier::Classifier;
use self::stack::Stack;
use crate::batches::Batches;
use crate::data::Split;
use crate::zoo::rbm::learning::Statistics;
use crate::zoo::rbm::{log_odds, pixel_means};
use crate::{Built, Error, Knobs, Measuring, Metrics, Model, Picture, Run, Setup, batch, batch_labels, words};

pub(super) use spec::spec;

/// Rows that programs other than those of training work on at once.
const ROWS: usize = 200;
/// Larger networks are refused: each weight is kept eight times, with velocities and the optimizer's means.
const MAX_WEIGHTS: usize = 1 << 23;

/// Declares the stack, both classifiers, and what can be done with them.
fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (data, knobs) = (setup.data, setup.knobs);
    let (depth, width, pixels) = (knobs.whole("layers"), knobs.whole("width"), data.shape.len());
    check(setup, pixels * width + (depth - 1) * width * width)?;

    let g = Graph::new();
    let rows = knobs.whole("batch");
    let stack = Stack::new(&g, pixels, &vec![width; depth]);
    let pretrained = Classifier::empty(&g, "pretrained", &stack, data.classes);
    let random = Classifier::glorot(&g, "random", &stack, data.classes);
    let (x, labels) = (batch(&g, data, rows), batch_labels(&g, rows));

    let mut functions = Vec::new();
    let [rate, momentum, resume] = ["learning-rate", "momentum", "resume"].map(|id| g.input(id, []));
    let decay = g.input("weight-decay", []);
    for (number, machine) in stack.layers.iter().enumerate() {
        let chain = g.param(&format!("layer{}.chain", number + 1), g.constant(0.5, [rows, width]));
        let seen = stack.up(x, number); // [B, Dˡ]
        let seen = if number == 0 { seen } else { seen.bernoulli() };
        let statistics = Statistics::gather(machine, seen, chain, resume);
        let moves = statistics.contrast().updates(&g, &format!("layer{}.", number + 1), machine, rate, momentum, decay);
        let train = Function::new(&layer_program("train", number)).updates(moves);
        functions.push(train.update(chain, statistics.chain_hidden));
        functions.extend(views::dreaming(&g, &stack, number, chain));
    }

    let losses = [&pretrained, &random].map(|classifier| classifier.logits(x).cross_entropy(labels).mean());
    let params = [pretrained.params(), random.params()].concat();
    let moves = Optimizer::ADAM.updates(
        &g,
        "adam",
        g.input("fine-tuning-rate", []),
        &params,
        &grad(losses[0] + losses[1], &params),
    );
    functions.push(Function::new("take-over").updates(pretrained.taking_over(&stack)));
    functions.push(Function::new("fine-tune").updates(moves));
    let error = |depth: usize| (x - stack.down(stack.up(x, depth), depth)).square().mean();
    functions.extend((0..depth).map(|number| {
        Function::new(&layer_program("watch", number))
            .output("reconstruction_error", error(number + 1))
            .output("pretrained_loss", losses[0])
            .output("random_loss", losses[1])
    }));

    let shown = g.input("rows", [ROWS, pixels]);
    functions.push(
        Function::new("classify").output("pretrained", pretrained.logits(shown)).output("random", random.logits(shown)),
    );
    functions.extend(views::looking(&stack, shown));
    let model = DeepBelief { depth, classes: data.classes, labelled: OnceCell::new() };
    Ok(Built { module: g.compile(&functions), model: Box::new(model) })
}

/// Refuses what cannot be learned from.
fn check(setup: &Setup<'_>, weights: usize) -> Result<(), Error> {
    let shape = setup.data.shape;
    if !matches!(shape.channels, 1 | 3) {
        return Err(Error::Unsupported(words!(both shape = shape.words();
            "dbn draws images with 1 or 3 channels; these are {shape}",
            "심층 신뢰망은 채널이 1개나 3개인 이미지만 그릴 수 있는데, 이 데이터는 {shape}입니다."
        )));
    }
    if weights > MAX_WEIGHTS {
        return Err(Error::Unsupported(words!(both shape = shape.words();
            "{shape} make a network of {weights} weights, and it can have at most {MAX_WEIGHTS}; take smaller images, or fewer or narrower layers",
            "{shape}로 신경망을 만들면 가중치가 {weights}개가 되는데, {MAX_WEIGHTS}개까지 쓸 수 있습니다. 이미지 크기나 층의 수, 층의 너비를 줄여 주세요."
        )));
    }
    Ok(())
}

/// The name of a program of one layer.
fn layer_program(what: &str, number: usize) -> String {
    format!("{what}-{}", number + 1)
}

/// What the data and the knobs fix at build time.
struct DeepBelief {
    depth: usize,
    classes: usize,
    /// The rows of the training split whose labels are known; they follow from the seed.
    labelled: OnceCell<Vec<u32>>,
}

/// What a training step is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Training of this layer.
    Layer(usize),
    /// Fine-tuning step of this number.
    FineTuning(u32),
}

impl DeepBelief {
    fn phase(&self, run: &Run<'_>) -> Phase {
        let each = run.knobs().whole("pretrain-steps") as u32;
        match (run.step() / each) as usize {
            layer if layer < self.depth => Phase::Layer(layer),
            _ => Phase::FineTuning(run.step() - each * self.depth as u32),
        }
    }

    /// The topmost layer that has learned something.
    fn top(&self, run: &Run<'_>) -> usize {
        match self.phase(run) {
            Phase::Layer(layer) => layer,
            Phase::FineTuning(_) => self.depth - 1,
        }
    }

    /// The class that both classifiers name for each row of a split, the pre-trained one first.
    async fn judgements(&self, run: &mut Run<'_>, split: &Split) -> Result<[Vec<usize>; 2], Error> {
        let mut named = [Vec::new(), Vec::new()];
        for first in (0..split.len()).step_by(ROWS) {
            let count = run.write_rows("rows", split, first);
            run.call("classify", 0);
            for (named, output) in named.iter_mut().zip(["pretrained", "random"]) {
                let logits = run.read("classify", output).await?;
                let best = |row: &[f32]| (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0);
                named.extend(logits.chunks_exact(self.classes).take(count).map(best));
            }
        }
        Ok(named)
    }
}

#[async_trait(?Send)]
impl Model for DeepBelief {
    fn start(&self, run: &mut Run<'_>) {
        run.write_param("layer1.visible.bias", &log_odds(&pixel_means(&run.data().train)));
    }

    fn step(&self, run: &mut Run<'_>) {
        match self.phase(run) {
            Phase::Layer(layer) => {
                run.next_batch();
                run.write("resume", &[f32::from(u8::from(layer + 1 == self.depth))]);
                run.call(&layer_program("train", layer), run.step());
            }
            Phase::FineTuning(number) => {
                if number == 0 {
                    run.call("take-over", 0);
                }
                let known = self.labelled.get_or_init(|| {
                    let rows = run.data().train.len();
                    Batches::new(!run.seed(), rows).rows(0, run.knobs().whole("labelled").min(rows)).collect()
                });
                let mut batches = Batches::new(run.seed(), known.len());
                let chosen = batches.rows(u64::from(number), run.knobs().whole("batch"));
                run.batch_of(&chosen.map(|row| known[row as usize]).collect::<Vec<u32>>());
                run.call("fine-tune", run.step());
            }
        }
    }

    fn measure(&self, run: &mut Run<'_>) -> Measuring {
        let watch = layer_program("watch", self.top(run));
        run.call(&watch, run.step());
        run.measure_outputs(&watch)
    }

    /// Errors exist once classifiers learn.
    async fn evaluate(&self, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        let (Some(labels), Phase::FineTuning(1..)) = (split.labels(), self.phase(run)) else { return Ok(vec![]) };
        let errors = self.judgements(run, split).await?.map(|named| {
            let wrong = named.iter().zip(labels).filter(|(class, label)| **class != usize::from(**label)).count();
            wrong as f64 / split.len() as f64
        });
        let found =
            [("pretrained_error", errors[0]), ("random_error", errors[1]), ("advantage", errors[1] - errors[0])];
        Ok(found.into_iter().filter(|(id, _)| wanted.contains(id)).map(|(id, x)| (id.to_owned(), x)).collect())
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
        match id {
            "dreams" => self.view_dreams(run, args.whole("steps") as u32).await,
            "filters" => self.view_filters(run, args.whole("layer")).await,
            "reconstructions" => self.view_reconstructions(run, args.whole("row")).await,
            _ => self.view_judgements(run).await,
        }
    }

    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        self.dream(run, count, views::SAMPLE_STEPS).await
    }
}
