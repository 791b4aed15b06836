/** Joins drops that a log of the Windows firewall tells to connections: by addresses, ports and time. */
import type { ConnectionTable } from './connection-table.ts';
import { addDrop, type DropVerdict } from './join-drops.ts';
import { isSideA } from './join-icmp.ts';
import { FIRST_SECONDS, KIND_IPV6, LAST_SECONDS, PREVIOUS, RECORD_INTS } from './record.ts';

// The fields of one dropped packet.
export const LOG_LINE = 0;
/** Since 1970, UTC. */
export const LOG_SECONDS = 1;
/** Protocol and family, as the key part of KIND. */
export const LOG_KEY = 2;
/** IPv4 in network order, or a number in `addresses`. */
export const LOG_SOURCE = 3;
export const LOG_DESTINATION = 4;
export const LOG_PORTS = 5;
/** DIRECTION_ */
export const LOG_DIRECTION = 6;
export const LOG_WIDTH = 7;

/** Dropped packets that a log tells, LOG_WIDTH integers each. */
export interface LogDrops {
  path: string;
  values: Int32Array;
  count: number;
  /** IPv6 addresses by their number, four integers each. */
  addresses: Int32Array;
  addressCount: number;
}

/** What became of the rows of a log. */
export interface LogJoin {
  /** Rows that tell of a packet of a connection, and these connections. */
  joined: number;
  connections: number;
  /** Rows from before or after the capture. */
  outside: number;
  /** Numbers of the rows within its time that no connection explains. */
  unmatched: number[];
  /** Of the rows that fit a connection by addresses and ports but not by time: how many seconds they lie behind it, and how many rows do. */
  shifts: Map<number, number>;
}

/** The log counts whole seconds, and two clocks in step differ by less than this. */
export const CLOCK_TOLERANCE_SECONDS = 2;
/** Zones lie quarters of an hour apart; what is left beside that is the difference of two clocks. */
const ZONE_STEP = 900;
const MOST_SHIFTS = 1000;

/**
 * @param verdicts gets what the rows say, by record number * 2 + side
 * @param addressNumbers number in the table's part of each IPv6 address of the log, -1 where it has none
 */
export function joinLog(
  table: ConnectionTable,
  verdicts: Map<number, DropVerdict>,
  log: LogDrops,
  addressNumbers: Int32Array,
  start: number,
  end: number,
): LogJoin {
  const { values } = log;
  const connections = new Set<number>();
  const join: LogJoin = { joined: 0, connections: 0, outside: 0, unmatched: [], shifts: new Map() };
  for (let i = 0; i < log.count; i++) {
    const at = i * LOG_WIDTH;
    const key = values[at + LOG_KEY];
    const isV6 = (key & KIND_IPV6) !== 0;
    const source = isV6 ? addressNumbers[values[at + LOG_SOURCE]] : values[at + LOG_SOURCE];
    const destination = isV6 ? addressNumbers[values[at + LOG_DESTINATION]] : values[at + LOG_DESTINATION];
    const ports = values[at + LOG_PORTS];
    const seconds = values[at + LOG_SECONDS] >>> 0;
    const latest =
      isV6 && (source < 0 || destination < 0) ? -1 : table.find(key, source, destination, ports >>> 16, ports & 0xffff);
    const number = latest < 0 ? -1 : connectionAt(table, latest, seconds);
    if (number >= 0) {
      join.joined++;
      connections.add(number);
      addDrop(verdicts, number, {
        by: 'firewall-log',
        cause: 'filter',
        reason: -1,
        location: 0,
        component: 0,
        direction: values[at + LOG_DIRECTION],
        side: isSideA(table, number, source, ports >>> 16) ? 0 : 1,
        packets: 1,
        frame: 0,
        log: { path: log.path, line: values[at + LOG_LINE] },
      });
      continue;
    }
    if (latest >= 0) noteShift(join.shifts, seconds - (table.records[latest * RECORD_INTS + FIRST_SECONDS] >>> 0));
    if (seconds < start - CLOCK_TOLERANCE_SECONDS || seconds > end + CLOCK_TOLERANCE_SECONDS) join.outside++;
    else join.unmatched.push(i);
  }
  join.connections = connections.size;
  return join;
}

/** Of the connections that share their sockets, the latest that was alive at that second; -1 where none was. */
function connectionAt(table: ConnectionTable, latest: number, seconds: number): number {
  const { records } = table;
  for (let number = latest; number >= 0; ) {
    const at = number * RECORD_INTS;
    const first = records[at + FIRST_SECONDS] >>> 0;
    const last = records[at + LAST_SECONDS] >>> 0;
    const isAlive = seconds >= first - CLOCK_TOLERANCE_SECONDS && seconds <= last + CLOCK_TOLERANCE_SECONDS;
    if (isAlive && table.has(number)) return number;
    const previous = records[at + PREVIOUS] - 1;
    if (previous >= number) return -1;
    number = previous;
  }
  return -1;
}

function noteShift(shifts: Map<number, number>, seconds: number): void {
  const zone = Math.round(seconds / ZONE_STEP) * ZONE_STEP;
  const shift = Math.abs(seconds - zone) <= ZONE_STEP / 10 ? zone : seconds;
  if (shifts.has(shift) || shifts.size < MOST_SHIFTS) shifts.set(shift, (shifts.get(shift) ?? 0) + 1);
}
