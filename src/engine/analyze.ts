import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { CaptureFileSummary } from '../capture/source.ts';
import { PartMerger } from '../track/merge.ts';
import { Observation } from '../track/observation.ts';
import type { Part } from '../track/part.ts';
import { hashFiles } from './hash-files.ts';
import { connectionLimit, DEFAULT_MAX_MEMORY, fateLimit, messageShare, tableBytes } from './memory.ts';
import { type PlannedCapture, planSeries } from './plan.ts';
import { openPool, type Pool, SMALL_SERIES } from './pool.ts';
import { beginCapture, type CaptureInWork, type Run, taskCount } from './read-capture.ts';
import { PROGRESS_BYTES, PROGRESS_FRAMES } from './types.ts';
import { Unjoined } from './unjoined.ts';

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
  /** SHA-256 of each file, which threads make while the rest goes on, null for a pipe; null where nobody asked for it. */
  hashes: Promise<(string | null)[]> | null;
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
  /** Bytes that the whole process may take (memory.ts). */
  maxMemory?: number;
  /** True where connections that go beyond are set aside, summed up by conversation (the verdicts need no more); else their frames are only counted. */
  setAside?: boolean;
  /** True where `Analysis.hashes` is wanted. */
  hashes?: boolean;
  /** Ends the reading of threads at once; what `analyze` promised is then broken. */
  signal?: AbortSignal;
  /** Called once when all threads have work: what the caller does meanwhile would keep this thread from starting them. */
  onBegun?: () => void;
  /** Called a few times a second. */
  onProgress?: (progress: AnalysisProgress) => void;
}

/**
 * From this size on, in bytes, a thread that is not needed for reading makes the hashes meanwhile: they take longer than what comes after the
 * reading. Of smaller ones the reading thread makes them then, and none has to be started for it.
 */
const HASHED_AHEAD = 512 * 1024 * 1024;
const PROGRESS_INTERVAL_MS = 200;
/**
 * Captures for each thread that are begun ahead of the one that is joined: enough that no thread waits, and no more, since the part of each takes
 * some 200 kB until its turn comes, however little it holds.
 */
const AHEAD_OF_A_THREAD = 8;
/** Of the memory for tables, what may be taken by what is read ahead of being joined. */
const UNJOINED_SHARE = 0.25;

/**
 * Reads captures as one series and observes what they show. The same answer for any number of workers and any cuts: parts are joined
 * in the order of the series, whichever is ready first.
 * @throws CaptureError where one of the files cannot be read at all
 */
export async function analyze(paths: readonly string[], options: AnalyzeOptions = {}): Promise<Analysis> {
  const threads = options.workers ?? availableParallelism();
  const { segmentBytes } = options;
  const thrifty = options.workers === undefined;
  const plan = await planSeries(paths, threads, { segmentBytes, thrifty, hashed: options.hashes === true });
  const workers = options.workers ?? (isSmall(plan) ? 0 : threads);
  const seed = randomInt(2 ** 31);
  const bytes = tableBytes(options.maxMemory ?? DEFAULT_MAX_MEMORY);
  const tasks = plan.reduce((sum, planned) => sum + taskCount(planned), 0);
  const unjoined = new Unjoined(tasks);
  const run: Run = {
    seed,
    limit: connectionLimit(bytes),
    fateLimit: options.setAside === true ? fateLimit(bytes) : 0,
    messageShare: messageShare(bytes),
    unjoined: { buffer: unjoined.buffer, most: bytes * UNJOINED_SHARE },
  };
  const hashesAhead = options.hashes === true && workers > tasks && sizeOf(plan) >= HASHED_AHEAD;
  const pool = await openPool(Math.min(workers, hashesAhead ? tasks + 1 : tasks));
  options.signal?.throwIfAborted();
  options.signal?.addEventListener('abort', () => void pool.close());
  const series = new Series(plan, pool, run, unjoined);
  // Threads take one task after the other; without them a capture is read when its turn comes.
  if (workers > 0) series.readAhead(AHEAD_OF_A_THREAD * workers);
  options.onBegun?.();
  const timer = options.onProgress && watch(options.onProgress, series.counters, plan);
  let hashes = hashesAhead ? hashFiles(plan, pool) : null;
  // Whoever waits for them hears of a failure.
  hashes?.catch(() => {});
  let closes = false;
  try {
    const joined = await join(plan, series, run);
    if (options.hashes === true) {
      // Whoever waits for the hashes need not wait until the threads have ended.
      hashes = (hashes ?? hashFiles(plan, pool)).finally(() => void pool.close());
      hashes.catch(() => {});
      closes = true;
    }
    return { ...joined, hashes };
  } finally {
    clearInterval(timer);
    if (!closes) await pool.close();
  }
}

/** The captures of a series on their way. */
class Series {
  /** Progress of all that was begun. */
  readonly counters: Float64Array[] = [];
  readonly #inWork = new Map<number, CaptureInWork>();
  readonly #plan: PlannedCapture[];
  readonly #pool: Pool;
  readonly #run: Run;
  readonly #unjoined: Unjoined;
  /** Captures that are begun ahead. */
  #ahead = 0;
  /** The capture that is begun next, and the number of its first task. */
  #next = 0;
  #nextTask = 0;
  /** The number of the first task of the capture whose turn it is. */
  #firstTask = 0;

  constructor(plan: PlannedCapture[], pool: Pool, run: Run, unjoined: Unjoined) {
    this.#plan = plan;
    this.#pool = pool;
    this.#run = run;
    this.#unjoined = unjoined;
  }

  /** Begins so many captures before their turn, from now on. */
  readAhead(captures: number): void {
    this.#ahead = captures;
    this.#beginUntil(captures);
  }

  #beginUntil(end: number): void {
    while (this.#next < Math.min(end, this.#plan.length)) {
      const capture = this.#next++;
      const firstTask = this.#nextTask;
      this.#nextTask += taskCount(this.#plan[capture]);
      const share = { capture, firstTask, lastTask: this.#nextTask - 1 };
      const begun = beginCapture(this.#plan[capture], this.#pool, this.#run, share);
      this.#inWork.set(capture, begun);
      this.counters.push(...begun.counters);
    }
  }

  /** The parts of a capture whose turn it is: all before it are joined. They are not held here any longer. */
  async take(capture: number): ReturnType<CaptureInWork['parts']> {
    this.#unjoined.joined(capture, this.#firstTask);
    this.#beginUntil(capture + 1 + this.#ahead);
    const begun = this.#inWork.get(capture)!;
    this.#inWork.delete(capture);
    this.#firstTask += taskCount(this.#plan[capture]);
    return begun.parts();
  }
}

async function join(plan: PlannedCapture[], series: Series, run: Run): Promise<Omit<Analysis, 'hashes'>> {
  const { seed, limit, fateLimit, messageShare } = run;
  const merger = new PartMerger(seed, limit, fateLimit, messageShare);
  const captures: AnalyzedCapture[] = [];
  for (const [i, { path, size }] of plan.entries()) {
    const { parts, summary } = await series.take(i);
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
    merger.beginCapture();
    const mayRepeat = capture.first !== null && merger.overlaps(capture.first.seconds, capture.first.nanoseconds);
    for (const part of appendable(parts, merger, run, mayRepeat)) merger.append(part, mayRepeat);
    captures.push(capture);
  }
  return { observation: new Observation(merger.finish()), captures };
}

/**
 * What is set aside, and what is known from another capture, must not depend on the cuts: where there may be no room for all parts of a capture, or
 * they may repeat what was seen, they are made one first.
 */
function appendable(
  parts: Part[],
  merger: PartMerger,
  { seed, limit, fateLimit, messageShare }: Run,
  mayRepeat: boolean,
): Part[] {
  if (parts.length === 1) return parts;
  const connections = parts.reduce((sum, { connectionCount }) => sum + connectionCount, 0);
  if (!mayRepeat && (fateLimit === 0 || connections <= merger.room)) return parts;
  const whole = new PartMerger(seed, limit, fateLimit, messageShare);
  for (const part of parts) whole.append(part);
  return [whole.finish()];
}

function isBefore(a: Time, b: Time): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.nanoseconds < b.nanoseconds);
}

function isSmall(plan: PlannedCapture[]): boolean {
  return plan.every(({ size }) => size !== null) && sizeOf(plan) < SMALL_SERIES;
}

/** Bytes of all files. */
function sizeOf(plan: PlannedCapture[]): number {
  return plan.reduce((sum, { size }) => sum + (size ?? 0), 0);
}

function watch(
  report: (progress: AnalysisProgress) => void,
  counters: readonly Float64Array[],
  plan: PlannedCapture[],
): NodeJS.Timeout {
  const bytesTotal = plan.some(({ size }) => size === null)
    ? null
    : plan.reduce((sum, { size }) => sum + (size ?? 0), 0);
  const sum = (index: number): number => counters.reduce((total, counter) => total + counter[index], 0);
  const timer = setInterval(() => {
    report({ bytesRead: sum(PROGRESS_BYTES), bytesTotal, frames: sum(PROGRESS_FRAMES) });
  }, PROGRESS_INTERVAL_MS);
  timer.unref();
  return timer;
}
