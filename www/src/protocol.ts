/**
 * The contract between the page and the worker that owns the WebAssembly module: everything that crosses
 * `postMessage`, and nothing else. The shapes of specs and pictures mirror `crates/models` (`spec.rs`, `knob.rs`, `picture.rs`).
 */

/** One piece of text in every language of the page. */
export interface Text {
  en: string;
  ko: string;
}

/** What a knob accepts. Values are numbers throughout: a choice is the index of its option, a switch 0 or 1. */
export type KnobKind =
  | { type: 'whole'; min: number; max: number; default: number; scale: 'linear' | 'log' }
  | { type: 'real'; min: number; max: number; default: number; scale: 'linear' | 'log'; unit: string }
  | { type: 'choice'; options: { id: string; title: Text }[]; default: number }
  | { type: 'switch'; default: boolean };

export interface Knob {
  id: string;
  title: Text;
  help: Text;
  kind: KnobKind;
  live: boolean;
}

export interface Metric {
  id: string;
  title: Text;
  help: Text;
  unit: string;
  better: 'up' | 'down' | 'neither';
  cost: 'free' | 'cheap' | 'costly';
}

export type DataKind = 'points' | 'images' | 'ratings';

export interface View {
  id: string;
  title: Text;
  help: Text;
  args: Knob[];
  data: DataKind[];
  live: boolean;
  takes: Takes;
}

/** What a view is given by hand: a click on its plane sets two of its args; a row of the data is drawn on a sheet, or
 * made of the visitor's own stars. */
export type Takes = { type: 'nothing' } | { type: 'point'; x: string; y: string } | { type: 'image' } | { type: 'ratings' };

export interface Preset {
  id: string;
  title: Text;
  data: string;
  knobs: [string, string][];
  steps: number;
  metric: string;
  bar: number;
}

export interface ModelSpec {
  id: string;
  title: Text;
  family: 'energy' | 'local' | 'latent' | 'adversarial';
  summary: Text;
  story: Text;
  /** LaTeX in the catalogue of the WebAssembly module, MathML in the one made at build time. */
  equations: string[];
  paper: { title: string; url: string };
  data: DataKind[];
  needs_labels: boolean;
  knobs: Knob[];
  metrics: Metric[];
  views: View[];
  presets: Preset[];
}

export interface DataSpec {
  id: string;
  title: Text;
  summary: Text;
  kind: DataKind;
  labelled: boolean;
  knobs: Knob[];
}

export interface Catalogue {
  models: ModelSpec[];
  data: DataSpec[];
}

/** The run that a link describes. Knobs are written as they would be typed, only those that differ from their defaults. */
export interface Recipe {
  model: string;
  data: string;
  knobs: Record<string, string>;
  seed: number;
  /**
   * `true`: the same bits in every browser and on every processor. `false`: multiplication and addition of a product are one instruction wherever the
   * browser knows it, and round as the processor does. Without it: whichever of the two is faster here.
   */
  exact?: boolean;
}

/** How the processor's matrix products round: after each operation, or multiplication and addition together. Either computes the same for any number of threads. */
export type Rounding = 'separate' | 'fused';

/** A file that somebody dropped. */
export interface DroppedFile {
  name: string;
  bytes: Uint8Array;
}

/** Numbers as the bytes of little-endian 32-bit floats. */
export type Floats = Uint8Array;

export type Palette = 'gray' | 'sequential' | 'diverging';

/** What points stand for. */
export type Role = 'real' | 'made' | 'code' | 'other';

export type Layer =
  | { type: 'heat'; name: Text; height: number; width: number; values: Floats; range: [number, number]; palette: Palette; levels: number[] }
  | { type: 'points'; name: Text; role: Role; at: Floats; classes: number[] }
  | { type: 'arrows'; name: Text; arrows: Floats }
  | { type: 'lines'; name: Text; points: number; at: Floats }
  | { type: 'trails'; name: Text; role: Role; points: number; at: Floats }
  | { type: 'marks'; name: Text; role: Role; at: Floats };

export type Picture =
  | {
      type: 'images';
      columns: number;
      height: number;
      width: number;
      channels: number;
      pixels: Floats;
      range: [number, number];
      palette: Palette;
      captions: string[];
    }
  | { type: 'plane'; bounds: [number, number, number, number]; axes?: [Text, Text]; layers: Layer[] }
  | { type: 'chart'; x: Text; y: Text; curves: { name: Text; x: Floats; y: Floats; dots: boolean }[]; mark?: number }
  | { type: 'histogram'; range: [number, number]; label: Text; mark?: number; series: { name: Text; shares: Floats }[] }
  | { type: 'bars'; label: Text; names: Text[]; values: Floats; marked?: number }
  | { type: 'group'; parts: { en: string; ko: string; picture: Picture }[] };

export type Metrics = Record<string, number>;

/** What training has measured. */
export interface Progress {
  /** Training steps made. */
  step: number;
  /** The metrics of the last of them. */
  metrics: Metrics;
}

/** What a visitor may ask for: whichever trains faster, the processor, or the graphics processor. */
export type DeviceChoice = 'auto' | 'cpu' | 'gpu';

/** Which device runs a session, and why. */
export interface Device {
  /** What was asked for. */
  choice: DeviceChoice;
  /** What runs it. */
  kind: 'cpu' | 'gpu';
  /** The device's name, such as `CPU` or that of a graphics card. */
  name: string;
  /** Why this one, in a whole sentence. */
  why: Text;
  /** Why the CPU had to take over, at which training step, and from which step it went on. */
  notice?: { text: Text; at: number; from: number };
}

/** What is true of a session once it is built. */
export interface SessionInfo {
  recipe: Recipe;
  /** Training steps made. */
  step: number;
  stepsPerEpoch: number;
  device: Device;
  rounding: Rounding;
  data: { name: string; kind: DataKind; height: number; width: number; channels: number; classes: number; train: number; test: number;
    /** What is rated, where rows are ratings. */
    titles?: Text[] };
  /** The step that "go back" returns to. */
  snapshot: number;
  /** Steps a second at which training is best watched, where that is not as fast as it goes. */
  pace: number | null | undefined;
  /** The step after which no other changes anything, if there is one. */
  end: number | null | undefined;
  /** The most bytes that the module has taken so far: what programs work in, data, parameters kept to go back to. */
  memory: number;
}

/** A failure, in words for the person at the page. */
export interface Failure {
  /** What kind of failure: `diverged`, `bad-file`, `bad-knob`, `unknown`, `unsupported`, `device`, or `crashed` when the worker must be replaced. */
  code: string;
  en: string;
  ko: string;
}

/** Names of workers whose runs must be exact or must not: a worker loads its module before the first command comes. */
export const WORKERS = { exact: 'exact', fused: 'fused' };

/** What the page asks of the worker. Each has one answer, with the same `id`. The worker handles them in order. */
export type Command =
  | { do: 'open'; recipe: Recipe; files: DroppedFile[]; device: DeviceChoice }
  | { do: 'step'; count: number }
  | { do: 'set'; knob: string; value: number }
  /** Go on from the same step on another device. */
  | { do: 'move'; device: DeviceChoice }
  | { do: 'restart' }
  | { do: 'goBack' }
  | { do: 'evaluate'; metrics: string[] }
  | { do: 'view'; view: string; args: [string, number][]; drawn?: Float32Array }
  | { do: 'rows'; first: number; count: number }
  | { do: 'save' }
  | { do: 'load'; file: DroppedFile }
  /** Train until `pause`, at most `stepsPerSecond` and not beyond the step `end`; the worker sends `trained` events. */
  | { do: 'play'; stepsPerSecond: number; end: number }
  | { do: 'pause' }
  /** Take the GPU away, as a driver that fails does: for tests, and for trying it out. */
  | { do: 'loseGpu' };

/** The answer to each command. */
export interface Answers {
  open: SessionInfo;
  step: Progress;
  set: SessionInfo;
  move: SessionInfo;
  restart: SessionInfo;
  goBack: SessionInfo;
  evaluate: Metrics;
  view: Picture;
  rows: Picture;
  save: Uint8Array;
  load: SessionInfo;
  play: null;
  pause: { step: number };
  loseGpu: null;
}

export type Request = { id: number } & Command;

/** What the threads of the engine share. */
export interface Shared {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
}

/** What comes of starting threads: nothing where all is well, or what went wrong. */
export type Arrival = string | undefined;

/** What the worker sends. */
export type Message =
  | { type: 'ready' }
  /** The engine wants so many threads. The `Arrival` is answered to the port, once all have come or one could not. */
  | { type: 'recruit'; threads: number; shared: Shared; reply: MessagePort }
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'refused'; id: number; failure: Failure }
  /** While playing, several times a second: where training stands, and how fast it goes. */
  | ({ type: 'trained'; stepsPerSecond: number; memory: number } & Progress)
  /** Another device trains from now on, or it is known now why none does. One that failed is followed by the CPU from an earlier step. */
  | { type: 'moved'; info: SessionInfo }
  /** Playing stopped by itself. */
  | { type: 'stopped'; failure: Failure; step: number; snapshot: number };
