import {
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  ETHERTYPE_LLDP,
  ETHERTYPE_PPPOE_DISCOVERY,
  ETHERTYPE_PPPOE_SESSION,
  FIRST_ETHERTYPE,
  isVlanTag,
} from './ether-type.ts';
import { IPV4_HEADER_LENGTH } from './ipv4.ts';
import { IPV6_HEADER_LENGTH } from './ipv6.ts';
import type { Packet } from './packet.ts';

/** How sure a look at bytes is. UNSURE is for bytes that the capture cut, and for kinds that cannot be checked. */
export const UNLIKELY = 0;
export const UNSURE = 1;
export const LIKELY = 2;

const MAC_HEADER_LENGTH = 14;
const TAG_LENGTH = 4;
const MAX_TAGS = 4;

/**
 * Would these bytes be an IP packet? Version and lengths are looked at, nothing is changed. A packet that is longer than its carrier is
 * none, but in the first fragment of a carrier.
 */
export function judgeIp(packet: Packet, bytes: Uint8Array, offset: number, captured: number, length: number): number {
  if (captured < 1) return length < IPV4_HEADER_LENGTH ? UNLIKELY : UNSURE;
  const version = bytes[offset] >> 4;
  const isCut = packet.moreFragments !== 0;
  if (version === 4) {
    const headerLength = (bytes[offset] & 0x0f) << 2;
    if (headerLength < IPV4_HEADER_LENGTH || headerLength > length) return UNLIKELY;
    if (captured < 4) return UNSURE;
    const total = (bytes[offset + 2] << 8) | bytes[offset + 3];
    return total === 0 || (total >= headerLength && (isCut || total <= length)) ? LIKELY : UNLIKELY;
  }
  if (version !== 6 || length < IPV6_HEADER_LENGTH) return UNLIKELY;
  if (captured < 6) return UNSURE;
  return isCut || ((bytes[offset + 4] << 8) | bytes[offset + 5]) <= length - IPV6_HEADER_LENGTH ? LIKELY : UNLIKELY;
}

/** Would these bytes be an Ethernet frame? LIKELY where its type is known and what follows agrees with it. */
export function judgeEthernet(
  packet: Packet,
  bytes: Uint8Array,
  offset: number,
  captured: number,
  length: number,
): number {
  if (length < MAC_HEADER_LENGTH) return UNLIKELY;
  let at = MAC_HEADER_LENGTH;
  if (captured < at) return UNSURE;
  let etherType = (bytes[offset + at - 2] << 8) | bytes[offset + at - 1];
  for (let tags = 0; tags < MAX_TAGS && isVlanTag(etherType); tags++) {
    at += TAG_LENGTH;
    if (length < at) return UNLIKELY;
    if (captured < at) return UNSURE;
    etherType = (bytes[offset + at - 2] << 8) | bytes[offset + at - 1];
  }
  if (etherType === ETHERTYPE_IPV4 || etherType === ETHERTYPE_IPV6) {
    if (captured > at && bytes[offset + at] >> 4 !== (etherType === ETHERTYPE_IPV4 ? 4 : 6)) return UNLIKELY;
    return judgeIp(packet, bytes, offset + at, captured - at, length - at);
  }
  if (etherType === ETHERTYPE_ARP) {
    // RFC 826: hardware type 1 is Ethernet.
    if (captured < at + 2) return UNSURE;
    return bytes[offset + at] === 0 && bytes[offset + at + 1] === 1 ? LIKELY : UNLIKELY;
  }
  if (etherType === ETHERTYPE_PPPOE_DISCOVERY || etherType === ETHERTYPE_PPPOE_SESSION) {
    // RFC 2516: version 1, type 1.
    if (captured <= at) return UNSURE;
    return bytes[offset + at] === 0x11 ? LIKELY : UNLIKELY;
  }
  if (etherType === ETHERTYPE_LLDP) return LIKELY;
  if (etherType >= FIRST_ETHERTYPE) return UNSURE;
  if (etherType < 3 || etherType > length - at) return UNLIKELY;
  if (captured < at + 2) return UNSURE;
  // IEEE 802.2: the same service at both ends, SNAP (0xaa) or spanning tree (0x42).
  const service = bytes[offset + at];
  return service === bytes[offset + at + 1] && (service === 0xaa || service === 0x42) ? LIKELY : UNLIKELY;
}
