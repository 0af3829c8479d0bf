/** How the parts of a player stand together, from a phone to a wide screen: what counts is the room that the element is given. */

import { css } from 'lit';
import { captionStyles } from './caption';
import { controlStyles } from './controls';
import { deviceStyles } from './device';
import { noticeStyles } from './notices';
import { panelStyles } from './panel';
import { stageStyles } from './stage';
import { colors, fonts } from './theme';

export const styles = [
  colors,
  fonts,
  controlStyles,
  deviceStyles,
  noticeStyles,
  panelStyles,
  stageStyles,
  captionStyles,
  css`
    :host { display: block; padding: 16px; border-radius: 10px; container-type: inline-size; color: var(--dd-ink); background: var(--dd-surface); font-size: 16px; line-height: 1.4; }
    .player { outline-offset: 8px; }
    .body { display: grid; gap: 20px; }
    :focus-visible { outline: 2px solid var(--dd-accent); outline-offset: 2px; border-radius: 3px; }
    @container (min-width: 860px) {
      .body { grid-template-columns: minmax(0, 1fr) 248px; gap: 40px; align-items: start; }
      .body.bare { grid-template-columns: minmax(0, 1fr); }
      .panel { grid-column: 2; grid-row: 1; }
      .panel summary { display: none; }
      .panel h3:first-of-type { margin-top: 4px; }
      .stage { grid-column: 1; grid-row: 1; }
    }
  `,
];
