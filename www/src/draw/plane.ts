/** Part of the plane: a function as colours, points, arrows and lines over each other. */

import { contours } from 'd3-contour';
import type { Layer, Picture, Role } from '../protocol';
import { classColor, colorize, floats } from './colors';

type Plane = Extract<Picture, { type: 'plane' }>;
type Heat = Extract<Layer, { type: 'heat' }>;

/** Colours of what is drawn over a function or over the bare surface. */
export interface Inks extends Record<Role, string> {
  /** Whether the surface is dark. */
  dark: boolean;
  line: string;
  arrow: string;
  surface: string;
}

/** Draws in a canvas of `size` × `size` device pixels; `density` of these make one pixel of the page. */
export function drawPlane(canvas: HTMLCanvasElement, plane: Plane, size: number, density: number, inks: Inks): void {
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext('2d');
  if (!context) return;
  const place = placing(plane, size);
  for (const layer of plane.layers) {
    switch (layer.type) {
      case 'heat':
        drawHeat(context, layer, size, plane.layers.length > 1 ? 0.6 : 1, inks.dark);
        drawContours(context, layer, size, density, inks.arrow);
        break;
      case 'points':
        drawPoints(context, layer, place, density, inks);
        break;
      case 'arrows':
        drawArrows(context, layer, place, density, inks.arrow);
        break;
      case 'lines':
        drawLines(context, layer, place, density, inks.line);
        break;
      case 'trails':
        drawTrails(context, layer, place, density, inks[layer.role]);
        break;
      case 'marks':
        drawMarks(context, layer, place, density, inks);
        break;
    }
  }
}

type Place = (x: number, y: number) => [number, number];

function placing(plane: Plane, size: number): Place {
  const [left, right, bottom, top] = plane.bounds;
  return (x, y) => [((x - left) / (right - left)) * size, (1 - (y - bottom) / (top - bottom)) * size];
}

/** The point of the plane under a place of the canvas, both as shares of its size. */
export function planeAt(plane: Plane, x: number, y: number): [number, number] {
  const [left, right, bottom, top] = plane.bounds;
  return [left + x * (right - left), top - y * (top - bottom)];
}

/** The value of a function at a place of the canvas, given as shares of its size. */
export function heatAt(heat: Heat, x: number, y: number): number | undefined {
  const [column, row] = [Math.floor(x * heat.width), heat.height - 1 - Math.floor(y * heat.height)];
  return floats(heat.values)[row * heat.width + column];
}

/** `strength`: less than 1 where other things are drawn over it, which must stand out. */
function drawHeat(context: CanvasRenderingContext2D, heat: Heat, size: number, strength: number, dark: boolean): void {
  const values = floats(heat.values);
  const upright = new Float32Array(values.length);
  for (let row = 0; row < heat.height; row++) {
    upright.set(values.subarray(row * heat.width, (row + 1) * heat.width), (heat.height - 1 - row) * heat.width);
  }
  const cells = new OffscreenCanvas(heat.width, heat.height);
  const inner = cells.getContext('2d');
  if (!inner) return;
  const image = inner.createImageData(heat.width, heat.height);
  colorize(upright, heat.range, heat.palette, dark, image.data);
  inner.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = true;
  context.globalAlpha = strength;
  context.drawImage(cells, 0, 0, size, size);
  context.globalAlpha = 1;
}

function drawContours(context: CanvasRenderingContext2D, { height, width, values, levels }: Heat, size: number, density: number, ink: string): void {
  if (levels.length === 0) return;
  const place = ([x = 0, y = 0]: number[]): [number, number] => [(x / width) * size, (1 - y / height) * size];
  context.strokeStyle = ink;
  context.globalAlpha = 0.45;
  context.lineWidth = 0.8 * density;
  context.beginPath();
  for (const { coordinates } of contours().size([width, height]).thresholds(levels)([...floats(values)])) {
    for (const ring of coordinates.flat()) {
      ring.forEach((point, index) => {
        const [x, y] = place(point);
        // What runs along the edge only closes the ring.
        const before = ring[index - 1];
        const onEdge = before && [0, 1].some((axis) => before[axis] === point[axis] && [0, axis === 0 ? width : height].includes(point[axis] ?? -1));
        if (!before || onEdge) context.moveTo(x, y);
        else context.lineTo(x, y);
      });
    }
  }
  context.stroke();
  context.globalAlpha = 1;
}

function drawPoints(context: CanvasRenderingContext2D, layer: Extract<Layer, { type: 'points' }>, place: Place, density: number, inks: Inks): void {
  const at = floats(layer.at);
  const count = at.length / 2;
  const radius = density * (count > 1500 ? 1.3 : count > 500 ? 1.8 : 2.4);
  const classed = layer.classes.length === count && layer.role === 'code';
  context.globalAlpha = layer.role === 'real' ? 0.55 : 0.85;
  context.fillStyle = inks[layer.role];
  for (let index = 0; index < count; index++) {
    const [x, y] = place(at[index * 2] ?? 0, at[index * 2 + 1] ?? 0);
    if (classed) context.fillStyle = classColor(layer.classes[index] ?? 0, inks.dark);
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
}

function drawArrows(context: CanvasRenderingContext2D, layer: Extract<Layer, { type: 'arrows' }>, place: Place, density: number, ink: string): void {
  const arrows = floats(layer.arrows);
  const head = 3 * density;
  context.strokeStyle = ink;
  context.lineWidth = 1.2 * density;
  context.beginPath();
  for (let start = 0; start + 3 < arrows.length; start += 4) {
    const [x, y, dx, dy] = [...arrows.subarray(start, start + 4)] as [number, number, number, number];
    const [fromX, fromY] = place(x, y);
    const [toX, toY] = place(x + dx, y + dy);
    const angle = Math.atan2(toY - fromY, toX - fromX);
    if (Math.hypot(toX - fromX, toY - fromY) < 1) continue;
    context.moveTo(fromX, fromY);
    context.lineTo(toX, toY);
    for (const side of [-0.5, 0.5]) {
      context.moveTo(toX, toY);
      context.lineTo(toX - head * Math.cos(angle + side), toY - head * Math.sin(angle + side));
    }
  }
  context.stroke();
}

function drawLines(context: CanvasRenderingContext2D, layer: Extract<Layer, { type: 'lines' }>, place: Place, density: number, ink: string): void {
  const at = floats(layer.at);
  context.strokeStyle = ink;
  context.lineWidth = density;
  context.beginPath();
  for (let start = 0; start < at.length; start += layer.points * 2) {
    for (let point = 0; point < layer.points; point++) {
      const [x, y] = place(at[start + point * 2] ?? 0, at[start + point * 2 + 1] ?? 0);
      if (point === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
  }
  context.stroke();
}

/** Each stretch is stronger than the one before it; the point at the end stands for where it is now. */
function drawTrails(context: CanvasRenderingContext2D, layer: Extract<Layer, { type: 'trails' }>, place: Place, density: number, ink: string): void {
  const at = floats(layer.at);
  const lines = at.length / (2 * layer.points);
  const corner = (line: number, point: number): [number, number] => {
    const start = 2 * (line * layer.points + point);
    return place(at[start] ?? 0, at[start + 1] ?? 0);
  };
  context.strokeStyle = ink;
  context.fillStyle = ink;
  context.lineWidth = 1.2 * density;
  for (let point = 1; point < layer.points; point++) {
    context.globalAlpha = 0.7 * (point / (layer.points - 1)) ** 1.5;
    context.beginPath();
    for (let line = 0; line < lines; line++) {
      context.moveTo(...corner(line, point - 1));
      context.lineTo(...corner(line, point));
    }
    context.stroke();
  }
  context.globalAlpha = 0.95;
  for (let line = 0; line < lines; line++) {
    context.beginPath();
    context.arc(...corner(line, layer.points - 1), (lines > 500 ? 1.6 : 2.4) * density, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
}

function drawMarks(context: CanvasRenderingContext2D, layer: Extract<Layer, { type: 'marks' }>, place: Place, density: number, inks: Inks): void {
  const at = floats(layer.at);
  context.fillStyle = inks[layer.role];
  context.strokeStyle = inks.surface;
  context.lineWidth = 2 * density;
  for (let index = 0; index < at.length; index += 2) {
    context.beginPath();
    context.arc(...place(at[index] ?? 0, at[index + 1] ?? 0), 5.5 * density, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}
