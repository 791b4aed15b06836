import {
  BLOCK_HEADER,
  BLOCK_LENGTH,
  BLOCK_TRAILER,
  BYTE_ORDER,
  BYTE_ORDER_MAGIC,
  ENHANCED_PACKET,
  PACKET_CAPTURED,
  PACKET_DATA,
  padded,
  SECTION_HEADER,
  SMALLEST_BLOCK,
} from './pcapng-blocks.ts';
import { CHAIN_FRAME, type FrameChain } from './resync.ts';

/** Steps over pcapng blocks while searching. Length and repeated length must agree, which random bytes hardly ever do. */
export class PcapngChain implements FrameChain {
  readonly headerLength = SMALLEST_BLOCK;
  strict = false;
  /** Byte order of the section that is being read; null where none is known, then only a section header can begin a chain. */
  littleEndian: boolean | null = null;
  #little: boolean | null = null;

  begin(): void {
    this.#little = this.littleEndian;
  }

  step(view: DataView, at: number, end: number): number {
    if (view.getUint32(at, true) === SECTION_HEADER) {
      const order = byteOrderAt(view, at);
      if (order === null) return -1;
      this.#little = order;
    }
    const little = this.#little;
    if (little === null) return -1;
    // A block that begins one byte early, between blocks of one size, has good lengths too; but its type is shifted.
    const type = view.getUint32(at, little);
    if (!isKnownType(type)) return -1;
    const claimed = view.getUint32(at + BLOCK_LENGTH, little);
    if (claimed < SMALLEST_BLOCK || claimed > CHAIN_FRAME) return -1;
    const length = padded(claimed);
    const behind = at + length;
    if (behind > end) return behind;
    if (view.getUint32(behind - BLOCK_TRAILER, little) !== claimed) return -1;
    if (type === ENHANCED_PACKET) {
      if (length < PACKET_DATA + BLOCK_TRAILER) return -1;
      if (view.getUint32(at + PACKET_CAPTURED, little) > length - PACKET_DATA - BLOCK_TRAILER) return -1;
    }
    return behind;
  }
}

/** Types of the registry (draft-ietf-opsawg-pcapng section 11.1): standard ones, those of Hone and sysdig, custom ones. */
function isKnownType(type: number): boolean {
  return (
    (type >= 1 && type <= 0x0a) ||
    (type >= 0x101 && type <= 0x10f) ||
    (type >= 0x201 && type <= 0x22f) ||
    type === 0x0bad ||
    type === 0x4000_0bad ||
    type === SECTION_HEADER
  );
}

/** Byte order that the section header at `at` declares: true for little-endian, null where it declares none. 12 bytes are at hand. */
export function byteOrderAt(view: DataView, at: number): boolean | null {
  if (view.getUint32(at + BYTE_ORDER_MAGIC, true) === BYTE_ORDER) return true;
  if (view.getUint32(at + BYTE_ORDER_MAGIC, false) === BYTE_ORDER) return false;
  return null;
}

/** Where the byte order magic is at hand: 12 bytes, as many as the smallest block has. */
export const BYTE_ORDER_AT_HAND = BLOCK_HEADER + 4;
