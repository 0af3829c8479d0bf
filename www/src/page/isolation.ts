/**
 * Several threads on hosts that cannot set headers, such as GitHub Pages: a service worker adds those that isolate the page from other
 * origins, and the page is loaded once more. Whatever goes wrong, it trains on one thread.
 */

/** That this tab was loaded again for it. Once is enough: where it does not help the first time, it does not the second. */
const TRIED = 'daydream-isolation';

export async function isolate(): Promise<void> {
  if (crossOriginIsolated || !isSecureContext || window !== window.top || !('serviceWorker' in navigator) || navigator.hardwareConcurrency < 2) return;
  const visitor = { hasBegun: false };
  for (const type of ['pointerdown', 'keydown']) addEventListener(type, () => { visitor.hasBegun = true; }, { once: true, capture: true });
  try {
    if (sessionStorage.getItem(TRIED) !== null) return;
    await navigator.serviceWorker.register(new URL('isolation.js', document.baseURI), { updateViaCache: 'none' });
    await navigator.serviceWorker.ready;
    // Whoever has begun to play goes on; the next visit has the threads.
    if (visitor.hasBegun) return;
    sessionStorage.setItem(TRIED, '');
    location.reload();
  } catch {
    // Browsers may forbid service workers and storage.
  }
}
