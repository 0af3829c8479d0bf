/** Hosts that set no headers: a service worker isolates the page, which then trains on several threads; an embedded element it leaves alone. */

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium } from './src/browsers';
import { openPlayer } from './src/player';
import type { PlaywrightBrowser } from './src/playwright';
import { DIST, hasThreads, serveFolder, servePages, type Site } from './src/site';

const RECIPE = 'model=rbm&data=bars&seed=7&hidden=16&device=cpu';
const isThreaded = await hasThreads();

let host: Site;
let blog: Site;
let browser: PlaywrightBrowser;
beforeAll(async () => {
  host = await serveFolder(DIST);
  blog = await servePages({
    '/': `<!doctype html><html><head><title>A blog</title><link rel="icon" href="data:,"></head><body><iframe src="${host.url}#${RECIPE}"></iframe></body></html>`,
  });
});
afterAll(() => Promise.all([host.close(), blog.close()]));
// Each test has a browser that knows no service worker yet.
beforeEach(async () => { browser = await launchChromium(); });
afterEach(() => browser.close());

test.skipIf(!isThreaded)('the page is loaded once more and trains on several threads', async () => {
  const modules: string[] = [];
  browser.page.on('response', (response) => { if (response.url().endsWith('.wasm')) modules.push(response.url()); });
  await browser.page.goto(`${host.url}#${RECIPE}`);
  await browser.page.waitForFunction(() => crossOriginIsolated);
  const { device, cores, steps } = await browser.page.evaluate(async () => {
    const found = document.querySelector('day-dream-page')?.shadowRoot?.querySelector<typeof player>('day-dream');
    await found?.step(3);
    return { device: found?.info?.device.name, cores: navigator.hardwareConcurrency, steps: found?.steps };
  });
  expect(steps).toBe(3);
  // Nothing is loaded in vain before the page is loaded once more.
  const names = modules.map((url) => /\/assets\/([a-z]+)/.exec(url)?.[1]).sort();
  if (cores > 1) expect(names).toEqual(['daydream', 'rbm']);
  expect(device).toBe(cores > 1 ? `CPU × ${Math.min(cores, 8)}` : 'CPU');
  // A visitor who comes back has the threads at once, and is not sent through it again.
  await openPlayer(browser, `${host.url}#${RECIPE}&seed=8`);
  expect(await browser.evaluate(() => [crossOriginIsolated, performance.getEntriesByType('navigation').map((entry) => (entry as PerformanceNavigationTiming).type)])).toEqual([true, ['navigate']]);
  expect(await browser.consoleErrors()).toEqual([]);
});

test('a page inside another one registers nothing and trains on one thread', async () => {
  await browser.open(blog.url);
  const frame = browser.page.frames().find((candidate) => candidate.url().startsWith(host.url));
  const told = await frame?.evaluate(async () => {
    const found = document.querySelector('day-dream-page')?.shadowRoot?.querySelector<typeof player>('day-dream');
    await found?.step(3);
    return { isolated: crossOriginIsolated, steps: found?.steps, device: found?.info?.device.name, registered: (await navigator.serviceWorker.getRegistrations()).length };
  });
  expect(told).toEqual({ isolated: false, steps: 3, device: 'CPU', registered: 0 });
});

test('a page whose service worker does not come goes on without, and is not loaded once more when it comes later', async () => {
  await browser.page.addInitScript(() => {
    navigator.serviceWorker.register = () => new Promise<ServiceWorkerRegistration>((resolve) => {
      Object.assign(globalThis, { come: () => { resolve({} as ServiceWorkerRegistration); } });
    });
    Object.defineProperty(navigator.serviceWorker, 'ready', { value: Promise.resolve() });
  });
  await openPlayer(browser, `${host.url}#${RECIPE}`);
  const told = await browser.evaluate(async () => {
    (globalThis as unknown as { come: () => void }).come();
    await player.step(3);
    return { steps: player.steps, isolated: crossOriginIsolated, device: player.info?.device.name, loads: performance.getEntriesByType('navigation').length, tried: sessionStorage.length };
  });
  expect(told).toEqual({ steps: 3, isolated: false, device: 'CPU', loads: 1, tried: 0 });
  expect(await browser.consoleErrors()).toEqual([]);
});

test('where the service worker cannot be had the page trains on one thread, and says nothing', async () => {
  await browser.page.addInitScript(() => { navigator.serviceWorker.register = () => Promise.reject(new Error('not here')); });
  await openPlayer(browser, `${host.url}#${RECIPE}`);
  const told = await browser.evaluate(async () => {
    await player.step(3);
    return { isolated: crossOriginIsolated, device: player.info?.device.name };
  });
  expect(told).toEqual({ isolated: false, device: 'CPU' });
  expect(await browser.consoleErrors()).toEqual([]);
});
