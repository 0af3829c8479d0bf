/** The languages of the page, and which one is spoken. */

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Text } from './protocol';

export type Language = keyof Text;

export const LANGUAGES: readonly { id: Language; name: string }[] = [
  { id: 'en', name: 'English' },
  { id: 'ko', name: '한국어' },
];

export function isLanguage(id: string | null | undefined): id is Language {
  return LANGUAGES.some((language) => language.id === id);
}

/** The first language of the browser that the page speaks. */
export function browserLanguage(): Language {
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.find(isLanguage) ?? 'en';
}

let spoken: Language | undefined;
const languageListeners = new Set<() => void>();
const listeners = new Set<() => void>();

/** The language that is spoken: the browser's, until another is chosen. */
export function language(): Language {
  spoken ??= browserLanguage();
  return spoken;
}

export function speak(id: Language): void {
  if (id === language()) return;
  spoken = id;
  for (const listener of languageListeners) listener();
  retell();
}

/** Calls back whenever another language is spoken. */
export function onLanguage(listener: () => void): void {
  languageListeners.add(listener);
}

/** Everything that shows words is rendered anew. */
export function retell(): void {
  for (const listener of listeners) listener();
}

/** What a text says in the language spoken. */
export function say(text: Text): string {
  return text[language()];
}

/** Renders its host anew when the language changes or words arrive. */
export class LanguageController implements ReactiveController {
  readonly #update: () => void;

  constructor(host: ReactiveControllerHost) {
    this.#update = () => { host.requestUpdate(); };
    host.addController(this);
  }

  hostConnected(): void {
    listeners.add(this.#update);
  }

  hostDisconnected(): void {
    listeners.delete(this.#update);
  }
}

const formats = new Map<string, Intl.NumberFormat>();

/** A number with its thousands set apart and so many digits after the point. */
export function count(value: number, digits = 0): string {
  return format({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** A measured number with four significant digits. */
export function measured(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return format({ notation: 'scientific', maximumSignificantDigits: 3 }).format(value);
  return format({ maximumSignificantDigits: 4 }).format(value);
}

function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language() + JSON.stringify(options);
  let known = formats.get(key);
  if (!known) {
    known = new Intl.NumberFormat(language(), options);
    formats.set(key, known);
  }
  return known;
}
