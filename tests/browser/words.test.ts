/** What the page says comes by language and model, when it is first wanted. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Browser, textOf, waitFor } from './src/browser';
import { inEveryBrowser } from './src/browsers';
import { openPlayer } from './src/player';
import { type Site, serveSite } from './src/site';

let site: Site;
beforeAll(async () => { site = await serveSite(); });
afterAll(() => site.close());

/** The files of words that the page has fetched, such as `rbm-ko`, in order of the alphabet. */
function fetched(browser: Browser): Promise<string[]> {
  return browser.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .flatMap(({ name }) => /\/((?:names|rbm|vae|gan|ff)-(?:en|ko))-[\w-]{8}\.js$/.exec(name)?.[1] ?? [])
      .sort(),
  );
}

inEveryBrowser((browser) => {
  test('only the language that is spoken and the model that is open are fetched', async () => {
    await openPlayer(browser(), `${site.url}#model=rbm&data=bars&hidden=16&device=cpu&lang=en`);
    expect(await textOf(browser(), 'h1')).toBe('Restricted Boltzmann machine');
    expect(await fetched(browser())).toEqual(['names-en', 'rbm-en']);
    const told = await textOf(browser(), '.story');
    expect(told.length).toBeGreaterThan(100);
    expect(await browser().evaluate(() => document.querySelector('day-dream-page')?.shadowRoot?.querySelectorAll('.equations math').length)).toBeGreaterThan(2);

    await browser().click('.languages button[lang=ko]');
    await waitFor(browser(), (told) => {
      const story = document.querySelector('day-dream-page')?.shadowRoot?.querySelector('.story')?.textContent;
      return story !== undefined && story !== '' && story !== told;
    }, told);
    expect(await fetched(browser())).toEqual(['names-en', 'names-ko', 'rbm-en', 'rbm-ko']);
    expect(await textOf(browser(), 'h1')).toBe('제한된 볼츠만 머신');

    await browser().evaluate(() => { location.hash = '#model=gan&data=points&generator-width=8&discriminator-width=8&device=cpu&lang=ko'; });
    await waitFor(browser(), () => document.querySelector('day-dream-page')?.shadowRoot?.querySelector('.story')?.textContent.includes('생성'));
    expect(await fetched(browser())).toEqual(['gan-ko', 'names-en', 'names-ko', 'rbm-en', 'rbm-ko']);
    expect(await browser().consoleErrors()).toEqual([]);
  });
});
