import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from './ether-type.ts';
import { decodeEtherType } from './ethernet.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import type { Packet } from './packet.ts';
import { MALFORMED, NOT_IP, TRUNCATED } from './reason.ts';

// https://www.tcpdump.org/linktypes.html: LINKTYPE_NULL has the address family in the byte order of the capturing machine,
// LINKTYPE_LOOP in network order.
const HEADER_LENGTH = 4;
const AF_INET = 2;

/** AF_INET6 differs by system: BSD 24, FreeBSD 28, Darwin 30, Linux 10, Windows (Npcap loopback) 23. */
const isInet6 = (family: number): boolean =>
  family === 24 || family === 28 || family === 30 || family === 10 || family === 23;

/** Reads a frame of BSD loopback. Families are small, so the byte order shows itself: the other one gives a huge number. */
export function decodeNullLoopback(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
  const little = view.getUint32(offset, true);
  const family = little > 0xffff ? view.getUint32(offset) : little;
  if (family === AF_INET)
    return decodeIpv4(packet, bytes, view, offset + HEADER_LENGTH, captured - HEADER_LENGTH, length - HEADER_LENGTH);
  if (isInet6(family))
    return decodeIpv6(packet, bytes, view, offset + HEADER_LENGTH, captured - HEADER_LENGTH, length - HEADER_LENGTH);
  // Some writers put an EtherType into the second half (Wireshark reads it so too).
  const etherType = (bytes[offset + 2] << 8) | bytes[offset + 3];
  if (etherType !== ETHERTYPE_IPV4 && etherType !== ETHERTYPE_IPV6) return NOT_IP;
  return decodeEtherType(
    packet,
    bytes,
    view,
    etherType,
    offset + HEADER_LENGTH,
    captured - HEADER_LENGTH,
    length - HEADER_LENGTH,
  );
}
