import { CaptureError } from '../capture/errors.ts';
import { WORKER_URL } from '../product.ts';
import { runTask } from './run-task.ts';
import type { AnyResult, AnyTask, ResultOf } from './types.ts';
import type { TaskFailure } from './worker.ts';

/** Runs tasks; close it when done. */
export interface Pool {
  /** Throws CaptureError where the capture cannot be read. */
  run<T extends AnyTask>(task: T): Promise<ResultOf<T>>;
  /** Threads of its own. */
  readonly threads: number;
  close(): Promise<void>;
}

/**
 * A pool of threads, or with 0 workers the same work on the calling thread.
 * Workers read with blocking calls, so piscina's waiting on Atomics is left off: it would keep streams from being served.
 */
export async function openPool(workers: number): Promise<Pool> {
  if (workers === 0) return { threads: 0, run: runTask as Pool['run'], close: async () => {} };
  const { Piscina } = await import('piscina');
  const piscina = new Piscina({
    filename: WORKER_URL.href,
    minThreads: workers,
    maxThreads: workers,
    atomics: 'disabled',
  });
  return {
    threads: workers,
    async run(task) {
      const result = (await piscina.run(task)) as AnyResult | TaskFailure;
      if ('failure' in result) throw new CaptureError(result.failure.code, result.failure.path, result.failure.message);
      return result as ResultOf<typeof task>;
    },
    async close() {
      await piscina.destroy();
    },
  };
}
