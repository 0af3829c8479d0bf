// jax-js on its WebAssembly backend, each step compiled by `jit`. One thread unless the address asks for all.

import { answer, table } from './host.js';

// It starts as many threads as there are cores wherever memory can be shared.
if (!new URLSearchParams(location.search).has('threads')) delete globalThis.SharedArrayBuffer;

const jax = await import('./node_modules/@jax-js/jax/dist/index.js');
const { grad, jit, nn, numpy: np, random, tree } = jax;
await jax.init('wasm');
jax.defaultDevice('wasm');

const [BATCH, ROWS, PIXELS] = [128, 6000, 784];
const images = np.array(table(ROWS, PIXELS)).reshape([ROWS, PIXELS]);

function batch() {
  const rows = Int32Array.from({ length: BATCH }, () => Math.floor(Math.random() * ROWS));
  return np.take(images.ref, np.array(rows), 0);
}

let seed = 0;
const key = () => random.key(seed++);

/** Weights and biases of dense layers of these widths, one after the other. */
function dense(widths) {
  return widths.slice(1).flatMap((width, number) => {
    const bound = 1 / Math.sqrt(widths[number]);
    const make = (shape) => random.uniform(key(), shape, { minval: -bound, maxval: bound });
    return [make([widths[number], width]), make([width])];
  });
}

/** Borrows its layers. */
function perceptron(x, layers, activation) {
  for (let number = 0; number < layers.length; number += 2) {
    if (number) x = activation(x);
    x = np.matmul(x, layers[number].ref).add(layers[number + 1].ref);
  }
  return x;
}

/** Borrows nothing: takes parameters, gradients and both moments, returns what replaces them. */
function adam(params, gradients, first, second, correction, rate, beta1 = 0.9) {
  const next = { params: [], first: [], second: [] };
  params.forEach((p, number) => {
    const g = gradients[number];
    const m = first[number].mul(beta1).add(g.ref.mul(1 - beta1));
    const v = second[number].mul(0.999).add(np.square(g).mul(0.001));
    const scale = np.sqrt(v.ref.mul(correction.ref.slice(1))).add(1e-8);
    next.params.push(p.sub(m.ref.mul(correction.ref.slice(0)).mul(rate).div(scale)));
    next.first.push(m);
    next.second.push(v);
  });
  correction.dispose();
  return next;
}

const zeros = (params) => params.map((p) => np.zeros(p.shape));

/** What Adam multiplies its moments by at a step. */
const corrections = (step, beta1 = 0.9) => np.array([1 / (1 - beta1 ** step), 1 / (1 - 0.999 ** step)]);

function vae() {
  const loss = (params, x, noise) => {
    const h = nn.relu(perceptron(x.ref, params.slice(0, 2), nn.relu));
    const mu = perceptron(h.ref, params.slice(2, 4), nn.relu);
    const logV = perceptron(h, params.slice(4, 6), nn.relu);
    const z = mu.ref.add(np.exp(logV.ref.mul(0.5)).mul(noise));
    const logits = perceptron(z, params.slice(6), nn.relu);
    tree.dispose(params);
    const reconstruction = nn.softplus(logits.ref).sub(logits.mul(x)).sum();
    const divergence = np.square(mu).add(np.exp(logV.ref)).sub(logV).sub(1).sum();
    return reconstruction.add(divergence.mul(0.5)).div(BATCH);
  };
  const update = jit((state, x, noise, correction) => {
    const gradients = grad(loss)(tree.ref(state.params), x, noise);
    return adam(state.params, gradients, state.first, state.second, correction, 1e-3);
  });
  const params = [[784, 400], [400, 20], [400, 20], [20, 400, 784]].flatMap(dense);
  let state = { params, first: zeros(params), second: zeros(params) };
  let step = 0;
  return () => {
    state = update(state, batch(), random.normal(key(), [BATCH, 20]), corrections(++step));
    return state.params[1];
  };
}

function rbm() {
  const rate = 0.05;
  const sample = (p, key) => np.where(random.uniform(key, p.shape).less(p), 1, 0);
  const update = jit(({ w, b, c }, v, first, second) => {
    const h = nn.sigmoid(np.matmul(v.ref, w.ref).add(c.ref));
    const drawn = sample(h.ref, first);
    const chain = sample(nn.sigmoid(np.matmul(drawn, np.transpose(w.ref)).add(b.ref)), second);
    const chainHidden = nn.sigmoid(np.matmul(chain.ref, w.ref).add(c.ref));
    const positive = np.matmul(np.transpose(v.ref), h.ref);
    const up = positive.sub(np.matmul(np.transpose(chain.ref), chainHidden.ref));
    return {
      w: w.add(up.mul(rate / BATCH)),
      b: b.add(v.sub(chain).mean(0).mul(rate)),
      c: c.add(h.sub(chainHidden).mean(0).mul(rate)),
    };
  });
  let state = { w: random.normal(key(), [PIXELS, 512]).mul(0.01), b: np.zeros([PIXELS]), c: np.zeros([512]) };
  return () => {
    state = update(state, batch(), key(), key());
    return state.b;
  };
}

function gan() {
  const activation = (x) => nn.leakyRelu(x, 0.2);
  const make = (params, noise) => np.tanh(perceptron(noise, params, activation));
  const judge = (params, x) => perceptron(x, params, activation);
  const lossD = (params, real, fake) => {
    const loss = nn.softplus(judge(params, real).neg()).mean().add(nn.softplus(judge(params, fake)).mean());
    tree.dispose(params);
    return loss;
  };
  const lossG = (params, opponent, noise) => {
    const loss = nn.softplus(judge(opponent, make(params, noise)).neg()).mean();
    tree.dispose(params);
    tree.dispose(opponent);
    return loss;
  };
  const discriminate = jit((state, opponent, x, noise, correction) => {
    const fake = make(opponent, noise);
    tree.dispose(opponent);
    const gradients = grad(lossD)(tree.ref(state.params), x, fake);
    return adam(state.params, gradients, state.first, state.second, correction, 2e-4, 0.5);
  });
  const generate = jit((state, opponent, noise, correction) => {
    const gradients = grad(lossG)(tree.ref(state.params), opponent, noise);
    return adam(state.params, gradients, state.first, state.second, correction, 2e-4, 0.5);
  });
  const open = (params) => ({ params, first: zeros(params), second: zeros(params) });
  let [generator, discriminator] = [open(dense([64, 256, 512, 784])), open(dense([784, 512, 256, 1]))];
  let step = 0;
  const noise = () => random.normal(key(), [BATCH, 64]);
  return () => {
    step += 1;
    const correction = () => corrections(step, 0.5);
    discriminator = discriminate(discriminator, tree.ref(generator.params), batch(), noise(), correction());
    generator = generate(generator, tree.ref(discriminator.params), noise(), correction());
    return generator.params[1];
  };
}

function ff() {
  const sign = np.concatenate([np.full([BATCH], -1), np.full([BATCH], 1)]);
  const loss = (params, x, sign) => {
    const h = nn.relu(np.matmul(x, params[0].ref).add(params[1].ref));
    tree.dispose(params);
    const goodness = np.square(h.ref).mean(1).sub(2);
    return [nn.softplus(sign.mul(goodness)).mean(), h];
  };
  const update = jit((layers, x, sign, correction) => {
    const next = layers.map(({ params, first, second }) => {
      const norm = np.sqrt(np.square(x.ref).sum(1, { keepdims: true })).add(1e-4);
      const [gradients, h] = grad(loss, { hasAux: true })(tree.ref(params), x.div(norm), sign.ref);
      x = h;
      return adam(params, gradients, first, second, correction.ref, 1e-3);
    });
    tree.dispose([x, sign, correction]);
    return next;
  });
  const open = (params) => ({ params, first: zeros(params), second: zeros(params) });
  let layers = [[784, 500], [500, 500]].map((widths) => open(dense(widths)));
  let step = 0;
  return () => {
    layers = update(layers, np.concatenate([batch(), batch()]), sign.ref, corrections(++step));
    return layers[0].params[1];
  };
}

const networks = { vae, rbm, gan, ff };

/** Takes training steps, waiting for each. */
function make(name) {
  const step = networks[name]();
  return async (times) => {
    let last;
    for (let number = 0; number < times; number++) {
      last = step();
      await jax.blockUntilReady(last);
    }
    return (await last.ref.data())[0];
  };
}

answer(make, {});
