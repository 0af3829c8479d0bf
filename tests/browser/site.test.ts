/** The files that `cargo xtask build` writes: they must work under any path of any host. */

import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { DIST, enginesOfSite } from './src/site';

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

test('the engines, for one thread and for several, compute with SIMD, half of them with relaxed SIMD', async () => {
  const engines = await enginesOfSite();
  expect([2, 4]).toContain(engines.length);
  const fused = [];
  for (const name of engines) {
    const code = await readFile(resolve(DIST, 'assets', name));
    // By chance these three bytes would stand in a module of this size less than once.
    const times = (instruction: number[]): number => {
      const bytes = Buffer.from(instruction);
      let count = 0;
      for (let at = code.indexOf(bytes); at >= 0; at = code.indexOf(bytes, at + 1)) count++;
      return count;
    };
    // f32x4.mul, and f32x4.relaxed_madd
    expect(times([0xfd, 0xe6, 0x01])).toBeGreaterThan(20);
    if (times([0xfd, 0x85, 0x02]) > 20) fused.push(name);
  }
  expect(fused).toEqual(engines.filter((name) => name.startsWith('daydream_relaxed')));
});
