/** What a model is: its story, its equations, where it was published. */

import { html, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { say } from '../language';
import type { ModelSpec } from '../protocol';
import { WORDS } from '../words';

export function about(model: ModelSpec): TemplateResult {
  return html`
    <section class="about">
      <h2>${say(WORDS.about)}</h2>
      <p class="story">${say(model.story)}</p>
      <div class="equations">${model.equations.map((mathml) => html`<div>${unsafeHTML(mathml)}</div>`)}</div>
      <p class="paper">${say(WORDS.paper)}: <a href=${model.paper.url} target="_blank" rel="noopener">${model.paper.title}</a></p>
    </section>
  `;
}
