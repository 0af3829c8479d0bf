/** `<day-dream-knobs>`: controls for a list of knobs, made from what the catalogue says of each. */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { LanguageController, measured, say } from './language';
import { helpStyles } from './player/theme';
import type { Knob } from './protocol';
import { defaultValue } from './recipe';
import { WORDS, unit } from './words';

/** A knob was turned. `done` is false while a slider is still being dragged. */
export type Turned = CustomEvent<{ knob: Knob; value: number; done: boolean }>;

/** Stops of a slider between its ends. */
const STOPS = 200;

export class DayDreamKnobs extends LitElement {
  static override properties = { knobs: { attribute: false }, values: { attribute: false }, plain: { type: Boolean }, opened: { state: true }, dragged: { state: true } };

  declare knobs: readonly Knob[];
  /** Where they stand, by id; those that are missing stand at their defaults. */
  declare values: Readonly<Record<string, number>>;
  /** Without help buttons: for the few choices of a view. */
  declare plain: boolean;
  declare private opened: string;
  declare private dragged: { id: string; value: number } | undefined;

  constructor() {
    super();
    this.knobs = [];
    this.values = {};
    this.plain = false;
    this.opened = '';
    new LanguageController(this);
  }

  protected override render(): TemplateResult {
    return html`${repeat(this.knobs, (knob) => knob.id, (knob) => this.#knob(knob))}`;
  }

  #knob(knob: Knob): TemplateResult {
    const value = this.dragged?.id === knob.id ? this.dragged.value : this.#value(knob);
    const open = this.opened === knob.id;
    return html`
      <div class="knob">
        <div class="head">
          <label for=${knob.id}>${say(knob.title)}</label>
          ${this.plain
            ? nothing
            : html`<button class="help" aria-expanded=${open} aria-controls="help-${knob.id}" title=${say(WORDS.help)}
                aria-label=${`${say(WORDS.help)}: ${say(knob.title)}`} @click=${() => { this.opened = open ? '' : knob.id; }}>?</button>`}
          ${knob.kind.type === 'whole' || knob.kind.type === 'real' ? this.#number(knob, value) : nothing}
        </div>
        ${this.#control(knob, value)}
        ${open ? html`<p id="help-${knob.id}">${say(knob.help)} <em>${say(knob.live ? WORDS.applies : WORDS.rebuilds)}</em></p>` : nothing}
      </div>
    `;
  }

  #value(knob: Knob): number {
    return this.values[knob.id] ?? defaultValue(knob);
  }

  #number(knob: Knob, value: number): TemplateResult {
    const after = knob.kind.type === 'real' ? say(unit(knob.kind.unit)) : '';
    return html`<span class="number"><input type="text" inputmode="decimal" .value=${String(Number(value.toPrecision(6)))} aria-label=${say(knob.title)}
      @change=${(event: Event) => { this.#typed(knob, event.target as HTMLInputElement); }} />${after}</span>`;
  }

  #control(knob: Knob, value: number): TemplateResult {
    const kind = knob.kind;
    switch (kind.type) {
      case 'choice':
        return html`<select id=${knob.id} @change=${(event: Event) => { this.#turn(knob, (event.target as HTMLSelectElement).selectedIndex, true); }}>
          ${kind.options.map((option, index) => html`<option ?selected=${index === value}>${say(option.title)}</option>`)}
        </select>`;
      case 'switch':
        return html`<button id=${knob.id} class="switch" role="switch" aria-checked=${value !== 0} @click=${() => { this.#turn(knob, value === 0 ? 1 : 0, true); }}>
          <i></i>${say(value === 0 ? WORDS.off : WORDS.on)}</button>`;
      default: {
        const slide = (event: Event): number => fromStop(knob, Number((event.target as HTMLInputElement).value));
        return html`<input id=${knob.id} type="range" min="0" max=${stops(knob)} .value=${String(toStop(knob, value))} aria-valuetext=${measured(value)}
          @input=${(event: Event) => { this.#turn(knob, slide(event), false); }} @change=${(event: Event) => { this.#turn(knob, slide(event), true); }} />`;
      }
    }
  }

  #typed(knob: Knob, field: HTMLInputElement): void {
    const kind = knob.kind;
    if (kind.type !== 'whole' && kind.type !== 'real') return;
    const value = field.value.trim() === '' ? NaN : Number(field.value.replace(',', '.'));
    const fits = value >= kind.min && value <= kind.max && (kind.type === 'real' || Number.isInteger(value));
    field.setCustomValidity(fits ? '' : `${kind.min} … ${kind.max}`);
    if (fits) this.#turn(knob, value, true);
    else {
      field.reportValidity();
      field.value = String(this.#value(knob));
    }
  }

  #turn(knob: Knob, value: number, done: boolean): void {
    this.dragged = done ? undefined : { id: knob.id, value };
    this.dispatchEvent(new CustomEvent('turned', { detail: { knob, value, done } }) satisfies Turned);
    if (done) this.requestUpdate();
  }

  static override styles = [helpStyles, css`
    :host { display: grid; gap: 14px; }
    .knob { min-width: 0; }
    .head { display: flex; align-items: center; gap: 6px; min-height: 24px; }
    label { font-size: 0.82rem; overflow-wrap: anywhere; }
    .number { margin-left: auto; font-size: 0.78rem; color: var(--dd-muted); white-space: nowrap; }
    .number input { width: 4.6em; text-align: right; padding: 1px 4px; border: 1px solid transparent; border-radius: 4px; background: none; color: var(--dd-ink);
      font: inherit; font-variant-numeric: tabular-nums; }
    .number input:hover, .number input:focus { border-color: var(--dd-rule); background: var(--dd-surface); }
    input[type='range'] { width: 100%; margin: 2px 0 0; accent-color: var(--dd-accent); height: 20px; }
    select { width: 100%; min-height: 30px; padding: 3px 6px; border: 1px solid var(--dd-rule); border-radius: 6px; background: var(--dd-surface); color: var(--dd-ink); font: inherit; font-size: 0.82rem; }
    .switch { display: inline-flex; align-items: center; gap: 8px; min-height: 26px; padding: 0; border: 0; background: none; color: var(--dd-muted); font: inherit; font-size: 0.8rem; cursor: pointer; }
    .switch i { width: 30px; height: 17px; border-radius: 9px; background: var(--dd-track); position: relative; transition: background 0.15s; }
    .switch i::after { content: ''; position: absolute; left: 2px; top: 2px; width: 13px; height: 13px; border-radius: 50%; background: var(--dd-surface); box-shadow: 0 1px 2px #0004; transition: left 0.15s; }
    .switch[aria-checked='true'] i { background: var(--dd-accent); }
    .switch[aria-checked='true'] i::after { left: 15px; }
    .knob p { margin: 4px 0 0; }
    em { font-style: normal; color: var(--dd-accent); }
    @media (pointer: coarse) {
      input[type='range'], select, .switch { min-height: 40px; }
      .number input { min-height: 32px; }
    }
  `];
}

/** How many stops a slider has: one for each value where these are few. */
function stops(knob: Knob): number {
  const kind = knob.kind;
  if (kind.type !== 'whole' && kind.type !== 'real') return 1;
  return kind.type === 'whole' && kind.scale === 'linear' && kind.max - kind.min <= STOPS ? kind.max - kind.min : STOPS;
}

/** The smallest value above zero that a logarithmic slider reaches, where the knob's own minimum is zero. */
function floor(min: number, max: number): number {
  return min > 0 ? min : max * 1e-5;
}

function toStop(knob: Knob, value: number): number {
  const kind = knob.kind;
  if (kind.type !== 'whole' && kind.type !== 'real') return 0;
  if (kind.scale === 'linear') return Math.round(((value - kind.min) / (kind.max - kind.min)) * stops(knob));
  const low = floor(kind.min, kind.max);
  return value < low ? 0 : Math.round((Math.log(value / low) / Math.log(kind.max / low)) * stops(knob));
}

function fromStop(knob: Knob, stop: number): number {
  const kind = knob.kind;
  if (kind.type !== 'whole' && kind.type !== 'real') return 0;
  const share = stop / stops(knob);
  if (share === 0) return kind.min;
  const low = floor(kind.min, kind.max);
  const value = kind.scale === 'linear' ? kind.min + share * (kind.max - kind.min) : low * Math.pow(kind.max / low, share);
  if (kind.type === 'whole') return Math.round(value);
  return Math.min(kind.max, Number(value.toPrecision(kind.scale === 'log' ? 2 : 3)));
}

customElements.define('day-dream-knobs', DayDreamKnobs);
