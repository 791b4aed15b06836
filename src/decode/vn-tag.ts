import { decodeEtherType } from './ethernet.ts';
import type { Packet } from './packet.ts';
import { MALFORMED, TRUNCATED } from './reason.ts';

// Cisco VN-Tag: direction, pointer, destination and source interface in four bytes, then the next EtherType
const TYPE = 4;
const HEADER_LENGTH = 6;

/** Reads through a VN tag. Its interfaces are those of one direction and do not keep networks apart. */
export function decodeVnTag(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
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
