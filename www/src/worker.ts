/** The worker: loads the WebAssembly module and, for now, says its version. */

import init, { version } from './wasm/daydream';

await init();
postMessage(version());
