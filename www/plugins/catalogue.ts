/**
 * Bundles the catalogue of models and data sets with the page, so that it is drawn before the WebAssembly module has
 * arrived. The catalogue is the module's own: it is loaded here, at build time, and asked. Its LaTeX equations leave
 * as MathML, which browsers draw by themselves.
 */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import temml from 'temml';
import type { Plugin } from 'vite';
import type { Catalogue, ModelSpec } from '../src/protocol';

/** What the page imports. */
const NAME = 'virtual:catalogue';
const RESOLVED = `\0${NAME}`;

const WASM = resolve(import.meta.dirname, '../src/wasm');

/** The face of the WebAssembly module, as far as it is needed here. */
interface Module {
  initSync(options: { module: Uint8Array }): unknown;
  catalogue(): Catalogue;
}

export function catalogue(): Plugin {
  return {
    name: 'daydream-catalogue',
    resolveId: (id) => (id === NAME ? RESOLVED : undefined),
    async load(id) {
      if (id !== RESOLVED) return undefined;
      const bytes = resolve(WASM, 'daydream_bg.wasm');
      this.addWatchFile(bytes);
      const module = (await import(pathToFileURL(resolve(WASM, 'daydream.js')).href)) as Module;
      module.initSync({ module: await readFile(bytes) });
      const { models, data } = module.catalogue();
      return `export default ${JSON.stringify({ models: models.map(withMathml), data })};`;
    },
  };
}

function withMathml(model: ModelSpec): ModelSpec {
  const mathml = (latex: string): string => temml.renderToString(latex, { displayMode: true, throwOnError: true });
  return { ...model, equations: model.equations.map(mathml) };
}
