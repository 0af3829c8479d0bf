/**
 * The threads of an engine, beside the worker of its session. The page starts them: in Firefox a worker that starts
 * workers now and then stops for ever.
 */

import { startModuleWorker } from './module-worker';
import type { Arrival, Shared } from './protocol';
import threadUrl from './thread?worker&url';

export class Crew {
  #workers: Worker[] = [];
  #dismissed = false;

  /** Starts so many threads, and waits until all have come. None is started once the crew was dismissed: what a worker asked last may come after its end. */
  async recruit(threads: number, shared: Shared): Promise<Arrival> {
    if (this.#dismissed) return 'the threads were dismissed';
    this.#workers = Array.from({ length: threads }, () => startModuleWorker(new URL(threadUrl, import.meta.url)));
    try {
      await Promise.all(this.#workers.map((worker) => arrival(worker, shared)));
      return undefined;
    } catch (error) {
      this.dismiss();
      return String(error);
    }
  }

  dismiss(): void {
    this.#dismissed = true;
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
  }
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
