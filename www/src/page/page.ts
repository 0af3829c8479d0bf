/** `<day-dream-page>`: the page. An arrangement of one `<day-dream>`: what to open above and beside it, what to read below it. */

import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { CATALOGUE } from '../catalogue';
import { DayDream } from '../day-dream';
import { ICONS } from '../icons';
import { LANGUAGES, LanguageController, browserLanguage, language, say, speak, type Language } from '../language';
import type { Picture, Recipe } from '../protocol';
import { asExactAs, findData, findModel, readLink, writeLink } from '../recipe';
import { WORDS } from '../words';
import { about } from './about';
import './drawing';
import type { DayDreamDrawing, DrawnData } from './drawing';
import { drawable } from './drawn';
import { dataPicker, modelPicker, presets } from './picker';
import { share } from './share';
import { styles } from './styles';

/** How long the address waits for more changes: browsers refuse addresses that change many times a second. */
const ADDRESS_DELAY = 300;
/** Rows of the data that are shown beside its name. */
const EXAMPLES = { images: 12, points: 400, ratings: 40 };
const THEME_KEY = 'daydream-theme';

export class DayDreamPage extends LitElement {
  static override properties = { theme: { type: String, reflect: true }, recipe: { state: true }, examples: { state: true }, dropping: { state: true } };

  declare theme: 'light' | 'dark';
  declare private recipe: Recipe;
  /** Some rows of the data. */
  declare private examples: Picture | undefined;
  /** A file is being dragged over the page. */
  declare private dropping: boolean;

  readonly #player = new DayDream();
  /** The language that the address asks for, where the visitor or the link has chosen one. */
  #language: Language | undefined;
  #addressTimer = 0;

  constructor() {
    super();
    this.theme = storedTheme() ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
    this.dropping = false;
    new LanguageController(this);
    this.recipe = this.#followAddress();
    this.#player.addEventListener('change', ({ detail }) => {
      this.recipe = detail.recipe;
      this.#writeAddress();
    });
    this.#player.addEventListener('open', ({ detail }) => { void this.#showExamples(EXAMPLES[detail.data.kind]); });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#onAddress);
    addEventListener('dragover', this.#onDrag);
    addEventListener('dragleave', this.#onLeave);
    addEventListener('drop', this.#onDrop);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#onAddress);
    removeEventListener('dragover', this.#onDrag);
    removeEventListener('dragleave', this.#onLeave);
    removeEventListener('drop', this.#onDrop);
  }

  readonly #onAddress = (): void => { this.#followAddress(); };

  /** Opens the run that the address describes. */
  #followAddress(): Recipe {
    const link = readLink(CATALOGUE, location.hash);
    this.#language = link.language;
    speak(link.language ?? browserLanguage());
    void this.#player.open(link.recipe, link.device);
    if (link.play) this.#player.play();
    else if (this.#player.playing) void this.#player.pause();
    if (link.problems.length > 0) this.#player.tell(link.problems);
    if (link.newer) this.#player.tell(['v']);
    return link.recipe;
  }

  #writeAddress(): void {
    clearTimeout(this.#addressTimer);
    this.#addressTimer = window.setTimeout(() => {
      const { recipe, playing, device } = this.#player;
      history.replaceState(null, '', writeLink(CATALOGUE, recipe, { device, play: playing, language: this.#language }));
    }, ADDRESS_DELAY);
  }

  async #showExamples(count: number): Promise<void> {
    const rows = await this.#player.rows(0, count).catch(() => undefined);
    this.examples = rows?.type === 'images' ? { ...rows, columns: Math.min(rows.columns, 4), captions: [] } : rows;
  }

  readonly #onDrag = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dropping = true;
  };

  readonly #onLeave = (event: DragEvent): void => {
    if (event.relatedTarget === null) this.dropping = false;
  };

  readonly #onDrop = (event: DragEvent): void => {
    this.dropping = false;
    const files = event.dataTransfer?.files;
    if (!files || files.length === 0) return;
    event.preventDefault();
    void this.#player.load(...files);
  };

  #openFiles(event: Event): void {
    const field = event.target as HTMLInputElement;
    void this.#player.load(...(field.files ?? []));
    field.value = '';
  }

  async #save(): Promise<void> {
    const bytes = await this.#player.save();
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: 'application/octet-stream' }));
    link.download = `${this.recipe.model}-${this.recipe.data}-${this.#player.steps}.safetensors`;
    link.click();
    setTimeout(() => { URL.revokeObjectURL(link.href); }, 60_000);
  }

  #open(recipe: Recipe | undefined): void {
    if (recipe) void this.#player.open(asExactAs(this.recipe, recipe));
  }

  #speak(id: Language): void {
    this.#language = id;
    speak(id);
    this.#writeAddress();
  }

  #switchTheme(): void {
    this.theme = this.theme === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem(THEME_KEY, this.theme);
    } catch {
      // Browsers may forbid storage; the choice then lasts as long as the page.
    }
  }

  protected override willUpdate(): void {
    this.#player.theme = this.theme;
    this.#player.setAttribute('theme', this.theme);
    document.documentElement.lang = language();
    document.documentElement.style.colorScheme = this.theme;
    const model = findModel(CATALOGUE, this.recipe.model);
    document.title = model ? `${say(model.title)} · Daydream` : 'Daydream';
  }

  protected override render(): TemplateResult | typeof nothing {
    const model = findModel(CATALOGUE, this.recipe.model);
    if (!model) return nothing;
    const open = (recipe: Recipe | undefined): void => { this.#open(recipe); };
    const data = findData(CATALOGUE, this.recipe.data);
    return html`
      <header>
        <a class="wordmark" href="./" aria-label="Daydream"><i></i>Daydream</a>
        <p>${say(WORDS.tagline)}</p>
        <div class="languages" role="group" aria-label=${say(WORDS.language)}>
          ${LANGUAGES.map(({ id, name }) => html`<button lang=${id} aria-pressed=${id === language()} @click=${() => { this.#speak(id); }}>${name}</button>`)}
        </div>
        <button class="icon" title=${say(WORDS.theme)} aria-label=${say(WORDS.theme)} @click=${() => { this.#switchTheme(); }}>${ICONS.theme}</button>
      </header>
      <div class="columns">
        <nav>
          ${modelPicker(this.recipe, open)}
          ${dataPicker(this.recipe, model, open, () => { this.renderRoot.querySelector<DayDreamDrawing>('day-dream-drawing')?.show(this.#player.info?.data.kind); })}
          ${data ? html`<p class="summary">${say(data.summary)}</p>` : nothing}
          ${this.examples ? html`<day-dream-picture class="examples" .picture=${this.examples} .dark=${this.theme === 'dark'} label=${say(WORDS.data)}></day-dream-picture>` : nothing}
        </nav>
        <main>
          <div class="title">
            <h1>${say(model.title)}</h1>
            <div class="actions">
              <label class="icon" tabindex="0" role="button" title=${say(WORDS.openHelp)} aria-label=${say(WORDS.open)}
                @keydown=${pressLabel}>${ICONS.open}<input type="file" multiple hidden @change=${(event: Event) => { this.#openFiles(event); }} /></label>
              <button class="icon" title=${say(WORDS.saveHelp)} aria-label=${say(WORDS.save)} @click=${() => { void this.#save(); }}>${ICONS.save}</button>
              <button class="icon" title=${say(WORDS.share)} aria-label=${say(WORDS.share)} @click=${() => { this.renderRoot.querySelector('dialog')?.showModal(); }}>${ICONS.share}</button>
            </div>
          </div>
          <p class="lead">${say(model.summary)}</p>
          ${presets(this.recipe, model, open)}
          ${this.#player}
          ${about(model)}
        </main>
      </div>
      <footer>${say(WORDS.source)}</footer>
      ${share(this.recipe, this.#player.device)}
      <day-dream-drawing .kinds=${drawable(model)} .dark=${this.theme === 'dark'} @drawndata=${({ detail }: DrawnData) => { void this.#player.load(detail); }}></day-dream-drawing>
      ${this.dropping ? html`<div class="drop"><p>${say(WORDS.dropHere)}</p></div>` : nothing}
    `;
  }

  override firstUpdated(): void {
    // The page says itself what the player shows.
    this.#player.append(Object.assign(document.createElement('span'), { slot: 'caption' }));
  }

  static override styles = styles;
}

/** Enter and space press a label that looks like a button. */
function pressLabel(event: KeyboardEvent): void {
  if (event.key !== 'Enter' && event.key !== ' ') return;
  event.preventDefault();
  (event.currentTarget as HTMLLabelElement).control?.click();
}

function storedTheme(): 'light' | 'dark' | undefined {
  try {
    const stored = localStorage.getItem(THEME_KEY);
    return stored === 'light' || stored === 'dark' ? stored : undefined;
  } catch {
    return undefined;
  }
}

customElements.define('day-dream-page', DayDreamPage);
