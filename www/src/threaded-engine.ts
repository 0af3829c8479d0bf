/** The WebAssembly module for several threads, if this site was built with it. */

import type { Engine } from './engine';

const found = import.meta.glob<Engine>('./wasm/threads/daydream.js');

export const threadedEngine: (() => Promise<Engine>) | undefined = Object.values(found)[0];
