// Answers one question in a worker, where the page trains too: `{}` with the names of all checks, `{ check: NAME }` with what that one found. With
// `fused` it does so in the module whose products multiply and add in one instruction.

import init, { check, names } from './daydream_parity.js';

const fail = (error) => postMessage({ error: String(error?.message ?? error) });
// A panic in the middle of a future comes out here.
addEventListener('error', (event) => fail(event.message));
addEventListener('unhandledrejection', (event) => fail(event.reason));

addEventListener('message', async ({ data }) => {
  try {
    await init({ module_or_path: data.fused ? 'daydream_parity_relaxed.wasm' : 'daydream_parity_bg.wasm' });
    postMessage({ answer: data.check === undefined ? names() : await check(data.check) });
  } catch (error) {
    fail(error);
  }
});
