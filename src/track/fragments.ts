import type { Packet } from '../decode/packet.ts';
import type { AddressTable } from './address-table.ts';
import type { MessageLog } from './message-log.ts';
import { KIND_IPV6 } from './record.ts';

// The fields of one message.
/** Protocol and family, as the key part of KIND. */
export const FRAGMENT_KEY = 0;
export const FRAGMENT_SOURCE = 1;
export const FRAGMENT_DESTINATION = 2;
export const FRAGMENT_IDENTIFICATION = 3;
/** Source port << 16 | destination port; of a first fragment only. */
export const FRAGMENT_PORTS = 4;
/** Byte offset << 1 | more fragments. */
export const FRAGMENT_PLACE = 5;
/** Bytes of the frame on the wire. */
export const FRAGMENT_BYTES = 6;
export const FRAGMENT_SECONDS = 7;
export const FRAGMENT_NANOSECONDS = 8;
export const FRAGMENT_FRAME = 9;
export const FRAGMENT_WIDTH = 10;

/** Keeps a fragment of TCP or UDP; the first one is the key to the ports of the others (join-fragments.ts). */
export function logFragment(
  log: MessageLog,
  addresses: AddressTable,
  packet: Packet,
  view: DataView,
  length: number,
  seconds: number,
  nanoseconds: number,
  frame: number,
): void {
  const at = log.next();
  if (at < 0) return;
  const isV4 = packet.family === 4;
  const values = log.values;
  values[at + FRAGMENT_KEY] = packet.protocol | (isV4 ? 0 : KIND_IPV6);
  values[at + FRAGMENT_SOURCE] = isV4 ? packet.source : addresses.intern(view, packet.sourceOffset);
  values[at + FRAGMENT_DESTINATION] = isV4 ? packet.destination : addresses.intern(view, packet.destinationOffset);
  values[at + FRAGMENT_IDENTIFICATION] = packet.identification;
  values[at + FRAGMENT_PORTS] = packet.fragmentOffset === 0 ? (packet.sourcePort << 16) | packet.destinationPort : 0;
  values[at + FRAGMENT_PLACE] = (packet.fragmentOffset << 1) | packet.moreFragments;
  values[at + FRAGMENT_BYTES] = length;
  values[at + FRAGMENT_SECONDS] = seconds;
  values[at + FRAGMENT_NANOSECONDS] = nanoseconds;
  values[at + FRAGMENT_FRAME] = frame;
}
