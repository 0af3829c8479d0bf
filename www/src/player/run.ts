/**
 * A run as the page sees it: the session in the worker, where it stands, what was measured, and what went wrong.
 * It draws nothing; whoever draws is told of every change.
 */

import { bringWords, CATALOGUE } from '../catalogue';
import { Client, Refusal, type Moved, type Stopped, type Trained } from '../client';
import { Log } from '../history';
import { released } from '../hold';
import type { Command, Answers, Device, DeviceChoice, DroppedFile, Failure, Knob, Metrics, Picture, Recipe, SessionInfo, Text } from '../protocol';
import { asExactAs, findModel, knobsOf, knobValue, withKnob } from '../recipe';
import { WORDS } from '../words';
import { recipeOf } from './checkpoint';

/** Something to tell the visitor, and what can be done about it. */
export interface Notice {
  title: Text | undefined;
  text: Text;
  actions: { label: Text; act: () => void }[];
}

export interface Watcher {
  /** A session was built. */
  opened(info: SessionInfo): void;
  /** Something that is shown has changed. */
  changed(): void;
  /** Metrics were measured. */
  measured(step: number, metrics: Metrics): void;
  failed(failure: Failure): void;
}

/** Steps a second that mean "as fast as it can". */
const FULL_SPEED = 1e6;
const SLOW_MOTION = 4;

interface Wanted {
  recipe: Recipe;
  files: DroppedFile[];
  device: DeviceChoice;
}

export class Run {
  recipe: Recipe;
  /** What was asked to train it. */
  device: DeviceChoice = 'auto';
  /** It is on its way to another device. */
  moving = false;
  /** The data, where it is the visitor's own. */
  files: DroppedFile[] = [];
  /** What is true of the open session; `undefined` before the first is open. */
  info: SessionInfo | undefined;
  step = 0;
  stepsPerSecond = 0;
  /** The latest value of every metric. */
  metrics: Metrics = {};
  /** Metrics that were asked for and do not exist for this data and these knobs. */
  absent: ReadonlySet<string> = new Set();
  readonly log = new Log();
  playing = false;
  slow = false;
  /** A session is being built. */
  opening = false;
  /** The worker has died. `play` and `open` start another. */
  crashed = false;
  notices: Notice[] = [];
  /** Grows when pictures of the same step would differ: another session, another place in training, a knob turned. */
  version = 0;

  #client: Client | undefined;
  #wanted: Wanted | undefined;
  #settled: Promise<void> | undefined;

  constructor(recipe: Recipe, private readonly watcher: Watcher) {
    this.recipe = recipe;
  }

  /**
   * Builds a session in place of the open one, which stays when the new one cannot be built. Training goes on if it went on before. While one is
   * being built only the latest wish is kept.
   */
  open(recipe: Recipe, files: DroppedFile[] = []): Promise<void> {
    this.#wanted = { recipe, files, device: this.device };
    this.recipe = recipe;
    this.files = files;
    this.opening = true;
    void bringWords(recipe.model);
    this.watcher.changed();
    this.#settled ??= this.#build().finally(() => {
      this.#settled = undefined;
    });
    return this.#settled;
  }

  async #build(): Promise<void> {
    await released();
    let kept: Wanted | undefined = this.info && { recipe: this.info.recipe, files: this.#openFiles, device: this.info.device.choice };
    while (this.#wanted) {
      const { recipe, files, device } = this.#wanted;
      this.#wanted = undefined;
      // Its session ends with the worker.
      if (this.#client?.exact !== recipe.exact) kept = undefined;
      try {
        const info = await this.#connect(recipe.exact).ask({ do: 'open', recipe, files, device });
        await bringWords(recipe.model);
        kept = { recipe, files, device };
        this.#openFiles = files;
        if (this.#isSuperseded()) continue;
        if (files.length > 0) {
          // One's own data goes by the name that its files have together.
          info.recipe.data = info.data.name;
          this.recipe = { ...this.recipe, data: info.data.name };
        }
        this.#begin(info);
        // Before anybody asks for pictures: the first thing to be seen is that it trains.
        if (this.playing) this.#start();
        this.watcher.opened(info);
      } catch (thrown) {
        if (this.#isSuperseded()) continue;
        if (kept) ({ recipe: this.recipe, files: this.files, device: this.device } = kept);
        this.#refused(thrown, WORDS.notApplied);
        if (this.playing && kept) this.#start();
        else this.playing = false;
      }
    }
    this.opening = false;
    this.watcher.changed();
  }

  /** The files of the session that is open. */
  #openFiles: DroppedFile[] = [];

  #isSuperseded(): boolean {
    return this.#wanted !== undefined;
  }

  /** A session that starts, or starts again. */
  #begin(info: SessionInfo): void {
    this.log.clear();
    this.metrics = {};
    this.absent = new Set();
    this.stepsPerSecond = 0;
    this.#arrive(info);
  }

  /** The session stands somewhere else now. */
  #arrive(info: SessionInfo): void {
    this.info = info;
    this.step = info.step;
    this.version++;
    this.#tellOfDevice(info.device, []);
    this.watcher.changed();
  }

  /** Goes on from the same step on another device. */
  async move(choice: DeviceChoice): Promise<void> {
    this.device = choice;
    // A session that is being built is built for the new device instead.
    if (this.opening || this.crashed || !this.info) return this.open(this.recipe, this.files);
    this.moving = true;
    this.watcher.changed();
    try {
      this.#arrive(await this.#ask({ do: 'move', device: choice }));
    } finally {
      this.moving = false;
      this.watcher.changed();
    }
  }

  /** Another device has taken over: one that failed, or the faster one. */
  #moved({ info }: Moved): void {
    if (this.opening) return;
    this.log.cut(info.step);
    const again = { label: WORDS.gpuAgain, act: () => { this.attempt(this.move('gpu')); } };
    this.#tellOfDevice(info.device, [again]);
    this.#arrive(info);
  }

  /** Tells why the CPU had to take over; the same reason only once. */
  #tellOfDevice({ notice }: Device, actions: Notice['actions']): void {
    if (notice && notice.text.en !== this.#told) this.notify({ title: undefined, text: notice.text, actions });
    this.#told = notice?.text.en;
  }

  #told: string | undefined;

  /** Begins anew with products that round alike everywhere, or in whichever way is faster here. */
  setExact(exact: boolean): Promise<void> {
    if (exact && this.device === 'auto') this.device = 'cpu';
    return this.open(asExactAs(exact ? { exact } : {}, this.recipe), this.files);
  }

  /** Ends the worker. `open` and `play` start another. */
  close(): void {
    this.#client?.close();
    this.#client = undefined;
    this.#wanted = undefined;
    this.#settled = undefined;
    this.opening = false;
  }

  play(): void {
    this.playing = true;
    if (this.crashed || !this.#client) void this.open(this.recipe, this.files);
    else if (!this.opening) this.attempt(this.#resume());
    this.watcher.changed();
  }

  /** From the beginning, where the end was reached. */
  async #resume(): Promise<void> {
    if (this.#isAtEnd()) await this.restart();
    this.#start();
  }

  /** Nothing is left to be learnt. */
  #isAtEnd(): boolean {
    return this.step >= (this.info?.end ?? Infinity);
  }

  async pause(): Promise<void> {
    this.playing = false;
    this.watcher.changed();
    if (this.opening || !this.#client) return;
    const { step } = await this.#ask({ do: 'pause' });
    this.step = step;
    this.stepsPerSecond = 0;
    this.watcher.changed();
  }

  setSlow(slow: boolean): void {
    this.slow = slow;
    if (this.playing && !this.opening) this.#start();
    this.watcher.changed();
  }

  #start(): void {
    const { pace, end } = this.info ?? {};
    this.attempt(this.#ask({ do: 'play', stepsPerSecond: this.slow ? SLOW_MOTION : (pace ?? FULL_SPEED), end: end ?? Infinity }));
  }

  /** Makes training steps and returns what the last one measured. */
  async makeSteps(count: number): Promise<Metrics> {
    await this.#settled;
    if (this.playing) await this.pause();
    try {
      const { step, metrics } = await this.#ask({ do: 'step', count });
      this.step = step;
      this.#measured(step, metrics, true);
      return metrics;
    } catch (thrown) {
      if (thrown instanceof Refusal) this.#stopped(thrown.failure);
      throw thrown;
    }
  }

  async restart(): Promise<void> {
    if (this.crashed) return this.open(this.recipe, this.files);
    this.#begin(await this.#ask({ do: 'restart' }));
  }

  async goBack(): Promise<void> {
    const info = await this.#ask({ do: 'goBack' });
    this.log.cut(info.step);
    this.#arrive(info);
  }

  /** Turns a knob: at once where it is live, else by building the session anew with the same seed. */
  async turn(knob: Knob, value: number): Promise<void> {
    const before = knobValue(knob, this.recipe);
    const turned = withKnob(this.recipe, knob, value);
    if (!knob.live) return this.open(turned, this.files);
    this.recipe = turned;
    this.watcher.changed();
    try {
      await this.#ask({ do: 'set', knob: knob.id, value });
      this.version++;
    } catch (thrown) {
      this.recipe = withKnob(this.recipe, knob, before);
      this.#refused(thrown, WORDS.notApplied);
    }
    this.watcher.changed();
  }

  /** Measures on the test split; those that do not exist for this data and these knobs are left out. */
  async evaluate(metrics: string[]): Promise<Metrics> {
    const measured = await this.#ask({ do: 'evaluate', metrics });
    this.absent = new Set([...this.absent, ...metrics].filter((id) => !(id in measured)));
    this.#measured(this.step, measured, true);
    return measured;
  }

  view(view: string, args: [string, number][], drawn?: Float32Array): Promise<Picture> {
    return this.#ask({ do: 'view', view, args, ...(drawn && { drawn }) });
  }

  rows(first: number, count: number): Promise<Picture> {
    return this.#ask({ do: 'rows', first, count });
  }

  save(): Promise<Uint8Array> {
    return this.#ask({ do: 'save' });
  }

  /** Opens what a visitor brings: a saved model for this run, or data in place of the open data. */
  async take(files: DroppedFile[]): Promise<void> {
    const [first] = files;
    if (!first) return;
    if (files.length === 1 && first.name.endsWith('.safetensors')) {
      await this.#load(first);
      return;
    }
    const own = new Set(findModel(CATALOGUE, this.recipe.model)?.knobs.map((knob) => knob.id));
    const knobs = Object.fromEntries(Object.entries(this.recipe.knobs).filter(([id]) => own.has(id)));
    await this.open({ ...this.recipe, data: first.name, knobs }, files);
  }

  async #load(file: DroppedFile): Promise<void> {
    await this.#settled;
    try {
      const info = await this.#ask({ do: 'load', file });
      this.log.clear();
      this.metrics = {};
      this.#arrive(info);
    } catch (thrown) {
      const saved = recipeOf(file.bytes);
      const elsewhere = saved && knobsOf(CATALOGUE, saved).length > 0 ? asExactAs(this.recipe, saved) : undefined;
      this.#refused(thrown, WORDS.notApplied, elsewhere && {
        label: WORDS.openSaved,
        act: () => { void this.open(elsewhere).then(() => this.#load(file)); },
      });
    }
  }

  /** Tells the visitor something, once. */
  notify(notice: Notice): void {
    if (this.notices.some((known) => known.text.en === notice.text.en)) return;
    this.notices = [...this.notices, notice];
    this.watcher.changed();
  }

  dismiss(notice: Notice): void {
    this.notices = this.notices.filter((known) => known !== notice);
    this.watcher.changed();
  }

  /** The worker, started if there is none, or none that rounds as it must. */
  #connect(exact: Recipe['exact']): Client {
    if (this.#client && this.#client.exact === exact) return this.#client;
    this.#client?.dismiss({ code: 'crashed', ...WORDS.notRunning });
    this.crashed = false;
    const client = new Client(exact);
    client.onTrained = (event) => { this.#trained(event); };
    client.onMoved = (event) => { this.#moved(event); };
    client.onStopped = (event) => { this.#halted(event); };
    this.#client = client;
    return client;
  }

  #ask<C extends Command>(command: C): Promise<Answers[C['do']]> {
    return this.#client?.ask(command) ?? Promise.reject(new Refusal({ code: 'crashed', ...WORDS.notRunning }));
  }

  /** Waits for something that the visitor asked for; a refusal becomes a notice. */
  attempt(asked: Promise<unknown>): void {
    asked.catch((thrown: unknown) => { this.#refused(thrown); });
  }

  #trained({ step, metrics, stepsPerSecond, memory }: Trained): void {
    // What the session before the one being built still had to say.
    if (this.opening) return;
    this.step = step;
    if (stepsPerSecond > 0) this.stepsPerSecond = stepsPerSecond;
    if (this.info) this.info.memory = memory;
    this.#measured(step, metrics, false);
    if (this.playing && this.#isAtEnd()) this.attempt(this.pause());
  }

  #measured(step: number, metrics: Metrics, keep: boolean): void {
    this.metrics = { ...this.metrics, ...metrics };
    if (keep) this.log.add(step, metrics);
    else this.log.report(step, metrics);
    this.watcher.measured(step, metrics);
    this.watcher.changed();
  }

  /** Playing stopped by itself, or the worker died. */
  #halted({ failure, step, snapshot }: Stopped): void {
    const played = this.playing;
    this.playing = false;
    this.stepsPerSecond = 0;
    if (failure.code === 'crashed') {
      this.#client?.close();
      this.#client = undefined;
      this.crashed = true;
    } else {
      this.step = step;
    }
    this.#stopped(failure, snapshot, played);
  }

  #stopped(failure: Failure, snapshot?: number, played = false): void {
    const again = {
      label: WORDS.startAgain,
      // What played when the worker died plays again; a run that diverged waits to be changed.
      act: () => {
        if (this.crashed && played) this.play();
        else this.attempt(this.restart());
      },
    };
    const back = { label: WORDS.goBack(snapshot), act: () => { this.attempt(this.goBack()); } };
    const diverged = failure.code === 'diverged';
    this.notify({ title: diverged ? WORDS.diverged : undefined, text: failure, actions: diverged ? [back, again] : [again] });
    this.watcher.failed(failure);
  }

  #refused(thrown: unknown, title?: Text, action?: Notice['actions'][number]): void {
    if (!(thrown instanceof Refusal)) throw thrown;
    this.notify({ title, text: thrown.failure, actions: action ? [action] : [] });
    this.watcher.failed(thrown.failure);
  }
}
