import type { CaptureFileSummary } from '../capture/source.ts';
import type { Part } from '../track/part.ts';

/** One unit of work: a capture to read from its first byte to its last. */
export interface Task {
  /** Path as given; `-` for standard input. */
  path: string;
  /** Mixed into the hashes of this run. */
  seed: number;
  /** Two doubles in shared memory that the reader keeps up to date: bytes of the file and frames read so far. */
  progress: SharedArrayBuffer;
}

/** What a task gives back. */
export interface TaskResult {
  part: Part;
  summary: CaptureFileSummary;
}

/** Indexes of the doubles in Task.progress. */
export const PROGRESS_BYTES = 0;
export const PROGRESS_FRAMES = 1;
export const PROGRESS_LENGTH = 2;
