import { decodeLlc } from './llc.ts';
import type { Packet } from './packet.ts';
import { ENCRYPTED, FRAGMENT, MALFORMED, NOT_IP, TRUNCATED } from './reason.ts';

// IEEE 802.11 clause 9.2: frame control, duration, three addresses, sequence control; a fourth address, QoS and HT control where
// the frame control says so
const FRAME_CONTROL = 0;
const FLAGS = 1;
const ADDRESS_1 = 4;
const ADDRESS_3 = 16;
const SEQUENCE_CONTROL = 22;
const HEADER_LENGTH = 24;
const ADDRESS_LENGTH = 6;
const QOS_LENGTH = 2;
const HT_LENGTH = 4;

const VERSION_MASK = 0x03;
const TYPE_MASK = 0x0c;
const TYPE_DATA = 0x08;
const SUBTYPE_NO_DATA = 0x40;
const SUBTYPE_QOS = 0x80;

const TO_DISTRIBUTION = 0x01;
const FROM_DISTRIBUTION = 0x02;
const PROTECTED = 0x40;
/** In a QoS frame: an HT control field is there. */
const ORDER = 0x80;

/** QoS control: the frame aggregates several (A-MSDU, clause 9.3.2.2). */
const AGGREGATED = 0x80;
/** Destination, source, length; then LLC. */
const SUBFRAME_LENGTH = 14;
const SUBFRAME_SIZE = 12;

/**
 * Reads a frame of a wireless network. Management and control frames are not IP, protected ones cannot be read. Of aggregated
 * packets the first is read.
 * @param alignment the header is padded to a multiple of this (radiotap); 1 where it is not
 * @param isDecrypted the adapter has decrypted and separated the packets, and left the flags that say otherwise as they were
 */
export function decodeIeee80211(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
  alignment: number,
  isDecrypted: boolean,
): number {
  if (captured < 2) return length < 2 ? MALFORMED : TRUNCATED;
  const control = bytes[offset + FRAME_CONTROL];
  const flags = bytes[offset + FLAGS];
  if ((control & VERSION_MASK) !== 0) return MALFORMED;
  if ((control & TYPE_MASK) !== TYPE_DATA || (control & SUBTYPE_NO_DATA) !== 0) return NOT_IP;
  const toDistribution = (flags & TO_DISTRIBUTION) !== 0;
  const isQos = (control & SUBTYPE_QOS) !== 0;
  let size = HEADER_LENGTH;
  if (toDistribution && (flags & FROM_DISTRIBUTION) !== 0) size += ADDRESS_LENGTH;
  const qos = offset + size;
  if (isQos) size += (flags & ORDER) !== 0 ? QOS_LENGTH + HT_LENGTH : QOS_LENGTH;
  size = (size + alignment - 1) & -alignment;
  if (captured < size) return length < size ? MALFORMED : TRUNCATED;
  packet.toGroup = bytes[offset + (toDistribution ? ADDRESS_3 : ADDRESS_1)] & 1;
  if ((flags & PROTECTED) !== 0 && !isDecrypted) return ENCRYPTED;
  if ((bytes[offset + SEQUENCE_CONTROL] & 0x0f) !== 0) {
    packet.protocol = 0;
    return FRAGMENT;
  }
  if (!isQos || (bytes[qos] & AGGREGATED) === 0 || isDecrypted) {
    return decodeLlc(packet, bytes, view, offset + size, captured - size, length - size);
  }
  const subframe = offset + size;
  size += SUBFRAME_LENGTH;
  if (captured < size) return length < size ? MALFORMED : TRUNCATED;
  packet.toGroup = bytes[subframe] & 1;
  const stated = (bytes[subframe + SUBFRAME_SIZE] << 8) | bytes[subframe + SUBFRAME_SIZE + 1];
  const rest = Math.min(stated, length - size);
  return decodeLlc(packet, bytes, view, offset + size, Math.min(captured - size, rest), rest);
}
