/** From values to colours. */

import { interpolateRdBu, interpolateViridis } from 'd3-scale-chromatic';
import type { Palette } from '../protocol';

const STEPS = 256;

type Table = Uint8ClampedArray;

function table(color: (t: number) => string): Table {
  const colors = new Uint8ClampedArray(STEPS * 3);
  for (let step = 0; step < STEPS; step++) {
    const text = color(step / (STEPS - 1));
    const parts = text.startsWith('#')
      ? [1, 3, 5].map((start) => parseInt(text.slice(start, start + 2), 16))
      : (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);
    colors.set(parts, step * 3);
  }
  return colors;
}

/** The two hues of the diverging palette on a dark surface, where its middle is dark too: blue, middle, red. */
const NIGHT: [number, number, number][] = [[116, 190, 245], [27, 26, 35], [255, 150, 115]];

function night(t: number): string {
  const [from, to] = t < 0.5 ? [NIGHT[1], NIGHT[0]] : [NIGHT[1], NIGHT[2]];
  const share = Math.abs(2 * t - 1);
  return `rgb(${[0, 1, 2].map((channel) => Math.round((from?.[channel] ?? 0) * (1 - share) + (to?.[channel] ?? 0) * share)).join(',')})`;
}

function gray(t: number): string {
  const level = Math.round(t * 255);
  return `rgb(${level},${level},${level})`;
}

const MAPS: Record<Palette, (dark: boolean) => (t: number) => string> = {
  gray: () => gray,
  sequential: () => interpolateViridis,
  diverging: (dark) => (dark ? night : (t) => interpolateRdBu(1 - t)),
};

const tables = new Map<string, Table>();

function tableOf(palette: Palette, dark: boolean): Table {
  const name = `${palette} ${dark}`;
  const known = tables.get(name) ?? table(MAPS[palette](dark));
  tables.set(name, known);
  return known;
}

/** Writes the colour of each value as an opaque pixel. `dark`: for a dark surface. */
export function colorize(values: Float32Array, range: [number, number], palette: Palette, dark: boolean, pixels: Uint8ClampedArray): void {
  const colors = tableOf(palette, dark);
  const [low, high] = range;
  const scale = high > low ? (STEPS - 1) / (high - low) : 0;
  for (let index = 0; index < values.length; index++) {
    const step = Math.max(0, Math.min(STEPS - 1, Math.round(((values[index] ?? 0) - low) * scale))) * 3;
    pixels[index * 4] = colors[step] ?? 0;
    pixels[index * 4 + 1] = colors[step + 1] ?? 0;
    pixels[index * 4 + 2] = colors[step + 2] ?? 0;
    pixels[index * 4 + 3] = 255;
  }
}

/** Ten colours that most people tell apart with any kind of colour vision, for classes and series (after Paul Tol's schemes). */
const ON_LIGHT = ['#4477aa', '#ee6677', '#228833', '#ccbb44', '#66ccee', '#aa3377', '#ee8866', '#44bb99', '#999933', '#882255'];
/** The same, brighter. */
const ON_DARK = ['#77aadd', '#ff8593', '#5dc46f', '#ddcc66', '#99ddff', '#d97cb8', '#ffab88', '#5fdcb8', '#bbbb55', '#c9598f'];

export function classColor(index: number, dark: boolean): string {
  const colors = dark ? ON_DARK : ON_LIGHT;
  return colors[index % colors.length] ?? '';
}

/** Little-endian 32-bit floats out of the bytes in which they crossed from the worker. */
export function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
