import type { FrameNotes } from '../capture/frame-notes.ts';
import type { Packet } from '../decode/packet.ts';
import type { AddressTable } from './address-table.ts';
import type { MessageLog } from './message-log.ts';
import { KIND_IPV6 } from './record.ts';

// The fields of one message: a packet that the capturing system dropped.
/** Protocol and family, as the key part of KIND. */
export const DROP_KEY = 0;
export const DROP_SOURCE = 1;
export const DROP_DESTINATION = 2;
/** Source port << 16 | destination port. */
export const DROP_PORTS = 3;
/** PKTMON_DROP_REASON, -1 where it is not told, and where in the system's code. */
export const DROP_REASON = 4;
export const DROP_LOCATION = 5;
/** Component << 3 | direction << 1 | 1 where a drop of the same packet came before. */
export const DROP_FLAGS = 6;
export const DROP_FRAME = 7;
export const DROP_WIDTH = 8;

/** Keeps the drop of a TCP or UDP packet with ports. */
export function logDrop(
  log: MessageLog,
  addresses: AddressTable,
  packet: Packet,
  view: DataView,
  notes: FrameNotes,
  isRepeated: boolean,
  frame: number,
): void {
  const at = log.next();
  if (at < 0) return;
  const isV4 = packet.family === 4;
  const values = log.values;
  values[at + DROP_KEY] = packet.protocol | (isV4 ? 0 : KIND_IPV6);
  values[at + DROP_SOURCE] = isV4 ? packet.source : addresses.intern(view, packet.sourceOffset);
  values[at + DROP_DESTINATION] = isV4 ? packet.destination : addresses.intern(view, packet.destinationOffset);
  values[at + DROP_PORTS] = (packet.sourcePort << 16) | packet.destinationPort;
  values[at + DROP_REASON] = notes.dropReason;
  values[at + DROP_LOCATION] = notes.dropLocation;
  values[at + DROP_FLAGS] = (notes.component << 3) | (notes.direction << 1) | (isRepeated ? 1 : 0);
  values[at + DROP_FRAME] = frame;
  if (!isV4 && (values[at + DROP_SOURCE] < 0 || values[at + DROP_DESTINATION] < 0)) log.lose();
}
