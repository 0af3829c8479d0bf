import { describe, expect, test } from 'vitest';
import { REACH, imagesFile, pointsFile, trace } from './drawn';

const bytes = async (file: File): Promise<number[]> => [...new Uint8Array(await file.arrayBuffer())];

describe('files', () => {
  test('images are IDX bytes', async () => {
    const file = imagesFile(2, [new Float32Array([0, 1, 0.5, 0]), new Float32Array([1, 1, 1, 1])]);
    expect(file.name).toMatch(/\.drawn$/);
    expect(await bytes(file)).toEqual([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 255, 128, 0, 255, 255, 255, 255]);
  });

  test('points are IDX floats', async () => {
    expect(await bytes(pointsFile([[1, -2]]))).toEqual([0, 0, 13, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0]);
  });
});

test('a pen leaves a point for each bit of its way, none outside of the plane', () => {
  const points = trace([-1.9, 0], [2.5, 0]);
  expect(points.length).toBeGreaterThan(60);
  for (const [x, y] of points) {
    expect(Math.abs(x)).toBeLessThanOrEqual(REACH);
    expect(Math.abs(y)).toBeLessThan(0.2);
  }
  expect(trace([0, 0], [0, 0], () => 0.5)).toEqual([[0, 0]]);
});
