/** The browsers that this machine has, as `cargo xtask test` found them. */

import { afterAll, beforeAll, describe } from 'vitest';
import type { Browser } from './browser';
import { launchFirefox } from './firefox';
import { launchPlaywright, type Options, type PlaywrightBrowser } from './playwright';
import { launchWebKit } from './webkit';

export type Name = 'chromium' | 'firefox' | 'webkit';

/** `system:PATH`, `playwright` or `missing:WHAT TO DO`. */
function placeOf(name: Name): { how: string; path: string } {
  const place = process.env[`DAYDREAM_${name.toUpperCase()}`];
  if (place === undefined) throw new Error('run these tests with `cargo xtask test --only browsers`, which finds the browsers');
  const [how = '', ...path] = place.split(':');
  return { how, path: path.join(':') };
}

/** Starts one of the browsers. */
export function launch(name: Name): Promise<Browser> {
  const { how, path } = placeOf(name);
  if (how === 'playwright') return launchPlaywright(name, {});
  if (name === 'chromium') return launchPlaywright(name, { executablePath: path });
  return name === 'firefox' ? launchFirefox(path) : launchWebKit(path);
}

/** Starts Chromium with options of its own; its `page` is Playwright's. */
export function launchChromium(options: Omit<Options, 'executablePath'> = {}): Promise<PlaywrightBrowser> {
  const { how, path } = placeOf('chromium');
  return launchPlaywright('chromium', how === 'system' ? { ...options, executablePath: path } : options);
}

/**
 * Declares the same tests for every browser, or those named. One browser is started for all of them; a browser that
 * cannot be had has its tests skipped.
 */
export function inEveryBrowser(
  tests: (browser: () => Browser, name: Name) => void,
  names: Name[] = ['chromium', 'firefox', 'webkit'],
): void {
  for (const name of names) {
    describe.skipIf(placeOf(name).how === 'missing')(name, () => {
      let browser: Browser | undefined;
      beforeAll(async () => { browser = await launch(name); });
      afterAll(() => browser?.close());
      tests(() => {
        if (!browser) throw new Error(`${name} did not start`);
        return browser;
      }, name);
    });
  }
}
