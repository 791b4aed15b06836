import type { ConnectionTable } from './connection-table.ts';
import {
  FRAGMENT_BYTES,
  FRAGMENT_CONNECTION_DESTINATION,
  FRAGMENT_CONNECTION_KEY,
  FRAGMENT_CONNECTION_SOURCE,
  FRAGMENT_DESTINATION,
  FRAGMENT_FRAME,
  FRAGMENT_IDENTIFICATION,
  FRAGMENT_KEY,
  FRAGMENT_LENGTH,
  FRAGMENT_NANOSECONDS,
  FRAGMENT_PLACE,
  FRAGMENT_PORTS,
  FRAGMENT_SECONDS,
  FRAGMENT_SOURCE,
  FRAGMENT_WIDTH,
} from './fragments.ts';
import { connectionAtFrame } from './join-icmp.ts';
import type { Messages } from './part.ts';
import { addBytes, COPY_WINDOW_NANOSECONDS, nanosecondsBetween, PACKETS_A, RECORD_INTS } from './record.ts';

/** How long a datagram may take to arrive (RFC 1122 section 3.3.2 asks for 60 to 120 s, RFC 8200 section 4.5 for 60 s). */
const REASSEMBLY_NANOSECONDS = 60e9;
/** Fragments are sent one after the other: two that lie farther apart may be of two datagrams whose identification came again. */
const OVERLAP_NANOSECONDS = 1e9;
/** Fragments of one datagram that may wait for its first: 65,535 bytes in pieces of the smallest IPv4 MTU (68) are more than any real one. */
const MAX_WAITING = 64;
/** Ranges of one datagram that are compared. */
const MAX_RANGES = 64;

/** Fragments with the same addresses, protocol and identification. */
interface Datagram {
  /** Its first fragment; -1 where it was not seen yet. */
  first: number;
  waiting: number[];
  /** Fragments whose bytes are compared with those that follow. */
  ranges: number[];
}

/**
 * Gives each fragment without ports to the connection of the first fragment of its datagram: the frame counts in its packets and
 * bytes. A fragment may come before the first one. Of overlaps nobody knows which bytes the receiver takes (RFC 5722): they are counted.
 * @returns how many fragments found their connection (the others have no first fragment in the capture), and how many overlap others
 */
export function joinFragments(table: ConnectionTable, messages: Messages): { joined: number; overlapping: number } {
  const values = messages.values;
  const datagrams = new Map<string, Datagram>();
  let joined = 0;
  let overlapping = 0;
  for (let i = 0; i < messages.count; i++) {
    const at = i * FRAGMENT_WIDTH;
    const key = `${values[at + FRAGMENT_KEY]} ${values[at + FRAGMENT_SOURCE]} ${values[at + FRAGMENT_DESTINATION]} ${values[at + FRAGMENT_IDENTIFICATION]}`;
    const isFirst = values[at + FRAGMENT_PLACE] >> 1 === 0;
    let datagram = datagrams.get(key);
    if (datagram === undefined || (isFirst && datagram.first >= 0 && !isCopy(values, datagram.first, at))) {
      datagram = { first: -1, waiting: [], ranges: [] };
      datagrams.set(key, datagram);
    }
    if (overlaps(values, datagram.ranges, at)) overlapping++;
    if (datagram.ranges.length < MAX_RANGES) datagram.ranges.push(at);
    if (isFirst) {
      datagram.first = at;
      for (const early of datagram.waiting)
        if (isSameDatagram(values, early, at)) joined += addFragment(table, values, early, at);
      datagram.waiting = [];
    } else if (datagram.first >= 0 && isSameDatagram(values, datagram.first, at)) {
      joined += addFragment(table, values, at, datagram.first);
    } else {
      datagram.waiting = [...datagram.waiting.slice(-MAX_WAITING), at];
    }
  }
  return { joined, overlapping };
}

/** The same bytes again, at once: another point of the capture. */
function isCopy(values: Int32Array, from: number, to: number): boolean {
  return (
    values[from + FRAGMENT_LENGTH] === values[to + FRAGMENT_LENGTH] &&
    Math.abs(between(values, from, to)) < COPY_WINDOW_NANOSECONDS
  );
}

/** True where a fragment brings bytes that others brought already, but not the very same ones. */
function overlaps(values: Int32Array, others: readonly number[], at: number): boolean {
  const start = values[at + FRAGMENT_PLACE] >>> 1;
  const end = start + values[at + FRAGMENT_LENGTH];
  return others.some((other) => {
    const from = values[other + FRAGMENT_PLACE] >>> 1;
    const to = from + values[other + FRAGMENT_LENGTH];
    if (from >= end || to <= start || (from === start && to === end)) return false;
    return Math.abs(between(values, other, at)) < OVERLAP_NANOSECONDS;
  });
}

function isSameDatagram(values: Int32Array, from: number, to: number): boolean {
  return Math.abs(between(values, from, to)) <= REASSEMBLY_NANOSECONDS;
}

function between(values: Int32Array, from: number, to: number): number {
  return nanosecondsBetween(
    values[from + FRAGMENT_SECONDS],
    values[from + FRAGMENT_NANOSECONDS],
    values[to + FRAGMENT_SECONDS],
    values[to + FRAGMENT_NANOSECONDS],
  );
}

function addFragment(table: ConnectionTable, values: Int32Array, at: number, first: number): number {
  const ports = values[first + FRAGMENT_PORTS];
  const latest = table.find(
    values[first + FRAGMENT_CONNECTION_KEY],
    values[first + FRAGMENT_CONNECTION_SOURCE],
    values[first + FRAGMENT_CONNECTION_DESTINATION],
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
