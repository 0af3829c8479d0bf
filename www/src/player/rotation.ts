/**
 * Shares the worker between training and everything that is looked at: one request at a time, in turn, and after each a
 * rest of twice its length while training goes on. So training keeps about two thirds of the worker.
 */

export interface Task {
  /** Whether there is something new to ask for. */
  isDue(): boolean;
  /** Asks for it. Never rejects. */
  work(): Promise<void>;
}

/** Shortest rest between two requests, in milliseconds: no picture needs to change more often. */
const SHORTEST_REST = 30;

export class Rotation {
  /** The next one to look at stands first. */
  #tasks: Task[] = [];
  #turning = false;

  /** `isTraining`: whether the worker has anything else to do. */
  constructor(private readonly isTraining: () => boolean) {}

  add(task: Task): void {
    this.#tasks.push(task);
    this.turn();
  }

  remove(task: Task): void {
    this.#tasks = this.#tasks.filter((known) => known !== task);
  }

  /** Puts a task first: somebody is waiting for it. */
  hurry(task: Task): void {
    this.#tasks = [task, ...this.#tasks.filter((known) => known !== task)];
    this.turn();
  }

  /** Something may have become due. */
  turn(): void {
    if (this.#turning) return;
    this.#turning = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      for (let task = this.#next(); task; task = this.#next()) {
        const begun = performance.now();
        await task.work();
        const took = performance.now() - begun;
        const rest = this.isTraining() ? Math.max(SHORTEST_REST, 2 * took) : 0;
        await new Promise((resume) => setTimeout(resume, rest));
      }
    } finally {
      // In the same breath as nothing was found due: what becomes due after it turns anew.
      this.#turning = false;
    }
  }

  #next(): Task | undefined {
    if (document.hidden) return undefined;
    const task = this.#tasks.find((candidate) => candidate.isDue());
    if (task) this.#tasks = [...this.#tasks.filter((known) => known !== task), task];
    return task;
  }
}
