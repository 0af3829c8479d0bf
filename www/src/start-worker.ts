import { startModuleWorker } from './module-worker';
import workerUrl from './worker?worker&url';

/** Starts the worker that owns the WebAssembly module. */
export function startWorker(): Worker {
  return startModuleWorker(new URL(workerUrl, import.meta.url));
}
