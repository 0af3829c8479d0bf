import { expect, test, vi } from 'vitest';
import { Rotation } from './rotation';

// For the whole file: a rotation looks at it once more after its last rest.
vi.stubGlobal('document', { hidden: false });

test('what becomes due just after nothing was is done', async () => {
  let isDue = false;
  let done = 0;
  const rotation = new Rotation(() => false);
  rotation.add({
    isDue: () => isDue,
    work: () => {
      isDue = false;
      done++;
      return Promise.resolve();
    },
  });
  await Promise.resolve();
  rotation.turn();
  isDue = true;
  rotation.turn();
  await vi.waitFor(() => { expect(done).toBe(1); });
});
