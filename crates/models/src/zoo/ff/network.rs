//! The network: layers that answer to normalised rows, a linear readout beside them, and the loss of each layer.
//!
//! A layer of n units sees rows `x̂ = x / √(mean x² + ε)`, whose length says nothing any more, and answers with
//! `h = max(x̂ W + b, 0)` of goodness `G = Σⱼ hⱼ²`. What the next layer sees is `ĥ`, detached: only the direction of `h`
//! goes on, so that no layer can judge by the goodness of the one below, and no gradient comes back.
//! Because `x̂ W = (x W) / √(mean x² + ε)`, normalised rows are never written to memory.
//!
//! Letters: D pixels, C classes, n units in a layer, B images, K labels shown with each of them, R = K·B rows.

use std::ops::Range;

use daydream_graph::{Graph, Tensor};

/// ε: keeps the normalisation of an empty row finite.
const EPSILON: f32 = 1e-8;
/// Share of the running mean activity that is kept at each step.
const MEAN_KEPT: f32 = 0.9;

/// A layer of n units.
#[derive(Clone, Copy)]
pub struct Layer<'g> {
    /// W: `[inputs, n]`
    pub weight: Tensor<'g>,
    /// b: `[n]`
    pub bias: Tensor<'g>,
    /// Running mean activity of each unit on positive rows: `[n]`
    pub mean: Tensor<'g>,
}

/// What a layer answers to R rows.
#[derive(Clone, Copy)]
pub struct Activity<'g> {
    /// Total input, `x̂ W + b`: `[R, n]`
    pub total: Tensor<'g>,
    /// h: `[R, n]`
    pub h: Tensor<'g>,
    /// `G = Σⱼ hⱼ²`: `[R, 1]`
    pub goodness: Tensor<'g>,
}

impl<'g> Activity<'g> {
    /// From the total input, `[.., n]`, of as many rows as the other axes have.
    fn new(total: Tensor<'g>) -> Activity<'g> {
        let n = total.extent(total.rank() - 1);
        let rows = [total.numel() / n, n];
        let h = total.relu().reshape(rows);
        Activity { total: total.reshape(rows), h, goodness: h.square().sum_keep(&[1]) }
    }

    /// Some of the rows.
    pub fn rows(&self, rows: Range<usize>) -> Activity<'g> {
        let take = |x: Tensor<'g>| x.slice(0, rows.start, rows.end);
        Activity { total: take(self.total), h: take(self.h), goodness: take(self.goodness) }
    }

    /// `ĥ W` for weights `[n, m]`: `[R, m]`
    fn onto(&self, weight: Tensor<'g>, seen: Seen) -> Tensor<'g> {
        let (h, goodness) = match seen {
            Seen::Detached => (self.h.detach(), self.goodness.detach()),
            Seen::Whole => (self.h, self.goodness),
        };
        h.dot(weight) * inverse_rms(goodness, weight.extent(0))
    }
}

/// What a layer, or the readout, sees of the layers below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    /// Numbers: nothing can be asked of the layers below.
    Detached,
    /// Functions of the input.
    Whole,
}

/// `1 / √(mean x² + ε)` from the sum of `count` squares.
fn inverse_rms(squares: Tensor<'_>, count: usize) -> Tensor<'_> {
    (squares / count as f32 + EPSILON).sqrt().recip()
}

/// Images whose first C pixels make way for a label. What does not depend on the label is computed once for all labels.
#[derive(Clone, Copy)]
pub struct Shown<'g> {
    /// x W₁ without the first C pixels: `[B, n]`
    product: Tensor<'g>,
    /// Σ x² without the first C pixels: `[B, 1]`
    squares: Tensor<'g>,
}

/// All layers and the readout.
pub struct Network<'g> {
    /// The layers, first to last.
    pub layers: Vec<Layer<'g>>,
    /// Weights of the softmax readout from each of the judged layers in turn: `[n, C]`
    pub readout: Vec<Tensor<'g>>,
    /// W of the first layer before any step: `[D, n]`
    pub start: Tensor<'g>,
    pixels: usize,
    classes: usize,
    seen: Seen,
}

impl<'g> Network<'g> {
    /// Weights `N(0, 1/inputs)`, biases and readout 0, running means ½.
    pub fn new(graph: &'g Graph, pixels: usize, classes: usize, depth: usize, width: usize) -> Network<'g> {
        let random = |inputs: usize| graph.normal([inputs, width]) / (inputs as f32).sqrt();
        let start = random(pixels);
        let layer = |number: usize| {
            let name = |part: &str| format!("layer{}.{part}", number + 1);
            Layer {
                weight: graph.param(&name("weight"), if number == 0 { start } else { random(width) }),
                bias: graph.param(&name("bias"), graph.constant(0.0, [width])),
                mean: graph.param(&name("mean"), graph.constant(0.5, [width])),
            }
        };
        let layers = (0..depth).map(layer).collect();
        let readout = (1..=judged(depth).len())
            .map(|number| graph.param(&format!("readout{number}.weight"), graph.constant(0.0, [width, classes])))
            .collect();
        Network { layers, readout, start, pixels, classes, seen: Seen::Detached }
    }

    /// The same network with gradients through all of its layers, which learning never follows: for pictures of what it has learned.
    pub fn seen_through(&self) -> Network<'g> {
        Network { layers: self.layers.clone(), readout: self.readout.clone(), seen: Seen::Whole, ..*self }
    }

    /// Shows images `[B, D]` to the first layer.
    pub fn show(&self, images: Tensor<'g>) -> Shown<'g> {
        let image = images.slice(1, self.classes, self.pixels);
        let weight = self.layers[0].weight.slice(0, self.classes, self.pixels);
        Shown { product: image.dot(weight), squares: image.square().sum_keep(&[1]) }
    }

    /// What the label pixels add to x W₁ for labels `[K, B]`, one of C pixels on: `[K, B, n]`
    pub fn label(&self, labels: Tensor<'g>) -> Tensor<'g> {
        let [k, b] = [labels.extent(0), labels.extent(1)];
        let pixels = labels.one_hot(self.classes).reshape([k * b, self.classes]);
        pixels.dot(self.label_weight()).reshape([k, b, self.width()])
    }

    /// The same for every label there is, whatever the image: `[C, 1, n]`
    pub fn every_label(&self) -> Tensor<'g> {
        self.label_weight().reshape([self.classes, 1, self.width()])
    }

    /// The answers of all layers to images with labels of which [`Network::label`] or [`Network::every_label`] made `label`.
    pub fn answer(&self, shown: Shown<'g>, label: Tensor<'g>) -> Vec<Activity<'g>> {
        self.rest(self.first(shown, label, 1.0))
    }

    /// The answers to images with the neutral label: every label pixel at 1/C. What the readout sees.
    pub fn answer_neutral(&self, shown: Shown<'g>) -> Vec<Activity<'g>> {
        let label = self.label_weight().mean_keep(&[0]).reshape([1, 1, self.width()]);
        self.rest(self.first(shown, label, 1.0 / self.classes as f32))
    }

    /// The answers to images without any label, `[R, D]`.
    pub fn answer_unlabelled(&self, images: Tensor<'g>) -> Vec<Activity<'g>> {
        let scale = inverse_rms(images.square().sum_keep(&[1]), self.pixels);
        self.rest(images.dot(self.layers[0].weight) * scale + self.layers[0].bias)
    }

    /// Logits of the softmax readout from the normalised activities of the judged layers: `[R, C]`
    pub fn read(&self, activities: &[Activity<'g>]) -> Tensor<'g> {
        let logits =
            self.judged(activities).iter().zip(&self.readout).map(|(layer, weight)| layer.onto(*weight, self.seen));
        logits.reduce(|sum, logits| sum + logits).expect("a network has a layer")
    }

    /// The goodness that an image is classified by, the sum over the judged layers: `[R, 1]`
    pub fn judge(&self, activities: &[Activity<'g>]) -> Tensor<'g> {
        let goodness = self.judged(activities).iter().map(|layer| layer.goodness);
        goodness.reduce(|sum, goodness| sum + goodness).expect("a network has a layer")
    }

    /// Units in a layer.
    pub fn width(&self) -> usize {
        self.layers[0].bias.numel()
    }

    fn judged<'a>(&self, activities: &'a [Activity<'g>]) -> &'a [Activity<'g>] {
        &activities[judged(self.layers.len())]
    }

    fn label_weight(&self) -> Tensor<'g> {
        self.layers[0].weight.slice(0, 0, self.classes)
    }

    /// Total input of the first layer; `label_squares` is Σ x² over the label pixels: `[K, B, n]`
    fn first(&self, shown: Shown<'g>, label: Tensor<'g>, label_squares: f32) -> Tensor<'g> {
        let [b, n] = [shown.product.extent(0), self.width()];
        let scale = inverse_rms(shown.squares + label_squares, self.pixels).reshape([1, b, 1]);
        (shown.product.reshape([1, b, n]) + label) * scale + self.layers[0].bias
    }

    /// The answers of all layers, given the total input of the first.
    fn rest(&self, total: Tensor<'g>) -> Vec<Activity<'g>> {
        let mut activities = vec![Activity::new(total)];
        for layer in &self.layers[1..] {
            let below = activities[activities.len() - 1];
            activities.push(Activity::new(below.onto(layer.weight, self.seen) + layer.bias));
        }
        activities
    }
}

/// The layers that classification looks at: all but the first, for it works better without; of a single layer, that one.
fn judged(depth: usize) -> Range<usize> {
    1.min(depth - 1)..depth
}

/// What one layer learns from: the answers to B positive rows, and after them to as many negative ones.
pub struct Lesson<'g> {
    /// `1/2B Σ_b [softplus(θn - G⁺) + softplus(G⁻ - θn)]`: half of `-log p⁺ - log(1 - p⁻)` with `p = σ(G - θn)`,
    /// a mean over rows. The half takes away the 2 that the derivative of a square brings along.
    pub loss: Tensor<'g>,
    /// `-λ/B Σ_b Σⱼ (mean(m) - mⱼ) aⱼ` over positive rows with total input a: its gradient leads the running mean activity m of each
    /// unit to that of its peers, whether the unit is on or off, and so revives units that are always off.
    pub peers: Tensor<'g>,
    /// m after this batch: `[n]`
    pub mean: Tensor<'g>,
    /// Mean goodness per unit of the positive rows and of the negative ones.
    pub goodness: [Tensor<'g>; 2],
}

impl<'g> Lesson<'g> {
    /// `threshold` is θ, the threshold per unit; `peers` is λ.
    pub fn new(layer: &Layer<'g>, activity: &Activity<'g>, threshold: Tensor<'g>, peers: Tensor<'g>) -> Lesson<'g> {
        let (n, b) = (layer.bias.numel(), activity.h.extent(0) / 2);
        let positive = activity.rows(0..b);
        let negative = activity.rows(b..2 * b);

        let (g, goodness) = (threshold.graph(), activity.goodness);
        let is_positive = g.iota(0, goodness.shape()).less(goodness.constant_like(b as f32));
        let threshold = (threshold * n as f32).broadcast_to(goodness.shape());
        let surprise = is_positive.select(threshold - goodness, goodness - threshold).softplus();
        let mean = MEAN_KEPT * layer.mean + (1.0 - MEAN_KEPT) * positive.h.detach().mean_axes(&[0]);
        let pull = peers * (mean.mean() - mean);
        Lesson {
            loss: 0.5 * surprise.sum_all() / b as f32,
            peers: -(pull * positive.total).sum_all() / b as f32,
            mean,
            goodness: [positive, negative].map(|rows| rows.goodness.mean() / n as f32),
        }
    }
}
