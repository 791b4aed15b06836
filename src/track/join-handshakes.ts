import type { ConnectionTable } from './connection-table.ts';
import { joinRecords } from './join-records.ts';
import {
  ABSORBED,
  ABSORBED_INTO,
  ADDRESS_A,
  absorb,
  CLIENT_IS_B,
  COUNTS,
  FIRST_FRAME,
  HANDSHAKE,
  INITIAL_SEQUENCE,
  KIND,
  KIND_BESIDE,
  PACKETS_A,
  PORTS,
  PREVIOUS,
  RECORD_INTS,
  STATE,
  SYN_SEEN,
  SYNACK_A,
} from './record.ts';

const PROTOCOL_TCP = 6;

/**
 * Joins a SYN-ACK that was captured before its SYN (two interfaces, two queues) to the connection of that SYN, and what two SYNs opened that crossed.
 * Done once all parts are one: the records stand next to each other on the same four values.
 */
export function joinHandshakes(table: ConnectionTable): void {
  const { records } = table;
  /** By connection that two SYNs opened: the record of the other SYN. */
  const crossed = new Map<number, number>();
  for (let number = 0; number < table.count; number++) {
    const at = number * RECORD_INTS;
    const previous = records[at + PREVIOUS] - 1;
    if (previous < 0 || (records[at + KIND] & (0xff | KIND_BESIDE)) !== PROTOCOL_TCP) continue;
    if (!table.has(number)) continue;
    if (!table.has(previous)) {
      joinRest(records, number, previous, crossed);
      continue;
    }
    const first = crossedAt(table, number, previous);
    if (first >= 0) {
      joinInto(records, first, previous, true);
      joinInto(records, first, number, false);
      crossed.set(first, previous);
      continue;
    }
    const earlier = previous * RECORD_INTS;
    if ((records[at + STATE] & SYN_SEEN) === 0 || (records[earlier + STATE] & (HANDSHAKE | SYN_SEEN)) !== HANDSHAKE)
      continue;
    if (records[at + INITIAL_SEQUENCE] !== records[earlier + INITIAL_SEQUENCE]) continue;
    const flipped = isFlipped(records, at, earlier) ? 1 : 0;
    if (!hasSameClient(records, at, earlier)) continue;
    joinRecords(records, previous, records, number, flipped, 0);
    records[earlier + INITIAL_SEQUENCE] = records[at + INITIAL_SEQUENCE];
    absorb(records, number, previous);
  }
}

/**
 * Both ends open the connection at once (RFC 9293 section 3.5, figure 8): each sends a SYN, and a SYN-ACK for that of the other. A SYN-ACK for a SYN
 * whose sender meanwhile got another one, from the end that acknowledges it, can be nothing else.
 * @returns the number of the record with the first SYN, where `previous` has the second one and `number` the SYN-ACK for the first; else -1
 */
function crossedAt(table: ConnectionTable, number: number, previous: number): number {
  const { records } = table;
  const at = number * RECORD_INTS;
  const second = previous * RECORD_INTS;
  const first = records[second + PREVIOUS] - 1;
  if (first < 0 || !table.has(first) || (records[second + STATE] & SYN_SEEN) === 0) return -1;
  const earliest = first * RECORD_INTS;
  const client = clientSide(records, earliest);
  const isOpening = (records[earliest + STATE] & SYN_SEEN) !== 0 && records[earliest + PACKETS_A + 1 - client] === 0;
  const isAnswer = (records[at + STATE] & (SYNACK_A << (1 - clientSide(records, at)))) !== 0;
  if (!isOpening || !isAnswer || !isOfHandshake(records, at, earliest)) return -1;
  return hasSameClient(records, second, earliest) ? -1 : first;
}

/** What comes behind two SYNs that crossed, and belongs to either, is of that connection. */
function joinRest(records: Int32Array, number: number, previous: number, crossed: Map<number, number>): void {
  if (records[previous * RECORD_INTS + FIRST_FRAME] !== ABSORBED) return;
  const into = records[previous * RECORD_INTS + ABSORBED_INTO];
  const other = crossed.get(into);
  if (other === undefined) return;
  const at = number * RECORD_INTS;
  if (isOfHandshake(records, at, into * RECORD_INTS) || isOfHandshake(records, at, other * RECORD_INTS))
    joinInto(records, into, number, true);
}

/** @param asAnswer its SYNs are no attempts of the client */
function joinInto(records: Int32Array, into: number, number: number, asAnswer: boolean): void {
  const at = number * RECORD_INTS;
  if (asAnswer) records[at + COUNTS] &= 0xffff;
  joinRecords(records, into, records, number, isFlipped(records, at, into * RECORD_INTS) ? 1 : 0, 0);
  absorb(records, number, into);
}

/** True where a record began with a segment of the handshake that another one began with. */
function isOfHandshake(records: Int32Array, at: number, other: number): boolean {
  return (
    (records[at + STATE] & records[other + STATE] & HANDSHAKE) !== 0 &&
    records[at + INITIAL_SEQUENCE] === records[other + INITIAL_SEQUENCE] &&
    hasSameClient(records, at, other)
  );
}

function hasSameClient(records: Int32Array, at: number, other: number): boolean {
  return clientSide(records, other) === (clientSide(records, at) ^ (isFlipped(records, at, other) ? 1 : 0));
}

function isFlipped(records: Int32Array, at: number, other: number): boolean {
  return records[at + PORTS] !== records[other + PORTS] || records[at + ADDRESS_A] !== records[other + ADDRESS_A];
}

function clientSide(records: Int32Array, at: number): number {
  return (records[at + STATE] & CLIENT_IS_B) !== 0 ? 1 : 0;
}
