/** `<day-dream-plane-sheet>`: a sheet of the plane to draw points on, with a pen, a mouse, a finger or the keyboard. */

import { LitElement, css, html, type TemplateResult } from 'lit';
import { LanguageController, say } from '../language';
import { WORDS } from '../words';
import { REACH, trace, type Point } from './drawn';

/** Points were added. */
export type Traced = CustomEvent<Point[]>;

/** Pixels along a side. */
const SIDE = 600;
/** How far an arrow key goes. */
const STRIDE = 0.1;
const ARROWS = new Map<string, Point>([['ArrowLeft', [-1, 0]], ['ArrowRight', [1, 0]], ['ArrowUp', [0, 1]], ['ArrowDown', [0, -1]]]);

export class DayDreamPlaneSheet extends LitElement {
  static override properties = { points: { attribute: false }, cursor: { state: true } };

  declare points: readonly Point[];
  /** Where the keyboard's pen is, once it is used. */
  declare private cursor: Point | undefined;

  #pen: Point | undefined;

  constructor() {
    super();
    this.points = [];
    new LanguageController(this);
  }

  protected override render(): TemplateResult {
    return html`<canvas width=${SIDE} height=${SIDE} tabindex="0" role="application" aria-label=${say(WORDS.planeSheet)}
      @pointerdown=${this.#begin} @pointermove=${this.#move} @pointerup=${this.#end} @pointercancel=${this.#end} @keydown=${this.#press} @blur=${() => { this.cursor = undefined; }}></canvas>`;
  }

  protected override updated(): void {
    const context = this.renderRoot.querySelector('canvas')?.getContext('2d');
    if (!context) return;
    const style = getComputedStyle(this);
    const place = ([x, y]: Point): Point => [(x / REACH + 1) * 0.5 * SIDE, (1 - y / REACH) * 0.5 * SIDE];
    context.clearRect(0, 0, SIDE, SIDE);
    context.strokeStyle = style.getPropertyValue('--dd-rule');
    context.beginPath();
    context.moveTo(SIDE / 2, 0);
    context.lineTo(SIDE / 2, SIDE);
    context.moveTo(0, SIDE / 2);
    context.lineTo(SIDE, SIDE / 2);
    context.stroke();
    context.fillStyle = style.getPropertyValue('--dd-real');
    for (const [x, y] of this.points.map(place)) {
      context.beginPath();
      context.arc(x, y, 4, 0, 2 * Math.PI);
      context.fill();
    }
    if (!this.cursor) return;
    const [x, y] = place(this.cursor);
    context.strokeStyle = style.getPropertyValue('--dd-accent');
    context.lineWidth = 3;
    context.beginPath();
    context.arc(x, y, 12, 0, 2 * Math.PI);
    context.stroke();
    context.lineWidth = 1;
  }

  readonly #begin = (event: PointerEvent): void => {
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.#pen = this.#place(event);
    this.#trace(this.#pen, this.#pen);
  };

  readonly #move = (event: PointerEvent): void => {
    if (!this.#pen) return;
    const to = this.#place(event);
    if (Math.hypot(to[0] - this.#pen[0], to[1] - this.#pen[1]) < STRIDE / 2) return;
    this.#trace(this.#pen, to);
    this.#pen = to;
  };

  readonly #end = (): void => { this.#pen = undefined; };

  /** Arrows move the pen, with shift they draw; space and enter leave a point. */
  readonly #press = (event: KeyboardEvent): void => {
    const way = ARROWS.get(event.key);
    const dot = event.key === ' ' || event.key === 'Enter';
    if (!way && !dot) return;
    event.preventDefault();
    event.stopPropagation();
    const from = this.cursor ?? [0, 0];
    const within = (place: number): number => Math.max(-REACH, Math.min(REACH, place));
    const to: Point = way ? [within(from[0] + STRIDE * way[0]), within(from[1] + STRIDE * way[1])] : from;
    this.cursor = to;
    if (dot || event.shiftKey) this.#trace(from, to);
  };

  #place(event: PointerEvent): Point {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return [((event.clientX - box.left) / box.width * 2 - 1) * REACH, (1 - (event.clientY - box.top) / box.height * 2) * REACH];
  }

  #trace(from: Point, to: Point): void {
    this.dispatchEvent(new CustomEvent('traced', { detail: trace(from, to) }) satisfies Traced);
  }

  static override styles = css`
    :host { display: block; }
    canvas { display: block; width: min(100%, 320px); aspect-ratio: 1; border-radius: 6px; background: var(--dd-plane); cursor: crosshair; touch-action: none; }
    canvas:focus-visible { outline: 2px solid var(--dd-accent); outline-offset: 2px; }
  `;
}

customElements.define('day-dream-plane-sheet', DayDreamPlaneSheet);
