/** The page's end of the worker: every command is a promise, every event a callback. */

import { Crew } from './crew';
import type { Answers, Command, Failure, Message, Recipe, Request } from './protocol';
import { startWorker } from './start-worker';

/** A command that was refused. `message` is in English; `failure` holds the words in every language. */
export class Refusal extends Error {
  constructor(readonly failure: Failure) {
    super(failure.en);
    this.name = 'Refusal';
  }
}

export type Trained = Extract<Message, { type: 'trained' }>;
export type Moved = Extract<Message, { type: 'moved' }>;
export type Stopped = Extract<Message, { type: 'stopped' }>;

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (refusal: Refusal) => void;
}

export class Client {
  /** Called several times a second while the session plays. */
  onTrained: (event: Trained) => void = () => undefined;
  /** Called when another device has taken over, or when it is known why none does. */
  onMoved: (event: Moved) => void = () => undefined;
  /** Called when playing stopped by itself, or the worker could not start. */
  onStopped: (event: Stopped) => void = () => undefined;

  readonly #worker: Worker;
  readonly #crew = new Crew();
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;

  /** `exact` is that of the recipes that it will open. */
  constructor(readonly exact: Recipe['exact']) {
    this.#worker = startWorker(exact);
    this.#worker.addEventListener('message', (event: MessageEvent<Message>) => { this.#receive(event.data); });
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      const detail = event.message || 'the worker did not start';
      this.#fail({ code: 'crashed', en: `The engine stopped: ${detail}`, ko: `엔진이 멈췄습니다: ${detail}` });
    });
  }

  /** Sends a command and waits for its answer. Throws a `Refusal`. */
  ask<C extends Command>(command: C): Promise<Answers[C['do']]> {
    const id = this.#next++;
    const request: Request = { id, ...command };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker.postMessage(request);
    });
  }

  /** Ends the worker. Nothing that was asked is answered any more. */
  close(): void {
    this.#end();
    this.#waiting.clear();
  }

  /** Ends the worker, and refuses all that was asked of it. */
  dismiss(failure: Failure): void {
    this.#end();
    this.#refuseAll(failure);
  }

  #end(): void {
    this.#worker.terminate();
    this.#crew.dismiss();
  }

  #receive(message: Message): void {
    switch (message.type) {
      case 'answer':
        this.#take(message.id)?.resolve(message.value);
        break;
      case 'refused':
        this.#take(message.id)?.reject(new Refusal(message.failure));
        if (message.failure.code === 'crashed') this.#fail(message.failure);
        break;
      case 'trained':
        this.onTrained(message);
        break;
      case 'moved':
        this.onMoved(message);
        break;
      case 'stopped':
        if (message.failure.code === 'crashed') this.#fail(message.failure);
        else this.onStopped(message);
        break;
      case 'recruit':
        void this.#crew.recruit(message.threads, message.shared).then((arrival) => { message.reply.postMessage(arrival); });
        break;
      case 'ready':
        break;
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #refuseAll(failure: Failure): void {
    for (const waiting of this.#waiting.values()) waiting.reject(new Refusal(failure));
    this.#waiting.clear();
  }

  #fail(failure: Failure): void {
    this.#refuseAll(failure);
    this.onStopped({ type: 'stopped', failure, step: 0, snapshot: 0 });
  }
}
