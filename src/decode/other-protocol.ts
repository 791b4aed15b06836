import { decodeAuthentication } from './authentication.ts';
import { decodeEtherIp } from './ether-ip.ts';
import { decodeGre } from './gre.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import { decodeL2tpOverIp } from './l2tp.ts';
import { decodeMpls } from './mpls.ts';
import type { Packet } from './packet.ts';
import { ENCRYPTED, IGMP, OTHER_IP_PROTOCOL, TOO_MANY_HEADERS } from './reason.ts';
import { enterTunnel, MAX_NESTING, TUNNEL_IP_IN_IP } from './tunnel.ts';

// https://www.iana.org/assignments/protocol-numbers/
const PROTOCOL_IGMP = 2;
const PROTOCOL_IPV4 = 4;
const PROTOCOL_IPV6 = 41;
const PROTOCOL_GRE = 47;
const PROTOCOL_ESP = 50;
const PROTOCOL_AUTHENTICATION = 51;
const PROTOCOL_ETHERIP = 97;
const PROTOCOL_L2TP = 115;
const PROTOCOL_MPLS = 137;

/** The IP protocols beyond TCP, UDP and ICMP: tunnels are read through to the packet inside. */
export function decodeOtherProtocol(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (++packet.nesting > MAX_NESTING) return TOO_MANY_HEADERS;
  switch (packet.protocol) {
    case PROTOCOL_IGMP:
      return IGMP;
    case PROTOCOL_IPV4:
      enterTunnel(packet, TUNNEL_IP_IN_IP, 0);
      return decodeIpv4(packet, bytes, view, offset, captured, length);
    case PROTOCOL_IPV6:
      enterTunnel(packet, TUNNEL_IP_IN_IP, 0);
      return decodeIpv6(packet, bytes, view, offset, captured, length);
    case PROTOCOL_GRE:
      return decodeGre(packet, bytes, view, offset, captured, length);
    case PROTOCOL_ESP:
      return ENCRYPTED;
    case PROTOCOL_AUTHENTICATION:
      return decodeAuthentication(packet, bytes, view, offset, captured, length);
    case PROTOCOL_ETHERIP:
      return decodeEtherIp(packet, bytes, view, offset, captured, length);
    case PROTOCOL_L2TP:
      return decodeL2tpOverIp(packet, bytes, view, offset, captured, length);
    case PROTOCOL_MPLS:
      return decodeMpls(packet, bytes, view, offset, captured, length);
    default:
      return OTHER_IP_PROTOCOL;
  }
}
