import type { Packet } from './packet.ts';
import { judgeIp, UNLIKELY } from './plausible.ts';
import { decodeRawIp } from './raw-ip.ts';
import { NOT_FOR_US, TOO_MANY_HEADERS } from './reason.ts';
import { enterTunnel, MAX_NESTING, TUNNEL_GTP_U } from './tunnel.ts';

// 3GPP TS 29.281 section 5.1: version and flags, message type, length behind the first eight bytes, tunnel endpoint; then
// sequence, N-PDU number and type of the next extension header where any of them is flagged
const VERSION_AND_FLAGS = 0;
const MESSAGE_TYPE = 1;
const LENGTH = 2;
const ENDPOINT = 4;
const HEADER_LENGTH = 8;
const NEXT_EXTENSION = 11;
const OPTIONAL_LENGTH = 4;

/** Version 1, protocol type GTP. */
const VERSION_MASK = 0xf0;
const VERSION_1 = 0x30;
const HAS_EXTENSION = 0x04;
const HAS_OPTIONAL = 0x07;
const MESSAGE_PACKET = 255;
/** Extension headers: length in units of four bytes, contents, type of the next. */
const EXTENSION_UNIT = 4;
const MAX_EXTENSIONS = 16;

/** Reads a packet of a mobile subscriber. Echoes and error indications stay UDP. The endpoint differs by direction. */
export function decodeGtpU(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return NOT_FOR_US;
  const flags = bytes[offset + VERSION_AND_FLAGS];
  if ((flags & VERSION_MASK) !== VERSION_1 || bytes[offset + MESSAGE_TYPE] !== MESSAGE_PACKET) return NOT_FOR_US;
  const stated = HEADER_LENGTH + ((bytes[offset + LENGTH] << 8) | bytes[offset + LENGTH + 1]);
  if (stated > length && packet.moreFragments === 0) return NOT_FOR_US;
  const reach = Math.min(stated, length);
  let size = HEADER_LENGTH;
  if ((flags & HAS_OPTIONAL) !== 0) {
    size += OPTIONAL_LENGTH;
    if (captured < size || reach < size) return NOT_FOR_US;
    let next = (flags & HAS_EXTENSION) !== 0 ? bytes[offset + NEXT_EXTENSION] : 0;
    for (let extensions = 0; next !== 0; extensions++) {
      if (extensions === MAX_EXTENSIONS || captured <= size) return NOT_FOR_US;
      const extension = bytes[offset + size] * EXTENSION_UNIT;
      size += extension;
      if (extension === 0 || captured < size || reach < size) return NOT_FOR_US;
      next = bytes[offset + size - 1];
    }
  }
  const left = Math.min(captured, reach) - size;
  if (judgeIp(packet, bytes, offset + size, left, reach - size) === UNLIKELY) return NOT_FOR_US;

  if (++packet.nesting > MAX_NESTING) return TOO_MANY_HEADERS;
  enterTunnel(packet, TUNNEL_GTP_U, view.getInt32(offset + ENDPOINT));
  return decodeRawIp(packet, bytes, view, offset + size, left, reach - size);
}
