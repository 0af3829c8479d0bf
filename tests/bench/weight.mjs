// What a first visit of the page loads, compressed as a static host sends it.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

/** Bytes of a file after brotli at its best. */
async function compressed(file) {
  const content = await readFile(file);
  const parameters = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  return brotliCompressSync(content, { params: parameters }).length;
}

/** Whether a file is the engine: with relaxed SIMD or without, for one thread or for several. */
const isEngine = ({ name }) => /\/daydream_(bg|relaxed)-[^/]*\.wasm$/.test(name);

const isForGpu = (name) => /(^|\/)gpu-[^/]*\.wasm$/.test(name);

/** What computes on the GPU is a part of its own, which a visit loads when training has begun. */
async function gpuPart(site) {
  const names = await readdir(join(site, 'assets'));
  const sizes = await Promise.all(names.filter(isForGpu).map((name) => compressed(join(site, 'assets', name))));
  return Math.max(0, ...sizes);
}

/** Weighs what visits load: one of a page that is isolated, so that it trains on several threads, and one of a page that is not. */
export async function weigh(browser, site) {
  const visits = [];
  const gpu = await gpuPart(site);
  for (const isolated of [true, false]) {
    const names = (await browser.visit(site, isolated)).filter((name) => !isForGpu(name));
    const files = await Promise.all(names.map(async (name) => ({ name, bytes: await compressed(join(site, name)) })));
    const sum = (chosen) => chosen.reduce((total, { bytes }) => total + bytes, 0);
    const modules = files.filter(({ name }) => name.endsWith('.wasm'));
    // A page that is loaded once more, to be isolated, asks for an engine twice; it trains with the second. Whatever else is loaded counts each time.
    const [last] = modules.filter(isEngine).slice(-1);
    const engine = sum([...modules.filter((one) => !isEngine(one)), ...(last ? [last] : [])]);
    visits.push({ isolated, files, engine, gpu, wasm: sum(modules), total: sum(files) });
  }
  return visits;
}
