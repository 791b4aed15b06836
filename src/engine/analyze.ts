import { randomInt } from 'node:crypto';
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { CaptureFileSummary } from '../capture/source.ts';
import { PartMerger } from '../track/merge.ts';
import { Observation } from '../track/observation.ts';
import { openPool } from './pool.ts';
import { orderSeries } from './series.ts';
import { PROGRESS_BYTES, PROGRESS_FRAMES, PROGRESS_LENGTH, type TaskResult } from './types.ts';

/** One capture of the series with its place in it. */
export interface AnalyzedCapture {
  path: string;
  summary: CaptureFileSummary;
  /** Size of the file in bytes, null for a pipe. */
  size: number | null;
  /** Frames of the captures before this one: frame n of this capture is frame `framesBefore + n` of the series. */
  framesBefore: number;
  /** Earliest and latest time stamp, or null where it holds no frame. */
  first: { seconds: number; nanoseconds: number } | null;
  last: { seconds: number; nanoseconds: number } | null;
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
  /** Called a few times a second. */
  onProgress?: (progress: AnalysisProgress) => void;
}

/** Below this size, in bytes, starting a thread takes longer than reading the captures. */
const SMALL_SERIES = 8 * 1024 * 1024;
const PROGRESS_INTERVAL_MS = 200;

/**
 * Reads captures as one series and observes what they show. The same answer for any number of workers: parts are joined in
 * the order of the series, whichever is ready first.
 * @throws CaptureError where one of the files cannot be read at all
 */
export async function analyze(paths: readonly string[], options: AnalyzeOptions = {}): Promise<Analysis> {
  const ordered = await orderSeries(paths);
  const sizes = ordered.map(sizeOf);
  const workers = options.workers ?? defaultWorkers(sizes);
  const seed = randomInt(2 ** 31);
  const pool = await openPool(Math.min(workers, ordered.length));
  const counters = ordered.map(() => new Float64Array(new SharedArrayBuffer(PROGRESS_LENGTH * 8)));
  const timer = options.onProgress && watch(options.onProgress, counters, sizes);
  try {
    const results = ordered.map((path, i) =>
      pool.run({ path, seed, progress: counters[i].buffer as SharedArrayBuffer }),
    );
    for (const result of results) result.catch(() => {});
    return await join(ordered, sizes, results, seed);
  } finally {
    clearInterval(timer);
    await pool.close();
  }
}

async function join(
  paths: string[],
  sizes: (number | null)[],
  results: Promise<TaskResult>[],
  seed: number,
): Promise<Analysis> {
  const merger = new PartMerger(seed);
  const captures: AnalyzedCapture[] = [];
  for (const [i, path] of paths.entries()) {
    const { part, summary } = await results[i];
    const seen = part.frames > 0;
    captures.push({
      path,
      summary,
      size: sizes[i],
      framesBefore: merger.frames,
      first: seen ? { seconds: part.firstSeconds, nanoseconds: part.firstNanoseconds } : null,
      last: seen ? { seconds: part.lastSeconds, nanoseconds: part.lastNanoseconds } : null,
    });
    merger.append(part);
  }
  return { observation: new Observation(merger.finish()), captures };
}

function sizeOf(path: string): number | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() ? stats.size : null;
}

function defaultWorkers(sizes: (number | null)[]): number {
  const known = sizes.reduce<number>((sum, size) => sum + (size ?? SMALL_SERIES), 0);
  return known < SMALL_SERIES ? 0 : availableParallelism();
}

function watch(
  report: (progress: AnalysisProgress) => void,
  counters: Float64Array[],
  sizes: (number | null)[],
): NodeJS.Timeout {
  const bytesTotal = sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const sum = (index: number): number => counters.reduce((total, counter) => total + counter[index], 0);
  const timer = setInterval(() => {
    report({ bytesRead: sum(PROGRESS_BYTES), bytesTotal, frames: sum(PROGRESS_FRAMES) });
  }, PROGRESS_INTERVAL_MS);
  timer.unref();
  return timer;
}
