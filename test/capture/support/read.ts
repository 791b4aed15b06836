import { ChunkFeeder } from '../../../src/capture/chunk-feeder.ts';
import type { ReaderSummary } from '../../../src/capture/types.ts';
import { type RecordedFrame, RecordingSink } from './recording-sink.ts';

export interface Read {
  frames: RecordedFrame[];
  summary: ReaderSummary;
}

/** Reads a capture in chunks of these sizes, in turn and again; the whole at once by default. */
export function readBytes(bytes: Uint8Array, sizes: number[] = [Math.max(bytes.length, 1)]): Read {
  const sink = new RecordingSink();
  const feeder = new ChunkFeeder(sink, 'test');
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length]!);
    feeder.push(bytes.subarray(at, at + size));
    at += size;
  }
  return { frames: sink.frames, summary: feeder.end() };
}

/** Numbers of frames made by `numbered`; -1 for a frame too short to hold its number. */
export function numbersOf(frames: RecordedFrame[]): number[] {
  return frames.map(({ captured }) => {
    return captured.length < 20 ? -1 : Buffer.from(captured.slice(16, 20), 'latin1').readUInt32BE();
  });
}

/** Which numbers of 0 … count-1 are not there, and which are there that should not be, or twice, or out of turn; the first of each. */
export function compareNumbers(frames: RecordedFrame[], count: number): { missing: number[]; extra: number[] } {
  const numbers = numbersOf(frames);
  const seen = new Set(numbers);
  const missing = Array.from({ length: count }, (_, index) => index).filter((number) => !seen.has(number));
  const extra = numbers.filter((number, index) => number >= count || numbers[index - 1]! >= number);
  return { missing: missing.slice(0, 20), extra: extra.slice(0, 20) };
}
