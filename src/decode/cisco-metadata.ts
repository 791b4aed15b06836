import { decodeEtherType } from './ethernet.ts';
import type { Packet } from './packet.ts';
import { MALFORMED, TRUNCATED } from './reason.ts';

// Cisco metadata (TrustSec, draft-smith-kandula-sxp): version, number of options, options of four bytes, then the next EtherType
const VERSION = 0;
const OPTIONS = 1;
const HEADER_LENGTH = 2;
const OPTION_LENGTH = 4;
const TYPE_LENGTH = 2;

/** Reads through Cisco metadata, which carries a security group tag. */
export function decodeCiscoMetadata(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
  if (bytes[offset + VERSION] !== 1) return MALFORMED;
  const size = HEADER_LENGTH + bytes[offset + OPTIONS] * OPTION_LENGTH + TYPE_LENGTH;
  if (captured < size) return length < size ? MALFORMED : TRUNCATED;
  const etherType = (bytes[offset + size - 2] << 8) | bytes[offset + size - 1];
  return decodeEtherType(packet, bytes, view, etherType, offset + size, captured - size, length - size);
}
