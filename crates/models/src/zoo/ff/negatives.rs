//! Negative data: what a layer should not find good.

use daydream_graph::Tensor;

use crate::data::RowShape;

/// Where negatives come from, in the order of the knob's options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Negatives {
    /// The image with a wrong label, drawn from the network's own readout: the mistakes that it is about to make.
    Predictions,
    /// The image with a wrong label, all equally likely.
    WrongLabels,
    /// Two images blended by a mask with large regions: right nearby, wrong from afar. Labels are not shown at all.
    Hybrid,
}

impl Negatives {
    /// By the index of the knob's option.
    pub fn of(choice: usize) -> Negatives {
        [Negatives::Predictions, Negatives::WrongLabels, Negatives::Hybrid][choice]
    }
}

/// Lowers the logit of the true label so far that it is never drawn.
const NEVER: f32 = -1e9;

/// A wrong label for each row, drawn with `softmax(logits)` over the labels other than `labels`: `[B]`
///
/// The first of C exponential clocks of these rates to ring: `argmin -log(1 - u) / eˡᵒᵍⁱᵗ` for uniform noise u, `[B, C]`.
pub fn wrong_labels<'g>(labels: Tensor<'g>, logits: Tensor<'g>, noise: Tensor<'g>) -> Tensor<'g> {
    let clocks = (-(1.0 - noise).log()).maximum(noise.constant_like(1e-9));
    let score = logits - clocks.log() + NEVER * labels.one_hot(noise.extent(1));
    let is_best = 1.0 - score.less(score.max_keep(&[1]));
    (is_best * noise.graph().iota(1, noise.shape())).max(&[1])
}

/// Each image blended with the next one of the batch: `mask·x + (1 - mask)·next(x)`, `[B, D]`
///
/// The mask is a random bit image, blurred and cut at one half. The paper repeats a filter [1/4, 1/2, 1/4] along both axes; many repeats
/// of it are a Gaussian, taken here at once with a standard deviation of 1/12 of the image's side. `noise` is uniform: `[B, H, W]`
pub fn hybrids<'g>(images: Tensor<'g>, shape: RowShape, noise: Tensor<'g>) -> Tensor<'g> {
    let RowShape { height, width, channels } = shape;
    let deviation = height.max(width) as f32 / 12.0;
    let blurred = blur(noise.less(noise.constant_like(0.5)), deviation);

    let mask = blurred.constant_like(0.5).less(blurred);
    let rows = images.extent(0);
    let pixels = [rows, height, width, channels];
    let mask = mask.reshape([rows, height, width, 1]).broadcast_to(pixels).reshape(images.shape());
    let next = images.slice(0, 1, rows).pad(0, 0, 1) + images.slice(0, 0, 1).pad(0, rows - 1, 0);
    mask.select(images, next)
}

/// Images `[.., H, W]` blurred by a Gaussian of this standard deviation in pixels. What lies outside an image counts as what is inside near it.
pub(crate) fn blur(images: Tensor<'_>, deviation: f32) -> Tensor<'_> {
    let matrix = |n: usize| {
        let row = images.graph().iota(0, [n, n]);
        let weight = (-0.5 * ((row - row.t()) / deviation).square()).exp();
        weight / weight.sum_keep(&[1])
    };
    let [height, width] = [images.rank() - 2, images.rank() - 1].map(|axis| matrix(images.extent(axis)));
    height.dot(images).dot(width.t())
}
