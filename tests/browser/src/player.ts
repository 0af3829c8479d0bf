/** The JavaScript face of `<day-dream>` as its documentation promises it, and how tests get hold of the page's player. */

import type { DeviceChoice, Metrics, Picture, Recipe, SessionInfo } from '../../../www/src/protocol';
import { type Browser, waitFor } from './browser';

export interface Player extends HTMLElement {
  readonly updateComplete: Promise<boolean>;
  readonly ready: Promise<void>;
  readonly recipe: Recipe;
  readonly info: SessionInfo | undefined;
  readonly device: DeviceChoice;
  readonly playing: boolean;
  readonly steps: number;
  readonly metrics: Metrics;
  play(): void;
  pause(): Promise<void>;
  step(count: number): Promise<Metrics>;
  restart(): Promise<void>;
  set(knob: string, value: number | string | boolean): Promise<void>;
  use(device: DeviceChoice): Promise<void>;
  view(id: string, args?: Record<string, number>): Promise<Picture>;
  save(): Promise<Uint8Array>;
  load(...files: File[]): Promise<void>;
}

declare global {
  /** The player of the page under test, once `openPlayer` has found it. */
  var player: Player;
}

/** Opens an address and waits until the player in it has built its model; the page's functions then find it as `player`. */
export async function openPlayer(browser: Browser, url: string): Promise<void> {
  await browser.open(url);
  await waitFor(browser, async () => {
    const page = document.querySelector('day-dream-page');
    const found = (page?.shadowRoot ?? document).querySelector<Player>('day-dream');
    if (!found?.ready) return false;
    globalThis.player = found;
    await found.ready;
    return true;
  });
}

/** Begins the player's run again and draws nothing while it goes on: pictures make snapshots, and what they dream is in saved files. */
export function startUndrawn(browser: Browser): Promise<void> {
  return browser.evaluate(async () => {
    player.setAttribute('views', 'none');
    await player.updateComplete;
    await player.restart();
  });
}
