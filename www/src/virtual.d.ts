/** Made at build time by `plugins/catalogue.ts`. */
declare module 'virtual:catalogue' {
  type Language = keyof import('./protocol').Text;
  /** Every model and data set, without words. */
  export const catalogue: import('./protocol').Catalogue;
  /** What is said in each language, in the order of the texts: `names` of models and data sets, and for each model by its id all else. */
  export const words: Partial<Record<string, Record<Language, () => Promise<{ default: { texts: string[]; equations: string[] } }>>>>;
}
