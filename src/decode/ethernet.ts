import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import type { Packet } from './packet.ts';
import { ARP, LLC, MALFORMED, OTHER_ETHERTYPE, TOO_MANY_HEADERS, TRUNCATED } from './reason.ts';

// IEEE 802.3 clause 3
const DESTINATION = 0;
const TYPE = 12;
const HEADER_LENGTH = 14;
/** Values below are lengths of an LLC frame (IEEE 802.3 clause 3.2.6). */
const FIRST_ETHERTYPE = 0x0600;

export const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_ARP = 0x0806;
const ETHERTYPE_RARP = 0x8035;
const ETHERTYPE_VLAN = 0x8100;
const ETHERTYPE_SERVICE_VLAN = 0x88a8;
const ETHERTYPE_OLD_QINQ = 0x9100;
const ETHERTYPE_OLD_QINQ_2 = 0x9200;
export const ETHERTYPE_IPV6 = 0x86dd;

/** Tags before the rest is called malformed; three are seen in the wild. */
const MAX_TAGS = 8;
const TAG_LENGTH = 4;

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

/** Reads what an EtherType announces; `offset` is the first byte behind it. */
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
  return etherType < FIRST_ETHERTYPE ? LLC : OTHER_ETHERTYPE;
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
    if (packet.vlan < 0) packet.vlan = ((bytes[at] << 8) | bytes[at + 1]) & 0x0fff;
    const etherType = (bytes[at + 2] << 8) | bytes[at + 3];
    at += TAG_LENGTH;
    left -= TAG_LENGTH;
    if (
      etherType !== ETHERTYPE_VLAN &&
      etherType !== ETHERTYPE_SERVICE_VLAN &&
      etherType !== ETHERTYPE_OLD_QINQ &&
      etherType !== ETHERTYPE_OLD_QINQ_2
    ) {
      return decodeEtherType(packet, bytes, view, etherType, at, left, length - (at - offset));
    }
  }
  return TOO_MANY_HEADERS;
}
