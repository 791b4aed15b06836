import { sameSection } from '../capture/pcapng.ts';
import type { CaptureFileSummary } from '../capture/source.ts';
import type { ReaderSummary } from '../capture/types.ts';
import { TABLE_FULL } from '../decode/reason.ts';
import { nameLimits, namesOverflow } from '../track/name-limits.ts';
import type { Part } from '../track/part.ts';
import type { PlannedCapture } from './plan.ts';
import type { Pool } from './pool.ts';
import { joinSummaries } from './summaries.ts';
import {
  type FileResult,
  type GivenUp,
  type MiddleState,
  PROGRESS_LENGTH,
  type SegmentResult,
  type SegmentTask,
  type Task,
} from './types.ts';
import type { Share } from './unjoined.ts';

/** A capture on its way: its tasks run on the pool from the moment it is begun. */
export interface CaptureInWork {
  /** Shared counters of its tasks, as in Task.progress. */
  counters: Float64Array[];
  /** The parts in order, once everything is read and every guess is verified. */
  parts(): Promise<{ parts: Part[]; summary: CaptureFileSummary }>;
}

/** What all tasks of a run share. */
export interface Run extends Pick<SegmentTask, 'seed' | 'limit' | 'fateLimit' | 'messageShare'> {
  /** What is not yet joined, and how many bytes that may be; null where all of it is done on one thread. */
  unjoined: { buffer: SharedArrayBuffer; most: number } | null;
}

/** Tasks that a capture begins with. */
export function taskCount({ cuts }: PlannedCapture): number {
  return Math.max(1, cuts.length);
}

/** Starts reading one capture: as a whole, or in segments. @param share its tasks, as counted by `taskCount` */
export function beginCapture(planned: PlannedCapture, pool: Pool, run: Run, share: Share): CaptureInWork {
  return planned.cuts.length === 0 ? beginWhole(planned, pool, run, share) : beginSegments(planned, pool, run, share);
}

/** @param share null for a capture whose turn it is: it may take what there is */
function commonOf(
  { seed, limit, fateLimit, messageShare, unjoined }: Run,
  share: Share | null,
  task = 0,
): Omit<Task, 'kind' | 'path' | 'size' | 'progress'> {
  const mayGiveUp = unjoined !== null && share !== null;
  return {
    seed,
    limit,
    fateLimit,
    messageShare,
    unjoined: mayGiveUp ? { ...unjoined, ...share, task: share.firstTask + task } : null,
  };
}

function newCounter(): Float64Array {
  return new Float64Array(new SharedArrayBuffer(PROGRESS_LENGTH * 8));
}

function beginWhole(planned: PlannedCapture, pool: Pool, run: Run, share: Share | null): CaptureInWork {
  const { path, size } = planned;
  // A pipe cannot be read again.
  const common = commonOf(run, size === null ? null : share);
  const counter = newCounter();
  const running = pool.run({ kind: 'file', path, size, ...common, progress: counter.buffer as SharedArrayBuffer });
  running.catch(() => {});
  return {
    counters: [counter],
    async parts() {
      const result = (await running) as FileResult | GivenUp;
      if (result.kind === 'given-up') return rereadWhole(planned, pool, run, [counter]);
      return { parts: [result.part], summary: result.summary };
    },
  };
}

function beginSegments(planned: PlannedCapture, pool: Pool, run: Run, share: Share): CaptureInWork {
  const counters = planned.cuts.map(newCounter);
  const tasks = planned.cuts.map((from, i) =>
    segmentTask(planned, commonOf(run, share, i), counters[i], from, planned.cuts[i + 1] ?? Number.POSITIVE_INFINITY),
  );
  const running = tasks.map((task) => pool.run(task) as Promise<SegmentResult | GivenUp>);
  for (const one of running) one.catch(() => {});
  return {
    counters,
    async parts() {
      let results: SegmentResult[] = [];
      const again = (): ReturnType<CaptureInWork['parts']> => {
        // What was read is of no use, and must not be held meanwhile.
        results = [];
        running.length = 0;
        return rereadWhole(planned, pool, run, counters);
      };
      for (const [i, one] of running.entries()) {
        const read = await one;
        const result = read.kind === 'given-up' ? read : await verified(read, tasks[i], results.at(-1), pool);
        if (result.kind === 'given-up') return again();
        // Where bytes are damaged, what a reader makes of them depends on all that came before: then the file is read as one.
        // So does what it makes of packets that are seen at several places.
        if (result.noted || (result.summary.problemCount > 0 && !isLast(i, running))) return again();
        results.push(result);
      }
      // Where a table is full, what it leaves out depends on the cuts.
      const connections = results.reduce((sum, { part }) => sum + part.connectionCount, 0);
      const isFull = connections > run.limit || results.some(({ part }) => part.reasons[TABLE_FULL] > 0);
      const odd =
        isFull ||
        namesOverflow(
          results.map(({ part }) => part.names),
          nameLimits(run.messageShare),
        ) ||
        results.some(({ summary }) => isDamaged(summary));
      if (odd) return again();
      return { parts: results.map(({ part }) => part), summary: wholeSummary(planned, results) };
    },
  };
}

/** A last record that is cut short looks the same from wherever the reading began. */
function isDamaged({ problemCount, problems }: ReaderSummary): boolean {
  return problemCount > 1 || (problemCount === 1 && problems[0].code !== 'cut-short');
}

function isLast(index: number, all: readonly unknown[]): boolean {
  return index === all.length - 1;
}

/** The first segment starts behind the file header, where its reader knows the way; the others guess. */
function segmentTask(
  planned: PlannedCapture,
  common: ReturnType<typeof commonOf>,
  counter: Float64Array,
  from: number,
  to: number,
): SegmentTask {
  const isFirst = from === 0;
  const state = planned.state!;
  return {
    kind: 'segment',
    path: planned.path,
    ...common,
    progress: counter.buffer as SharedArrayBuffer,
    from: isFirst ? firstRecord(state) : from,
    to,
    size: planned.size!,
    guess: !isFirst,
    state: isFirst ? beginning(state) : state,
  };
}

/** Offset of the first record: a pcapng file begins with one, a pcap file with its header of 24 bytes. */
function firstRecord(state: MiddleState): number {
  return state.format === 'pcap' ? 24 : 0;
}

function beginning(state: MiddleState): MiddleState {
  if (state.format === 'pcap') return state;
  return {
    format: 'pcapng',
    state: { littleEndian: null, passOver: false, sectionFirst: 0, interfaces: [], lastSeconds: 0, lastNanoseconds: 0 },
  };
}

/**
 * A segment is right where it began exactly at the record at which the one before it ended, and knew the interfaces that were in force there.
 * Else it is read again from the true boundary: a wrong guess costs time, never a frame.
 */
async function verified(
  result: SegmentResult,
  task: SegmentTask,
  before: SegmentResult | undefined,
  pool: Pool,
): Promise<SegmentResult | GivenUp> {
  if (before === undefined) return result;
  const isPcapng = task.state.format === 'pcapng' && before.state !== null;
  const known =
    !isPcapng ||
    (task.state.format === 'pcapng' && sameSection(task.state.state, before.state!) && !result.borrowedTimes);
  if (result.start === before.end && known) return result;
  const state: MiddleState = isPcapng ? { format: 'pcapng', state: before.state! } : task.state;
  return (await pool.run({ ...task, from: before.end, guess: false, state })) as SegmentResult | GivenUp;
}

async function rereadWhole(
  planned: PlannedCapture,
  pool: Pool,
  run: Run,
  counters: Float64Array[],
): ReturnType<CaptureInWork['parts']> {
  for (const counter of counters) counter.fill(0);
  return beginWhole(planned, pool, run, null).parts();
}

function wholeSummary({ path, size }: PlannedCapture, results: SegmentResult[]): CaptureFileSummary {
  const summaries: ReaderSummary[] = results.map(({ summary }) => summary);
  return {
    ...joinSummaries(summaries),
    path,
    compression: null,
    fileBytes: size!,
    captureBytes: size!,
    complete: true,
  };
}
