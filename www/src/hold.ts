/** Keeps the engine from being loaded where the page is about to be loaded once more. */

let reason: Promise<void> = Promise.resolve();

/** Nothing is loaded before this promise has resolved. */
export function hold(until: Promise<void>): void {
  reason = until;
}

/** Resolves when the engine may be loaded. */
export function released(): Promise<void> {
  return reason;
}
