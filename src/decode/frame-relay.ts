import { FIRST_ETHERTYPE } from './ether-type.ts';
import { decodeEtherType } from './ethernet.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import type { Packet } from './packet.ts';
import { decodePpp } from './ppp.ts';
import { MALFORMED, NOT_IP, TRUNCATED } from './reason.ts';

// Q.922: an address of two to four bytes, the last of which has its lowest bit set. RFC 2427: control 0x03, perhaps a pad of 0,
// a network layer id (NLPID); Cisco's own way: an EtherType instead
const MAX_ADDRESS = 4;
const LAST_BYTE = 0x01;
const CONTROL = 0x03;
const PAD = 0x00;
/** The longest header: address, control, pad, id, organisation, EtherType. */
const TYPE_LENGTH = 2;
const SNAP_LENGTH = 5;

const NLPID_SNAP = 0x80;
const NLPID_IPV6 = 0x8e;
const NLPID_IPV4 = 0xcc;
const NLPID_PPP = 0xcf;

/** Reads a Frame Relay frame. */
export function decodeFrameRelay(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  let size = 0;
  do {
    if (size === MAX_ADDRESS) return MALFORMED;
    if (captured <= size) return length <= size ? MALFORMED : TRUNCATED;
    size++;
  } while ((bytes[offset + size - 1] & LAST_BYTE) === 0);
  if (size < 2) return MALFORMED;
  if (captured < size + TYPE_LENGTH) return length < size + TYPE_LENGTH ? MALFORMED : TRUNCATED;

  if (bytes[offset + size] !== CONTROL) {
    const etherType = (bytes[offset + size] << 8) | bytes[offset + size + 1];
    size += TYPE_LENGTH;
    if (etherType < FIRST_ETHERTYPE) return NOT_IP;
    return decodeEtherType(packet, bytes, view, etherType, offset + size, captured - size, length - size);
  }
  size++;
  if (captured > size && bytes[offset + size] === PAD) size++;
  if (captured <= size) return length <= size ? MALFORMED : TRUNCATED;
  const id = bytes[offset + size];
  size++;
  if (id === NLPID_IPV4) return decodeIpv4(packet, bytes, view, offset + size, captured - size, length - size);
  if (id === NLPID_IPV6) return decodeIpv6(packet, bytes, view, offset + size, captured - size, length - size);
  if (id === NLPID_PPP) return decodePpp(packet, bytes, view, offset + size, captured - size, length - size);
  if (id !== NLPID_SNAP) return NOT_IP;
  if (captured < size + SNAP_LENGTH) return length < size + SNAP_LENGTH ? MALFORMED : TRUNCATED;
  const organisation = (bytes[offset + size] << 16) | (bytes[offset + size + 1] << 8) | bytes[offset + size + 2];
  const etherType = (bytes[offset + size + 3] << 8) | bytes[offset + size + 4];
  size += SNAP_LENGTH;
  if (organisation !== 0 || etherType < FIRST_ETHERTYPE) return NOT_IP;
  return decodeEtherType(packet, bytes, view, etherType, offset + size, captured - size, length - size);
}
