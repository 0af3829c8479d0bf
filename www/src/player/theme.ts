/** The look that all parts share. A page that embeds the element may set any of the `--dd-` colours on it. */

import { css, unsafeCSS } from 'lit';

/** Ink on warm paper. */
const LIGHT = unsafeCSS(`
  color-scheme: light;
  --dd-ink: #1d1c22; --dd-muted: #68656f; --dd-surface: #fcfbf8; --dd-plane: #f5f3ee; --dd-rule: #e3dfd7; --dd-track: #d9d5cc;
  --dd-accent: #5a45c8; --dd-accent-soft: #b3a8ea; --dd-real: #1f7a8c; --dd-made: #e07a1f; --dd-other: #a3336b; --dd-line: #8a86a0; --dd-arrow: #1d1c22;
`);

/** A night sky: the same hues, lighter. */
const DARK = unsafeCSS(`
  color-scheme: dark;
  --dd-ink: #eae8f0; --dd-muted: #9d99a9; --dd-surface: #14131a; --dd-plane: #1b1a23; --dd-rule: #2d2b37; --dd-track: #3a3746;
  --dd-accent: #a99bff; --dd-accent-soft: #5d51a8; --dd-real: #5cc0d2; --dd-made: #ffa04d; --dd-other: #f07bb0; --dd-line: #77738c; --dd-arrow: #eae8f0;
`);

/** The colours, by the `theme` attribute or else by what the visitor prefers. */
export const colors = css`
  :host { ${LIGHT} }
  @media (prefers-color-scheme: dark) { :host(:not([theme='light'])) { ${DARK} } }
  :host([theme='dark']) { ${DARK} }
`;

/** Letters that every system has, with Korean that fits them. */
export const fonts = css`
  :host { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans KR', 'Noto Sans CJK KR', sans-serif; }
`;

/** The button that explains, and what it shows. */
export const helpStyles = css`
  .help { position: relative; flex: none; width: 18px; height: 18px; padding: 0; border: 1px solid var(--dd-rule); border-radius: 50%; background: none;
    color: var(--dd-muted); font: inherit; font-size: 0.68rem; line-height: 1; cursor: pointer; }
  /* Large enough for a finger. */
  .help::after { content: ''; position: absolute; inset: -12px; }
  .help:hover { color: var(--dd-ink); border-color: var(--dd-muted); }
  .help[aria-expanded='true'] { background: var(--dd-accent); border-color: var(--dd-accent); color: var(--dd-surface); }
  p { margin: 0 0 8px; font-size: 0.8rem; line-height: 1.5; color: var(--dd-muted); }
  :focus-visible { outline: 2px solid var(--dd-accent); outline-offset: 2px; border-radius: 3px; }
`;
