/**
 * `<day-dream>`: a generative model that trains in the visitor's browser, with its controls, pictures and curves.
 *
 *     <script type="module" src="https://…/day-dream.js"></script>
 *     <day-dream model="rbm" data="digits" seed="7" hidden="64" play></day-dream>
 *
 * Attributes: `model`, `data`, `seed`, and any knob of the model or the data set by its id, written as in a link; `play` starts training
 * when the element is first seen; `exact` asks for a run that is the same to the last bit in every browser; `device` is `cpu` or `gpu`, and without it whichever trains faster, or the CPU
 * where the run must be exact; `lang` is `en` or `ko`; `theme` is `light` or `dark`; `views` names the views to show and `curves` the
 * metrics, separated by commas, or `none`; `panel="none"` hides the knobs. The slot `caption` replaces the line below. Colours are CSS
 * properties named `--dd-…`.
 */

import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { CATALOGUE } from './catalogue';
import { unpacked } from './gzip';
import { isLanguage, LanguageController, speak } from './language';
import { readAttributes } from './player/attributes';
import { caption } from './player/caption';
import { controls, toggle } from './player/controls';
import { styles } from './player/layout';
import { notices } from './player/notices';
import { panel } from './player/panel';
import { Rotation, type Task } from './player/rotation';
import { Run } from './player/run';
import { stage } from './player/stage';
import type { Device, DeviceChoice, DroppedFile, Failure, Knob, Metrics, Picture, Recipe, SessionInfo } from './protocol';
import { findModel, knobsOf, parseKnob } from './recipe';
import { WORDS } from './words';

export type { Device, DeviceChoice, Failure, Metrics, Picture, Recipe, SessionInfo };

/** The events of the element. */
export interface DayDreamEvents {
  /** A session was built: another model, other data, a knob that is not live. */
  open: CustomEvent<SessionInfo>;
  /** Training reported, or something was measured. */
  metrics: CustomEvent<{ step: number; metrics: Metrics }>;
  /** Something was refused, diverged or broke; the element tells the visitor by itself. */
  error: CustomEvent<Failure>;
  /** The recipe, playing or the choice of the device has changed. */
  change: CustomEvent<{ recipe: Recipe; playing: boolean; device: DeviceChoice }>;
}

/** Time between two measurements of the cheap metrics while training goes on, in milliseconds. */
const MEASURE_EVERY = 3000;

export class DayDream extends LitElement {
  static override properties = { theme: { type: String }, views: { type: String }, curves: { type: String }, panel: { type: String }, dark: { state: true }, wide: { state: true }, columns: { state: true }, measuring: { state: true } };

  /** `light`, `dark`, or what the visitor prefers. */
  declare theme: string | null;
  /** Ids of the views to show, separated by commas, or `none`; all of them without it. */
  declare views: string | null;
  /** Ids of the metrics to show, likewise. */
  declare curves: string | null;
  /** `none` hides the knobs. */
  declare panel: string | null;
  /** Whether it is drawn on a dark surface. */
  declare private dark: boolean;
  /** Whether the knobs stand beside the pictures rather than above them. */
  declare private wide: boolean;
  /** How many columns of pictures there is room for. */
  declare private columns: number;
  /** Metrics being measured on request. */
  declare private measuring: ReadonlySet<string>;

  readonly #run: Run;
  readonly #rotation = new Rotation(() => this.#run.playing);
  #resolveReady!: () => void;
  #rejectReady!: (reason: Error) => void;
  /** Resolves when the model is built for the first time; rejects when it cannot be. */
  readonly ready = new Promise<void>((resolve, reject) => {
    this.#resolveReady = resolve;
    this.#rejectReady = reject;
  });
  #playWhenSeen = false;
  #told = '';
  /** What the cheap metrics were last measured for, and when. */
  #measured = { at: '', time: 0 };

  readonly #attributes = new MutationObserver(() => { this.#follow(); });
  readonly #sight = new IntersectionObserver((entries) => {
    if (!this.#playWhenSeen || !entries.some((entry) => entry.isIntersecting)) return;
    this.#playWhenSeen = false;
    this.play();
  });
  readonly #size = new ResizeObserver(() => {
    this.wide = this.clientWidth >= 860;
    this.columns = this.clientWidth <= 520 ? 1 : this.clientWidth < 1440 ? 2 : 3;
  });
  readonly #scheme = matchMedia('(prefers-color-scheme: dark)');
  readonly #onScheme = (): void => { this.requestUpdate(); };
  readonly #measureCheap: Task = {
    isDue: () => this.#run.info !== undefined && !this.#run.opening && !this.#run.crashed && this.#run.step > 0 && this.#moment() !== this.#measured.at
      && (!this.#run.playing || performance.now() - this.#measured.time >= MEASURE_EVERY),
    work: () => this.#evaluateCheap(),
  };

  constructor() {
    super();
    this.dark = false;
    this.wide = true;
    this.columns = 2;
    this.measuring = new Set();
    this.ready.catch(() => undefined);
    this.#run = new Run(readAttributes(this).recipe, {
      opened: (info) => {
        // Pictures come first.
        this.#measured = { at: '', time: performance.now() };
        this.#resolveReady();
        this.dispatchEvent(new CustomEvent('open', { detail: info }));
      },
      changed: () => { this.#changed(); },
      measured: (step, metrics) => { this.dispatchEvent(new CustomEvent('metrics', { detail: { step, metrics } })); },
      failed: (failure) => {
        this.#rejectReady(new Error(failure.en));
        this.dispatchEvent(new CustomEvent('error', { detail: failure }));
      },
    });
    new LanguageController(this);
  }

  /** The run: model, data, knobs that differ from their defaults, seed. */
  get recipe(): Recipe {
    return this.#run.recipe;
  }

  /** What is true of the open session; `undefined` before it is built. */
  get info(): SessionInfo | undefined {
    return this.#run.info;
  }

  /** What was asked to train: `info.device` tells what does. */
  get device(): DeviceChoice {
    return this.#run.device;
  }

  get playing(): boolean {
    return this.#run.playing;
  }

  /** Training steps made. */
  get steps(): number {
    return this.#run.step;
  }

  /** The latest value of every metric that was measured, by id. */
  get metrics(): Metrics {
    return this.#run.metrics;
  }

  /** Trains until `pause`. */
  play(): void {
    this.#run.play();
  }

  pause(): Promise<void> {
    return this.#run.pause();
  }

  /** Makes `count` training steps, and nothing else meanwhile; what the last one measured. Rejects when training diverges. */
  async step(count = 1): Promise<Metrics> {
    await this.ready;
    return this.#run.makeSteps(count);
  }

  /** Back to step 0 with the same seed. */
  restart(): Promise<void> {
    return this.#run.restart();
  }

  /**
   * Turns a knob: a number, or as it would be typed in a link (`'persistent'`, `'off'`). A knob that is not live builds the model anew.
   * Throws a `RangeError` when there is no such knob or it does not accept the value.
   */
  async set(id: string, value: number | string | boolean): Promise<void> {
    const knob = knobsOf(CATALOGUE, this.recipe).find((candidate) => candidate.id === id);
    if (!knob) throw new RangeError(`${this.recipe.model} on ${this.recipe.data} has no knob named "${id}"`);
    const typed = typeof value === 'boolean' ? (value ? 'on' : 'off') : value;
    const parsed = parseKnob(knob, String(typed)) ?? (typeof value === 'number' && knob.kind.type === 'choice' && value in knob.kind.options ? value : undefined);
    if (parsed === undefined) throw new RangeError(`"${id}" does not accept ${JSON.stringify(value)}`);
    await this.#run.turn(knob, parsed);
  }

  /** Goes on from the same step on another device. */
  async use(device: DeviceChoice): Promise<void> {
    await this.ready;
    await this.#run.move(device);
  }

  /** Draws a view. `args` are the view's own choices, by id; `drawn` is a row of the data for views that take one drawn by hand. */
  async view(id: string, args: Record<string, number> = {}, drawn?: Float32Array): Promise<Picture> {
    await this.ready;
    return this.#run.view(id, Object.entries(args), drawn);
  }

  /** Some rows of the test split, as they are. */
  async rows(first: number, count: number): Promise<Picture> {
    await this.ready;
    return this.#run.rows(first, count);
  }

  /** The trained model as a safetensors file. */
  async save(): Promise<Uint8Array> {
    await this.ready;
    return this.#run.save();
  }

  /** Opens a saved model of this run, or one's own data in place of the run's. */
  async load(...files: File[]): Promise<void> {
    const dropped = await Promise.all(files.map(async (file): Promise<DroppedFile> => ({ name: file.name, bytes: await unpacked(file) })));
    await this.#run.take(dropped);
  }

  /** Opens another run in place of this one; training goes on if it went on before. */
  open(recipe: Recipe, device = this.device): Promise<void> {
    this.#isOpen = true;
    this.#run.device = device;
    return this.#run.open(recipe);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#attributes.observe(this, { attributes: true });
    this.#sight.observe(this);
    this.#size.observe(this);
    this.#scheme.addEventListener('change', this.#onScheme);
    this.#rotation.add(this.#measureCheap);
    // An element that is only moved within its page goes on, as does one that was opened by `open`.
    if (this.#isOpen) this.#attributesRead ||= JSON.stringify(readAttributes(this).recipe);
    else this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#attributes.disconnect();
    this.#sight.disconnect();
    this.#size.disconnect();
    this.#scheme.removeEventListener('change', this.#onScheme);
    this.#rotation.remove(this.#measureCheap);
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#isOpen = false;
      this.#run.playing = false;
      this.#run.close();
    });
  }

  #isOpen = false;
  #attributesRead = '';
  #deviceRead: DeviceChoice = 'auto';

  /** Follows the attributes: opens the recipe that they spell out, where it is another one than before. */
  #follow(): void {
    const lang = this.getAttribute('lang');
    if (isLanguage(lang)) speak(lang);
    const link = readAttributes(this);
    const read = JSON.stringify(link.recipe);
    const asked = link.device !== this.#deviceRead;
    this.#deviceRead = link.device;
    if (this.#isOpen && read === this.#attributesRead) {
      if (asked) this.#run.attempt(this.#run.move(link.device));
      return;
    }
    this.#attributesRead = read;
    if (asked) this.#run.device = link.device;
    this.#isOpen = true;
    if (link.problems.length > 0) this.tell(link.problems);
    this.#playWhenSeen ||= this.hasAttribute('play') && !this.playing;
    this.#run.attempt(this.#run.open(link.recipe));
  }

  /** Tells the visitor which words of a link or which attributes were not understood. */
  tell(problems: string[]): void {
    const list = problems.join(', ');
    const text = { en: `Not understood: ${list}. The rest was applied.`, ko: `알 수 없는 항목: ${list}. 나머지는 적용했습니다.` };
    this.#run.notify({ title: WORDS.badLink, text, actions: [] });
  }

  #changed(): void {
    const { recipe, playing, device } = this;
    const told = JSON.stringify([recipe, playing, device]);
    if (told !== this.#told) {
      this.#told = told;
      this.dispatchEvent(new CustomEvent('change', { detail: { recipe, playing, device } }));
    }
    this.#rotation.turn();
    this.requestUpdate();
  }

  #moment(): string {
    return `${this.#run.version} ${this.#run.step}`;
  }

  async #evaluateCheap(): Promise<void> {
    const cheap = findModel(CATALOGUE, this.recipe.model)?.metrics.filter((metric) => metric.cost === 'cheap').map((metric) => metric.id) ?? [];
    this.#measured.at = this.#moment();
    if (cheap.length > 0) await this.#run.evaluate(cheap).catch(() => undefined);
    this.#measured.time = performance.now();
  }

  async #measure(ids: string[]): Promise<void> {
    this.measuring = new Set([...this.measuring, ...ids]);
    try {
      await this.#run.evaluate(ids);
    } finally {
      this.measuring = new Set([...this.measuring].filter((id) => !ids.includes(id)));
    }
  }

  override addEventListener<K extends keyof DayDreamEvents>(type: K, listener: (event: DayDreamEvents[K]) => void, options?: boolean | AddEventListenerOptions): void;
  override addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
  override addEventListener(type: string, listener: unknown, options?: boolean | AddEventListenerOptions): void {
    super.addEventListener(type, listener as EventListener, options);
  }

  protected override willUpdate(): void {
    this.dark = this.theme === 'dark' || (this.theme !== 'light' && this.#scheme.matches);
  }

  protected override render(): TemplateResult | typeof nothing {
    const run = this.#run;
    const model = findModel(CATALOGUE, run.recipe.model);
    if (!model) return nothing;
    return html`
      <section class="player" role="group" tabindex="0" aria-label="Daydream" @keydown=${this.#pressed}>
        <div class="bar">${controls(run, this.measuring.size > 0)}</div>
        ${notices(run)}
        <div class="body ${this.panel === 'none' ? 'bare' : ''}">
          ${this.panel === 'none' ? nothing : panel(run, model, this.wide, (knob: Knob, value: number) => { this.#run.attempt(run.turn(knob, value)); })}
          ${stage({ run, model, rotation: this.#rotation, dark: this.dark, columns: this.columns, views: ids(this.views), metrics: ids(this.curves), measuring: this.measuring, measure: (ids) => { run.attempt(this.#measure(ids)); } })}
        </div>
        <slot name="caption">${caption(run, model)}</slot>
      </section>
    `;
  }

  /** Space toggles playing, unless it belongs to a control. */
  #pressed(event: KeyboardEvent): void {
    const target = event.composedPath()[0];
    if (event.key !== ' ' || !(target instanceof HTMLElement) || target.matches('button, input, select, summary, a, textarea')) return;
    event.preventDefault();
    toggle(this.#run);
  }

  static override styles = styles;
}

/** The ids in an attribute; `none` is none that exists. */
function ids(list: string | null): string[] | undefined {
  return list?.split(',').map((id) => id.trim());
}

declare global {
  interface HTMLElementTagNameMap {
    'day-dream': DayDream;
  }
}

customElements.define('day-dream', DayDream);
