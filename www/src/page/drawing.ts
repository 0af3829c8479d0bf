/** `<day-dream-drawing>`: the dialog in which a visitor draws a data set: points of the plane, or small images one after another. */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import '../draw/picture';
import { LanguageController, count, say } from '../language';
import '../player/sketch';
import type { DayDreamSketch, Drawn } from '../player/sketch';
import type { DataKind, Picture } from '../protocol';
import { WORDS } from '../words';
import { FEWEST_POINTS, imagesFile, pointsFile, type Drawable, type Point } from './drawn';
import './plane-sheet';
import type { Traced } from './plane-sheet';

/** A data set was drawn: the file that holds it. */
export type DrawnData = CustomEvent<File>;

const SIDES = [8, 16, 28];

export class DayDreamDrawing extends LitElement {
  static override properties = { kinds: { attribute: false }, kind: { state: true }, points: { state: true }, images: { state: true }, side: { state: true }, sketched: { state: true }, dark: { type: Boolean } };

  /** What the model can learn. */
  declare kinds: readonly Drawable[];
  /** Whether it is drawn on a dark surface. */
  declare dark: boolean;
  declare private kind: Drawable;
  declare private points: readonly Point[];
  declare private images: readonly Float32Array[];
  /** Pixels along a side of the images. */
  declare private side: number;
  /** What is on the sheet. */
  declare private sketched: Float32Array | undefined;

  constructor() {
    super();
    this.kinds = [];
    this.dark = false;
    this.kind = 'images';
    this.points = [];
    this.images = [];
    this.side = 16;
    new LanguageController(this);
  }

  /** Opens it to draw what the open data is made of, where the model can learn that. */
  show(open: DataKind | undefined): void {
    const kind = this.kinds.find((known) => known === open) ?? this.kinds[0];
    if (kind) this.kind = kind;
    this.#dialog?.showModal();
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  #finish(file: File): void {
    this.#dialog?.close();
    this.dispatchEvent(new CustomEvent('drawndata', { detail: file }) satisfies DrawnData);
  }

  #add(): void {
    if (!this.sketched) return;
    this.images = [...this.images, this.sketched];
    this.renderRoot.querySelector<DayDreamSketch>('day-dream-sketch')?.clear();
  }

  protected override render(): TemplateResult {
    return html`
      <dialog aria-labelledby="title" @click=${closeOutside}>
        <h2 id="title">${say(WORDS.drawData)}</h2>
        ${this.kinds.length > 1 ? this.#renderKinds() : nothing}
        ${this.kind === 'points' ? this.#renderPoints() : this.#renderImages()}
      </dialog>
    `;
  }

  #renderKinds(): TemplateResult {
    return html`<div class="choice" role="group" aria-label=${say(WORDS.data)}>
      ${this.kinds.map((kind) => html`<button aria-pressed=${kind === this.kind} @click=${() => { this.kind = kind; }}>${say(WORDS.kinds[kind])}</button>`)}
    </div>`;
  }

  #renderPoints(): TemplateResult {
    const enough = this.points.length >= FEWEST_POINTS;
    return html`
      <p>${say(WORDS.planeHelp)}</p>
      <day-dream-plane-sheet .points=${this.points} @traced=${({ detail }: Traced) => { this.points = [...this.points, ...detail]; }}></day-dream-plane-sheet>
      <p role="status">${say(WORDS.pointsDrawn(count(this.points.length)))}${enough ? nothing : html` ${say(WORDS.morePoints(FEWEST_POINTS))}`}</p>
      ${this.#renderEnd(enough, () => { this.points = []; }, () => pointsFile(this.points))}
    `;
  }

  #renderImages(): TemplateResult {
    return html`
      <div class="choice" role="group" aria-label=${say(WORDS.imageSize)}>
        <span>${say(WORDS.imageSize)}</span>
        ${SIDES.map((side) => html`<button aria-pressed=${side === this.side} @click=${() => { this.#resize(side); }}>${side} × ${side}</button>`)}
      </div>
      <day-dream-sketch .height=${this.side} .width=${this.side} .channels=${1} @drawn=${({ detail }: Drawn) => { this.sketched = detail; }}></day-dream-sketch>
      <button class="add" ?disabled=${!this.sketched} @click=${this.#add}>${say(WORDS.addImage)}</button>
      <p role="status">${say(WORDS.imagesDrawn(count(this.images.length)))}</p>
      <ul>
        ${this.images.map((image, index) => html`<li><button title=${say(WORDS.removeImage(index + 1))} aria-label=${say(WORDS.removeImage(index + 1))}
          @click=${() => { this.images = this.images.filter((other) => other !== image); }}><day-dream-picture .picture=${this.#picture(image)} .dark=${this.dark}></day-dream-picture></button></li>`)}
      </ul>
      ${this.#renderEnd(this.images.length > 0, () => { this.images = []; }, () => imagesFile(this.side, this.images))}
    `;
  }

  /** Images of another size are other data. */
  #resize(side: number): void {
    if (side === this.side) return;
    this.side = side;
    this.images = [];
    this.sketched = undefined;
  }

  #picture(image: Float32Array): Picture {
    const pixels = new Uint8Array(image.buffer, image.byteOffset, image.byteLength);
    return { type: 'images', columns: 1, height: this.side, width: this.side, channels: 1, pixels, range: [0, 1], palette: 'gray', captions: [] };
  }

  #renderEnd(enough: boolean, clear: () => void, file: () => File): TemplateResult {
    return html`<div class="end">
      <button @click=${clear}>${say(WORDS.startOver)}</button>
      <button @click=${() => { this.#dialog?.close(); }}>${say(WORDS.cancel)}</button>
      <button class="use" ?disabled=${!enough} @click=${() => { this.#finish(file()); }}>${say(WORDS.useDrawing)}</button>
    </div>`;
  }

  static override styles = css`
    dialog { box-sizing: border-box; width: min(480px, calc(100vw - 24px)); max-height: calc(100dvh - 24px); padding: 24px; overflow-y: auto; border: 1px solid var(--dd-rule); border-radius: 12px;
      background: var(--dd-surface); color: var(--dd-ink); word-break: keep-all; }
    dialog::backdrop { background: rgb(20 18 30 / 45%); }
    h2 { margin: 0 0 12px; font-size: 1.15rem; }
    p { margin: 8px 0; font-size: 0.82rem; line-height: 1.5; color: var(--dd-muted); }
    button { min-height: 36px; padding: 0 14px; border: 1px solid var(--dd-rule); border-radius: 18px; background: none; color: var(--dd-ink); font: inherit; font-size: 0.82rem; cursor: pointer; }
    button:hover:not(:disabled) { border-color: var(--dd-accent); }
    button:disabled { opacity: 0.45; cursor: default; }
    button[aria-pressed='true'], .use { border-color: var(--dd-accent); color: var(--dd-accent); }
    :focus-visible { outline: 2px solid var(--dd-accent); outline-offset: 2px; }
    .choice { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-bottom: 14px; }
    .choice span { font-size: 0.82rem; color: var(--dd-muted); }
    day-dream-sketch { --sheet: 200px; }
    ul { display: flex; flex-wrap: wrap; gap: 6px; margin: 0 0 12px; padding: 0; list-style: none; }
    li button { width: 48px; height: 48px; min-height: 0; padding: 3px; border-radius: 4px; }
    .end { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 8px; margin-top: 12px; }
    @media (pointer: coarse) { button { min-height: 44px; } }
    @media (max-width: 420px) { dialog { padding: 16px; } }
  `;
}

function closeOutside(event: MouseEvent): void {
  if (event.target === event.currentTarget) (event.currentTarget as HTMLDialogElement).close();
}

customElements.define('day-dream-drawing', DayDreamDrawing);
