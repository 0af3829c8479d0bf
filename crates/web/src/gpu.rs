//! The browser's GPU, as sessions ask for it.

use daydream_graph::{DeviceError, Pending};
use daydream_models::Gpu;

/// Opens it.
pub(crate) fn open() -> Pending<'static, Gpu> {
    Box::pin(async { Err(DeviceError("this build of Daydream runs on the CPU alone".to_owned())) })
}
