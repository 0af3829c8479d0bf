import { startModuleWorker } from './module-worker';
import { EXACT } from './protocol';
import workerUrl from './worker?worker&url';

/** Starts the worker that owns the WebAssembly module. Which module that is it decides at once, so that its name must tell. */
export function startWorker(exact: boolean): Worker {
  return startModuleWorker(new URL(workerUrl, import.meta.url), exact ? EXACT : '');
}
