import { FIRST_ETHERTYPE } from './ether-type.ts';
import { decodeEtherType } from './ethernet.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import type { Packet } from './packet.ts';
import { MALFORMED, NOT_IP, TOO_MANY_HEADERS, TRUNCATED } from './reason.ts';

// https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html: address family, version, resource; then attributes with length and type
// in the byte order of the machine, each padded to four bytes
const FAMILY = 0;
const VERSION = 1;
const HEADER_LENGTH = 4;
const ATTRIBUTE_TYPE = 2;
const ATTRIBUTE_LENGTH = 4;

/** Attributes: the packet header (its EtherType first, in network order), the packet itself. */
const PACKET_HEADER = 1;
const PAYLOAD = 9;
const TYPE_MASK = 0x7fff;
/** Nineteen are defined. */
const MAX_ATTRIBUTES = 64;

const AF_INET = 2;
const AF_INET6 = 10;

/** Reads a packet that the Linux netfilter logged. */
export function decodeNflog(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH + ATTRIBUTE_LENGTH) {
    return length < HEADER_LENGTH + ATTRIBUTE_LENGTH ? MALFORMED : TRUNCATED;
  }
  if (bytes[offset + VERSION] !== 0) return MALFORMED;
  const family = bytes[offset + FAMILY];
  // Types are small, so the byte order shows itself.
  const isLittle = bytes[offset + HEADER_LENGTH + ATTRIBUTE_TYPE + 1] === 0;
  let etherType = 0;
  let at = HEADER_LENGTH;
  for (let attributes = 0; attributes < MAX_ATTRIBUTES; attributes++) {
    if (captured < at + ATTRIBUTE_LENGTH) return length < at + ATTRIBUTE_LENGTH ? NOT_IP : TRUNCATED;
    const size = view.getUint16(offset + at, isLittle);
    const type = view.getUint16(offset + at + ATTRIBUTE_TYPE, isLittle) & TYPE_MASK;
    if (size < ATTRIBUTE_LENGTH || length < at + size) return MALFORMED;
    const value = at + ATTRIBUTE_LENGTH;
    if (type === PAYLOAD) {
      const rest = size - ATTRIBUTE_LENGTH;
      const left = Math.min(captured - value, rest);
      if (family === AF_INET) return decodeIpv4(packet, bytes, view, offset + value, left, rest);
      if (family === AF_INET6) return decodeIpv6(packet, bytes, view, offset + value, left, rest);
      if (etherType < FIRST_ETHERTYPE) return NOT_IP;
      return decodeEtherType(packet, bytes, view, etherType, offset + value, left, rest);
    }
    if (type === PACKET_HEADER && size >= ATTRIBUTE_LENGTH + 2 && captured >= value + 2) {
      etherType = (bytes[offset + value] << 8) | bytes[offset + value + 1];
    }
    at += (size + 3) & -4;
  }
  return TOO_MANY_HEADERS;
}
