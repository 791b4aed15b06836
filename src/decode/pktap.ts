import { decodeLink } from './frame.ts';
import type { Packet } from './packet.ts';
import { MALFORMED, NOT_IP, TOO_MANY_HEADERS, TRUNCATED, UNSUPPORTED_LINK_TYPE } from './reason.ts';
import { MAX_NESTING } from './tunnel.ts';

// https://www.tcpdump.org/linktypes.html, LINKTYPE_PKTAP; bsd/net/pktap.h of Darwin: little-endian header length, kind of what
// follows, its link type; then names and flags
const LENGTH = 0;
const NEXT = 4;
const LINK_TYPE = 8;
const HEADER_LENGTH = 12;
/** The whole header as of its first version. */
const SMALLEST_HEADER = 108;
const LARGEST_HEADER = 1024;
const NEXT_PACKET = 1;

/**
 * Reads a frame behind the header that macOS writes ("pktap", or DLT_USER2 before it had a number of its own).
 * A header that is impossible is another user's link type.
 */
export function decodePktap(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
  const size = view.getUint32(offset + LENGTH, true);
  if (size < SMALLEST_HEADER || size > LARGEST_HEADER) return UNSUPPORTED_LINK_TYPE;
  if (captured < size) return length < size ? MALFORMED : TRUNCATED;
  if (view.getUint32(offset + NEXT, true) !== NEXT_PACKET) return NOT_IP;
  if (++packet.nesting > MAX_NESTING) return TOO_MANY_HEADERS;
  return decodeLink(
    packet,
    bytes,
    view,
    offset + size,
    captured - size,
    length - size,
    view.getUint32(offset + LINK_TYPE, true),
  );
}
