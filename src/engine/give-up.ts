import type { Task } from './types.ts';
import { Unjoined } from './unjoined.ts';

/**
 * A question to be asked after each window: whether the task should give up, for want of memory.
 * @param held bytes that its part takes so far
 */
export function giveUpWhen({ unjoined }: Task, held: () => number): () => boolean {
  if (unjoined === null) return () => false;
  const shared = new Unjoined(unjoined.buffer);
  return () => {
    shared.hold(unjoined.task, held());
    return shared.isTooMuch(unjoined, unjoined.most);
  };
}
