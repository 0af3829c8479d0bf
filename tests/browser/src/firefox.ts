/** An installed Firefox, driven by Puppeteer over WebDriver BiDi. */

import { type ElementHandle, launch, type Page } from 'puppeteer-core';
import { type Browser, find, type Key } from './browser';

export async function launchFirefox(executablePath: string): Promise<Browser> {
  const process = await launch({ browser: 'firefox', executablePath, headless: true });
  const page = await process.newPage();
  return new FirefoxBrowser(page, () => process.close());
}

class FirefoxBrowser implements Browser {
  private errors: string[] = [];

  constructor(
    private readonly page: Page,
    readonly close: () => Promise<void>,
  ) {
    page.on('pageerror', (error) => this.errors.push(`uncaught: ${error instanceof Error ? error.message : String(error)}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
    page.on('requestfailed', (request) => {
      this.errors.push(`${request.url()}: ${request.failure()?.errorText ?? 'failed'}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) this.errors.push(`${response.url()}: ${response.status()}`);
    });
  }

  async open(url: string): Promise<void> {
    // A new hash alone would not load the page anew.
    await this.page.goto('about:blank');
    this.errors = [];
    await this.page.goto(url);
  }

  async evaluate<Result, Argument>(
    body: (argument: Argument) => Result | Promise<Result>,
    argument?: Argument,
  ): Promise<Result> {
    return await this.page.evaluate(body as (argument: unknown) => Result | Promise<Result>, argument);
  }

  async click(selector: string): Promise<void> {
    const handle = await this.page.evaluateHandle(`(${find})(${JSON.stringify(selector)})`);
    const element = handle.asElement() as ElementHandle | null;
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
    return this.page.setViewport({ width, height });
  }

  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path: path });
  }
}
