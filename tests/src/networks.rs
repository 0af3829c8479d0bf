//! Networks of the sizes that benchmarks name, written with nothing but the language.

use daydream_graph::{Function, Graph, Optimizer, RecurrentWeights, Tensor, grad};

/// Weights and biases of dense layers of these widths.
fn dense_layers<'g>(g: &'g Graph, name: &str, widths: &[usize]) -> Vec<Tensor<'g>> {
    let layer = |(number, ends): (usize, &[usize])| {
        let (fan_in, fan_out) = (ends[0], ends[1]);
        let weights = g.fan_in_uniform(fan_in, [fan_in, fan_out]);
        let bias = g.fan_in_uniform(fan_in, [fan_out]);
        [g.param(&format!("{name}.{number}.weights"), weights), g.param(&format!("{name}.{number}.bias"), bias)]
    };
    widths.windows(2).enumerate().flat_map(layer).collect()
}

/// A perceptron of these layers, with `activation` between them.
fn perceptron<'g>(x: Tensor<'g>, layers: &[Tensor<'g>], activation: fn(Tensor<'g>) -> Tensor<'g>) -> Tensor<'g> {
    let mut dense = layers.chunks(2).map(|layer| (layer[0], layer[1]));
    let (weights, bias) = dense.next().expect("at least one layer");
    dense.fold(x.dot(weights) + bias, |x, (weights, bias)| activation(x).dot(weights) + bias)
}

/// A variational autoencoder `data-hidden-latent`, as in PyTorch's example, with Adam: the function `train`.
pub fn vae(g: &Graph, batch: usize, [data, hidden, latent]: [usize; 3]) -> Vec<Function> {
    let (x, rate) = (g.input("x", [batch, data]), g.input("rate", [])); // [B, D], []
    let trunk = dense_layers(g, "encoder", &[data, hidden]);
    let mean_layer = dense_layers(g, "mean", &[hidden, latent]);
    let log_variance_layer = dense_layers(g, "log variance", &[hidden, latent]);
    let decoder = dense_layers(g, "decoder", &[latent, hidden, data]);

    let h = perceptron(x, &trunk, Tensor::relu).relu(); //                            [B, H]
    let mean = perceptron(h, &mean_layer, Tensor::relu); //                           [B, L]
    let log_s = 0.5 * perceptron(h, &log_variance_layer, Tensor::relu); //            [B, L]
    let z = mean + log_s.exp() * g.normal([batch, latent]); //                        [B, L]
    let logits = perceptron(z, &decoder, Tensor::relu); //                            [B, D]
    let reconstruction = logits.bernoulli_nll(x).sum_all() / batch as f32; //         []
    let divergence = mean.kl_standard_normal(log_s).sum_all() / batch as f32; //      []

    let params = [trunk, mean_layer, log_variance_layer, decoder].concat();
    let gradients = grad(reconstruction + divergence, &params);
    let updates = Optimizer::ADAM.updates(g, "adam", rate, &params, &gradients);
    vec![
        Function::new("train")
            .output("reconstruction", reconstruction)
            .output("divergence", divergence)
            .updates(updates),
    ]
}

/// A generative adversarial network of two perceptrons, with the non-saturating loss and Adam: the functions `discriminate` and `generate`.
pub fn gan(g: &Graph, batch: usize, generator: &[usize], discriminator: &[usize]) -> Vec<Function> {
    let (real, rate) = (g.input("real", [batch, discriminator[0]]), g.input("rate", []));
    let noise = g.normal([batch, generator[0]]);
    let generator = dense_layers(g, "generator", generator);
    let discriminator = dense_layers(g, "discriminator", discriminator);

    let activation: fn(Tensor<'_>) -> Tensor<'_> = |x| x.leaky_relu(0.2);
    let fake = perceptron(noise, &generator, activation).tanh(); // [B, D]
    let judge = |x| perceptron(x, &discriminator, activation); //   [B, 1]
    let loss_d = (-judge(real)).softplus().mean() + judge(fake.detach()).softplus().mean();
    let loss_g = (-judge(fake)).softplus().mean();

    let adam = Optimizer::Adam { beta1: 0.5, beta2: 0.999 };
    let updates_d = adam.updates(g, "adam", rate, &discriminator, &grad(loss_d, &discriminator));
    let updates_g = adam.updates(g, "adam of the generator", rate, &generator, &grad(loss_g, &generator));
    vec![
        Function::new("discriminate").output("loss", loss_d).updates(updates_d),
        Function::new("generate").output("loss", loss_g).updates(updates_g),
    ]
}

/// An LSTM that predicts each step of a sequence from those before, with Adam: the function `train`.
pub fn lstm(g: &Graph, batch: usize, steps: usize, features: usize, units: usize) -> Vec<Function> {
    let (x, rate) = (g.input("x", [batch, steps, features]), g.input("rate", [])); // [B, T, D], []
    let weights = RecurrentWeights {
        input: g.param("input", g.glorot([features, 4 * units])),
        hidden: g.param("hidden", g.glorot([units, 4 * units])),
        bias: g.param("bias", g.constant(0.0, [4 * units])),
    };
    let readout = g.param("readout", g.glorot([units, features]));

    let zero = g.constant(0.0, [batch, units]);
    let (mut state, mut loss) = ((zero, zero), g.constant(0.0, []));
    for t in 0..steps {
        let step = x.slice(1, t, t + 1).reshape([batch, features]); // [B, D]
        loss = loss + (state.0.dot(readout) - step).square().mean();
        state = step.lstm_cell(state, weights);
    }
    let params = [weights.input, weights.hidden, weights.bias, readout];
    let updates = Optimizer::ADAM.updates(g, "adam", rate, &params, &grad(loss, &params));
    vec![Function::new("train").output("loss", loss).updates(updates)]
}
