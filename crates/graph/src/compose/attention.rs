//! Attention (Vaswani et al., arXiv:1706.03762).

use crate::graph::Graph;
use crate::tensor::Tensor;

/// What a score becomes where attention is not allowed: its softmax is exactly 0, and its differences stay finite.
const FORBIDDEN: f32 = -1e30;

impl Graph {
    /// 1 where query t may look at key s, else 0, so that nobody looks ahead: `s - t <= keys - queries`. `[T, S]`
    pub fn causal_mask(&self, queries: usize, keys: usize) -> Tensor<'_> {
        let shape = [queries, keys];
        let newest = self.iota(0, shape) + (keys as f32 - queries as f32);
        1.0 - newest.less(self.iota(1, shape))
    }
}

impl<'g> Tensor<'g> {
    /// `softmax(q kᵀ / √D) v` of these queries `[.., T, D]`, `keys` `[.., S, D]` and `values` `[.., S, E]`: `[.., T, E]`.
    /// `mask`, which broadcasts to `[.., T, S]`, is 1 where a query may look at a key and 0 elsewhere; each query needs one.
    #[track_caller]
    pub fn attention(self, keys: Tensor<'g>, values: Tensor<'g>, mask: Option<Tensor<'g>>) -> Tensor<'g> {
        let last = self.rank() - 1;
        let scores = self.dot(keys.t()) / (self.extent(last) as f32).sqrt(); // [.., T, S]
        let allowed = match mask {
            Some(mask) => mask.broadcast_to(scores.shape()).select(scores, scores.constant_like(FORBIDDEN)),
            None => scores,
        };
        allowed.softmax(scores.rank() - 1).dot(values) // [.., T, E]
    }

    /// [`Tensor::attention`] in `heads` equal parts of the features, side by side: queries `[B, T, D]`, `keys` `[B, S, D]` and
    /// `values` `[B, S, E]` to `[B, T, E]`. The linear maps before and after are the caller's. A mask is `[T, S]` or broadcasts to
    /// `[B, heads, T, S]`.
    ///
    /// # Panics
    /// When the features do not divide by `heads`.
    #[track_caller]
    pub fn multi_head_attention(
        self,
        keys: Tensor<'g>,
        values: Tensor<'g>,
        heads: usize,
        mask: Option<Tensor<'g>>,
    ) -> Tensor<'g> {
        let attended = self.split_heads(heads).attention(keys.split_heads(heads), values.split_heads(heads), mask);
        let (b, t, e) = (self.extent(0), self.extent(1), values.extent(2));
        attended.permute(&[0, 2, 1, 3]).reshape([b, t, e]) // [B, T, heads, E / heads] to [B, T, E]
    }

    /// `[B, T, D]` to `[B, heads, T, D / heads]`.
    #[track_caller]
    fn split_heads(self, heads: usize) -> Tensor<'g> {
        let shape = self.shape();
        let [b, t, d] = shape[..] else {
            panic!("multi_head_attention needs [batch, time, features], but was given {shape:?}");
        };
        assert!(d % heads == 0, "{d} features do not divide into {heads} heads");
        self.reshape([b, t, heads, d / heads]).permute(&[0, 2, 1, 3])
    }
}
