/** One thread of the engine's crew: a worker that loads the module over the memory of the session's worker. */

import type { Arrival, Shared } from './protocol';
import { threadedEngine } from './threaded-engine';

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
addEventListener('messageerror', () => { answer('what threads share did not arrive'); }, { once: true });
