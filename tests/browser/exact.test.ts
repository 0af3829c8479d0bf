/** Exact runs: `exact=1` loads the module whose products round alike everywhere, and the same link then replays to the last bit. */

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { inEveryBrowser } from './src/browsers';
import { waitFor } from './src/browser';
import { openPlayer } from './src/player';
import { servePages, serveSite, type Site } from './src/site';

const RUN = 'model=vae&data=digits&seed=7&hidden=64&batch=32';

/** What the site was asked for since the test began. */
let requested: string[] = [];
let site: Site;
let blog: Site;
beforeAll(async () => {
  site = await serveSite('/', (path) => requested.push(path));
  blog = await servePages({
    '/': `<!doctype html><title>A blog</title><link rel="icon" href="data:,">
      <day-dream model="rbm" data="bars" seed="7" exact views="none" curves="none"></day-dream>
      <script type="module" src="${site.url}day-dream.js"></script>`,
  });
});
beforeEach(() => { requested = []; });
afterAll(() => Promise.all([site.close(), blog.close()]));

/** The names of the modules that were loaded, without their hashes, each once: where workers cannot share memory after all, that for one thread comes after the other. */
const modules = (): string[] => [
  ...new Set(requested.filter((path) => path.includes('daydream_') && path.endsWith('.wasm')).map((path) => path.replace(/^.*\/|-[\w-]{8}\.wasm$/g, ''))),
];

inEveryBrowser((browser) => {
  /** Whether this browser knows the instruction of relaxed SIMD that adds a product: `(a, b, c) => a * b + c` in a module of its own. */
  const knowsFusion = (): Promise<boolean> =>
    browser().evaluate(() => {
      const type = [1, 8, 1, 0x60, 3, 0x7b, 0x7b, 0x7b, 1, 0x7b];
      const code = [10, 13, 1, 11, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfd, 0x85, 0x02, 0x0b];
      return WebAssembly.validate(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...type, 3, 2, 1, 0, ...code]));
    });

  const train = (): Promise<{ rounding: string | undefined; exact: boolean | undefined; device: string; parameters: string }> =>
    browser().evaluate(async () => {
      await player.step(30);
      const hash = await crypto.subtle.digest('SHA-256', new Uint8Array(await player.save()));
      return { rounding: player.info?.rounding, exact: player.info?.recipe.exact, device: player.device, parameters: new Uint8Array(hash).join(' ') };
    });

  test('exact=1 takes the module that rounds alike everywhere, no other, and the link replays', async () => {
    await openPlayer(browser(), `${site.url}#${RUN}&exact=1`);
    expect(modules()).toEqual(['daydream_bg']);
    const first = await train();
    expect(first).toMatchObject({ rounding: 'separate', exact: true, device: 'cpu' });
    await openPlayer(browser(), `${site.url}?again#${RUN}&exact=1`);
    expect(await train()).toEqual(first);
    expect(await browser().consoleErrors()).toEqual([]);
  });

  test('exact=0 takes the other one where the browser knows it', async () => {
    await openPlayer(browser(), `${site.url}#${RUN}&exact=0&device=cpu`);
    const fused = await knowsFusion();
    expect(modules()).toEqual([fused ? 'daydream_relaxed' : 'daydream_bg']);
    expect(await train()).toMatchObject({ rounding: fused ? 'fused' : 'separate', exact: false });
  });

  test('without it one of them is loaded, and the page says which', async () => {
    await openPlayer(browser(), `${site.url}#${RUN}&device=cpu`);
    const { rounding, exact } = await train();
    expect(modules()).toEqual([rounding === 'fused' ? 'daydream_relaxed' : 'daydream_bg']);
    // Some drivers know no undefined.
    expect(exact ?? undefined).toBeUndefined();
    const said = await browser().evaluate(() => player.shadowRoot?.querySelector('.device .rounding')?.textContent);
    expect(said).toContain(rounding === 'fused' ? 'in one instruction' : 'round every multiplication');
  });

  test('a visitor makes the run exact: it begins anew, and the address says so', async ({ skip }) => {
    await openPlayer(browser(), `${site.url}#${RUN}&exact=0&device=cpu`);
    skip(!(await knowsFusion()), 'this browser rounds every operation anyway');
    await browser().evaluate(async () => {
      await player.step(3);
      player.shadowRoot?.querySelector<HTMLInputElement>('.device .exact input')?.click();
    });
    await waitFor(browser(), () => player.info?.recipe.exact === true && player.info.rounding === 'separate' && player.steps === 0 && location.hash.includes('exact=1'));
    const parameters = (await train()).parameters;
    await openPlayer(browser(), `${site.url}?again#${RUN}&exact=1`);
    expect((await train()).parameters).toBe(parameters);
    expect(await browser().consoleErrors()).toEqual([]);
  });

  test('an element needs the attribute alone', async () => {
    await openPlayer(browser(), blog.url);
    expect(await browser().evaluate(() => [player.recipe.exact, player.info?.rounding, player.device])).toEqual([true, 'separate', 'cpu']);
  });
});
