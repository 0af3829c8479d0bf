//! Burn on its own CPU backend: training steps of the variational autoencoder of PyTorch's example.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::activation::{log_sigmoid, relu};
use burn::tensor::{Device, Distribution, Int, Tensor};

const BATCH: usize = 128;
const ROWS: usize = 6000;
const PIXELS: usize = 784;
const HIDDEN: usize = 400;
const LATENT: usize = 20;

#[derive(Module, Debug)]
struct Network {
    trunk: Linear,
    mean: Linear,
    log_variance: Linear,
    first: Linear,
    last: Linear,
}

/// The autoencoder in training.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen::prelude::wasm_bindgen)]
pub struct Vae {
    device: Device,
    images: Tensor<2>, // [6000, 784]
    network: Option<Network>,
    adam: ModuleOptimizer,
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen::prelude::wasm_bindgen)]
impl Vae {
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen::prelude::wasm_bindgen(constructor))]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Vae {
        let plain = Device::flex();
        plain.seed(7);
        let images = Tensor::random([ROWS, PIXELS], Distribution::Uniform(0.0, 1.0), &plain);
        let device = plain.autodiff();
        let dense = |from, to| LinearConfig::new(from, to).init(&device);
        let network = Network {
            trunk: dense(PIXELS, HIDDEN),
            mean: dense(HIDDEN, LATENT),
            log_variance: dense(HIDDEN, LATENT),
            first: dense(LATENT, HIDDEN),
            last: dense(HIDDEN, PIXELS),
        };
        Vae { device, images, network: Some(network), adam: AdamConfig::new().init() }
    }

    /// Makes so many steps; the loss of the last one.
    pub fn run(&mut self, times: u32) -> f32 {
        let mut loss = f32::NAN;
        for _ in 0..times {
            loss = self.step();
        }
        loss
    }
}

impl Vae {
    fn step(&mut self) -> f32 {
        let network = self.network.take().expect("a step leaves a network");
        let plain = self.device.clone().inner();
        let last = Distribution::Uniform(0.0, ROWS as f64 - 0.5);
        let rows: Tensor<1, Int> = Tensor::<1>::random([BATCH], last, &plain).int();
        let x = Tensor::from_inner(self.images.clone().select(0, rows)); // [128, 784]
        let noise = Tensor::random([BATCH, LATENT], Distribution::Normal(0.0, 1.0), &self.device);

        let h = relu(network.trunk.forward(x.clone()));
        let mean = network.mean.forward(h.clone());
        let log_variance = network.log_variance.forward(h);
        let z = mean.clone() + (log_variance.clone() * 0.5).exp() * noise;
        let logits = network.last.forward(relu(network.first.forward(z)));
        let reconstruction = ((-x + 1.0) * logits.clone() - log_sigmoid(logits)).sum();
        let divergence = (mean.powi_scalar(2) + log_variance.clone().exp() - log_variance - 1.0).sum() * 0.5;
        let loss = (reconstruction + divergence) / BATCH as f64;

        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        self.network = Some(self.adam.step(1e-3, network, gradients));
        loss.into_scalar()
    }
}
