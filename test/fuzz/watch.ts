/** What the threads of the fuzzer and its parent tell each other. */

/** Places in the shared memory. */
export const AT_TARGET = 0;
export const AT_SEED = 1;
export const AT_CASES = 2;
export const AT_STARTED = 3;

export interface WorkerData {
  folders: string[];
  scratch: string;
  shared: SharedArrayBuffer;
  firstSeed: number;
  step: number;
  only: string | null;
}

/** From worker to parent. */
export interface FoundMessage {
  target: string;
  seed: number;
  message: string;
}
