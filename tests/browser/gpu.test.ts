/**
 * Training on WebGPU, in Chromium on the GPU that its processor plays. It is slow, and shaders take seconds to compile there: the models are small.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textOf, waitFor } from './src/browser';
import { launchChromium } from './src/browsers';
import { openPlayer } from './src/player';
import { type PlaywrightBrowser, WEBGPU } from './src/playwright';
import { serveSite, type Site } from './src/site';

const SMALL = {
  rbm: 'model=rbm&data=bars&hidden=16&batch=16',
  ff: 'model=ff&data=digits&layers=1&width=16&batch=16',
  vae: 'model=vae&data=points&layers=1&hidden=16&batch=16',
  gan: 'model=gan&data=points&layers=1&generator-width=16&discriminator-width=16&discriminator-steps=1&batch=16',
};

/** Whether the browser has an adapter for workers and pages. */
async function hasAdapter(browser: PlaywrightBrowser, url: string): Promise<boolean> {
  await browser.open(url);
  return browser.evaluate(async () => {
    const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
    return (await gpu?.requestAdapter()) instanceof Object;
  });
}

const site: Site = await serveSite();
const browser = await launchChromium({ switches: [WEBGPU] });
const adapter = await hasAdapter(browser, site.url);
afterAll(() => Promise.all([site.close(), browser.close()]));

/** Opens a link and keeps hold of its worker. */
async function open(hash: string): Promise<void> {
  await openPlayer(browser, site.url + hash);
}

const device = (): Promise<string> => textOf(browser, '.device .kind');
const notice = (): Promise<string> => textOf(browser, '.notice p');

/** Takes the GPU away from the page's session, as a driver that fails does. */
function loseGpu(): Promise<void> {
  return browser.evaluate(() => {
    const { workers } = window as unknown as { workers: Worker[] };
    workers.at(-1)?.postMessage({ id: -1, do: 'loseGpu' });
  });
}

describe.skipIf(!adapter)('on the GPU', () => {
  beforeAll(() => browser.page.addInitScript(() => {
    const workers: Worker[] = [];
    window.Worker = class extends Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        workers.push(this);
      }
    };
    Object.assign(window, { workers });
  }));

  test.each(Object.entries(SMALL))('%s trains from its link, as on the CPU, and the page says where', async (_, link) => {
    await open(`#${link}&seed=7`);
    const onCpu = await browser.evaluate(async () => [await player.step(2), player.info?.device.kind] as const);
    expect(onCpu[1]).toBe('cpu');
    await open(`#${link}&seed=7&device=gpu`);
    expect(await device()).toBe('GPU');
    const onGpu = await browser.evaluate(async () => player.step(2));
    for (const [id, value] of Object.entries(onCpu[0])) expect(onGpu[id], id).toSatisfy((found: number) => Math.abs(found - value) <= 0.01 * Math.abs(value) + 0.001);
    const told = await browser.evaluate(() => ({ device: player.info?.device, hash: location.hash, steps: player.steps }));
    expect(told.device).toMatchObject({ choice: 'gpu', kind: 'gpu' });
    expect(told.device?.notice).toBeUndefined();
    expect(told.hash).toContain('device=gpu');
    await browser.evaluate(() => { player.play(); });
    await waitFor(browser, (steps) => player.steps > steps + 20, told.steps);
    expect(await browser.evaluate(() => player.info?.device.kind)).toBe('gpu');
    expect(await browser.consoleErrors()).toEqual([]);
  });
});
