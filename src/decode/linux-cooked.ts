import { FIRST_ETHERTYPE } from './ether-type.ts';
import { decodeEtherType } from './ethernet.ts';
import { decodeLlc } from './llc.ts';
import type { Packet } from './packet.ts';
import { MALFORMED, NOT_IP, TRUNCATED } from './reason.ts';

// https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html
const V1_PACKET_TYPE = 0;
const V1_PROTOCOL = 14;
const V1_HEADER_LENGTH = 16;
// https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html
const V2_PROTOCOL = 0;
const V2_PACKET_TYPE = 10;
const V2_HEADER_LENGTH = 20;
/** Packet types: 1 broadcast, 2 multicast. */
const BROADCAST = 1;
const MULTICAST = 2;
/** Protocol values below FIRST_ETHERTYPE are Linux's own. */
const PROTOCOL_LLC = 0x0004;

/** Reads a frame of a Linux "cooked" capture, version 1. */
export function decodeLinuxCooked(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < V1_HEADER_LENGTH) return length < V1_HEADER_LENGTH ? MALFORMED : TRUNCATED;
  const type = (bytes[offset + V1_PACKET_TYPE] << 8) | bytes[offset + V1_PACKET_TYPE + 1];
  packet.toGroup = type === BROADCAST || type === MULTICAST ? 1 : 0;
  const protocol = (bytes[offset + V1_PROTOCOL] << 8) | bytes[offset + V1_PROTOCOL + 1];
  if (protocol === PROTOCOL_LLC) {
    return decodeLlc(
      packet,
      bytes,
      view,
      offset + V1_HEADER_LENGTH,
      captured - V1_HEADER_LENGTH,
      length - V1_HEADER_LENGTH,
    );
  }
  if (protocol < FIRST_ETHERTYPE) return NOT_IP;
  return decodeEtherType(
    packet,
    bytes,
    view,
    protocol,
    offset + V1_HEADER_LENGTH,
    captured - V1_HEADER_LENGTH,
    length - V1_HEADER_LENGTH,
  );
}

/** Reads a frame of a Linux "cooked" capture, version 2 (what `-i any` writes today). */
export function decodeLinuxCooked2(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < V2_HEADER_LENGTH) return length < V2_HEADER_LENGTH ? MALFORMED : TRUNCATED;
  const type = bytes[offset + V2_PACKET_TYPE];
  packet.toGroup = type === BROADCAST || type === MULTICAST ? 1 : 0;
  const protocol = (bytes[offset + V2_PROTOCOL] << 8) | bytes[offset + V2_PROTOCOL + 1];
  if (protocol === PROTOCOL_LLC) {
    return decodeLlc(
      packet,
      bytes,
      view,
      offset + V2_HEADER_LENGTH,
      captured - V2_HEADER_LENGTH,
      length - V2_HEADER_LENGTH,
    );
  }
  if (protocol < FIRST_ETHERTYPE) return NOT_IP;
  return decodeEtherType(
    packet,
    bytes,
    view,
    protocol,
    offset + V2_HEADER_LENGTH,
    captured - V2_HEADER_LENGTH,
    length - V2_HEADER_LENGTH,
  );
}
