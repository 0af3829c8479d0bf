/** `<day-dream-chart>`: curves over one quantity, drawn by uPlot, with the values under the pointer. */

import { LitElement, css, html, nothing, unsafeCSS, type PropertyValues, type TemplateResult } from 'lit';
import type uPlot from 'uplot';
import plotStyles from 'uplot/dist/uPlot.min.css?inline';
import { LanguageController, language, measured, say } from '../language';
import type { Picture } from '../protocol';
import { classColor, floats } from './colors';
import { BESIDE, labels, plotLibrary, range, type Plot } from './uplot';

type Chart = Extract<Picture, { type: 'chart' }>;

const HEIGHT = 180;

export class DayDreamChart extends LitElement {
  static override properties = { chart: { attribute: false }, dark: { type: Boolean }, pointed: { state: true } };

  declare chart: Chart;
  /** Whether it is drawn on a dark surface. */
  declare dark: boolean;
  /** The place on x under the pointer, as its number among all. */
  declare private pointed: number | undefined;

  #plot: uPlot | undefined;
  #data: uPlot.AlignedData = [[]];
  /** What the plot was built for; a change of it needs another. */
  #built = '';
  readonly #resized = new ResizeObserver(() => { this.#plot?.setSize({ width: this.#width(), height: HEIGHT }); });

  constructor() {
    super();
    this.dark = false;
    new LanguageController(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#built = '';
  }

  protected override render(): TemplateResult {
    const { curves, x } = this.chart;
    const at = this.pointed === undefined ? undefined : this.#data[0][this.pointed];
    return html`
      <div class="legend">
        ${curves.map(({ name }, index) => {
          const value = this.pointed === undefined ? undefined : this.#data[index + 1]?.[this.pointed];
          return html`<span><i style="background:${classColor(index, this.dark)}"></i>${say(name)}${value == null ? nothing : html` <b>${measured(value)}</b>`}</span>`;
        })}
      </div>
      <div class="plot" role="img" aria-label=${`${say(this.chart.y)} – ${say(x)}`}></div>
      <div class="at">${at === undefined ? nothing : `${say(x)} ${measured(at)}`}</div>
    `;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('chart')) this.#data = aligned(this.chart);
    const Library = plotLibrary(() => { this.requestUpdate(); });
    if (!Library) return;
    const { curves, mark, x, y } = this.chart;
    const wanted = JSON.stringify([this.dark, language(), x, y, mark, curves.map(({ name, dots }) => [name, dots])]);
    if (wanted !== this.#built) {
      this.#built = wanted;
      this.#build(Library);
    } else if (changed.has('chart')) {
      this.#plot?.setData(this.#data);
    }
  }

  #width(): number {
    return Math.max(120, this.clientWidth);
  }

  #build(Library: Plot): void {
    this.#plot?.destroy();
    const target = this.renderRoot.querySelector<HTMLElement>('.plot');
    if (!target) return;
    const style = getComputedStyle(this);
    const ink = style.getPropertyValue('--dd-muted').trim();
    const rule = style.getPropertyValue('--dd-rule').trim();
    const { curves, mark, x, y } = this.chart;
    const axis = { stroke: ink, ticks: { show: false }, font: '10px system-ui, sans-serif', labelFont: '11px system-ui, sans-serif', labelSize: 16,
      grid: { stroke: rule, width: 1 }, values: labels };
    this.#plot = new Library(
      {
        width: this.#width(),
        height: HEIGHT,
        padding: [8, BESIDE, 0, 0],
        scales: { x: { time: false }, y: { range: (_plot, low, high) => range(Library, low, high) } },
        legend: { show: false },
        cursor: { points: { size: 6 }, y: false, drag: { x: false, y: false } },
        hooks: {
          setCursor: [(plot) => { this.pointed = plot.cursor.idx ?? undefined; }],
          draw: [(plot) => { if (mark !== undefined) drawMark(plot, mark, ink); }],
        },
        axes: [
          { ...axis, label: say(x), size: 22, space: 60 },
          { ...axis, label: say(y), size: 44, space: 30 },
        ],
        series: [
          {},
          ...curves.map(({ dots }, index) => ({
            stroke: classColor(index, this.dark),
            width: dots ? 0 : 1.5,
            spanGaps: true,
            points: { show: dots, size: 5, fill: classColor(index, this.dark) },
          })),
        ],
      },
      this.#data,
      target,
    );
  }

  static override styles = [
    unsafeCSS(plotStyles),
    css`
      :host { display: block; min-width: 0; }
      .legend { display: flex; flex-wrap: wrap; gap: 2px 12px; margin-bottom: 4px; font-size: 0.75rem; color: var(--dd-muted); font-variant-numeric: tabular-nums; }
      .legend i { display: inline-block; width: 0.6em; height: 0.6em; margin-right: 0.35em; border-radius: 50%; }
      b { font-weight: 600; color: var(--dd-ink); }
      .plot { overflow: hidden; }
      .at { height: 1.2em; font-size: 0.7rem; color: var(--dd-muted); text-align: right; font-variant-numeric: tabular-nums; }
      .u-cursor-x { border-color: var(--dd-muted) !important; }
    `,
  ];
}

/** All places on x once, ascending, and every curve's values there, as uPlot wants them. */
function aligned({ curves }: Chart): uPlot.AlignedData {
  const places = [...new Set(curves.flatMap(({ x }) => [...floats(x)]))].sort((a, b) => a - b);
  const numbers = new Map(places.map((place, index) => [place, index]));
  const columns = curves.map(({ x, y }) => {
    const values: (number | null)[] = places.map(() => null);
    const heights = floats(y);
    floats(x).forEach((place, index) => { values[numbers.get(place) ?? 0] = heights[index] ?? null; });
    return values;
  });
  return [places, ...columns];
}

function drawMark(plot: uPlot, mark: number, ink: string): void {
  const place = plot.valToPos(mark, 'x', true);
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = ink;
  ctx.setLineDash([4, 3]);
  ctx.beginPath();
  ctx.moveTo(place, bbox.top);
  ctx.lineTo(place, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

customElements.define('day-dream-chart', DayDreamChart);
