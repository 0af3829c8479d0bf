// Shows the page on this machine: what `cargo xtask build` wrote to dist or, with --dev, the sources with hot reload.
//
//     node server.js [--port N] [--open] [--dev]

import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createServer, preview } from 'vite';

/**
 * Starts a server on this machine's loopback address and resolves to its address.
 *
 * @param {{
 *   port?: number | undefined, // this port or an error; by default the first free one from 4173 on
 *   open?: boolean, // show the page in the default browser
 *   dev?: boolean, // serve the sources
 *   base?: string, // the path to serve under
 *   plugins?: import('vite').PluginOption[],
 * }} [options]
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve({ port, open = false, dev = false, base = '/', plugins = [] } = {}) {
  const root = import.meta.dirname;
  const place = { host: '127.0.0.1', port: port ?? 4173, strictPort: port !== undefined, open };
  const server = dev
    ? await (await createServer({ root, base, plugins, server: place })).listen()
    : await preview({ root, base, plugins, preview: place });
  const address = server.httpServer?.address();
  if (!address || typeof address === 'string') throw new Error('the server has no port');
  return { url: `http://localhost:${address.port}${base}`, close: () => server.close() };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, open: { type: 'boolean' }, dev: { type: 'boolean' } },
  });
  try {
    const { url } = await serve({ ...values, port: values.port === undefined ? undefined : Number(values.port) });
    console.log(`\n  Daydream is at ${url}   (Ctrl+C stops it)\n`);
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
