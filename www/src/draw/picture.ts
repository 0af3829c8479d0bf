/** `<day-dream-picture>`: draws a picture of `protocol.ts` and tells the numbers under the pointer. */

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { LanguageController, language, measured, say } from '../language';
import type { Layer, Picture } from '../protocol';
import './chart';
import { classColor } from './colors';
import { drawImages, gridOf, hitImages, rowsOf } from './images';
import { drawPlane, heatAt, planeAt, type Inks } from './plane';
import { bars, histogram } from './shares';

type Images = Extract<Picture, { type: 'images' }>;
type Plane = Extract<Picture, { type: 'plane' }>;
type Group = Extract<Picture, { type: 'group' }>;

/** A point of the plane was clicked: x and y. */
export type Picked = CustomEvent<[number, number]>;

/** How large a pixel of an image, and a whole image, become at most, in pixels of the page. */
const LARGEST_PIXEL = 10;
const LARGEST_IMAGE = 140;
/** How small an image of a few pixels becomes where there is room, bare and with words below it. */
const SMALLEST_IMAGE = 44;
const SMALLEST_CAPTIONED = 76;

export class DayDreamPicture extends LitElement {
  static override properties = { picture: { attribute: false }, label: { type: String }, dark: { type: Boolean }, pickable: { type: Boolean }, bare: { type: Boolean }, hint: { state: true } };

  declare picture: Picture | undefined;
  declare label: string;
  /** Whether it is drawn on a dark surface. */
  declare dark: boolean;
  /** Whether points of the plane can be picked. */
  declare pickable: boolean;
  /** Whether the layers of the plane are named elsewhere. */
  declare bare: boolean;
  declare private hint: { text: string; x: number; y: number } | undefined;

  readonly #resized = new ResizeObserver(() => { this.#draw(); });

  constructor() {
    super();
    this.label = '';
    this.dark = false;
    this.pickable = false;
    this.bare = false;
    new LanguageController(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('picture') || changed.has('dark')) this.#draw();
  }

  protected override render(): TemplateResult | typeof nothing {
    const picture = this.picture;
    if (!picture) return nothing;
    switch (picture.type) {
      case 'images':
        return this.#renderImages(picture);
      case 'plane':
        return this.#renderPlane(picture);
      case 'chart':
        return html`<day-dream-chart .chart=${picture} .dark=${this.dark}></day-dream-chart>`;
      case 'histogram':
        return histogram(picture, this.dark);
      case 'bars':
        return bars(picture);
      case 'group':
        return this.#renderGroup(picture);
    }
  }

  /** The layers of planes that are alike are named once, below all of them. */
  #renderGroup(group: Group): TemplateResult {
    const common = commonPlane(group);
    return html`<div class=${arrangement(group)}>
        ${repeat(
          group.parts,
          (part) => part.en,
          (part) => html`<section><h4>${part[language()]}</h4><day-dream-picture .picture=${part.picture} .dark=${this.dark} ?pickable=${this.pickable} ?bare=${common !== undefined}
            label=${part[language()]} @picked=${this.#forward}></day-dream-picture></section>`,
        )}
      </div>
      ${common ? this.#renderLegend(common) : nothing}`;
  }

  #renderImages(images: Images): TemplateResult {
    const grid = gridOf(images);
    if (images.captions.length > grid.columns) {
      return html`<div class="rows">${rowsOf(images).map((row) => html`<day-dream-picture style="width:${(100 * row.captions.length) / grid.columns}%" .picture=${row} .dark=${this.dark} label=${this.label}></day-dream-picture>`)}</div>`;
    }
    return html`
      <div class="frame fitted">
        <canvas role="img" aria-label=${this.label}
          @pointermove=${(event: PointerEvent) => { this.#hoverImages(event, images); }} @pointerleave=${this.#leave}></canvas>
        ${images.captions.length > 0
          ? html`<div class="captions" style="grid-template-columns:repeat(${grid.columns},1fr)">${images.captions.map((caption) => html`<span>${caption}</span>`)}</div>`
          : nothing}
        ${this.#renderHint()}
      </div>
    `;
  }

  #renderPlane(plane: Plane): TemplateResult {
    return html`
      <div class="frame square">
        <canvas role="img" aria-label=${this.label} class=${this.pickable ? 'pickable' : ''} @click=${(event: PointerEvent) => { this.#pick(event, plane); }}
          @pointermove=${(event: PointerEvent) => { this.#hoverPlane(event, plane); }} @pointerleave=${this.#leave}></canvas>
        ${this.#renderHint()}
      </div>
      ${plane.axes ? html`<div class="axis"><span>→ ${say(plane.axes[0])}</span><span>↑ ${say(plane.axes[1])}</span></div>` : nothing}
      ${this.bare ? nothing : this.#renderLegend(plane)}
    `;
  }

  #renderLegend(plane: Plane): TemplateResult {
    // What a single layer shows is said by the title.
    const named = plane.layers.length > 1 ? plane.layers : [];
    const classes = [...new Set(plane.layers.flatMap((layer) => (layer.type === 'points' && layer.role === 'code' ? layer.classes : [])))].sort((a, b) => a - b);
    return html`
      <div class="legend">
        ${named.map((layer) => html`<span><i class=${mark(layer)}></i>${say(layer.name)}</span>`)}
        ${classes.map((index) => html`<span><i style="background:${classColor(index, this.dark)}"></i>${index}</span>`)}
      </div>
    `;
  }

  #renderHint(): TemplateResult | typeof nothing {
    if (!this.hint) return nothing;
    return html`<output class="hint" style="left:clamp(48px,${this.hint.x}%,calc(100% - 48px));top:${this.hint.y}%">${this.hint.text}</output>`;
  }

  readonly #leave = (): void => { this.hint = undefined; };

  #hoverImages(event: PointerEvent, images: Images): void {
    const [x, y] = share(event);
    const grid = gridOf(images);
    const hit = hitImages(images, x * grid.width, y * grid.height);
    this.hint = hit && { text: hit.values.map(measured).join(' '), x: x * 100, y: y * 100 };
  }

  #hoverPlane(event: PointerEvent, plane: Plane): void {
    const [x, y] = share(event);
    const [px, py] = planeAt(plane, x, y);
    const heats = plane.layers.flatMap((layer) => (layer.type === 'heat' ? [`${say(layer.name)} ${measured(heatAt(layer, x, y) ?? NaN)}`] : []));
    this.hint = { text: [`${px.toFixed(2)}, ${py.toFixed(2)}`, ...heats].join(' · '), x: x * 100, y: y * 100 };
  }

  #pick(event: PointerEvent, plane: Plane): void {
    if (!this.pickable) return;
    this.dispatchEvent(new CustomEvent('picked', { detail: planeAt(plane, ...share(event)) }) satisfies Picked);
  }

  /** What was picked in a part of a group was picked in the group. */
  readonly #forward = ({ detail }: Picked): void => { this.dispatchEvent(new CustomEvent('picked', { detail }) satisfies Picked); };

  #draw(): void {
    const canvas = this.renderRoot.querySelector('canvas');
    if (!canvas || !this.picture) return;
    const density = window.devicePixelRatio || 1;
    if (this.picture.type === 'images') {
      const { width, columns } = gridOf(this.picture);
      const smallest = this.picture.captions.length > 0 ? SMALLEST_CAPTIONED : SMALLEST_IMAGE;
      const room = Math.min(this.clientWidth, Math.max(width * LARGEST_PIXEL, columns * smallest), columns * LARGEST_IMAGE);
      drawImages(canvas, this.picture, room * density, this.dark);
      canvas.style.width = `${Math.min(canvas.width / density, room)}px`;
    }
    if (this.picture.type === 'plane') {
      const size = Math.round((canvas.clientWidth || 320) * density);
      drawPlane(canvas, this.picture, size, density, this.#inks());
    }
  }

  #inks(): Inks {
    const style = getComputedStyle(this);
    const ink = (name: string): string => style.getPropertyValue(`--dd-${name}`).trim() || '#888';
    return { dark: this.dark, real: ink('real'), made: ink('made'), code: ink('made'), other: ink('other'), line: ink('line'), surface: ink('surface'), arrow: ink('arrow') };
  }

  static override styles = css`
    :host { display: block; }
    .frame { position: relative; }
    .square { max-width: 520px; }
    canvas { display: block; width: 100%; border-radius: 3px; }
    .square canvas { aspect-ratio: 1; background: var(--dd-plane); }
    .pickable { cursor: crosshair; }
    .fitted { width: fit-content; }
    .fitted canvas { height: auto; }
    .rows { display: grid; gap: 8px; }
    .captions { display: grid; width: 0; min-width: 100%; margin-top: 2px; font-size: 0.72rem; color: var(--dd-muted); text-align: center; font-variant-numeric: tabular-nums; }
    .captions span { overflow: hidden; white-space: nowrap; }
    .hint { position: absolute; transform: translate(-50%, calc(-100% - 10px)); pointer-events: none; white-space: nowrap; padding: 1px 6px;
      border-radius: 4px; font-size: 0.72rem; background: var(--dd-ink); color: var(--dd-surface); font-variant-numeric: tabular-nums; z-index: 1; }
    .legend { display: flex; flex-wrap: wrap; gap: 2px 12px; margin: 4px 0; font-size: 0.75rem; color: var(--dd-muted); }
    .legend i { display: inline-block; width: 0.6em; height: 0.6em; margin-right: 0.35em; border-radius: 50%; }
    .legend .real { background: var(--dd-real); }
    .legend .made, .legend .code { background: var(--dd-made); }
    .legend .other { background: var(--dd-other); }
    .legend .marks { width: 0.85em; height: 0.85em; box-shadow: inset 0 0 0 2px var(--dd-surface); outline: 1px solid var(--dd-muted); }
    .legend .trails { height: 3px; width: 1.2em; border-radius: 2px; vertical-align: middle; }
    .legend .lines { background: var(--dd-line); }
    .legend .arrows { background: var(--dd-arrow); }
    .legend .heat { background: linear-gradient(90deg, #440154, #21918c, #fde725); border-radius: 2px; width: 1.6em; }
    .legend .diverging { background: linear-gradient(90deg, #4393c3, var(--dd-plane), #d6604d); }
    .legend .gray { background: linear-gradient(90deg, #000, #fff); }
    .shares { display: block; width: 100%; height: 120px; border-bottom: 1px solid var(--dd-rule); }
    .mark { stroke: var(--dd-ink); stroke-dasharray: 4 3; }
    .axis { display: flex; justify-content: space-between; font-size: 0.72rem; color: var(--dd-muted); font-variant-numeric: tabular-nums; }
    .bars { display: grid; grid-template-columns: auto 1fr auto; gap: 2px 8px; align-items: center; font-size: 0.78rem; }
    .bars .track { position: relative; height: 0.8em; background: var(--dd-track); border-radius: 2px; }
    .bars .track i { position: absolute; top: 0; bottom: 0; background: var(--dd-accent-soft); border-radius: 2px; }
    .bars .track .marked { background: var(--dd-accent); }
    .bars .value { color: var(--dd-muted); font-variant-numeric: tabular-nums; text-align: right; }
    .group { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 140px), 1fr)); gap: 12px; }
    .small.group { grid-template-columns: repeat(auto-fit, minmax(min(100%, 96px), 1fr)); }
    .wide.group { grid-template-columns: repeat(auto-fit, minmax(min(100%, 240px), 1fr)); }
    h4 { margin: 0 0 4px; font-size: 0.78rem; font-weight: 500; color: var(--dd-muted); }
  `;
}

/** How the parts of a group share the room: charts and captions need some for their words, images are small, and others are compared at a glance. */
function arrangement({ parts }: Group): string {
  if (parts.some(({ picture }) => picture.type === 'chart' || (picture.type === 'images' && picture.captions.length > 0))) return 'wide group';
  return parts.every(({ picture }) => picture.type === 'images') ? 'small group' : 'group';
}

/** One of a group's planes, if all parts are planes whose legends say the same. Those that tell classes apart have legends of their own. */
function commonPlane({ parts }: Group): Plane | undefined {
  const planes = parts.flatMap(({ picture }) => (picture.type === 'plane' ? [picture] : []));
  const legends = planes.map(({ layers }) => layers.map((layer) => `${mark(layer)} ${say(layer.name)}`).join());
  const told = planes.some(({ layers }) => layers.some((layer) => mark(layer) === 'code'));
  return planes.length === parts.length && new Set(legends).size === 1 && !told ? planes[0] : undefined;
}

/** How a layer is shown in the legend. */
function mark(layer: Layer): string {
  switch (layer.type) {
    case 'points':
      return layer.role;
    case 'trails':
    case 'marks':
      return `${layer.type} ${layer.role}`;
    case 'heat':
      return `heat ${layer.palette}`;
    default:
      return layer.type;
  }
}

/** Where the pointer is, as shares of the target's size. */
function share(event: PointerEvent): [number, number] {
  const box = (event.currentTarget as Element).getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}

customElements.define('day-dream-picture', DayDreamPicture);
