import { decodeIeee80211 } from './ieee80211.ts';
import type { Packet } from './packet.ts';
import { MALFORMED, TRUNCATED } from './reason.ts';

// https://www.tcpdump.org/linktypes.html: LINKTYPE_IEEE802_11_PRISM has message code and length in the byte order of the driver,
// LINKTYPE_IEEE802_11_AVS version and length in network order
const CODE = 0;
const LENGTH = 4;
const HEADER_LENGTH = 8;
/** Drivers write AVS headers under the number of Prism too. */
const AVS_VERSION_MASK = 0xfffff000 | 0;
const AVS_VERSION = 0x80211000 | 0;

/** Reads a wireless frame behind a Prism or AVS header. */
export function decodePrism(
  packet: Packet,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  captured: number,
  length: number,
): number {
  if (captured < HEADER_LENGTH) return length < HEADER_LENGTH ? MALFORMED : TRUNCATED;
  const isAvs = (view.getInt32(offset + CODE) & AVS_VERSION_MASK) === AVS_VERSION;
  const little = view.getUint32(offset + LENGTH, true);
  // The length is small, so the byte order shows itself: the other one gives a huge number.
  const size = isAvs || little > 0xffff ? view.getUint32(offset + LENGTH) : little;
  if (size < HEADER_LENGTH) return MALFORMED;
  if (captured < size) return length < size ? MALFORMED : TRUNCATED;
  return decodeIeee80211(packet, bytes, view, offset + size, captured - size, length - size, 1, false);
}
