// One thread of Daydream's crew: a worker that loads the module over the memory of the worker that trains.

addEventListener(
  'message',
  async ({ data: { module, memory } }) => {
    const engine = await import('./threads/daydream_bench.js');
    await engine.default({ module_or_path: module, memory });
    postMessage('here');
    engine.enlist();
  },
  { once: true },
);
