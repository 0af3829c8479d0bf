/** The WebAssembly modules for several threads, if this site was built with them. */

import type { Engine } from './engine';

const found = import.meta.glob<Engine>('./wasm/threads/daydream.js');
const relaxed = import.meta.glob<string>('./wasm/threads/daydream_relaxed.wasm', { query: '?url', import: 'default', eager: true });

export const threadedEngine: (() => Promise<Engine>) | undefined = Object.values(found)[0];

/** Where the module is whose products multiply and add in one instruction. */
export const threadedRelaxedUrl: string | undefined = Object.values(relaxed)[0];
