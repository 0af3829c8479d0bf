/** `<day-dream-view>`: one view of a run, with its own choices, kept up to date while it is on the screen. */

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { Refusal } from '../client';
import '../draw/picture';
import type { Picked } from '../draw/picture';
import '../knobs';
import type { Turned } from '../knobs';
import { LanguageController, count, say } from '../language';
import type { Failure, Picture, SessionInfo, View } from '../protocol';
import { defaultValue } from '../recipe';
import './sketch';
import './stars';
import type { Drawn } from './sketch';
import { WORDS } from '../words';
import { helpStyles } from './theme';
import type { Rotation, Task } from './rotation';
import type { Run } from './run';

export class DayDreamView extends LitElement implements Task {
  static override properties = {
    view: { attribute: false },
    run: { attribute: false },
    rotation: { attribute: false },
    dark: { type: Boolean },
    info: { attribute: false },
    picture: { state: true },
    refused: { state: true },
    drawing: { state: true },
    helping: { state: true },
    values: { state: true },
    drawn: { state: true },
  };

  declare view: View;
  declare run: Run;
  declare rotation: Rotation;
  /** Whether it is drawn on a dark surface. */
  declare dark: boolean;
  /** The run's session, once there is one. */
  declare info: SessionInfo | undefined;
  declare private picture: Picture | undefined;
  declare private refused: Failure | undefined;
  declare private drawing: boolean;
  declare private helping: boolean;
  declare private values: Readonly<Record<string, number>>;
  /** What the visitor drew for it. */
  declare private drawn: Float32Array | undefined;

  #visible = false;
  /** What the picture shows: the state of the run and of the view's choices. */
  #drawn = '';
  #drawnStep = 0;
  /** Counts the visitor's drawings. */
  #sketches = 0;
  readonly #sight = new IntersectionObserver((entries) => {
    this.#visible = entries.some((entry) => entry.isIntersecting);
    if (this.#visible) this.rotation.turn();
  }, { rootMargin: '160px' });

  constructor() {
    super();
    this.dark = false;
    this.drawing = false;
    this.helping = false;
    this.values = {};
    new LanguageController(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sight.observe(this);
    this.updateComplete.then(() => { this.rotation.add(this); }, () => undefined);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sight.disconnect();
    this.rotation.remove(this);
  }

  isDue(): boolean {
    if (!this.#visible || !this.view.live || !this.run.info || this.run.opening || this.run.crashed) return false;
    return this.#wanted() !== this.#drawn && !(this.refused && this.#wanted().startsWith(this.#drawn));
  }

  /** Asks for the picture of this moment. */
  async work(): Promise<void> {
    const { run } = this;
    const step = run.step;
    this.#drawn = this.#wanted();
    try {
      this.picture = await run.view(this.view.id, Object.entries(this.values), this.drawn);
      this.refused = undefined;
      this.#drawnStep = step;
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      // A view that does not exist for these knobs is not asked for again at every step.
      this.#drawn = this.#choices();
      this.refused = thrown.failure;
    }
  }

  #choices(): string {
    return `${this.run.version} ${this.#sketches} ${JSON.stringify(this.values)}`;
  }

  #wanted(): string {
    return `${this.#choices()} ${this.run.step}`;
  }

  async #drawOnce(): Promise<void> {
    this.drawing = true;
    await this.work();
    this.drawing = false;
  }

  #turned({ detail }: Turned): void {
    this.#choose({ [detail.knob.id]: detail.value }, detail.done);
  }

  /** Sets args. `done` is false while a slider is still being dragged. */
  #choose(chosen: Record<string, number>, done: boolean): void {
    this.values = { ...this.values, ...chosen };
    if (this.view.live) this.rotation.hurry(this);
    else if (done && this.picture) void this.#drawOnce();
  }

  #picked({ detail: point }: Picked): void {
    const { takes, args } = this.view;
    if (takes.type !== 'point') return;
    const within = (id: string, value: number): number => {
      const kind = args.find((knob) => knob.id === id)?.kind;
      return kind?.type === 'real' ? Math.max(kind.min, Math.min(kind.max, Number(value.toFixed(3)))) : value;
    };
    this.#choose({ [takes.x]: within(takes.x, point[0]), [takes.y]: within(takes.y, point[1]) }, true);
  }

  #sketched({ detail }: Drawn): void {
    this.drawn = detail;
    this.#sketches++;
    this.#choose({}, true);
  }

  /** A row of the test split, another one each time. */
  readonly #row = async (): Promise<Picture> => this.run.rows(Math.floor(Math.random() * (this.info?.data.test ?? 1)), 1);

  protected override willUpdate(changed: PropertyValues<this>): void {
    const shape = sheet(this.info);
    if (this.drawn && this.drawn.length !== shape.height * shape.width * shape.channels) this.drawn = undefined;
    if (changed.has('view')) this.values = Object.fromEntries(this.view.args.map((knob) => [knob.id, defaultValue(knob)]));
  }

  protected override render(): TemplateResult {
    const { view } = this;
    return html`
      <header>
        <h3>${say(view.title)}</h3>
        <button class="help" aria-expanded=${this.helping} aria-controls="help" aria-label=${`${say(WORDS.help)}: ${say(view.title)}`}
          @click=${() => { this.helping = !this.helping; }}>?</button>
        ${view.live ? nothing : this.#renderDraw()}
      </header>
      ${this.helping ? html`<p id="help">${say(view.help)}</p>` : nothing}
      ${view.takes.type === 'image' ? this.#renderSketch() : nothing}
      ${view.takes.type === 'ratings' ? html`<day-dream-stars .titles=${this.info?.data.titles ?? []} @drawn=${this.#sketched}></day-dream-stars>` : nothing}
      ${this.refused && this.refused.code !== 'crashed'
        ? html`<p class="refused">${say(this.refused)}</p>`
        : html`<day-dream-picture .picture=${this.picture} .dark=${this.dark} ?pickable=${view.takes.type === 'point'} @picked=${this.#picked}
            label=${say(view.title)}></day-dream-picture>`}
      ${view.args.length > 0
        ? html`<day-dream-knobs plain .knobs=${view.args} .values=${this.values} @turned=${this.#turned}></day-dream-knobs>`
        : nothing}
    `;
  }

  #renderSketch(): TemplateResult {
    const { height, width, channels } = sheet(this.info);
    return html`<day-dream-sketch .height=${height} .width=${width} .channels=${channels} .row=${this.#row} @drawn=${this.#sketched}></day-dream-sketch>`;
  }

  #renderDraw(): TemplateResult {
    return html`
      ${this.picture ? html`<span class="step">${say(WORDS.steps)} ${count(this.#drawnStep)}</span>` : nothing}
      <button class="draw" ?disabled=${this.drawing || !this.info} @click=${() => { void this.#drawOnce(); }}>${say(WORDS.draw)}</button>
    `;
  }

  static override styles = [
    helpStyles,
    css`
      :host { display: block; min-width: 0; }
      header { display: flex; align-items: center; gap: 8px; min-height: 28px; margin-bottom: 6px; }
      h3 { margin: 0; font-size: 0.84rem; font-weight: 600; letter-spacing: 0.005em; }
      .draw { margin-left: auto; min-height: 28px; padding: 0 12px; border: 1px solid var(--dd-rule); border-radius: 14px; background: none; color: var(--dd-accent);
        font: inherit; font-size: 0.78rem; cursor: pointer; }
      .draw:disabled { color: var(--dd-muted); cursor: default; }
      .step { margin-left: auto; font-size: 0.75rem; color: var(--dd-muted); }
      .step + .draw { margin-left: 0; }
      day-dream-picture { min-height: 40px; }
      day-dream-knobs { margin-top: 10px; }
      .refused { color: var(--dd-muted); font-size: 0.82rem; }
    `,
  ];
}

/** The size of the data's images. */
function sheet(info: SessionInfo | undefined): { height: number; width: number; channels: number } {
  return info?.data ?? { height: 1, width: 1, channels: 1 };
}

customElements.define('day-dream-view', DayDreamView);
