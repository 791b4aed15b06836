import type { Packet } from './packet.ts';
import { MALFORMED, TRUNCATED } from './reason.ts';
import { decodeTransport } from './transport.ts';

// RFC 4302 section 2: next header, length in units of four bytes less two, reserved, index, sequence, check value
const NEXT_HEADER = 0;
const LENGTH = 1;
const HEADER_LENGTH = 12;

/** Reads through an IPsec authentication header, which hides nothing. Behind IPv6 it is an extension header (ipv6.ts). */
export function decodeAuthentication(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
  const size = (bytes[offset + LENGTH] + 2) << 2;
  if (size < HEADER_LENGTH || length < size) return MALFORMED;
  if (captured < size) return TRUNCATED;
  packet.protocol = bytes[offset + NEXT_HEADER];
  return decodeTransport(packet, bytes, view, offset + size, captured - size, length - size);
}
