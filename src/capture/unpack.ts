/** Compressed captures, unpacked as they come. */
import type { Compression } from './compression.ts';
import { GunzipFeed } from './gunzip.ts';
import { Lz4Feed } from './lz4.ts';
import type { Unpacker } from './unpacker.ts';
import { ZstdFeed } from './zstd.ts';

/** @param consume gets each piece of unpacked bytes, valid during the call; what it throws ends the unpacking */
export function openUnpacker(compression: Compression, path: string, consume: (piece: Uint8Array) => void): Unpacker {
  switch (compression) {
    case 'gzip':
      return new GunzipFeed(consume);
    case 'zstd':
      return new ZstdFeed(path, consume);
    case 'lz4':
      return new Lz4Feed(consume);
  }
}

/** A source that unpacks further than any capture does, made to keep a machine busy. */
export class UnpackedTooFar extends Error {}

/** Unpacked bytes for each stored one that are believed; real captures stay below a few hundred. gzip cannot exceed 1,032. */
export const UNPACK_RATIO = 4096;
/** Unpacked bytes from which on the ratio counts. */
export const UNPACK_FLOOR = 2 ** 30;

/** Throws UnpackedTooFar where the ratio is beyond belief. @param stored bytes of the source so far @param unpacked bytes out of it */
export function checkRatio(stored: number, unpacked: number, floor = UNPACK_FLOOR): void {
  if (unpacked > floor && unpacked > stored * UNPACK_RATIO) throw new UnpackedTooFar();
}
