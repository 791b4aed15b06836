import { decodeIcmp } from './icmp.ts';
import { type Packet, PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from './packet.ts';
import { IGMP, OTHER_IP_PROTOCOL } from './reason.ts';
import { decodeTcp } from './tcp.ts';
import { decodeUdp } from './udp.ts';

const PROTOCOL_IGMP = 2;

/** Reads what an IP header announces. Tunnels would go on from here into another IP header. */
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
      return decodeUdp(packet, bytes, offset, captured, length);
    case PROTOCOL_ICMP:
    case PROTOCOL_ICMPV6:
      return decodeIcmp(packet, bytes, offset, captured, length);
    case PROTOCOL_IGMP:
      return IGMP;
    default:
      return OTHER_IP_PROTOCOL;
  }
}
