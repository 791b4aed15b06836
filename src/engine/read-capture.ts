import { sameSection } from '../capture/pcapng.ts';
import type { CaptureFileSummary } from '../capture/source.ts';
import type { ReaderSummary } from '../capture/types.ts';
import { TABLE_FULL } from '../decode/reason.ts';
import { namesOverflow } from '../track/name-facts.ts';
import type { Part } from '../track/part.ts';
import type { PlannedCapture } from './plan.ts';
import type { Pool } from './pool.ts';
import { joinSummaries } from './summaries.ts';
import { type MiddleState, PROGRESS_LENGTH, type SegmentResult, type SegmentTask } from './types.ts';

/** A capture on its way: its tasks run on the pool from the moment it is begun. */
export interface CaptureInWork {
  /** Shared counters of its tasks, as in Task.progress. */
  counters: Float64Array[];
  /** The parts in order, once everything is read and every guess is verified. */
  parts(): Promise<{ parts: Part[]; summary: CaptureFileSummary }>;
}

/** What all tasks of a run share. */
export type Run = Pick<SegmentTask, 'seed' | 'limit' | 'fateLimit'>;

/** Starts reading one capture: as a whole, or in segments. */
export function beginCapture(planned: PlannedCapture, pool: Pool, run: Run): CaptureInWork {
  return planned.cuts.length === 0 ? beginWhole(planned, pool, run) : beginSegments(planned, pool, run);
}

function newCounter(): Float64Array {
  return new Float64Array(new SharedArrayBuffer(PROGRESS_LENGTH * 8));
}

function beginWhole({ path }: PlannedCapture, pool: Pool, run: Run): CaptureInWork {
  const counter = newCounter();
  const running = pool.run({ kind: 'file', path, ...run, progress: counter.buffer as SharedArrayBuffer });
  running.catch(() => {});
  return {
    counters: [counter],
    async parts() {
      const result = await running;
      if (result.kind !== 'file') throw new TypeError('a file task gave a segment');
      return { parts: [result.part], summary: result.summary };
    },
  };
}

function beginSegments(planned: PlannedCapture, pool: Pool, run: Run): CaptureInWork {
  const counters = planned.cuts.map(newCounter);
  const tasks = planned.cuts.map((from, i) =>
    segmentTask(planned, run, counters[i], from, planned.cuts[i + 1] ?? Number.POSITIVE_INFINITY),
  );
  const running = tasks.map((task) => pool.run(task) as Promise<SegmentResult>);
  for (const one of running) one.catch(() => {});
  return {
    counters,
    async parts() {
      const results: SegmentResult[] = [];
      for (const [i, one] of running.entries()) {
        const result = await verified(await one, tasks[i], results.at(-1), pool);
        // Where bytes are damaged, what a reader makes of them depends on all that came before: then the file is read as one.
        // So does what it makes of packets that are seen at several places.
        if (result.noted || (result.summary.problemCount > 0 && !isLast(i, running)))
          return rereadWhole(planned, pool, run, counters);
        results.push(result);
      }
      // Where a table is full, what it leaves out depends on the cuts.
      const connections = results.reduce((sum, { part }) => sum + part.connectionCount, 0);
      const isFull = connections > run.limit || results.some(({ part }) => part.reasons[TABLE_FULL] > 0);
      const odd =
        isFull ||
        namesOverflow(results.map(({ part }) => part.names)) ||
        results.some(({ summary }) => summary.problemCount > 0);
      if (odd) return rereadWhole(planned, pool, run, counters);
      return { parts: results.map(({ part }) => part), summary: wholeSummary(planned, results) };
    },
  };
}

function isLast(index: number, all: readonly unknown[]): boolean {
  return index === all.length - 1;
}

/** The first segment starts behind the file header, where its reader knows the way; the others guess. */
function segmentTask(planned: PlannedCapture, run: Run, counter: Float64Array, from: number, to: number): SegmentTask {
  const isFirst = from === 0;
  const state = planned.state!;
  return {
    kind: 'segment',
    path: planned.path,
    ...run,
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
): Promise<SegmentResult> {
  if (before === undefined) return result;
  const isPcapng = task.state.format === 'pcapng' && before.state !== null;
  const known =
    !isPcapng ||
    (task.state.format === 'pcapng' && sameSection(task.state.state, before.state!) && !result.borrowedTimes);
  if (result.start === before.end && known) return result;
  const state: MiddleState = isPcapng ? { format: 'pcapng', state: before.state! } : task.state;
  return (await pool.run({ ...task, from: before.end, guess: false, state })) as SegmentResult;
}

async function rereadWhole(
  planned: PlannedCapture,
  pool: Pool,
  run: Run,
  counters: Float64Array[],
): ReturnType<CaptureInWork['parts']> {
  for (const counter of counters) counter.fill(0);
  return beginWhole(planned, pool, run).parts();
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
