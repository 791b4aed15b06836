import * as block from './pcapng-blocks.ts';
import { byteOrderAt, PcapngChain } from './pcapng-chain.ts';
import { CHAIN_FRAME, LOOKAHEAD, REACH, type Resumption, Resync, STEP } from './resync.ts';
import { MAX_RECORD } from './types.ts';

/** Answer where no block can be found. */
export const NOTHING = -1;

/** Bytes that must be at hand, from a damaged block on, to judge it (or the end of the file). */
export const JUDGEMENT_REACH = REACH + 1;

/** Decides about pcapng blocks that do not look right. */
export class PcapngDoubt {
  readonly #chain = new PcapngChain();
  #resync: Resync | null = null;

  /** Byte order of the section being read; null before the first. */
  set littleEndian(little: boolean | null) {
    this.#chain.littleEndian = little;
  }

  /** Where the search stands after `resume`. */
  get position(): number {
    return this.#search().position;
  }

  resume(view: DataView, from: number, length: number, atEnd: boolean): Resumption {
    return this.#search().resume(view, from, length, atEnd);
  }

  /**
   * The lengths of the block at `at` do not agree. One of them is good where it leads to the next block.
   * @returns the true length of the block, or NOTHING where neither length is good
   */
  trueLength(view: DataView, at: number, length: number, atEnd: boolean): number {
    const behind = at + lengthAt(view, at, this.#chain.littleEndian);
    if (isBlockLength(behind - at) && behind - at <= STEP && behind <= length) {
      const end = Math.min(length, behind + LOOKAHEAD);
      if (behind === length) return behind - at;
      if (this.#search().find(view, behind, behind + 1, end, atEnd && end === length, behind) === behind)
        return behind - at;
    }
    return this.lengthByTrailer(view, at, length, atEnd);
  }

  /**
   * The first length of the block at `at` is bad. Its second one is found by its own: it says how far it lies from the start of the block.
   * @returns the true length, or NOTHING
   */
  lengthByTrailer(view: DataView, at: number, length: number, atEnd: boolean): number {
    const little = orderAt(view, at, this.#chain.littleEndian) === true;
    const furthest = Math.min(length - at, CHAIN_FRAME);
    for (let tried = block.SMALLEST_BLOCK; tried <= furthest; tried += 4) {
      if (view.getUint32(at + tried - block.BLOCK_TRAILER, little) !== tried) continue;
      const behind = at + tried;
      if (behind === length) return tried;
      const end = Math.min(length, behind + LOOKAHEAD);
      if (this.#search().find(view, behind, behind + 1, end, atEnd && end === length, behind) === behind) return tried;
    }
    return NOTHING;
  }

  /** The block at `at` runs past the end of the file. @returns offset of a good block within it, or NOTHING */
  behindLastBlock(view: DataView, at: number, length: number): number {
    const to = Math.min(length, at + CHAIN_FRAME);
    const end = Math.min(length, to + LOOKAHEAD);
    return this.#search().find(view, at + 1, to, end, end === length, to - 1);
  }

  /** True for a packet without options whose length of block and length of frame confirm each other. */
  confirmsItsLength(view: DataView, at: number, length: number): boolean {
    const little = this.#chain.littleEndian === true;
    if (length - at < block.PACKET_DATA || view.getUint32(at, little) !== block.ENHANCED_PACKET) return false;
    const captured = view.getUint32(at + block.PACKET_CAPTURED, little);
    const whole = block.PACKET_DATA + block.padded(captured) + block.BLOCK_TRAILER;
    return captured <= MAX_RECORD && lengthAt(view, at, little) === whole;
  }

  #search(): Resync {
    this.#resync ??= new Resync(this.#chain);
    return this.#resync;
  }
}

/** Byte order of the block at `at`: that of its section, but a section header declares its own; null where there is none. */
export function orderAt(view: DataView, at: number, little: boolean | null): boolean | null {
  return view.getUint32(at, true) === block.SECTION_HEADER ? byteOrderAt(view, at) : little;
}

/** The first length of the block at `at`. */
export function lengthAt(view: DataView, at: number, little: boolean | null): number {
  return view.getUint32(at + block.BLOCK_LENGTH, orderAt(view, at, little) === true);
}

/** A total length that a block can have (draft-ietf-opsawg-pcapng section 3.1) and that is believed. */
export function isBlockLength(length: number): boolean {
  return (length & 3) === 0 && length >= block.SMALLEST_BLOCK && length <= MAX_RECORD;
}
