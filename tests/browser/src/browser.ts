/**
 * What a test may do with a browser: the same few acts in Chromium, Firefox and WebKit, each driven by the protocol
 * that it speaks. Selectors look into open shadow roots.
 */

export interface Browser {
  /** Goes to an address and returns when the page has loaded. Forgets the errors of the page before. */
  open(url: string): Promise<void>;

  /**
   * Calls a function inside the page, or awaits it there, and returns its result. Function, argument and result cross
   * as text: the function sees nothing of its surroundings, and values must survive JSON.
   */
  evaluate<Result, Argument = undefined>(
    body: (argument: Argument) => Result | Promise<Result>,
    argument?: Argument,
  ): Promise<Result>;

  /** Clicks the first element that matches, as a visitor's mouse does. */
  click(selector: string): Promise<void>;

  /** Presses and releases a key on the focused element. */
  press(key: Key): Promise<void>;

  /** What the page has reported since it was opened: console errors, uncaught errors, requests that failed. */
  consoleErrors(): Promise<string[]>;

  /** The size of the page's viewport in CSS pixels; browsers without a headless mode may not go below 450 in width. */
  setViewport(width: number, height: number): Promise<void>;

  /** Writes a picture of the viewport as PNG. */
  screenshot(path: string): Promise<void>;

  close(): Promise<void>;
}

/** Keys by the names that `KeyboardEvent.key` gives them. */
export type Key = 'Enter' | 'Escape' | 'Tab' | ' ' | 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown' | 'Home' | 'End';

/** How long a condition may take before the test fails: far longer than any that holds. */
const PATIENCE_MS = 60_000;
const POLL_MS = 50;

/** Waits until a function called in the page returns something true, and returns that. */
export async function waitFor<Result, Argument = undefined>(
  browser: Browser,
  condition: (argument: Argument) => Result | Promise<Result>,
  argument?: Argument,
): Promise<NonNullable<Result>> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const result = await browser.evaluate(condition, argument);
    if (result) return result;
    if (Date.now() > deadline) {
      const reported = (await browser.consoleErrors()).join('\n');
      throw new Error(`still not true after ${PATIENCE_MS / 1000} s: ${String(condition)}\n${reported}`);
    }
    await new Promise((resume) => setTimeout(resume, POLL_MS));
  }
}

/** The text of the first element that matches, once there is one and it has text. */
export function textOf(browser: Browser, selector: string): Promise<string> {
  return waitFor(
    browser,
    // The page's own eval makes the function that finds: it crosses as text like everything else.
    ({ find, selector }) => (eval(find) as (selector: string) => Element | null)(selector)?.textContent.trim(),
    { find, selector },
  );
}

/**
 * The source of a function that finds the first element matching a selector in the document or in any open shadow
 * root below it, as drivers send it to the page.
 */
export const find = `(selector) => {
  const roots = [document];
  for (const root of roots) {
    const hit = root.querySelector(selector);
    if (hit) return hit;
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) roots.push(element.shadowRoot);
    }
  }
  return null;
}`;
