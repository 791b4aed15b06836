import type { Packet } from './packet.ts';
import { FRAGMENT, MALFORMED, TRUNCATED } from './reason.ts';
import { decodeTransport } from './transport.ts';

// RFC 791 section 3.1
const VERSION_AND_LENGTH = 0;
const TOTAL_LENGTH = 2;
const IDENTIFICATION = 4;
const FLAGS_AND_OFFSET = 6;
const PROTOCOL = 9;
const SOURCE = 12;
const DESTINATION = 16;
export const IPV4_HEADER_LENGTH = 20;
const MORE_FRAGMENTS = 0x2000;
const OFFSET_MASK = 0x1fff;

/**
 * Reads an IPv4 packet and its transport header.
 * A total length of 0 comes from segmentation offload: the packet then reaches to the end of the frame. A total length beyond
 * the frame is bounded by it, one shorter than the header is malformed.
 * @param captured bytes at hand from `offset`
 * @param length bytes the frame had on the wire from `offset`
 */
export function decodeIpv4(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < IPV4_HEADER_LENGTH) return length < IPV4_HEADER_LENGTH ? MALFORMED : TRUNCATED;
  const first = bytes[offset + VERSION_AND_LENGTH];
  const headerLength = (first & 0x0f) << 2;
  if (first >> 4 !== 4 || headerLength < IPV4_HEADER_LENGTH) return MALFORMED;
  let total = (bytes[offset + TOTAL_LENGTH] << 8) | bytes[offset + TOTAL_LENGTH + 1];
  if (total === 0 || total > length) total = length;
  if (total < headerLength) return MALFORMED;

  packet.family = 4;
  packet.source = view.getInt32(offset + SOURCE);
  packet.destination = view.getInt32(offset + DESTINATION);
  packet.identification = (bytes[offset + IDENTIFICATION] << 8) | bytes[offset + IDENTIFICATION + 1];
  packet.protocol = bytes[offset + PROTOCOL];
  const fragment = (bytes[offset + FLAGS_AND_OFFSET] << 8) | bytes[offset + FLAGS_AND_OFFSET + 1];
  packet.moreFragments = (fragment & MORE_FRAGMENTS) !== 0 ? 1 : 0;
  packet.fragmentOffset = (fragment & OFFSET_MASK) << 3;
  if ((fragment & (MORE_FRAGMENTS | OFFSET_MASK)) !== 0) {
    packet.fragmentProtocol = packet.protocol;
    packet.fragmentLength = total - headerLength;
    if (packet.fragmentOffset !== 0) return FRAGMENT;
  }
  if (captured < headerLength) return TRUNCATED;

  const reach = Math.min(captured, total);
  return decodeTransport(packet, bytes, view, offset + headerLength, reach - headerLength, total - headerLength);
}
