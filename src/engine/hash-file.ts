import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { fromSystemError } from '../capture/errors.ts';

/** Bytes read at a time: what stays in the cache of a core until it is hashed. */
const PIECE = 1 << 18;

/**
 * SHA-256 of a file as stored, in hex. Blocks its thread: streams take half as much processor time again.
 * @throws CaptureError where the file cannot be read
 */
export function hashFile(path: string): string {
  try {
    const descriptor = openSync(path, 'r');
    try {
      const hash = createHash('sha256');
      const piece = new Uint8Array(PIECE);
      for (;;) {
        const count = readSync(descriptor, piece, 0, PIECE, null);
        if (count === 0) return hash.digest('hex');
        hash.update(count === PIECE ? piece : piece.subarray(0, count));
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw fromSystemError(path, error);
  }
}
