import { availableParallelism } from 'node:os';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import { CaptureError } from '../capture/errors.ts';
import { WORKER_URL } from '../product.ts';
import type { AnyResult, AnyTask, ResultOf } from './types.ts';
import type { Assignment, TaskFailure } from './worker.ts';

/** Runs tasks; close it when done. */
export interface Pool {
  /** Throws CaptureError where the capture cannot be read. */
  run<T extends AnyTask>(task: T): Promise<ResultOf<T>>;
  /** Threads of its own. */
  readonly threads: number;
  close(): Promise<void>;
}

/** Captures of fewer bytes than this in all are read sooner than a thread is ready. */
export const SMALL_SERIES = 8 * 1024 * 1024;

/** The pool that was begun ahead, for whoever opens one first; null where there is none. */
let begun: Piscina | null = null;

/**
 * Begins a pool of as many threads as pay, of which one starts at once: it is ready when the program that will use it is loaded, and not as
 * long again after that. Nothing waits for it where nobody does.
 */
export async function beginPool(): Promise<void> {
  begun = await newPool(1, availableParallelism());
}

/**
 * A pool of threads, or with 0 workers the same work on the calling thread: the one that was begun ahead, where it allows as many threads.
 */
export async function openPool(workers: number): Promise<Pool> {
  if (workers === 0) {
    const { runTask } = await import('./run-task.ts');
    return { threads: 0, run: runTask as Pool['run'], close: async () => {} };
  }
  const ahead = begun !== null && begun.options.maxThreads >= workers ? begun : null;
  if (ahead !== null) begun = null;
  const piscina = ahead ?? (await newPool(workers, workers));
  return {
    threads: workers,
    run: (task) => assigned(task, piscina),
    async close() {
      await piscina.destroy();
    },
  };
}

/** Workers read with blocking calls, so piscina's waiting on Atomics is left off: it would keep streams from being served. */
async function newPool(minThreads: number, maxThreads: number): Promise<Piscina> {
  const { Piscina } = await import('piscina');
  return new Piscina({ filename: WORKER_URL.href, minThreads, maxThreads, atomics: 'disabled' });
}

async function assigned<T extends AnyTask>(task: T, piscina: Piscina): Promise<ResultOf<T>> {
  const { port1: results, port2: answer } = new MessageChannel();
  try {
    const assignment: Assignment = { task, answer };
    const failed: TaskFailure | null = await piscina.run(assignment, { transferList: [answer] });
    if (failed !== null) throw new CaptureError(failed.code, failed.path, failed.message);
    // It was sent before the thread said that it has done.
    return (receiveMessageOnPort(results) as { message: AnyResult }).message as ResultOf<T>;
  } finally {
    results.close();
  }
}
