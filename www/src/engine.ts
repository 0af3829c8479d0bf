/**
 * Loads the WebAssembly module into the session's worker: the build for several threads where the browser lets workers share memory, else the one for
 * one thread. Both compute the same numbers.
 *
 * There are two modules of each build. One multiplies and adds in one instruction in its matrix products: it is loaded where that is faster, and rounds
 * as the processor does. The other rounds each result, and so computes the same bits everywhere: it is loaded for runs that must be exact,
 * and where the first would gain nothing. Threads of a session share one module.
 */

import { fusionIsFaster, fusionIsKnown } from './fusion';
import { Parts } from './parts';
import type { Arrival, Message, Recipe, Rounding, Shared } from './protocol';
import { threadedEngine, threadedRelaxedUrl } from './threaded-engine';
import relaxedUrl from './wasm/daydream_relaxed.wasm?url';

export type Engine = typeof import('./wasm/daydream');

export interface Loaded {
  engine: Engine;
  /** The module's memory. It only grows. */
  memory: WebAssembly.Memory;
  parts: Parts;
  rounding: Rounding;
}

/** More threads than this have too little to do in one step. */
const MOST_THREADS = 8;

const threads = Math.min(navigator.hardwareConcurrency, MOST_THREADS);
/** Whether the build for several threads will be loaded, if all goes well. */
export const wantsThreads = crossOriginIsolated && threadedEngine !== undefined && threads > 1;

/** `exact` is that of the recipe. */
export async function loadEngine(exact: Recipe['exact']): Promise<Loaded> {
  const fused = exact === undefined ? fusionIsFaster() : !exact && fusionIsKnown();
  const rounding = fused ? 'fused' : 'separate';
  if (wantsThreads && threadedEngine) {
    try {
      return await withThreads(await threadedEngine(), rounding);
    } catch (error) {
      console.info('Daydream goes on with one thread.', error);
    }
  }
  const engine = await import('./wasm/daydream');
  const exports = await start(engine, rounding, relaxedUrl);
  return { engine, memory: exports.memory, parts: new Parts(exports, false), rounding };
}

/** Loads one of the two modules; by itself the JavaScript of both loads that which rounds each result. */
function start(engine: Engine, rounding: Rounding, relaxed: string | undefined): ReturnType<Engine['default']> {
  return rounding === 'fused' && relaxed !== undefined ? engine.default({ module_or_path: new URL(relaxed, import.meta.url) }) : engine.default();
}

async function withThreads(engine: Engine, rounding: Rounding): Promise<Loaded> {
  const exports = await start(engine, rounding, threadedRelaxedUrl);
  const [module, memory] = engine.formCrew(threads) as [WebAssembly.Module, WebAssembly.Memory];
  const problem = await recruit(threads - 1, { module, memory });
  if (problem !== undefined) throw new Error(problem);
  engine.crewIsComplete();
  return { engine, memory, parts: new Parts(exports, true), rounding };
}

/** Has the page start threads. */
function recruit(threads: number, shared: Shared): Promise<Arrival> {
  const { port1: port, port2: reply } = new MessageChannel();
  return new Promise((resolve) => {
    port.onmessage = ({ data }: MessageEvent<Arrival>) => {
      port.close();
      resolve(data);
    };
    postMessage({ type: 'recruit', threads, shared, reply } satisfies Message, { transfer: [reply] });
  });
}
