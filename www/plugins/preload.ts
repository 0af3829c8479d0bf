/**
 * Has browsers fetch, while they still read the page's own script, what the worker is going to ask for: its script, and the JavaScript of the
 * WebAssembly module for several threads. One file would else wait for the other. Which module it is to be only the browser knows.
 */

import type { Plugin } from 'vite';

export function preload(): Plugin {
  return {
    name: 'daydream-preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const sources = Object.values(bundle ?? {}).map((file) => ({ name: file.fileName, source: String(file.type === 'asset' ? file.source : file.code) }));
        const worker = sources.find(({ name }) => /\/worker-[\w-]+\.js$/.test(name));
        const engines = sources.filter(({ name }) => /\/daydream-[\w-]+\.js$/.test(name));
        const engine = engines.find(({ source }) => source.includes('WebAssembly.Memory({')) ?? engines[0];
        if (!worker || !engine) throw new Error('the build has no worker, or no engine for it');
        return [worker, engine].map(({ name }) => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `./${name}` }, injectTo: 'head' }));
      },
    },
  };
}
