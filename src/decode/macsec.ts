import { decodeEtherType } from './ethernet.ts';
import type { Packet } from './packet.ts';
import { ENCRYPTED, MALFORMED, OTHER_ETHERTYPE, TRUNCATED } from './reason.ts';

// IEEE 802.1AE clause 9.3: control and association number, short length, packet number, perhaps the channel's id; behind it the
// EtherType of the protected frame, and at its end the check value
const CONTROL = 0;
const HEADER_LENGTH = 6;
const CHANNEL_LENGTH = 8;
const TYPE_LENGTH = 2;
const CHECK_VALUE_LENGTH = 16;

const VERSION = 0x80;
const HAS_CHANNEL = 0x20;
const IS_ENCRYPTED = 0x08;
const IS_CHANGED = 0x04;

/** Reads through MACsec that protects but does not encrypt. */
export function decodeMacsec(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
  const control = bytes[offset + CONTROL];
  if ((control & VERSION) !== 0) return MALFORMED;
  if ((control & IS_ENCRYPTED) !== 0) return ENCRYPTED;
  if ((control & IS_CHANGED) !== 0) return OTHER_ETHERTYPE;
  const size = HEADER_LENGTH + ((control & HAS_CHANNEL) !== 0 ? CHANNEL_LENGTH : 0) + TYPE_LENGTH;
  const reach = length - CHECK_VALUE_LENGTH;
  if (reach < size) return MALFORMED;
  if (captured < size) return TRUNCATED;
  const etherType = (bytes[offset + size - 2] << 8) | bytes[offset + size - 1];
  return decodeEtherType(packet, bytes, view, etherType, offset + size, Math.min(captured, reach) - size, reach - size);
}
