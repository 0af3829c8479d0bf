/** `<day-dream-curves>`: metrics that share a scale over the training steps, drawn by uPlot, and their values in words. */

import { LitElement, css, html, nothing, unsafeCSS, type PropertyValues, type TemplateResult } from 'lit';
import './language-tag';
import type uPlot from 'uplot';
import plotStyles from 'uplot/dist/uPlot.min.css?inline';
import type { History } from '../history';
import { LanguageController, count, measured, say } from '../language';
import { helpStyles } from '../player/theme';
import type { Metric, Metrics } from '../protocol';
import { WORDS, unit } from '../words';
import { classColor } from './colors';
import { BESIDE, labels, plotLibrary, range, type Plot } from './uplot';

/** Somebody asks for metrics that are only measured on request. */
export type Measure = CustomEvent<string[]>;

const HEIGHT = 120;
/** How long new values wait for others before they are drawn, in milliseconds. */
const REFRESH = 150;
/** Distances between the marks on the axis of steps: whole numbers of them. */
const STEP_INCREMENTS = Array.from({ length: 9 }, (_, power) => [1, 2, 5].map((mantissa) => mantissa * 10 ** power)).flat();
/** So few values among many steps are drawn as points: a line would not tell them from what lies between. */
const FEW = 40;

/** Of metrics that do not exist for this run only those are shown that somebody asked for: the others are measured by themselves. */
export function isShown(metric: Metric, absent: ReadonlySet<string>): boolean {
  return metric.cost === 'costly' || !absent.has(metric.id);
}

export class DayDreamCurves extends LitElement {
  static override properties = {
    metrics: { attribute: false },
    latest: { attribute: false },
    history: { attribute: false },
    version: { type: Number },
    dark: { type: Boolean },
    measuring: { attribute: false },
    absent: { attribute: false },
    helping: { state: true },
    switchedOff: { state: true },
    pointed: { state: true },
  };

  declare metrics: readonly Metric[];
  /** The latest value of each. */
  declare latest: Metrics;
  declare history: History;
  /** Grows when the history does. */
  declare version: number;
  /** Whether it is drawn on a dark surface. */
  declare dark: boolean;
  /** Metrics being measured on request. */
  declare measuring: ReadonlySet<string>;
  /** Metrics that do not exist for this data and these knobs. */
  declare absent: ReadonlySet<string>;
  declare private helping: string;
  /** Metrics that the visitor has switched off. */
  declare private switchedOff: ReadonlySet<string>;
  /** Row of the history under the pointer. */
  declare private pointed: number | undefined;

  #plot: uPlot | undefined;
  /** Timer of the next drawing. */
  #refresh = 0;
  /** What the chart was built for; a change of it needs another chart. */
  #built = '';
  readonly #resized = new ResizeObserver(() => {
    this.#plot?.setSize({ width: Math.max(120, this.clientWidth), height: HEIGHT });
  });

  constructor() {
    super();
    this.metrics = [];
    this.latest = {};
    this.history = { steps: [], values: new Map() };
    this.version = 0;
    this.dark = false;
    this.measuring = new Set();
    this.absent = new Set();
    this.helping = '';
    this.switchedOff = new Set();
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
    const step = this.pointed === undefined ? undefined : this.history.steps[this.pointed];
    return html`
      <div class="rows">${this.metrics.map((metric, index) => this.#row(metric, index))}</div>
      <div class="plot" ?hidden=${!this.#isMeasured()}></div>
      <div class="at">${step === undefined ? nothing : `${say(WORDS.steps)} ${count(step)}`}</div>
    `;
  }

  #isMeasured(): boolean {
    return this.metrics.some((metric) => this.history.values.has(metric.id));
  }

  #row(metric: Metric, index: number): TemplateResult | typeof nothing {
    if (!isShown(metric, this.absent)) return nothing;
    const value = this.pointed === undefined ? this.latest[metric.id] : (this.history.values.get(metric.id)?.[this.pointed] ?? undefined);
    const off = this.switchedOff.has(metric.id);
    const title = say(metric.title);
    return html`
      <button class="name" aria-pressed=${!off} @click=${() => { this.#toggle(metric.id); }}><i style="background:${classColor(index, this.dark)}"></i>${title}</button>
      <button class="help" aria-expanded=${this.helping === metric.id} aria-controls="help-${metric.id}" aria-label=${`${say(WORDS.help)}: ${title}`}
        @click=${() => { this.helping = this.helping === metric.id ? '' : metric.id; }}>?</button>
      <span class="value">${this.#value(metric, value)}</span>
      ${this.helping === metric.id
        ? html`<p id="help-${metric.id}">${say(metric.help)} <em>${say(WORDS.better[metric.better])}</em>${metric.cost === 'costly' ? html` ${say(WORDS.measureHelp)}` : nothing}</p>`
        : nothing}
    `;
  }

  #value(metric: Metric, value: number | undefined): TemplateResult {
    if (this.measuring.has(metric.id)) return html`<span class="unit">${say(WORDS.measuring)}</span>`;
    if (this.absent.has(metric.id)) return html`<span class="unit">${say(WORDS.absent)}</span>`;
    const number = value === undefined ? html`<span class="unit">–</span>` : html`${measured(value)} <span class="unit">${say(unit(metric.unit))}</span>`;
    if (metric.cost !== 'costly' || this.pointed !== undefined) return number;
    return html`${value === undefined ? nothing : number}
      <button class="measure" title=${say(WORDS.measureHelp)} @click=${() => { this.dispatchEvent(new CustomEvent('measure', { detail: [metric.id] }) satisfies Measure); }}>${say(WORDS.measure)}</button>`;
  }

  #toggle(id: string): void {
    const hidden = new Set(this.switchedOff);
    if (!hidden.delete(id)) hidden.add(id);
    this.switchedOff = hidden;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!this.#isMeasured()) return;
    const library = plotLibrary(() => { this.requestUpdate(); });
    if (!library) return;
    const wanted = [this.dark, ...this.metrics.map((metric) => metric.id), ...this.switchedOff].join(' ');
    if (wanted !== this.#built) {
      this.#built = wanted;
      this.#build(library);
    } else if (changed.has('version') || changed.has('history')) {
      this.#refreshSoon();
    }
  }

  #refreshSoon(): void {
    if (this.#refresh !== 0) return;
    this.#refresh = window.setTimeout(() => {
      this.#refresh = 0;
      this.#plot?.setData(this.#data());
    }, REFRESH);
  }

  #data(): uPlot.AlignedData {
    const { steps, values } = this.history;
    return [steps, ...this.metrics.map((metric) => values.get(metric.id) ?? steps.map(() => null))];
  }

  #build(Library: Plot): void {
    this.#plot?.destroy();
    const target = this.renderRoot.querySelector<HTMLElement>('.plot');
    if (!target) return;
    const style = getComputedStyle(this);
    const ink = style.getPropertyValue('--dd-muted').trim();
    const rule = style.getPropertyValue('--dd-rule').trim();
    const axis = { stroke: ink, ticks: { show: false }, font: '10px system-ui, sans-serif' };
    const few = (plot: uPlot, series: number): boolean => {
      const values = plot.data[series] ?? [];
      const measured = values.filter((value) => value !== null).length;
      return measured === 1 || (measured <= FEW && measured < values.length / 2);
    };
    this.#plot = new Library(
      {
        width: Math.max(120, this.clientWidth),
        height: HEIGHT,
        padding: [6, BESIDE, 0, 0],
        scales: { x: { time: false }, y: { range: (_plot, low, high) => range(Library, low, high) } },
        legend: { show: false },
        cursor: { points: { size: 6 }, y: false, drag: { x: false, y: false } },
        hooks: { setCursor: [(plot) => { this.pointed = plot.cursor.idx ?? undefined; }] },
        axes: [
          { ...axis, grid: { show: false }, size: 20, space: 70, incrs: STEP_INCREMENTS, values: (_plot, ticks) => ticks.map((tick) => count(tick)) },
          { ...axis, grid: { stroke: rule, width: 1 }, size: 44, space: 30, values: labels },
        ],
        series: [
          {},
          ...this.metrics.map((metric, index) => ({
            stroke: classColor(index, this.dark),
            width: 1.5,
            spanGaps: true,
            show: !this.switchedOff.has(metric.id),
            points: { show: few, size: 4, fill: classColor(index, this.dark) },
          })),
        ],
      },
      this.#data(),
      target,
    );
  }

  static override styles = [
    unsafeCSS(plotStyles),
    helpStyles,
    css`
      :host { display: block; min-width: 0; }
      .rows { display: grid; grid-template-columns: auto auto 1fr; align-items: center; gap: 4px 8px; font-size: 0.82rem; }
      .name { display: inline-flex; align-items: center; gap: 8px; padding: 3px 0; border: 0; background: none; color: inherit; font: inherit; text-align: left; cursor: pointer; }
      .name i { flex: none; width: 8px; height: 8px; border-radius: 50%; }
      .name[aria-pressed='false'] { color: var(--dd-muted); text-decoration: line-through; }
      .name[aria-pressed='false'] i { opacity: 0.3; }
      .value { justify-self: end; text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
      .unit { color: var(--dd-muted); }
      .rows p { grid-column: 1 / -1; margin: 0 0 4px; }
      em { font-style: normal; color: var(--dd-accent); }
      .measure { margin-left: 6px; min-height: 26px; padding: 0 10px; border: 1px solid var(--dd-rule); border-radius: 13px; background: none; color: var(--dd-accent);
        font: inherit; font-size: 0.76rem; cursor: pointer; }
      .measure:hover { border-color: var(--dd-accent); }
      .plot { margin-top: 6px; overflow: hidden; }
      .at { height: 1.2em; font-size: 0.7rem; color: var(--dd-muted); text-align: right; font-variant-numeric: tabular-nums; }
      .u-cursor-x { border-color: var(--dd-muted) !important; }
    `,
  ];
}

customElements.define('day-dream-curves', DayDreamCurves);
