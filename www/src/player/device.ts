/** Which device trains: a word beside the step, and behind it the reason, the choice, and how it rounds. */

import { css, html, type TemplateResult } from 'lit';
import { count, say } from '../language';
import type { DeviceChoice } from '../protocol';
import { DEVICE_CHOICES } from '../recipe';
import { WORDS } from '../words';
import type { Run } from './run';

export function device(run: Run): TemplateResult {
  const now = run.info?.device;
  const name = now && (now.kind === 'gpu' ? 'GPU' : 'CPU');
  return html`
    <details class="device" @focusout=${closeOutside} @keydown=${closeOnEscape}>
      <summary aria-label=${`${say(WORDS.device)}: ${name ?? '–'}`}>
        <span class="label">${say(WORDS.device)}</span>
        <span class="kind">${name ?? '–'}</span>
      </summary>
      <div class="why" tabindex="-1">
        ${now?.kind === 'gpu' ? html`<p class="name">${now.name}</p>` : ''}
        <p role="status">${run.moving ? say(WORDS.moving) : now ? say(now.why) : ''}</p>
        <div class="choices" role="group" aria-label=${say(WORDS.device)}>
          ${DEVICE_CHOICES.map((choice) => button(run, choice))}
        </div>
        <p>${say(WORDS.autoHelp)}</p>
        ${run.info ? html`<p class="rounding">${say(WORDS.roundings[run.info.rounding])}</p>` : ''}
        <label class="exact" title=${say(WORDS.exactHelp)}>
          <input type="checkbox" .checked=${run.recipe.exact ?? false} ?disabled=${run.opening || run.moving} @change=${(event: Event) => { toggleExact(run, event); }} />
          ${say(WORDS.exact)}
        </label>
        ${run.info ? html`<p class="memory">${say(WORDS.memory(count(run.info.memory / 1e6)))}</p>` : ''}
      </div>
    </details>
  `;
}

function button(run: Run, choice: DeviceChoice): TemplateResult {
  return html`<button aria-pressed=${run.device === choice} ?disabled=${run.moving} @click=${() => { run.attempt(run.move(choice)); }}>${say(WORDS.devices[choice])}</button>`;
}

function toggleExact(run: Run, event: Event): void {
  run.attempt(run.setExact((event.currentTarget as HTMLInputElement).checked));
}

function closeOutside(event: FocusEvent): void {
  const details = event.currentTarget as HTMLDetailsElement;
  if (event.relatedTarget instanceof Node && !details.contains(event.relatedTarget)) details.open = false;
}

function closeOnEscape(event: KeyboardEvent): void {
  const details = event.currentTarget as HTMLDetailsElement;
  if (event.key !== 'Escape' || !details.open) return;
  details.open = false;
  details.querySelector('summary')?.focus();
}

export const deviceStyles = css`
  .device { position: relative; }
  .device summary { display: grid; list-style: none; cursor: pointer; }
  .device summary::-webkit-details-marker { display: none; }
  .device .label { font-size: 0.7rem; color: var(--dd-muted); }
  .device .kind { display: flex; align-items: center; gap: 7px; font-size: 0.95rem; }
  .device .kind::after { content: ''; width: 5px; height: 5px; margin-top: -4px; border: solid var(--dd-muted); border-width: 0 1.5px 1.5px 0; transform: rotate(45deg); }
  .device[open] .kind::after { margin-top: 3px; transform: rotate(-135deg); }
  .device summary:hover .kind { color: var(--dd-accent); }
  .device .why { position: absolute; z-index: 2; top: calc(100% + 8px); right: 0; box-sizing: border-box; width: 320px; padding: 14px 16px; border: 1px solid var(--dd-rule);
    border-radius: 10px; background: var(--dd-surface); box-shadow: 0 6px 24px rgb(0 0 0 / 14%); outline: none; }
  .device p { margin: 0 0 10px; font-size: 0.82rem; line-height: 1.5; overflow-wrap: anywhere; }
  .device .choices ~ p { margin: 10px 0 0; color: var(--dd-muted); }
  .device .exact { display: flex; align-items: center; gap: 8px; min-height: 32px; margin-top: 6px; font-size: 0.82rem; cursor: pointer; }
  .device .name { font-weight: 600; }
  .choices { display: grid; grid-template-columns: repeat(3, 1fr); border: 1px solid var(--dd-rule); border-radius: 18px; overflow: hidden; }
  .choices button { min-height: 36px; padding: 0 8px; border: 0; background: none; color: var(--dd-ink); font: inherit; font-size: 0.82rem; cursor: pointer; }
  .choices button + button { border-left: 1px solid var(--dd-rule); }
  .choices button[aria-pressed='true'] { background: var(--dd-accent); color: var(--dd-surface); }
  .choices button:disabled { cursor: progress; opacity: 0.6; }
  .choices button:focus-visible { outline-offset: -4px; border-radius: 16px; }
  @container (max-width: 859px) {
    .device { position: static; }
    .device .why { width: min(420px, 100%); top: calc(100% - 8px); }
  }
  @container (max-width: 520px) {
    .device { margin-left: auto; }
    .state { order: 1; }
  }
`;
