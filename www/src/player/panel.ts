/** The knobs of a run, those of the model and those of the data. */

import { css, html, nothing, type TemplateResult } from 'lit';
import { CATALOGUE } from '../catalogue';
import '../knobs';
import type { Turned } from '../knobs';
import { say } from '../language';
import type { Knob, ModelSpec, Recipe, Text } from '../protocol';
import { findData, knobsOf, knobValue } from '../recipe';
import { WORDS } from '../words';
import type { Run } from './run';

/** `wide`: always open, beside the pictures. */
export function panel(run: Run, model: ModelSpec, wide: boolean, turn: (knob: Knob, value: number) => void): TemplateResult {
  const values = valuesOf(run.recipe);
  const turned = ({ detail: { knob, value, done } }: Turned): void => {
    // What is dragged takes effect on the way only where that costs nothing.
    if (done || knob.live) turn(knob, value);
  };
  const group = (title: Text, knobs: readonly Knob[]): TemplateResult | typeof nothing =>
    knobs.length === 0
      ? nothing
      : html`<h3>${say(title)}</h3>
          <day-dream-knobs .knobs=${knobs} .values=${values} @turned=${turned}></day-dream-knobs>`;
  const changed = Object.keys(run.recipe.knobs).length;
  return html`
    <details class="panel" ?open=${wide}>
      <summary>${say(WORDS.knobs)}${changed > 0 ? html` <span>${changed}</span>` : nothing}</summary>
      ${group(WORDS.modelKnobs, model.knobs)} ${group(WORDS.dataKnobs, run.files.length > 0 ? [] : (findData(CATALOGUE, run.recipe.data)?.knobs ?? []))}
      ${changed > 0 ? html`<button class="reset" @click=${() => { run.attempt(run.open({ ...run.recipe, knobs: {} }, run.files)); }}>${say(WORDS.reset)}</button>` : nothing}
    </details>
  `;
}

const known = new WeakMap<Recipe, Readonly<Record<string, number>>>();

/** Where every knob stands. The same recipe gives the same object, so that knobs are drawn only when one was turned. */
function valuesOf(recipe: Recipe): Readonly<Record<string, number>> {
  const values = known.get(recipe) ?? Object.fromEntries(knobsOf(CATALOGUE, recipe).map((knob) => [knob.id, knobValue(knob, recipe)]));
  known.set(recipe, values);
  return values;
}

export const panelStyles = css`
  .panel summary { display: flex; align-items: center; gap: 8px; min-height: 44px; border-bottom: 1px solid var(--dd-rule); font-size: 0.86rem; font-weight: 600; cursor: pointer; }
  .panel summary::after { content: ''; width: 7px; height: 7px; margin: -4px 4px 0 auto; border: solid var(--dd-muted); border-width: 0 1.5px 1.5px 0; transform: rotate(45deg); }
  .panel[open] summary::after { margin-top: 4px; transform: rotate(-135deg); }
  .panel summary span { padding: 0 7px; border-radius: 9px; background: var(--dd-accent); color: var(--dd-surface); font-size: 0.7rem; line-height: 18px; }
  .panel h3 { margin: 20px 0 12px; font-size: 0.72rem; font-weight: 500; letter-spacing: 0.04em; color: var(--dd-muted); }
  .reset { min-height: 40px; margin-top: 12px; padding: 0; border: 0; background: none; color: var(--dd-accent); font: inherit; font-size: 0.82rem; cursor: pointer; }
  .reset:hover { text-decoration: underline; }
`;
