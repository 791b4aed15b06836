import { FIRST_ETHERTYPE } from './ether-type.ts';
import { decodeEtherType } from './ethernet.ts';
import { decodeIpv4 } from './ipv4.ts';
import type { Packet } from './packet.ts';
import { LLC, MALFORMED, TRUNCATED } from './reason.ts';

// IEEE 802.2: destination and source service, control; RFC 1042: SNAP with an organisation and an EtherType
const DESTINATION_SERVICE = 0;
const SOURCE_SERVICE = 1;
const CONTROL = 2;
const HEADER_LENGTH = 3;
const ORGANISATION = 3;
const TYPE = 6;
const SNAP_LENGTH = 8;

const SERVICE_IP = 0x06;
const SERVICE_SNAP = 0xaa;
const UNNUMBERED_INFORMATION = 0x03;
/** Organisations whose numbers are EtherTypes: RFC 1042, and IEEE 802.1H for bridges. */
const ORGANISATION_ETHERTYPE = 0x000000;
const ORGANISATION_BRIDGE = 0x0000f8;

/** Reads an LLC frame: IP inside of SNAP, or (rarely) IP without. */
export function decodeLlc(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
  const service = bytes[offset + DESTINATION_SERVICE];
  if (bytes[offset + SOURCE_SERVICE] !== service || bytes[offset + CONTROL] !== UNNUMBERED_INFORMATION) return LLC;
  if (service === SERVICE_IP) {
    return decodeIpv4(packet, bytes, view, offset + HEADER_LENGTH, captured - HEADER_LENGTH, length - HEADER_LENGTH);
  }
  if (service !== SERVICE_SNAP) return LLC;
  if (captured < SNAP_LENGTH) return length < SNAP_LENGTH ? MALFORMED : TRUNCATED;
  const organisation =
    (bytes[offset + ORGANISATION] << 16) | (bytes[offset + ORGANISATION + 1] << 8) | bytes[offset + ORGANISATION + 2];
  const etherType = (bytes[offset + TYPE] << 8) | bytes[offset + TYPE + 1];
  if (organisation !== ORGANISATION_ETHERTYPE && organisation !== ORGANISATION_BRIDGE) return LLC;
  if (etherType < FIRST_ETHERTYPE) return LLC;
  return decodeEtherType(
    packet,
    bytes,
    view,
    etherType,
    offset + SNAP_LENGTH,
    captured - SNAP_LENGTH,
    length - SNAP_LENGTH,
  );
}
