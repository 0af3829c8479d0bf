//! Positive rows against negative rows: what every layer learns from, and what the readout sees beside it.

use daydream_graph::{Graph, Tensor};

use super::negatives::{Negatives, hybrids, wrong_labels};
use super::network::{Activity, Network};
use crate::data::{Dataset, RowShape};

/// B images with their labels, and the random numbers that make negatives of them.
pub struct Examples<'g> {
    /// `[B, D]`
    pub images: Tensor<'g>,
    /// Class numbers: `[B]`
    pub labels: Tensor<'g>,
    shape: RowShape,
    noise: Tensor<'g>,
}

impl<'g> Examples<'g> {
    /// Declares the random numbers. Examples are declared before the network, so that the same negatives are drawn whatever its depth.
    pub fn new(images: Tensor<'g>, labels: Tensor<'g>, data: &Dataset, negatives: Negatives) -> Examples<'g> {
        let (graph, rows) = (images.graph(), labels.numel());
        let noise = match negatives {
            Negatives::Predictions | Negatives::WrongLabels => graph.uniform([rows, data.classes]),
            Negatives::Hybrid => graph.uniform([rows, data.shape.height, data.shape.width]),
        };
        Examples { images, labels, shape: data.shape, noise }
    }
}

/// The network's answers to examples and to their negatives.
pub struct Contrast<'g> {
    /// Of every layer, to B positive rows and after them to B negative ones.
    pub activities: Vec<Activity<'g>>,
    /// Of the readout, to the images as it will see them in a test: `[B, C]`
    pub logits: Tensor<'g>,
    /// The negatives as images, with their label in the first pixels: `[B, D]`
    pub negatives: Tensor<'g>,
    /// The labels that negatives carry; the images' own where none is shown: `[B]`
    pub negative_labels: Tensor<'g>,
}

impl<'g> Contrast<'g> {
    /// Shows examples and negatives of the given kind to a network.
    pub fn new(network: &Network<'g>, examples: &Examples<'g>, negatives: Negatives) -> Contrast<'g> {
        match negatives {
            Negatives::Predictions | Negatives::WrongLabels => Contrast::of_labels(network, examples, negatives),
            Negatives::Hybrid => Contrast::of_hybrids(network, examples),
        }
    }

    fn of_labels(network: &Network<'g>, examples: &Examples<'g>, negatives: Negatives) -> Contrast<'g> {
        let Examples { images, labels, noise, .. } = *examples;
        let shown = network.show(images);
        let logits = network.read(&network.answer_neutral(shown));
        let preference = if negatives == Negatives::Predictions { logits.detach() } else { logits.constant_like(0.0) };
        let wrong = wrong_labels(labels, preference, noise);

        let pixels = wrong.one_hot(noise.extent(1));
        let rest = images.extent(1) - noise.extent(1);
        let image = images.slice(1, noise.extent(1), images.extent(1)).pad(1, noise.extent(1), 0);
        Contrast {
            activities: network.answer(shown, network.label(stack(labels, wrong))),
            logits,
            negatives: pixels.pad(1, 0, rest) + image,
            negative_labels: wrong,
        }
    }

    fn of_hybrids(network: &Network<'g>, examples: &Examples<'g>) -> Contrast<'g> {
        let Examples { images, labels, shape, noise } = *examples;
        let [b, d] = [images.extent(0), images.extent(1)];
        let negatives = hybrids(images, shape, noise);
        let activities = network.answer_unlabelled(stack(images, negatives).reshape([2 * b, d]));
        let positives: Vec<Activity> = activities.iter().map(|activity| activity.rows(0..b)).collect();
        Contrast { logits: network.read(&positives), activities, negatives, negative_labels: labels }
    }
}

/// Two tensors of one shape as one with a new first axis: `[2, ..]`
fn stack<'g>(first: Tensor<'g>, second: Tensor<'g>) -> Tensor<'g> {
    let graph: &'g Graph = first.graph();
    let number = graph.iota(0, [vec![2], first.shape()].concat());
    number.less(number.constant_like(1.0)).select(first, second)
}
