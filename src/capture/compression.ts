/** How a source is compressed, told by its first bytes. */
import { isSkippable, ZSTD_MAGIC } from './zstd-frames.ts';

export type Compression = 'gzip' | 'zstd' | 'lz4';

/** Bytes that tell a compression. */
export const COMPRESSION_BYTES = 4;

const LZ4_MAGIC = 0x184d2204;
const LZ4_LEGACY_MAGIC = 0x184c2102;

/** @param first the first {@link COMPRESSION_BYTES} bytes of a source, or as many as there are */
export function compressionOf(first: Uint8Array): Compression | null {
  // RFC 1952 section 2.3.1.
  if (first[0] === 0x1f && first[1] === 0x8b) return 'gzip';
  if (first.length < COMPRESSION_BYTES) return null;
  const magic = new DataView(first.buffer, first.byteOffset, first.byteLength).getUint32(0, true);
  if (magic === LZ4_MAGIC || magic === LZ4_LEGACY_MAGIC) return 'lz4';
  // zstd and lz4 share the frames that are to be skipped; of the two, only pzstd begins files with them.
  return magic === ZSTD_MAGIC || isSkippable(magic) ? 'zstd' : null;
}
