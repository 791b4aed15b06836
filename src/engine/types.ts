import type { PcapHeader } from '../capture/pcap.ts';
import type { PcapngState } from '../capture/pcapng.ts';
import type { CaptureFileSummary } from '../capture/source.ts';
import type { ReaderSummary } from '../capture/types.ts';
import type { Part } from '../track/part.ts';
import type { Share } from './unjoined.ts';

/** What every unit of work carries. */
interface TaskBase {
  /** Path as given; `-` for standard input. */
  path: string;
  /** Mixed into the hashes of this run; the same for all tasks, so that a part can take over another's tables. */
  seed: number;
  /** Most connections that are followed. */
  limit: number;
  /** Most rows of fates of connections that are set aside where there are more; 0 where none may be. */
  fateLimit: number;
  /** Of the memory that names and messages may take at most, from 0 to 1. */
  messageShare: number;
  /** What the run holds in parts that are not yet joined (unjoined.ts), and how much that may be; null where this task is not to give up. */
  unjoined: (Share & { buffer: SharedArrayBuffer; task: number; most: number }) | null;
  /** Two doubles in shared memory that the reader keeps up to date: bytes of the file and frames read so far. */
  progress: SharedArrayBuffer;
}

/** A capture from its first byte to its last. */
export interface FileTask extends TaskBase {
  kind: 'file';
  /** Size of the file in bytes; null for a pipe. */
  size: number | null;
}

/** What a reader must know to start in the middle of a file. */
export type MiddleState =
  | { format: 'pcap'; header: PcapHeader; seconds: number }
  | { format: 'pcapng'; state: PcapngState };

/** Some bytes of an uncompressed capture: the records that begin in [from, to). */
export interface SegmentTask extends TaskBase {
  kind: 'segment';
  from: number;
  /** Infinity for the last segment. */
  to: number;
  /** Size of the file in bytes. */
  size: number;
  /** True where `from` is just a place in the file, and the first record behind it must be guessed; false where a record begins there. */
  guess: boolean;
  state: MiddleState;
}

export type Task = FileTask | SegmentTask;

/** Files whose SHA-256 a report shows. */
export interface HashTask {
  kind: 'hash';
  paths: readonly string[];
}

export interface FileResult {
  kind: 'file';
  part: Part;
  summary: CaptureFileSummary;
}

export interface SegmentResult {
  kind: 'segment';
  part: Part;
  summary: ReaderSummary;
  /** Offset of the first record read, and of the first one not read; equal to `to` of the task or beyond, or the size of the file. */
  start: number;
  end: number;
  /** pcapng: what the next segment depends on; null for pcap. */
  state: PcapngState | null;
  /** Frames without a time of their own, which took that of the frame before. */
  borrowedTimes: boolean;
  /** Frames with ids or verdicts, whose meaning depends on the frames before them (track/same-packet.ts). */
  noted: boolean;
}

/** There is too much that waits to be joined, or a segment ends in doubt: the capture is to be read again, as one, when its turn comes. */
export interface GivenUp {
  kind: 'given-up';
}

export type TaskResult = FileResult | SegmentResult | GivenUp;

export interface HashResult {
  kind: 'hash';
  /** In hex, in the order of the paths. */
  hashes: string[];
}

/** What comes of a unit of work. */
export type ResultOf<T extends AnyTask> = T extends HashTask ? HashResult : TaskResult;
export type AnyTask = Task | HashTask;
export type AnyResult = TaskResult | HashResult;

/** Indexes of the doubles in Task.progress. */
export const PROGRESS_BYTES = 0;
export const PROGRESS_FRAMES = 1;
export const PROGRESS_LENGTH = 2;
