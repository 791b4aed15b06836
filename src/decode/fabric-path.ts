import { decodeEthernet } from './ethernet.ts';
import type { Packet } from './packet.ts';
import { MALFORMED, TRUNCATED } from './reason.ts';

// Cisco FabricPath: forwarding tag and TTL behind the EtherType, then the whole frame of the host
const HEADER_LENGTH = 2;

/** Reads through Cisco FabricPath. The forwarding tag names a tree of the fabric, not a network. */
export function decodeFabricPath(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
  return decodeEthernet(packet, bytes, view, offset + HEADER_LENGTH, captured - HEADER_LENGTH, length - HEADER_LENGTH);
}
