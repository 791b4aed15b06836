import { ETHERTYPE_RARP, FIRST_ETHERTYPE } from './ether-type.ts';
import { decodeEtherType } from './ethernet.ts';
import type { Packet } from './packet.ts';
import { decodePpp } from './ppp.ts';
import { MALFORMED, NOT_IP, TRUNCATED } from './reason.ts';

// https://www.tcpdump.org/linktypes.html, LINKTYPE_C_HDLC: address 0x0f (unicast) or 0x8f (multicast), control, EtherType
const ADDRESS = 0;
const TYPE = 2;
const HEADER_LENGTH = 4;
const MULTICAST = 0x8f;
const UNICAST = 0x0f;
/** PPP on the same kind of line: RFC 1662. */
const PPP_ADDRESS = 0xff;
/** The number of RARP is that of Cisco's own keepalives (SLARP) here. */
const SLARP = ETHERTYPE_RARP;

/** Reads a frame of a serial line: Cisco HDLC, or PPP where the address byte says so. */
export function decodeCiscoHdlc(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
  const address = bytes[offset + ADDRESS];
  if (address === PPP_ADDRESS) return decodePpp(packet, bytes, view, offset, captured, length);
  packet.toGroup = address === MULTICAST ? 1 : 0;
  const etherType = (bytes[offset + TYPE] << 8) | bytes[offset + TYPE + 1];
  if (etherType < FIRST_ETHERTYPE || etherType === SLARP) return NOT_IP;
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

/** Reads a frame of LINKTYPE_PPP_HDLC, which is PPP with framing, or Cisco HDLC. */
export function decodePppHdlc(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < 1) return length < 1 ? MALFORMED : TRUNCATED;
  const address = bytes[offset + ADDRESS];
  return address === UNICAST || address === MULTICAST
    ? decodeCiscoHdlc(packet, bytes, view, offset, captured, length)
    : decodePpp(packet, bytes, view, offset, captured, length);
}
