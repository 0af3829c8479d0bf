// TensorFlow.js on its WebAssembly backend. As published its gradient of a matrix product multiplies by a transposed factor, for which
// the backend has a slow kernel; `transposed by hand` copies the factor first, as one who knows that would write it.

import './node_modules/@tensorflow/tfjs/dist/tf.es2017.min.js';
import './node_modules/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.es2017.min.js';
import { answer, table } from './host.js';

const { tf } = globalThis;
const threads = Number(new URLSearchParams(location.search).get('threads') ?? 1);

// It uses half of the cores that it sees, whatever it is asked for.
if (threads > 1) Object.defineProperty(navigator, 'hardwareConcurrency', { value: 2 * threads });
tf.wasm.setWasmPaths(new URL('./node_modules/@tensorflow/tfjs-backend-wasm/dist/', location.href).href);
tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', threads > 1);
if (threads > 1) tf.wasm.setThreadsCount(threads);
await tf.setBackend('wasm');
await tf.ready();
tf.enableProdMode();
if (threads > 1 && tf.wasm.getThreadsCount() !== threads) throw new Error('TensorFlow.js was given no threads');

const [BATCH, ROWS, PIXELS] = [128, 6000, 784];
const images = tf.tensor2d(table(ROWS, PIXELS), [ROWS, PIXELS]);

const published = {
  dot: (a, b) => tf.matMul(a, b),
  transposedDot: (a, b) => tf.matMul(a, b, true, false),
  dotTransposed: (a, b) => tf.matMul(a, b, false, true),
};

const byHand = {
  dot: tf.customGrad((a, b, save) => {
    save([a, b]);
    return {
      value: tf.matMul(a, b),
      gradFunc: (dy, [a, b]) => [tf.matMul(dy, tf.transpose(b)), tf.matMul(tf.transpose(a), dy)],
    };
  }),
  transposedDot: (a, b) => tf.matMul(tf.transpose(a), b),
  dotTransposed: (a, b) => tf.matMul(a, tf.transpose(b)),
};

function batch() {
  return tf.gather(images, tf.randomUniform([BATCH], 0, ROWS, 'int32'));
}

/** Weights and biases of dense layers of these widths. */
function dense(widths) {
  return widths.slice(1).map((width, number) => {
    const bound = 1 / Math.sqrt(widths[number]);
    const make = (shape) => tf.variable(tf.randomUniform(shape, -bound, bound));
    return { weights: make([widths[number], width]), bias: make([width]) };
  });
}

const variables = (layers) => layers.flatMap(({ weights, bias }) => [weights, bias]);

function perceptron({ dot }, x, layers, activation) {
  return layers.reduce(
    (x, { weights, bias }, number) => tf.add(dot(number ? activation(x) : x, weights), bias),
    x,
  );
}

/** The mean of `max(x, 0) - x·target + log(1 + exp(-|x|))`. */
const crossEntropy = (x, target) => tf.sub(tf.softplus(x), tf.mul(x, target));

function vae(products) {
  const [trunk, mean, logVariance, decoder] = [[784, 400], [400, 20], [400, 20], [20, 400, 784]].map(dense);
  const adam = tf.train.adam(1e-3);
  const params = variables([...trunk, ...mean, ...logVariance, ...decoder]);
  return () => {
    const loss = adam.minimize(
      () => {
        const x = batch();
        const h = tf.relu(perceptron(products, x, trunk, tf.relu));
        const mu = perceptron(products, h, mean, tf.relu);
        const logV = perceptron(products, h, logVariance, tf.relu);
        const z = tf.add(mu, tf.mul(tf.exp(tf.mul(logV, 0.5)), tf.randomNormal([BATCH, 20])));
        const reconstruction = tf.sum(crossEntropy(perceptron(products, z, decoder, tf.relu), x));
        const divergence = tf.sum(tf.sub(tf.add(tf.square(mu), tf.exp(logV)), tf.add(logV, 1)));
        return tf.div(tf.add(reconstruction, tf.mul(divergence, 0.5)), BATCH);
      },
      true,
      params,
    );
    return loss;
  };
}

function rbm({ dot, transposedDot, dotTransposed }) {
  const w = tf.variable(tf.randomNormal([PIXELS, 512], 0, 0.01));
  const [b, c] = [tf.variable(tf.zeros([PIXELS])), tf.variable(tf.zeros([512]))];
  const sample = (p) => tf.cast(tf.less(tf.randomUniform(p.shape), p), 'float32');
  const rate = 0.05;
  return () =>
    tf.tidy(() => {
      const v = batch();
      const h = tf.sigmoid(tf.add(dot(v, w), c));
      const chain = sample(tf.sigmoid(tf.add(dotTransposed(sample(h), w), b)));
      const chainHidden = tf.sigmoid(tf.add(dot(chain, w), c));
      const up = tf.sub(transposedDot(v, h), transposedDot(chain, chainHidden));
      w.assign(tf.add(w, tf.mul(up, rate / BATCH)));
      b.assign(tf.add(b, tf.mul(tf.mean(tf.sub(v, chain), 0), rate)));
      c.assign(tf.add(c, tf.mul(tf.mean(tf.sub(h, chainHidden), 0), rate)));
      return tf.sum(b);
    });
}

function gan(products) {
  const [generator, discriminator] = [dense([64, 256, 512, 784]), dense([784, 512, 256, 1])];
  const adams = [tf.train.adam(2e-4, 0.5), tf.train.adam(2e-4, 0.5)];
  const activation = (x) => tf.leakyRelu(x, 0.2);
  const make = () => tf.tanh(perceptron(products, tf.randomNormal([BATCH, 64]), generator, activation));
  const judge = (x) => perceptron(products, x, discriminator, activation);
  const real = (x) => tf.mean(tf.softplus(tf.neg(judge(x))));
  return () => {
    tf.tidy(() => {
      const [x, fake] = [batch(), make()];
      const loss = () => tf.add(real(x), tf.mean(tf.softplus(judge(fake))));
      adams[0].minimize(loss, false, variables(discriminator));
    });
    return adams[1].minimize(() => real(make()), true, variables(generator));
  };
}

function ff({ dot }) {
  const layers = dense([784, 500, 500]);
  const adams = layers.map(() => tf.train.adam(1e-3));
  const sign = tf.concat([tf.fill([BATCH], -1), tf.fill([BATCH], 1)]);
  return () =>
    tf.tidy(() => {
      let x = tf.concat([batch(), batch()]);
      const activities = [];
      layers.forEach(({ weights, bias }, number) => {
        const rows = tf.div(x, tf.add(tf.sqrt(tf.sum(tf.square(x), 1, true)), 1e-4));
        adams[number].minimize(
          () => {
            const h = tf.relu(tf.add(dot(rows, weights), bias));
            x = tf.keep(h.clone());
            activities.push(x);
            return tf.mean(tf.softplus(tf.mul(sign, tf.sub(tf.mean(tf.square(h), 1), 2))));
          },
          false,
          [weights, bias],
        );
      });
      const sum = tf.sum(x);
      tf.dispose(activities);
      return sum;
    });
}

const networks = { vae, rbm, gan, ff };
const products = { published, byHand };

/** Takes training steps, reading each loss, which this backend has computed by then. */
function make(name) {
  const [network, product] = name.split(';');
  const step = networks[network](products[product]);
  return (times) => {
    let loss = 0;
    for (let number = 0; number < times; number++) {
      const result = step();
      [loss] = result.dataSync();
      result.dispose();
    }
    return loss;
  };
}

answer(make, { version: tf.version_core });
