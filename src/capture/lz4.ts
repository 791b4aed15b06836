/**
 * lz4 frames (lz4_Frame_format.md 1.6.4 and lz4_Block_format.md of https://github.com/lz4/lz4), the legacy format of "lz4 -l" too.
 * Our own since no kept library reads frames as a stream within bounds: the format is small, and all its checksums are verified here.
 */
import { ByteQueue } from './byte-queue.ts';
import type { UnpackEnd, Unpacker } from './unpacker.ts';
import { XxHash32, xxHash32 } from './xxhash32.ts';
import { isSkippable } from './zstd-frames.ts';

const MAGIC = 0x184d2204;
const LEGACY_MAGIC = 0x184c2102;
const MAGIC_LENGTH = 4;
const SKIPPABLE_HEADER = 8;

/** Flags of a frame, its first byte. */
const VERSION_MASK = 0xc0;
const VERSION_1 = 0x40;
const LINKED_UNLESS = 0x20;
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
const RESERVED = 0x02;
const DICTIONARY = 0x01;
/** Magic, flags, block size, checksum of the header; the size of the content lies in front of that. */
const SHORT_HEADER = 7;
const CONTENT_SIZE_LENGTH = 8;
const DICTIONARY_LENGTH = 4;

/** Largest block, by bits 4 to 6 of the second byte: 64 KiB, 256 KiB, 1 MiB, 4 MiB. */
const SMALLEST_SIZE_CODE = 4;
const LARGEST_SIZE_CODE = 7;
const LEGACY_BLOCK = 8 * 1024 * 1024;
const UNCOMPRESSED = 0x8000_0000;
const CHECKSUM_LENGTH = 4;
/** How far back a block may look into those before it. */
const HISTORY = 64 * 1024;

/** Shortest match. */
const MATCH = 4;

type State = 'magic' | 'header' | 'block' | 'legacy-block' | 'skip';

export class Lz4Feed implements Unpacker {
  readonly #consume: (piece: Uint8Array) => void;
  readonly #queue = new ByteQueue();
  #state: State = 'magic';
  #isDamaged = false;
  /** Bytes of a skippable frame that are still to come. */
  #toSkip = 0;
  #flags = 0;
  #blockSize = 0;
  #content = new XxHash32();
  /** What blocks before this one gave, then room for this one. */
  #output = new Uint8Array(0);
  #history = 0;

  constructor(consume: (piece: Uint8Array) => void) {
    this.#consume = consume;
  }

  async write(chunk: Uint8Array): Promise<boolean> {
    if (this.#isDamaged) return false;
    this.#queue.push(chunk);
    while (this.#advance());
    return !this.#isDamaged;
  }

  async end(): Promise<UnpackEnd> {
    if (this.#isDamaged) return 'damaged';
    this.#unpackCut();
    const isBetween = this.#state === 'magic' || this.#state === 'legacy-block';
    return isBetween && this.#queue.length === 0 ? 'whole' : 'cut';
  }

  close(): void {}

  /** @returns false where more bytes are needed, or no more are wanted */
  #advance(): boolean {
    switch (this.#state) {
      case 'magic':
        return this.#readMagic();
      case 'header':
        return this.#readHeader();
      case 'block':
        return this.#readBlock();
      case 'legacy-block':
        return this.#readLegacyBlock();
      case 'skip':
        this.#toSkip -= this.#queue.skip(this.#toSkip);
        if (this.#toSkip === 0) this.#state = 'magic';
        return this.#toSkip === 0;
    }
  }

  #readMagic(): boolean {
    const first = this.#queue.peek(MAGIC_LENGTH);
    if (first === null) return false;
    const magic = word(first, 0);
    if (magic === MAGIC) {
      this.#state = 'header';
      return true;
    }
    if (magic === LEGACY_MAGIC) {
      this.#queue.skip(MAGIC_LENGTH);
      this.#begin(LEGACY_BLOCK);
      this.#state = 'legacy-block';
      return true;
    }
    if (!isSkippable(magic)) return this.#damaged();
    const header = this.#queue.take(SKIPPABLE_HEADER);
    if (header === null) return false;
    this.#toSkip = word(header, MAGIC_LENGTH);
    this.#state = 'skip';
    return true;
  }

  #readHeader(): boolean {
    const first = this.#queue.peek(SHORT_HEADER);
    if (first === null) return false;
    const flags = first[MAGIC_LENGTH]!;
    let length = SHORT_HEADER;
    if ((flags & CONTENT_SIZE) !== 0) length += CONTENT_SIZE_LENGTH;
    if ((flags & DICTIONARY) !== 0) length += DICTIONARY_LENGTH;
    const header = this.#queue.take(length);
    if (header === null) return false;
    const code = (header[MAGIC_LENGTH + 1]! >> 4) & 7;
    const checksum = (xxHash32(header.subarray(MAGIC_LENGTH, length - 1)) >>> 8) & 0xff;
    if ((flags & VERSION_MASK) !== VERSION_1 || (flags & (RESERVED | DICTIONARY)) !== 0) return this.#damaged();
    if (code < SMALLEST_SIZE_CODE || code > LARGEST_SIZE_CODE || checksum !== header[length - 1])
      return this.#damaged();
    this.#flags = flags;
    this.#content = new XxHash32();
    this.#begin(2 ** (8 + 2 * code));
    this.#state = 'block';
    return true;
  }

  #begin(blockSize: number): void {
    this.#blockSize = blockSize;
    this.#history = 0;
    if (this.#output.length < HISTORY + blockSize) this.#output = new Uint8Array(HISTORY + blockSize);
  }

  #readBlock(): boolean {
    const first = this.#queue.peek(4);
    if (first === null) return false;
    const field = word(first, 0);
    if (field === 0) return this.#readEnd();
    const size = field % UNCOMPRESSED;
    if (size > this.#blockSize) return this.#damaged();
    const checksumLength = (this.#flags & BLOCK_CHECKSUM) === 0 ? 0 : CHECKSUM_LENGTH;
    const whole = this.#queue.take(4 + size + checksumLength);
    if (whole === null) return false;
    const block = whole.subarray(4, 4 + size);
    if (checksumLength > 0 && xxHash32(block) !== word(whole, 4 + size)) return this.#damaged();
    return this.#unpack(block, field >= UNCOMPRESSED);
  }

  #readEnd(): boolean {
    const checksumLength = (this.#flags & CONTENT_CHECKSUM) === 0 ? 0 : CHECKSUM_LENGTH;
    const mark = this.#queue.take(4 + checksumLength);
    if (mark === null) return false;
    if (checksumLength > 0 && this.#content.digest() !== word(mark, 4)) return this.#damaged();
    this.#state = 'magic';
    return true;
  }

  /** Legacy frames have no end: a block is followed by another, by a frame, or by nothing. */
  #readLegacyBlock(): boolean {
    const first = this.#queue.peek(4);
    if (first === null) return false;
    const size = word(first, 0);
    if (size === MAGIC || size === LEGACY_MAGIC || isSkippable(size)) {
      this.#state = 'magic';
      return true;
    }
    // What cannot be compressed grows by a byte in 255.
    if (size > LEGACY_BLOCK + LEGACY_BLOCK / 255 + 16) return this.#damaged();
    const whole = this.#queue.take(4 + size);
    if (whole === null) return false;
    this.#flags = LINKED_UNLESS;
    return this.#unpack(whole.subarray(4), false);
  }

  #unpack(block: Uint8Array, isStored: boolean): boolean {
    const output = this.#output;
    const from = this.#history;
    const limit = from + this.#blockSize;
    let end: number;
    if (isStored) {
      output.set(block, from);
      end = from + block.length;
    } else {
      end = unpackBlock(block, output, from, limit);
      if (end < 0) {
        // Blocks are up to 4 MiB: what lies in front of the damage is worth having.
        const piece = output.subarray(from, -1 - end);
        if (piece.length > 0) this.#consume(piece);
        return this.#damaged();
      }
    }
    const piece = output.subarray(from, end);
    if ((this.#flags & CONTENT_CHECKSUM) !== 0) this.#content.update(piece);
    if (piece.length > 0) this.#consume(piece);
    if ((this.#flags & LINKED_UNLESS) === 0) {
      this.#history = Math.min(end, HISTORY);
      output.copyWithin(0, end - this.#history, end);
    }
    return true;
  }

  /** Of a block that was cut, what is there. */
  #unpackCut(): void {
    const isBlock = this.#state === 'block' || this.#state === 'legacy-block';
    const rest = this.#queue.peek(this.#queue.length)!;
    if (!isBlock || rest.length <= 4) return;
    const field = word(rest, 0);
    const block = rest.subarray(4, 4 + Math.min(field % UNCOMPRESSED, this.#blockSize));
    if (field >= UNCOMPRESSED) {
      this.#consume(block);
      return;
    }
    const end = unpackBlock(block, this.#output, this.#history, this.#history + this.#blockSize, true);
    if (end > this.#history) this.#consume(this.#output.subarray(this.#history, end));
  }

  #damaged(): false {
    this.#isDamaged = true;
    return false;
  }
}

/**
 * Unpacks one block into `output` from `from` on. What lies in front of `from` may be looked back at.
 * @param isCut the block ends early: what is whole of it is wanted
 * @returns where its bytes end; where it makes no sense or would exceed `limit`, -1 less the place up to which it does
 */
export function unpackBlock(block: Uint8Array, output: Uint8Array, from: number, limit: number, isCut = false): number {
  let at = 0;
  let to = from;
  while (at < block.length) {
    const token = block[at++]!;
    let literals = token >> 4;
    if (literals === 15) {
      for (let more = 255; more === 255; literals += more) {
        if (at >= block.length) return isCut ? to : -1 - to;
        more = block[at++]!;
      }
    }
    if (at + literals > block.length) {
      if (!isCut) return -1 - to;
      literals = block.length - at;
    }
    if (to + literals > limit) return -1 - to;
    for (const end = at + literals; at < end; ) output[to++] = block[at++]!;
    // The last sequence has literals only.
    if (at === block.length) return to;
    if (at + 2 > block.length) return isCut ? to : -1 - to;
    const back = block[at]! | (block[at + 1]! << 8);
    at += 2;
    let match = token & 15;
    if (match === 15) {
      for (let more = 255; more === 255; match += more) {
        if (at >= block.length) return isCut ? to : -1 - to;
        more = block[at++]!;
      }
    }
    match += MATCH;
    if (back === 0 || back > to || to + match > limit) return -1 - to;
    // A match may reach into what it writes: byte by byte, in order.
    for (let source = to - back; match > 0; match--) output[to++] = output[source++]!;
  }
  return to;
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
