/** The parts of the module: each model is opened, looked at, measured and saved by a worker that has the part of no other. */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Command, Message, Recipe, Request } from '../../www/src/protocol';
import { textOf, waitFor } from './src/browser';
import { launchChromium } from './src/browsers';
import { openPlayer } from './src/player';
import { hasAdapter, type PlaywrightBrowser } from './src/playwright';
import { DIST, serveSite, type Site } from './src/site';

interface Catalogue {
  models: {
    id: string;
    metrics: { id: string; cost: 'free' | 'cheap' | 'costly' }[];
    views: { id: string; data: string[] }[];
    presets: { id: string; data: string; knobs: [string, string][] }[];
  }[];
  data: { id: string; kind: string }[];
}

const catalogue = JSON.parse(readFileSync(`${DIST}/../src/wasm/catalogue.json`, 'utf8')) as Catalogue;

let site: Site;
let browser: PlaywrightBrowser;
let requests: string[] = [];
beforeAll(async () => {
  site = await serveSite('/', (path) => { requests.push(path); });
  browser = await launchChromium();
});
afterAll(() => Promise.all([site.close(), browser.close()]));

/** Data on which costly metrics take long; they are measured on other data. */
const LARGE = 'strokes';

/** The parts that were asked for. */
function asked(): string[] {
  return requests.flatMap((path) => /\/assets\/([a-z-]+)-[\w-]{8}\.wasm$/.exec(path)?.[1] ?? []);
}

/** The first command that a worker refuses, or stops at, and why; nothing where it does all. */
function refusals(recipe: Recipe, commands: Command[]): Promise<string[]> {
  const scripts = requests.filter((path) => /\/worker-[\w-]+\.js$/.test(path));
  return browser.evaluate(async ({ script, recipe, commands }) => {
    const worker = new Worker(script, { type: 'module', name: 'exact' });
    const ask = (command: Command, id: number): Promise<string | Uint8Array | undefined> =>
      new Promise((resolve) => {
        worker.addEventListener('message', ({ data }: MessageEvent<Message>) => {
          if (data.type === 'recruit') data.reply.postMessage('one thread will do');
          if (data.type === 'stopped') resolve(`${command.do}: ${data.failure.en}`);
          if (data.type === 'refused' && data.id === id) resolve(`${JSON.stringify(command)}: ${data.failure.code}: ${data.failure.en}`);
          if (data.type === 'answer' && data.id === id) resolve(command.do === 'save' ? (data.value as Uint8Array) : undefined);
        });
        worker.addEventListener('error', ({ message }) => { resolve(`${JSON.stringify(command)}: ${message}`); });
        worker.postMessage({ id, ...command } satisfies Request);
      });
    const answers: unknown[] = [await ask({ do: 'open', recipe, files: [], device: 'cpu' }, 0)];
    const isRefused = (): boolean => typeof answers.at(-1) === 'string';
    // After a trap nothing is answered any more.
    for (const [number, command] of commands.entries()) if (!isRefused()) answers.push(await ask(command, 1 + number));
    if (!isRefused()) answers.push(await ask({ do: 'save' }, 1 + commands.length));
    const saved = answers.at(-1);
    if (saved instanceof Uint8Array) answers.push(await ask({ do: 'load', file: { name: 'saved', bytes: saved } }, 2 + commands.length));
    worker.terminate();
    return answers.filter((answer) => typeof answer === 'string');
  }, { script: scripts[0] ?? '', recipe, commands });
}

test.for(catalogue.models)('$id needs no part but its own', async (model) => {
  requests = [];
  await openPlayer(browser, `${site.url}#model=samplers&device=cpu`);
  for (const preset of model.presets) {
    const data = catalogue.data.find(({ id }) => id === preset.data);
    const recipe: Recipe = { model: model.id, data: preset.data, knobs: Object.fromEntries(preset.knobs), seed: 0, exact: true };
    const views = model.views.filter((view) => view.data.length === 0 || view.data.includes(data?.kind ?? ''));
    const commands: Command[] = [
      { do: 'step', count: 1 },
      ...views.map((view): Command => ({ do: 'view', view: view.id, args: [] })),
      { do: 'evaluate', metrics: model.metrics.filter(({ cost }) => cost === 'cheap' || preset.data !== LARGE).map(({ id }) => id) },
      { do: 'restart' },
    ];
    expect(await refusals(recipe, commands), preset.id).toEqual([]);
  }
});

/** Opens a link to what needs a file for which nothing comes, or another page: it is refused in words, and what is open goes on. */
async function isRefused(file: string, what: string, link: string): Promise<void> {
  await browser.page.route(file, (route) => what === 'nothing' ? route.abort() : route.fulfill({ contentType: 'text/html', body: '<h1>Sign in</h1>' }));
  await openPlayer(browser, `${site.url}#model=rbm&data=bars&hidden=16&device=cpu&lang=en`);
  requests = [];
  await browser.evaluate((link) => { location.hash = link; }, link);
  await waitFor(browser, () => player.shadowRoot?.querySelector('.notice') !== null);
  expect(await textOf(browser, '.notice p')).toContain('could not be loaded');
  expect(await browser.evaluate(() => player.info?.recipe)).toMatchObject({ model: 'rbm', data: 'bars' });
  await browser.page.unroute(file);
}

test.for(['nothing', 'another page'])('a part for which %s comes is asked for again, and what is open goes on', async (what) => {
  await isRefused('**/assets/vae-*.wasm', what, '#model=vae&data=bars&hidden=16&device=cpu&lang=en');
  await browser.evaluate(() => { location.hash = '#model=vae&data=bars&hidden=16&seed=2&device=cpu&lang=en'; });
  await waitFor(browser, () => player.info?.recipe.model === 'vae');
  expect(asked()).toEqual(['vae']);
  expect(await textOf(browser, 'h1')).toBe('Variational autoencoder');
});

test.for(['nothing', 'another page'])('a data set for which %s comes is refused in words, and can be opened later', async (what) => {
  await isRefused('**/assets/digits*.gz', what, '#model=rbm&data=digits&hidden=16&device=cpu&lang=en');
  await browser.evaluate(() => { location.hash = '#model=rbm&data=digits&hidden=16&seed=2&device=cpu&lang=en'; });
  await waitFor(browser, () => player.info?.recipe.data === 'digits');
});

test('what computes on the GPU is not asked for where the browser knows no GPU', async ({ skip }) => {
  requests = [];
  await openPlayer(browser, `${site.url}#model=rbm&data=bars&hidden=16&lang=en`);
  skip(await hasAdapter(browser), 'this browser knows a GPU');
  await waitFor(browser, () => player.info?.device.why.en.includes('no GPU'));
  expect(asked()).toEqual(['rbm']);
});

test('a browser that refuses to say whether it knows a GPU counts as one that knows none', async () => {
  await browser.page.route('**/assets/worker-*.js', async (route) => {
    const answer = await route.fetch();
    const refuses = "Object.defineProperty(navigator, 'gpu', { value: { requestAdapter: () => Promise.reject(new Error('blocked')) } });";
    await route.fulfill({ response: answer, body: refuses + await answer.text() });
  });
  requests = [];
  await openPlayer(browser, `${site.url}#model=rbm&data=bars&hidden=16&device=gpu&lang=en`);
  expect(await textOf(browser, '.notice p')).toContain('no GPU');
  expect(await browser.evaluate(() => player.info?.device.kind)).toBe('cpu');
  expect(asked()).toEqual(['rbm']);
  await browser.page.unroute('**/assets/worker-*.js');
});
