/**
 * WebKit of the system (WebKitGTK), driven by Selenium through WebKitWebDriver. It has no headless mode: it runs on a
 * virtual screen of its own.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { Builder, Capabilities, Key as Keys, type WebDriver, type WebElement } from 'selenium-webdriver';
import { type Browser, find, type Key } from './browser';
import { recordedErrors } from './recorder';

export async function launchWebKit(driverPath: string): Promise<Browser> {
  const processes: ChildProcess[] = [];
  const stop = () => { for (const process of processes.reverse()) process.kill(); };
  try {
    const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    processes.push(screen);
    const display = String(await firstOf(screen, screen.stdio[3] as NodeJS.ReadableStream, 'Xvfb')).trim();

    const port = await freePort();
    const driver = spawn(driverPath, [`--port=${port}`, '--host=127.0.0.1'], {
      // WebKit takes the visitor's language from the locale: C is American English to it, C.UTF-8 no language at all.
      env: { ...process.env, DISPLAY: `:${display}`, LC_ALL: 'C' },
      stdio: 'ignore',
    });
    processes.push(driver);
    const address = `http://127.0.0.1:${port}`;
    await listening(address, driver);

    const session = await new Builder()
      .usingServer(address)
      .withCapabilities(new Capabilities({ browserName: 'MiniBrowser' }))
      .build();
    await session.manage().setTimeouts({ script: 180_000 });
    return new WebKitBrowser(session, async () => {
      await session.quit();
      stop();
    });
  } catch (error) {
    stop();
    throw error;
  }
}

class WebKitBrowser implements Browser {
  constructor(
    private readonly session: WebDriver,
    readonly close: () => Promise<void>,
  ) {}

  async open(url: string): Promise<void> {
    // A new hash alone would not load the page anew.
    await this.session.get('about:blank');
    await this.session.get(url);
  }

  async evaluate<Result, Argument>(
    body: (argument: Argument) => Result | Promise<Result>,
    argument?: Argument,
  ): Promise<Result> {
    const script = `
      const [argument, done] = arguments;
      Promise.resolve(argument ?? undefined).then(${String(body)}).then(
        (value) => done({ value }),
        (error) => done({ error: String(error) }),
      );`;
    const outcome: { value: Result; error?: string } = await this.session.executeAsyncScript(script, argument);
    if (outcome.error !== undefined) throw new Error(outcome.error);
    return outcome.value;
  }

  async click(selector: string): Promise<void> {
    const element: WebElement | null = await this.session.executeScript(`return (${find})(arguments[0])`, selector);
    if (!element) throw new Error(`nothing to click matches ${selector}`);
    await element.click();
  }

  press(key: Key): Promise<void> {
    const keys: Record<Key, string> = {
      Enter: Keys.ENTER,
      Escape: Keys.ESCAPE,
      Tab: Keys.TAB,
      ' ': Keys.SPACE,
      ArrowLeft: Keys.ARROW_LEFT,
      ArrowRight: Keys.ARROW_RIGHT,
      ArrowUp: Keys.ARROW_UP,
      ArrowDown: Keys.ARROW_DOWN,
      Home: Keys.HOME,
      End: Keys.END,
    };
    return this.session.actions().sendKeys(keys[key]).perform();
  }

  consoleErrors(): Promise<string[]> {
    return this.evaluate(recordedErrors);
  }

  /** The window's frame is taken off: WebDriver sizes windows, tests mean pages. */
  async setViewport(width: number, height: number): Promise<void> {
    const frame = await this.evaluate(() => [outerWidth - innerWidth, outerHeight - innerHeight] as const);
    await this.session.manage().window().setRect({ width: width + frame[0], height: height + frame[1] });
  }

  async screenshot(path: string): Promise<void> {
    await writeFile(path, await this.session.takeScreenshot(), 'base64');
  }
}

/** What a process says first on a stream, or its failure to start. */
async function firstOf(process: ChildProcess, stream: NodeJS.ReadableStream, name: string): Promise<unknown> {
  const failed = once(process, 'exit').then(([code]) => Promise.reject(new Error(`${name} ended with ${String(code)}`)));
  const [said] = (await Promise.race([once(stream, 'data'), failed])) as [unknown];
  return said;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (!address || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** Waits until the driver answers. */
async function listening(address: string, driver: ChildProcess): Promise<void> {
  while (driver.exitCode === null) {
    const answer = await fetch(`${address}/status`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resume) => setTimeout(resume, 20));
  }
  throw new Error(`WebKitWebDriver ended with ${driver.exitCode}`);
}
