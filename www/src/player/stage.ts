/** The pictures and curves of a run. */

import { css, html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { isShown, type Measure } from '../draw/curves';
import type { Metric, ModelSpec, View } from '../protocol';
import type { Rotation } from './rotation';
import type { Run } from './run';
import './view';

interface Stage {
  run: Run;
  model: ModelSpec;
  rotation: Rotation;
  dark: boolean;
  /** How many columns there is room for. */
  columns: number;
  /** Ids of the views and of the metrics to show; all without them. */
  views: string[] | undefined;
  metrics: string[] | undefined;
  /** Metrics being measured on request. */
  measuring: ReadonlySet<string>;
  measure: (ids: string[]) => void;
}

/** The first picture; beside it another and the first curves; then all others, in columns without gaps. */
export function stage({ run, model, rotation, dark, columns, views, metrics: wanted, measuring, measure }: Stage): TemplateResult {
  const pictures = viewsOf(run, model, views).map((view) => ({
    key: `${model.id} ${view.id}`,
    card: html`<day-dream-view .view=${view} .run=${run} .info=${run.info} .rotation=${rotation} .dark=${dark}></day-dream-view>`,
  }));
  const shown = grouped(model.metrics, wanted).filter((metrics) => metrics.some((metric) => isShown(metric, run.absent)));
  const curves = shown.map((metrics) => ({
    key: `${model.id} ${metrics.map((metric) => metric.id).join(' ')}`,
    card: html`<day-dream-curves .metrics=${metrics} .latest=${run.metrics} .history=${run.log.history} .version=${run.log.version} .dark=${dark} .absent=${run.absent} .measuring=${measuring}
      @measure=${({ detail }: Measure) => { measure(detail); }}></day-dream-curves>`,
  }));
  const cards = [...pictures.slice(0, 2), ...curves.slice(0, 1), ...pictures.slice(2), ...curves.slice(1)];
  const column = (index: number): TemplateResult => html`<div>${repeat(
    cards.filter((_, position) => columnOf(position, columns) === index),
    ({ key }) => key,
    ({ card }) => card,
  )}</div>`;
  return html`<div class="stage">${Array.from({ length: columns }, (_, index) => column(index))}</div>`;
}

/** The column of a card, by its position in reading order. The first curves stand below the second picture. */
function columnOf(position: number, columns: number): number {
  return columns === 2 && position > 1 ? (position - 1) % 2 : position % columns;
}

function viewsOf(run: Run, model: ModelSpec, shown: string[] | undefined): View[] {
  const kind = run.info?.recipe.model === model.id ? run.info.data.kind : undefined;
  const existing = model.views.filter((view) => view.data.length === 0 || (kind !== undefined && view.data.includes(kind)));
  return shown ? shown.flatMap((id) => existing.filter((view) => view.id === id)) : existing;
}

const groups = new WeakMap<readonly Metric[], Map<string, Metric[][]>>();

/** Metrics that share a scale: those of one unit that are read the same way. The same arguments give the same arrays. */
function grouped(metrics: readonly Metric[], wanted: string[] | undefined): Metric[][] {
  const known = groups.get(metrics) ?? new Map<string, Metric[][]>();
  groups.set(metrics, known);
  const key = String(wanted);
  const made = known.get(key) ?? [...byScale(metrics.filter((metric) => wanted?.includes(metric.id) ?? true)).values()];
  known.set(key, made);
  return made;
}

function byScale(metrics: readonly Metric[]): Map<string, Metric[]> {
  const scales = new Map<string, Metric[]>();
  for (const metric of metrics) {
    const scale = `${metric.unit} ${metric.better}`;
    scales.set(scale, [...(scales.get(scale) ?? []), metric]);
  }
  return scales;
}

export const stageStyles = css`
  .stage { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); gap: 40px; align-items: start; }
  .stage > div { display: grid; gap: 36px; min-width: 0; }
`;
