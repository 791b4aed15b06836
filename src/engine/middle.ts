import { closeSync, openSync, readSync } from 'node:fs';
import { GUESS_BYTES, guessBlock, guessRecord, NO_GUESS } from '../capture/boundary.ts';
import { fromSystemError } from '../capture/errors.ts';
import { PcapReader } from '../capture/pcap.ts';
import { PcapngReader } from '../capture/pcapng.ts';
import type { FrameSink } from '../capture/types.ts';
import type { MiddleState } from './types.ts';

/** A place in an uncompressed capture. */
export interface Place {
  path: string;
  /** Offset in the file, in bytes. */
  from: number;
  /** Of the file, in bytes. */
  size: number;
  state: MiddleState;
}

/** A reader that begins at a record in the middle, and stops where `stopAt` is set to. */
export function middleReader(state: MiddleState, sink: FrameSink): PcapReader | PcapngReader {
  return state.format === 'pcap' ? new PcapReader(state.header, sink) : new PcapngReader(sink, state.state);
}

/**
 * Offset in the file, in bytes, of the first record at or behind `from` that looks like one within GUESS_BYTES, or NO_GUESS. A guess: another
 * reader has to end there before it is believed.
 * @throws CaptureError where the file cannot be read
 */
export function guessStart({ path, from, size, state }: Place): number {
  const bytes = new Uint8Array(Math.min(GUESS_BYTES, size - from));
  const length = readAt(path, bytes, from);
  const view = new DataView(bytes.buffer, 0, length);
  const atEnd = from + length >= size;
  const guess =
    state.format === 'pcap'
      ? guessRecord(state.header, view, atEnd, state.seconds)
      : guessBlock(state.state.littleEndian ?? true, view, atEnd);
  return guess === NO_GUESS ? NO_GUESS : from + guess;
}

function readAt(path: string, bytes: Uint8Array, position: number): number {
  try {
    const descriptor = openSync(path, 'r');
    try {
      let length = 0;
      for (;;) {
        const count = readSync(descriptor, bytes, length, bytes.length - length, position + length);
        length += count;
        if (count === 0 || length === bytes.length) return length;
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw fromSystemError(path, error);
  }
}
