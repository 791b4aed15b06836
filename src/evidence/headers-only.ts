import type { Packet } from '../decode/packet.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from '../decode/packet.ts';
import type { Anonymizer } from './anonymizer.ts';

/** LINKTYPE_RAW: IPv4 or IPv6 without a link layer. */
export const LINKTYPE_RAW = 101;

const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const TCP_HEADER = 20;
const UDP_HEADER = 8;
const TTL = 64;
const MORE_FRAGMENTS = 0x2000;

/**
 * What of a packet may leave the house: a new IP header with other addresses and the fields of the transport header that say what became
 * of it. Link layer, tunnels, options and payload stay behind. Lengths are those of the whole packet, so that sizes can still be seen.
 * @returns the bytes, and the length the packet would have; null for a packet that is neither TCP nor UDP
 */
export function headersOnly(
  packet: Packet,
  bytes: Uint8Array,
  anonymizer: Anonymizer,
): { bytes: Uint8Array; length: number } | null {
  const { family, protocol } = packet;
  const transport = protocol === PROTOCOL_TCP ? TCP_HEADER : protocol === PROTOCOL_UDP ? UDP_HEADER : 0;
  if (transport === 0 || (family !== 4 && family !== 6)) return null;
  const header = family === 4 ? IPV4_HEADER : IPV6_HEADER;
  const out = new Uint8Array(header + transport);
  const view = new DataView(out.buffer);
  const payload = Math.min(packet.payloadLength, 0xffff - out.length);
  if (family === 4) {
    out[0] = 0x45;
    view.setUint16(2, out.length + payload);
    view.setUint16(4, packet.identification);
    view.setUint16(6, packet.moreFragments !== 0 ? MORE_FRAGMENTS : 0);
    out[8] = TTL;
    out[9] = protocol;
    out.set(anonymizer.address(v4(packet.source)), 12);
    out.set(anonymizer.address(v4(packet.destination)), 16);
    view.setUint16(10, checksum(out.subarray(0, IPV4_HEADER)));
  } else {
    out[0] = 0x60;
    view.setUint16(4, transport + payload);
    out[6] = protocol;
    out[7] = TTL;
    out.set(anonymizer.address(bytes.subarray(packet.sourceOffset, packet.sourceOffset + 16)), 8);
    out.set(anonymizer.address(bytes.subarray(packet.destinationOffset, packet.destinationOffset + 16)), 24);
  }
  view.setUint16(header, packet.sourcePort);
  view.setUint16(header + 2, packet.destinationPort);
  if (protocol === PROTOCOL_TCP) {
    view.setInt32(header + 4, packet.sequence);
    view.setInt32(header + 8, packet.acknowledgment);
    out[header + 12] = (TCP_HEADER / 4) << 4;
    out[header + 13] = Math.max(0, packet.tcpFlags);
    // The true one is not at hand; 0 would look like a receiver that is full.
    view.setUint16(header + 14, 0xffff);
  } else view.setUint16(header + 4, UDP_HEADER + payload);
  return { bytes: out, length: out.length + payload };
}

function v4(address: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, address);
  return bytes;
}

/** RFC 1071, over a header whose checksum field is 0. */
function checksum(header: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < header.length; i += 2) sum += (header[i] << 8) | header[i + 1];
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
