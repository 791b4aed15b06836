import { decodeIeee80211 } from './ieee80211.ts';
import type { Packet } from './packet.ts';
import { MALFORMED, TRUNCATED } from './reason.ts';

// Network Monitor's header in front of IEEE 802.11 frames, little-endian, as Wireshark reads it (packet-ieee80211-netmon.c):
// version, length of the header, mode of the adapter; then radio data
const LENGTH = 1;
const MODE = 3;
const SMALLEST_HEADER = 7;
const MONITOR_MODE = 0x8000_0000;

/**
 * Reads a wireless frame of Network Monitor. Where the adapter was not in monitor mode, the frame is decrypted already and is no aggregate
 * any more, though its flags still say so.
 */
export function decodeNetmonWifi(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < SMALLEST_HEADER) return length < SMALLEST_HEADER ? MALFORMED : TRUNCATED;
  const size = view.getUint16(offset + LENGTH, true);
  if (size < SMALLEST_HEADER || size > length) return MALFORMED;
  if (size > captured) return TRUNCATED;
  const isDecrypted = (view.getUint32(offset + MODE, true) & MONITOR_MODE) === 0;
  return decodeIeee80211(packet, bytes, view, offset + size, captured - size, length - size, 1, isDecrypted);
}
