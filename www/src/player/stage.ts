/** The pictures and curves of a run. */

import { css, html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import '../draw/curves';
import type { Measure } from '../draw/curves';
import type { Metric, ModelSpec, View } from '../protocol';
import type { Rotation } from './rotation';
import type { Run } from './run';
import './view';

interface Stage {
  run: Run;
  model: ModelSpec;
  rotation: Rotation;
  dark: boolean;
  /** Ids of the views to show; all without it. */
  shown: string[] | undefined;
  /** Metrics being measured on request. */
  measuring: ReadonlySet<string>;
  measure: (ids: string[]) => void;
}

/** The first picture, large; beside it another and the first curves; then all others. */
export function stage({ run, model, rotation, dark, shown, measuring, measure }: Stage): TemplateResult {
  const pictures = viewsOf(run, model, shown).map((view) => ({
    key: `${model.id} ${view.id}`,
    card: html`<day-dream-view .view=${view} .run=${run} .rotation=${rotation} .dark=${dark}></day-dream-view>`,
  }));
  const curves = grouped(model.metrics).map((metrics) => ({
    key: `${model.id} ${metrics.map((metric) => metric.id).join(' ')}`,
    card: html`<day-dream-curves .metrics=${metrics} .latest=${run.metrics} .history=${run.log.history} .version=${run.log.version} .dark=${dark} .absent=${run.absent} .measuring=${measuring}
      @measure=${({ detail }: Measure) => { measure(detail); }}></day-dream-curves>`,
  }));
  const cards = [...pictures.slice(0, 2), ...curves.slice(0, 1), ...pictures.slice(2), ...curves.slice(1)];
  return html`<div class="stage">${repeat(cards, ({ key }) => key, ({ card }) => card)}</div>`;
}

function viewsOf(run: Run, model: ModelSpec, shown: string[] | undefined): View[] {
  const kind = run.info?.recipe.model === model.id ? run.info.data.kind : undefined;
  const existing = model.views.filter((view) => view.data.length === 0 || (kind !== undefined && view.data.includes(kind)));
  return shown ? shown.flatMap((id) => existing.filter((view) => view.id === id)) : existing;
}

const groups = new WeakMap<readonly Metric[], Metric[][]>();

/** Metrics that share a scale: those of one unit that are read the same way. */
function grouped(metrics: readonly Metric[]): Metric[][] {
  const known = groups.get(metrics);
  if (known) return known;
  const byScale = new Map<string, Metric[]>();
  for (const metric of metrics) {
    const scale = `${metric.unit} ${metric.better}`;
    byScale.set(scale, [...(byScale.get(scale) ?? []), metric]);
  }
  const made = [...byScale.values()];
  groups.set(metrics, made);
  return made;
}

export const stageStyles = css`
  .stage { display: grid; grid-template: min-content 1fr / repeat(2, minmax(0, 1fr)); gap: 32px 40px; align-items: start; }
  .stage > :first-child { grid-row: span 2; }
  @container (max-width: 520px) {
    .stage { grid-template: none / minmax(0, 1fr); }
    .stage > :first-child { grid-row: auto; }
  }
  @container (min-width: 1440px) { .stage { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
`;
