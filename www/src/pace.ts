/**
 * How many training steps to make in one call, so that a call fills a slice of time.
 *
 * On a GPU every call ends with a read, for which some browsers wait a tenth of a second: slices there are as long as it takes to make that
 * wait a small part, and no longer than a visitor's command may wait.
 */

import type { Device } from './protocol';

/** A slice, in milliseconds: at least, and at most. */
const SLICES: Record<Device['kind'], [number, number]> = { cpu: [14, 14], gpu: [50, 200] };
/** A slice is this many times as long as the wait for a read. */
const WAITS = 8;
const MOST_STEPS = 5000;
/** So many calls, each of twice the steps, tell the wait from the steps. */
const PROBES = 3;

export class Pace {
  /** Steps to make in the next call. */
  stride = 1;
  /** What a call takes besides its steps, in milliseconds. */
  #wait = 0;
  #last = { steps: 0, took: 0 };
  #probes: number;
  readonly #shortest: number;
  readonly #longest: number;

  constructor(device: Device['kind']) {
    [this.#shortest, this.#longest] = SLICES[device];
    this.#probes = device === 'gpu' ? PROBES : 0;
  }

  /** Learns from a call that made some steps and took some milliseconds. */
  learn(steps: number, took: number): void {
    if (this.#longest > this.#shortest) this.#learnWait(steps, took);
    if (this.#probes-- > 0 && took < this.#longest) {
      this.stride = 2 * this.stride;
      return;
    }
    // Where little else than waiting fits in, at least as much time goes to steps.
    const slice = Math.max(Math.min(Math.max(this.#shortest, WAITS * this.#wait), this.#longest), 2 * this.#wait);
    const step = Math.max(took - this.#wait, 0.1) / steps;
    this.stride = Math.max(1, Math.min(MOST_STEPS, Math.round((slice - this.#wait) / step), 2 * this.stride));
  }

  /** Calls of different lengths tell the wait from the steps. */
  #learnWait(steps: number, took: number): void {
    const last = this.#last;
    const [few, many] = steps < last.steps ? [{ steps, took }, last] : [last, { steps, took }];
    if (few.steps > 0 && many.steps >= 1.5 * few.steps) {
      const step = Math.max(0, many.took - few.took) / (many.steps - few.steps);
      this.#wait = Math.max(0, Math.min(few.took - step * few.steps, 0.9 * Math.min(few.took, many.took)));
    }
    this.#last = { steps, took };
  }
}
