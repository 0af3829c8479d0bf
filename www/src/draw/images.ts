/** Grids of small images, each pixel enlarged to a sharp square. */

import type { Picture } from '../protocol';
import { colorize, floats } from './colors';

type Images = Extract<Picture, { type: 'images' }>;

/** The space between images, in pixels of the images. */
const GAP = 1;

export interface Grid {
  columns: number;
  rows: number;
  /** Size in pixels of the images. */
  width: number;
  height: number;
}

export function gridOf(images: Images): Grid {
  const count = images.pixels.byteLength / 4 / Math.max(1, images.height * images.width * images.channels);
  const columns = Math.max(1, Math.min(images.columns, count));
  const rows = Math.max(1, Math.ceil(count / columns));
  return { columns, rows, width: columns * (images.width + GAP) - GAP, height: rows * (images.height + GAP) - GAP };
}

/** The rows of a grid as grids of their own. */
export function rowsOf(images: Images): Images[] {
  const { columns, rows } = gridOf(images);
  const size = columns * images.height * images.width * images.channels * 4;
  return Array.from({ length: rows }, (_, row) => ({
    ...images,
    pixels: images.pixels.subarray(row * size, (row + 1) * size),
    captions: images.captions.slice(row * columns, (row + 1) * columns),
  }));
}

/** How much of the room whole pixels must fill; else they are drawn too large and shrunk, which blurs their edges a little. */
const FILLED = 0.8;

/** Draws for a place `room` device pixels wide, on a light or a dark surface. */
export function drawImages(canvas: HTMLCanvasElement, images: Images, room: number, dark: boolean): void {
  const grid = gridOf(images);
  const fitting = Math.floor(room / grid.width);
  const scale = fitting * grid.width >= FILLED * room ? fitting : fitting + 1;
  canvas.width = grid.width * scale;
  canvas.height = grid.height * scale;
  const context = canvas.getContext('2d');
  const small = new OffscreenCanvas(grid.width, grid.height);
  const pixels = small.getContext('2d');
  if (!context || !pixels) return;
  const values = floats(images.pixels);
  const size = images.height * images.width * images.channels;
  const image = pixels.createImageData(images.width, images.height);
  for (let index = 0; (index + 1) * size <= values.length; index++) {
    const own = values.subarray(index * size, (index + 1) * size);
    if (images.channels === 3) mix(own, images.range, image.data);
    else colorize(own, images.range, images.palette, dark, image.data);
    const [column, row] = [index % grid.columns, Math.floor(index / grid.columns)];
    pixels.putImageData(image, column * (images.width + GAP), row * (images.height + GAP));
  }
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
}

function mix(values: Float32Array, [low, high]: [number, number], pixels: Uint8ClampedArray): void {
  for (let index = 0; index < values.length / 3; index++) {
    for (let channel = 0; channel < 3; channel++) {
      pixels[index * 4 + channel] = (((values[index * 3 + channel] ?? 0) - low) / (high - low)) * 255;
    }
    pixels[index * 4 + 3] = 255;
  }
}

export interface Hit {
  /** Number of the image. */
  index: number;
  x: number;
  y: number;
  values: number[];
}

/** What lies at a place of the grid, given in pixels of the images. */
export function hitImages(images: Images, x: number, y: number): Hit | undefined {
  const grid = gridOf(images);
  const [column, row] = [Math.floor(x / (images.width + GAP)), Math.floor(y / (images.height + GAP))];
  const [px, py] = [Math.floor(x - column * (images.width + GAP)), Math.floor(y - row * (images.height + GAP))];
  const index = row * grid.columns + column;
  const size = images.height * images.width * images.channels;
  const values = floats(images.pixels);
  if (px < 0 || py < 0 || px >= images.width || py >= images.height || column >= grid.columns || (index + 1) * size > values.length) return undefined;
  const start = index * size + (py * images.width + px) * images.channels;
  return { index, x: px, y: py, values: [...values.subarray(start, start + images.channels)] };
}
