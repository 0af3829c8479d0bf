/**
 * Several threads on hosts that cannot set headers, such as GitHub Pages: a service worker adds those that isolate the page from other
 * origins, and the page is loaded once more. Whatever goes wrong, it trains on one thread.
 */

import { hold } from '../hold';

/** That this tab was loaded again for it. Once is enough: where it does not help the first time, it does not the second. */
const TRIED = 'daydream-isolation';
/** How long the page waits for the service worker before it goes on without, in milliseconds. */
const PATIENCE = 2000;

hold(isolate());

/** Resolves when the page may load its engine: what is loaded before the page is loaded once more is loaded in vain. */
async function isolate(): Promise<void> {
  if (crossOriginIsolated || !isSecureContext || window !== window.top || !('serviceWorker' in navigator) || navigator.hardwareConcurrency < 2) return;
  const visitor = { hasBegun: false };
  for (const type of ['pointerdown', 'keydown']) addEventListener(type, () => { visitor.hasBegun = true; }, { once: true, capture: true });
  try {
    if (sessionStorage.getItem(TRIED) !== null) return;
    const isReady = await Promise.race([register(), new Promise<false>((resolve) => { setTimeout(resolve, PATIENCE, false); })]);
    // Whoever has begun to play goes on, as does a page that has waited long enough; the next visit has the threads.
    if (!isReady || visitor.hasBegun) return;
    sessionStorage.setItem(TRIED, '');
    location.reload();
    await new Promise(() => undefined);
  } catch {
    // Browsers may forbid service workers and storage.
  }
}

async function register(): Promise<true> {
  await navigator.serviceWorker.register(new URL('isolation.js', document.baseURI), { updateViaCache: 'none' });
  await navigator.serviceWorker.ready;
  return true;
}
