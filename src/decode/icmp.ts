import type { Packet } from './packet.ts';
import { ICMP, ICMP_ERROR, ICMPV6, MALFORMED, TRUNCATED } from './reason.ts';

// RFC 792, RFC 4443: type, code, checksum, four bytes of the message's own, then the packet it speaks of
const TYPE = 0;
const CODE = 1;
const HEADER_LENGTH = 8;

/** RFC 792: destination unreachable, source quench, redirect, time exceeded and parameter problem quote a packet. */
const isError4 = (type: number): boolean => type === 3 || type === 11 || type === 12;
/** RFC 4443 section 2.1: error messages have types below 128. */
const isError6 = (type: number): boolean => type >= 1 && type <= 4;

/** Reads an ICMP message. An error leaves the place of the quoted packet in `quoteOffset` and `quoteCaptured`. */
export function decodeIcmp(
  packet: Packet,
  bytes: Uint8Array,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured <= CODE) return length <= CODE ? MALFORMED : TRUNCATED;
  packet.icmpType = bytes[offset + TYPE];
  packet.icmpCode = bytes[offset + CODE];
  const error = packet.family === 4 ? isError4(packet.icmpType) : isError6(packet.icmpType);
  if (!error || captured <= HEADER_LENGTH) return packet.family === 4 ? ICMP : ICMPV6;
  packet.quoteOffset = offset + HEADER_LENGTH;
  packet.quoteCaptured = Math.min(captured, length) - HEADER_LENGTH;
  return ICMP_ERROR;
}
