/** The element in a page of another origin, as in a blog post: one module script and one tag. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from './src/browser';
import { inEveryBrowser } from './src/browsers';
import { openPlayer } from './src/player';
import { servePages, serveSite, type Site } from './src/site';

let site: Site;
let blog: Site;
beforeAll(async () => {
  site = await serveSite();
  const page = (tags: string): string => `<!doctype html><html><head><title>A blog</title><link rel="icon" href="data:,"></head><body>
    <p>A machine that dreams:</p>${tags}<script type="module" src="${site.url}day-dream.js"></script></body></html>`;
  blog = await servePages({
    '/': page('<day-dream model="rbm" data="bars" seed="7" hidden="16" size="3" views="filters" panel="none" lang="ko"></day-dream>'),
    '/plays': page('<day-dream model="rbm" data="bars" play></day-dream>'),
    '/device': page('<day-dream model="rbm" data="bars" seed="7" device="cpu"></day-dream>'),
    '/misspelt': page('<day-dream model="rbm" hiden="16"></day-dream>'),
  });
});
afterAll(() => Promise.all([site.close(), blog.close()]));

inEveryBrowser((browser) => {
  test('another origin embeds the element with one script and steers it', async () => {
    await openPlayer(browser(), blog.url);
    const told = await browser().evaluate(async () => {
      const steps: number[] = [];
      player.addEventListener('metrics', (event) => steps.push((event as CustomEvent<{ step: number }>).detail.step));
      const metrics = await player.step(5);
      await player.set('learning-rate', 0.02);
      return { recipe: player.recipe, steps, metrics, same: { ...player.metrics, ...metrics }, all: player.metrics };
    });
    expect(told.recipe).toEqual({ model: 'rbm', data: 'bars', seed: 7, knobs: { hidden: '16', size: '3', 'learning-rate': '0.02' } });
    expect(told.steps).toContain(5);
    expect(told.all).toEqual(told.same);
    const { views, knobs, caption } = await browser().evaluate(() => ({
      views: player.shadowRoot?.querySelectorAll('day-dream-view').length,
      knobs: player.shadowRoot?.querySelectorAll('day-dream-knobs').length,
      caption: player.shadowRoot?.querySelector('.caption')?.textContent,
    }));
    expect({ views, knobs }).toEqual({ views: 1, knobs: 0 });
    expect(caption).toContain('제한된 볼츠만 머신');
    expect(await browser().consoleErrors()).toEqual([]);
  });

  test('an attribute chooses the device; changing it goes on from the same step, on the CPU where there is no GPU', async () => {
    await openPlayer(browser(), `${blog.url}device`);
    expect(await browser().evaluate(() => player.info?.device)).toMatchObject({ choice: 'cpu', kind: 'cpu' });
    await browser().evaluate(async () => {
      await player.step(5);
      player.setAttribute('device', 'gpu');
    });
    await waitFor(browser(), () => player.info?.device.choice === 'gpu');
    const { kind, notice, steps, recipe } = await browser().evaluate(() => ({ ...player.info?.device, steps: player.steps, recipe: player.recipe }));
    expect({ kind, steps, recipe }).toEqual({ kind: 'cpu', steps: 5, recipe: { model: 'rbm', data: 'bars', seed: 7, knobs: {} } });
    expect(notice?.text.ko).toContain('대신 CPU에서 학습합니다');
    expect(await browser().consoleErrors()).toEqual([]);
  });

  test('attributes start it, change it, and are told apart from misspelt ones', async () => {
    await openPlayer(browser(), `${blog.url}plays`);
    await waitFor(browser(), () => player.steps > 10);
    await browser().evaluate(() => { player.setAttribute('hidden', '8'); });
    await waitFor(browser(), () => player.info?.recipe.knobs.hidden === '8' && player.playing);
    await openPlayer(browser(), `${blog.url}misspelt`);
    const notice = await waitFor(browser(), () => player.shadowRoot?.querySelector('.notice')?.textContent);
    expect(notice).toContain('hiden=16');
    expect(await browser().consoleErrors()).toEqual([]);
  });
});
