// Daydream in a worker, as the page trains: on one thread, or on as many as the address says, with products that round as the address says or else as
// the page would choose. A contestant's name says what it does; its words are separated by semicolons.

import { fusionIsFaster } from './fusion.js';
import { answer } from './host.js';

const asked = new URLSearchParams(location.search);
const threads = Number(asked.get('threads') ?? 1);
const rounding = asked.get('rounding') ?? (fusionIsFaster() ? 'fused' : 'separate');
const folder = threads > 1 ? './threads/' : './';
const engine = await import(`${folder}daydream_bench.js`);
await engine.default(rounding === 'fused' ? { module_or_path: `${folder}daydream_bench_relaxed.wasm` } : undefined);
if (threads > 1) await gatherCrew();
const { Building, Convolving, Elementwise, Multiplication, Profile, Reference, Submission, Training, peak } = engine;

const PEAK_TURNS = 10_000;

const makers = {
  /** Multiplies and adds in registers alone. */
  peak: (chains, together) => (times) => {
    peak(Number(chains), Number(together), PEAK_TURNS * times, 0.999, 0.001);
    return 8 * chains * PEAK_TURNS * times;
  },

  product: (sizes, transposed) => {
    const [rows, depth, columns] = sizes.split(' ').map(Number);
    const product = new Multiplication(rows, depth, columns, transposed === 'A', transposed === 'B');
    return (times) => {
      product.run(times);
      return 2 * rows * depth * columns * times;
    };
  },

  chain: (name, rows, columns) => {
    const chain = new Elementwise(name, Number(rows), Number(columns));
    return (times) => chain.run(times);
  },

  /** One part of a convolution, whose operations are those of the matrix product that it is. */
  convolution: (sizes, transposed, part) => {
    const [batch, ...others] = sizes.split(' ').map(Number);
    const [size, from, to, taps, stride, padding] = others;
    const convolution = new Convolving(batch, new Uint32Array(others), transposed === 'transposed', part);
    const windows = Math.floor((size + 2 * padding - taps) / stride) + 1;
    return (times) => {
      convolution.run(times);
      return 2 * batch * windows ** 2 * taps ** 2 * from * to * times;
    };
  },

  /** A network of a size that peers train as well. */
  network: (name) => {
    const network = new Reference(name);
    return (times) => {
      const operations = network.run(times);
      if (!Number.isFinite(network.loss())) throw new Error(`the training of ${name} failed`);
      return operations;
    };
  },

  /** Training steps, kernel by kernel: the seconds that each class of kernels took. */
  profile: (name) => {
    const profile = new Profile(name);
    return (times) => Array.from(profile.run(times));
  },

  /** A whole session of the zoo, with its batches and metrics. */
  session: async (model, knobs) => {
    const session = await Training.open(model, 'strokes', knobs.split(' '));
    return (times) => session.step(times);
  },

  /** From a recipe to kernels that can run. */
  building: (model) => {
    const building = new Building(model, 'strokes');
    return (times) => building.run(times);
  },

  memory: (name) => {
    const [arena, held] = new Reference(name).memory();
    return (which) => [arena, held][which];
  },

  /** Hands ten steps at a time over to WebGPU, and waits for them before the next time, when no clock runs. The figure is the number of dispatches. */
  submission: async () => {
    const submission = await Submission.open();
    const work = () => submission.steps(10);
    work.before = () => submission.wait();
    return work;
  },
};

/** Starts the other threads as the page does, and waits until they have come. */
async function gatherCrew() {
  const [module, memory] = engine.formCrew(threads);
  const start = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker('crew.js', { type: 'module' });
      worker.onmessage = resolve;
      worker.onerror = (event) => reject(new Error(event.message || 'a thread did not start'));
      worker.postMessage({ module, memory });
    });
  await Promise.all(Array.from({ length: threads - 1 }, start));
  engine.crewIsComplete();
}

answer((name) => {
  const [kind, ...words] = name.split(';');
  return makers[kind](...words);
}, { rounding });
