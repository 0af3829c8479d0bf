//! Several tensors in one, and one in larger.

use crate::tensor::Tensor;

impl<'g> Tensor<'g> {
    /// `parts` one after the other along `axis`; their other extents are equal. Made of zero padding and sums, so the work
    /// grows with the number of parts times the size of the result.
    ///
    /// # Panics
    /// When there are no parts.
    #[track_caller]
    pub fn concat(parts: &[Tensor<'g>], axis: usize) -> Tensor<'g> {
        let total: usize = parts.iter().map(|part| part.extent(axis)).sum();
        let mut before = 0;
        let padded = parts.iter().map(|part| {
            let extent = part.extent(axis);
            let padded = part.pad(axis, before, total - before - extent);
            before += extent;
            padded
        });
        match padded.reduce(|sum, part| sum + part) {
            Some(whole) => whole,
            None => panic!("concat needs at least one part"),
        }
    }

    /// `parts` of one shape along a new axis.
    ///
    /// # Panics
    /// When there are no parts.
    #[track_caller]
    pub fn stack(parts: &[Tensor<'g>], axis: usize) -> Tensor<'g> {
        let unsqueezed: Vec<Tensor<'g>> = parts.iter().map(|part| part.unsqueeze(axis)).collect();
        Tensor::concat(&unsqueezed, axis)
    }

    /// A new axis of extent 1 at this place.
    #[track_caller]
    pub fn unsqueeze(self, axis: usize) -> Tensor<'g> {
        let mut shape = self.shape();
        shape.insert(axis, 1);
        self.reshape(shape)
    }

    /// Each pixel `factor` times in both directions: `[B, H, W, C]` to `[B, H·factor, W·factor, C]`.
    #[track_caller]
    pub fn upsample_nearest(self, factor: usize) -> Tensor<'g> {
        let [b, h, w, c] = self.image_shape("upsample_nearest");
        self.reshape([b, h, 1, w, 1, c]) //                     [B, H, 1, W, 1, C]
            .broadcast_to([b, h, factor, w, factor, c]) //      [B, H, f, W, f, C]
            .reshape([b, h * factor, w * factor, c]) //         [B, H·f, W·f, C]
    }

    /// The extents `[B, H, W, C]` of a batch of images.
    #[track_caller]
    pub(super) fn image_shape(self, function: &str) -> [usize; 4] {
        let shape = self.shape();
        match shape[..] {
            [b, h, w, c] => [b, h, w, c],
            _ => panic!("{function} needs images [batch, height, width, channels], but was given {shape:?}"),
        }
    }
}
