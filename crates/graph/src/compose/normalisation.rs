//! Normalisation and dropout, without gain and bias: those are a product and a sum.

use crate::tensor::Tensor;

impl<'g> Tensor<'g> {
    /// The mean and the variance `1/n Σ (x - mean)²` along `axes`, which become extent 1.
    #[track_caller]
    pub fn moments(self, axes: &[usize]) -> (Tensor<'g>, Tensor<'g>) {
        let mean = self.mean_keep(axes);
        (mean, (self - mean).square().mean_keep(axes))
    }

    /// `(x - mean) / √(variance + ε)`; ε > 0 keeps the gradient finite where the variance is 0.
    #[track_caller]
    pub fn normalise(self, mean: Tensor<'g>, variance: Tensor<'g>, epsilon: f32) -> Tensor<'g> {
        (self - mean) / (variance + epsilon).sqrt()
    }

    /// Normalised along the last axis (Ba, Kiros & Hinton, arXiv:1607.06450).
    #[track_caller]
    pub fn layer_norm(self, epsilon: f32) -> Tensor<'g> {
        let (mean, variance) = self.moments(&[self.rank() - 1]);
        self.normalise(mean, variance, epsilon)
    }

    /// Normalised along all axes but the last, with the statistics of this batch as in training (Ioffe & Szegedy,
    /// arXiv:1502.03167). [`Tensor::moments`] along the same axes gives the statistics at no further cost, for
    /// running means that [`Tensor::normalise`] takes at inference.
    #[track_caller]
    pub fn batch_norm(self, epsilon: f32) -> Tensor<'g> {
        let axes: Vec<usize> = (0..self.rank() - 1).collect();
        let (mean, variance) = self.moments(&axes);
        self.normalise(mean, variance, epsilon)
    }

    /// 0 with probability `rate`, else `x / (1 - rate)`, drawn afresh at every step (Srivastava et al., JMLR 15, 2014).
    /// `rate`, below 1, broadcasts, so that it can be a live knob.
    #[track_caller]
    pub fn dropout(self, rate: Tensor<'g>) -> Tensor<'g> {
        let kept = 1.0 - self.graph().uniform(self.shape()).less(rate);
        self * kept / (1.0 - rate)
    }
}
