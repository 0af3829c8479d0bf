// Burn compiled to WebAssembly with SIMD, on one thread.

import init, { Vae } from './burn/burn_steps.js';
import { answer } from './host.js';

await init();
answer(() => {
  const vae = new Vae();
  return (times) => vae.run(times);
}, {});
