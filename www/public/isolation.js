/**
 * A service worker for hosts that cannot set headers: it adds the two that isolate the page from other origins, so that workers may share
 * memory and training uses several threads. It keeps no files and answers for nothing but the page itself and its workers.
 *
 * Its own name has no hash, for a browser finds a newer one under the same address.
 */

addEventListener('install', () => { self.skipWaiting(); });

addEventListener('activate', (event) => { event.waitUntil(self.clients.claim()); });

addEventListener('fetch', (event) => {
  const { request } = event;
  const isOurs = new URL(request.url).origin === location.origin;
  if (isOurs && (request.mode === 'navigate' || request.destination === 'worker')) event.respondWith(isolated(request));
});

async function isolated(request) {
  const response = await fetch(request);
  // A redirection, which the browser follows by itself.
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  const { body, status, statusText } = response;
  return new Response(body, { status, statusText, headers });
}
