/** What to open: models by family, the data that the model accepts, and settings that work. A list where there is room, else a native menu. */

import { html, nothing, type TemplateResult } from 'lit';
import { CATALOGUE } from '../catalogue';
import { say } from '../language';
import type { ModelSpec, Recipe } from '../protocol';
import { accepts, defaultRecipe, findData, findModel, presetRecipe, withData } from '../recipe';
import { WORDS } from '../words';
import { drawable } from './drawn';

type Open = (recipe: Recipe | undefined) => void;
type Family = ModelSpec['family'];

/** What drawn data is called. */
const DRAWN = 'drawn';

const FAMILIES = Object.keys(WORDS.families) as Family[];

export function modelPicker(recipe: Recipe, open: Open): TemplateResult {
  const choose = (id: string): void => {
    const model = findModel(CATALOGUE, id);
    if (model && id !== recipe.model) open(defaultRecipe(CATALOGUE, model, recipe.seed));
  };
  const families = FAMILIES.map((family) => ({ family, models: CATALOGUE.models.filter((model) => model.family === family) })).filter(({ models }) => models.length > 0);
  return html`
    <h2 id="models">${say(WORDS.models)}</h2>
    <select class="menu" aria-labelledby="models" @change=${(event: Event) => { choose((event.target as HTMLSelectElement).value); }}>
      ${families.map(
        ({ family, models }) => html`<optgroup label=${say(WORDS.families[family])}>
          ${models.map((model) => html`<option value=${model.id} ?selected=${model.id === recipe.model}>${say(model.title)}</option>`)}
        </optgroup>`,
      )}
    </select>
    <div class="list">
      ${families.map(
        ({ family, models }) => html`<h3>${say(WORDS.families[family])}</h3>
          ${models.map((model) => html`<button aria-current=${model.id === recipe.model} @click=${() => { choose(model.id); }}>${say(model.title)}</button>`)}`,
      )}
    </div>
  `;
}

/** `draw` opens a sheet to draw data on. */
export function dataPicker(recipe: Recipe, model: ModelSpec, open: Open, draw: () => void): TemplateResult {
  const choose = (id: string): void => {
    if (id !== recipe.data && findData(CATALOGUE, id)) open(withData(CATALOGUE, recipe, id));
  };
  const choices = CATALOGUE.data.filter((data) => accepts(model, data)).map((data) => ({ id: data.id, title: say(data.title) }));
  // The visitor's own data goes by the name of its file.
  if (!choices.some(({ id }) => id === recipe.data)) choices.push({ id: recipe.data, title: recipe.data === DRAWN ? say(WORDS.drawnData) : recipe.data });
  return html`
    <h2 id="data">${say(WORDS.data)}</h2>
    <select class="menu" aria-labelledby="data" @change=${(event: Event) => { choose((event.target as HTMLSelectElement).value); }}>
      ${choices.map(({ id, title }) => html`<option value=${id} ?selected=${id === recipe.data}>${title}</option>`)}
    </select>
    <div class="list">
      ${choices.map(({ id, title }) => html`<button aria-current=${id === recipe.data} @click=${() => { choose(id); }}>${title}</button>`)}
    </div>
    ${drawable(model).length === 0 ? nothing : html`<button class="own" @click=${draw}>${say(WORDS.drawData)}…</button>`}
  `;
}

/** Nothing where there is nothing to choose. */
export function presets(recipe: Recipe, model: ModelSpec, open: Open): TemplateResult | typeof nothing {
  if (model.presets.length < 2) return nothing;
  return html`
    <div class="presets" role="group" aria-label=${say(WORDS.presets)}>
      <span>${say(WORDS.presets)}</span>
      ${model.presets.map((preset) => {
        const wanted = presetRecipe(model, preset.id, recipe.seed);
        return html`<button aria-pressed=${wanted !== undefined && isSame(wanted, recipe)} @click=${() => { open(wanted); }}>${say(preset.title)}</button>`;
      })}
    </div>
  `;
}

function isSame(a: Recipe, b: Recipe): boolean {
  const knobs = (recipe: Recipe): string => JSON.stringify(Object.entries(recipe.knobs).sort(([x], [y]) => x.localeCompare(y)));
  return a.data === b.data && knobs(a) === knobs(b);
}
