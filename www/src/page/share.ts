/** The dialog that hands out a run: as a link, and as code for another page. */

import { html, type TemplateResult } from 'lit';
import { CATALOGUE } from '../catalogue';
import { say } from '../language';
import type { DeviceChoice, Recipe } from '../protocol';
import { defaultDevice, findData, writeLink } from '../recipe';
import { WORDS } from '../words';

export function share(recipe: Recipe, device: DeviceChoice): TemplateResult {
  const link = new URL(writeLink(CATALOGUE, recipe, { device, play: true }), location.href).href;
  const own = !findData(CATALOGUE, recipe.data);
  return html`
    <dialog aria-label=${say(WORDS.share)} @click=${closeOutside}>
      <form method="dialog">
        <h2>${say(WORDS.share)}</h2>
        <p>${say(own ? WORDS.ownData : WORDS.shareHelp)}</p>
        <label>${say(WORDS.link)}<input readonly .value=${link} @focus=${selectAll} /></label>
        <button type="button" @click=${(event: Event) => { void copy(event, link); }}>${say(WORDS.copyLink)}</button>
        <label>${say(WORDS.embed)}<textarea readonly rows="4" .value=${embed(recipe, device)} @focus=${selectAll}></textarea></label>
        <button type="button" @click=${(event: Event) => { void copy(event, embed(recipe, device)); }}>${say(WORDS.copyEmbed)}</button>
        <button class="quiet">${say(WORDS.dismiss)}</button>
      </form>
    </dialog>
  `;
}

/** One script and one tag. */
function embed(recipe: Recipe, device: DeviceChoice): string {
  const script = new URL('day-dream.js', document.baseURI).href;
  const exact = recipe.exact === undefined ? {} : { exact: recipe.exact ? '1' : '0' };
  const besides = { ...exact, ...(device === defaultDevice(recipe) ? {} : { device }) };
  const said = Object.entries({ model: recipe.model, data: recipe.data, seed: String(recipe.seed), ...besides, ...recipe.knobs });
  return `<script type="module" src="${script}"></script>\n<day-dream ${said.map(([name, value]) => `${name}="${value.replaceAll('"', '&quot;')}"`).join(' ')} play></day-dream>`;
}

async function copy(event: Event, text: string): Promise<void> {
  const button = event.currentTarget as HTMLButtonElement;
  const field = button.previousElementSibling?.querySelector<HTMLInputElement | HTMLTextAreaElement>('input, textarea');
  try {
    await navigator.clipboard.writeText(text);
    button.dataset.copied = say(WORDS.copied);
    setTimeout(() => { delete button.dataset.copied; }, 2000);
  } catch {
    // Without leave to write to the clipboard, the visitor copies what is selected.
    field?.select();
  }
}

function selectAll(event: Event): void {
  (event.target as HTMLInputElement).select();
}

function closeOutside(event: MouseEvent): void {
  if (event.target === event.currentTarget) (event.currentTarget as HTMLDialogElement).close();
}

