/** Histograms and bars, as SVG: they stay sharp at every size, and a screen reader finds their numbers. */

import { html, nothing, svg, type TemplateResult } from 'lit';
import { measured, say } from '../language';
import type { Picture } from '../protocol';
import { classColor, floats } from './colors';

type Histogram = Extract<Picture, { type: 'histogram' }>;
type Bars = Extract<Picture, { type: 'bars' }>;

/** The drawing's own units; it is stretched to the width that it is given. */
const WIDTH = 320;
const HEIGHT = 120;

export function histogram(picture: Histogram, dark: boolean): TemplateResult {
  const series = picture.series.map((one) => ({ name: one.name, shares: floats(one.shares) }));
  const top = Math.max(1e-9, ...series.flatMap((one) => [...one.shares]));
  const [low, high] = picture.range;
  const place = (value: number): number => ((value - low) / (high - low || 1)) * WIDTH;
  const outline = (shares: Float32Array): string => {
    const step = WIDTH / shares.length;
    const height = (share: number): string => (HEIGHT - (share / top) * (HEIGHT - 4)).toFixed(2);
    const corners = [...shares].map((share, bin) => `L${(bin * step).toFixed(2)},${height(share)} L${((bin + 1) * step).toFixed(2)},${height(share)}`);
    return `M0,${HEIGHT} ${corners.join(' ')} L${WIDTH},${HEIGHT} Z`;
  };
  return html`
    <div class="legend">
      ${series.map((one, index) => html`<span><i style="background:${classColor(index, dark)}"></i>${say(one.name)}</span>`)}
    </div>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" class="shares" role="img" aria-label=${say(picture.label)}>
      ${series.map(
        (one, index) => svg`<path d=${outline(one.shares)} fill=${classColor(index, dark)} fill-opacity="0.35" stroke=${classColor(index, dark)} vector-effect="non-scaling-stroke">
          <title>${say(one.name)}</title></path>`,
      )}
      ${picture.mark === undefined
        ? nothing
        : svg`<line x1=${place(picture.mark)} x2=${place(picture.mark)} y1="0" y2=${HEIGHT} class="mark" vector-effect="non-scaling-stroke"><title>${measured(picture.mark)}</title></line>`}
    </svg>
    <div class="axis"><span>${measured(low)}</span><span>${say(picture.label)}</span><span>${measured(high)}</span></div>
  `;
}

export function bars(picture: Bars): TemplateResult {
  const values = [...floats(picture.values)];
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const share = (value: number): number => ((value - low) / (high - low || 1)) * 100;
  return html`
    <div class="bars" role="img" aria-label=${`${say(picture.label)}: ${picture.names.map((name, index) => `${say(name)} ${measured(values[index] ?? NaN)}`).join(', ')}`}>
      ${picture.names.map((name, index) => {
        const value = values[index] ?? 0;
        const [from, to] = [share(Math.min(0, value)), share(Math.max(0, value))];
        return html`<span class="name">${say(name)}</span>
          <span class="track" title=${measured(value)}><i class=${index === picture.marked ? 'marked' : ''} style="left:${from}%;width:${to - from}%"></i></span>
          <span class="value">${measured(value)}</span>`;
      })}
    </div>
    <div class="axis"><span></span><span>${say(picture.label)}</span><span></span></div>
  `;
}
