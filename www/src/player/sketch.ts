/** `<day-dream-sketch>`: a sheet of the data's size to draw on, for views that take a row drawn by hand. */

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { floats } from '../draw/colors';
import { LanguageController, say } from '../language';
import type { Picture } from '../protocol';
import { WORDS } from '../words';

/** Something was drawn: `[height × width × channels]` from 0 to 1, or nothing any more. */
export type Drawn = CustomEvent<Float32Array | undefined>;

/** Radius of the pen, as a share of the sheet's longer side: about that of MNIST's strokes. */
const PEN = 0.048;
const ARROWS = new Map<string, readonly [number, number]>([['ArrowLeft', [-1, 0]], ['ArrowRight', [1, 0]], ['ArrowUp', [0, -1]], ['ArrowDown', [0, 1]]]);
/** The colour of the pixel under the keyboard's pen. */
const CURSOR = [169, 155, 255, 255];

const clamp = (place: number, most: number): number => Math.max(0, Math.min(most, place));

export class DayDreamSketch extends LitElement {
  static override properties = { height: { type: Number }, width: { type: Number }, channels: { type: Number }, row: { attribute: false }, cursor: { state: true } };

  /** Pixels of the sheet. */
  declare height: number;
  declare width: number;
  declare channels: number;
  /** Brings a row of the data to begin with, where there is one. */
  declare row: (() => Promise<Picture>) | undefined;
  /** The pixel under the keyboard's pen, once it is used. */
  declare private cursor: [number, number] | undefined;

  /** How dark each pixel is, all channels alike. */
  #ink = new Float32Array();
  /** Where the pen was last, in pixels. */
  #pen: [number, number] | undefined;

  constructor() {
    super();
    this.height = 1;
    this.width = 1;
    this.channels = 1;
    new LanguageController(this);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('height') || changed.has('width') || changed.has('channels')) this.#ink = new Float32Array(this.height * this.width);
  }

  protected override updated(): void {
    this.#show();
  }

  protected override render(): TemplateResult {
    return html`
      <canvas width=${this.width} height=${this.height} style="aspect-ratio:${this.width}/${this.height}" tabindex="0" role="application"
        aria-label=${`${say(WORDS.sketch)}. ${say(WORDS.sketchKeys)}`}
        @pointerdown=${this.#begin} @pointermove=${this.#move} @pointerup=${this.#end} @pointercancel=${this.#end}
        @keydown=${this.#press} @blur=${() => { this.cursor = undefined; }}></canvas>
      <div>
        <p>${say(WORDS.sketchHelp)}</p>
        ${this.row ? html`<button @click=${() => { void this.#take(); }}>${say(WORDS.takeRow)}</button>` : nothing}
        <button @click=${() => { this.clear(); }}>${say(WORDS.clear)}</button>
      </div>
    `;
  }

  readonly #begin = (event: PointerEvent): void => {
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    event.preventDefault();
    this.#pen = this.#place(event);
    this.#stroke(this.#pen, this.#pen);
  };

  readonly #move = (event: PointerEvent): void => {
    if (!this.#pen) return;
    const to = this.#place(event);
    this.#stroke(this.#pen, to);
    this.#pen = to;
  };

  readonly #end = (): void => { this.#pen = undefined; };

  /** Arrows move the pen, with shift they draw; space and enter leave a dot. */
  readonly #press = (event: KeyboardEvent): void => {
    const way = ARROWS.get(event.key);
    const dot = event.key === ' ' || event.key === 'Enter';
    if (!way && !dot) return;
    event.preventDefault();
    event.stopPropagation();
    const from = this.cursor ?? [Math.floor(this.width / 2), Math.floor(this.height / 2)];
    const to: [number, number] = way ? [clamp(from[0] + way[0], this.width - 1), clamp(from[1] + way[1], this.height - 1)] : from;
    this.cursor = to;
    if (dot || event.shiftKey) this.#stroke([from[0] + 0.5, from[1] + 0.5], [to[0] + 0.5, to[1] + 0.5]);
  };

  /** Back to an empty sheet. */
  clear(): void {
    this.#ink.fill(0);
    this.#show();
    this.dispatchEvent(new CustomEvent('drawn', { detail: undefined }) satisfies Drawn);
  }

  async #take(): Promise<void> {
    const row = await this.row?.();
    if (row?.type !== 'images') return;
    const pixels = floats(row.pixels);
    this.#ink = this.#ink.map((_, index) => pixels[index * this.channels] ?? 0);
    this.#tell();
  }

  #place(event: PointerEvent): [number, number] {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * this.width, ((event.clientY - box.top) / box.height) * this.height];
  }

  /** A line with a soft edge of one pixel. */
  #stroke([fromX, fromY]: [number, number], [toX, toY]: [number, number]): void {
    const radius = Math.max(0.6, PEN * Math.max(this.width, this.height));
    const [dx, dy] = [toX - fromX, toY - fromY];
    const length = dx * dx + dy * dy;
    this.#ink = this.#ink.map((ink, index) => {
      const [x, y] = [(index % this.width) + 0.5 - fromX, Math.floor(index / this.width) + 0.5 - fromY];
      const along = length > 0 ? Math.max(0, Math.min(1, (x * dx + y * dy) / length)) : 0;
      const distance = Math.hypot(x - along * dx, y - along * dy);
      return Math.max(ink, Math.max(0, Math.min(1, radius + 0.5 - distance)));
    });
    this.#tell();
  }

  #tell(): void {
    this.#show();
    const drawn = new Float32Array(this.#ink.length * this.channels).map((_, index) => this.#ink[Math.floor(index / this.channels)] ?? 0);
    this.dispatchEvent(new CustomEvent('drawn', { detail: drawn }) satisfies Drawn);
  }

  #show(): void {
    const context = this.renderRoot.querySelector('canvas')?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(this.width, this.height);
    this.#ink.forEach((ink, index) => { image.data.set([255 * ink, 255 * ink, 255 * ink, 255], index * 4); });
    if (this.cursor) image.data.set(CURSOR, 4 * (this.cursor[1] * this.width + this.cursor[0]));
    context.putImageData(image, 0, 0);
  }

  static override styles = css`
    :host { display: flex; gap: 12px; align-items: flex-start; margin-bottom: 10px; }
    canvas { width: var(--sheet, 140px); flex: none; border-radius: 3px; image-rendering: pixelated; cursor: crosshair; touch-action: none; }
    p { margin: 0 0 8px; font-size: 0.78rem; line-height: 1.45; color: var(--dd-muted); }
    button { min-height: 28px; margin: 0 6px 6px 0; padding: 0 12px; border: 1px solid var(--dd-rule); border-radius: 14px; background: none; color: var(--dd-accent);
      font: inherit; font-size: 0.78rem; cursor: pointer; }
    button:hover { border-color: var(--dd-accent); }
    @media (pointer: coarse) { button { min-height: 40px; } }
  `;
}

customElements.define('day-dream-sketch', DayDreamSketch);
