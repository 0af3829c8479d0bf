/** The files that data sets are made from: fetched when such a data set is first opened. */

import type { Engine } from './engine';
import { fetched, NotBrought } from './fetched';
import { unpacked } from './gzip';

const urls = import.meta.glob<string>('../../crates/models/assets/*.gz', { query: '?url', import: 'default', eager: true });

/** Brings the module the file that a data set is made from, unless it has it or needs none. */
export async function bringAsset(engine: Engine, data: string): Promise<void> {
  const name = engine.missingAsset(data);
  const url = name === undefined ? undefined : urls[`../../crates/models/assets/${name}`];
  if (url === undefined) return;
  let contents: Uint8Array;
  try {
    contents = await unpacked(await (await fetched(url)).blob());
  } catch (thrown) {
    throw new NotBrought(thrown);
  }
  if (!engine.bringAsset(data, contents)) throw new NotBrought(`${url}: something else came in its place`);
}
