/** The line below an embedded player: what it shows, and the way to the page that holds everything. */

import { css, html, type TemplateResult } from 'lit';
import { CATALOGUE } from '../catalogue';
import { say } from '../language';
import type { ModelSpec } from '../protocol';
import { findData, writeLink } from '../recipe';
import { WORDS } from '../words';
import type { Run } from './run';

export function caption(run: Run, model: ModelSpec): TemplateResult {
  const data = findData(CATALOGUE, run.recipe.data);
  const page = new URL(`./${writeLink(CATALOGUE, run.recipe, { device: run.device, play: true })}`, SCRIPT);
  return html`<p class="caption">${say(model.title)} · ${data ? say(data.title) : run.recipe.data} — <a href=${page.href} target="_blank" rel="noopener">${say(WORDS.openInDaydream)}</a></p>`;
}

/** The address of the element's script; the page stands beside it. */
const SCRIPT = new URL(import.meta.env.DEV ? '/' : '../', import.meta.url);

export const captionStyles = css`
  .caption { margin: 16px 0 0; font-size: 0.8rem; color: var(--dd-muted); }
  .caption a { color: var(--dd-accent); }
`;
