/** `<day-dream-stars>`: titles to give one to five stars, for views that take the visitor's own ratings. */

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { LanguageController, say } from '../language';
import type { Text } from '../protocol';
import { WORDS } from '../words';
import type { Drawn } from './sketch';

const STARS = [1, 2, 3, 4, 5];

export class DayDreamStars extends LitElement {
  static override properties = { titles: { attribute: false }, given: { state: true } };

  /** What can be rated. */
  declare titles: readonly Text[];
  /** Stars by the number of the title; 0 for none. */
  declare private given: readonly number[];

  constructor() {
    super();
    this.titles = [];
    this.given = [];
    new LanguageController(this);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('titles') && this.given.length !== this.titles.length) this.given = this.titles.map(() => 0);
  }

  protected override render(): TemplateResult {
    const rated = this.given.filter((stars) => stars > 0).length;
    return html`
      <div class="list" tabindex="0" role="group" aria-label=${say(WORDS.yourRatings)}>${this.titles.map((title, index) => this.#row(title, index))}</div>
      <p>${say(WORDS.rated(rated, this.titles.length))}
        ${rated > 0 ? html`<button class="clear" @click=${() => { this.#give(this.titles.map(() => 0)); }}>${say(WORDS.clear)}</button>` : nothing}</p>
    `;
  }

  #row(title: Text, index: number): TemplateResult {
    const given = this.given[index] ?? 0;
    // The same star again takes the rating back.
    const rate = (stars: number): void => { this.#give(this.given.map((before, other) => (other !== index ? before : stars === before ? 0 : stars))); };
    return html`<span class="title">${say(title)}</span>
      <span class="stars" role="radiogroup" aria-label=${say(title)}>
        ${STARS.map((stars) => html`<button role="radio" aria-checked=${given === stars} aria-label=${String(stars)} class=${stars <= given ? 'on' : ''} @click=${() => { rate(stars); }}>★</button>`)}
      </span>`;
  }

  #give(given: readonly number[]): void {
    this.given = given;
    const row = new Float32Array(2 * given.length);
    row.set(given);
    this.dispatchEvent(new CustomEvent('drawn', { detail: given.some((stars) => stars > 0) ? row : undefined }) satisfies Drawn);
  }

  static override styles = css`
    :host { display: block; margin-bottom: 10px; }
    .list { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 10px; align-items: center; max-height: 220px; overflow-y: auto; padding: 4px 8px;
      border: 1px solid var(--dd-rule); border-radius: 6px; }
    .title { font-size: 0.82rem; overflow-wrap: anywhere; }
    .stars { white-space: nowrap; }
    .stars button { width: 26px; height: 28px; padding: 0; border: 0; background: none; color: var(--dd-track); font-size: 1.05rem; line-height: 1; cursor: pointer; }
    .stars .on { color: var(--dd-made); }
    .stars:hover button:hover { color: var(--dd-accent); }
    p { margin: 6px 0 0; font-size: 0.78rem; color: var(--dd-muted); }
    .clear { min-height: 26px; margin-left: 8px; padding: 0 12px; border: 1px solid var(--dd-rule); border-radius: 13px; background: none; color: var(--dd-accent); font: inherit; cursor: pointer; }
    @media (pointer: coarse) { .stars button { width: 34px; height: 40px; } }
  `;
}

customElements.define('day-dream-stars', DayDreamStars);
