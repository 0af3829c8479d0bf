/** The files that `cargo xtask build` writes: they must work under any path of any host. */

import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { DIST, modulesOfSite } from './src/site';

test('only the page, the element and the service worker have stable names', async () => {
  expect((await readdir(DIST)).sort()).toEqual(['assets', 'day-dream.js', 'index.html', 'isolation.js']);
  for (const name of await readdir(resolve(DIST, 'assets'))) expect(name).toMatch(/-[\w-]{8}\.\w+$/);
});

test('the page names its files relative to itself', async () => {
  const html = await readFile(resolve(DIST, 'index.html'), 'utf8');
  const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
  expect(addresses).not.toEqual([]);
  for (const address of addresses) expect(address).toMatch(/^(\.\/|data:|#|https:)/);
});

test('the modules, for one thread and for several, compute with SIMD', async () => {
  const modules = await modulesOfSite();
  expect([1, 2]).toContain(modules.length);
  for (const name of modules) {
    const code = await readFile(resolve(DIST, 'assets', name));
    // The instruction f32x4.mul. By chance these three bytes would stand in a module of this size less than once.
    const multiply = Buffer.from([0xfd, 0xe6, 0x01]);
    let count = 0;
    for (let at = code.indexOf(multiply); at >= 0; at = code.indexOf(multiply, at + 1)) count++;
    expect(count).toBeGreaterThan(20);
  }
});
