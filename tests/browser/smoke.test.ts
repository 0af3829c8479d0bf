/** The page in every browser: it opens playing, every model trains and paints, a link replays. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from './src/browser';
import { inEveryBrowser } from './src/browsers';
import { openPlayer } from './src/player';
import { serveSite, type Site } from './src/site';

let site: Site;
let deepSite: Site;
beforeAll(async () => {
  site = await serveSite();
  deepSite = await serveSite('/people/someone/dreams/');
});
afterAll(() => Promise.all([site.close(), deepSite.close()]));

inEveryBrowser((browser) => {
  test('the page opens on a model that plays, and paints it', async () => {
    await openPlayer(browser(), site.url);
    await waitFor(browser(), () => player.playing && player.steps > 20);
    // Some canvas shows more than one colour.
    await waitFor(browser(), () => {
      const view = player.shadowRoot?.querySelector('day-dream-view')?.shadowRoot?.querySelector('day-dream-picture');
      const canvas = view?.shadowRoot?.querySelector('canvas');
      const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
      return pixels && new Set(new Uint32Array(pixels.buffer)).size > 2;
    });
    expect(await browser().consoleErrors()).toEqual([]);
  });

  test('the same files work under a path', async () => {
    await openPlayer(browser(), deepSite.url);
    await waitFor(browser(), () => player.steps > 0);
    expect(await browser().consoleErrors()).toEqual([]);
  });

  test.each(['rbm', 'ff', 'vae', 'gan'])('%s trains, and its pictures change', async (model) => {
    await openPlayer(browser(), `${site.url}#model=${model}`);
    const { before, metrics, after } = await browser().evaluate(async () => {
      const id = player.shadowRoot?.querySelector<HTMLElement & { view: { id: string } }>('day-dream-view')?.view.id ?? '';
      const before = JSON.stringify(await player.view(id));
      const metrics = await player.step(20);
      return { before, metrics, after: JSON.stringify(await player.view(id)) };
    });
    expect(Object.values(metrics).length).toBeGreaterThan(0);
    for (const value of Object.values(metrics)) expect(value).toSatisfy(Number.isFinite);
    expect(after).not.toEqual(before);
    expect(await browser().consoleErrors()).toEqual([]);
  });

  test('the same link gives the same run', async () => {
    const runs = [];
    for (let visit = 0; visit < 2; visit++) {
      await openPlayer(browser(), `${site.url}#model=rbm&data=bars&seed=7&hidden=16&exact=1`);
      runs.push(await browser().evaluate(async () => [await player.step(200), JSON.stringify(await player.view('fantasies'))]));
    }
    expect(runs[1]).toEqual(runs[0]);
  });
});
