/** The look of the page around the player. */

import { css } from 'lit';
import { colors, fonts } from '../player/theme';

export const styles = [
  colors,
  fonts,
  css`
    :host { display: block; min-height: 100vh; box-sizing: border-box; padding: 0 clamp(16px, 3vw, 48px); background: var(--dd-surface); color: var(--dd-ink); font-size: 16px; line-height: 1.5;
      word-break: keep-all; overflow-wrap: break-word; }
    header { display: flex; align-items: center; gap: 4px 16px; min-height: 72px; }
    .wordmark { display: inline-flex; align-items: center; gap: 10px; color: inherit; font-size: 1.2rem; font-weight: 650; letter-spacing: -0.02em; text-decoration: none; }
    .wordmark i { width: 22px; height: 22px; border-radius: 50%; background: radial-gradient(circle at 68% 32%, var(--dd-surface) 46%, transparent 47%), var(--dd-accent); }
    header p { margin: 0; padding-left: 16px; border-left: 1px solid var(--dd-rule); font-size: 0.86rem; color: var(--dd-muted); }
    .languages { display: flex; margin-left: auto; }
    .languages button { min-width: 40px; min-height: 40px; padding: 0 8px; border: 0; background: none; color: var(--dd-muted); font: inherit; font-size: 0.82rem; cursor: pointer; }
    .languages button[aria-pressed='true'] { color: var(--dd-ink); text-decoration: underline; text-decoration-color: var(--dd-accent); text-decoration-thickness: 2px; text-underline-offset: 6px; }
    .icon { display: grid; place-items: center; flex: none; width: 40px; height: 40px; padding: 0; border: 0; border-radius: 50%; background: none; color: var(--dd-ink); cursor: pointer; }
    .icon:hover, .languages button:hover { color: var(--dd-accent); }
    :focus-visible { outline: 2px solid var(--dd-accent); outline-offset: 2px; border-radius: 3px; }

    .columns { display: grid; grid-template-columns: 208px minmax(0, 1fr); gap: 48px; padding-top: 16px; }
    nav h2 { margin: 0 0 8px; font-size: 0.72rem; font-weight: 500; letter-spacing: 0.04em; color: var(--dd-muted); }
    nav .list + h2 { margin-top: 32px; }
    nav h3 { margin: 12px 0 2px; font-size: 0.72rem; font-weight: 400; color: var(--dd-muted); }
    nav .list button { display: block; width: 100%; min-height: 36px; padding: 6px 0 6px 12px; border: 0; border-left: 2px solid transparent; background: none; color: inherit; font: inherit;
      font-size: 0.88rem; line-height: 1.35; text-align: left; cursor: pointer; }
    nav .list button:hover { color: var(--dd-accent); }
    nav .list button[aria-current='true'] { border-left-color: var(--dd-accent); font-weight: 600; color: inherit; }
    nav .list h3 { padding-left: 14px; }
    .own { min-height: 36px; padding: 6px 0 6px 14px; border: 0; background: none; color: var(--dd-accent); font: inherit; font-size: 0.84rem; text-align: left; cursor: pointer; }
    .own:hover { text-decoration: underline; text-underline-offset: 3px; }
    .menu { display: none; }
    nav .summary { margin: 12px 0; font-size: 0.78rem; line-height: 1.5; color: var(--dd-muted); }
    .examples { max-width: 160px; }

    .title { display: flex; align-items: start; gap: 16px; }
    h1 { flex: 1; margin: 0; font-size: clamp(1.5rem, 2.6vw, 2.1rem); font-weight: 650; line-height: 1.15; letter-spacing: -0.025em; }
    .actions { display: flex; margin-right: -8px; }
    .lead { max-width: 46em; margin: 6px 0 16px; color: var(--dd-muted); }
    .presets { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-bottom: 20px; font-size: 0.82rem; color: var(--dd-muted); }
    .presets span { margin-right: 4px; }
    .presets button { min-height: 32px; padding: 0 14px; border: 1px solid var(--dd-rule); border-radius: 16px; background: none; color: var(--dd-ink); font: inherit; cursor: pointer; }
    .presets button:hover { border-color: var(--dd-accent); }
    .presets button[aria-pressed='true'] { border-color: var(--dd-accent); color: var(--dd-accent); }

    day-dream { padding: 0; border-radius: 0; }
    .about { max-width: 44em; margin-top: 56px; padding-top: 32px; border-top: 1px solid var(--dd-rule); }
    .about h2 { margin: 0 0 12px; font-size: 1.2rem; font-weight: 650; letter-spacing: -0.015em; }
    .story { margin: 0 0 24px; line-height: 1.7; }
    .equations { display: grid; gap: 14px; margin: 0 0 24px; padding: 20px 0; overflow-x: auto; font-size: 1.05rem; }
    .equations math { width: max-content; margin: 0; font-family: 'STIX Two Math', 'Cambria Math', 'Latin Modern Math', math; }
    .paper { font-size: 0.86rem; color: var(--dd-muted); }
    a { color: var(--dd-accent); text-underline-offset: 3px; }
    footer { margin-top: 64px; padding: 24px 0 40px; border-top: 1px solid var(--dd-rule); font-size: 0.8rem; color: var(--dd-muted); }

    dialog { box-sizing: border-box; width: min(560px, calc(100vw - 32px)); padding: 28px; border: 1px solid var(--dd-rule); border-radius: 12px; background: var(--dd-surface); color: var(--dd-ink); }
    dialog::backdrop { background: rgb(20 18 30 / 45%); }
    dialog h2 { margin: 0 0 8px; font-size: 1.15rem; }
    dialog p { margin: 0 0 16px; font-size: 0.86rem; color: var(--dd-muted); }
    dialog label { display: block; font-size: 0.78rem; color: var(--dd-muted); }
    dialog input, dialog textarea { box-sizing: border-box; display: block; width: 100%; margin: 4px 0 8px; padding: 10px; border: 1px solid var(--dd-rule); border-radius: 6px; background: var(--dd-plane); color: var(--dd-ink);
      font: 0.78rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; resize: vertical; }
    dialog button { min-height: 40px; margin-bottom: 16px; padding: 0 16px; border: 1px solid var(--dd-accent); border-radius: 20px; background: none; color: var(--dd-accent); font: inherit; font-size: 0.84rem; cursor: pointer; }
    dialog button[data-copied]::after { content: ' ✓ ' attr(data-copied); }
    dialog .quiet { display: block; margin: 0 0 0 auto; border-color: transparent; color: var(--dd-muted); }
    .drop { position: fixed; inset: 0; z-index: 2; display: grid; place-items: center; background: color-mix(in srgb, var(--dd-surface) 88%, transparent); }
    .drop p { padding: 40px 56px; border: 2px dashed var(--dd-accent); border-radius: 16px; font-size: 1.1rem; }

    @media (max-width: 1080px) {
      .columns { grid-template-columns: minmax(0, 1fr); gap: 20px; padding-top: 0; }
      nav { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 4px 16px; }
      nav .list, nav h3, nav .summary, .examples { display: none; }
      nav h2 { order: -1; margin: 0 !important; }
      .own { grid-column: 2; min-height: 40px; padding: 6px 2px; }
      .menu { display: block; width: 100%; min-height: 44px; padding: 0 8px; border: 1px solid var(--dd-rule); border-radius: 8px; background: var(--dd-surface); color: var(--dd-ink); font: inherit; font-size: 0.9rem; }
    }
    @media (max-width: 640px) {
      header { flex-wrap: wrap; min-height: 60px; }
      header p { display: none; }
      h1 { font-size: 1.3rem; }
      .lead { display: none; }
      .title { align-items: center; margin-bottom: 8px; }
      .presets { flex-wrap: nowrap; margin: 0 -16px 16px; padding: 2px 16px; overflow-x: auto; scrollbar-width: none; }
      .presets > * { flex: none; }
      .presets span { display: none; }
      .presets button { min-height: 40px; border-radius: 20px; }
      .equations { font-size: 0.92rem; }
    }
  `,
];
