// Where the time of a training step goes: what its kernels take one by one, beside the whole step.

import { median } from './contest.mjs';

/** What kernels do, in the order of the figures. */
export const CLASSES = ['matrix products', 'what goes on in their kernels', 'element-wise', 'reductions', 'random numbers', 'moves'];

/** Seconds that a turn should take at least. */
const TURN = 0.2;

/** Profiles a model: operations and seconds of a step, and seconds of each class of kernels, medians over rounds. */
export async function profile(host, model, rounds) {
  const [whole, parts] = [`network;${model}`, `profile;${model}`];
  let times = 1;
  for (let seconds = 0; seconds < TURN; ) {
    ({ seconds } = await host.run(parts, times));
    if (seconds < TURN) times *= 2;
  }
  await host.run(whole, times);
  const [steps, classes] = [[], []];
  let operations;
  for (let round = 0; round < rounds; round++) {
    const { seconds, figure } = await host.run(whole, times);
    steps.push(seconds / times);
    operations = figure / times;
    classes.push((await host.run(parts, times)).figure.map((one) => one / times));
  }
  for (const name of [whole, parts]) await host.drop(name);
  return { model, operations, step: median(steps), classes: CLASSES.map((_, number) => median(classes.map((one) => one[number]))) };
}
