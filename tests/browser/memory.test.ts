/** Memory: the page says how much its module has taken, and switching models again and again takes no more. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { textOf, waitFor } from './src/browser';
import { launchChromium } from './src/browsers';
import { openPlayer } from './src/player';
import { type PlaywrightBrowser, recordWorkers } from './src/playwright';
import { serveSite, type Site } from './src/site';

/** Every model, small and trained on something small. */
const LINKS = [
  'model=rbm&data=bars&hidden=16&device=cpu&play=1',
  'model=vae&data=bars&hidden=16&device=cpu&play=1',
  'model=gan&data=points&generator-width=16&device=cpu&play=1',
  'model=ff&data=digits&layers=1&width=16&batch=16&device=cpu&play=1',
];

/** So often a hundred switches may take more memory than those before. */
const MOST_HUNDREDS = 4;

/** Between two looks at whether the page is drawn. */
const SETTLING_MS = 300;

let site: Site;
let browser: PlaywrightBrowser;
beforeAll(async () => {
  site = await serveSite();
  browser = await launchChromium();
  await recordWorkers(browser);
});
afterAll(() => Promise.all([site.close(), browser.close()]));

interface Taken {
  /** Bytes of the module's memory. */
  module: number;
  /** Bytes of the page's own heap that are in use. */
  heap: number;
  nodes: number;
  workers: number;
}

/** Switches through the links by the address, as a visitor does who follows one after another, until so many have been opened. */
async function switchModels(from: number, to: number): Promise<void> {
  await browser.evaluate(async ({ links, from, to }) => {
    for (let number = from; number < to; number++) {
      const opened = new Promise((resolve) => { player.addEventListener('open', resolve, { once: true }); });
      // The seed makes every link a new one.
      location.hash = `${links[number % links.length] ?? ''}&seed=${number + 1}`;
      await opened;
      await player.view(player.recipe.model === 'ff' ? 'filters' : 'samples').catch(() => undefined);
    }
  }, { links: LINKS, from, to });
}

async function taken(): Promise<Taken> {
  await browser.evaluate(() => player.pause());
  const { heap, nodes } = await ofThePage();
  const { module, workers } = await browser.evaluate(() => {
    const { workers, threads } = window as unknown as Record<'workers' | 'threads', Worker[]>;
    return { module: player.info?.memory ?? NaN, workers: workers.length + threads.length };
  });
  return { module, heap, nodes, workers };
}

/** What the page takes once it is drawn: it has as many nodes as when it was last asked, twice in a row. */
async function ofThePage(): Promise<{ heap: number; nodes: number }> {
  const protocol = await browser.page.context().newCDPSession(browser.page);
  await protocol.send('Performance.enable');
  await protocol.send('HeapProfiler.enable');
  const seen: number[] = [];
  for (;;) {
    await protocol.send('HeapProfiler.collectGarbage');
    const { metrics } = await protocol.send('Performance.getMetrics');
    const metric = (name: string): number => metrics.find((candidate) => candidate.name === name)?.value ?? NaN;
    const [heap, nodes] = [metric('JSHeapUsedSize'), metric('Nodes')];
    if (seen.slice(-2).filter((before) => before === nodes).length === 2) {
      await protocol.detach();
      return { heap, nodes };
    }
    seen.push(nodes);
    await browser.page.waitForTimeout(SETTLING_MS);
  }
}

test('the page says how much memory it has taken', async () => {
  await openPlayer(browser, `${site.url}#${LINKS[0] ?? ''}&lang=en`);
  await browser.click('.device summary');
  expect(await textOf(browser, '.device .memory')).toMatch(/^Peak memory: \d+ MB$/);
  await browser.click('.languages [lang=ko]');
  await waitFor(browser, () => document.documentElement.lang === 'ko');
  expect(await textOf(browser, '.device .memory')).toMatch(/^최대 메모리: \d+ MB$/);
});

test('switching models again and again takes no more memory', async () => {
  await openPlayer(browser, `${site.url}#${LINKS[0] ?? ''}`);
  await switchModels(1, 21);
  const before = await taken();
  await switchModels(21, 121);
  const after = await taken();
  expect(after.workers).toBe(before.workers);
  expect(after.nodes).toBeLessThan(1.1 * before.nodes);
  expect(after.heap).toBeLessThan(1.2 * before.heap);
  // Gaps between what is in use may make room for a large array too late, once. What is never given back takes more with every hundred.
  let [module, opened] = [after.module, 121];
  const growth = [module - before.module];
  while (growth.at(-1) !== 0 && growth.length < MOST_HUNDREDS) {
    await switchModels(opened, opened += 100);
    const now = (await taken()).module;
    growth.push(now - module);
    module = now;
  }
  expect(module).toBeLessThan(1.3 * before.module);
  expect(growth.at(-1), `bytes more for each hundred: ${growth.join(', ')}`).toBe(0);
  expect(await browser.consoleErrors()).toEqual([]);
});
