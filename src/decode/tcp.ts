import type { Packet } from './packet.ts';
import { MALFORMED, TCP, TRUNCATED } from './reason.ts';

// RFC 9293 section 3.1
const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;
const SEQUENCE = 4;
const ACKNOWLEDGMENT = 8;
const DATA_OFFSET = 12;
const FLAGS = 13;
const HEADER_LENGTH = 20;

/**
 * Reads a TCP header. A header that the capture or a fragment cut is read as far as it goes: ports need 4 bytes, sequence
 * numbers 12, flags 14; missing numbers are 0, missing flags -1. A data offset that is impossible makes the segment malformed.
 * @param captured bytes at hand from `offset`
 * @param length bytes of the segment by the IP header
 */
export function decodeTcp(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return decodeCutTcp(packet, bytes, view, offset, captured, length);
  packet.sourcePort = (bytes[offset + SOURCE_PORT] << 8) | bytes[offset + SOURCE_PORT + 1];
  packet.destinationPort = (bytes[offset + DESTINATION_PORT] << 8) | bytes[offset + DESTINATION_PORT + 1];
  packet.sequence = view.getInt32(offset + SEQUENCE);
  packet.acknowledgment = view.getInt32(offset + ACKNOWLEDGMENT);
  packet.tcpFlags = bytes[offset + FLAGS];
  const headerLength = (bytes[offset + DATA_OFFSET] >> 4) << 2;
  if (headerLength < HEADER_LENGTH) return MALFORMED;
  if (headerLength > length) {
    // Options that go on in the next fragment are no fault.
    if (packet.moreFragments === 0) return MALFORMED;
    packet.payloadLength = 0;
    packet.payloadOffset = offset + length;
    packet.payloadCaptured = 0;
    return TCP;
  }
  packet.payloadLength = length - headerLength;
  packet.payloadOffset = offset + headerLength;
  packet.payloadCaptured = captured > headerLength ? captured - headerLength : 0;
  return TCP;
}

function decodeCutTcp(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (length < HEADER_LENGTH && packet.moreFragments === 0) return MALFORMED;
  if (captured < SEQUENCE) return TRUNCATED;
  packet.sourcePort = view.getUint16(offset + SOURCE_PORT);
  packet.destinationPort = view.getUint16(offset + DESTINATION_PORT);
  packet.sequence = captured >= ACKNOWLEDGMENT ? view.getInt32(offset + SEQUENCE) : 0;
  packet.acknowledgment = captured >= DATA_OFFSET ? view.getInt32(offset + ACKNOWLEDGMENT) : 0;
  packet.tcpFlags = captured > FLAGS ? bytes[offset + FLAGS] : -1;
  const headerLength = captured > DATA_OFFSET ? (bytes[offset + DATA_OFFSET] >> 4) << 2 : HEADER_LENGTH;
  packet.payloadLength = length > headerLength ? length - headerLength : 0;
  packet.payloadOffset = offset + captured;
  packet.payloadCaptured = 0;
  return TCP;
}
