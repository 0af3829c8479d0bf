//! A small convolutional generative adversarial network of 28 × 28 images, after Radford, Metz & Chintala (arXiv:1511.06434) without
//! normalisation: the non-saturating loss and Adam.

use daydream_graph::{Convolution, Function, Graph, Optimizer, Tensor, grad};

/// Every convolution halves an image's sides, or doubles them transposed: 4 × 4 taps, 2 apart.
const TAPS: usize = 4;
const HALVING: Convolution = Convolution { stride: 2, padding: 1, dilation: 1 };
/// Numbers that an image is made from, and channels at 14 × 14 and 7 × 7.
const NOISE: usize = 64;
const CHANNELS: [usize; 2] = [64, 128];

/// Weights and a bias.
type Layer<'g> = [Tensor<'g>; 2];

fn layer<'g>(g: &'g Graph, name: &str, fan_in: usize, weights: &[usize], outputs: usize) -> Layer<'g> {
    let weights = g.param(&format!("{name}.weights"), g.fan_in_uniform(fan_in, weights));
    [weights, g.param(&format!("{name}.bias"), g.fan_in_uniform(fan_in, [outputs]))]
}

/// The functions `discriminate` and `generate`.
pub(crate) fn convolutional_gan<'g>(g: &'g Graph, batch: usize) -> Vec<Function> {
    let (real, rate) = (g.input("real", [batch, 28 * 28]), g.input("rate", []));
    let noise = g.normal([batch, NOISE]);
    let [few, many] = CHANNELS;
    let kernel = |name, from: usize, channels: [usize; 2], to: usize| {
        layer(g, name, from * TAPS * TAPS, &[&[TAPS, TAPS], &channels[..]].concat(), to)
    };
    let generator = [
        layer(g, "generator.0", NOISE, &[NOISE, 49 * many], 49 * many),
        // Transposed convolutions take the weights of the convolution whose transpose they are.
        kernel("generator.1", many, [few, many], few),
        kernel("generator.2", few, [1, few], 1),
    ];
    let discriminator = [
        kernel("discriminator.0", 1, [1, few], few),
        kernel("discriminator.1", few, [few, many], many),
        layer(g, "discriminator.2", 49 * many, &[49 * many, 1], 1),
    ];

    let fake = {
        let [[w0, b0], [w1, b1], [w2, b2]] = generator;
        let x = (noise.dot(w0) + b0).relu().reshape([batch, 7, 7, many]); //            [B, 7, 7, 128]
        let x = (x.conv2d_transpose(w1, HALVING, [14, 14]) + b1).relu(); //             [B, 14, 14, 64]
        (x.conv2d_transpose(w2, HALVING, [28, 28]) + b2).tanh() //                      [B, 28, 28, 1]
    };
    let judge = |x: Tensor<'g>| {
        let [[w0, b0], [w1, b1], [w2, b2]] = discriminator;
        let x = (x.conv2d(w0, HALVING) + b0).leaky_relu(0.2); //                        [B, 14, 14, 64]
        let x = (x.conv2d(w1, HALVING) + b1).leaky_relu(0.2); //                        [B, 7, 7, 128]
        x.reshape([batch, 49 * many]).dot(w2) + b2 //                                   [B, 1]
    };
    let loss_d = (-judge(real.reshape([batch, 28, 28, 1]))).softplus().mean() + judge(fake.detach()).softplus().mean();
    let loss_g = (-judge(fake)).softplus().mean();

    let adam = Optimizer::Adam { beta1: 0.5, beta2: 0.999 };
    let [discriminator, generator] = [discriminator, generator].map(|layers| layers.concat());
    let updates_d = adam.updates(g, "adam", rate, &discriminator, &grad(loss_d, &discriminator));
    let updates_g = adam.updates(g, "adam of the generator", rate, &generator, &grad(loss_g, &generator));
    vec![
        Function::new("discriminate").output("loss", loss_d).updates(updates_d),
        Function::new("generate").output("loss", loss_g).updates(updates_g),
    ]
}
