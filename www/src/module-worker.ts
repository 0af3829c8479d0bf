/**
 * Starts a worker by the address of its script.
 *
 * A page may only start workers from its own origin. Where the element's script comes from another one (a blog post
 * that embeds it), a small script of the page's origin imports the worker from there instead.
 */
export function startModuleWorker(url: URL, name = ''): Worker {
  if (url.origin === location.origin) return new Worker(url, { type: 'module', name });
  const importing = new Blob([`import ${JSON.stringify(url.href)};`], { type: 'text/javascript' });
  const importingUrl = URL.createObjectURL(importing);
  const worker = new Worker(importingUrl, { type: 'module', name });
  // The address may be forgotten only once the worker has read it, which its first message shows.
  worker.addEventListener('message', () => { URL.revokeObjectURL(importingUrl); }, { once: true });
  return worker;
}
