/** Headers of zstd frames and their blocks (RFC 8878 section 3.1); little-endian. */

export const ZSTD_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;

/** Frame header descriptor (section 3.1.1.1.1). */
const CONTENT_SIZE_SHIFT = 6;
const SINGLE_SEGMENT = 0x20;
const RESERVED = 0x08;
export const CHECKSUM_FLAG = 0x04;
const DICTIONARY_MASK = 0x03;
const DICTIONARY_LENGTHS = [0, 1, 2, 4] as const;
const CONTENT_SIZE_LENGTHS = [0, 2, 4, 8] as const;
/** A content size of two bytes counts from here. */
const CONTENT_SIZE_2_BASE = 256;
const MAGIC_LENGTH = 4;
/** Magic and descriptor tell how long the header is. */
export const DESCRIPTOR_AT = MAGIC_LENGTH;
export const SHORTEST_HEADER = MAGIC_LENGTH + 1;

export const BLOCK_HEADER = 3;
export const CHECKSUM_LENGTH = 4;
/** No block gives more, and none is longer when compressed (section 3.1.1.2.4). */
export const BLOCK_MAXIMUM = 128 * 1024;
export const BlockType = { raw: 0, rle: 1, compressed: 2, reserved: 3 } as const;

/** Frames that decoders pass over (section 3.1.2), which lz4 has too. */
export function isSkippable(magic: number): boolean {
  return magic >= SKIPPABLE_MAGIC && magic < SKIPPABLE_MAGIC + 16;
}

export interface ZstdHeader {
  /** Bytes that a decoder must keep to look back at. */
  windowSize: number;
  hasChecksum: boolean;
}

/** Bytes of the frame header, told by its descriptor. */
export function headerLength(descriptor: number): number {
  const isSingle = (descriptor & SINGLE_SEGMENT) !== 0;
  const dictionary = DICTIONARY_LENGTHS[descriptor & DICTIONARY_MASK]!;
  return SHORTEST_HEADER + (isSingle ? 0 : 1) + dictionary + contentSizeLength(descriptor);
}

function contentSizeLength(descriptor: number): number {
  const code = descriptor >> CONTENT_SIZE_SHIFT;
  return code === 0 && (descriptor & SINGLE_SEGMENT) !== 0 ? 1 : CONTENT_SIZE_LENGTHS[code]!;
}

/** @param header a whole frame header @returns null where it asks for what does not exist, or for a dictionary */
export function parseHeader(header: Uint8Array): ZstdHeader | null {
  const descriptor = header[DESCRIPTOR_AT]!;
  if ((descriptor & RESERVED) !== 0) return null;
  const isSingle = (descriptor & SINGLE_SEGMENT) !== 0;
  let at = SHORTEST_HEADER + (isSingle ? 0 : 1);
  for (const end = at + DICTIONARY_LENGTHS[descriptor & DICTIONARY_MASK]!; at < end; at++) {
    if (header[at] !== 0) return null;
  }
  const hasChecksum = (descriptor & CHECKSUM_FLAG) !== 0;
  if (!isSingle) {
    // Section 3.1.1.1.2: exponent and mantissa.
    const field = header[SHORTEST_HEADER]!;
    const base = 2 ** (10 + (field >> 3));
    return { windowSize: base + (base / 8) * (field & 7), hasChecksum };
  }
  const length = contentSizeLength(descriptor);
  let size = length === 2 ? CONTENT_SIZE_2_BASE : 0;
  for (let index = 0; index < length; index++) size += header[at + index]! * 2 ** (8 * index);
  return { windowSize: size, hasChecksum };
}

export interface ZstdBlock {
  isLast: boolean;
  /** One of BlockType. */
  type: number;
  /** Bytes behind the header. */
  length: number;
  /** Bytes that it unpacks to where its type is raw or RLE, else those it takes itself. */
  size: number;
}

/** @param bytes begin with the three bytes of a block header @returns null where it makes no sense */
export function parseBlock(bytes: Uint8Array): ZstdBlock | null {
  const field = bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16);
  const type = (field >> 1) & 3;
  const size = field >> 3;
  if (type === BlockType.reserved || size > BLOCK_MAXIMUM) return null;
  return { isLast: (field & 1) !== 0, type, length: type === BlockType.rle ? 1 : size, size };
}
