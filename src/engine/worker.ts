import type { MessagePort } from 'node:worker_threads';
import { CaptureError, type CaptureErrorCode } from '../capture/errors.ts';
import { partBuffers } from '../track/part.ts';
import { runTask } from './run-task.ts';
import type { AnyTask } from './types.ts';

/** A unit of work, and where its result goes. */
export interface Assignment {
  task: AnyTask;
  /** Is sent one AnyResult before the work is said to be done, or nothing where it failed. */
  answer: MessagePort;
}

/** A failure as plain data: the class of an error does not survive the way between threads. */
export interface TaskFailure {
  code: CaptureErrorCode;
  path: string;
  message: string;
}

/**
 * Entry of the pool's threads. The part's memory moves to the main thread; nothing is copied. (piscina's own `move` would do that too, and
 * every thread would have to load the whole package for it.)
 */
export default async function work({ task, answer }: Assignment): Promise<TaskFailure | null> {
  try {
    const result = await runTask(task);
    answer.postMessage(result, 'part' in result ? partBuffers(result.part) : []);
    return null;
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return { code: error.code, path: error.path, message: error.message };
  } finally {
    answer.close();
  }
}
