import type { Packet } from './packet.ts';
import { FRAGMENT, MALFORMED, TOO_MANY_HEADERS, TRUNCATED } from './reason.ts';
import { decodeTransport } from './transport.ts';

// RFC 8200 section 3
const PAYLOAD_LENGTH = 4;
const NEXT_HEADER = 6;
const SOURCE = 8;
const DESTINATION = 24;
export const IPV6_HEADER_LENGTH = 40;

// RFC 8200 section 4: extension headers with a length in units of 8 bytes after the first 8; RFC 6275, 7401, 5533
const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT_HEADER = 44;
const AUTHENTICATION = 51;
const DESTINATION_OPTIONS = 60;
const MOBILITY = 135;
const HOST_IDENTITY = 139;
const SHIM6 = 140;

/** RFC 2675 section 2: an option of the hop-by-hop header, four bytes of length, for packets beyond 65,535 bytes. */
const JUMBO_PAYLOAD = 0xc2;
const JUMBO_PAYLOAD_SIZE = 4;
const LARGEST_ORDINARY = 0xffff;
const PAD_1 = 0;

/** More extension headers than any real packet carries; an attacker's chain ends here. */
const MAX_EXTENSION_HEADERS = 128;

/**
 * Reads an IPv6 packet, its extension headers and its transport header. A payload length of 0 is told by the jumbo payload option,
 * or else (segmentation offload, "BIG TCP") reaches to the end of the frame.
 * @param captured bytes at hand from `offset`
 * @param length bytes the frame had on the wire from `offset`
 */
export function decodeIpv6(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < IPV6_HEADER_LENGTH) return length < IPV6_HEADER_LENGTH ? MALFORMED : TRUNCATED;
  if (bytes[offset] >> 4 !== 6) return MALFORMED;
  const stated = (bytes[offset + PAYLOAD_LENGTH] << 8) | bytes[offset + PAYLOAD_LENGTH + 1];
  let rest = length - IPV6_HEADER_LENGTH;
  if (stated !== 0 && stated < rest) rest = stated;
  packet.family = 6;
  packet.sourceOffset = offset + SOURCE;
  packet.destinationOffset = offset + DESTINATION;
  packet.identification = 0;
  packet.fragmentOffset = 0;
  packet.moreFragments = 0;

  let next = bytes[offset + NEXT_HEADER];
  let at = offset + IPV6_HEADER_LENGTH;
  let left = captured - IPV6_HEADER_LENGTH;
  for (let headers = 0; ; headers++) {
    let size: number;
    if (next === FRAGMENT_HEADER) size = 8;
    else if (next === AUTHENTICATION)
      size = left >= 2 ? (bytes[at + 1] + 2) << 2 : 8; // RFC 4302 section 2.2
    else if (
      next === HOP_BY_HOP ||
      next === ROUTING ||
      next === DESTINATION_OPTIONS ||
      next === MOBILITY ||
      next === HOST_IDENTITY ||
      next === SHIM6
    ) {
      size = left >= 2 ? (bytes[at + 1] + 1) << 3 : 8;
    } else break;
    if (headers === MAX_EXTENSION_HEADERS) return TOO_MANY_HEADERS;
    if (rest < size) return MALFORMED;
    if (left < size) return TRUNCATED;
    if (next === HOP_BY_HOP && stated === 0 && headers === 0) {
      const jumbo = jumboPayload(bytes, view, at, size);
      if (jumbo >= size && jumbo < rest) {
        rest = jumbo;
        if (left > rest) left = rest;
      }
    }
    if (next === FRAGMENT_HEADER) {
      const field = (bytes[at + 2] << 8) | bytes[at + 3];
      packet.fragmentOffset = field & 0xfff8;
      packet.moreFragments = field & 1;
      packet.identification = view.getInt32(at + 4);
      packet.protocol = bytes[at];
      packet.fragmentProtocol = bytes[at];
      packet.fragmentLength = rest - size;
      if (packet.fragmentOffset !== 0) return FRAGMENT;
    }
    next = bytes[at];
    at += size;
    left -= size;
    rest -= size;
  }
  packet.protocol = next;
  return decodeTransport(packet, bytes, view, at, Math.min(left, rest), rest);
}

/** The length that a hop-by-hop header of `size` bytes states for the whole payload; 0 where it states none, or none that needs it. */
function jumboPayload(bytes: Uint8Array, view: DataView, offset: number, size: number): number {
  let at = 2;
  while (at + 2 <= size) {
    if (bytes[offset + at] === PAD_1) {
      at++;
      continue;
    }
    const option = bytes[offset + at];
    const optionSize = bytes[offset + at + 1];
    at += 2;
    if (option === JUMBO_PAYLOAD && optionSize === JUMBO_PAYLOAD_SIZE && at + JUMBO_PAYLOAD_SIZE <= size) {
      const length = view.getInt32(offset + at);
      return length > LARGEST_ORDINARY ? length : 0;
    }
    at += optionSize;
  }
  return 0;
}
