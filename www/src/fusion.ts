/**
 * Whether matrix products go faster here where multiplication and addition are one instruction, `f32x4.relaxed_madd` of relaxed SIMD. Some browsers
 * do not know it, and on some processors it gains nothing: they are asked by a module of a few hundred bytes, made here, which holds
 * the innermost loop of a product twice, with that instruction and without.
 */

/** How many times as fast it must be: less may be chance, and the same browser should choose the same engine every time. */
const WORTHWHILE = 1.08;

const ROUNDS = 6;
/** How long one loop runs in a round, in milliseconds. */
const ROUND = 1;

/** A loop: how many rows its tile has, as in `crates/cpu/src/simd/blocked.rs`, and how many steps are as much work as those of the other. */
interface Kind {
  rows: number;
  steps: number;
}
const FUSED: Kind = { rows: 6, steps: 500 };
const SEPARATE: Kind = { rows: 5, steps: 600 };

/** Bytes that one step reads: a factor for each row, and the eight that each of them meets. */
export const step = (rows: number): number => 4 * (rows + 8);

/** Calls between two looks at the clock. */
const CALLS = 16;

type Loop = () => void;

/** Whether the browser knows the instruction. */
export function fusionIsKnown(): boolean {
  return WebAssembly.validate(probe());
}

/** Measures it, which takes some twenty milliseconds. */
export function fusionIsFaster(): boolean {
  if (!fusionIsKnown()) return false;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(probe()));
  const multiply = exports.multiply as (bytes: number, fused: number) => void;
  const bytes = ({ rows, steps }: Kind): number => steps * step(rows);
  return isWorthwhile(() => { multiply(bytes(FUSED), 1); }, () => { multiply(bytes(SEPARATE), 0); }, () => performance.now());
}

/** Whether the first loop is enough faster than the second, by its best round: whatever else the machine does makes rounds slower, never faster. */
export function isWorthwhile(fused: Loop, separate: Loop, now: () => number): boolean {
  let [best, other] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    best = Math.max(best, rate(fused, now));
    other = Math.max(other, rate(separate, now));
  }
  return best >= WORTHWHILE * other;
}

/** Calls a millisecond. The clock may tick as slowly as once a millisecond, so that measuring begins and ends at a tick. */
function rate(loop: Loop, now: () => number): number {
  const before = now();
  let begun = before;
  while (begun === before) {
    loop();
    begun = now();
  }
  let calls = 0;
  let passed = 0;
  while (passed < ROUND) {
    for (let call = 0; call < CALLS; call++) loop();
    calls += CALLS;
    passed = now() - begun;
  }
  return calls / passed;
}

/**
 * The module. Its function `multiply(bytes, fused)` goes through so many bytes from the last step to the second, and sums up products in a tile of six
 * rows, or five, by eight columns, held in vectors, as `crates/cpu/src/simd/tile.rs` does; the tile then takes the place of the first steps. Both loops
 * are in one function, for browsers first compile quickly and then well: they do either to both.
 */
export function probe(): Uint8Array<ArrayBuffer> {
  const type = [0x60, 2, 0x7f, 0x7f, 0];
  const module = [
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, [type]),
    section(3, [[0]]),
    // One page of memory.
    section(5, [[0, 1]]),
    section(7, [named('memory', 2, 0), named('multiply', 0, 0)]),
    section(10, [sized(body())]),
  ];
  return new Uint8Array(module.flat());
}

/** Local variables: the arguments, then vectors. */
const LEFT = 0;
const CHOICE = 1;
const MOST = 2 * FUSED.rows;
const SUMS = Array.from({ length: MOST }, (_, number) => 2 + number);
const COLUMNS = [2 + MOST, 3 + MOST];
const FACTOR = 4 + MOST;

const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];

/** The body of the function: one of two loops, and then the sums are stored. Those that nobody reads would not be computed. */
function body(): number[] {
  const fused = loop(FUSED.rows, [0xfd, ...unsigned(0x105)]);
  const separate = loop(SEPARATE.rows, [0xfd, ...unsigned(0xe6)], [0xfd, ...unsigned(0xe4)]);
  const store = SUMS.flatMap((sum, number) => [...get(LEFT), ...get(sum), 0xfd, 0x0b, 2, ...unsigned(16 * number)]);
  return [1, FACTOR - CHOICE, 0x7b, ...get(CHOICE), 0x04, 0x40, ...fused, 0x05, ...separate, 0x0b, ...store, 0x0b];
}

/** The loop: `sum = multiply(factor, column), add(sum)` for each sum, or all in `multiply` where there is no `add`. */
function loop(rows: number, multiply: number[], add: number[] = []): number[] {
  const load = (opcode: number, offset: number): number[] => [...get(LEFT), 0xfd, opcode, 2, offset];
  const body = [
    COLUMNS.flatMap((column, number) => [...load(0x00, 4 * rows + 16 * number), ...set(column)]),
    Array.from({ length: rows }, (_, row) => row).flatMap((row) => [
      ...load(0x09, 4 * row),
      ...set(FACTOR),
      ...COLUMNS.flatMap((column, number) => {
        const sum = SUMS[2 * row + number] ?? 0;
        const factors = [...get(FACTOR), ...get(column)];
        return add.length > 0 ? [...factors, ...multiply, ...get(sum), ...add, ...set(sum)] : [...factors, ...get(sum), ...multiply, ...set(sum)];
      }),
    ]),
  ].flat();
  // Counts down by `i32.sub`, and goes on while something is left.
  const next = [...get(LEFT), 0x41, step(rows), 0x6b, 0x22, LEFT, 0x0d, 0];
  return [0x03, 0x40, ...body, ...next, 0x0b];
}

/** An export: a function or a memory, by its number. */
function named(name: string, kind: number, number: number): number[] {
  return [...sized([...new TextEncoder().encode(name)]), kind, number];
}

/** A section with its entries. */
function section(id: number, entries: number[][]): number[] {
  return [id, ...sized([entries.length, ...entries.flat()])];
}

/** Contents after their length. */
function sized(contents: number[]): number[] {
  return [...unsigned(contents.length), ...contents];
}

/** A number in the variable length that WebAssembly writes it in (LEB128). */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >> 7)];
}
