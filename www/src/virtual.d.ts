/** Made at build time by `plugins/catalogue.ts`. */
declare module 'virtual:catalogue' {
  const catalogue: import('./protocol').Catalogue;
  export default catalogue;
}
