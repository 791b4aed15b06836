import { decodeEtherType } from './ethernet.ts';
import type { Packet } from './packet.ts';
import { MALFORMED, TRUNCATED } from './reason.ts';

// IEEE 802.1BR clause 7.5: priority, ingress and egress channel in six bytes, then the next EtherType
const TYPE = 6;
const HEADER_LENGTH = 8;

/** Reads through the tag of a port extender. Its channels are those of one direction and do not keep networks apart. */
export function decodeETag(
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
