//! A small classifier that says what generated images show: the judge.
//!
//! A multilayer perceptron that the engine itself trains on the labelled training split, the first time that somebody asks for
//! its opinion. It lives beside the model in the same module: its parameters `judge.*` are in the model's checkpoints, its programs are `judge.train` and `judge.look`.
//! Two judges with the same data and seed are the same.

use daydream_graph::{Function, Graph, Optimizer, grad};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use crate::data::{Dataset, Kind, Split};
use crate::layers::Mlp;
use crate::metrics::frechet::Moments;
use crate::{Error, Run};

/// Widths of the hidden layers. The last one's activations are the features in which images are compared.
const HIDDEN: [usize; 2] = [128, FEATURES];
/// How many features an image has.
pub const FEATURES: usize = 64;
const BATCH: usize = 128;
const STEPS: u32 = 2000;
/// Learning rate of Adam at the first step; it falls linearly to 0 at the last.
const RATE: f32 = 2e-3;
/// Rows that it looks at in one go.
const LOOK: usize = 256;

/// What the judge thinks of some images.
#[derive(Clone, Debug)]
pub struct Opinion {
    /// How many of the images it gives to each class.
    pub counts: Vec<usize>,
    /// The mean over the images of the largest class probability.
    pub confidence: f64,
    /// Mean and covariance of the features.
    pub moments: Moments,
    /// The class that it gives to each image.
    pub classes: Vec<usize>,
}

impl Opinion {
    /// How many classes were given to at least one image in a hundred.
    pub fn classes_covered(&self) -> usize {
        let all: usize = self.counts.iter().sum();
        self.counts.iter().filter(|&&count| count > 0 && 100 * count >= all).count()
    }
}

/// Whether there can be a judge: for labelled images of two classes or more.
pub fn exists_for(data: &Dataset) -> bool {
    data.kind == Kind::Images && data.classes >= 2 && data.train.labels().is_some()
}

/// Declares the judge's parameters and returns its programs, for the model to compile beside its own.
pub fn programs(graph: &Graph, data: &Dataset) -> [Function; 2] {
    let [first, second] = HIDDEN;
    let net = Mlp::new(graph, "judge", &[data.shape.len(), first, second, data.classes], |x| x.relu());

    let (rows, labels) = (graph.input("judge.batch", [BATCH, data.shape.len()]), graph.input("judge.labels", [BATCH]));
    let loss = net.apply(rows).cross_entropy(labels).mean();
    let time = graph.param("judge.time", graph.constant(0.0, []));
    let rate = RATE * (1.0 - time / STEPS as f32);
    let params = net.params();
    let updates = Optimizer::ADAM.updates(graph, "judge.adam", rate, &params, &grad(loss, &params));
    let train = Function::new("judge.train").updates(updates).update(time, time + 1.0);

    let shown = graph.input("judge.shown", [LOOK, data.shape.len()]);
    let [below @ .., last] = &net.layers[..] else { unreachable!("it has three layers") };
    let features = below.iter().fold(shown, |x, layer| layer.apply(x).relu());
    let look = Function::new("judge.look")
        .output("features", features)
        .output("probabilities", last.apply(features).softmax(1));
    [train, look]
}

/// The judge's opinion of rows `[N, D]`. Trains it first if that has not been done.
pub async fn opinion(run: &mut Run<'_>, rows: &[f32]) -> Result<Opinion, Error> {
    train(run).await?;
    let (width, classes) = (run.data().shape.len(), run.data().classes);
    let mut opinion =
        Opinion { counts: vec![0; classes], confidence: 0.0, moments: Moments::new(FEATURES), classes: vec![] };
    let mut shown = vec![0.0; LOOK * width];
    for chunk in rows.chunks(LOOK * width) {
        shown[..chunk.len()].copy_from_slice(chunk);
        run.write("judge.shown", &shown);
        run.call("judge.look", 0);
        let images = chunk.len() / width;
        let features = run.read("judge.look", "features").await?;
        opinion.moments.add(&features[..images * FEATURES]);
        let probabilities = run.read("judge.look", "probabilities").await?;
        for row in probabilities.chunks_exact(classes).take(images) {
            let largest = row.iter().copied().fold(0.0, f32::max);
            let class = row.iter().position(|&p| p == largest).unwrap_or(0);
            opinion.counts[class] += 1;
            opinion.classes.push(class);
            opinion.confidence += f64::from(largest);
        }
    }
    opinion.confidence /= opinion.classes.len() as f64;
    Ok(opinion)
}

/// The share of a split's rows whose class the judge names.
pub async fn accuracy(run: &mut Run<'_>, split: &Split) -> Result<f64, Error> {
    let rows: Vec<f32> = (0..split.len()).flat_map(|index| split.row(index)).collect();
    let opinion = opinion(run, &rows).await?;
    let labels = split.labels().unwrap_or_default();
    let right = opinion.classes.iter().zip(labels).filter(|(class, label)| **class == usize::from(**label)).count();
    Ok(right as f64 / split.len() as f64)
}

/// Trains the judge to its last step, from wherever it stands.
async fn train(run: &mut Run<'_>) -> Result<(), Error> {
    let data = run.data();
    let labels = data.train.labels().unwrap_or_default();
    let done = run.read_param("judge.time").await?[0] as u32;
    for step in done..STEPS {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(u64::from(run.seed()) << 32 | u64::from(step));
        let chosen: Vec<usize> = (0..BATCH).map(|_| random.random_range(0..data.train.len())).collect();
        let rows: Vec<f32> = chosen.iter().flat_map(|&row| data.train.row(row)).collect();
        let classes: Vec<f32> = chosen.iter().map(|&row| f32::from(labels[row])).collect();
        run.write("judge.batch", &rows);
        run.write("judge.labels", &classes);
        run.call("judge.train", step);
    }
    Ok(())
}
