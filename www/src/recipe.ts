/** The address: which run it describes. Only what differs from the defaults is written; `#` and what follows never leaves the browser. */

import type { Catalogue, DataSpec, DeviceChoice, Knob, ModelSpec, Recipe } from './protocol';
import { isLanguage, type Language } from './language';

/** The version of links that this page writes and reads. Links of version 1 do not name it. */
export const LINK_VERSION = 1;

export const DEFAULT_SEED = 1;

/** What an address says besides the recipe. */
export interface Link {
  recipe: Recipe;
  device: DeviceChoice;
  play: boolean;
  language: Language | undefined;
  /** Names in the address that nothing here answers to, and values out of range. */
  problems: string[];
  newer: boolean;
}

/** What may be asked to train; an address names it only when it is not the first. */
export const DEVICE_CHOICES: readonly DeviceChoice[] = ['auto', 'cpu', 'gpu'];

/** Words in an address that are not knobs. */
const RESERVED = new Set(['model', 'data', 'seed', 'exact', 'device', 'play', 'lang', 'v']);

/** What trains where an address names no device. A GPU rounds in ways of its own. */
export function defaultDevice({ exact }: Pick<Recipe, 'exact'>): DeviceChoice {
  return exact ? 'cpu' : 'auto';
}

export function findModel(catalogue: Catalogue, id: string): ModelSpec | undefined {
  return catalogue.models.find((model) => model.id === id);
}

export function findData(catalogue: Catalogue, id: string): DataSpec | undefined {
  return catalogue.data.find((data) => data.id === id);
}

/** Whether a model can learn a data set. */
export function accepts(model: ModelSpec, data: DataSpec): boolean {
  return model.data.includes(data.kind) && (!model.needs_labels || data.labelled);
}

/** The data set that a model opens with: that of its first preset. */
export function defaultData(catalogue: Catalogue, model: ModelSpec): string {
  return model.presets[0]?.data ?? catalogue.data.find((data) => accepts(model, data))?.id ?? '';
}

/** The knobs that a recipe can turn. */
export function knobsOf(catalogue: Catalogue, recipe: Recipe): Knob[] {
  return [...(findModel(catalogue, recipe.model)?.knobs ?? []), ...(findData(catalogue, recipe.data)?.knobs ?? [])];
}

/** A value as it stands in an address. */
export function formatKnob(knob: Knob, value: number): string {
  switch (knob.kind.type) {
    case 'choice':
      return knob.kind.options[value]?.id ?? '';
    case 'switch':
      return value === 0 ? 'off' : 'on';
    default:
      return String(value);
  }
}

/** The value that an address states, or `undefined` when the knob does not accept it. */
export function parseKnob(knob: Knob, typed: string): number | undefined {
  const kind = knob.kind;
  if (kind.type === 'choice') {
    const index = kind.options.findIndex((option) => option.id === typed);
    return index < 0 ? undefined : index;
  }
  if (kind.type === 'switch') {
    if (['on', 'true', '1'].includes(typed)) return 1;
    return ['off', 'false', '0'].includes(typed) ? 0 : undefined;
  }
  const value = typed.trim() === '' ? NaN : Number(typed);
  if (!(value >= kind.min && value <= kind.max)) return undefined;
  return kind.type === 'whole' && !Number.isInteger(value) ? undefined : value;
}

export function defaultValue(knob: Knob): number {
  return knob.kind.type === 'switch' ? Number(knob.kind.default) : knob.kind.default;
}

/** Where a knob stands in a recipe. */
export function knobValue(knob: Knob, recipe: Recipe): number {
  const typed = recipe.knobs[knob.id];
  return (typed === undefined ? undefined : parseKnob(knob, typed)) ?? defaultValue(knob);
}

/** The recipe with a knob turned; at its default it is left out. */
export function withKnob(recipe: Recipe, knob: Knob, value: number): Recipe {
  const knobs = Object.fromEntries(Object.entries(recipe.knobs).filter(([id]) => id !== knob.id));
  if (value !== defaultValue(knob)) knobs[knob.id] = formatKnob(knob, value);
  return { ...recipe, knobs };
}

/** Another recipe, exact where the first one is. */
export function asExactAs({ exact }: Pick<Recipe, 'exact'>, other: Recipe): Recipe {
  const recipe = { ...other };
  if (exact === undefined) delete recipe.exact;
  else recipe.exact = exact;
  return recipe;
}

/** A model on its own data set with every knob at its default. */
export function defaultRecipe(catalogue: Catalogue, model: ModelSpec, seed = DEFAULT_SEED): Recipe {
  const preset = model.presets[0];
  return { model: model.id, data: defaultData(catalogue, model), knobs: Object.fromEntries(preset?.knobs ?? []), seed };
}

/** The recipe of a preset. */
export function presetRecipe(model: ModelSpec, id: string, seed: number): Recipe | undefined {
  const preset = model.presets.find((candidate) => candidate.id === id);
  return preset && { model: model.id, data: preset.data, knobs: Object.fromEntries(preset.knobs), seed };
}

/** Another data set for the same model; knobs that the new one does not know are dropped. */
export function withData(catalogue: Catalogue, recipe: Recipe, data: string): Recipe {
  const moved = { ...recipe, data };
  const known = new Set(knobsOf(catalogue, moved).map((knob) => knob.id));
  return { ...moved, knobs: Object.fromEntries(Object.entries(recipe.knobs).filter(([id]) => known.has(id))) };
}

/** Reads what stands behind `#`. What it cannot follow it names in `problems`, and keeps the rest. */
export function readLink(catalogue: Catalogue, hash: string): Link {
  const said = new URLSearchParams(hash.replace(/^#/, ''));
  const problems: string[] = [];
  const first = catalogue.models[0];
  if (!first) throw new Error('the catalogue holds no model');

  const wanted = said.get('model');
  let model = first;
  if (wanted !== null) {
    const found = findModel(catalogue, wanted);
    if (found) model = found;
    else problems.push(`model=${wanted}`);
  }

  let data = defaultData(catalogue, model);
  const wantedData = said.get('data');
  if (wantedData !== null) {
    const found = findData(catalogue, wantedData);
    if (found && accepts(model, found)) data = found.id;
    else problems.push(`data=${wantedData}`);
  }

  let seed = DEFAULT_SEED;
  const wantedSeed = said.get('seed');
  if (wantedSeed !== null) {
    const value = Number(wantedSeed);
    if (/^\d+$/.test(wantedSeed) && value <= 0xffff_ffff) seed = value;
    else problems.push(`seed=${wantedSeed}`);
  }

  // As an attribute of an element it needs no value.
  const wantedExact = said.get('exact');
  const exact = wantedExact === '1' || wantedExact === '' ? true : wantedExact === '0' ? false : undefined;
  if (wantedExact !== null && exact === undefined) problems.push(`exact=${wantedExact}`);

  const wantedDevice = said.get('device');
  const device = DEVICE_CHOICES.find((choice) => choice === wantedDevice) ?? defaultDevice(exact === undefined ? {} : { exact });
  if (wantedDevice !== null && wantedDevice !== device) problems.push(`device=${wantedDevice}`);

  // The page opens with the first preset; an address that names anything starts from plain defaults, as embeds and the command line do.
  let recipe: Recipe = said.size === 0 ? defaultRecipe(catalogue, model) : { model: model.id, data, knobs: {}, seed, ...(exact === undefined ? {} : { exact }) };
  const knobs = knobsOf(catalogue, recipe);
  for (const [id, typed] of said) {
    if (RESERVED.has(id)) continue;
    const knob = knobs.find((candidate) => candidate.id === id);
    const value = knob && parseKnob(knob, typed);
    if (knob && value !== undefined) recipe = withKnob(recipe, knob, value);
    else problems.push(`${id}=${typed}`);
  }

  const spoken = said.get('lang');
  return {
    recipe,
    device,
    play: said.size === 0 || said.get('play') === '1',
    language: isLanguage(spoken) ? spoken : undefined,
    problems,
    newer: Number(said.get('v') ?? LINK_VERSION) > LINK_VERSION,
  };
}

/** What stands behind `#` for a run. */
export function writeLink(catalogue: Catalogue, recipe: Recipe, extra: { device?: DeviceChoice; play?: boolean; language?: Language | undefined } = {}): string {
  const said = new URLSearchParams();
  const model = findModel(catalogue, recipe.model);
  if (recipe.model !== catalogue.models[0]?.id) said.set('model', recipe.model);
  if (model && recipe.data !== defaultData(catalogue, model)) said.set('data', recipe.data);
  if (recipe.seed !== DEFAULT_SEED) said.set('seed', String(recipe.seed));
  for (const [id, typed] of Object.entries(recipe.knobs)) said.set(id, typed);
  if (recipe.exact !== undefined) said.set('exact', recipe.exact ? '1' : '0');
  if (extra.device && extra.device !== defaultDevice(recipe)) said.set('device', extra.device);
  if (extra.language) said.set('lang', extra.language);
  if (extra.play) said.set('play', '1');
  // An empty address would open the page's own choice instead of this run.
  if (said.size === 0) said.set('model', recipe.model);
  return `#${said.toString()}`;
}
