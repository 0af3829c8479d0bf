/** The page in every browser. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { textOf } from './src/browser';
import { inEveryBrowser } from './src/browsers';
import { serveSite, type Site } from './src/site';

let site: Site;
beforeAll(async () => { site = await serveSite(); });
afterAll(() => site.close());

inEveryBrowser((browser) => {
  test('the page opens, its module runs in a worker, and nothing is reported', async () => {
    await browser().open(site.url);
    expect(await textOf(browser(), 'output')).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await browser().consoleErrors()).toEqual([]);
  });
});
