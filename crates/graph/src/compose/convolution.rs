//! Convolution of images `[B, H, W, C]`, its transpose, and pooling: windows and matrix products.

use crate::tensor::Tensor;

/// How a window moves over an image, the same in both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// Distance between windows.
    pub stride: usize,
    /// Zeros around the image.
    pub padding: usize,
    /// Distance between the taps of one window.
    pub dilation: usize,
}

impl Default for Convolution {
    /// Every window inside the image, neighbouring taps.
    fn default() -> Convolution {
        Convolution { stride: 1, padding: 0, dilation: 1 }
    }
}

impl Convolution {
    /// How far a window of `size` taps reaches.
    fn reach(self, size: usize) -> usize {
        (size - 1) * self.dilation + 1
    }
}

impl<'g> Tensor<'g> {
    /// `y[b, i, j, o] = Σ_{u, v, c} x[b, i·s + u·d - p, j·s + v·d - p, c] w[u, v, c, o]` with stride s, dilation d and padding p:
    /// `[B, H, W, C]` and weights `[h, w, C, O]` to `[B, H', W', O]`, `H' = ⌊(H + 2p - d(h - 1) - 1) / s⌋ + 1`.
    /// Windows as the rows of a matrix, which is then multiplied (Chellapilla, Puri & Simard 2006); fusion keeps them out of memory.
    ///
    /// # Panics
    /// When the channels differ or a window is larger than the padded image.
    #[track_caller]
    pub fn conv2d(self, weights: Tensor<'g>, how: Convolution) -> Tensor<'g> {
        let [_, _, _, channels] = self.image_shape("conv2d");
        let [h, w, c, o] = weights.kernel_shape("conv2d", channels, 2);
        let Convolution { stride, padding, dilation } = how;
        let windows = self
            .pad(1, padding, padding)
            .pad(2, padding, padding)
            .unfold(1, h, stride, dilation) //                  [B, H', h, W, C]
            .unfold(3, w, stride, dilation) //                  [B, H', h, W', w, C]
            .permute(&[0, 1, 3, 2, 4, 5]); //                   [B, H', W', h, w, C]
        let shape = windows.shape();
        let columns = windows.reshape([&shape[..3], &[h * w * c]].concat()); // [B, H', W', h·w·C]
        columns.dot(weights.reshape([h * w * c, o])) //         [B, H', W', O]
    }

    /// The transpose of [`Tensor::conv2d`], its gradient with respect to the images:
    /// `y[b, m, n, o] = Σ x[b, i, j, c] w[u, v, o, c]` over all `i·s + u·d - p = m`, `j·s + v·d - p = n`;
    /// `[B, H, W, C]` and weights `[h, w, O, C]` to `[B, size[0], size[1], O]`. The size is stated because several sizes
    /// have as many windows; the smallest is `s(H - 1) + d(h - 1) + 1 - 2p`.
    ///
    /// # Panics
    /// When the channels differ or images of this size would not have `H·W` windows.
    #[track_caller]
    pub fn conv2d_transpose(self, weights: Tensor<'g>, how: Convolution, size: [usize; 2]) -> Tensor<'g> {
        let [b, height, width, channels] = self.image_shape("conv2d_transpose");
        let [h, w, o, c] = weights.kernel_shape("conv2d_transpose", channels, 3);
        let Convolution { stride, padding, dilation } = how;
        let padded = size.map(|extent| extent + 2 * padding);
        for (padded, taps, windows) in [(padded[0], h, height), (padded[1], w, width)] {
            let fits = padded >= how.reach(taps) && (padded - how.reach(taps)) / stride + 1 == windows;
            assert!(fits, "{how:?} with {h} x {w} taps of images {size:?} does not give {height} x {width} windows");
        }
        self.dot(weights.reshape([h * w * o, c]).t()) //        [B, H, W, h·w·O]
            .reshape([b, height, width, h, w, o]) //            [B, H, W, h, w, O]
            .permute(&[0, 1, 3, 2, 4, 5]) //                    [B, H, h, W, w, O]
            .fold(1, padded[0], stride, dilation) //            [B, M + 2p, W, w, O]
            .fold(2, padded[1], stride, dilation) //            [B, M + 2p, N + 2p, O]
            .slice(1, padding, padding + size[0])
            .slice(2, padding, padding + size[1]) //            [B, M, N, O]
    }

    /// The mean of each window of `size × size`: `[B, H, W, C]` to `[B, ⌊(H - size) / stride⌋ + 1, .., C]`.
    #[track_caller]
    pub fn avg_pool2d(self, size: usize, stride: usize) -> Tensor<'g> {
        self.image_shape("avg_pool2d");
        self.unfold(1, size, stride, 1).unfold(3, size, stride, 1).mean_axes(&[2, 4])
    }

    /// The largest of each window of `size × size`: `[B, H, W, C]` to `[B, ⌊(H - size) / stride⌋ + 1, .., C]`.
    #[track_caller]
    pub fn max_pool2d(self, size: usize, stride: usize) -> Tensor<'g> {
        self.image_shape("max_pool2d");
        self.unfold(1, size, stride, 1).unfold(3, size, stride, 1).max(&[2, 4])
    }

    /// The extents of convolution weights, of which the one at `axis` is the images' channels.
    #[track_caller]
    fn kernel_shape(self, function: &str, channels: usize, axis: usize) -> [usize; 4] {
        let shape = self.shape();
        match shape[..] {
            [h, w, c, o] if shape[axis] == channels => [h, w, c, o],
            _ => panic!("{function} of images with {channels} channels was given weights {shape:?}"),
        }
    }
}
