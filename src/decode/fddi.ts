import { decodeLlc } from './llc.ts';
import type { Packet } from './packet.ts';
import { MALFORMED, NOT_IP, TRUNCATED } from './reason.ts';

// ANSI X3.139: frame control, destination, source; then LLC
const FRAME_CONTROL = 0;
const DESTINATION = 1;
const HEADER_LENGTH = 13;
/** Frame control CLFF ZZZZ: FF is 01 for LLC, whether synchronous or not, with addresses of 48 bits (L). */
const FORMAT_MASK = 0x70;
const FORMAT_LLC = 0x50;
/** FDDI sends the highest bit first, and captures keep the addresses so ("bit-swapped"). */
const GROUP_BIT = 0x80;

/** Reads an FDDI frame. */
export function decodeFddi(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
  if ((bytes[offset + FRAME_CONTROL] & FORMAT_MASK) !== FORMAT_LLC) return NOT_IP;
  packet.toGroup = (bytes[offset + DESTINATION] & GROUP_BIT) !== 0 ? 1 : 0;
  return decodeLlc(packet, bytes, view, offset + HEADER_LENGTH, captured - HEADER_LENGTH, length - HEADER_LENGTH);
}
