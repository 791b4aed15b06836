/** How a source is compressed, told by its first bytes. */
import { isSkippable, ZSTD_MAGIC } from './zstd-frames.ts';

export type Compression = 'gzip' | 'zstd' | 'lz4';

/** Bytes that tell a compression. */
export const COMPRESSION_BYTES = 4;

const LZ4_MAGIC = 0x184d2204;
const LZ4_LEGACY_MAGIC = 0x184c2102;

/** Bytes of magic and size of a frame that is to be skipped (RFC 8878 section 3.1.2, and the LZ4 frame format). */
const SKIPPABLE_HEADER = 8;
/** Frames to be skipped that are looked past. */
const MOST_SKIPPED = 16;

/**
 * zstd and lz4 share the frames that are to be skipped: what follows them tells, where it is at hand; else zstd is taken, since pzstd begins
 * its files with one.
 * @param first the first {@link COMPRESSION_BYTES} bytes of a source or more, or as many as there are
 */
export function compressionOf(first: Uint8Array): Compression | null {
  // RFC 1952 section 2.3.1.
  if (first[0] === 0x1f && first[1] === 0x8b) return 'gzip';
  const view = new DataView(first.buffer, first.byteOffset, first.byteLength);
  let at = 0;
  for (let skipped = 0; at + COMPRESSION_BYTES <= first.length; skipped++) {
    const magic = view.getUint32(at, true);
    if (magic === LZ4_MAGIC || magic === LZ4_LEGACY_MAGIC) return 'lz4';
    if (magic === ZSTD_MAGIC) return 'zstd';
    if (!isSkippable(magic)) return at === 0 ? null : 'zstd';
    if (at + SKIPPABLE_HEADER > first.length || skipped === MOST_SKIPPED) break;
    at += SKIPPABLE_HEADER + view.getUint32(at + COMPRESSION_BYTES, true);
  }
  return first.length < COMPRESSION_BYTES ? null : 'zstd';
}
