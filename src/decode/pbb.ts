import { decodeEthernet } from './ethernet.ts';
import type { Packet } from './packet.ts';
import { MALFORMED, TRUNCATED } from './reason.ts';
import { enterTunnel, separate, TUNNEL_PBB } from './tunnel.ts';

// IEEE 802.1Q clause 9.7 (I-TAG): priority and flags in one byte, service id in three, then the frame of the customer
const SERVICE_ID = 1;
const HEADER_LENGTH = 4;

/** Reads through a provider backbone bridge (IEEE 802.1ah, "MAC in MAC"). */
export function decodePbb(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
  const service =
    (bytes[offset + SERVICE_ID] << 16) | (bytes[offset + SERVICE_ID + 1] << 8) | bytes[offset + SERVICE_ID + 2];
  enterTunnel(packet, TUNNEL_PBB, service);
  separate(packet, TUNNEL_PBB, service);
  return decodeEthernet(packet, bytes, view, offset + HEADER_LENGTH, captured - HEADER_LENGTH, length - HEADER_LENGTH);
}
