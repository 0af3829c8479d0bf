/** Chromium, or any build that Playwright downloads, driven by Playwright. */

import { type BrowserType, chromium, firefox, type JSHandle, type Page, webkit } from 'playwright-core';
import { type Browser, find, type Key } from './browser';

const TYPES: Record<string, BrowserType> = { chromium, firefox, webkit };

/** The switch that gives pages a GPU where there is none: one that the processor plays. */
export const WEBGPU = '--enable-unsafe-webgpu';

/** Switches for a machine without screen and GPU, and to keep Chromium from talking to anyone but the page. */
const CHROMIUM_SWITCHES = [
  '--headless=new',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Options {
  /** The program; without it, the build that Playwright downloaded. */
  executablePath?: string | undefined;
  /** Switches besides the usual ones. */
  switches?: string[] | undefined;
  /** Device pixels for each CSS pixel. */
  deviceScaleFactor?: number | undefined;
}

export async function launchPlaywright(name: string, options: Options): Promise<PlaywrightBrowser> {
  const type = TYPES[name];
  if (!type) throw new Error(`Playwright knows no browser named ${name}`);
  const process = await type.launch({
    ...(options.executablePath === undefined ? {} : { executablePath: options.executablePath }),
    // The sandbox of Chromium does not work for root.
    chromiumSandbox: globalThis.process.getuid?.() !== 0,
    args: [...(name === 'chromium' ? CHROMIUM_SWITCHES : []), ...(options.switches ?? [])],
  });
  const context = await process.newContext({ deviceScaleFactor: options.deviceScaleFactor ?? 1 });
  return new PlaywrightBrowser(await context.newPage(), () => process.close());
}

export class PlaywrightBrowser implements Browser {
  private errors: string[] = [];

  constructor(
    /** Playwright's own handle, for what only Chromium is tested for. */
    readonly page: Page,
    readonly close: () => Promise<void>,
  ) {
    page.on('pageerror', (error) => this.errors.push(`uncaught: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(`${message.text()} (${message.location().url})`);
    });
    page.on('requestfailed', (request) => {
      this.errors.push(`${request.url()}: ${request.failure()?.errorText ?? 'failed'}`);
    });
  }

  async open(url: string): Promise<void> {
    // A new hash alone would not load the page anew.
    await this.page.goto('about:blank');
    this.errors = [];
    await this.page.goto(url);
  }

  evaluate<Result, Argument>(
    body: (argument: Argument) => Result | Promise<Result>,
    argument?: Argument,
  ): Promise<Result> {
    return this.page.evaluate(body as (argument: unknown) => Result | Promise<Result>, argument as unknown);
  }

  async click(selector: string): Promise<void> {
    const handle: JSHandle<Element | null> = await this.page.evaluateHandle(`(${find})(${JSON.stringify(selector)})`);
    const element = handle.asElement();
    if (!element) throw new Error(`nothing to click matches ${selector}`);
    await element.click();
  }

  press(key: Key): Promise<void> {
    return this.page.keyboard.press(key === ' ' ? 'Space' : key);
  }

  consoleErrors(): Promise<string[]> {
    return Promise.resolve([...this.errors]);
  }

  setViewport(width: number, height: number): Promise<void> {
    return this.page.setViewportSize({ width, height });
  }

  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path });
  }
}

/** Whether the open page has a WebGPU adapter. */
export function hasAdapter(browser: Browser): Promise<boolean> {
  return browser.evaluate(async () => {
    const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
    return (await gpu?.requestAdapter()) instanceof Object;
  });
}

/** Has every page that is opened from now on keep the workers that it starts in `window.workers`, so that a test can break one. */
export async function recordWorkers(browser: PlaywrightBrowser): Promise<void> {
  await browser.page.addInitScript(() => {
    const [workers, threads]: [Worker[], Worker[]] = [[], []];
    window.Worker = class extends Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        (/\/thread-[^/]*$/.test(String(args[0])) ? threads : workers).push(this);
      }
    };
    Object.assign(window, { workers, threads });
  });
}
