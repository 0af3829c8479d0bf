import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['*.test.ts'],
    // A browser that trains a model wants the machine for itself.
    fileParallelism: false,
    // Only a hang takes this long.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
