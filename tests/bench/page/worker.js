// Measures in a worker, as the page trains. Every figure is the best of many short samples: what else the machine
// does can only slow a sample down.

import init, { Multiplication, Submission, Training, peak } from './daydream_bench.js';

/** Rows, depth, columns of the products in a training step, and whether a factor is stored transposed. */
const PRODUCTS = [
  [128, 784, 512],
  [128, 512, 512],
  [128, 512, 784],
  [128, 512, 784, 'B'],
  [784, 128, 512, 'A'],
  [128, 784, 400],
  [128, 400, 784],
  [128, 784, 400, 'B'],
  [784, 128, 400, 'A'],
  [400, 128, 784, 'A'],
  [128, 400, 40],
  [400, 128, 40, 'A'],
  [128, 40, 400, 'B'],
  [128, 20, 400],
  [512, 512, 512],
  [1024, 1024, 1024],
];

/** Whole training steps: what they are called, model, data, knobs. */
const STEPS = [
  ['variational autoencoder 784-400-20', 'vae', 'strokes', ['hidden=400', 'latent=20', 'batch=128']],
  ['restricted Boltzmann machine 784-512, CD-1', 'rbm', 'strokes', ['hidden=512', 'batch=128']],
  ['Forward-Forward network, preset', 'ff', 'strokes', []],
  ['generative adversarial network, preset', 'gan', 'strokes', []],
];

const SAMPLES = 100;
const SECONDS_PER_SAMPLE = 0.004;

/** Seconds that one call takes, at best. */
async function time(work) {
  const sample = async (times) => {
    const start = performance.now();
    await work(times);
    return (performance.now() - start) / 1000;
  };
  let times = 1;
  // Also gives the browser the time to optimise the code.
  for (let spent = 0; spent < 0.3; ) {
    const seconds = await sample(times);
    spent += seconds;
    if (seconds < SECONDS_PER_SAMPLE) times *= 2;
  }
  let best = Infinity;
  for (let number = 0; number < SAMPLES; number++) best = Math.min(best, (await sample(times)) / times);
  return best;
}

async function measurePeak() {
  const turns = 10_000;
  const rates = [];
  for (const chains of [12, 13, 24]) {
    const seconds = await time((times) => peak(chains, turns * times, 0.999, 0.001));
    rates.push((8 * chains * turns) / seconds);
  }
  return Math.max(...rates);
}

/** Microseconds of this thread that one dispatch on WebGPU takes, or why that cannot be measured. */
async function measureDispatch() {
  try {
    const submission = await Submission.open();
    const times = [];
    for (let round = 0; round < 30; round++) {
      await submission.wait();
      const start = performance.now();
      const dispatches = submission.steps(10);
      times.push((1000 * (performance.now() - start)) / dispatches);
    }
    await submission.wait();
    return { microseconds: times.sort((a, b) => a - b)[times.length >> 1] };
  } catch (error) {
    return { missing: String(error?.message ?? error) };
  }
}

async function measure() {
  await init({ module_or_path: 'daydream_bench_bg.wasm' });
  const peaks = [await measurePeak()];
  const products = [];
  for (const [rows, depth, columns, transposed = ''] of PRODUCTS) {
    const product = new Multiplication(rows, depth, columns, transposed === 'A', transposed === 'B');
    const seconds = await time((times) => product.run(times));
    product.free();
    products.push({ rows, depth, columns, transposed, rate: (2 * rows * depth * columns) / seconds });
  }
  peaks.push(await measurePeak());
  const steps = [];
  for (const [name, model, data, knobs] of STEPS) {
    const training = await Training.open(model, data, knobs);
    const operations = await training.step(1);
    const seconds = await time((times) => training.step(times));
    training.free();
    steps.push({ name, knobs, operations, seconds });
    peaks.push(await measurePeak());
  }
  const dispatch = await measureDispatch();
  return { agent: navigator.userAgent, peak: Math.max(...peaks), products, steps, dispatch };
}

try {
  postMessage(await measure());
} catch (error) {
  postMessage({ error: String(error?.message ?? error) });
}
