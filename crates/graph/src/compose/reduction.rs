//! Functions of many numbers: sums, means, softmax, normalisation. Axes are dropped unless the name says `keep`.

use crate::shape::Shape;
use crate::tensor::Tensor;

impl<'g> Tensor<'g> {
    fn without(self, axes: &[usize]) -> Tensor<'g> {
        let shape = self.shape();
        let kept: Shape = (0..shape.len()).filter(|axis| !axes.contains(axis)).map(|axis| shape[axis]).collect();
        self.reshape(kept)
    }

    /// The sum along `axes`.
    #[track_caller]
    pub fn sum(self, axes: &[usize]) -> Tensor<'g> {
        self.sum_keep(axes).without(axes)
    }

    /// The sum of all numbers.
    pub fn sum_all(self) -> Tensor<'g> {
        let axes: Vec<usize> = (0..self.rank()).collect();
        self.sum(&axes)
    }

    /// The largest along `axes`.
    #[track_caller]
    pub fn max(self, axes: &[usize]) -> Tensor<'g> {
        self.max_keep(axes).without(axes)
    }

    /// The mean along `axes`, which become extent 1.
    #[track_caller]
    pub fn mean_keep(self, axes: &[usize]) -> Tensor<'g> {
        let count: usize = axes.iter().map(|&axis| self.extent(axis)).product();
        self.sum_keep(axes) / count as f32
    }

    /// The mean along `axes`.
    #[track_caller]
    pub fn mean_axes(self, axes: &[usize]) -> Tensor<'g> {
        self.mean_keep(axes).without(axes)
    }

    /// The mean of all numbers.
    pub fn mean(self) -> Tensor<'g> {
        self.sum_all() / self.numel() as f32
    }

    /// `log Σ eˣ` along one axis, computed around the largest so that nothing overflows.
    #[track_caller]
    pub fn logsumexp(self, axis: usize) -> Tensor<'g> {
        let top = self.max_keep(&[axis]).detach();
        ((self - top).exp().sum_keep(&[axis]).log() + top).without(&[axis])
    }

    /// `eˣ / Σ eˣ` along one axis.
    #[track_caller]
    pub fn softmax(self, axis: usize) -> Tensor<'g> {
        let weights = (self - self.max_keep(&[axis]).detach()).exp();
        weights / weights.sum_keep(&[axis])
    }

    /// `x - log Σ eˣ` along one axis.
    #[track_caller]
    pub fn log_softmax(self, axis: usize) -> Tensor<'g> {
        let centred = self - self.max_keep(&[axis]).detach();
        centred - centred.exp().sum_keep(&[axis]).log()
    }

    /// `(x - mean) / √(variance + ε)` along the last axis (Ba, Kiros & Hinton, arXiv:1607.06450), without gain and bias.
    #[track_caller]
    pub fn layer_norm(self, epsilon: f32) -> Tensor<'g> {
        let last = [self.rank() - 1];
        let centred = self - self.mean_keep(&last);
        centred / (centred.square().mean_keep(&last) + epsilon).sqrt()
    }

    /// 1 at the element whose number along a new last axis of extent `classes` is this one's value, else 0.
    pub fn one_hot(self, classes: usize) -> Tensor<'g> {
        let shape = [self.shape(), vec![classes]].concat();
        let column = self.reshape([self.shape(), vec![1]].concat());
        column.broadcast_to(shape.clone()).equal(self.graph().iota(shape.len() - 1, shape))
    }
}
