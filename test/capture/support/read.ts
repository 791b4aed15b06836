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

/** Numbers of frames made by `numbered`. */
export function numbersOf(frames: RecordedFrame[]): number[] {
  return frames.map(({ captured }) => Buffer.from(captured.slice(16, 20), 'latin1').readUInt32BE());
}
