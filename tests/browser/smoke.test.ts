/** The page in every browser. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { textOf } from './src/browser';
import { inEveryBrowser } from './src/browsers';
import { serveSite, type Site } from './src/site';

let site: Site;
let deepSite: Site;
beforeAll(async () => {
  site = await serveSite();
  deepSite = await serveSite('/people/someone/dreams/');
});
afterAll(() => Promise.all([site.close(), deepSite.close()]));

inEveryBrowser((browser) => {
  test('the page opens, its module runs in a worker, and nothing is reported', async () => {
    await browser().open(site.url);
    expect(await textOf(browser(), 'output')).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await browser().consoleErrors()).toEqual([]);
  });

  test('the same files work under a path', async () => {
    await browser().open(deepSite.url);
    expect(await textOf(browser(), 'output')).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await browser().consoleErrors()).toEqual([]);
  });
});
