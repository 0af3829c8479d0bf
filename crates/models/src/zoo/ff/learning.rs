//! One training step: each layer by its own loss, the readout by its own.

use daydream_graph::{Function, Graph, REST, Tensor, grad};

use super::contrast::Contrast;
use super::network::{Lesson, Network};

/// Weight decay of the readout, as in the paper's code.
const READOUT_DECAY: f32 = 0.003;

/// The knobs that can be turned while it learns, each a number.
pub(crate) struct Learning<'g> {
    graph: &'g Graph,
    threshold: Tensor<'g>,
    peers: Tensor<'g>,
    rate: Tensor<'g>,
    readout_rate: Tensor<'g>,
    momentum: Tensor<'g>,
    decay: Tensor<'g>,
}

impl<'g> Learning<'g> {
    /// Declares the knobs, and the input `cooling`, which both rates are multiplied by.
    pub(crate) fn new(graph: &'g Graph) -> Learning<'g> {
        let knob = |name: &str| graph.input(name, []);
        let cooling = knob("cooling");
        Learning {
            graph,
            threshold: knob("threshold"),
            peers: knob("peer-normalisation"),
            rate: knob("learning-rate") * cooling,
            readout_rate: knob("readout-rate") * cooling,
            momentum: knob("momentum"),
            decay: knob("weight-decay"),
        }
    }

    /// The program `train`: all layers at once, for none waits for another's gradient.
    pub(crate) fn train(&self, network: &Network<'g>, contrast: &Contrast<'g>, labels: Tensor<'g>) -> Function {
        let mut train = Function::new("train");
        let mut lessons = Vec::new();
        for (number, (layer, activity)) in network.layers.iter().zip(&contrast.activities).enumerate() {
            let lesson = Lesson::new(layer, activity, self.threshold, self.peers);
            let gradients = grad(lesson.loss + lesson.peers, &[layer.weight, layer.bias]);
            let name = format!("layer{}", number + 1);
            train = self.descend(train, &format!("{name}.weight"), layer.weight, gradients[0], self.rate, self.decay);
            let none = self.graph.constant(0.0, []);
            train = self.descend(train, &format!("{name}.bias"), layer.bias, gradients[1], self.rate, none);
            train = train.update(layer.mean, lesson.mean);
            lessons.push(lesson);
        }

        let readout_loss = contrast.logits.cross_entropy(labels).mean();
        let decay = self.graph.constant(READOUT_DECAY, []);
        for (number, (&weight, gradient)) in
            network.readout.iter().zip(grad(readout_loss, &network.readout)).enumerate()
        {
            let name = format!("readout{}.weight", number + 1);
            train = self.descend(train, &name, weight, gradient, self.readout_rate, decay);
        }

        let mean = |value: fn(&Lesson<'g>) -> Tensor<'g>| {
            let sum = lessons.iter().map(value).reduce(|sum, value| sum + value);
            sum.expect("a network has a layer") / lessons.len() as f32
        };
        let (positive, negative) = (mean(|lesson| lesson.goodness[0]), mean(|lesson| lesson.goodness[1]));
        train
            .output("loss", mean(|lesson| lesson.loss))
            .output("readout_loss", readout_loss)
            .output("goodness_gap", positive - negative)
            .output("goodness_positive", positive)
            .output("goodness_negative", negative)
    }

    /// `s <- μ s + (1 - μ) g; p <- p - η (s + decay p)`
    fn descend(
        &self,
        train: Function,
        name: &str,
        param: Tensor<'g>,
        gradient: Tensor<'g>,
        rate: Tensor<'g>,
        decay: Tensor<'g>,
    ) -> Function {
        let smoothed = self.graph.param(&format!("{name}.smoothed"), param.constant_like(0.0));
        let next = self.momentum * smoothed + ((1.0 - self.momentum) * gradient + REST);
        train.update(smoothed, next).update(param, param - rate * (next + decay * param))
    }
}
