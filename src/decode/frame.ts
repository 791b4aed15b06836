import { decodeEthernet } from './ethernet.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import { decodeLinuxCooked, decodeLinuxCooked2 } from './linux-cooked.ts';
import { decodeNullLoopback } from './null-loopback.ts';
import type { Packet } from './packet.ts';
import { MALFORMED, TRUNCATED, UNSUPPORTED_LINK_TYPE } from './reason.ts';

// https://www.tcpdump.org/linktypes.html
export const LINKTYPE_NULL = 0;
export const LINKTYPE_ETHERNET = 1;
/** Raw IP under the number that OpenBSD (14) and others (12) write as DLT. */
const DLT_RAW_12 = 12;
const DLT_RAW_14 = 14;
export const LINKTYPE_RAW = 101;
export const LINKTYPE_LOOP = 108;
export const LINKTYPE_LINUX_SLL = 113;
export const LINKTYPE_IPV4 = 228;
export const LINKTYPE_IPV6 = 229;
export const LINKTYPE_LINUX_SLL2 = 276;

/** True where frames of this link type are read. */
export function isSupportedLinkType(linkType: number): boolean {
  return SUPPORTED.has(linkType);
}

const SUPPORTED: ReadonlySet<number> = new Set([
  LINKTYPE_NULL,
  LINKTYPE_ETHERNET,
  DLT_RAW_12,
  DLT_RAW_14,
  LINKTYPE_RAW,
  LINKTYPE_LOOP,
  LINKTYPE_LINUX_SLL,
  LINKTYPE_IPV4,
  LINKTYPE_IPV6,
  LINKTYPE_LINUX_SLL2,
]);

/**
 * Reads one frame into `packet` and says what it is (reason.ts). Fields that the kind does not have keep older values, but for
 * `family`, `vlan` and `toGroup`, which are always this frame's.
 * Bounds are checked once a header; nothing is allocated and nothing thrown.
 * @param captured bytes at hand from `offset`
 * @param length bytes the frame had on the wire
 */
export function decodeFrame(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
  linkType: number,
): number {
  packet.family = 0;
  packet.vlan = -1;
  packet.toGroup = 0;
  // An original length below the captured one is a writer's mistake: the bytes at hand are what there was.
  const wire = Math.max(length, captured);
  if (linkType === LINKTYPE_ETHERNET) return decodeEthernet(packet, bytes, view, offset, captured, wire);
  switch (linkType) {
    case LINKTYPE_RAW:
    case DLT_RAW_12:
    case DLT_RAW_14:
    case LINKTYPE_IPV4:
    case LINKTYPE_IPV6:
      return decodeRawIp(packet, bytes, view, offset, captured, wire);
    case LINKTYPE_LINUX_SLL:
      return decodeLinuxCooked(packet, bytes, view, offset, captured, wire);
    case LINKTYPE_LINUX_SLL2:
      return decodeLinuxCooked2(packet, bytes, view, offset, captured, wire);
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP:
      return decodeNullLoopback(packet, bytes, view, offset, captured, wire);
    default:
      return UNSUPPORTED_LINK_TYPE;
  }
}

/** Raw IP: the version in the first four bits says which, whatever the link type promises. */
function decodeRawIp(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < 1) return TRUNCATED;
  const version = bytes[offset] >> 4;
  if (version === 4) return decodeIpv4(packet, bytes, view, offset, captured, length);
  if (version === 6) return decodeIpv6(packet, bytes, view, offset, captured, length);
  return MALFORMED;
}
