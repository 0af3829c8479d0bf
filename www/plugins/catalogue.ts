/**
 * Bundles the catalogue of models and data sets with the page, as `cargo xtask` wrote it: it is drawn before the WebAssembly module has
 * arrived. What it says is left out, for that is most of it, and becomes modules of its own: for each language the names of all models and
 * data sets, and whatever else is said about one model, with its equations. LaTeX leaves as MathML, which browsers draw by themselves.
 */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import temml from 'temml';
import type { Plugin } from 'vite';
import type { Catalogue, ModelSpec, Text } from '../src/protocol';
import { textsOf } from '../src/texts.ts';

/** What the page imports; words are `virtual:catalogue/PART-LANGUAGE`. */
const NAME = 'virtual:catalogue';
const LANGUAGES: (keyof Text)[] = ['en', 'ko'];
/** The part that holds all names. */
const NAMES = 'names';

const FILE = resolve(import.meta.dirname, '../src/wasm/catalogue.json');

export function catalogue(): Plugin {
  return {
    name: 'daydream-catalogue',
    resolveId: (id) => (id.startsWith(NAME) ? `\0${id}` : undefined),
    async load(id) {
      if (!id.startsWith(`\0${NAME}`)) return undefined;
      this.addWatchFile(FILE);
      const catalogue = JSON.parse(await readFile(FILE, 'utf8')) as Catalogue;
      const [, part, language] = /\/(.+)-(\w+)$/.exec(id) ?? [];
      if (part && language) return `export default ${JSON.stringify(words(catalogue, part, language as keyof Text))};`;
      return `export const catalogue = ${JSON.stringify(blank(catalogue))};\nexport const words = {${loaders(catalogue).join()}};`;
    },
  };
}

/** What one part of the catalogue says in one language. */
function words({ models, data }: Catalogue, part: string, language: keyof Text): { texts: string[]; equations: string[] } {
  const model = models.find(({ id }) => id === part);
  const texts = model ? textsOf({ ...model, title: undefined }) : textsOf([models.map(({ title }) => title), data]);
  return { texts: texts.map((text) => text[language]), equations: model ? equations(model) : [] };
}

function equations({ equations }: ModelSpec): string[] {
  return equations.map((latex) => temml.renderToString(latex, { displayMode: true, throwOnError: true }));
}

/** The catalogue without words. */
function blank(catalogue: Catalogue): Catalogue {
  const copy = structuredClone(catalogue);
  for (const text of textsOf(copy)) Object.assign(text, { en: '', ko: '' });
  for (const model of copy.models) model.equations = [];
  return copy;
}

function loaders({ models }: Catalogue): string[] {
  const load = (part: string, language: string): string => `${language}: () => import(${JSON.stringify(`${NAME}/${part}-${language}`)})`;
  return [NAMES, ...models.map(({ id }) => id)].map((part) => `${JSON.stringify(part)}: {${LANGUAGES.map((language) => load(part, language)).join()}}`);
}
