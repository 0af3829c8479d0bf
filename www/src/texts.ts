/** Where texts stand in what the catalogue is made of. */

import type { Text } from './protocol';

/** Every text in a value and in all that it holds, in their order. */
export function textsOf(value: unknown): Text[] {
  if (typeof value !== 'object' || value === null) return [];
  return 'en' in value && 'ko' in value ? [value as Text] : Object.values(value).flatMap(textsOf);
}
