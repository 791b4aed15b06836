import type { Packet } from './packet.ts';
import { decodePpp } from './ppp.ts';
import { MALFORMED, OTHER_ETHERTYPE, TRUNCATED } from './reason.ts';
import { enterTunnel, separate, TUNNEL_PPPOE } from './tunnel.ts';

// RFC 2516 section 4: version and type, code, session, length of what follows
const VERSION_AND_TYPE = 0;
const CODE = 1;
const SESSION = 2;
const LENGTH = 4;
const HEADER_LENGTH = 6;

/** Reads a frame of a PPPoE session. Its length excludes the padding of Ethernet. */
export function decodePppoe(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
  if (bytes[offset + VERSION_AND_TYPE] !== 0x11) return MALFORMED;
  if (bytes[offset + CODE] !== 0) return OTHER_ETHERTYPE;
  const session = (bytes[offset + SESSION] << 8) | bytes[offset + SESSION + 1];
  const stated = (bytes[offset + LENGTH] << 8) | bytes[offset + LENGTH + 1];
  const rest = Math.min(stated, length - HEADER_LENGTH);
  enterTunnel(packet, TUNNEL_PPPOE, session);
  separate(packet, TUNNEL_PPPOE, session);
  return decodePpp(packet, bytes, view, offset + HEADER_LENGTH, Math.min(captured - HEADER_LENGTH, rest), rest);
}
