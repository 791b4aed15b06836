import { CaptureError } from '../capture/errors.ts';
import { WORKER_URL } from '../product.ts';
import { runTask } from './run-task.ts';
import type { Task, TaskResult } from './types.ts';
import type { TaskFailure } from './worker.ts';

/** Runs tasks; close it when done. */
export interface Pool {
  /** Throws CaptureError where the capture cannot be read. */
  run(task: Task): Promise<TaskResult>;
  close(): Promise<void>;
}

/**
 * A pool of threads, or with 0 workers the same work on the calling thread.
 * Workers read with blocking calls, so piscina's waiting on Atomics is left off: it would keep streams from being served.
 */
export async function openPool(workers: number): Promise<Pool> {
  if (workers === 0) return { run: runTask, close: async () => {} };
  const { Piscina } = await import('piscina');
  const piscina = new Piscina({
    filename: WORKER_URL.href,
    minThreads: workers,
    maxThreads: workers,
    atomics: 'disabled',
  });
  return {
    async run(task) {
      const result = (await piscina.run(task)) as TaskResult | TaskFailure;
      if ('failure' in result) throw new CaptureError(result.failure.code, result.failure.path, result.failure.message);
      return result;
    },
    async close() {
      await piscina.destroy();
    },
  };
}
