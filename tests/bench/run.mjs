// Runs the benchmark in Chromium and writes its report.
//
//     node run.mjs FOLDER REPORT      FOLDER holds the page and the bound module

import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { cpus, loadavg } from 'node:os';
import { extname, join } from 'node:path';

const { chromium } = createRequire(new URL('../browser/package.json', import.meta.url))('playwright-core');
const [folder, report] = process.argv.slice(2);

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** An isolated page has a clock that ticks every 5 microseconds instead of every 100. */
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const server = createServer(async (request, response) => {
  const name = request.url === '/' ? 'index.html' : request.url.slice(1);
  try {
    const content = await readFile(join(folder, name));
    response.writeHead(200, { ...HEADERS, 'Content-Type': TYPES[extname(name)] ?? 'text/plain' }).end(content);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const place = process.env.DAYDREAM_CHROMIUM ?? 'playwright';
const busy = loadavg()[0];
const browser = await chromium.launch({
  ...(place.startsWith('system:') ? { executablePath: place.slice('system:'.length) } : {}),
  // The sandbox of Chromium does not work for root.
  chromiumSandbox: process.getuid?.() !== 0,
  args: ['--headless=new', '--disable-gpu', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
});
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const outcome = await page.evaluate(() => globalThis.outcome);
  const text = describe(outcome);
  console.log(text);
  await writeFile(report, text);
} finally {
  await browser.close();
  server.close();
}

function describe({ peak, products, steps, dispatch }) {
  const giga = (rate) => (rate / 1e9).toFixed(1);
  const percent = (part) => `${Math.round(100 * part)} %`;
  const row = (...cells) => `| ${cells.join(' | ')} |`;
  const stored = { A: ', A stored transposed', B: ', B stored transposed', '': '' };
  return [
    '# Benchmarks',
    '',
    'Written by `cargo xtask bench`. One thread in a worker of a browser tab; each figure is the best of many short samples.',
    '',
    `- Date: ${new Date().toISOString().slice(0, 10)}`,
    `- Browser: Chromium ${browser.version()}`,
    `- Processor: ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`,
    `- Load before the run: ${busy.toFixed(1)}${busy > 0.5 ? ' (**busy**: other work shared the caches, figures are too low)' : ''}`,
    `- Multiplications and additions in registers alone: ${giga(peak)} GFLOP/s, called the peak below`,
    '',
    '## Matrix products',
    '',
    row('rows, depth, columns', 'GFLOP/s', 'of the peak'),
    row('---', '---', '---'),
    ...products.map(({ rows, depth, columns, transposed, rate }) =>
      row(`${rows}, ${depth}, ${columns}${stored[transposed]}`, giga(rate), percent(rate / peak)),
    ),
    '',
    '## Training steps',
    '',
    'The bound is the rate at which the matrix products of a step alone would run at the peak.',
    '',
    row('model', 'steps per second', 'bound', 'of the bound'),
    row('---', '---', '---', '---'),
    ...steps.map(({ name, operations, seconds }) => {
      const bound = peak / operations;
      return row(name, (1 / seconds).toFixed(1), bound.toFixed(1), percent(1 / seconds / bound));
    }),
    '',
    '## WebGPU',
    '',
    dispatch.missing
      ? `Not measured: ${dispatch.missing}`
      : `Ten training steps of a small variational autoencoder in one submission: ${dispatch.microseconds.toFixed(1)} ` +
        "microseconds of the worker's thread for a dispatch (median of 30).",
    '',
  ].join('\n');
}
