import { closeSync, openSync, readSync } from 'node:fs';
import { GUESS_BYTES, guessBlock, guessRecord, NO_GUESS } from '../capture/boundary.ts';
import { fromSystemError } from '../capture/errors.ts';
import type { MiddleState } from './types.ts';

/** A place in an uncompressed capture, in bytes, and what is known of the capture. */
export interface Place {
  path: string;
  from: number;
  size: number;
  state: MiddleState;
}

/** Offset in the file of the first record at or behind `from` that looks like one, or NO_GUESS. */
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
