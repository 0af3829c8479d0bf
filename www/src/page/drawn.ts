/** Drawings in the form in which the engine reads them: IDX files whose names end in `.drawn`. */

import type { DataKind, ModelSpec } from '../protocol';

/** What can be drawn. */
export type Drawable = Extract<DataKind, 'points' | 'images'>;

/** What of it a model can learn; labels cannot be drawn. */
export function drawable(model: ModelSpec): Drawable[] {
  const kinds: Drawable[] = ['points', 'images'];
  return model.needs_labels ? [] : kinds.filter((kind) => model.data.includes(kind));
}

export type Point = readonly [number, number];

/** Fewest points that make a data set. */
export const FEWEST_POINTS = 20;
/** The points lie within this distance of the middle, on both axes. */
export const REACH = 2;

const NAME = 'data.drawn';

/** Square images with pixels from 0 to 1. */
export function imagesFile(side: number, images: readonly Float32Array[]): File {
  const bytes = new Uint8Array(16 + images.length * side * side);
  header(bytes, 0x08, [images.length, side, side]);
  images.forEach((image, index) => { bytes.set(image.map((pixel) => Math.round(255 * pixel)), 16 + index * side * side); });
  return new File([bytes], NAME);
}

/** Points of the plane. */
export function pointsFile(points: readonly Point[]): File {
  const bytes = new Uint8Array(12 + points.length * 8);
  const view = header(bytes, 0x0d, [points.length, 2]);
  points.flat().forEach((number, index) => { view.setFloat32(12 + index * 4, number); });
  return new File([bytes], NAME);
}

/** Type and sizes at the beginning of an IDX file. */
function header(bytes: Uint8Array, type: number, sizes: number[]): DataView {
  const view = new DataView(bytes.buffer);
  view.setUint32(0, (type << 8) | sizes.length);
  sizes.forEach((size, index) => { view.setUint32(4 + index * 4, size); });
  return view;
}

/** Points that a pen leaves from one place to another: one for each bit of the way, blurred a little, inside the plane. */
export function trace(from: Point, to: Point, random: () => number = Math.random): Point[] {
  const [apart, blur] = [0.06, 0.05];
  const count = Math.max(1, Math.round(Math.hypot(to[0] - from[0], to[1] - from[1]) / apart));
  // Three uniform numbers make a bell that is round enough.
  const bell = (): number => 2 * blur * (random() + random() + random() - 1.5);
  const within = (place: number): number => Math.max(-REACH, Math.min(REACH, place));
  return Array.from({ length: count }, (_, index): Point => {
    const share = (index + 1) / count;
    return [within(from[0] + share * (to[0] - from[0]) + bell()), within(from[1] + share * (to[1] - from[1]) + bell())];
  });
}
