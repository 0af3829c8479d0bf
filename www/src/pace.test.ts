import { describe, expect, test } from 'vitest';
import { Pace } from './pace';

/** The stride after many calls on a device on which a call waits and a step takes so many milliseconds. */
function settled(kind: 'cpu' | 'gpu', wait: number, step: number): { stride: number; slice: number } {
  const pace = new Pace(kind);
  for (let call = 0; call < 40; call++) pace.learn(pace.stride, wait + step * pace.stride);
  return { stride: pace.stride, slice: wait + step * pace.stride };
}

describe('on the CPU', () => {
  test.each([[1, 14], [0.1, 140], [100, 1]])('steps of %s ms are made %s at a time', (step, stride) => {
    expect(settled('cpu', 0, step).stride).toBe(stride);
  });
});

describe('on a GPU', () => {
  test('a slice is 50 ms where reads are quick', () => {
    expect(settled('gpu', 1, 0.5).slice).toBeCloseTo(50, -0.5);
  });

  test('longer where reads take long, so that waiting is a small part', () => {
    const { slice } = settled('gpu', 15, 0.5);
    expect(slice).toBeGreaterThan(100);
    expect(slice).toBeLessThanOrEqual(125);
  });

  test('and a command never waits much longer than 200 ms', () => {
    expect(settled('gpu', 100, 0.5).slice).toBeLessThanOrEqual(201);
    expect(settled('gpu', 100, 0.5).stride).toBeGreaterThan(150);
  });

  test('a step that takes longer is made alone', () => {
    expect(settled('gpu', 5, 900).stride).toBe(1);
  });

  test('one slow call does not upset it for long', () => {
    const pace = new Pace('gpu');
    const learn = (): void => { pace.learn(pace.stride, 2 + 0.5 * pace.stride); };
    for (let call = 0; call < 20; call++) learn();
    pace.learn(pace.stride, 400);
    for (let call = 0; call < 20; call++) learn();
    expect(pace.stride).toBeGreaterThan(80);
    expect(pace.stride).toBeLessThan(120);
  });
});
