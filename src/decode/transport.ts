import { decodeIcmp } from './icmp.ts';
import { decodeOtherProtocol } from './other-protocol.ts';
import { type Packet, PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from './packet.ts';
import { decodeTcp } from './tcp.ts';
import { decodeUdp } from './udp.ts';

/** Reads what an IP header announces. */
export function decodeTransport(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  switch (packet.protocol) {
    case PROTOCOL_TCP:
      return decodeTcp(packet, bytes, view, offset, captured, length);
    case PROTOCOL_UDP:
      return decodeUdp(packet, bytes, view, offset, captured, length);
    case PROTOCOL_ICMP:
    case PROTOCOL_ICMPV6:
      return decodeIcmp(packet, bytes, offset, captured, length);
    default:
      return decodeOtherProtocol(packet, bytes, view, offset, captured, length);
  }
}
