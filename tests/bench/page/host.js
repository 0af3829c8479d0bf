// The worker's side of a contest: makes a contestant when it is first asked for, and runs it when it is its turn.

/**
 * Answers requests. A contestant is a function that does its work so many times and returns a figure about that, or several: operations or
 * bytes, or a loss; its `before`, if it has one, is not timed. `make` makes one by its name.
 */
export function answer(make, details) {
  const made = new Map();
  const run = async ({ name, times }) => {
    if (!made.has(name)) made.set(name, await make(name));
    const work = made.get(name);
    await work.before?.();
    const start = performance.now();
    const figure = await work(times);
    const seconds = (performance.now() - start) / 1000;
    if (figure !== undefined && ![figure].flat().every(Number.isFinite)) throw new Error(`${name} came to ${figure}`);
    return { seconds, figure };
  };
  const ask = { run, drop: ({ name }) => made.delete(name) };
  self.onmessage = async ({ data: { id, request } }) => {
    try {
      postMessage({ id, reply: await ask[request.what](request) });
    } catch (error) {
      postMessage({ id, failure: String(error?.stack ?? error) });
    }
  };
  postMessage({ id: 0, reply: details });
}

/** Rows that every engine in a browser draws its batches from. */
export function table(rows, width) {
  return Float32Array.from({ length: rows * width }, Math.random);
}
