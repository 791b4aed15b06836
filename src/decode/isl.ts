import { decodeEthernet } from './ethernet.ts';
import type { Packet } from './packet.ts';
import { MALFORMED, TOO_MANY_HEADERS, TRUNCATED } from './reason.ts';
import { MAX_NESTING, SEPARATE_VLAN, separate } from './tunnel.ts';

// Cisco Inter-Switch Link, document 17056: a group address of 40 bits, type and user, source, length, SNAP, three bytes of the
// source's organisation, VLAN id and BPDU bit, index, reserved; then a whole Ethernet frame
const DESTINATION = 0;
const SERVICES = 14;
const VLAN = 20;
const HEADER_LENGTH = 26;

/** True where the first bytes of an Ethernet header (14 are there) say ISL: 01-00-0c-00-00 or 03-00-0c-00-00. */
export function isIsl(bytes: Uint8Array, offset: number): boolean {
  const first = bytes[offset + DESTINATION];
  return (
    (first === 0x01 || first === 0x03) &&
    bytes[offset + 1] === 0x00 &&
    bytes[offset + 2] === 0x0c &&
    bytes[offset + 3] === 0x00 &&
    bytes[offset + 4] === 0x00
  );
}

/** Reads a frame between two Cisco switches of old. */
export function decodeIsl(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
  if (++packet.nesting > MAX_NESTING) return TOO_MANY_HEADERS;
  if (bytes[offset + SERVICES] !== 0xaa || bytes[offset + SERVICES + 1] !== 0xaa) return MALFORMED;
  const id = ((bytes[offset + VLAN] << 8) | bytes[offset + VLAN + 1]) >> 1;
  if (packet.vlan < 0) packet.vlan = id & 0x0fff;
  separate(packet, SEPARATE_VLAN, id);
  return decodeEthernet(packet, bytes, view, offset + HEADER_LENGTH, captured - HEADER_LENGTH, length - HEADER_LENGTH);
}
