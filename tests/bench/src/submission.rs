//! Handing training steps over to WebGPU: how much time of the worker's thread a dispatch takes.

use daydream_gpu::{Gpu, GpuExecutor};
use daydream_graph::Executor;
use daydream_models::{Recipe, Setup};
use wasm_bindgen::prelude::*;

/// The training program of a small variational autoencoder: the kernels of a large one, with little to compute.
#[wasm_bindgen]
pub struct Submission {
    device: GpuExecutor,
    train: usize,
    step: u32,
}

#[wasm_bindgen]
impl Submission {
    /// Opens the device and compiles the program.
    ///
    /// # Errors
    /// When the browser gives no device.
    pub async fn open() -> Result<Submission, JsError> {
        let recipe = Recipe::new("vae", "digits", 7).with("hidden", "16").with("batch", "8");
        let data = recipe.dataset()?;
        let built = (recipe.spec()?.build)(&Setup { data: &data, knobs: &recipe.knobs()? })?;
        let mut device = Gpu::open().await?.executor();
        device.load(&built.module)?;
        let train = built.module.programs.iter().position(|program| program.name == "train").unwrap_or(0);
        device.prepare(&[0, train]).await?;
        device.run(0, 7, 0);
        Ok(Submission { device, train, step: 0 })
    }

    /// Notes so many steps and submits them at once, without waiting. Returns how many dispatches they are.
    pub fn steps(&mut self, count: u32) -> f64 {
        let before = self.device.submitted().1;
        for _ in 0..count {
            self.device.run(self.train, 7, self.step);
            self.step += 1;
        }
        self.device.flush();
        (self.device.submitted().1 - before) as f64
    }

    /// Waits until all is computed.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn wait(&mut self) -> Result<(), JsError> {
        self.device.read(0..1).await?;
        Ok(())
    }
}
