/** What a saved model says of itself, read without the engine. */

import type { Recipe } from '../protocol';

/**
 * The recipe in the header of a safetensors file, if there is one. The file begins with the length of its header as a
 * little-endian 64-bit number; the header is JSON, and its entry `__metadata__.daydream` is ours.
 */
export function recipeOf(bytes: Uint8Array): Recipe | undefined {
  try {
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as { __metadata__?: { daydream?: string } };
    const entry = header.__metadata__?.daydream;
    return entry === undefined ? undefined : (JSON.parse(entry) as { recipe: Recipe }).recipe;
  } catch {
    return undefined;
  }
}
