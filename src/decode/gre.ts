import { decodeErspan, decodeErspan3 } from './erspan.ts';
import {
  ETHERTYPE_BRIDGED,
  ETHERTYPE_ERSPAN,
  ETHERTYPE_ERSPAN_3,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  ETHERTYPE_MPLS,
  ETHERTYPE_MPLS_UPSTREAM,
  ETHERTYPE_PPP,
  ETHERTYPE_WCCP,
} from './ether-type.ts';
import { decodeEthernet } from './ethernet.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import { decodeMpls } from './mpls.ts';
import type { Packet } from './packet.ts';
import { judgeEthernet, judgeIp, UNLIKELY } from './plausible.ts';
import { decodePpp } from './ppp.ts';
import { decodeRawIp } from './raw-ip.ts';
import { MALFORMED, NOT_FOR_US, OTHER_IP_PROTOCOL, TOO_MANY_HEADERS, TRUNCATED } from './reason.ts';
import { enterTunnel, MAX_NESTING, separate, TUNNEL_GRE, TUNNEL_NVGRE, TUNNEL_PPTP } from './tunnel.ts';

// RFC 2784, RFC 2890, RFC 1701: flags and version, protocol; then checksum and offset, key, sequence, routing where flagged.
// RFC 2637 (PPTP, version 1): the key is payload length and call, then sequence and acknowledgment where flagged
const FLAGS = 0;
const TYPE = 2;
const HEADER_LENGTH = 4;
const FIELD_LENGTH = 4;

const HAS_CHECKSUM = 0x8000;
const HAS_ROUTING = 0x4000;
const HAS_KEY = 0x2000;
const HAS_SEQUENCE = 0x1000;
const HAS_ACKNOWLEDGMENT = 0x0080;
const VERSION_MASK = 0x0007;
const VERSION_PPTP = 1;
/** What RFC 2784 and 2890 leave 0. */
const RESERVED = 0x4fff;

/** RFC 1701: a source route entry is family, offset, length; family and length 0 end the list. */
const ROUTE_LENGTH = 4;
const MAX_ROUTES = 16;
/** WCCP version 2 puts four bytes before the packet. */
const WCCP_LENGTH = 4;

/** Reads generic routing encapsulation, and PPTP and NVGRE (RFC 7637) which are made of it. */
export function decodeGre(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
  const flags = (bytes[offset + FLAGS] << 8) | bytes[offset + FLAGS + 1];
  const type = (bytes[offset + TYPE] << 8) | bytes[offset + TYPE + 1];
  const version = flags & VERSION_MASK;
  if (version > VERSION_PPTP) return OTHER_IP_PROTOCOL;
  let size = HEADER_LENGTH;
  if ((flags & (HAS_CHECKSUM | HAS_ROUTING)) !== 0) size += FIELD_LENGTH;
  const keyAt = offset + size;
  if ((flags & HAS_KEY) !== 0) size += FIELD_LENGTH;
  if ((flags & HAS_SEQUENCE) !== 0) size += FIELD_LENGTH;
  if (version === VERSION_PPTP && (flags & HAS_ACKNOWLEDGMENT) !== 0) size += FIELD_LENGTH;
  if (captured < size) return length < size ? MALFORMED : TRUNCATED;
  if ((flags & HAS_ROUTING) !== 0) {
    for (let routes = 0; ; routes++) {
      if (routes === MAX_ROUTES) return TOO_MANY_HEADERS;
      if (captured < size + ROUTE_LENGTH) return length < size + ROUTE_LENGTH ? MALFORMED : TRUNCATED;
      const family = (bytes[offset + size] << 8) | bytes[offset + size + 1];
      const routeLength = bytes[offset + size + 3];
      size += ROUTE_LENGTH + routeLength;
      if (family === 0 && routeLength === 0) break;
    }
  }
  const at = offset + size;
  const left = captured - size;
  const rest = length - size;
  if (version === VERSION_PPTP) {
    // A packet without a sequence number acknowledges and carries nothing.
    if (type !== ETHERTYPE_PPP || (flags & HAS_SEQUENCE) === 0) return OTHER_IP_PROTOCOL;
    enterTunnel(packet, TUNNEL_PPTP, (flags & HAS_KEY) !== 0 ? view.getUint16(keyAt + 2) : 0);
    return decodePpp(packet, bytes, view, at, left, rest);
  }
  const key = (flags & HAS_KEY) !== 0 ? view.getInt32(keyAt) : 0;
  switch (type) {
    case ETHERTYPE_IPV4:
      enterGre(packet, key);
      return decodeIpv4(packet, bytes, view, at, left, rest);
    case ETHERTYPE_IPV6:
      enterGre(packet, key);
      return decodeIpv6(packet, bytes, view, at, left, rest);
    case ETHERTYPE_BRIDGED:
      if ((flags & ~HAS_KEY) === 0 && key !== 0) {
        // RFC 7637 section 3.2: the key alone, a virtual subnet id in its upper 24 bits.
        enterTunnel(packet, TUNNEL_NVGRE, key >>> 8);
        separate(packet, TUNNEL_NVGRE, key >>> 8);
      } else enterGre(packet, key);
      return decodeEthernet(packet, bytes, view, at, left, rest);
    case ETHERTYPE_PPP:
      enterGre(packet, key);
      return decodePpp(packet, bytes, view, at, left, rest);
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_UPSTREAM:
      enterGre(packet, key);
      return decodeMpls(packet, bytes, view, at, left, rest);
    case ETHERTYPE_ERSPAN:
      return decodeErspan(packet, bytes, view, at, left, rest, (flags & HAS_SEQUENCE) !== 0);
    case ETHERTYPE_ERSPAN_3:
      return decodeErspan3(packet, bytes, view, at, left, rest);
    case ETHERTYPE_WCCP:
      enterGre(packet, key);
      return decodeWccp(packet, bytes, view, at, left, rest);
    default:
      return OTHER_IP_PROTOCOL;
  }
}

/** RFC 2890 section 2.1: a key names one of several flows of traffic between the same two routers. */
function enterGre(packet: Packet, key: number): void {
  enterTunnel(packet, TUNNEL_GRE, key);
  if (key !== 0) separate(packet, TUNNEL_GRE, key);
}

/** A packet that a router redirects to a cache: version 1 of WCCP has it at once, version 2 behind four bytes. */
function decodeWccp(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < 1) return length < 1 ? MALFORMED : TRUNCATED;
  const size = bytes[offset] >> 4 === 4 ? 0 : WCCP_LENGTH;
  return decodeRawIp(packet, bytes, view, offset + size, captured - size, length - size);
}

/** GRE over UDP (RFC 8086), where flags, type and contents look like it. */
export function decodeGreOverUdp(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return NOT_FOR_US;
  const flags = (bytes[offset + FLAGS] << 8) | bytes[offset + FLAGS + 1];
  if ((flags & RESERVED) !== 0) return NOT_FOR_US;
  let size = HEADER_LENGTH;
  if ((flags & HAS_CHECKSUM) !== 0) size += FIELD_LENGTH;
  if ((flags & HAS_KEY) !== 0) size += FIELD_LENGTH;
  if ((flags & HAS_SEQUENCE) !== 0) size += FIELD_LENGTH;
  const type = (bytes[offset + TYPE] << 8) | bytes[offset + TYPE + 1];
  const at = offset + size;
  let verdict = UNLIKELY;
  if (type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6) {
    verdict = judgeIp(packet, bytes, at, captured - size, length - size);
  } else if (type === ETHERTYPE_BRIDGED) {
    verdict = judgeEthernet(packet, bytes, at, captured - size, length - size);
  }
  if (verdict === UNLIKELY) return NOT_FOR_US;
  if (++packet.nesting > MAX_NESTING) return TOO_MANY_HEADERS;
  return decodeGre(packet, bytes, view, offset, captured, length);
}
