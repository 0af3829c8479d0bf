// Who trains: Daydream and its peers, in the browser and natively.

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { openProgram } from './hosts.mjs';
import { MODELS } from './plan.mjs';

const peers = join(dirname(fileURLToPath(import.meta.url)), 'peers');
const { devDependencies: PACKAGES } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8'));

const [, BURN] = /^burn = \{ version = "=([^"]+)"/m.exec(await readFile(join(peers, 'burn/Cargo.toml'), 'utf8'));

/** Sets how many threads numpy and scikit-learn use. */
const threads = (count) => Object.fromEntries(['OPENBLAS', 'OMP', 'MKL'].map((name) => [`${name}_NUM_THREADS`, `${count}`]));

/**
 * Starts all engines. Returns their contestants, model by model, so that those who are compared run one right after the other, their versions, and
 * how to end them. One that cannot be had is left out, and a line says so.
 */
export async function openEngines({ browser, daydream, exact, started, native, burn, python }, models) {
  const versions = {};
  const opened = [];
  const skip = (title, why) => console.log(`  SKIPPED: ${title}: ${why}`);
  const engine = async (title, script, version) => {
    try {
      const host = await (typeof script === 'string' ? browser.engine(script) : script());
      versions[title.replace(/,.*/, '')] ??= version ?? host.version;
      return host;
    } catch (error) {
      skip(title, String(error.message ?? error).split('\n')[0]);
      return undefined;
    }
  };
  const program = async (title, missing, command, parameters, variables) => {
    const host = await openProgram(command, parameters, variables);
    if (!host) {
      skip(title, missing);
      return undefined;
    }
    opened.push(host);
    versions[title.replace(/,.*/, '')] ??= host.version;
    return host;
  };
  const own = (count) => program(`Daydream, ${count} threads`, 'its program did not start', native, [`${count}`]);
  const script = (title, name, parameters, count) =>
    program(`${title}, ${count} threads`, 'Python lacks it', python, [join(peers, name), ...parameters], threads(count));

  const daydream2 = await engine('Daydream, 2 threads', () => started('&threads=2'));
  const jax = await engine('jax-js', 'jax.js', PACKAGES['@jax-js/jax']);
  const jaxAll = await engine('jax-js, a thread for each core', 'jax.js?threads', PACKAGES['@jax-js/jax']);
  const tensorflow = await engine('TensorFlow.js', 'tensorflow.js');
  const tensorflow2 = await engine('TensorFlow.js, 2 threads', 'tensorflow.js?threads=2');
  const burnInBrowser = burn && (await engine('Burn', 'burn.js', BURN));
  const burnNative = (count) =>
    burn && program(`Burn, ${count} threads`, 'its program did not start', burn, [], { RAYON_NUM_THREADS: `${count}` });
  const burns = [await burnNative(1), await burnNative(2)];
  if (!burn) skip('Burn', 'it was not built');
  const natives = [await own(1), await own(2)];
  const torches = [await script('PyTorch', 'torch_steps.py', ['1'], 1), await script('PyTorch', 'torch_steps.py', ['2'], 2)];
  const machines = [];
  for (const [title, name] of [['numpy and its BLAS', 'numpy'], ['scikit-learn', 'scikit-learn']]) {
    for (const count of [1, 2]) {
      const label = `${title}, native, ${count} thread${count > 1 ? 's' : ''}`;
      machines.push([label, await script(name, 'rbm_steps.py', [name], count)]);
    }
  }

  const contestants = MODELS.filter(({ id }) => models.includes(id)).flatMap(({ id, knobs }) =>
    [
      ['Daydream', daydream, `network;${id}`],
      ['Daydream, exact', exact, `network;${id}`],
      ['Daydream, 2 threads', daydream2, `network;${id}`],
      ['PyTorch, native, 1 thread', torches[0], id],
      ['PyTorch, fused Adam, native, 1 thread', id === 'rbm' ? undefined : torches[0], `${id};fused`],
      ['Daydream, native, 1 thread', natives[0], id],
      ...(id === 'vae'
        ? [
            ['Burn', burnInBrowser, id],
            ['Burn, native, 1 thread', burns[0], id],
            ['Burn, native, 2 threads', burns[1], id],
          ]
        : []),
      ...(id === 'rbm' ? machines.map(([label, host]) => [label, host, id]) : []),
      ['PyTorch, native, 2 threads', torches[1], id],
      ['Daydream, native, 2 threads', natives[1], id],
      // TensorFlow.js has no gradient of a convolution for WebAssembly; of jax-js one step takes minutes.
      ...(id === 'convolutional'
        ? []
        : [
            ['jax-js', jax, id],
            ['jax-js, a thread for each core', jaxAll, id],
            ['TensorFlow.js, transposed by hand', tensorflow, `${id};byHand`],
            ['TensorFlow.js, transposed by hand, 2 threads', tensorflow2, `${id};byHand`],
            ['TensorFlow.js as published', tensorflow, `${id};published`],
          ]),
      ["Daydream, the zoo's session", knobs && daydream, `session;${id};${knobs}`],
    ]
      .filter(([, host]) => host)
      .map(([engine, host, name]) => ({ host, name, model: id, engine, label: `${engine}: ${id}` })),
  );
  return { contestants, versions, close: () => opened.forEach((host) => host.close()) };
}
