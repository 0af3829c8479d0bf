import { startModuleWorker } from './module-worker';
import { WORKERS, type Recipe } from './protocol';
import workerUrl from './worker?worker&url';

/** Starts the worker that owns the WebAssembly module. Which module that is it decides at once, so that its name must tell. */
export function startWorker(exact: Recipe['exact']): Worker {
  const name = exact === undefined ? '' : exact ? WORKERS.exact : WORKERS.fused;
  return startModuleWorker(new URL(workerUrl, import.meta.url), name);
}
