import type { Packet } from './packet.ts';
import { MALFORMED, NOT_FOR_US, TRUNCATED, UDP } from './reason.ts';
import { decodeUdpTunnel, isTunnelPort } from './udp-tunnel.ts';

// RFC 768
const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;
const LENGTH = 4;
const HEADER_LENGTH = 8;
const PORTS_LENGTH = 4;

/**
 * Reads a UDP header; 4 captured bytes are enough for the ports. The length field is believed only where it fits into the
 * IP length: a jumbogram (RFC 2675) and the first fragment of a datagram carry other values there. A tunnel is read through.
 */
export function decodeUdp(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (length < HEADER_LENGTH) return MALFORMED;
  if (captured < PORTS_LENGTH) return TRUNCATED;
  packet.sourcePort = (bytes[offset + SOURCE_PORT] << 8) | bytes[offset + SOURCE_PORT + 1];
  packet.destinationPort = (bytes[offset + DESTINATION_PORT] << 8) | bytes[offset + DESTINATION_PORT + 1];
  let datagram = length;
  if (captured >= HEADER_LENGTH) {
    const stated = (bytes[offset + LENGTH] << 8) | bytes[offset + LENGTH + 1];
    if (stated >= HEADER_LENGTH && stated < datagram) datagram = stated;
  }
  const payloadLength = datagram - HEADER_LENGTH;
  const payloadCaptured = captured - HEADER_LENGTH;
  packet.payloadLength = payloadLength;
  packet.payloadOffset = offset + HEADER_LENGTH;
  packet.payloadCaptured = payloadCaptured < 0 ? 0 : Math.min(payloadCaptured, payloadLength);
  if (isTunnelPort(packet.destinationPort)) return decodeSuspect(packet, bytes, view, packet.destinationPort);
  if (isTunnelPort(packet.sourcePort)) return decodeSuspect(packet, bytes, view, packet.sourcePort);
  return UDP;
}

/** A datagram to or from the port of a tunnel is an ordinary one where its bytes are not of that tunnel. */
function decodeSuspect(packet: Packet, bytes: Uint8Array, view: DataView, port: number): number {
  const { payloadOffset, payloadCaptured, payloadLength } = packet;
  const reason = decodeUdpTunnel(packet, bytes, view, port, payloadOffset, payloadCaptured, payloadLength);
  return reason === NOT_FOR_US ? UDP : reason;
}
