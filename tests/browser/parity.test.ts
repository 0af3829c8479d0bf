/**
 * The executor for WebGPU in a worker, on whatever adapter the browser has: what `tests/tests/parity.rs` checks natively.
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
  function ask(question: { check?: string }): Promise<Reply>;
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

test.skipIf(!adapter).each(names)('chromium: %s', (check) => passes(browser, check));

// These have no adapter on a machine without a GPU, so far; when they have, they must compute as well.
inEveryBrowser((browser) => {
  test('every check', async ({ skip }) => {
    await browser().open(site.url);
    skip(!(await hasAdapter(browser())), 'this browser has no WebGPU adapter');
    for (const check of names) await passes(browser(), check);
  });
}, ['firefox', 'webkit']);

async function passes(browser: Browser, check: string): Promise<void> {
  const { answer, error } = await browser.evaluate((check) => ask({ check }), check);
  expect(error, check).toBeUndefined();
  console.log(`${check}: ${String(answer)}`);
}
