import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { CaptureFileSummary } from '../capture/source.ts';
import { PartMerger } from '../track/merge.ts';
import { Observation } from '../track/observation.ts';
import type { Part } from '../track/part.ts';
import { type PlannedCapture, planSeries } from './plan.ts';
import { openPool } from './pool.ts';
import { beginCapture, type CaptureInWork, type Run } from './read-capture.ts';
import { PROGRESS_BYTES, PROGRESS_FRAMES } from './types.ts';

/** One capture of the series with its place in it. */
export interface AnalyzedCapture {
  path: string;
  summary: CaptureFileSummary;
  /** Size of the file in bytes, null for a pipe. */
  size: number | null;
  /** Frames of the captures before this one: frame n of this capture is frame `framesBefore + n` of the series. */
  framesBefore: number;
  /** Earliest and latest time stamp, or null where it holds no frame. */
  first: Time | null;
  last: Time | null;
}

export interface Time {
  seconds: number;
  nanoseconds: number;
}

export interface Analysis {
  observation: Observation;
  /** In the order of their first time stamp. */
  captures: AnalyzedCapture[];
}

/** What a progress display needs to know. */
export interface AnalysisProgress {
  bytesRead: number;
  /** Null where a pipe is read. */
  bytesTotal: number | null;
  frames: number;
}

export interface AnalyzeOptions {
  /** Threads; 0 works on the calling thread. Left out: as many as pay. */
  workers?: number;
  /** Wanted size of a segment in bytes; left out: what gives each worker one. */
  segmentBytes?: number;
  /** Bytes that the connections may take; see connectionLimit. */
  maxMemory?: number;
  /** True where connections that go beyond are set aside, summed up by conversation (the verdicts need no more); else their frames are only counted. */
  setAside?: boolean;
  /** Ends the reading of threads at once; what `analyze` promised is then broken. */
  signal?: AbortSignal;
  /** Called a few times a second. */
  onProgress?: (progress: AnalysisProgress) => void;
}

/** Where nobody says otherwise. */
export const DEFAULT_MAX_MEMORY = 2 ** 30;
/** A record with its place in a hash table, twice while a table grows, and what a verdict keeps of its two ends. */
const BYTES_PER_CONNECTION = 640;

/** Connections that are followed at a time within so many bytes. */
export function connectionLimit(maxMemory: number): number {
  return Math.max(1, Math.floor(maxMemory / BYTES_PER_CONNECTION));
}

/** A row with its sums and its place in a hash table, twice while a table grows, and what a verdict keeps of the odd ones. */
const BYTES_PER_FATE = 2048;

/** Conversations by fate that the verdicts look at within so many bytes. */
export function fateLimit(maxMemory: number): number {
  return Math.max(1, Math.floor(maxMemory / BYTES_PER_FATE));
}

/** Below this size, in bytes, starting a thread takes longer than reading the captures. */
const SMALL_SERIES = 8 * 1024 * 1024;
const PROGRESS_INTERVAL_MS = 200;

/**
 * Reads captures as one series and observes what they show. The same answer for any number of workers and any cuts: parts are joined
 * in the order of the series, whichever is ready first.
 * @throws CaptureError where one of the files cannot be read at all
 */
export async function analyze(paths: readonly string[], options: AnalyzeOptions = {}): Promise<Analysis> {
  const threads = options.workers ?? availableParallelism();
  const plan = await planSeries(paths, threads, options.segmentBytes);
  const workers = options.workers ?? (isSmall(plan) ? 0 : threads);
  const seed = randomInt(2 ** 31);
  const maxMemory = options.maxMemory ?? DEFAULT_MAX_MEMORY;
  const run: Run = {
    seed,
    limit: connectionLimit(maxMemory),
    fateLimit: options.setAside === true ? fateLimit(maxMemory) : 0,
  };
  const pool = await openPool(
    Math.min(
      workers,
      plan.reduce((sum, { cuts }) => sum + Math.max(1, cuts.length), 0),
    ),
  );
  options.signal?.throwIfAborted();
  options.signal?.addEventListener('abort', () => void pool.close());
  const inWork = plan.map((planned) => beginCapture(planned, pool, run));
  const timer = options.onProgress && watch(options.onProgress, inWork, plan);
  try {
    return await join(plan, inWork, run);
  } finally {
    clearInterval(timer);
    await pool.close();
  }
}

async function join(plan: PlannedCapture[], inWork: CaptureInWork[], run: Run): Promise<Analysis> {
  const { seed, limit, fateLimit } = run;
  const merger = new PartMerger(seed, limit, fateLimit);
  const captures: AnalyzedCapture[] = [];
  for (const [i, { path, size }] of plan.entries()) {
    const { parts, summary } = await inWork[i].parts();
    const framesBefore = merger.frames;
    const capture: AnalyzedCapture = { path, summary, size, framesBefore, first: null, last: null };
    for (const part of parts) {
      if (part.frames > 0) {
        const first = { seconds: part.firstSeconds, nanoseconds: part.firstNanoseconds };
        const last = { seconds: part.lastSeconds, nanoseconds: part.lastNanoseconds };
        if (capture.first === null || isBefore(first, capture.first)) capture.first = first;
        if (capture.last === null || isBefore(capture.last, last)) capture.last = last;
      }
    }
    for (const part of appendable(parts, merger, run)) merger.append(part);
    captures.push(capture);
  }
  return { observation: new Observation(merger.finish()), captures };
}

/** What is set aside must not depend on the cuts: where there may be no room for all parts of a capture, they are made one first. */
function appendable(parts: Part[], merger: PartMerger, { seed, limit, fateLimit }: Run): Part[] {
  const connections = parts.reduce((sum, { connectionCount }) => sum + connectionCount, 0);
  if (fateLimit === 0 || parts.length === 1 || connections <= merger.room) return parts;
  const whole = new PartMerger(seed, limit, fateLimit);
  for (const part of parts) whole.append(part);
  return [whole.finish()];
}

function isBefore(a: Time, b: Time): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.nanoseconds < b.nanoseconds);
}

function isSmall(plan: PlannedCapture[]): boolean {
  return plan.reduce((sum, { size }) => sum + (size ?? SMALL_SERIES), 0) < SMALL_SERIES;
}

function watch(
  report: (progress: AnalysisProgress) => void,
  inWork: CaptureInWork[],
  plan: PlannedCapture[],
): NodeJS.Timeout {
  const bytesTotal = plan.some(({ size }) => size === null)
    ? null
    : plan.reduce((sum, { size }) => sum + (size ?? 0), 0);
  const sum = (index: number): number =>
    inWork.reduce((total, { counters }) => total + counters.reduce((part, counter) => part + counter[index], 0), 0);
  const timer = setInterval(() => {
    report({ bytesRead: sum(PROGRESS_BYTES), bytesTotal, frames: sum(PROGRESS_FRAMES) });
  }, PROGRESS_INTERVAL_MS);
  timer.unref();
  return timer;
}
