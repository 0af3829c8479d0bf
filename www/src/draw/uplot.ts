/** The library that draws charts. It comes when there is something to draw. */

import type uPlot from 'uplot';

export type Plot = typeof uPlot;

let library: Plot | undefined;
let arrival: Promise<void> | undefined;

/** The library, if it has arrived; else it is fetched, and `arrived` is called when it is there. */
export function plotLibrary(arrived: () => void): Plot | undefined {
  if (library) return library;
  arrival ??= import('uplot').then((module) => { library = module.default; });
  // Without it the values are there all the same.
  arrival.then(arrived, () => undefined);
  return undefined;
}
