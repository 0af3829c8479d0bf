// The bars that Daydream measures itself by: what is wanted, and how it comes out of a run.

import { median, ratio } from './contest.mjs';
import { MODELS, SCALES } from './plan.mjs';

export const NAMES = { vae: 'VAE', rbm: 'RBM', gan: 'GAN', ff: 'FF', convolutional: 'Convolutional GAN' };

/** Steps of so many operations and more should grow linearly with them. */
const LARGE = 50e6;

/** Models, what is raced against what, and the ratio that is wanted. Those who do not take part leave a bar unmeasured. */
const ONE_THREAD = [
  ['vae', 'Daydream', 'PyTorch, native, 1 thread', 0.9],
  ['vae', 'Daydream', 'Burn', 1.6],
  ['vae', 'Daydream', 'jax-js', 2],
  ['vae', 'Daydream', 'TensorFlow.js as published', 9],
  ['vae', 'Daydream', 'TensorFlow.js, transposed by hand', 2.4],
  ['rbm', 'Daydream', 'scikit-learn, native, 1 thread', 1.5],
  ['rbm', 'Daydream', 'TensorFlow.js, transposed by hand', 1.8],
  ['gan', 'Daydream', 'PyTorch, native, 1 thread', 0.75],
  ['ff', 'Daydream', 'PyTorch, native, 1 thread', 0.68],
  ['convolutional', 'Daydream', 'PyTorch, native, 1 thread', 0.38],
];
const TWO_THREADS = [
  ...['vae', 'rbm', 'gan', 'ff'].map((model) => [model, 'Daydream, 2 threads', 'Daydream', 1.75]),
  ['vae', 'Daydream, 2 threads', 'PyTorch, native, 2 threads', 0.85],
];
const NATIVE = [
  ...['vae', 'gan', 'ff'].map((model) => [model, 'Daydream, native, 1 thread', 'PyTorch, native, 1 thread', 1.5]),
  ['vae', 'Daydream, native, 1 thread', 'Burn, native, 1 thread', 1],
  ['rbm', 'Daydream, native, 1 thread', 'numpy and its BLAS, native, 1 thread', 1.2],
];

/** A bar: what it is about, what is wanted, what was measured, in the unit that both are shown in; nothing where it was not. */
function bar(title, wanted, measured, { unit = 'times', most = false } = {}) {
  const met = measured === undefined || wanted === undefined ? undefined : most ? measured <= wanted : measured >= wanted;
  return { title, wanted, measured, met, unit, most };
}

/** The least of those that were measured. */
function least(values) {
  const measured = values.filter(Number.isFinite);
  return measured.length ? Math.min(...measured) : undefined;
}

/** Seconds of a turn relative to the peak of the same round, for each product: the share of the peak that it reached. */
export function shareOfPeak({ peaks }, product) {
  const share = (seconds, round) => {
    const peak = Math.max(...peaks.map((one) => one.figure / one.seconds[round]));
    return product.figure / seconds / peak;
  };
  return median(product.seconds.map(share));
}

/**
 * How the time of the large steps of one scale grows: `fixed + rate · operations`, fitted so that the squares of relative departures are least; and the
 * largest departures, from that line and of the cost per operation from its median.
 */
export function growth({ scales }, title) {
  const large = scales
    .filter(({ scale, figure, failure }) => scale === title && !failure && figure >= LARGE)
    .map(({ seconds, figure }) => ({ time: median(seconds), operations: figure }));
  if (large.length < 3) return undefined;
  // Relative to its time, a step departs by `fixed / time + rate · operations / time - 1`: a fit of two weights.
  const total = (term) => large.reduce((sum, { time, operations }) => sum + term(1 / time, operations / time), 0);
  const [xx, xy, yy] = [total((x) => x * x), total((x, y) => x * y), total((_, y) => y * y)];
  const [x1, y1] = [total((x) => x), total((_, y) => y)];
  const determinant = xx * yy - xy * xy;
  const [fixed, rate] = [(x1 * yy - y1 * xy) / determinant, (y1 * xx - x1 * xy) / determinant];
  const costs = large.map(({ time, operations }) => time / operations);
  const most = (values) => Math.max(...values.map(Math.abs));
  return {
    fixed,
    rate,
    fromLine: most(large.map(({ time, operations }) => (fixed + rate * operations) / time - 1)),
    fromProportion: most(costs.map((cost) => cost / median(costs) - 1)),
  };
}

/** The rate of a part of a convolution relative to that of its matrix product. */
export const shareOfProduct = ({ convolution, product }) => ratio(convolution, product);

export function bars(outcome) {
  const { products, cores, convolutions = [], steps = [], scales, tiny, building = [], memory, visits } = outcome;
  const find = (model, engine) => steps.find((one) => one.model === model && one.engine === engine);
  const races = (rows) =>
    rows.map(([model, one, other, wanted]) => bar(`${NAMES[model]}: ${one} / ${other}`, wanted, ratio(find(model, one), find(model, other))));
  const milliseconds = (one) => (!one || one.failure ? undefined : 1000 * median(one.seconds));
  const microseconds = (one) => one && 1000 * milliseconds(one);
  const shares = products.map((one) => 100 * shareOfPeak(outcome, one));
  return [
    bar('Products: least share of the register-only peak', 90, least(shares), { unit: '%' }),
    bar("Convolutions and their gradients: least share of their products' rate", 60, least(convolutions.map((one) => 100 * shareOfProduct(one))), {
      unit: '%',
    }),
    ...races(ONE_THREAD),
    bar('Two register-only loops at once, which share nothing / one: what the second core gives', undefined, cores && 2 * ratio(cores.both, cores.one)),
    ...races(TWO_THREADS),
    ...races(NATIVE),
    ...SCALES.flatMap(({ title }) => {
      const measured = scales && growth(outcome, title);
      const departs = (what, share) =>
        bar(`Time against ${title}: largest departure from ${what}, steps over 50 million operations`, 15, share && 100 * share, {
          unit: '%',
          most: true,
        });
      return [departs('proportion', measured?.fromProportion), departs('a line', measured?.fromLine)];
    }),
    bar('Step of a network 2-16-16-1 on 128 rows', 60, microseconds(tiny), { unit: 'microseconds', most: true }),
    ...MODELS.filter(({ knobs }) => knobs).map(({ id }) => {
      const measured = milliseconds(building.find(({ model }) => model === id));
      return bar(`${NAMES[id]}: from recipe to kernels`, 20, measured, { unit: 'ms', most: true });
    }),
    bar('WebAssembly that one visitor trains with, what computes on the GPU included, brotli', 180, visits && Math.max(...visits.map(({ engine, gpu }) => (engine + gpu) / 1000)), { unit: 'KB', most: true }),
    bar('VAE: arena / (parameters, optimizer state, batch and one batch of activations)', 1.5,
      memory && memory.arena / (memory.held + memory.activations), { most: true }),
  ];
}
