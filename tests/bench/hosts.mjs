// Where contestants run: engines in workers of a page, and programs that answer line by line.

import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../browser/package.json', import.meta.url))('playwright-core');

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** An isolated page has a clock that ticks every 5 microseconds instead of every 100, and shares memory between threads. */
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** What of the page's own code the benchmark runs, as JavaScript: how it chooses between modules. */
async function fusion() {
  const { default: typescript } = await import('../../www/node_modules/typescript/lib/typescript.js');
  const source = await readFile(new URL('../../www/src/fusion.ts', import.meta.url), 'utf8');
  return typescript.transpile(source, { target: typescript.ScriptTarget.ESNext, module: typescript.ModuleKind.ESNext });
}

/** Serves a folder, and the peers' packages under `node_modules`. What is served is added to `served`. */
async function serve(folder, { headers = HEADERS, served = new Set() } = {}) {
  const packages = new URL('.', import.meta.url).pathname;
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const name = pathname === '/' ? '/index.html' : pathname;
    try {
      const content = name === '/fusion.js' ? await fusion() : await readFile(join(name.startsWith('/node_modules/') ? packages : folder, name));
      served.add(name);
      response.writeHead(200, { ...headers, 'Content-Type': TYPES[extname(name)] ?? 'text/plain' }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Opens the page in Chromium. `engine(script)` starts a worker there and resolves to a host. */
export async function openBrowser(folder) {
  const server = await serve(folder);
  const place = process.env.DAYDREAM_CHROMIUM ?? 'playwright';
  const browser = await chromium.launch({
    ...(place.startsWith('system:') ? { executablePath: place.slice('system:'.length) } : {}),
    // The sandbox of Chromium does not work for root.
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--headless=new', '--disable-gpu', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => globalThis.ready);
  const ask = (script, request) => page.evaluate(([script, request]) => globalThis.ask(script, request), [script, request]);
  return {
    version: browser.version(),
    async engine(script) {
      const details = await page.evaluate((script) => globalThis.open(script), script);
      return {
        ...details,
        run: (name, times) => ask(script, { what: 'run', name, times }),
        drop: (name) => ask(script, { what: 'drop', name }),
        close: () => {},
      };
    },
    /** Visits a site for the first time, on a page that is isolated or not. Resolves to the files that it loads until its player is ready. */
    async visit(site, isolated) {
      const served = new Set();
      const other = await serve(site, { headers: isolated ? HEADERS : {}, served });
      const context = await browser.newContext();
      try {
        const visited = await context.newPage();
        await visited.goto(`http://127.0.0.1:${other.address().port}/`);
        await visited.locator('day-dream').first().evaluate((player) => player.ready);
        return [...served];
      } finally {
        await context.close();
        other.close();
      }
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** Two hosts in which the same runs at once; a turn has ended when both have. */
export function atOnce(one, other) {
  return {
    async run(name, times) {
      const [{ seconds, figure }, beside] = await Promise.all([one.run(name, times), other.run(name, times)]);
      return { seconds: Math.max(seconds, beside.seconds), figure: figure + beside.figure };
    },
    drop: (name) => Promise.all([one.drop(name), other.drop(name)]),
  };
}

/** Starts a program that answers line by line; nothing when it cannot start or does not introduce itself. */
export async function openProgram(command, parameters, variables = {}) {
  const program = spawn(command, parameters, { env: { ...process.env, ...variables }, stdio: ['pipe', 'pipe', 'ignore'] });
  program.on('error', () => {});
  program.stdin.on('error', () => {});
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ${parameters.join(' ')} ended early`);
    return value;
  };
  try {
    const { version } = JSON.parse(await next());
    return {
      version,
      async run(name, times) {
        program.stdin.write(`${name}\t${times}\n`);
        return { seconds: Number(await next()) };
      },
      drop: () => {},
      close: () => program.stdin.end(),
    };
  } catch {
    return undefined;
  }
}
