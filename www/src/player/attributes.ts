/** The attributes of `<day-dream>`: `model`, `data`, `seed`, `exact`, `device`, and any knob by its id. */

import { CATALOGUE } from '../catalogue';
import { readLink, type Link } from '../recipe';

/** Attributes of the element that are not part of its recipe. */
const OWN = new Set(['play', 'lang', 'theme', 'views', 'curves', 'panel']);

/** The recipe that an element's attributes spell out, read as a link is. Attributes that every element may carry say nothing about it. */
export function readAttributes(element: HTMLElement): Link {
  const said = new URLSearchParams();
  for (const { name, value } of element.attributes) {
    if (!OWN.has(name) && (isRecipe(name) || !isCommon(name))) said.set(name, value);
  }
  // Without any, the first model with its defaults.
  if (said.size === 0) said.set('model', CATALOGUE.models[0]?.id ?? '');
  return readLink(CATALOGUE, said.toString());
}

const RECIPE = new Set([
  'model',
  'data',
  'seed',
  ...CATALOGUE.models.flatMap((model) => model.knobs.map((knob) => knob.id)),
  ...CATALOGUE.data.flatMap((data) => data.knobs.map((knob) => knob.id)),
]);

function isRecipe(name: string): boolean {
  return RECIPE.has(name);
}

function isCommon(name: string): boolean {
  return name.includes(':') || /^(data-|aria-|on)/.test(name) || ['class', 'part', 'slot', 'style', 'role', 'tabindex', 'is', 'exportparts'].includes(name) || name in HTMLElement.prototype;
}
