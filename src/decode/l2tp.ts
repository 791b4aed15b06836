import { decodeEthernet } from './ethernet.ts';
import type { Packet } from './packet.ts';
import { judgeEthernet, judgeIp, LIKELY, UNLIKELY } from './plausible.ts';
import { decodePpp, PPP_IPV4, PPP_IPV6 } from './ppp.ts';
import { MALFORMED, NOT_FOR_US, OTHER_IP_PROTOCOL, TOO_MANY_HEADERS, TRUNCATED } from './reason.ts';
import { enterTunnel, MAX_NESTING, TUNNEL_L2TP } from './tunnel.ts';

// RFC 2661 section 3.1 (version 2): flags and version, length, tunnel, session, sequence numbers, offset; all but tunnel and
// session only where flagged. RFC 3931 section 4.1 (version 3): session, a cookie of 0, 4 or 8 bytes, perhaps four bytes of the
// layer below; over UDP behind flags and version
const FLAGS = 0;
const FLAGS_LENGTH = 2;
const FIELD_LENGTH = 2;
const UDP_HEADER_LENGTH_3 = 4;
const SESSION_LENGTH_3 = 4;

const IS_CONTROL = 0x8000;
const HAS_LENGTH = 0x4000;
const HAS_SEQUENCE = 0x0800;
const HAS_OFFSET = 0x0200;
const VERSION_MASK = 0x000f;
const RESERVED = 0x34f0;

/** Cookie (8) and the layer below (4). */
const MAX_COOKIE = 12;
const COOKIE_UNIT = 4;
/** With so many bytes all readings of a packet are decided: session, cookie, MAC header with two tags, start of an IP header. */
const DECISIVE_LENGTH = 48;
const PPP_FRAMING_LENGTH = 2;

/** Reads L2TP over UDP, version 2 or 3. Control messages and those of PPP itself stay UDP. Sessions differ by direction. */
export function decodeL2tp(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < FLAGS_LENGTH) return NOT_FOR_US;
  const flags = (bytes[offset + FLAGS] << 8) | bytes[offset + FLAGS + 1];
  if ((flags & (IS_CONTROL | RESERVED)) !== 0) return NOT_FOR_US;
  const version = flags & VERSION_MASK;
  if (version === 3 && flags === version) {
    return decodeSession3(packet, bytes, view, offset, captured, length, UDP_HEADER_LENGTH_3);
  }
  if (version !== 2) return NOT_FOR_US;
  let size = FLAGS_LENGTH;
  let reach = length;
  if ((flags & HAS_LENGTH) !== 0) {
    if (captured < size + FIELD_LENGTH) return NOT_FOR_US;
    reach = (bytes[offset + size] << 8) | bytes[offset + size + 1];
    if (reach > length) {
      if (packet.moreFragments === 0) return NOT_FOR_US;
      reach = length;
    }
    size += FIELD_LENGTH;
  }
  const sessionAt = offset + size + FIELD_LENGTH;
  size += 2 * FIELD_LENGTH;
  if ((flags & HAS_SEQUENCE) !== 0) size += 2 * FIELD_LENGTH;
  if ((flags & HAS_OFFSET) !== 0) {
    if (captured < size + FIELD_LENGTH) return NOT_FOR_US;
    size += FIELD_LENGTH + ((bytes[offset + size] << 8) | bytes[offset + size + 1]);
  }
  const left = Math.min(captured, reach) - size;
  if (!isPppWithIp(packet, bytes, offset + size, left, reach - size)) return NOT_FOR_US;

  if (++packet.nesting > MAX_NESTING) return TOO_MANY_HEADERS;
  enterTunnel(packet, TUNNEL_L2TP, view.getUint16(sessionAt));
  return decodePpp(packet, bytes, view, offset + size, left, reach - size);
}

/** Reads L2TP version 3 over IP: session 0 is control. */
export function decodeL2tpOverIp(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < SESSION_LENGTH_3) return length < SESSION_LENGTH_3 ? MALFORMED : TRUNCATED;
  if (view.getInt32(offset) === 0) return OTHER_IP_PROTOCOL;
  const reason = decodeSession3(packet, bytes, view, offset, captured, length, 0);
  if (reason !== NOT_FOR_US) return reason;
  return captured < length && captured < DECISIVE_LENGTH ? TRUNCATED : OTHER_IP_PROTOCOL;
}

/** The length of the cookie is agreed upon before: the one behind which a known frame lies is right. */
function decodeSession3(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
  sessionAt: number,
): number {
  const first = sessionAt + SESSION_LENGTH_3;
  if (captured < first || view.getInt32(offset + sessionAt) === 0) return NOT_FOR_US;
  for (let size = first; size <= first + MAX_COOKIE; size += COOKIE_UNIT) {
    const at = offset + size;
    const left = captured - size;
    const rest = length - size;
    const isEthernet = judgeEthernet(packet, bytes, at, left, rest) === LIKELY;
    if (!isEthernet && !isPppWithIp(packet, bytes, at, left, rest)) continue;
    if (++packet.nesting > MAX_NESTING) return TOO_MANY_HEADERS;
    enterTunnel(packet, TUNNEL_L2TP, view.getInt32(offset + sessionAt));
    return isEthernet
      ? decodeEthernet(packet, bytes, view, at, left, rest)
      : decodePpp(packet, bytes, view, at, left, rest);
  }
  return NOT_FOR_US;
}

function isPppWithIp(packet: Packet, bytes: Uint8Array, offset: number, captured: number, length: number): boolean {
  if (captured < 1) return false;
  const framing = captured >= PPP_FRAMING_LENGTH && bytes[offset] === 0xff && bytes[offset + 1] === 0x03 ? 2 : 0;
  if (captured < framing + 2) return false;
  const first = bytes[offset + framing];
  const isShort = (first & 1) !== 0;
  const protocol = isShort ? first : (first << 8) | bytes[offset + framing + 1];
  if (protocol !== PPP_IPV4 && protocol !== PPP_IPV6) return false;
  const size = framing + (isShort ? 1 : 2);
  if (captured > size && bytes[offset + size] >> 4 !== (protocol === PPP_IPV4 ? 4 : 6)) return false;
  return judgeIp(packet, bytes, offset + size, captured - size, length - size) !== UNLIKELY;
}
