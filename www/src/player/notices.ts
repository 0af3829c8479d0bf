/** What went wrong, in plain words, and what can be done about it. */

import { css, html, nothing, type TemplateResult } from 'lit';
import { say } from '../language';
import { WORDS } from '../words';
import type { Run } from './run';

export function notices(run: Run): TemplateResult {
  return html`<div class="notices">${run.notices.map(
    (notice) => html`
      <div class="notice" role="alert">
        <p>${notice.title ? html`<strong>${say(notice.title)}</strong> ` : nothing}${say(notice.text)}</p>
        <div class="actions">
          ${notice.actions.map((action) => html`<button @click=${() => { run.dismiss(notice); action.act(); }}>${say(action.label)}</button>`)}
          <button class="quiet" @click=${() => { run.dismiss(notice); }}>${say(WORDS.dismiss)}</button>
        </div>
      </div>
    `,
  )}</div>`;
}

export const noticeStyles = css`
  .notice { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 20px; margin-bottom: 16px; padding: 10px 14px; border-left: 3px solid var(--dd-made);
    background: color-mix(in srgb, var(--dd-made) 10%, var(--dd-surface)); }
  .notice p { flex: 1 1 280px; margin: 0; font-size: 0.86rem; line-height: 1.5; color: var(--dd-ink); overflow-wrap: anywhere; }
  .notice .actions { display: flex; flex-wrap: wrap; gap: 6px; }
  .notice button { min-height: 36px; padding: 0 14px; border: 1px solid var(--dd-accent); border-radius: 18px; background: none; color: var(--dd-accent); font: inherit; font-size: 0.82rem; cursor: pointer; }
  .notice .quiet { border-color: transparent; color: var(--dd-muted); }
`;
