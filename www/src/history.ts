/** What was measured, step by step, thinned out as it grows so that a long run stays quick to draw. */

import type { Metrics } from './protocol';

/** Measured values by step, one column for each metric; gaps are `null`. */
export interface History {
  steps: number[];
  values: Map<string, (number | null)[]>;
}

/** Steps that are kept at most, about two for each pixel of a chart. */
const MOST = 1200;

export class Log {
  readonly history: History = { steps: [], values: new Map() };
  /** Grows with every change. */
  version = 0;
  /** One in so many of the steps that training reports is kept. */
  #every = 1;
  #seen = 0;

  /** Adds what training reported at a step. */
  report(step: number, metrics: Metrics): void {
    if (this.#seen++ % this.#every === 0) this.add(step, metrics);
  }

  /** Adds what was measured at a step; what is measured at one step stands in one row. */
  add(step: number, metrics: Metrics): void {
    const { steps, values } = this.history;
    if (step !== steps.at(-1)) {
      steps.push(step);
      for (const column of values.values()) column.push(null);
    }
    for (const [id, value] of Object.entries(metrics)) {
      let column = values.get(id);
      if (!column) {
        column = new Array<number | null>(steps.length).fill(null);
        values.set(id, column);
      }
      column[steps.length - 1] = value;
    }
    if (steps.length > MOST) this.#thin();
    this.version++;
  }

  /** Forgets everything after a step. */
  cut(step: number): void {
    const { steps, values } = this.history;
    const after = steps.findIndex((known) => known > step);
    if (after >= 0) {
      steps.length = after;
      for (const column of values.values()) column.length = after;
    }
    this.version++;
  }

  clear(): void {
    this.history.steps.length = 0;
    this.history.values.clear();
    this.#every = 1;
    this.#seen = 0;
    this.version++;
  }

  /** Keeps every other step, and those in which something rare was measured. */
  #thin(): void {
    const { steps, values } = this.history;
    this.#every *= 2;
    const keep = steps.map((_, index) => index % 2 === 0);
    for (const column of values.values()) {
      const rare = column.filter((value) => value !== null).length < column.length / 4;
      if (rare) column.forEach((value, index) => { if (value !== null) keep[index] = true; });
    }
    const kept = <T>(list: T[]): T[] => list.filter((_, index) => keep[index]);
    const thinned = kept(steps);
    for (const [id, column] of values) values.set(id, kept(column));
    steps.splice(0, steps.length, ...thinned);
  }
}
