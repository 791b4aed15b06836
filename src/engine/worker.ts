import { move, transferableSymbol, valueSymbol } from 'piscina';
import { CaptureError, type CaptureErrorCode } from '../capture/errors.ts';
import { partBuffers } from '../track/part.ts';
import { runTask } from './run-task.ts';
import type { AnyResult, AnyTask } from './types.ts';

/** A failure as plain data: the class of an error does not survive the way between threads. */
export interface TaskFailure {
  failure: { code: CaptureErrorCode; path: string; message: string };
}

/** Entry of the pool's threads. The part's memory moves to the main thread; nothing is copied. */
export default async function work(task: AnyTask): Promise<AnyResult | TaskFailure> {
  try {
    const result = await runTask(task);
    if (!('part' in result)) return result;
    const movable = { [transferableSymbol]: partBuffers(result.part), [valueSymbol]: result };
    return move(movable as unknown as Parameters<typeof move>[0]) as unknown as AnyResult;
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return { failure: { code: error.code, path: error.path, message: error.message } };
  }
}
