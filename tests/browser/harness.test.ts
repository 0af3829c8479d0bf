/** The harness itself: a test that sees no errors must have been able to see them. */

import { mkdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { textOf, waitFor } from './src/browser';
import { inEveryBrowser } from './src/browsers';
import { servePages, type Site } from './src/site';

const OUTPUT = resolve(import.meta.dirname, 'output');

let pages: Site;
beforeAll(async () => {
  const head = '<!doctype html><html><head><title>Test</title><link rel="icon" href="data:,"></head><body>';
  pages = await servePages({
    '/errors': `${head}<script>
      console.error('said', 'aloud');
      setTimeout(() => { throw new Error('thrown'); });
      Promise.reject(new Error('rejected'));
    </script><img src="/missing.png">`,
    '/button': `${head}<div></div><script>
      const root = document.querySelector('div').attachShadow({ mode: 'open' });
      root.innerHTML = '<button>press me</button><output></output>';
      const say = (text) => { root.querySelector('output').textContent = text; };
      root.querySelector('button').addEventListener('click', (event) => say(event.isTrusted ? 'clicked' : 'faked'));
      root.querySelector('button').addEventListener('keydown', (event) => say('key ' + event.key));
    </script>`,
  });
});
afterAll(() => pages.close());

inEveryBrowser((browser) => {
  test('errors of a page are seen, and forgotten with it', async () => {
    await browser().open(`${pages.url}errors`);
    const wanted = ['said aloud', 'thrown', 'rejected', 'missing.png'];
    await expect
      .poll(async () => {
        const errors = (await browser().consoleErrors()).join('\n');
        return wanted.filter((what) => !errors.includes(what) && !(what === 'missing.png' && errors.includes('404')));
      })
      .toEqual([]);
    await browser().open(`${pages.url}button`);
    expect(await browser().consoleErrors()).toEqual([]);
  });

  test('clicks and keys reach elements in shadow roots', async () => {
    await browser().open(`${pages.url}button`);
    await browser().click('button');
    expect(await textOf(browser(), 'output')).toBe('clicked');
    await browser().press('ArrowRight');
    expect(await textOf(browser(), 'output')).toBe('key ArrowRight');
  });

  test('values cross in both directions, and errors come back', async () => {
    await browser().open(`${pages.url}button`);
    expect(await browser().evaluate(({ a, b }) => Promise.resolve([a, ...b]), { a: 1, b: [2, 3] })).toEqual([1, 2, 3]);
    expect(await waitFor(browser(), () => document.title)).toBe('Test');
    await expect(
      browser().evaluate(() => { throw new Error('from inside'); }),
    ).rejects.toThrow('from inside');
  });

  test('the viewport has the size asked for and can be pictured', async () => {
    await browser().open(`${pages.url}button`);
    await browser().setViewport(800, 600);
    await waitFor(browser(), () => innerWidth === 800 && innerHeight === 600);
    await mkdir(OUTPUT, { recursive: true });
    const path = resolve(OUTPUT, 'harness.png');
    await browser().screenshot(path);
    const png = await readFile(path);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([800, 600]);
  });
});
