/** Several threads: on a page that is isolated from other origins, one training step runs on all cores, and computes the same numbers. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Metrics } from '../../www/src/protocol';
import { inEveryBrowser } from './src/browsers';
import { openPlayer, startUndrawn } from './src/player';
import { hasThreads, servePages, serveSite, type Site } from './src/site';

/** Wide enough for every thread to have something to do. */
const MODELS: Record<string, string>[] = [
  { model: 'vae', data: 'digits', seed: '7', hidden: '256', batch: '128' },
  { model: 'rbm', data: 'digits', seed: '7', hidden: '256', batch: '128' },
  { model: 'ff', data: 'digits', seed: '7', width: '256', batch: '128' },
  { model: 'gan', data: 'digits', seed: '7', batch: '128' },
];

/** Products that round each operation, and those that multiply and add in one instruction where the browser knows it. */
const RECIPES = MODELS.flatMap((model) =>
  ['1', '0'].map((exact): [string, Record<string, string>] => [`${model.model ?? ''}, exact=${exact}`, { ...model, exact }]),
);

const isThreaded = await hasThreads();
if (!isThreaded) console.log('SKIPPED: the site was built without the module for several threads');

let site: Site;
let blog: Site;
beforeAll(async () => {
  site = await serveSite();
  const page = (recipe: Record<string, string>): string => {
    const attributes = Object.entries(recipe).map(([name, value]) => `${name}="${value}"`).join(' ');
    return `<!doctype html><html><head><title>A blog</title><link rel="icon" href="data:,"></head><body>
      <day-dream ${attributes} device="cpu" views="none" curves="none"></day-dream>
      <script type="module" src="${site.url}day-dream.js"></script></body></html>`;
  };
  blog = await servePages(Object.fromEntries(RECIPES.map(([, recipe], number) => [`/${number}`, page(recipe)])));
});
afterAll(() => Promise.all([site.close(), blog.close()]));

inEveryBrowser((browser) => {
  interface Run {
    isolated: boolean;
    device: string | undefined;
    rounding: string | undefined;
    cores: number;
    metrics: Metrics;
    parameters: string;
  }

  async function train(url: string): Promise<Run> {
    await openPlayer(browser(), url);
    await startUndrawn(browser());
    return browser().evaluate(async () => {
      const metrics = await player.step(50);
      const hash = await crypto.subtle.digest('SHA-256', new Uint8Array(await player.save()));
      const parameters = new Uint8Array(hash).join(' ');
      return { isolated: crossOriginIsolated, device: player.info?.device.name, rounding: player.info?.rounding, cores: navigator.hardwareConcurrency, metrics, parameters };
    });
  }

  /** Whether the workers of this page may share memory: WebKitGTK isolates the page, but not them. */
  function sharesMemory(): Promise<boolean> {
    return browser().evaluate(() => {
      const start = (script: string): Worker => new Worker(URL.createObjectURL(new Blob([script])));
      const maker = start(`
        try {
          postMessage(crossOriginIsolated && new WebAssembly.Memory({ shared: true, initial: 1, maximum: 2 }));
        } catch (error) { console.log(String(error)); postMessage(false); }`);
      const taker = start('onmessage = ({ data }) => { postMessage(data.buffer instanceof SharedArrayBuffer); };');
      return new Promise<boolean>((resolve) => {
        const refuse = (): void => { resolve(false); };
        for (const worker of [maker, taker]) {
          worker.onerror = refuse;
          worker.onmessageerror = refuse;
        }
        maker.onmessage = ({ data: memory }: MessageEvent<WebAssembly.Memory | false>) => {
          if (memory) taker.postMessage(memory);
          else refuse();
        };
        taker.onmessage = ({ data }: MessageEvent<boolean>) => { resolve(data); };
      });
    });
  }

  test.skipIf(!isThreaded).each(RECIPES)('%s trains alike on one thread and on several', async (name, recipe) => {
    const several = await train(`${site.url}#${new URLSearchParams({ ...recipe, device: 'cpu' }).toString()}`);
    expect(several.isolated).toBe(true);
    const threads = (await sharesMemory()) ? Math.min(several.cores, 8) : 1;
    expect(several.device).toBe(threads > 1 ? `CPU × ${threads}` : 'CPU');
    expect(await browser().consoleErrors()).toEqual([]);
    const one = await train(`${blog.url}${RECIPES.findIndex(([own]) => own === name)}`);
    const { rounding, metrics, parameters } = several;
    expect(one).toMatchObject({ isolated: false, device: 'CPU', rounding, metrics, parameters });
    if (recipe.exact === '1') expect(rounding).toBe('separate');
    expect(await browser().consoleErrors()).toEqual([]);
  });
});
