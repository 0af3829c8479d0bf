//! Uniform random numbers for consecutive elements.

/// [`daydream_graph::random::uniform`] of the elements from `first` on.
pub(crate) fn uniform(seed: u32, step: u32, stream: u32, first: u32, out: &mut [f32]) {
    for (lane, out) in out.iter_mut().enumerate() {
        *out = daydream_graph::random::uniform(seed, step, stream, first.wrapping_add(lane as u32));
    }
}
