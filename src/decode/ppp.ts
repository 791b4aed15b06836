import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import { decodeMpls } from './mpls.ts';
import type { Packet } from './packet.ts';
import { ENCRYPTED, MALFORMED, NOT_IP, TRUNCATED } from './reason.ts';

// RFC 1661 section 2: a protocol number of two bytes (one, where it is odd: section 6.5); RFC 1662: address 0xff and control 0x03
// before it, which a link may leave out
const ADDRESS = 0xff;
const CONTROL = 0x03;
const FRAMING_LENGTH = 2;
const PROTOCOL_LENGTH = 2;

// https://www.iana.org/assignments/ppp-numbers/
export const PPP_IPV4 = 0x0021;
const PPP_MULTILINK = 0x003d;
const PPP_ENCRYPTED = 0x0053;
const PPP_ENCRYPTED_LINK = 0x0055;
export const PPP_IPV6 = 0x0057;
const PPP_COMPRESSED = 0x00fd;
const PPP_MPLS = 0x0281;
const PPP_MPLS_UPSTREAM = 0x0283;

/** RFC 1990 section 3: first and last fragment in one, then a long sequence number. */
const WHOLE = 0xc0;
const MULTILINK_LENGTH = 4;
/** RFC 3078 section 3.1: the packet is encrypted (MPPE, as of PPTP). */
const MPPE_ENCRYPTED = 0x10;

/** Reads a PPP frame, with or without its framing, full or compressed protocol number. */
export function decodePpp(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured === 1 && bytes[offset] === ADDRESS) return length === 1 ? MALFORMED : TRUNCATED;
  const hasFraming = captured >= FRAMING_LENGTH && bytes[offset] === ADDRESS && bytes[offset + 1] === CONTROL;
  const framing = hasFraming ? FRAMING_LENGTH : 0;
  const first = offset + framing;
  const atHand = captured - framing;
  if (atHand < 1) return length - framing < 1 ? MALFORMED : TRUNCATED;
  const isShort = (bytes[first] & 1) !== 0;
  const size = isShort ? 1 : PROTOCOL_LENGTH;
  const rest = length - framing - size;
  if (atHand < size) return rest < 0 ? MALFORMED : TRUNCATED;
  const protocol = isShort ? bytes[first] : (bytes[first] << 8) | bytes[first + 1];
  const at = first + size;
  const left = atHand - size;
  switch (protocol) {
    case PPP_IPV4:
      return decodeIpv4(packet, bytes, view, at, left, rest);
    case PPP_IPV6:
      return decodeIpv6(packet, bytes, view, at, left, rest);
    case PPP_MPLS:
    case PPP_MPLS_UPSTREAM:
      return decodeMpls(packet, bytes, view, at, left, rest);
    case PPP_MULTILINK:
      return decodeMultilink(packet, bytes, view, at, left, rest);
    case PPP_ENCRYPTED:
    case PPP_ENCRYPTED_LINK:
      return ENCRYPTED;
    case PPP_COMPRESSED:
      if (left < 1) return rest < 1 ? MALFORMED : TRUNCATED;
      return (bytes[at] & MPPE_ENCRYPTED) !== 0 ? ENCRYPTED : NOT_IP;
    default:
      return NOT_IP;
  }
}

/** A multilink packet that is whole holds a protocol number again; pieces are not put together. */
function decodeMultilink(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < MULTILINK_LENGTH + PROTOCOL_LENGTH) {
    return length < MULTILINK_LENGTH + PROTOCOL_LENGTH ? MALFORMED : TRUNCATED;
  }
  if ((bytes[offset] & WHOLE) !== WHOLE) return NOT_IP;
  const isShort = (bytes[offset + MULTILINK_LENGTH] & 1) !== 0;
  const protocol = isShort ? bytes[offset + MULTILINK_LENGTH] : view.getUint16(offset + MULTILINK_LENGTH);
  const size = MULTILINK_LENGTH + (isShort ? 1 : PROTOCOL_LENGTH);
  if (protocol === PPP_IPV4) return decodeIpv4(packet, bytes, view, offset + size, captured - size, length - size);
  if (protocol === PPP_IPV6) return decodeIpv6(packet, bytes, view, offset + size, captured - size, length - size);
  return NOT_IP;
}
