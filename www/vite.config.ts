import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { catalogue } from './plugins/catalogue.ts';
import { preload } from './plugins/preload.ts';

/**
 * Headers of every answer of the local server. Any page may embed the element, so any origin may read its files. The other two
 * isolate the page from other origins: browsers then let its workers share memory, and training uses several threads.
 */
const headers = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  // Relative addresses: the site works under any path of any host.
  base: './',
  appType: 'mpa',
  plugins: [catalogue(), preload()],
  build: {
    // The WebAssembly module and everything else stay files of their own, so that they can be streamed and cached.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        index: resolve(import.meta.dirname, 'index.html'),
        'day-dream': resolve(import.meta.dirname, 'src/day-dream.ts'),
      },
      preserveEntrySignatures: 'exports-only',
      output: {
        // The one name that other sites write down; everything that it imports has a hashed name.
        entryFileNames: (chunk) => (chunk.name === 'day-dream' ? 'day-dream.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  worker: { format: 'es' },
  server: { headers },
  preview: { headers },
  test: { include: ['src/**/*.test.ts'] },
});
