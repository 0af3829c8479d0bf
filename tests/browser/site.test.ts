/** The files that `cargo xtask build` writes: they must work under any path of any host. */

import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { DIST } from './src/site';

test('only the page and the element have stable names', async () => {
  expect((await readdir(DIST)).sort()).toEqual(['assets', 'day-dream.js', 'index.html']);
  for (const name of await readdir(resolve(DIST, 'assets'))) expect(name).toMatch(/-[\w-]{8}\.\w+$/);
});

test('the page names its files relative to itself', async () => {
  const html = await readFile(resolve(DIST, 'index.html'), 'utf8');
  const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
  expect(addresses).not.toEqual([]);
  for (const address of addresses) expect(address).toMatch(/^(\.\/|data:|#|https:)/);
});
