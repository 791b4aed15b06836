import { decodeIeee80211 } from './ieee80211.ts';
import type { Packet } from './packet.ts';
import { MALFORMED, TRUNCATED } from './reason.ts';

// https://www.radiotap.org: version, pad, length, words of bits for the fields present; all little-endian
const VERSION = 0;
const LENGTH = 2;
const PRESENT = 4;
const HEADER_LENGTH = 8;
const WORD_LENGTH = 4;

/** In the highest byte of a word: another word follows. */
const MORE_WORDS = 0x80;
/** In the lowest byte of the first word: a time stamp (8 bytes, aligned) and flags (1 byte) come first. */
const HAS_TIME = 0x01;
const HAS_FLAGS = 0x02;
const TIME_LENGTH = 8;
/** Flags: the frame header is padded to four bytes; the frame check sequence was wrong. */
const DATA_PADDED = 0x20;
const BAD_CHECK_SEQUENCE = 0x40;

/** Reads a wireless frame behind a radiotap header. A frame that the radio received with errors is malformed. */
export function decodeRadiotap(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
  const size = view.getUint16(offset + LENGTH, true);
  if (bytes[offset + VERSION] !== 0 || size < HEADER_LENGTH) return MALFORMED;
  if (captured < size) return length < size ? MALFORMED : TRUNCATED;
  const present = bytes[offset + PRESENT];
  let flags = 0;
  if ((present & HAS_FLAGS) !== 0) {
    let at = PRESENT + WORD_LENGTH;
    while (at < size && (bytes[offset + at - 1] & MORE_WORDS) !== 0) at += WORD_LENGTH;
    if ((present & HAS_TIME) !== 0) at = ((at + 7) & -8) + TIME_LENGTH;
    if (at >= size) return MALFORMED;
    flags = bytes[offset + at];
  }
  if ((flags & BAD_CHECK_SEQUENCE) !== 0) return MALFORMED;
  const alignment = (flags & DATA_PADDED) !== 0 ? 4 : 1;
  return decodeIeee80211(packet, bytes, view, offset + size, captured - size, length - size, alignment, false);
}
