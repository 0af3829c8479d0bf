/** What visitors do on the page, in Chromium: languages, knobs, links, files; and what they are told when something goes wrong. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { textOf, waitFor } from './src/browser';
import { launchChromium } from './src/browsers';
import { openPlayer } from './src/player';
import { type PlaywrightBrowser, recordWorkers } from './src/playwright';
import { serveSite, type Site } from './src/site';

let site: Site;
let browser: PlaywrightBrowser;
beforeAll(async () => {
  site = await serveSite();
  browser = await launchChromium();
  await recordWorkers(browser);
});
beforeEach(() => browser.setViewport(1280, 800));
afterAll(() => Promise.all([site.close(), browser.close()]));

const open = (hash: string): Promise<void> => openPlayer(browser, site.url + hash);
const address = (): Promise<string> => browser.evaluate(() => location.hash);
const notice = (): Promise<string> => textOf(browser, '.notice p');

describe('languages', () => {
  test('the address chooses one, the switch another', async () => {
    await open('#model=rbm&lang=ko');
    expect(await textOf(browser, 'h1')).toBe('제한된 볼츠만 머신');
    expect(await browser.evaluate(() => document.documentElement.lang)).toBe('ko');
    await browser.click('.languages [lang=en]');
    await waitFor(browser, () => document.documentElement.lang === 'en' && location.hash.includes('lang=en'));
    expect(await textOf(browser, 'h1')).toBe('Restricted Boltzmann machine');
  });

  test('a browser whose language is none that exists shows the page', async () => {
    const other = await launchChromium();
    await other.page.addInitScript(() => { Object.defineProperty(Navigator.prototype, 'language', { get: () => 'C' }); });
    await openPlayer(other, `${site.url}#data=bars`);
    await other.evaluate(() => player.step(1));
    await waitFor(other, () => player.shadowRoot?.querySelector('day-dream-curves')?.shadowRoot?.querySelector('.plot canvas'));
    expect(await other.consoleErrors()).toEqual([]);
    await other.close();
  });

  test.each(['en', 'ko'])('nothing is wider than a phone in %s', async (language) => {
    await browser.setViewport(360, 740);
    for (const model of ['rbm', 'hopfield', 'dae', 'ff', 'vae', 'gan']) {
      await open(`#model=${model}&lang=${language}`);
      await waitFor(browser, () => player.shadowRoot?.querySelector('day-dream-view'));
      expect(await browser.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    }
  });
});

/** What a link says beside the model, and how many steps it takes until there is all of it. */
const MODELS: [string, string, number][] = [
  ...['rbm', 'gaussian-rbm', 'ratings-rbm', 'boltzmann', 'hopfield', 'ebm', 'conditional-ebm', 'latent-ebm', 'kmeans', 'sparse-coding', 'dae', 'ff', 'pca', 'autoencoder', 'vae', 'gan']
    .map((model): [string, string, number] => [model, '', 3]),
  // Its classifiers learn after its layers, and what samplers find is judged once there are enough samples.
  ['dbn', '&data=digits&layers=1&width=20&pretrain-steps=5', 20],
  ['samplers', '', 60],
];

test.each(MODELS)('every picture and every value of %s is on the screen', async (model, knobs, steps) => {
  await browser.setViewport(1280, 3400);
  await open(`#model=${model}${knobs}`);
  await browser.evaluate((steps) => player.step(steps), steps);
  await waitFor(browser, () => {
    const parts = (name: string): Element[] => [...(player.shadowRoot?.querySelectorAll(name) ?? [])];
    const painted = parts('day-dream-view').map((view) => {
      // Some are drawn on request.
      view.shadowRoot?.querySelector<HTMLButtonElement>('.draw:not(:disabled)')?.click();
      // Pictures may be made of pictures.
      const within = (element: Element): Element[] => [...(element.shadowRoot?.querySelectorAll('day-dream-picture') ?? [])].flatMap((picture) => [picture, ...within(picture)]);
      return within(view).some((picture) => (picture.shadowRoot?.querySelector('canvas, svg, .bars, day-dream-chart')?.clientHeight ?? 0) > 20);
    });
    const told = parts('day-dream-curves').map((curves) => /\d|Measure/.test(curves.shadowRoot?.querySelector('.value')?.textContent ?? ''));
    return painted.length > 1 && told.length > 0 && [...painted, ...told].every(Boolean);
  });
});

describe('controls', () => {
  test('space pauses and plays, one step is one step, restart begins at 0', async () => {
    await open('#model=rbm&data=bars');
    await browser.evaluate(() => { player.shadowRoot?.querySelector<HTMLElement>('.player')?.focus(); });
    await browser.press(' ');
    await waitFor(browser, () => player.playing && player.steps > 5);
    await browser.press(' ');
    await waitFor(browser, () => !player.playing);
    const paused = await browser.evaluate(async () => {
      await player.pause();
      return player.steps;
    });
    await browser.click('.controls button:nth-child(2)');
    await waitFor(browser, (paused) => player.steps === paused + 1, paused);
    await browser.click('.controls button:nth-child(4)');
    await waitFor(browser, () => player.steps === 0);
  });

  test('slow motion makes a few steps a second, and a new seed is another run', async () => {
    await open('#model=rbm&data=bars');
    await browser.click('.controls button:nth-child(3)');
    const pace = await browser.evaluate(async () => {
      const begun = performance.now();
      player.play();
      await new Promise((resolve) => {
        player.addEventListener('metrics', (event) => {
          if ((event as CustomEvent<{ step: number }>).detail.step >= 4) resolve(undefined);
        });
      });
      await player.pause();
      return { steps: player.steps, seconds: (performance.now() - begun) / 1000 };
    });
    expect(pace.steps).toBeLessThanOrEqual(4 * pace.seconds + 1);
    await browser.click('.controls button:nth-child(5)');
    await waitFor(browser, () => player.recipe.seed !== 1 && player.steps === 0);
    expect(await browser.evaluate(() => player.info?.recipe.seed === player.recipe.seed)).toBe(true);
  });

  test('a live knob applies to the run, another one starts it anew; the address follows', async () => {
    await open('#model=rbm&data=bars');
    const after = await browser.evaluate(async () => {
      await player.step(10);
      await player.set('learning-rate', 0.02);
      const kept = player.steps;
      await player.set('hidden', 9);
      return { kept, anew: player.steps };
    });
    expect(after).toEqual({ kept: 10, anew: 0 });
    await waitFor(browser, () => location.hash.includes('hidden=9'));
    expect(await address()).toBe('#data=bars&learning-rate=0.02&hidden=9');
    await expect(browser.evaluate(() => player.set('hidden', 1e9))).rejects.toThrow('does not accept');
    await expect(browser.evaluate(() => player.set('hiden', 9))).rejects.toThrow('no knob');
  });
});

test('a long measurement says that it goes on and that training waits for it', async () => {
  await open('#model=rbm&data=bars&play=1');
  const said = await browser.evaluate(async () => {
    const curves = [...(player.shadowRoot?.querySelectorAll('day-dream-curves') ?? [])];
    curves.flatMap((some) => some.shadowRoot?.querySelector<HTMLElement>('.measure') ?? [])[0]?.click();
    await (player as unknown as { updateComplete: Promise<unknown> }).updateComplete;
    return player.shadowRoot?.querySelector('.waiting')?.textContent;
  });
  expect(said).toContain('training waits');
  await waitFor(browser, () => player.metrics.ais_log_likelihood !== undefined && player.shadowRoot?.querySelector('.waiting')?.textContent === '');
});

describe('links', () => {
  test('two tabs replay the same run to the last bit, in numbers and in pictures', async () => {
    const runs = [];
    for (let tab = 0; tab < 2; tab++) {
      const other = await launchChromium();
      await openPlayer(other, `${site.url}#model=gan&seed=11&exact=1`);
      runs.push(await other.evaluate(async () => [await player.step(200), JSON.stringify(await player.view('plane'))]));
      await other.close();
    }
    expect(runs[1]).toEqual(runs[0]);
  });

  test('what a link asks for in vain is named, and the rest applies', async () => {
    await open('#model=rbm&data=nowhere&seed=7&hidden=1e9&sped=2');
    const said = await notice();
    for (const word of ['data=nowhere', 'hidden=1e9', 'sped=2']) expect(said).toContain(word);
    expect(await browser.evaluate(() => player.recipe)).toEqual({ model: 'rbm', data: 'strokes', seed: 7, knobs: {} });
    await browser.click('.notice .quiet');
    await waitFor(browser, () => !player.shadowRoot?.querySelector('.notice'));
  });

  test('an unknown model is named, and the page opens on the first', async () => {
    await open('#model=perceptron');
    expect(await notice()).toContain('model=perceptron');
    expect(await browser.evaluate(() => player.recipe.model)).toBe('rbm');
  });

  test('another address in the same tab opens another run', async () => {
    await open('#model=rbm');
    await browser.evaluate(() => { location.hash = '#model=vae&seed=3'; });
    await waitFor(browser, () => player.info?.recipe.model === 'vae' && player.info.recipe.seed === 3);
  });
});

describe('files', () => {
  test('a saved model is taken up where it was left', async () => {
    await open('#model=rbm&data=bars&hidden=9');
    const picture = await browser.evaluate(async () => {
      await player.step(30);
      const before = JSON.stringify(await player.view('filters'));
      const file = new File([new Uint8Array(await player.save())], 'machine.safetensors');
      await player.restart();
      await player.load(file);
      return { before, after: JSON.stringify(await player.view('filters')), steps: player.steps };
    });
    expect(picture.steps).toBe(30);
    expect(picture.after).toBe(picture.before);
  });

  test('a saved model of another kind is refused, and can be opened instead', async () => {
    await open('#model=rbm&data=bars&hidden=9');
    await browser.evaluate(async () => {
      await player.step(10);
      const bytes = new Uint8Array(await player.save());
      await player.set('hidden', 12);
      await player.step(3);
      await player.load(new File([bytes], 'machine.safetensors'));
    });
    expect(await notice()).toContain('machine.safetensors');
    expect(await browser.evaluate(() => player.steps)).toBe(3);
    await browser.click('.notice button');
    await waitFor(browser, () => player.recipe.knobs.hidden === '9' && player.steps === 10);
  });

  test.each([
    ['picture.png', [0x89, 0x50, 0x4e, 0x47, 1, 2, 3, 4]],
    ['cut-idx3-ubyte', [0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 28, 0, 0, 0, 28, 1, 2]],
    ['cut.safetensors', [200, 0, 0, 0, 0, 0, 0, 0, 123]],
  ])('%s is refused by name when dropped, and the run goes on', async (name, bytes) => {
    await open('#model=rbm&data=bars');
    await browser.evaluate(
      async ({ name, bytes }) => {
        await player.step(5);
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
        window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true, bubbles: true }));
      },
      { name, bytes },
    );
    expect(await notice()).toContain(name);
    const kept = await browser.evaluate(async () => ({ recipe: player.recipe, steps: player.steps, metrics: await player.step(1) }));
    expect(kept.recipe.data).toBe('bars');
    expect(kept.steps).toBe(5);
    expect(Object.keys(kept.metrics)).not.toEqual([]);
  });

  test('dropped IDX images become the data', async () => {
    await open('#model=rbm&data=bars');
    const info = await browser.evaluate(async () => {
      const [count, side] = [60, 5];
      const header = [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, side, 0, 0, 0, side];
      const pixels = Array.from({ length: count * side * side }, (_, index) => (index % 7 < 3 ? 255 : 0));
      await player.load(new File([new Uint8Array([...header, ...pixels])], 'squares-idx3-ubyte'));
      await player.step(2);
      return player.info;
    });
    expect(info?.data).toMatchObject({ kind: 'images', height: 5, width: 5, channels: 1 });
    expect(info?.recipe.data).toBe('squares-idx3-ubyte');
  });

  test('IDX files dropped together go by the name of their training images', async () => {
    await open('#model=ff&data=digits');
    const recipe = await browser.evaluate(async () => {
      const [count, side] = [60, 5];
      const file = (name: string, ...bytes: number[]): File => new File([new Uint8Array(bytes)], name);
      const pixels = Array.from({ length: count * side * side }, (_, index) => (index % 7 < 3 ? 255 : 0));
      const labels = Array.from({ length: count }, (_, index) => index % 4);
      await player.load(
        file('train-labels-idx1-ubyte', 0, 0, 8, 1, 0, 0, 0, count, ...labels),
        file('train-images-idx3-ubyte', 0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, side, 0, 0, 0, side, ...pixels),
      );
      return player.recipe;
    });
    expect(recipe.data).toBe('train-images-idx3-ubyte + 1');
    expect(await textOf(browser, 'nav h2#data ~ .list [aria-current=true]')).toBe('train-images-idx3-ubyte + 1');
  });
});

describe('drawing data', () => {
  /** Draws one line on the first canvas that matches, corner to corner of the middle of it. */
  const stroke = async (selector: string): Promise<void> => {
    const box = await browser.page.locator(selector).first().boundingBox();
    if (!box) throw new Error(`nothing matches ${selector}`);
    const at = (x: number, y: number): [number, number] => [box.x + x * box.width, box.y + y * box.height];
    await browser.page.mouse.move(...at(0.2, 0.2));
    await browser.page.mouse.down();
    await browser.page.mouse.move(...at(0.5, 0.4), { steps: 6 });
    await browser.page.mouse.move(...at(0.8, 0.8), { steps: 6 });
    await browser.page.mouse.up();
  };

  test.each([360, 1280])('two drawn images are data on a screen of %i pixels, and a Hopfield network stores them', async (width) => {
    await browser.setViewport(width, 800);
    await open('#model=hopfield');
    await browser.click('.own');
    await browser.click('.choice button');
    await stroke('day-dream-drawing day-dream-sketch canvas');
    await browser.click('.add');
    // The second by the keyboard: a dot in the middle, and a line to the right of it.
    await browser.evaluate(() => {
      const sheet = document.querySelector('day-dream-page')?.shadowRoot?.querySelector('day-dream-drawing')?.shadowRoot?.querySelector('day-dream-sketch');
      const canvas = sheet?.shadowRoot?.querySelector('canvas');
      canvas?.dispatchEvent(new KeyboardEvent('keydown', { key: ' ' }));
      canvas?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', shiftKey: true }));
    });
    await browser.click('.add');
    expect(await browser.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await browser.click('.use');
    await waitFor(browser, () => player.info?.recipe.data === 'drawn');
    const metrics = await browser.evaluate(() => player.step(3));
    expect(metrics).toMatchObject({ stored: 2, stable_bits: 1 });
    expect(await browser.evaluate(() => player.info?.data)).toMatchObject({ kind: 'images', height: 8, width: 8, train: 2 });
    expect(await textOf(browser, 'nav h2#data ~ .list [aria-current=true]')).toBe('Your drawing');
  });

  test('drawn points are data', async () => {
    await open('#model=dae');
    await browser.click('.own');
    await stroke('day-dream-drawing day-dream-plane-sheet canvas');
    await browser.click('.use');
    await waitFor(browser, () => player.info?.recipe.data === 'drawn');
    expect(await browser.evaluate(() => player.info?.data.kind)).toBe('points');
    expect(Object.values(await browser.evaluate(() => player.step(3))).every(Number.isFinite)).toBe(true);
  });
});

test('a network that has stored everything stops by itself, and plays again from the beginning', async () => {
  await open('#model=hopfield&data=bars&patterns=4&play=1');
  await waitFor(browser, () => !player.playing && player.steps === 4);
  await browser.evaluate(() => { player.play(); });
  await waitFor(browser, () => player.playing && player.steps < 4);
  await waitFor(browser, () => !player.playing && player.steps === 4);
});

describe('failures', () => {
  test('training that diverges stops, says so, and goes on from the last good step', async () => {
    await open('#model=vae&data=digits&output=learned&layers=3&learning-rate=0.1&play=1');
    expect(await notice()).toContain('diverged');
    expect(await browser.evaluate(() => player.playing)).toBe(false);
    await browser.click('.notice button');
    await waitFor(browser, () => !player.shadowRoot?.querySelector('.notice'));
    const metrics = await browser.evaluate(async () => {
      await player.set('learning-rate', 0.001);
      return player.step(5);
    });
    for (const value of Object.values(metrics)) expect(value).toSatisfy(Number.isFinite);
  });

  test('a worker that dies is reported, and starts again with the same run', async () => {
    await open('#model=rbm&data=bars&seed=5&play=1');
    await waitFor(browser, () => player.steps > 5);
    await browser.evaluate(() => {
      const { workers } = window as unknown as { workers: Worker[] };
      Object.assign(window, { before: player.info });
      workers[0]?.dispatchEvent(new ErrorEvent('error', { message: 'unreachable executed' }));
    });
    expect(await notice()).toContain('unreachable executed');
    expect(await browser.evaluate(() => player.playing)).toBe(false);
    await browser.click('.notice button');
    await waitFor(browser, () => player.playing && player.info !== (window as unknown as { before: unknown }).before);
    await waitFor(browser, () => player.steps > 5 && !player.shadowRoot?.querySelector('.notice'));
    expect(await browser.evaluate(() => player.recipe.seed)).toBe(5);
  });
});
