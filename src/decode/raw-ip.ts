import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import type { Packet } from './packet.ts';
import { MALFORMED, TRUNCATED } from './reason.ts';

// RFC 791, RFC 8200: the version in the first four bits
const VERSION = 0;

/** Reads an IP packet of either version, whatever the header before it promises. */
export function decodeRawIp(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < 1) return length < 1 ? MALFORMED : TRUNCATED;
  const version = bytes[offset + VERSION] >> 4;
  if (version === 4) return decodeIpv4(packet, bytes, view, offset, captured, length);
  if (version === 6) return decodeIpv6(packet, bytes, view, offset, captured, length);
  return MALFORMED;
}
