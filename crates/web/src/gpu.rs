//! The browser's GPU, as sessions ask for it.

use daydream_graph::Pending;
use daydream_models::Gpu;

/// Opens it.
pub(crate) fn open() -> Pending<'static, Gpu> {
    Box::pin(async {
        let gpu = daydream_gpu::Gpu::open().await?;
        let (name, is_software) = (gpu.name(), gpu.is_software());
        let doomed = gpu.clone();
        Ok(Gpu {
            name,
            is_software,
            executor: Box::new(move || Box::new(gpu.executor())),
            destroy: Box::new(move || doomed.destroy()),
        })
    })
}
