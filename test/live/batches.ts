/** Batches as a reader hands them over, made from frames. */
import type { Batch } from '../../src/live/messages.ts';
import type { TestFrame } from '../track/frames.ts';

const RECORD_HEADER = 16;

export function batchOf(frames: readonly TestFrame[], until = 0): Batch {
  const bytes = frames.reduce((sum, frame) => sum + RECORD_HEADER + frame.bytes.length, 0);
  const buffer = new ArrayBuffer(bytes);
  const words = new Uint32Array(4);
  let at = 0;
  for (const frame of frames) {
    words.set([frame.seconds, frame.nanoseconds, frame.bytes.length, frame.length]);
    new Uint8Array(buffer).set(new Uint8Array(words.buffer), at);
    new Uint8Array(buffer).set(frame.bytes, at + RECORD_HEADER);
    at += RECORD_HEADER + frame.bytes.length;
  }
  const linkType = frames[0]?.linkType ?? 1;
  return { kind: 'batch', buffer, bytes, packets: frames.length, linkType, nanoseconds: true, until, file: null };
}
