import type { ConnectionTable } from './connection-table.ts';
import {
  FRAGMENT_BYTES,
  FRAGMENT_DESTINATION,
  FRAGMENT_FRAME,
  FRAGMENT_IDENTIFICATION,
  FRAGMENT_KEY,
  FRAGMENT_NANOSECONDS,
  FRAGMENT_PLACE,
  FRAGMENT_PORTS,
  FRAGMENT_SECONDS,
  FRAGMENT_SOURCE,
  FRAGMENT_WIDTH,
} from './fragments.ts';
import { connectionAtFrame } from './join-icmp.ts';
import type { Messages } from './part.ts';
import { addBytes, nanosecondsBetween, PACKETS_A, RECORD_INTS } from './record.ts';

/** How long a datagram may take to arrive (RFC 1122 section 3.3.2 asks for 60 to 120 s, RFC 8200 section 4.5 for 60 s). */
const REASSEMBLY_NANOSECONDS = 60e9;

/**
 * Gives each fragment without ports to the connection of the first fragment of its datagram: the frame counts in its packets and
 * bytes. A fragment may come before the first one.
 * @returns how many fragments found their connection; the others have no first fragment in the capture
 */
export function joinFragments(table: ConnectionTable, messages: Messages): number {
  const values = messages.values;
  const firstOf = new Map<string, number>();
  const waiting = new Map<string, number[]>();
  let joined = 0;
  for (let i = 0; i < messages.count; i++) {
    const at = i * FRAGMENT_WIDTH;
    const key = `${values[at + FRAGMENT_KEY]} ${values[at + FRAGMENT_SOURCE]} ${values[at + FRAGMENT_DESTINATION]} ${values[at + FRAGMENT_IDENTIFICATION]}`;
    if (values[at + FRAGMENT_PLACE] >> 1 === 0) {
      firstOf.set(key, at);
      for (const early of waiting.get(key) ?? [])
        if (isSameDatagram(values, early, at)) joined += addFragment(table, values, early, at);
      waiting.delete(key);
      continue;
    }
    const first = firstOf.get(key);
    if (first !== undefined && isSameDatagram(values, first, at)) joined += addFragment(table, values, at, first);
    else waiting.set(key, [...(waiting.get(key) ?? []).slice(-MAX_WAITING), at]);
  }
  return joined;
}

/** Fragments of one datagram that may wait for its first: 65,535 bytes in pieces of the smallest IPv4 MTU (68) are more than any real one. */
const MAX_WAITING = 64;

function isSameDatagram(values: Int32Array, from: number, to: number): boolean {
  const time = nanosecondsBetween(
    values[from + FRAGMENT_SECONDS],
    values[from + FRAGMENT_NANOSECONDS],
    values[to + FRAGMENT_SECONDS],
    values[to + FRAGMENT_NANOSECONDS],
  );
  return Math.abs(time) <= REASSEMBLY_NANOSECONDS;
}

function addFragment(table: ConnectionTable, values: Int32Array, at: number, first: number): number {
  const ports = values[first + FRAGMENT_PORTS];
  const latest = table.find(
    values[at + FRAGMENT_KEY],
    values[at + FRAGMENT_SOURCE],
    values[at + FRAGMENT_DESTINATION],
    ports >>> 16,
    ports & 0xffff,
  );
  if (latest < 0) return 0;
  const side = table.direction;
  const number = connectionAtFrame(table, latest, values[first + FRAGMENT_FRAME] >>> 0);
  table.records[number * RECORD_INTS + PACKETS_A + side]++;
  addBytes(table.records, number * RECORD_INTS, side, values[at + FRAGMENT_BYTES] >>> 0);
  return 1;
}
