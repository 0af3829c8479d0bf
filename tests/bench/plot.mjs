// Time of a step against operations, both logarithmic, as an SVG.

import { SCALES } from './plan.mjs';
import { median } from './contest.mjs';

const [WIDTH, HEIGHT, MARGIN] = [640, 420, 56];
const COLOURS = { batch: '#0072b2', width: '#d55e00', depth: '#009e73' };

/** One line for each size that grows, and the straight line of proportional cost through the largest step. */
export function plot({ scales }) {
  const points = scales
    .filter(({ failure }) => !failure)
    .map(({ scale, size, figure, seconds }) => ({ scale, size, x: Math.log10(figure), y: Math.log10(1000 * median(seconds)) }));
  const range = (values) => [Math.floor(Math.min(...values)), Math.ceil(Math.max(...values))];
  const [left, right] = range(points.map(({ x }) => x));
  const [low, high] = range(points.map(({ y }) => y));
  const across = (x) => MARGIN + ((x - left) / (right - left)) * (WIDTH - 2 * MARGIN);
  const up = (y) => HEIGHT - MARGIN - ((y - low) / (high - low)) * (HEIGHT - 2 * MARGIN);
  const at = (x, y) => `${across(x).toFixed(1)},${up(y).toFixed(1)}`;
  const decades = (first, last) => Array.from({ length: last - first + 1 }, (_, number) => first + number);
  const power = (exponent) => `10<tspan dy="-5" font-size="9">${exponent}</tspan>`;

  const largest = points.reduce((one, other) => (other.x > one.x ? other : one));
  const start = Math.max(left, largest.x - (largest.y - low));
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    '<title>Time of a training step against the operations of its matrix products</title>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    ...decades(left, right).flatMap((x) => [
      `<path d="M${at(x, low)}L${at(x, high)}" stroke="#ddd"/>`,
      `<text x="${across(x)}" y="${HEIGHT - MARGIN + 20}" text-anchor="middle">${power(x)}</text>`,
    ]),
    ...decades(low, high).flatMap((y) => [
      `<path d="M${at(left, y)}L${at(right, y)}" stroke="#ddd"/>`,
      `<text x="${MARGIN - 8}" y="${up(y) + 4}" text-anchor="end">${power(y)}</text>`,
    ]),
    `<text x="${WIDTH / 2}" y="${HEIGHT - 14}" text-anchor="middle">operations of a step's matrix products</text>`,
    `<text x="16" y="${HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 16 ${HEIGHT / 2})">milliseconds</text>`,
    `<path d="M${at(start, largest.y - (largest.x - start))}L${at(largest.x, largest.y)}" stroke="#888" stroke-dasharray="4 4"/>`,
  ];
  SCALES.forEach(({ title, unit, sizes }, number) => {
    const own = points.filter(({ scale }) => scale === title);
    const colour = COLOURS[title];
    lines.push(`<polyline points="${own.map(({ x, y }) => at(x, y)).join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`);
    for (const { x, y, size } of own) {
      lines.push(`<circle cx="${across(x).toFixed(1)}" cy="${up(y).toFixed(1)}" r="3" fill="${colour}"><title>${title} ${size}</title></circle>`);
    }
    const label = `${title}: ${sizes[0]} to ${sizes.at(-1)} ${unit}`;
    lines.push(`<text x="${MARGIN + 12}" y="${MARGIN + 6 + 18 * number}" fill="${colour}">${label}</text>`);
  });
  lines.push(`<text x="${MARGIN + 12}" y="${MARGIN + 60}" fill="#666">dashed: time proportional to operations</text>`, '</svg>', '');
  return lines.join('\n');
}
