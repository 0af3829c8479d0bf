/** The controls of a player: play and pause, one step, slow motion, restart, new seed; and where training stands. */

import { css, html, nothing, type TemplateResult } from 'lit';
import { ICONS } from '../icons';
import { count, say } from '../language';
import type { Text } from '../protocol';
import { WORDS } from '../words';
import { device } from './device';
import type { Run } from './run';

/** Seeds that "new seed" draws from: short enough to be read out. */
const SEEDS = 1_000_000;

function button(label: Text, icon: TemplateResult, act: () => void, more: { class?: string; pressed?: boolean; disabled?: boolean } = {}): TemplateResult {
  return html`<button class=${more.class ?? ''} title=${say(label)} aria-label=${say(label)} aria-pressed=${more.pressed ?? nothing} ?disabled=${more.disabled ?? false} @click=${act}>${icon}</button>`;
}

export function toggle(run: Run): void {
  if (run.playing) run.attempt(run.pause());
  else run.play();
}

/** `measuring`: something is being measured for which training waits. */
export function controls(run: Run, measuring: boolean): TemplateResult {
  const idle = !run.info || run.opening || run.crashed;
  return html`
    <div class="controls" role="toolbar" aria-label=${say(WORDS.controls)}>
      ${button(run.playing ? WORDS.pause : WORDS.play, run.playing ? ICONS.pause : ICONS.play, () => { toggle(run); }, { class: 'play' })}
      ${button(WORDS.step, ICONS.step, () => { run.attempt(run.makeSteps(1)); }, { disabled: idle })}
      ${button(WORDS.slow, ICONS.slow, () => { run.setSlow(!run.slow); }, { pressed: run.slow })}
      ${button(WORDS.restart, ICONS.restart, () => { run.attempt(run.restart()); }, { disabled: idle })}
      ${button(WORDS.newSeed, ICONS.dice, () => { void run.open({ ...run.recipe, seed: newSeed() }, run.files); })}
    </div>
    ${state(run, measuring)}
  `;
}

/** Chance enters here alone: everything that follows is a function of the seed. */
function newSeed(): number {
  return 1 + ((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % SEEDS);
}

function state(run: Run, measuring: boolean): TemplateResult {
  const { info } = run;
  const building = info ? WORDS.opening : WORDS.loading;
  const waiting = run.opening ? building : measuring ? (run.playing ? WORDS.measuringWaits : WORDS.measuring) : undefined;
  return html`
    <dl class="state">
      <div><dt>${say(WORDS.steps)}</dt><dd class="step">${count(run.step)}</dd></div>
      <div><dt>${say(WORDS.epoch)}</dt><dd>${info ? count(run.step / info.stepsPerEpoch, 1) : '–'}</dd></div>
      <div><dt>${say(WORDS.perSecond)}</dt><dd>${run.playing && run.stepsPerSecond > 0 ? count(run.stepsPerSecond, run.stepsPerSecond < 10 ? 1 : 0) : '–'}</dd></div>
      <div><dt>${say(WORDS.seed)}</dt><dd>${run.recipe.seed}</dd></div>
    </dl>
    ${device(run)}
    <p class="waiting" role="status">${waiting ? say(waiting) : ''}</p>
    <p class="spoken" role="status">${run.opening ? '' : say(run.playing ? WORDS.nowTraining : WORDS.nowPaused)}</p>
  `;
}

export const controlStyles = css`
  .bar { position: relative; display: flex; flex-wrap: wrap; align-items: center; gap: 8px 28px; padding-bottom: 16px; }
  .controls { display: flex; align-items: center; gap: 4px; }
  .controls button { display: grid; place-items: center; width: 40px; height: 40px; padding: 0; border: 0; border-radius: 50%; background: none; color: var(--dd-ink); cursor: pointer; }
  .controls button:hover { background: var(--dd-plane); }
  .controls button:disabled { color: var(--dd-track); cursor: default; background: none; }
  .controls button[aria-pressed='true'] { color: var(--dd-accent); background: color-mix(in srgb, var(--dd-accent) 12%, transparent); }
  .controls .play { width: 48px; height: 48px; margin-right: 8px; background: var(--dd-accent); color: var(--dd-surface); }
  .controls .play:hover { background: color-mix(in srgb, var(--dd-accent) 88%, var(--dd-ink)); }
  .state { display: flex; flex-wrap: wrap; gap: 4px 24px; margin: 0; }
  .state div { min-width: 3.6em; }
  .state .step { min-width: 3.6em; }
  dt { font-size: 0.7rem; color: var(--dd-muted); }
  dd { margin: 0; font-size: 0.95rem; font-variant-numeric: tabular-nums; }
  .waiting { margin: 0; font-size: 0.82rem; color: var(--dd-accent); }
  .waiting:empty { display: none; }
  .spoken { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  @container (max-width: 520px) {
    .bar { gap: 12px; }
    .state { width: 100%; justify-content: space-between; gap: 4px 10px; }
    .state div { min-width: 0; }
  }
`;
