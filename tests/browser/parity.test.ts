/**
 * The executors in a worker: for WebGPU on whatever adapter the browser has, and for the CPU in both modules, that with relaxed SIMD and that without.
 * `tests/tests/parity.rs` checks the same natively.
 */

import { afterAll, expect, test } from 'vitest';
import type { Browser } from './src/browser';
import { inEveryBrowser, launchChromium } from './src/browsers';
import { hasAdapter, WEBGPU } from './src/playwright';
import { serveFolder } from './src/site';

interface Reply {
  /** The names of all checks, or what a check found. */
  answer?: string | string[];
  /** What is wrong. */
  error?: string;
}

declare global {
  /** Of the page that `cargo xtask test` has built: asks a worker of its own for the names of all checks, or to run one. */
  function ask(question: { check?: string; fused?: boolean }): Promise<Reply>;
}

const folder = process.env.DAYDREAM_PARITY;
if (folder === undefined) throw new Error('run these tests with `cargo xtask test --only browsers`, which builds their page');
const site = await serveFolder(folder);
const browser = await launchChromium({ switches: [WEBGPU] });
afterAll(() => Promise.all([site.close(), browser.close()]));

await browser.open(site.url);
const { answer: names } = await browser.evaluate(() => ask({}));
if (!Array.isArray(names)) throw new Error('the checks have no names');
const adapter = await hasAdapter(browser);
if (!adapter) console.log('SKIPPED: this Chromium has no WebGPU adapter, not even a software one');

const onCpu = names.filter((name) => name.startsWith('cpu::'));
const onGpu = names.filter((name) => !onCpu.includes(name));

test.skipIf(!adapter).each(onGpu)('chromium: %s', (check) => passes(browser, check));

// What trains on the CPU is compared with what trains on the GPU: with the other module it is another check.
test.skipIf(!adapter).each(onGpu.filter((name) => name.startsWith('training::')))('chromium, relaxed SIMD: %s', (check) => passes(browser, check, true));

inEveryBrowser((browser, name) => {
  test.each([false, true])('every check on the CPU, relaxed SIMD: %s', async (fused) => {
    await browser().open(site.url);
    const known = !fused || (await browser().evaluate(async () => WebAssembly.validate(await (await fetch('daydream_parity_relaxed.wasm')).arrayBuffer())));
    if (!known) {
      console.log('SKIPPED: this browser knows no relaxed SIMD');
      return;
    }
    const passesHere = name === 'webkit' ? passesOrRecovers : passes;
    for (const check of onCpu) await passesHere(browser(), check, fused);
  });
});

// These have no adapter on a machine without a GPU, so far; when they have, they must compute as well.
inEveryBrowser((browser) => {
  test('every check', async ({ skip }) => {
    await browser().open(site.url);
    skip(!(await hasAdapter(browser())), 'this browser has no WebGPU adapter');
    for (const check of onGpu) await passes(browser(), check);
  });
}, ['firefox', 'webkit']);

/**
 * WebKit is known to lose numbers where a loop that runs goes on in the code of another of its compilers (its bug 301435, in WebKitGTK 2.50 still).
 * Of two runs that should be equal one was another once, in some thousand; it could not be made to happen again. What our code does wrong it does
 * wrong each time: a check has neither threads nor clocks nor chance. So one that fails here must pass twice, each time in a new worker, and its
 * failure is told of.
 */
async function passesOrRecovers(browser: Browser, check: string, fused: boolean): Promise<void> {
  const { answer, error } = await browser.evaluate((question) => ask(question), { check, fused });
  if (error === undefined) {
    console.log(`${check}: ${String(answer)}`);
    return;
  }
  console.log(`UNSTEADY: ${check}: ${error}`);
  for (let time = 0; time < 2; time++) await passes(browser, check, fused);
}

async function passes(browser: Browser, check: string, fused = false): Promise<void> {
  const { answer, error } = await browser.evaluate((question) => ask(question), { check, fused });
  expect(error, check).toBeUndefined();
  console.log(`${check}: ${String(answer)}`);
}
