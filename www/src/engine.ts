/**
 * Loads the WebAssembly module into the session's worker: the build for several threads where the browser lets workers share memory,
 * else the plain one. Both compute the same numbers.
 */

import { startModuleWorker } from './module-worker';
import type { Arrival, Shared } from './thread';
import threadUrl from './thread?worker&url';
import { threadedEngine } from './threaded-engine';

export type Engine = typeof import('./wasm/daydream');

export interface Loaded {
  engine: Engine;
  /** The module's memory. It only grows. */
  memory: WebAssembly.Memory;
}

/** More threads than this have too little to do in one step. */
const MOST_THREADS = 8;

export async function loadEngine(): Promise<Loaded> {
  const threads = Math.min(navigator.hardwareConcurrency, MOST_THREADS);
  if (crossOriginIsolated && threadedEngine && threads > 1) {
    try {
      return await withThreads(await threadedEngine(), threads);
    } catch (error) {
      console.info('Daydream goes on with one thread.', error);
    }
  }
  const engine = await import('./wasm/daydream');
  const { memory } = await engine.default();
  return { engine, memory };
}

async function withThreads(engine: Engine, threads: number): Promise<Loaded> {
  await engine.default();
  const [module, memory] = engine.formCrew(threads) as [WebAssembly.Module, WebAssembly.Memory];
  const workers = Array.from({ length: threads - 1 }, () => startModuleWorker(new URL(threadUrl, import.meta.url)));
  try {
    await Promise.all(workers.map((worker) => arrival(worker, { module, memory })));
  } catch (error) {
    for (const worker of workers) worker.terminate();
    throw error;
  }
  engine.crewIsComplete();
  return { engine, memory };
}

/** Hands a worker what it loads, and waits until it has come. */
function arrival(worker: Worker, shared: Shared): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data: problem }: MessageEvent<Arrival>) => {
      if (problem === undefined) resolve();
      else reject(new Error(problem));
    }, { once: true });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      reject(new Error(event.message || 'a thread did not start'));
    });
    worker.postMessage(shared);
  });
}
