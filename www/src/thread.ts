/** One thread of the engine's crew: a worker that loads the module over the memory of the session's worker. */

import { threadedEngine } from './threaded-engine';

/** What the session's worker hands out. */
export interface Shared {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
}

/** What is answered: nothing where all is well. */
export type Arrival = undefined | string;

function answer(arrival: Arrival): void {
  postMessage(arrival);
}

addEventListener('message', ({ data: { module, memory } }: MessageEvent<Shared>) => {
  void (async () => {
    try {
      const engine = await threadedEngine?.();
      await engine?.default({ module_or_path: module, memory });
      answer(undefined);
      engine?.enlist();
    } catch (thrown) {
      answer(String(thrown));
    }
  })();
}, { once: true });
