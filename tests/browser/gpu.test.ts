/**
 * Training on WebGPU, in Chromium on the GPU that its processor plays. It is slow, and shaders take seconds to compile there: the models are small.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textOf, waitFor } from './src/browser';
import { launchChromium } from './src/browsers';
import { openPlayer, startUndrawn } from './src/player';
import { hasAdapter, recordWorkers, WEBGPU } from './src/playwright';
import { serveSite, type Site } from './src/site';

const SMALL = {
  rbm: 'model=rbm&data=bars&hidden=16&batch=16',
  ff: 'model=ff&data=digits&layers=1&width=16&batch=16',
  vae: 'model=vae&data=points&layers=1&hidden=16&batch=16',
  gan: 'model=gan&data=points&layers=1&generator-width=16&discriminator-width=16&discriminator-steps=1&batch=16',
};

const site: Site = await serveSite();
const browser = await launchChromium({ switches: [WEBGPU] });
await browser.open(site.url);
const adapter = await hasAdapter(browser);
if (!adapter) console.log('SKIPPED: this Chromium has no WebGPU adapter, not even a software one');
afterAll(() => Promise.all([site.close(), browser.close()]));

const open = (hash: string): Promise<void> => openPlayer(browser, site.url + hash);

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
  beforeAll(() => recordWorkers(browser));

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

  test('a GPU lost while it trains: the CPU goes on from the last snapshot, and the loss from where it was', async () => {
    await open(`#${SMALL.rbm}&seed=7&device=gpu&play=1`);
    // Far enough for the loss to have fallen by the snapshot, which may be a second old.
    await waitFor(browser, () => player.steps > 1500);
    const before = await browser.evaluate(() => ({ steps: player.steps, loss: player.metrics.reconstruction_error ?? NaN }));
    await loseGpu();
    expect(await notice()).toMatch(/The GPU stopped answering at step \d+ .* from step \d+/);
    const { from, at, after } = await browser.evaluate(async () => {
      const lost = player.info?.device.notice;
      await player.pause();
      return { from: lost?.from ?? NaN, at: lost?.at ?? NaN, after: await player.step(1) };
    });
    expect(at).toBeGreaterThanOrEqual(before.steps);
    expect(from).toBeGreaterThan(0);
    expect(await device()).toBe('CPU');
    // As low as before, and far below where it began.
    expect(after.reconstruction_error).toBeLessThan(before.loss + 0.05);
    expect(after.reconstruction_error).toBeLessThan(0.2);
    expect(await browser.evaluate(() => location.hash)).toContain('device=gpu');
    // What the page draws goes on as well.
    expect(await browser.evaluate(async () => (await player.view('filters')).type)).toBe('images');
    expect(await browser.consoleErrors()).toEqual([]);
  });

  test('the loss in Korean, while nothing trains: a picture is answered by the CPU', async () => {
    await open(`#${SMALL.rbm}&device=gpu&lang=ko`);
    await startUndrawn(browser);
    await browser.evaluate(() => player.step(5));
    await loseGpu();
    await browser.evaluate(() => player.view('filters'));
    expect(await notice()).toContain('GPU가 응답을 멈췄습니다');
    expect(await notice()).toContain('0단계부터 CPU에서');
    await browser.evaluate(() => player.step(5));
    expect(await browser.evaluate(() => player.steps)).toBe(5);
  });

  test('the visitor moves a run from one device to the other and back', async () => {
    await open(`#${SMALL.rbm}&seed=7`);
    await browser.evaluate(() => player.step(30));
    await browser.click('.device summary');
    await browser.click('.choices button:nth-child(3)');
    await waitFor(browser, () => player.info?.device.kind === 'gpu' && location.hash.includes('device=gpu'));
    expect(await browser.evaluate(() => player.steps)).toBe(30);
    await browser.evaluate(() => player.step(5));
    await browser.evaluate(() => player.use('cpu'));
    const moved = await browser.evaluate(async () => ({ steps: player.steps, hash: location.hash, metrics: await player.step(5) }));
    expect(moved.steps).toBe(35);
    await open(`#${SMALL.rbm}&seed=7&device=cpu`);
    const { metrics, why } = await browser.evaluate(async () => ({ metrics: await player.step(40), why: player.info?.device.why.en }));
    expect(why).toContain('by hand');
    for (const [id, value] of Object.entries(metrics)) expect(moved.metrics[id]).toBeCloseTo(value, 3);
  });

  test('a software GPU is not chosen by itself', async () => {
    await open('#model=rbm&data=bars');
    expect(await device()).toBe('CPU');
    await waitFor(browser, () => player.info?.device.why.en.includes('played by the CPU'));
    expect(await browser.evaluate(() => player.info?.device.notice)).toBeUndefined();
  });

  test('training begins on the CPU before anybody knows of a GPU, and loses no step when that is known', async () => {
    await open('#model=rbm&data=bars&hidden=16&batch=16&seed=7&play=1');
    await waitFor(browser, () => player.info?.device.why.en.includes('played by the CPU'));
    const found = await browser.evaluate(async () => {
      await player.pause();
      const { steps } = player;
      await player.step(10);
      return { steps, after: player.steps };
    });
    expect(found.steps).toBeGreaterThan(0);
    expect(found.after).toBe(found.steps + 10);
    expect(await browser.consoleErrors()).toEqual([]);
  });

  test('pausing waits for what the GPU is still at: the metrics are those of the step that is shown', async () => {
    await open(`#${SMALL.rbm}&seed=7&device=gpu&play=1`);
    await waitFor(browser, () => player.steps > 50);
    const paused = await browser.evaluate(async () => {
      await player.pause();
      return { steps: player.steps, metrics: player.metrics };
    });
    await open(`#${SMALL.rbm}&seed=7&device=gpu`);
    const metrics = await browser.evaluate((steps) => player.step(steps), paused.steps);
    for (const [id, value] of Object.entries(metrics)) expect(paused.metrics[id], id).toBe(value);
  });
});

test('where there is no GPU the CPU trains, and who asked for one is told', async () => {
  const without = await launchChromium();
  await openPlayer(without, `${site.url}#model=rbm&data=bars&device=gpu`);
  expect(await textOf(without, '.notice p')).toContain('The CPU trains instead.');
  await without.evaluate(() => player.step(3));
  await openPlayer(without, `${site.url}#model=rbm&data=bars`);
  await waitFor(without, () => player.info?.device.why.en.includes('no GPU'));
  expect(await without.evaluate(() => player.info?.device)).toMatchObject({ choice: 'auto', kind: 'cpu', name: expect.stringMatching(/^CPU/) as string });
  expect(await without.evaluate(() => player.shadowRoot?.querySelector('.notice'))).toBeNull();
  await without.close();
});
