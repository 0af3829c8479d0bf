/**
 * Parts of the WebAssembly module that are fetched when they are needed: the code of each model, what computes on the GPU, what reads files, what
 * reads and writes checkpoints. A part is a module over the memory, the table and the functions of the first: it puts its functions into the table
 * and its constants into the memory.
 */

import { fetched, NotBrought } from './fetched';

const urls = named(import.meta.glob<string>('./wasm/parts/*.wasm', { query: '?url', import: 'default', eager: true }));
const threadedUrls = named(import.meta.glob<string>('./wasm/threads/parts/*.wasm', { query: '?url', import: 'default', eager: true }));

function named(files: Record<string, string>): Map<string, string> {
  return new Map(Object.entries(files).map(([path, url]) => [path.slice(path.lastIndexOf('/') + 1, -'.wasm'.length), url]));
}

/** What is being fetched, or was and waits for the module, by address. */
const contents = new Map<string, Promise<ArrayBuffer>>();

function contentsOf(url: string): Promise<ArrayBuffer> {
  const known = contents.get(url);
  if (known) return known;
  const coming = fetched(url).then((answer) => answer.arrayBuffer());
  contents.set(url, coming);
  // It may come the next time.
  coming.catch(() => contents.delete(url));
  return coming;
}

/** Has a part fetched, before the module is there that it belongs to: the one for several threads, or the one for one. */
export function prefetch(part: string, threaded: boolean): void {
  const url = (threaded ? threadedUrls : urls).get(part);
  if (url !== undefined) void contentsOf(url);
}

/** The parts of one instance of the module. */
export class Parts {
  readonly #exports: WebAssembly.ModuleImports;
  readonly #urls: Map<string, string>;
  readonly #brought = new Set<string>();

  /** Parts of a module that has these exports. */
  constructor(exports: unknown, threaded: boolean) {
    this.#exports = exports as WebAssembly.ModuleImports;
    this.#urls = threaded ? threadedUrls : urls;
  }

  /** Brings a part, or what a model needs, unless it is here or the module came whole. */
  async bring(part: string): Promise<void> {
    const url = this.#urls.get(part);
    if (url === undefined || this.#brought.has(part)) return;
    try {
      // Not streamed: hosts that name another type for it would be refused.
      await WebAssembly.instantiate(await contentsOf(url), { m: this.#exports });
      this.#brought.add(part);
    } catch (thrown) {
      throw new NotBrought(thrown);
    } finally {
      // Not needed any more, or not what it should be.
      contents.delete(url);
    }
  }
}
