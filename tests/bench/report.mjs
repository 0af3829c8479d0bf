// The report, in Markdown.

import { NAMES, bars, growth, shareOfPeak, shareOfProduct } from './bars.mjs';
import { median, quantile, rates, ratio } from './contest.mjs';
import { CLASSES } from './profile.mjs';
import { CHAIN_SIZES, MODELS, SCALES } from './plan.mjs';

const row = (...cells) => `| ${cells.join(' | ')} |`;
const head = (...titles) => [row(...titles), row(...titles.map(() => '---'))];
const percent = (part) => `${Math.round(100 * part)} %`;
const giga = (rate) => (rate / 1e9).toFixed(1);

const ADVERSARIES =
  "PyTorch's step is written as its examples are: what goes backward for the generator also computes gradients of the discriminator, which are then dropped. " +
  'Daydream computes what is used; so does the count of operations.';

/** Three significant digits. */
const short = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** Figures of a contestant's turn per second in each round. */
const perSecond = ({ seconds, figure }) => seconds.map((one) => figure / one);

export function describe(outcome) {
  return [
    '# Benchmarks',
    '',
    'Written by `cargo xtask bench`: all engines of a table in one run, in turns, round after round. Figures are medians over the rounds with quartiles; ' +
      'ratios are medians of the ratios within a round. Engines without further words run in workers of one browser tab, on one thread, in 32-bit floats.',
    '',
    ...machine(outcome),
    '',
    '## Bars',
    '',
    ...head('bar', 'wanted', 'measured', 'met'),
    ...bars(outcome).map(({ title, wanted, measured, met, unit, most }) => {
      const unmeasured = measured === undefined;
      const shown = unmeasured ? 'not measured' : `${short(measured)} ${unit}`;
      const asked = wanted === undefined ? '-' : `at ${most ? 'most' : 'least'} ${wanted} ${unit}`;
      return row(title, asked, shown, met === undefined ? '-' : met ? 'yes' : '**no**');
    }),
    '',
    ...(outcome.convolutions ? convolutions(outcome) : []),
    ...(outcome.steps ? steps(outcome) : []),
    ...(outcome.products.length ? products(outcome) : []),
    ...(outcome.chains ? chains(outcome) : []),
    ...(outcome.profiles ? profiles(outcome) : []),
    ...(outcome.scales ? scaling(outcome) : []),
    ...(outcome.visits ? weight(outcome) : []),
    ...(outcome.submission ? webgpu(outcome) : []),
    '',
  ].join('\n');
}

function machine({ date, processor, load, loadAfter, versions, rounding, peaks, exactPeaks }) {
  const busy = load > 0.5 ? ' (**busy**: other work shared the processor, absolute figures are too low)' : '';
  const middle = (all) => giga(Math.max(...all.map((one) => median(perSecond(one)))));
  const best = (all) => giga(Math.max(...all.flatMap(perSecond)));
  const chosen = rounding === 'fused' ? 'fused multiplications and additions (relaxed SIMD), faster here than one after the other' : 'multiplications and additions one after the other';
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version ?? '?'}`);
  return [
    `- Date: ${date}`,
    `- Processor: ${processor}`,
    `- Load: ${load.toFixed(1)} before the run${busy}, ${loadAfter.toFixed(1)} after it, the run's own included`,
    `- Versions: ${named.join(', ')}`,
    `- Engine in the browser: the page chooses ${chosen}; “exact” is the engine that rounds after each`,
    `- Multiplications and additions in registers alone, in WebAssembly: ${middle(peaks)} GFLOP/s, at best ${best(peaks)}, called the peak below; of the exact engine ${middle(exactPeaks)}, at best ${best(exactPeaks)}`,
  ];
}

function steps({ steps, peaks }) {
  const peak = Math.max(...peaks.flatMap(perSecond));
  const lines = ['## Training steps per second, batch 128', ''];
  for (const { id, title, knobs } of MODELS) {
    const own = steps.filter(({ model }) => model === id);
    if (!own.length) continue;
    const daydream = own.find(({ engine }) => engine === 'Daydream');
    const bound = peak / daydream.figure;
    lines.push(`### ${title[0].toUpperCase()}${title.slice(1)}`, '');
    lines.push(`Matrix products of a step: ${(daydream.figure / 1e6).toFixed(0)} million operations; alone, at the peak, ${short(bound)} steps per second.`, '');
    lines.push(...head('engine', 'median', 'quartiles', 'best', 'Daydream in the browser is so many times as fast'));
    for (const one of own) {
      if (one.failure) {
        lines.push(row(one.engine, 'failed', '-', '-', one.failure.replaceAll('|', '/')));
        continue;
      }
      const { median, low, high, best } = rates(one);
      const times = one === daydream ? '-' : short(ratio(daydream, one));
      lines.push(row(one.engine, short(median), `${short(low)} to ${short(high)}`, short(best), times));
    }
    if (knobs) lines.push('', `The zoo's session computes metrics as well; its settings: \`${knobs}\`.`);
    if (id === 'convolutional') lines.push('', 'In the browser no peer takes part: TensorFlow.js has no gradient of a convolution on its WebAssembly backend, and one step of jax-js 0.1.25 takes minutes.');
    if (id === 'gan' || id === 'convolutional') lines.push('', ADVERSARIES);
    lines.push('');
  }
  return lines;
}

function products(outcome) {
  const stored = { A: ', A stored transposed', B: ', B stored transposed' };
  return [
    '## Matrix products in the browser',
    '',
    ...head('rows, depth, columns', 'GFLOP/s', 'quartiles', 'best', 'of the peak of the same round'),
    ...outcome.products.map((product) => {
      const [sizes, transposed] = product.words;
      const all = perSecond(product);
      return row(
        `${sizes.replaceAll(' ', ', ')}${stored[transposed] ?? ''}`,
        giga(median(all)),
        `${giga(quantile(all, 0.25))} to ${giga(quantile(all, 0.75))}`,
        giga(Math.max(...all)),
        percent(shareOfPeak(outcome, product)),
      );
    }),
    '',
  ];
}

function chains({ chains }) {
  const titles = CHAIN_SIZES.flatMap(([rows, columns]) => [`${rows} × ${columns}, GB/s`, 'of a copy']);
  const names = [...new Set(chains.map(({ chain }) => chain))];
  return [
    '## Element-wise chains and reductions in the browser',
    '',
    'Bytes that one fused kernel reads and writes; a copy reads and writes too.',
    '',
    ...head('chain', ...titles),
    ...names.map((name) =>
      row(
        name,
        ...CHAIN_SIZES.flatMap((size) => {
          const at = (chain) => chains.find((one) => one.chain === chain && one.size === size);
          const one = at(name);
          if (one.failure) return ['failed', '-'];
          const all = perSecond(one);
          const copy = perSecond(at('copy'));
          return [giga(median(all)), percent(median(all.map((rate, round) => rate / copy[round])))];
        }),
      ),
    ),
    '',
  ];
}

function convolutions({ convolutions }) {
  const titles = { forward: 'images', images: 'gradient of the images', weights: 'gradient of the weights' };
  const names = [...new Set(convolutions.map(({ title }) => title))];
  const rate = (part) => {
    if (part.convolution.failure) return 'failed';
    return `${giga(median(perSecond(part.convolution)))}, ${percent(shareOfProduct(part))}`;
  };
  return [
    '## Convolutions in the browser',
    '',
    'GFLOP/s, and the share of the rate of the matrix product of the same operations in the same round: windows times weights, with all windows spelled out in memory beforehand.',
    '',
    ...head('convolution', ...Object.values(titles)),
    ...names.map((name) => row(name, ...Object.keys(titles).map((part) => rate(convolutions.find((one) => one.title === name && one.part === part))))),
    '',
  ];
}

function profiles({ profiles, peaks }) {
  const peak = Math.max(...peaks.map((one) => median(perSecond(one))));
  return [
    '## Where the time of a step goes in the browser',
    '',
    'Kernels run one by one, in the order of the step, under a clock; shares are of the time of the whole step, and what is left are the batch and the way from ' +
      'kernel to kernel. The kernel of a matrix product goes on with whatever is made of its sums at once: activations and their gradients, samples, the update of the weights.',
    '',
    ...head('model', 'ms per step', ...CLASSES, 'the rest', 'products, GFLOP/s', 'of the peak'),
    ...profiles.map(({ model, operations, step, classes }) => {
      const rest = step - classes.reduce((sum, one) => sum + one);
      const rate = operations / classes[0];
      return row(NAMES[model], (1000 * step).toFixed(2), ...[...classes, rest].map((one) => percent(one / step)), giga(rate), percent(rate / peak));
    }),
    '',
  ];
}

function scaling(outcome) {
  const lines = [
    '## How cost grows',
    '',
    '![Time of a step against operations](benchmarks-growth.svg)',
    '',
    'Operations are those of the matrix products. A step does other work as well, whose time its operations do not tell: it waits for memory. Part of that does not grow with the products: ' +
      'the optimizer visits each parameter once for any batch, and each pixel of the output has its loss for any width. So a line with a fixed part is laid through the steps of more than 50 ' +
      'million operations. What their cost per operation departs from its median, as if there were no fixed part, is said beside it.',
    '',
  ];
  for (const { title, unit } of SCALES) {
    lines.push(...head(title, 'million operations', 'milliseconds per step', 'GFLOP/s'));
    for (const { size, figure, seconds, failure } of outcome.scales.filter(({ scale }) => scale === title)) {
      if (failure) continue;
      const time = median(seconds);
      lines.push(row(`${size} ${unit}`, (figure / 1e6).toFixed(0), (1000 * time).toFixed(2), giga(figure / time)));
    }
    const fit = growth(outcome, title);
    if (fit) {
      const [fixed, each] = [(1000 * fit.fixed).toFixed(2), (1e12 * fit.rate).toFixed(1)];
      lines.push(
        '',
        `Above 50 million operations: ${fixed} ms and ${each} ms more for each billion, ${percent(fit.fromLine)} off at most. Cost per operation departs from its median by ${percent(fit.fromProportion)} at most.`,
      );
    }
    lines.push('');
  }
  return lines;
}

function weight({ visits }) {
  const kilobytes = (bytes) => (bytes / 1000).toFixed(0);
  return [
    '## Weight of the page',
    '',
    'Kilobytes that a first visit loads until the first model can train, each file compressed by brotli at its best. The engine is what the visitor trains with, the part of the first model included: a page that is loaded once more, to be isolated, may have asked for another one before. What computes on the GPU comes later, where the browser has WebGPU, and is not counted in the other columns.',
    '',
    ...head('visit', 'engine', 'for the GPU', 'WebAssembly', 'everything', 'files'),
    ...visits.map(({ isolated, engine, gpu, wasm, total, files }) =>
      row(isolated ? 'isolated from other origins: several threads' : 'not isolated: one thread', kilobytes(engine), kilobytes(gpu), kilobytes(wasm), kilobytes(total), files.length),
    ),
    '',
  ];
}

function webgpu({ submission }) {
  const { failure, seconds, figure } = submission;
  const text = failure
    ? `Not measured: ${failure}`
    : `Ten training steps of a small variational autoencoder in one submission: ${((1e6 * median(seconds)) / figure).toFixed(1)} ` +
      "microseconds of the worker's thread for a dispatch.";
  return ['## WebGPU', '', text];
}
