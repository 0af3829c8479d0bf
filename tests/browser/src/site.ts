/** The servers of the tests: the built site, and pages of other origins that embed it. */

import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { extname, resolve } from 'node:path';
import type { Connect, PreviewServer } from 'vite';
import { serve } from '../../../www/server.js';
import { withRecorder } from './recorder';

export interface Site {
  /** The address of its root, with a slash at the end. */
  url: string;
  close: () => Promise<void>;
}

/** The folder that `cargo xtask build` writes. */
export const DIST = resolve(import.meta.dirname, '../../../www/dist');

/** The names of its engines, WebAssembly modules: one with relaxed SIMD and one without, and as many for several threads where they could be built. */
export async function enginesOfSite(): Promise<string[]> {
  const names = await readdir(resolve(DIST, 'assets'));
  return names.filter((name) => /^daydream_(bg|relaxed)-.*\.wasm$/.test(name));
}

export const hasThreads = async (): Promise<boolean> => (await enginesOfSite()).length > 2;

/** Serves the built site as `cargo xtask serve` does, under a path of the caller's choice. `onRequest` is told the path of whatever is asked for. */
export function serveSite(base = '/', onRequest?: (path: string) => void): Promise<Site> {
  const configurePreviewServer = (server: PreviewServer): void => {
    server.middlewares.use((request: Connect.IncomingMessage, _: unknown, next: Connect.NextFunction) => {
      onRequest?.(new URL(request.url ?? '/', 'http://localhost').pathname);
      next();
    });
    addRecorder(server);
  };
  return serve({ base, plugins: [{ name: 'error-recorder', configurePreviewServer }] });
}

function addRecorder(server: PreviewServer): void {
  const recording: Connect.NextHandleFunction = (request, response, next) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (!/\/(index\.html)?$/.test(pathname)) {
      next();
      return;
    }
    readFile(resolve(DIST, 'index.html'), 'utf8').then((html) => {
      const headers = { ...server.config.preview.headers, 'Content-Type': 'text/html' };
      for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
      response.end(withRecorder(html));
    }, next);
  };
  server.middlewares.use(recording);
}

/** Serves the files of a folder as they are. */
export function serveFolder(folder: string): Promise<Site> {
  const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
  return listen((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = resolve(folder, pathname === '/' ? 'index.html' : pathname.slice(1));
    readFile(file).then(
      (content) => response.setHeader('Content-Type', types[extname(file)] ?? 'text/plain').end(content),
      () => {
        response.statusCode = 404;
        response.end();
      },
    );
  });
}

/** Serves a few pages, by path, from an origin of their own: `{ '/': '<p>…' }`. */
export function servePages(pages: Record<string, string>): Promise<Site> {
  return listen((request, response) => {
    const page = pages[new URL(request.url ?? '/', 'http://localhost').pathname];
    response.statusCode = page === undefined ? 404 : 200;
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(page === undefined ? '' : withRecorder(page));
  });
}

async function listen(answer: RequestListener): Promise<Site> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://localhost:${address.port}/`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
