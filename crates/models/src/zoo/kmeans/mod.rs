//! K-means: every row is described by the nearest of K centroids, the architecture that keeps energy low in few places.
//!
//! ```text
//! energy           E(y, z) = ||y - Wz||²,   z one-hot                               y: [D], W: [D, K], its columns w_k the centroids
//! inference        F(y) = min_z E(y, z) = min_k ||y - w_k||²
//! inertia          the mean of F over the rows; scikit-learn's is the sum
//! coordinates      z of every row by inference, then w_k <- mean of the rows with z = k                        (Lloyd 1982)
//! mini-batches     w_k <- w_k + (1/N_k) Σ (y - w_k) over a batch's rows with z = k, N_k: its rows so far       (Sculley 2010)
//! gradient         w_k <- w_k - η ∂/∂w_k mean F = w_k + (2η/B) Σ (y - w_k) over a batch's rows with z = k
//! ```
//!
//! S. Lloyd, *Least squares quantization in PCM*, IEEE Transactions on Information Theory 28 (1982); as an energy it is told in LeCun,
//! Chopra, Hadsell, Ranzato & Huang, *A tutorial on energy-based learning* (2006). `W` is kept by its columns, `[K, D]`.
//!
//! A step of training sees one batch. Lloyd's centroids move when all rows were seen once: the batches between add to the sums, so that
//! any number of rows fits in memory and the iteration is that of all rows. Gradient descent starts from the same centroids, sees the
//! same batches and moves with each. All this is done for R starts at once, of which the set of the lowest inertia is shown: either
//! method ends in the local minimum whose basin it started in. A centroid that no row is nearest to stays where it is.

mod lloyd;
mod spec;
mod views;

use std::collections::BTreeMap;

use async_trait::async_trait;
use daydream_graph::{Function, Graph};

use self::lloyd::{Pass, Sets};
use super::low_energy::{self, Own};
use crate::data::{Kind, Split};
use crate::model::{Built, Metrics, Model, Setup};
use crate::{Error, Knobs, Picture, Run, batch, words};

pub(super) use lloyd::{Assigned, choosing, nearest};
use spec::MINI_BATCHES;
pub(super) use spec::spec;

/// Rows that programs other than `train` work on at once.
const ROWS: usize = 512;
/// Share of the inertia so far that the running mean over mini-batches keeps.
const KEPT: f32 = 0.9;
/// Most rows that a centroid of mini-batches remembers: one that remembers all ends up not moving at all, and counts in 32 bits are
/// exact below 2²⁴ only.
const REMEMBERED: f32 = 1e6;

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (data, knobs) = (setup.data, setup.knobs);
    if !matches!(data.shape.channels, 1 | 3) {
        return Err(Error::Unsupported(words!(both shape = data.shape.words();
            "kmeans draws images with 1 or 3 channels; these are {shape}",
            "K-평균은 채널이 1개나 3개인 이미지만 그릴 수 있는데, 이 데이터는 {shape}입니다."
        )));
    }
    let rows = knobs.whole("batch");
    let shape = [knobs.whole("restarts"), knobs.whole("clusters"), data.shape.len()];
    let is_plane = data.kind == Kind::Points;

    let g = Graph::new();
    let y = batch(&g, data, rows); // [B, D]
    let lloyd = Sets::declare(&g, "lloyd", shape, is_plane);
    let descent = Sets::declare(&g, "descent", shape, is_plane);
    let [written, ends, keep, keep_total] = ["written", "ends", "keep", "keep.total"].map(|id| g.input(id, []));
    let mask = g.iota(0, [rows]).less(written.broadcast_to([rows])); // [B]
    let (seen, moves) = (g.param("seen", g.constant(0.0, [])), g.param("moves", g.constant(0.0, [])));
    let pass = Pass { keep, keep_total, seen: keep_total * seen + written, ends, moves: moves + ends };

    let found = Assigned::of(y, mask, lloyd.centroids);
    let sums = g.param("sums", g.constant(0.0, shape)); // [R, K, D]
    let weights = g.param("weights", g.constant(0.0, &shape[..2])); // [R, K]
    let sums_now = keep * sums + found.sums;
    let weights_now = (g.input("keep.weights", []) * weights + found.counts).minimum(g.constant(REMEMBERED, []));
    let way = sums_now - lloyd.counted(&pass, &found).unsqueeze(2) * lloyd.centroids;
    let moved = lloyd.centroids + ends * way / weights_now.maximum(g.constant(1.0, [])).unsqueeze(2);

    let other = Assigned::of(y, mask, descent.centroids);
    let slope = 2.0 * (other.counts.unsqueeze(2) * descent.centroids - other.sums) / written;
    let descended = descent.centroids - g.input("learning-rate", []) * slope;

    let train = Function::new("train")
        .output("inertia", lloyd.lowest(&pass, &found))
        .output("inertia_gradient", descent.lowest(&pass, &other))
        .output("empty_clusters", lloyd.empty())
        .output("empty_clusters_gradient", descent.empty())
        .updates([(seen, pass.seen), (moves, pass.moves), (sums, sums_now), (weights, weights_now)])
        .updates(lloyd.updates(&pass, &found, moved))
        .updates(descent.updates(&pass, &other, descended));
    let begin =
        Function::new("begin").updates([&lloyd, &descent].into_iter().flat_map(|sets| sets.start(lloyd.centroids)));
    let mut functions = vec![choosing(&g, "start", y, lloyd.centroids), begin, train];
    functions.extend(views::programs(&g, &lloyd, &descent));
    if is_plane {
        let centroids = Sets::part(lloyd.centroids, lloyd.best());
        functions.extend(low_energy::declare(&g, y, Own { centroids: Some(centroids), ..Own::default() }));
    }
    Ok(Built { module: g.compile(&functions), model: Box::new(KMeans { is_plane }) })
}

struct KMeans {
    is_plane: bool,
}

#[async_trait(?Send)]
impl Model for KMeans {
    /// Chooses the centroids to start from among the rows of one random batch.
    fn start(&self, run: &mut Run<'_>) {
        run.next_batch_of(0);
        run.write("start.spread", &[if run.knobs().whole("start") == 0 { 1.0 } else { 0.0 }]);
        for number in 0..run.knobs().whole("clusters") as u32 {
            run.write("start.number", &[number as f32]);
            run.call("start.choose", number);
        }
        run.call("begin", 0);
        if self.is_plane {
            low_energy::start(run);
        }
    }

    fn step(&self, run: &mut Run<'_>) {
        let rows = run.knobs().whole("batch");
        let (written, ends, keep, keep_total, keep_weights);
        if run.knobs().whole("method") == MINI_BATCHES {
            run.next_batch();
            (written, ends, keep, keep_total, keep_weights) = (rows, true, 0.0, KEPT, 1.0);
        } else {
            let batches = run.data().train.len().div_ceil(rows);
            let number = run.step() as usize % batches;
            let kept = if number == 0 { 0.0 } else { 1.0 };
            written = run.batch_from(number * rows);
            (ends, keep, keep_total, keep_weights) = (number + 1 == batches, kept, kept, kept);
        }
        run.write("written", &[written as f32]);
        run.write("ends", &[if ends { 1.0 } else { 0.0 }]);
        run.write("keep", &[keep]);
        run.write("keep.total", &[keep_total]);
        run.write("keep.weights", &[keep_weights]);
        if self.is_plane {
            low_energy::step(run);
        }
        run.call("train", run.step());
    }

    async fn evaluate(&self, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        let (mut inertia, mut other, mut clusters) = (0.0, 0.0, Vec::new());
        let total = |values: &[f32]| values.iter().copied().map(f64::from).sum::<f64>();
        for first in (0..split.len()).step_by(ROWS) {
            let count = run.write_rows("rows", split, first);
            run.call("evaluate", 0);
            inertia += total(&run.read("evaluate", "inertia").await?[..count]);
            other += total(&run.read("evaluate", "inertia_gradient").await?[..count]);
            clusters.extend_from_slice(&run.read("evaluate", "clusters").await?[..count]);
        }
        let empty = run.read("evaluate", "empty_clusters").await?[0];
        let empty_gradient = run.read("evaluate", "empty_clusters_gradient").await?[0];
        let rows = split.len() as f64;
        let mut metrics: Metrics = vec![
            ("inertia".to_owned(), inertia / rows),
            ("inertia_gradient".to_owned(), other / rows),
            ("empty_clusters".to_owned(), f64::from(empty)),
            ("empty_clusters_gradient".to_owned(), f64::from(empty_gradient)),
        ];
        if let Some(labels) = split.labels() {
            metrics.push(("purity".to_owned(), purity(&clusters, labels)));
        }
        metrics.retain(|(id, _)| wanted.contains(&id.as_str()));
        Ok(metrics)
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, _args: &Knobs) -> Result<Picture, Error> {
        match id {
            "wells" => views::wells(run).await,
            "regions" => views::regions(run).await,
            "centroids" => views::centroids(run).await,
            "members" => views::members(run).await,
            "restarts" => views::restarts(run).await,
            "low-energy" => low_energy::view(run).await,
            _ => unreachable!("the session asks for declared views only, and {id:?} is none of them"),
        }
    }

    /// Draws a cluster with the probability of its share of the rows; points scatter around its centroid as the data do, images are
    /// the centroid itself.
    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        let mut rows = Vec::new();
        for counter in 0..count.div_ceil(ROWS) {
            let output = if self.is_plane { "rows" } else { "means" };
            rows.extend(run.call_for("sample", counter as u32, output).await?);
        }
        rows.truncate(count * run.data().shape.len());
        Ok(rows)
    }
}

/// The share of rows that have the label that is most frequent in their cluster.
fn purity(clusters: &[f32], labels: &[u8]) -> f64 {
    let mut counts = BTreeMap::<usize, BTreeMap<u8, usize>>::new();
    for (&cluster, &label) in clusters.iter().zip(labels) {
        *counts.entry(cluster as usize).or_default().entry(label).or_default() += 1;
    }
    let agreeing: usize = counts.values().filter_map(|labels| labels.values().max()).sum();
    agreeing as f64 / labels.len() as f64
}
