/**
 * Bundles the catalogue of models and data sets with the page, as `cargo xtask` wrote it: it is drawn before the WebAssembly module has
 * arrived. Its LaTeX equations leave as MathML, which browsers draw by themselves.
 */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import temml from 'temml';
import type { Plugin } from 'vite';
import type { Catalogue, ModelSpec } from '../src/protocol';

/** What the page imports. */
const NAME = 'virtual:catalogue';
const RESOLVED = `\0${NAME}`;

const FILE = resolve(import.meta.dirname, '../src/wasm/catalogue.json');

export function catalogue(): Plugin {
  return {
    name: 'daydream-catalogue',
    resolveId: (id) => (id === NAME ? RESOLVED : undefined),
    async load(id) {
      if (id !== RESOLVED) return undefined;
      this.addWatchFile(FILE);
      const { models, data } = JSON.parse(await readFile(FILE, 'utf8')) as Catalogue;
      return `export default ${JSON.stringify({ models: models.map(withMathml), data })};`;
    },
  };
}

function withMathml(model: ModelSpec): ModelSpec {
  const mathml = (latex: string): string => temml.renderToString(latex, { displayMode: true, throwOnError: true });
  return { ...model, equations: model.equations.map(mathml) };
}
