/**
 * How much the parts of a run hold that are not yet joined, in memory that all tasks share. Captures are joined in the order of the series, and
 * what threads have read ahead of that must wait: where it becomes too much, the tasks that are ahead give up, and their captures are read
 * again when their turn comes.
 */
export class Unjoined {
  /** For the tasks. */
  readonly buffer: SharedArrayBuffer;
  /** The capture whose turn it is, then the bytes of each task. */
  readonly #values: Float64Array;

  constructor(tasks: number | SharedArrayBuffer) {
    this.buffer = typeof tasks === 'number' ? new SharedArrayBuffer((1 + tasks) * 8) : tasks;
    this.#values = new Float64Array(this.buffer);
  }

  /** Task `task` holds so many bytes. */
  hold(task: number, bytes: number): void {
    this.#values[1 + task] = bytes;
  }

  /** Everything before this capture is joined. @param task the first of its tasks */
  joined(capture: number, task: number): void {
    this.#values[0] = capture;
    this.#values.fill(0, 1, 1 + task);
  }

  /** True where the tasks of a capture should give up. @param share the tasks of its own @param most bytes */
  isTooMuch({ capture, firstTask, lastTask }: Share, most: number): boolean {
    if (capture > this.#values[0]) return this.#sum(0, this.#values.length - 1) > most;
    // One task for all of it may take what there is: nobody could do with less.
    return lastTask > firstTask && this.#sum(firstTask, lastTask + 1) > most;
  }

  #sum(from: number, to: number): number {
    let sum = 0;
    for (let task = from; task < to; task++) sum += this.#values[1 + task];
    return sum;
  }
}

/** The tasks of one capture. */
export interface Share {
  /** Number of the capture in the series. */
  capture: number;
  firstTask: number;
  lastTask: number;
}
