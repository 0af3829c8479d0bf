/** The element in a page of another origin, as in a blog post: one module script and one tag. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { textOf } from './src/browser';
import { inEveryBrowser } from './src/browsers';
import { servePages, serveSite, type Site } from './src/site';

let site: Site;
let blog: Site;
beforeAll(async () => {
  site = await serveSite();
  blog = await servePages({
    '/': `<!doctype html><html><head><title>A blog</title><link rel="icon" href="data:,"></head><body>
      <p>A machine that dreams:</p><day-dream></day-dream>
      <script type="module" src="${site.url}day-dream.js"></script></body></html>`,
  });
});
afterAll(() => Promise.all([site.close(), blog.close()]));

inEveryBrowser((browser) => {
  test('another origin embeds the element with one script', async () => {
    await browser().open(blog.url);
    expect(await textOf(browser(), 'output')).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await browser().consoleErrors()).toEqual([]);
  });
});
