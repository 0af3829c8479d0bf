import { expect, test } from 'vitest';
import { Log } from './history';

test('values measured at one step stand in one row', () => {
  const log = new Log();
  log.add(1, { loss: 3 });
  log.add(2, { loss: 2 });
  log.add(2, { quality: 9 });
  expect(log.history.steps).toEqual([1, 2]);
  expect(Object.fromEntries(log.history.values)).toEqual({ loss: [3, 2], quality: [null, 9] });
});

test('a long run is thinned evenly and keeps what was measured rarely', () => {
  const log = new Log();
  for (let step = 1; step <= 20_000; step++) {
    log.report(step, { loss: step });
    if (step % 1000 === 501) log.add(step, { quality: step });
  }
  const { steps, values } = log.history;
  expect(steps.length).toBeLessThanOrEqual(1200);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
  expect(values.get('quality')?.filter((value) => value !== null)).toHaveLength(20);
  expect(Math.max(...steps.slice(1).map((step, index) => step - (steps[index] ?? 0)))).toBeLessThanOrEqual(32);
});

test('cutting forgets what came after a step', () => {
  const log = new Log();
  for (const step of [1, 2, 3]) log.add(step, { loss: step });
  log.cut(2);
  expect(log.history.steps).toEqual([1, 2]);
  expect(log.history.values.get('loss')).toEqual([1, 2]);
});
