//! Waiting for a device, but not for ever.

use futures_channel::oneshot::{Canceled, Receiver};
use web_time::Duration;

/// What a device tells after a submission; nothing where it stays silent for so long.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) async fn within<T>(
    patience: Duration,
    device: &wgpu::Device,
    told: Receiver<T>,
    submission: wgpu::SubmissionIndex,
) -> Option<Result<T, Canceled>> {
    // Somebody has to wait for the device, and nobody else does.
    let wait = wgpu::PollType::Wait { submission_index: Some(submission), timeout: Some(patience) };
    match device.poll(wait) {
        Err(wgpu::PollError::Timeout) => None,
        _ => Some(told.await),
    }
}

/// The event loop waits here. Patience is counted in ticks, since a computer that was asleep finds all its timers due at once.
#[cfg(target_arch = "wasm32")]
pub(crate) async fn within<T>(
    patience: Duration,
    _: &wgpu::Device,
    mut told: Receiver<T>,
    _: wgpu::SubmissionIndex,
) -> Option<Result<T, Canceled>> {
    use std::future::{Future, poll_fn};
    use std::pin::Pin;
    use std::task::Poll;

    const TICK: Duration = Duration::from_secs(1);
    for _ in 0..patience.as_secs() {
        let mut tick = gloo_timers::future::sleep(TICK);
        let either = poll_fn(|context| match Pin::new(&mut told).poll(context) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending => Pin::new(&mut tick).poll(context).map(|()| None),
        });
        if let Some(answer) = either.await {
            return Some(answer);
        }
    }
    None
}
