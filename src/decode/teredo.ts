import { decodeIpv6, IPV6_HEADER_LENGTH } from './ipv6.ts';
import { type Packet, PROTOCOL_ICMPV6 } from './packet.ts';
import { NOT_FOR_US, TOO_MANY_HEADERS } from './reason.ts';
import { enterTunnel, MAX_NESTING, TUNNEL_TEREDO } from './tunnel.ts';

// RFC 4380 section 5.1.1: before the IPv6 packet there may be an authentication (0x0001: lengths of client id and of the value,
// both, nonce, confirmation) and an origin indication (0x0000: port and address)
const AUTHENTICATION = 0x0001;
const CLIENT_LENGTH = 2;
const VALUE_LENGTH = 3;
const AUTHENTICATION_LENGTH = 13;
const ORIGIN = 0x0000;
const ORIGIN_LENGTH = 8;

const PAYLOAD_LENGTH = 4;
const NEXT_HEADER = 6;
const NO_NEXT_HEADER = 59;
const ICMP_ROUTER_SOLICITATION = 133;
const ICMP_ROUTER_ADVERTISEMENT = 134;

/** Reads Teredo. Its own messages (bubbles, router discovery) stay UDP: what they ask for is the tunnel itself. */
export function decodeTeredo(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  let size = 0;
  if (captured >= 4 && view.getUint16(offset) === AUTHENTICATION) {
    size = AUTHENTICATION_LENGTH + bytes[offset + CLIENT_LENGTH] + bytes[offset + VALUE_LENGTH];
  }
  if (captured >= size + 2 && view.getUint16(offset + size) === ORIGIN) size += ORIGIN_LENGTH;
  const at = offset + size;
  const left = captured - size;
  const rest = length - size;
  if (left < IPV6_HEADER_LENGTH || bytes[at] >> 4 !== 6) return NOT_FOR_US;
  const payload = (bytes[at + PAYLOAD_LENGTH] << 8) | bytes[at + PAYLOAD_LENGTH + 1];
  // Bubbles may have a trailer (RFC 6081), so the packet may be shorter than the datagram.
  if (payload === 0 || (payload > rest - IPV6_HEADER_LENGTH && packet.moreFragments === 0)) return NOT_FOR_US;
  const next = bytes[at + NEXT_HEADER];
  if (next === NO_NEXT_HEADER) return NOT_FOR_US;
  if (next === PROTOCOL_ICMPV6 && left > IPV6_HEADER_LENGTH) {
    const type = bytes[at + IPV6_HEADER_LENGTH];
    if (type === ICMP_ROUTER_SOLICITATION || type === ICMP_ROUTER_ADVERTISEMENT) return NOT_FOR_US;
  }

  if (++packet.nesting > MAX_NESTING) return TOO_MANY_HEADERS;
  enterTunnel(packet, TUNNEL_TEREDO, 0);
  return decodeIpv6(packet, bytes, view, at, left, rest);
}
