/**
 * The worker: owns the WebAssembly module and the session, so that the page's thread only draws and listens.
 *
 * Commands are handled one after another. While it plays, training goes on in slices between them, short enough that
 * a command never waits long.
 */

import { loadEngine, type Engine } from './engine';
import { Pace } from './pace';
import type { Answers, Command, Device, Failure, Message, Metrics, Request, SessionInfo } from './protocol';
import type { Session } from './wasm/daydream';

/** Time between two reports of progress, in milliseconds. */
const REPORT_EVERY = 66;

const queue: Request[] = [];
/** The WebAssembly module. No command is handled before it has arrived. */
let engine: Engine;
let session: Session | undefined;
let playing: { stepsPerSecond: number; begun: number; steps: number } | undefined;

/** How the speed that is reported is measured: steps since a moment. */
let speed = { since: performance.now(), steps: 0, value: 0 };
let metrics: Metrics = {};
let reported = 0;
/** What runs the session, and how many steps it makes in one call. */
let device: Device['kind'] = 'cpu';
let pace = new Pace(device);

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
  return opened().info() as SessionInfo;
}

/** The session runs where its info says, from now on. */
function settle(now: SessionInfo): SessionInfo {
  device = now.device.kind;
  pace = new Pace(device);
  return now;
}

/** Tells the page when a device has failed and another one has taken over. */
function watchDevice(): void {
  if (!session) return;
  const now = info();
  if (now.device.kind !== device) send({ type: 'moved', info: settle(now) });
}

const handlers: { [K in Command['do']]: (command: Extract<Command, { do: K }>) => Promise<Answers[K]> } = {
  async open({ recipe, files, device }) {
    playing = undefined;
    const next = await engine.Session.open(recipe, files, device);
    session?.free();
    session = next;
    return settle(info());
  },
  async step({ count }) {
    const end = info().step + count;
    // Training that moves to another device goes on from an earlier step.
    for (let step = info().step; step < end; { step } = info()) metrics = (await opened().step(end - step)) as Metrics;
    return { step: end, metrics };
  },
  async set({ knob, value }) {
    opened().set(knob, value);
    return Promise.resolve(info());
  },
  async move({ device }) {
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
  async view({ view, args }) {
    return (await opened().view(view, args)) as Answers['view'];
  },
  async rows({ first, count }) {
    return Promise.resolve(opened().rows(first, count) as Answers['rows']);
  },
  async save() {
    return opened().save();
  },
  async load({ file }) {
    await opened().load(file.name, file.bytes);
    return info();
  },
  async play({ stepsPerSecond }) {
    opened();
    const now = performance.now();
    playing = { stepsPerSecond, begun: now, steps: 0 };
    speed = { since: now, steps: 0, value: 0 };
    reported = now;
    return Promise.resolve(null);
  },
  async pause() {
    playing = undefined;
    return Promise.resolve({ step: info().step });
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

/** Trains for one slice. Returns how many milliseconds to wait before the next. */
async function trainSlice(run: NonNullable<typeof playing>): Promise<number> {
  const begun = performance.now();
  const due = ((begun - run.begun) / 1000) * run.stepsPerSecond - run.steps;
  if (due < 1) return Math.min(1000 / run.stepsPerSecond, 50);
  const { stride } = pace;
  const count = Math.max(1, Math.min(stride, Math.floor(due)));
  metrics = (await opened().step(count)) as Metrics;
  run.steps += count;
  const end = performance.now();
  // A slow machine must not try to catch up with the pace for ever.
  if (due > 4 * stride + run.stepsPerSecond) run.begun = end - (run.steps / run.stepsPerSecond) * 1000;
  pace.learn(count, end - begun);
  watchDevice();
  speed.steps += count;
  if (end - reported >= REPORT_EVERY) report(end);
  return 0;
}

function report(now: number): void {
  if (now - speed.since > 500) {
    speed = { since: now, steps: 0, value: (1000 * speed.steps) / (now - speed.since) };
  }
  reported = now;
  send({ type: 'trained', step: info().step, metrics, stepsPerSecond: speed.value });
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
  if (playing) {
    try {
      delay = await trainSlice(playing);
    } catch (thrown) {
      playing = undefined;
      const { step, snapshot } = session ? info() : { step: 0, snapshot: 0 };
      send({ type: 'stopped', failure: asFailure(thrown), step, snapshot });
    }
  }
  awake = false;
  if (queue.length > 0) wake();
  else if (playing) wake(delay);
}

addEventListener('message', (event: MessageEvent<Request>) => {
  queue.push(event.data);
  wake();
});

try {
  engine = await loadEngine();
  awake = false;
  send({ type: 'ready' });
  wake();
} catch (thrown) {
  send({ type: 'stopped', failure: asFailure(thrown), step: 0, snapshot: 0 });
}
