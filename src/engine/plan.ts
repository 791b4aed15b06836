import { type CapturePeek, readCaptureHeader } from '../capture/peek.ts';
import { STANDARD_INPUT } from '../capture/source.ts';
import { sampledFrameBytes } from './frame-sample.ts';
import type { MiddleState } from './types.ts';

/** A capture of the series, and how it is cut. */
export interface PlannedCapture {
  path: string;
  /** Size of the file in bytes, null for a pipe. */
  size: number | null;
  /** Where segments begin: none for a capture that is read as a whole, else 0 first. */
  cuts: number[];
  state: MiddleState | null;
}

/** Segments below this size, in bytes, are not worth a task of their own. */
const SMALLEST_SEGMENT = 8 * 1024 * 1024;
/** Nor are segments of fewer frames: a thread has to make its own copy of the packet loop fast first (docs/performance.md). */
const SMALLEST_SEGMENT_FRAMES = 1.5e6;
/**
 * What takes how long, in nanoseconds (docs/performance.md; what counts is how they compare): a frame to be read by one thread, a frame in all
 * that comes after the reading, and a byte of SHA-256.
 */
const READING_A_FRAME = 300;
const REPORTING_A_FRAME = 130;
const HASHING_A_BYTE = 0.65;
/** Of smaller files, in bytes, the first frames tell how large they are: a better answer takes longer (some 10 ms) than it saves. */
const SAMPLED_SIZE = 512 * 1024 * 1024;
/** Bytes of a record besides its frame: the header of a pcap record (pcap-savefile(5)). */
const RECORD_HEADER = 16;

/**
 * Puts the captures in the order of their first time stamp (equal ones keep the order given; captures without a frame, and pipes,
 * which can be read only once, come last) and cuts the large ones into segments.
 * @param workers threads that will read; with 0 nothing is cut
 * @param options segmentBytes: wanted size of a segment; left out: what gives each worker one. thrifty: no more segments than pay. hashed:
 * the files are hashed, too; where that would be done last, a thrifty plan leaves a thread for it
 * @throws CaptureError where a capture cannot be read
 */
export async function planSeries(
  paths: readonly string[],
  workers: number,
  {
    segmentBytes,
    thrifty = false,
    hashed = false,
  }: { segmentBytes?: number | undefined; thrifty?: boolean; hashed?: boolean } = {},
): Promise<PlannedCapture[]> {
  const peeks: { path: string; peek: CapturePeek | null }[] = [];
  for (const path of paths) peeks.push({ path, peek: path === STANDARD_INPUT ? null : await readCaptureHeader(path) });
  peeks.sort((a, b) => compareStarts(a.peek, b.peek));
  const total = peeks.reduce((sum, { peek }) => sum + (peek?.size ?? 0), 0);
  const frames = thrifty ? peeks.reduce((sum, { peek }) => sum + (peek === null ? 0 : framesOf(peek)), 0) : 0;
  const readers = thrifty && hashed && isHashedLast(total, frames, workers) ? workers - 1 : workers;
  const most = thrifty ? Math.min(readers, Math.floor(frames / SMALLEST_SEGMENT_FRAMES)) : workers;
  const wanted = segmentBytes ?? Math.max(SMALLEST_SEGMENT, Math.ceil(total / Math.max(1, Math.min(workers, most))));
  return peeks.map(({ path, peek }) => {
    const state = peek === null ? null : middleState(peek);
    const size = peek?.size ?? null;
    const isCut = state !== null && size !== null && (workers > 0 || segmentBytes !== undefined) && size > wanted;
    return { path, size, state, cuts: isCut ? cutsOf(size, wanted) : [] };
  });
}

/** True where it takes longer to read with all threads and to hash then than to read with one less and to hash meanwhile. */
function isHashedLast(bytes: number, frames: number, threads: number): boolean {
  if (threads < 2) return false;
  const hashing = bytes * HASHING_A_BYTE;
  const reporting = frames * REPORTING_A_FRAME;
  const reading = frames * READING_A_FRAME;
  const atOnce = Math.max(reading / (threads - 1) + reporting, hashing);
  return atOnce < reading / threads + Math.max(reporting, hashing);
}

/** About how many frames a capture holds, by the size of some. */
function framesOf(peek: CapturePeek): number {
  const { path, size } = peek;
  const state = size < SAMPLED_SIZE ? null : middleState(peek);
  const frameBytes = (state === null ? 0 : sampledFrameBytes({ path, size, state })) || peek.frameBytes;
  return frameBytes === 0 ? 0 : size / (frameBytes + RECORD_HEADER);
}

/** Equal segments of at most about `wanted` bytes. */
function cutsOf(size: number, wanted: number): number[] {
  const count = Math.max(1, Math.round(size / wanted));
  return Array.from({ length: count }, (_, i) => Math.floor((size / count) * i));
}

function middleState(peek: CapturePeek): MiddleState | null {
  if (peek.compression !== null || peek.firstSeconds === null || peek.noted) return null;
  if (peek.pcapHeader !== null) return { format: 'pcap', header: peek.pcapHeader, seconds: peek.firstSeconds };
  return peek.pcapngState === null ? null : { format: 'pcapng', state: peek.pcapngState };
}

function compareStarts(a: CapturePeek | null, b: CapturePeek | null): number {
  const secondsA = a?.firstSeconds ?? Number.POSITIVE_INFINITY;
  const secondsB = b?.firstSeconds ?? Number.POSITIVE_INFINITY;
  if (secondsA !== secondsB) return secondsA < secondsB ? -1 : 1;
  return (a?.firstNanoseconds ?? 0) - (b?.firstNanoseconds ?? 0);
}
