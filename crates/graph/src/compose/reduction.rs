//! Functions of many numbers: sums, means, softmax. Axes are dropped unless the name says `keep`.

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

    /// `log Σ eˣ` along one axis, computed around the largest so that nothing overflows. That must be finite.
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

    /// `log (1/n Σ eˣ)` along one axis of extent n.
    #[track_caller]
    pub fn log_mean_exp(self, axis: usize) -> Tensor<'g> {
        self.logsumexp(axis) - (self.extent(axis) as f32).ln()
    }

    /// The number of the largest element along one axis, the first of several; without gradient.
    #[track_caller]
    pub fn argmax(self, axis: usize) -> Tensor<'g> {
        let largest = 1.0 - self.less(self.max_keep(&[axis]));
        let last = self.extent(axis) as f32 - 1.0;
        let from_end = last - self.graph().iota(axis, self.shape());
        last - (largest * from_end).max(&[axis])
    }

    /// 1 at the element whose number along a new last axis of extent `classes` is this one's value, else 0.
    pub fn one_hot(self, classes: usize) -> Tensor<'g> {
        let shape = [self.shape(), vec![classes]].concat();
        let column = self.reshape([self.shape(), vec![1]].concat());
        column.broadcast_to(shape.clone()).equal(self.graph().iota(shape.len() - 1, shape))
    }
}
