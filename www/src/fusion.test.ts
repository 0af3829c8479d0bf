import { expect, test } from 'vitest';
import { fusionIsFaster, isWorthwhile, probe, step } from './fusion';

/** A loop that takes so many milliseconds of a clock that only it moves. */
function race(fused: number, separate: number, tick = 0): boolean {
  let time = 0;
  const lasting = (milliseconds: number) => () => { time += milliseconds; };
  return isWorthwhile(lasting(fused), lasting(separate), () => (tick > 0 ? Math.floor(time / tick) * tick : time));
}

test.each([
  [0.01, 0.02, true],
  [0.01, 0.012, true],
  [0.01, 0.0105, false],
  [0.01, 0.01, false],
  [0.02, 0.01, false],
])('a fused loop of %d ms against %d: %s', (fused, separate, expected) => {
  expect(race(fused, separate)).toBe(expected);
  // A clock that ticks once a millisecond, as some browsers' do.
  expect(race(fused / 10, separate / 10, 1)).toBe(expected);
});

test('rounds in which something else takes the processor do not count', () => {
  let time = 0;
  let calls = 0;
  const disturbed = (): void => { time += calls++ < 30 ? 0.1 : 0.01; };
  const separate = (): void => { time += 0.02; };
  expect(isWorthwhile(disturbed, separate, () => time)).toBe(true);
});

const bytes = probe();

test('the module is small', () => {
  expect(bytes.length).toBeLessThan(1024);
});

const isKnown = WebAssembly.validate(bytes);
if (!isKnown) console.log('SKIPPED: this version of Node.js knows no relaxed SIMD');

test.skipIf(!isKnown).each([['fused', 1, 6], ['separate', 0, 5]])('its loop multiplies: %s', (_, fused, rows) => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const numbers = new Float32Array((exports.memory as WebAssembly.Memory).buffer);
  const [steps, wide] = [5, step(rows) / 4];
  for (let place = wide; place < wide * (steps + 1); place++) numbers[place] = (place % 11) - 5;
  const read = numbers.slice();
  const at = (number: number, place: number): number => read[wide * number + place] ?? NaN;
  (exports.multiply as (bytes: number, fused: number) => void)(step(rows) * steps, fused);
  const expected = Array.from({ length: 8 * rows }, (_, place) => {
    const terms = Array.from({ length: steps }, (_, number) => at(number + 1, place >> 3) * at(number + 1, wide - 8 + (place & 7)));
    return terms.reduce((sum, term) => sum + term, 0);
  });
  expect([...numbers.slice(0, 8 * rows)]).toEqual(expected);
});

test('this machine is measured in a moment', () => {
  const begun = performance.now();
  expect(fusionIsFaster()).toBeTypeOf('boolean');
  expect(performance.now() - begun).toBeLessThan(1000);
});
