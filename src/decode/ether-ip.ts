import { decodeEthernet } from './ethernet.ts';
import type { Packet } from './packet.ts';
import { MALFORMED, TRUNCATED } from './reason.ts';
import { enterTunnel, TUNNEL_ETHERIP } from './tunnel.ts';

// RFC 3378 section 3: version 3 in the first four bits, then reserved; an Ethernet frame follows
const VERSION = 0;
const HEADER_LENGTH = 2;

/** Reads an Ethernet frame in IP. */
export function decodeEtherIp(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
  if (bytes[offset + VERSION] >> 4 !== 3) return MALFORMED;
  enterTunnel(packet, TUNNEL_ETHERIP, 0);
  return decodeEthernet(packet, bytes, view, offset + HEADER_LENGTH, captured - HEADER_LENGTH, length - HEADER_LENGTH);
}
