import {
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  ETHERTYPE_OLD_QINQ,
  ETHERTYPE_OLD_QINQ_2,
  ETHERTYPE_RARP,
  ETHERTYPE_SERVICE_VLAN,
  ETHERTYPE_VLAN,
  FIRST_ETHERTYPE,
  isVlanTag,
} from './ether-type.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import { decodeIsl, isIsl } from './isl.ts';
import { decodeOtherEtherType } from './other-ether-type.ts';
import type { Packet } from './packet.ts';
import { ARP, MALFORMED, TOO_MANY_HEADERS, TRUNCATED } from './reason.ts';
import { SEPARATE_VLAN, separate } from './tunnel.ts';

// IEEE 802.3 clause 3
const DESTINATION = 0;
const TYPE = 12;
const HEADER_LENGTH = 14;

/** Tags before the rest is called malformed; three are seen in the wild. */
const MAX_TAGS = 8;
const TAG_LENGTH = 4;
const VLAN_ID_MASK = 0x0fff;

/** Reads an Ethernet frame with any stack of VLAN tags. */
export function decodeEthernet(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
  packet.toGroup = bytes[offset + DESTINATION] & 1;
  const etherType = (bytes[offset + TYPE] << 8) | bytes[offset + TYPE + 1];
  if (etherType < FIRST_ETHERTYPE && isIsl(bytes, offset)) {
    return decodeIsl(packet, bytes, view, offset, captured, length);
  }
  return decodeEtherType(
    packet,
    bytes,
    view,
    etherType,
    offset + HEADER_LENGTH,
    captured - HEADER_LENGTH,
    length - HEADER_LENGTH,
  );
}

/** Reads what an EtherType announces; `offset` is the first byte behind it. Values below FIRST_ETHERTYPE are lengths of LLC frames. */
export function decodeEtherType(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  etherType: number,
  offset: number,
  captured: number,
  length: number,
): number {
  if (etherType === ETHERTYPE_IPV4) return decodeIpv4(packet, bytes, view, offset, captured, length);
  if (etherType === ETHERTYPE_IPV6) return decodeIpv6(packet, bytes, view, offset, captured, length);
  if (
    etherType === ETHERTYPE_VLAN ||
    etherType === ETHERTYPE_SERVICE_VLAN ||
    etherType === ETHERTYPE_OLD_QINQ ||
    etherType === ETHERTYPE_OLD_QINQ_2
  ) {
    return decodeTagged(packet, bytes, view, offset, captured, length);
  }
  if (etherType === ETHERTYPE_ARP || etherType === ETHERTYPE_RARP) return ARP;
  return decodeOtherEtherType(packet, bytes, view, etherType, offset, captured, length);
}

/** Walks a stack of tags (IEEE 802.1Q clause 9): two bytes of priority and VLAN id, then the next EtherType. */
function decodeTagged(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  let at = offset;
  let left = captured;
  for (let tags = 0; tags < MAX_TAGS; tags++) {
    if (left < TAG_LENGTH) return length - (at - offset) < TAG_LENGTH ? MALFORMED : TRUNCATED;
    const id = ((bytes[at] << 8) | bytes[at + 1]) & VLAN_ID_MASK;
    if (packet.vlan < 0) packet.vlan = id;
    // Id 0 is a priority without a VLAN.
    if (id !== 0) separate(packet, SEPARATE_VLAN, id);
    const etherType = (bytes[at + 2] << 8) | bytes[at + 3];
    at += TAG_LENGTH;
    left -= TAG_LENGTH;
    if (!isVlanTag(etherType)) {
      return decodeEtherType(packet, bytes, view, etherType, at, left, length - (at - offset));
    }
  }
  return TOO_MANY_HEADERS;
}
