/**
 * Every model and data set. What is said about them is most of it, and is fetched when it is first wanted: in the language that is spoken, the
 * names of all, and the rest of one model at a time. Until then their texts are empty.
 */

import { catalogue, words } from 'virtual:catalogue';
import { language, onLanguage, retell, type Language } from './language';
import type { Catalogue, Text } from './protocol';
import { textsOf } from './texts';

export const CATALOGUE: Catalogue = catalogue;

const NAMES = 'names';
const wanted = new Set([NAMES]);
const arrivals = new Map<string, Promise<void>>();

/** Resolves when everything has words that is shown beside a model, in the language that is spoken now. */
export async function bringWords(model: string): Promise<void> {
  wanted.add(model);
  await Promise.all([NAMES, model].map((part) => arrival(part, language())));
}

// Another language is spoken: the same is wanted in that one.
onLanguage(() => {
  for (const part of wanted) void arrival(part, language());
});

function arrival(part: string, spoken: Language): Promise<void> {
  const key = `${part} ${spoken}`;
  let arrival = arrivals.get(key);
  if (!arrival) {
    // Words that could not be fetched are missing on the page, where everything else works; they may come the next time.
    arrival = fetchWords(part, spoken).catch(() => { arrivals.delete(key); });
    arrivals.set(key, arrival);
  }
  return arrival;
}

async function fetchWords(part: string, spoken: Language): Promise<void> {
  const load = words[part]?.[spoken];
  if (!load) return;
  const { texts, equations } = (await load()).default;
  const model = CATALOGUE.models.find(({ id }) => id === part);
  const blanks = model ? textsOf({ ...model, title: undefined }) : textsOf([CATALOGUE.models.map(({ title }) => title), CATALOGUE.data]);
  blanks.forEach((blank: Text, number) => { blank[spoken] = texts[number] ?? ''; });
  if (model) model.equations = equations;
  retell();
}
