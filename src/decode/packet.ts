/**
 * The one decoded frame that the packet loop fills again and again. Every field is a 32-bit integer, so that no number is
 * ever boxed; addresses of IPv4 are the four bytes in network order read as a signed integer, those of IPv6 stay in the
 * buffer and are named by their offset.
 */
export class Packet {
  /** 4 or 6; 0 where the frame is not IP. */
  family = 0;
  /** IPv4 source and destination, network order in a signed 32-bit integer; of IPv6 what a table of addresses makes of them. */
  source = 0;
  destination = 0;
  /** Offsets of the 16 address bytes of IPv6 in the buffer of the frame. */
  sourceOffset = 0;
  destinationOffset = 0;
  /** IP protocol number after all extension headers: 6 TCP, 17 UDP, 1 ICMP, 58 ICMPv6. */
  protocol = 0;
  /** Transport ports, host order; 0 where there are none. */
  sourcePort = 0;
  destinationPort = 0;
  /** The eight TCP flags as on the wire (RFC 9293 section 3.1); -1 where the header is cut before them. */
  tcpFlags = 0;
  /** TCP sequence and acknowledgment numbers as signed 32-bit integers. */
  sequence = 0;
  acknowledgment = 0;
  /** Bytes of TCP or UDP payload by the IP length, whether captured or not. */
  payloadLength = 0;
  /** Where the payload begins in the buffer, and the bytes of it that were captured. */
  payloadOffset = 0;
  payloadCaptured = 0;
  /** IPv4 identification, or the one of the IPv6 fragment header; 0 for other IPv6 packets. */
  identification = 0;
  /** Byte offset of this fragment in its datagram; 0 for the first fragment and for whole datagrams. */
  fragmentOffset = 0;
  /** 1 where more fragments follow. */
  moreFragments = 0;
  /** Outermost VLAN id, -1 where the frame carries no tag (IEEE 802.1Q). */
  vlan = -1;
  /** Kind of the outermost tunnel (tunnel.ts), 0 where there is none, and its number: VNI, key, TEID, session, label; 0 where it has none. */
  tunnel = 0;
  tunnelId = 0;
  /**
   * A hash of the numbers that keep networks apart (VLANs, VNIs, ...), 0 where there are none: the same addresses under two contexts
   * are two hosts. Numbers that differ by direction (TEIDs, labels, L2TP sessions) are not in it.
   */
  context = 0;
  /** The packet that carries the outermost IP tunnel: 4 or 6, 0 where there is none; addresses (or their offsets) and fragment fields as above. */
  outerFamily = 0;
  outerSource = 0;
  outerDestination = 0;
  outerProtocol = 0;
  outerIdentification = 0;
  outerMoreFragments = 0;
  /** Of a packet that is a fragment: the protocol that its IP or fragment header names, and the bytes of it that this fragment carries. */
  fragmentProtocol = 0;
  fragmentLength = 0;
  /**
   * The outermost packet that carries others and is a first fragment itself: 4 or 6, 0 where there is none; addresses (or their offsets) and
   * fragment fields as above.
   */
  carrierFamily = 0;
  carrierSource = 0;
  carrierDestination = 0;
  carrierProtocol = 0;
  carrierIdentification = 0;
  carrierLength = 0;
  /** Headers inside headers so far, against bombs (tunnel.ts). */
  nesting = 0;
  /** 1 where the link layer says that the frame went to a group (multicast or broadcast). */
  toGroup = 0;
  /** ICMP or ICMPv6 type and code. */
  icmpType = 0;
  icmpCode = 0;
  /** Where the packet that an ICMP error quotes begins, and the bytes captured of it; 0 where it quotes none. */
  quoteOffset = 0;
  quoteCaptured = 0;
  /** What decodeFrame said of it (reason.ts). */
  reason = 0;
  /** The frame's length on the wire in bytes, and its time; the first two as signed integers of 32 bits. */
  frameLength = 0;
  seconds = 0;
  nanoseconds = 0;
  /** 1 where `source` and `destination` are the numbers of addresses of IPv6 (address-table.ts). */
  isNumbered = 0;
  /** Of TCP and UDP: the hash of the two sockets (connection-table.ts). */
  hash = 0;
}

export const PROTOCOL_ICMP = 1;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;
export const PROTOCOL_ICMPV6 = 58;

export const TCP_FIN = 0x01;
export const TCP_SYN = 0x02;
export const TCP_RST = 0x04;
export const TCP_ACK = 0x10;
