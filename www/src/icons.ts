/** The few pictograms of the controls. */

import { html, type TemplateResult } from 'lit';

const icon = (path: string): TemplateResult =>
  html`<svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${path}></path></svg>`;

export const ICONS = {
  play: icon('M7 5l12 7-12 7z'),
  pause: icon('M8 5v14M16 5v14'),
  step: icon('M6 5l9 7-9 7zM18 5v14'),
  slow: icon('M12 7v5l3 2M12 3a9 9 0 1 0 9 9M16 3.9l.01 0M20.1 8l.01 0'),
  restart: icon('M4 12a8 8 0 1 1 2.4 5.7M4 19v-5h5'),
  dice: icon('M5 5h14v14H5zM9 9l.01 0M15 15l.01 0M15 9l.01 0M9 15l.01 0M12 12l.01 0'),
  save: icon('M12 4v11M7 11l5 5 5-5M5 20h14'),
  open: icon('M12 16V5M7 9l5-5 5 5M5 20h14'),
  share: icon('M9 12a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM21 5.5a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM21 18.5a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM8.7 10.7l6.6-3.8M8.7 13.3l6.6 3.8'),
  theme: icon('M12 4v1M12 19v1M4 12h1M19 12h1M6.3 6.3l.7.7M17 17l.7.7M6.3 17.7l.7-.7M17 7l.7-.7M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0z'),
} as const;
