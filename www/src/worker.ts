/**
 * The worker: owns the WebAssembly module and the session, so that the page's thread only draws and listens.
 *
 * Commands are handled one after another. While it plays, training goes on between them, a moment at a time, so that
 * a command never waits long.
 */

import { bringAsset } from './assets';
import { loadEngine, wantsThreads, type Engine } from './engine';
import { type Parts, prefetch } from './parts';
import { WORKERS, type Answers, type Command, type Device, type Failure, type Message, type Metrics, type Progress, type Recipe, type Request, type Rounding, type SessionInfo } from './protocol';
import type { Prospect, Session } from './wasm/daydream';

/** Time between two reports of progress, in milliseconds. */
const REPORT_EVERY = 66;

const exact = self.name === WORKERS.exact ? true : self.name === WORKERS.fused ? false : undefined;
const queue: Request[] = [];
/** The WebAssembly module. No command is handled before it has arrived. */
let engine: Engine;
let memory: WebAssembly.Memory;
let parts: Parts;
let rounding: Rounding;
let session: Session | undefined;
/** A GPU that was made ready for a session while that trained on the CPU. */
let prospect: { of: Session; gpu: Prospect } | undefined;
let playing: { stepsPerSecond: number; end: number; begun: number; steps: number } | undefined;

/** How the speed that is reported is measured: steps since a moment. */
let speed = { since: performance.now(), steps: 0, value: 0 };
/** What was measured and is yet to be reported. */
let news: Progress | undefined;
let reported = 0;
/** What runs the session. */
let device: Device['kind'] = 'cpu';

function send(message: Message, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

/** A command came before any session. */
class NothingOpen extends Error implements Failure {
  readonly code = 'unsupported';
  readonly en = 'No model is open.';
  readonly ko = '열린 모델이 없습니다.';
}

function opened(): Session {
  if (!session) throw new NothingOpen();
  return session;
}

/** Anything thrown that the module did not put into words is a defect of ours, and leaves the module unusable. */
function asFailure(thrown: unknown): Failure {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'ko' in thrown) {
    const { code, en, ko } = thrown as Failure;
    return { code, en, ko };
  }
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'crashed', en: `The engine stopped: ${detail}`, ko: `엔진이 멈췄습니다: ${detail}` };
}

function info(): SessionInfo {
  const own = opened().info() as Omit<SessionInfo, 'memory' | 'rounding'>;
  // Whether a run is exact is a matter of the module: what is in it does not know.
  const recipe: Recipe = exact === undefined ? own.recipe : { ...own.recipe, exact };
  return { ...own, recipe, rounding, memory: memory.buffer.byteLength };
}

/** The session runs where its info says, from now on. */
function settle(now: SessionInfo): SessionInfo {
  device = now.device.kind;
  return now;
}

/** Tells the page when a device has failed and another one has taken over. */
function watchDevice(): void {
  if (!session) return;
  const now = info();
  if (now.device.kind !== device) send({ type: 'moved', info: settle(now) });
}

/** Brings what computes on the GPU, where there is one: else the module says by itself that there is none. */
async function bringGpu(): Promise<void> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<object | null> } };
  // Many a browser has WebGPU on a machine where it may use no GPU; Firefox then refuses to answer.
  if (!(await gpu?.requestAdapter().catch(() => null))) return;
  await parts.bring('gpu');
  engine.allowGpu();
}

/** Has the GPU made ready for a session, if it may be faster, while the session trains. */
async function tryGpu(of: Session): Promise<void> {
  const gpu = of.prospect();
  if (!gpu) return;
  try {
    await bringGpu();
  } catch (thrown) {
    console.info('Daydream goes on with the CPU.', thrown);
    gpu.free();
    return;
  }
  try {
    await gpu.prepare();
  } catch (thrown) {
    stop(thrown);
    return;
  }
  prospect?.gpu.free();
  prospect = { of, gpu };
  wake();
}

/** Lets the session take the GPU that was made ready for it, and tells the page what came of it. */
async function decide({ of, gpu }: NonNullable<typeof prospect>): Promise<void> {
  prospect = undefined;
  if (of !== session) {
    gpu.free();
    return;
  }
  try {
    await of.weigh(gpu);
    send({ type: 'moved', info: settle(info()) });
  } catch (thrown) {
    stop(thrown);
  }
}

const handlers: { [K in Command['do']]: (command: Extract<Command, { do: K }>) => Promise<Answers[K]> } = {
  async open({ recipe, files, device }) {
    playing = undefined;
    await Promise.all([
      parts.bring(recipe.model),
      files.length === 0 ? bringAsset(engine, recipe.data) : parts.bring('files'),
      device === 'gpu' ? bringGpu() : undefined,
    ]);
    const next = await engine.Session.open(recipe, files, device);
    session?.free();
    session = next;
    news = undefined;
    void tryGpu(next);
    return settle(info());
  },
  async step({ count }) {
    const trained = opened();
    const end = trained.steps + count;
    let metrics: Metrics = {};
    // Training that moves to another device goes on from an earlier step.
    while (trained.steps < end) metrics = (await trained.step(end - trained.steps)) as Metrics;
    return { step: end, metrics };
  },
  async set({ knob, value }) {
    opened().set(knob, value);
    return Promise.resolve(info());
  },
  async move({ device }) {
    if (device !== 'cpu') await bringGpu();
    await opened().moveTo(device);
    return settle(info());
  },
  async restart() {
    await opened().restart();
    return info();
  },
  async goBack() {
    opened().goBack();
    return Promise.resolve(info());
  },
  async evaluate(command) {
    return (await opened().evaluate(command.metrics)) as Metrics;
  },
  async view({ view, args, drawn }) {
    return (await opened().view(view, args, drawn)) as Answers['view'];
  },
  async rows({ first, count }) {
    return Promise.resolve(opened().rows(first, count) as Answers['rows']);
  },
  async save() {
    await parts.bring('checkpoint');
    return opened().save();
  },
  async load({ file }) {
    await parts.bring('checkpoint');
    await opened().load(file.name, file.bytes);
    return info();
  },
  async play({ stepsPerSecond, end }) {
    opened();
    const now = performance.now();
    playing = { stepsPerSecond, end, begun: now, steps: 0 };
    speed = { since: now, steps: 0, value: 0 };
    reported = now;
    return Promise.resolve(null);
  },
  async pause() {
    playing = undefined;
    const trained = opened();
    note((await trained.settle()) as Progress | undefined);
    report(performance.now());
    return { step: trained.steps };
  },
  async loseGpu() {
    engine.loseGpu();
    return Promise.resolve(null);
  },
};

async function handle(request: Request): Promise<void> {
  try {
    const handler = handlers[request.do] as (command: Command) => Promise<unknown>;
    const value = await handler(request);
    watchDevice();
    send({ type: 'answer', id: request.id, value });
  } catch (thrown) {
    send({ type: 'refused', id: request.id, failure: asFailure(thrown) });
  }
}

/** Trains for a moment. Returns how many milliseconds to wait before the next. */
async function train(run: NonNullable<typeof playing>): Promise<number> {
  const trained = opened();
  const begun = performance.now();
  const due = ((begun - run.begun) / 1000) * run.stepsPerSecond - run.steps;
  const before = trained.steps;
  if (before >= run.end) {
    note((await trained.settle()) as Progress | undefined);
    report(begun);
  }
  if (due < 1 || before >= run.end) return Math.min(1000 / run.stepsPerSecond, 50);
  note((await trained.advance(Math.min(Math.floor(due), run.end - before))) as Progress | undefined);
  const made = Math.max(0, trained.steps - before);
  run.steps += made;
  const end = performance.now();
  // A slow machine must not try to catch up with the pace for ever.
  if (due > 4 * made + run.stepsPerSecond) run.begun = end - (run.steps / run.stepsPerSecond) * 1000;
  watchDevice();
  speed.steps += made;
  if (end - reported >= REPORT_EVERY || trained.steps >= run.end) report(end);
  return 0;
}

function note(progress: Progress | undefined): void {
  if (progress) news = progress;
}

/** Tells the page what was measured last, if it does not know yet. */
function report(now: number): void {
  if (!news) return;
  if (now - speed.since > 500) {
    speed = { since: now, steps: 0, value: (1000 * speed.steps) / (now - speed.since) };
  }
  reported = now;
  send({ type: 'trained', ...news, stepsPerSecond: speed.value, memory: memory.buffer.byteLength });
  news = undefined;
}

/** Training ends where it stands. */
function stop(thrown: unknown): void {
  playing = undefined;
  const { step, snapshot } = session ? info() : { step: 0, snapshot: 0 };
  send({ type: 'stopped', failure: asFailure(thrown), step, snapshot });
}

/** Whether a beat is under way or on its way. Until the module has arrived, commands only queue up. */
let awake = true;
const pulse = new MessageChannel();
pulse.port1.onmessage = () => { void beat(); };

/** Lets messages in, then goes on; timers would be held back to a few a second in the background. */
function wake(delay = 0): void {
  if (awake) return;
  awake = true;
  if (delay > 0) setTimeout(() => { pulse.port2.postMessage(null); }, delay);
  else pulse.port2.postMessage(null);
}

async function beat(): Promise<void> {
  let delay = 0;
  for (let request = queue.shift(); request; request = queue.shift()) await handle(request);
  if (prospect) await decide(prospect);
  if (playing) {
    try {
      delay = await train(playing);
    } catch (thrown) {
      stop(thrown);
    }
  }
  awake = false;
  if (queue.length > 0 || prospect) wake();
  else if (playing) wake(delay);
}

// What the first model needs comes along with the module.
addEventListener('message', ({ data: first }: MessageEvent<Request>) => {
  if (first.do === 'open') prefetch(first.recipe.model, wantsThreads);
}, { once: true });
addEventListener('message', (event: MessageEvent<Request>) => {
  queue.push(event.data);
  wake();
});

try {
  ({ engine, memory, parts, rounding } = await loadEngine(exact));
  awake = false;
  send({ type: 'ready' });
  wake();
} catch (thrown) {
  send({ type: 'stopped', failure: asFailure(thrown), step: 0, snapshot: 0 });
}
