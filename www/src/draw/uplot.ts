/** The library that draws charts. It comes when there is something to draw. */

import type uPlot from 'uplot';
import { measured } from '../language';

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

/** Room beside the last label below a chart, of which half stands beyond the chart. */
export const BESIDE = 18;

/** How small a difference between values is, as a share of them, that is not made to fill a chart. */
const SAME = 0.01;

/** The range of the vertical axis: as uPlot chooses, but values that are nearly the same are drawn so. */
export function range(Library: Plot, low: number | null, high: number | null): uPlot.Range.MinMax {
  // There is nothing to draw yet.
  if (low === null || high === null) return [null, null];
  const least = SAME * Math.max(Math.abs(low), Math.abs(high));
  const spread = high - low;
  if (spread === 0 || spread >= least) return Library.rangeNum(low, high, 0.1, true);
  const middle = (low + high) / 2;
  return [middle - least, middle + least];
}

/** Labels of the vertical axis. */
export function labels(_plot: uPlot, ticks: number[]): string[] {
  return ticks.map((tick) => measured(tick));
}
