import { decodeEthernet } from './ethernet.ts';
import type { Packet } from './packet.ts';
import { decodeRawIp } from './raw-ip.ts';
import { MALFORMED, OTHER_IP_PROTOCOL, TRUNCATED } from './reason.ts';
import { enterTunnel, TUNNEL_ERSPAN } from './tunnel.ts';

// draft-foschiano-erspan: version and VLAN, priority and session, index (type II); or time stamp, group, flags (type III)
const VERSION = 0;
const SESSION = 2;
const SESSION_MASK = 0x03ff;
const HEADER_LENGTH_2 = 8;
const VERSION_2 = 1;

const HEADER_LENGTH_3 = 12;
const VERSION_3 = 2;
/** Frame type in bits 2 to 6 of byte 10, and the flag for another eight bytes (platform specific) in byte 11. */
const FRAME_TYPE = 10;
const FRAME_TYPE_SHIFT = 2;
const FRAME_TYPE_MASK = 0x1f;
const FRAME_TYPE_ETHERNET = 0;
const FRAME_TYPE_IP = 2;
const OPTIONAL = 11;
const HAS_SUBHEADER = 0x01;
const SUBHEADER_LENGTH = 8;

/**
 * Reads a frame that a switch mirrored to a remote collector, types I and II. Type I has no header at all; its GRE header has no
 * sequence number.
 */
export function decodeErspan(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
  hasSequence: boolean,
): number {
  if (!hasSequence) {
    enterTunnel(packet, TUNNEL_ERSPAN, 0);
    return decodeEthernet(packet, bytes, view, offset, captured, length);
  }
  if (captured < HEADER_LENGTH_2) return length < HEADER_LENGTH_2 ? MALFORMED : TRUNCATED;
  if (bytes[offset + VERSION] >> 4 !== VERSION_2) return OTHER_IP_PROTOCOL;
  enterTunnel(packet, TUNNEL_ERSPAN, sessionOf(bytes, offset));
  return decodeEthernet(
    packet,
    bytes,
    view,
    offset + HEADER_LENGTH_2,
    captured - HEADER_LENGTH_2,
    length - HEADER_LENGTH_2,
  );
}

/** Reads a frame mirrored as ERSPAN type III. */
export function decodeErspan3(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH_3) return length < HEADER_LENGTH_3 ? MALFORMED : TRUNCATED;
  if (bytes[offset + VERSION] >> 4 !== VERSION_3) return OTHER_IP_PROTOCOL;
  const hasSubheader = (bytes[offset + OPTIONAL] & HAS_SUBHEADER) !== 0;
  const size = hasSubheader ? HEADER_LENGTH_3 + SUBHEADER_LENGTH : HEADER_LENGTH_3;
  if (captured < size) return length < size ? MALFORMED : TRUNCATED;
  enterTunnel(packet, TUNNEL_ERSPAN, sessionOf(bytes, offset));
  const frameType = (bytes[offset + FRAME_TYPE] >> FRAME_TYPE_SHIFT) & FRAME_TYPE_MASK;
  if (frameType === FRAME_TYPE_ETHERNET) {
    return decodeEthernet(packet, bytes, view, offset + size, captured - size, length - size);
  }
  if (frameType === FRAME_TYPE_IP) {
    return decodeRawIp(packet, bytes, view, offset + size, captured - size, length - size);
  }
  return OTHER_IP_PROTOCOL;
}

function sessionOf(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset + SESSION] << 8) | bytes[offset + SESSION + 1]) & SESSION_MASK;
}
