import type { ConnectionTable } from './connection-table.ts';
import { joinRecords } from './join-records.ts';
import {
  ADDRESS_A,
  absorb,
  CLIENT_IS_B,
  HANDSHAKE,
  INITIAL_SEQUENCE,
  KIND,
  KIND_BESIDE,
  PORTS,
  PREVIOUS,
  RECORD_INTS,
  STATE,
  SYN_SEEN,
} from './record.ts';

const PROTOCOL_TCP = 6;

/**
 * Joins a SYN-ACK that was captured before its SYN (two interfaces, two queues) to the connection of that SYN. Done once all parts
 * are one: the two records stand next to each other on the same four values.
 */
export function joinReorderedHandshakes(table: ConnectionTable): void {
  const { records } = table;
  for (let number = 0; number < table.count; number++) {
    const at = number * RECORD_INTS;
    const previous = records[at + PREVIOUS] - 1;
    if (previous < 0 || (records[at + KIND] & (0xff | KIND_BESIDE)) !== PROTOCOL_TCP) continue;
    if (!table.has(number) || !table.has(previous)) continue;
    const earlier = previous * RECORD_INTS;
    if ((records[at + STATE] & SYN_SEEN) === 0 || (records[earlier + STATE] & (HANDSHAKE | SYN_SEEN)) !== HANDSHAKE)
      continue;
    if (records[at + INITIAL_SEQUENCE] !== records[earlier + INITIAL_SEQUENCE]) continue;
    const flipped = isFlipped(records, at, earlier) ? 1 : 0;
    if (clientSide(records, earlier) !== (clientSide(records, at) ^ flipped)) continue;
    joinRecords(records, previous, records, number, flipped, 0);
    records[earlier + INITIAL_SEQUENCE] = records[at + INITIAL_SEQUENCE];
    absorb(records, number, previous);
  }
}

function isFlipped(records: Int32Array, at: number, other: number): boolean {
  return records[at + PORTS] !== records[other + PORTS] || records[at + ADDRESS_A] !== records[other + ADDRESS_A];
}

function clientSide(records: Int32Array, at: number): number {
  return (records[at + STATE] & CLIENT_IS_B) !== 0 ? 1 : 0;
}
