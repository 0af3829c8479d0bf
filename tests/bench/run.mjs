// Measures Daydream and its peers side by side and writes the report.
//
//     node run.mjs FOLDER NATIVE REPORT [JSON]      FOLDER holds the page and the bound module, NATIVE is the native program

import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { compete } from './contest.mjs';
import { openBrowser, openProgram } from './hosts.mjs';
import { CHAINS, CHAIN_SIZES, MODELS, PEAKS, PRODUCTS, SCALES } from './plan.mjs';
import { plot } from './plot.mjs';
import { describe } from './report.mjs';

const [folder, native, report, json] = process.argv.slice(2);
const peers = join(dirname(fileURLToPath(import.meta.url)), 'peers');
const { devDependencies: PEERS } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8'));
const say = (line) => console.log(`  ${line}`);

/** Bytes that one batch of the autoencoder passes from layer to layer: hidden, mean, logarithm of the variance, latent, hidden, logits. */
const VAE_ACTIVATIONS = 4 * 128 * (400 + 20 + 20 + 20 + 400 + 784);

const outcome = {
  date: new Date().toISOString().slice(0, 10),
  processor: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`,
  load: loadavg()[0],
  versions: {},
};
const browser = await openBrowser(folder);
outcome.versions.Chromium = browser.version;
const programs = [];

/** A program of a peer, or undefined and a line that says so. */
async function program(title, missing, command, parameters, variables) {
  const host = await openProgram(command, parameters, variables);
  if (!host) say(`SKIPPED: ${title}: ${missing}`);
  else {
    programs.push(host);
    outcome.versions[title.replace(/,.*/, '')] = host.version;
  }
  return host;
}

try {
  const daydream = await browser.engine('daydream.js');

  say('measuring matrix products');
  const peaks = PEAKS.map((chains) => ({ host: daydream, name: `peak;${chains}` }));
  const products = PRODUCTS.map((words) => ({ host: daydream, name: ['product', ...words].join(';'), words }));
  await compete([...peaks, ...products], { rounds: 15, warm: 0.25, sample: 0.02 });
  Object.assign(outcome, { peaks, products });

  say('measuring element-wise chains and reductions');
  outcome.chains = CHAIN_SIZES.flatMap((size) =>
    CHAINS.map((chain) => ({ host: daydream, name: ['chain', chain, ...size].join(';'), chain, size })),
  );
  await compete(outcome.chains, { rounds: 9, warm: 0.1, sample: 0.015 });

  say('measuring training steps of all engines in turns');
  outcome.steps = await contestants(daydream);
  await compete(outcome.steps, { rounds: 9, warm: 0.7, sample: 0.15 });

  say('measuring how cost grows');
  outcome.scales = SCALES.flatMap(({ title, sizes, name }) =>
    sizes.map((size) => ({ host: daydream, name: name(size), scale: title, size })),
  );
  outcome.tiny = { host: daydream, name: 'network;tiny' };
  await compete([...outcome.scales, outcome.tiny], { rounds: 7, warm: 0.2, sample: 0.05 });

  say('measuring compilation, memory and submission');
  outcome.building = MODELS.map(({ id }) => ({ host: daydream, name: `building;${id}`, model: id }));
  await compete(outcome.building, { rounds: 15, warm: 0.01, sample: 0.001 });
  const memory = async (which) => (await daydream.run('memory;vae', which)).figure;
  outcome.memory = { arena: await memory(0), held: await memory(1), activations: VAE_ACTIVATIONS };
  outcome.submission = { host: daydream, name: 'submission' };
  await compete([outcome.submission], { rounds: 30, warm: 0, sample: 0 });
} finally {
  for (const host of programs) host.close();
  await browser.close();
}

outcome.loadAfter = loadavg()[0];
const text = describe(outcome);
console.log(text);
await writeFile(report, text);
await writeFile(report.replace(/\.md$/, '-growth.svg'), plot(outcome));
if (json) await writeFile(json, `${JSON.stringify(outcome, (key, value) => (key === 'host' ? undefined : value), 1)}\n`);

/** Everyone who trains, model by model, so that those who are compared run one right after the other. */
async function contestants(daydream) {
  const jax = await browser.engine('jax.js');
  const tensorflow = await browser.engine('tensorflow.js');
  const engine = (title, script) =>
    browser.engine(script).catch((error) => say(`SKIPPED: ${title}: ${error.message.split('\n')[0]}`));
  const tensorflow2 = await engine('TensorFlow.js, 2 threads', 'tensorflow.js?threads=2');
  const jaxAll = await engine('jax-js, a thread for each core', 'jax.js?threads');
  outcome.versions['TensorFlow.js'] = tensorflow.version;
  outcome.versions['jax-js'] = PEERS['@jax-js/jax'];

  const own = (threads) => program(`Daydream, ${threads} threads`, 'its program did not start', native, [`${threads}`]);
  const natives = [await own(1), await own(2)];
  const torch = (threads) =>
    program(`PyTorch, ${threads} threads`, '`python3 -m pip install torch` adds it', 'python3', [
      join(peers, 'torch_steps.py'),
      `${threads}`,
    ]);
  const threads = (count) => Object.fromEntries(['OPENBLAS', 'OMP', 'MKL'].map((name) => [`${name}_NUM_THREADS`, `${count}`]));
  const rbm = (title, name, count) =>
    program(title, `\`python3 -m pip install ${name}\` adds it`, 'python3', [join(peers, 'rbm_steps.py'), name], threads(count));
  const torches = [await torch(1), await torch(2)];
  const machines = [
    ['numpy and its BLAS, native, 1 thread', await rbm('numpy, 1 thread', 'numpy', 1)],
    ['numpy and its BLAS, native, 2 threads', await rbm('numpy, 2 threads', 'numpy', 2)],
    ['scikit-learn, native, 1 thread', await rbm('scikit-learn, 1 thread', 'scikit-learn', 1)],
    ['scikit-learn, native, 2 threads', await rbm('scikit-learn, 2 threads', 'scikit-learn', 2)],
  ];

  return MODELS.flatMap(({ id, knobs }) =>
    [
      ['Daydream', daydream, `network;${id}`],
      ['PyTorch, native, 1 thread', torches[0], id],
      ['PyTorch, fused Adam, native, 1 thread', id === 'rbm' ? undefined : torches[0], `${id};fused`],
      ['Daydream, native, 1 thread', natives[0], id],
      ...(id === 'rbm' ? machines.map(([label, host]) => [label, host, id]) : []),
      ['PyTorch, native, 2 threads', torches[1], id],
      ['Daydream, native, 2 threads', natives[1], id],
      ['jax-js', jax, id],
      ['jax-js, a thread for each core', jaxAll, id],
      ['TensorFlow.js, transposed by hand', tensorflow, `${id};byHand`],
      ['TensorFlow.js, transposed by hand, 2 threads', tensorflow2, `${id};byHand`],
      ['TensorFlow.js as published', tensorflow, `${id};published`],
      ["Daydream, the zoo's session", daydream, `session;${id};${knobs}`],
    ]
      .filter(([, host]) => host)
      .map(([engine, host, name]) => ({ host, name, model: id, engine, label: `${engine}: ${id}` })),
  );
}
