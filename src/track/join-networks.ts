import type { ConnectionTable } from './connection-table.ts';
import { joinRecords } from './join-records.ts';
import { NetworkSets } from './network-sets.ts';
import { separationOf } from './networks.ts';
import { overlayRecord } from './overlay-records.ts';
import {
  ADDRESS_A,
  ATTEMPT_IDS,
  absorb,
  CLIENT_IS_B,
  COPY_WINDOW_NANOSECONDS,
  FIRST_FRAME,
  FIRST_NANOSECONDS,
  FIRST_SECONDS,
  HANDSHAKE,
  INITIAL_SEQUENCE,
  KIND,
  KIND_BESIDE,
  nanosecondsBetween,
  networkOf,
  PACKETS_A,
  PORTS,
  PREVIOUS,
  RECORD_INTS,
  STATE,
} from './record.ts';
import { isSameHandshake } from './tcp.ts';

const PROTOCOL_TCP = 6;
/** UDP exchanges on the same ports in different networks that are compared with one another; more are taken for one. */
const MOST_EXCHANGES = 64;

/** A connection that the same four values name beside others, in the networks that `separations` tell (networks.ts). */
interface ApartConnection {
  number: number;
  separations: ReadonlySet<number>;
}

/** Connections of one group each, by the number of every record in it; only where the group has several networks. */
export type ApartConnections = ReadonlyMap<number, Group>;

interface Group {
  connections: readonly ApartConnection[];
  separationOf: (network: number) => number;
}

/** What the capture shows of frames with the same four values in several networks. */
export interface JoinedNetworks {
  apart: ApartConnections;
  /** Connections that are taken for one for want of a proof: in which network they were, nobody can tell. */
  unsure: ReadonlySet<number>;
}

/** A UDP exchange that some network shows without an answer: what other connections show of the networks decides whether it is one. */
export interface OpenExchange {
  /** Of one of its records. */
  number: number;
  /** One of each of the networks that it may be apart in. */
  networks: readonly number[];
}

interface OpenGroup extends OpenExchange {
  numbers: readonly number[];
  pieces: readonly Piece[];
  components: NetworkSets;
}

/** A record of a group. */
interface Piece {
  number: number;
  /** The record that it is beside, or itself. */
  main: number;
  separation: number;
  hasHandshake: boolean;
}

/**
 * Decides what frames with the same four values in several VLANs or tunnels are, once all parts are one. Most are one connection: copies
 * before and after a router, or directions that are tagged in different ways. They are told apart only where the capture proves it:
 *
 * - TCP: each network shows handshakes of its own and no handshake shows in two of them; and no network began with what may be the answer
 *   to a handshake of another one, and none shows only one direction where another shows only the other.
 * - UDP: each network shows both directions, and their first datagrams are no copies of each other. Where one shows only questions, it is
 *   told apart if `areProven` says of the networks, by what other connections of the two addresses show, that they are two.
 *
 * So a connection is never called unanswered because its answers carry another tag.
 * @param networks the words of the NetworkTable
 * @param networkCount how many it holds
 * @param sets gets the networks of which some connection shows that they are one
 * @param areProven asked once, when all other connections have been decided
 */
export function joinNetworks(
  table: ConnectionTable,
  networks: Int32Array,
  networkCount: number,
  sets: NetworkSets,
  areProven: (exchanges: readonly OpenExchange[]) => readonly boolean[],
): JoinedNetworks {
  const apart = new Map<number, Group>();
  const unsure = new Set<number>();
  if (networkCount === 0) return { apart, unsure };
  const { records } = table;
  const open: OpenGroup[] = [];
  const decide = (numbers: readonly number[], pieces: readonly Piece[], components: NetworkSets | null): void => {
    if (components === null) {
      for (const { number, main } of pieces) if (number !== main) overlay(records, main, number);
      return;
    }
    const connections = separate(records, pieces, components);
    const group: Group = { connections, separationOf: (network) => separationOf(networks, network) };
    for (const number of numbers) apart.set(number, group);
  };
  for (const numbers of groupsOf(table, networks)) {
    const pieces = numbers.map((number): Piece => {
      const at = number * RECORD_INTS;
      return {
        number,
        main: (records[at + KIND] & KIND_BESIDE) !== 0 ? records[at + PREVIOUS] - 1 : number,
        separation: separationOf(networks, networkOf(records[at + KIND])),
        hasHandshake: (records[at + STATE] & HANDSHAKE) !== 0,
      };
    });
    const isTcp = (records[numbers[0] * RECORD_INTS + KIND] & 0xff) === PROTOCOL_TCP;
    const components = isTcp ? tcpComponents(records, pieces) : udpComponents(records, pieces);
    if (components === 'open') {
      open.push(openGroup(records, numbers, pieces));
      continue;
    }
    for (const { separation } of pieces)
      sets.join(separation, components === null ? pieces[0].separation : components.of(separation));
    decide(numbers, pieces, components);
  }
  if (open.length === 0) return { apart, unsure };
  for (const { pieces, components } of open)
    for (const { separation } of pieces) sets.join(separation, components.of(separation));
  const proven = areProven(open);
  for (const [i, { numbers, pieces, components }] of open.entries()) {
    decide(numbers, pieces, proven[i] ? components : null);
    if (!proven[i]) for (const { main } of pieces) unsure.add(main);
  }
  return { apart, unsure };
}

function openGroup(records: Int32Array, numbers: readonly number[], pieces: readonly Piece[]): OpenGroup {
  const components = copiesOf(records, pieces);
  const networks = new Map<number, number>();
  for (const { number, separation } of pieces)
    networks.set(components.of(separation), networkOf(records[number * RECORD_INTS + KIND]));
  return { number: numbers[0], networks: [...networks.values()], numbers, pieces, components };
}

/** Of connections that share their four values, the latest in that network that had begun at `frame`; -1 where there is none. */
export function connectionInNetwork(table: ConnectionTable, group: Group, network: number, frame: number): number {
  const separation = group.separationOf(network);
  let found = -1;
  for (const { number, separations } of group.connections) {
    if (!separations.has(separation) || !table.has(number)) continue;
    if (found < 0 || table.records[number * RECORD_INTS + FIRST_FRAME] >>> 0 <= frame) found = number;
  }
  return found;
}

/**
 * The records on the same four values, in the order of their first frame, of all values that have a record beside another, or TCP handshakes of
 * several networks one after the other: each ends the connection before it, though in its own network that one may go on.
 */
function* groupsOf(table: ConnectionTable, networks: Int32Array): Generator<number[]> {
  const { records, count } = table;
  const isApart = (number: number): boolean => {
    const at = number * RECORD_INTS;
    const kind = records[at + KIND];
    if ((kind & KIND_BESIDE) !== 0) return true;
    const previous = records[at + PREVIOUS] - 1;
    if (previous < 0 || (kind & 0xff) !== PROTOCOL_TCP) return false;
    const before = networkOf(records[previous * RECORD_INTS + KIND]);
    return separationOf(networks, networkOf(kind)) !== separationOf(networks, before);
  };
  const roots = new Int32Array(count).fill(-1);
  const rootOf = (number: number): number => {
    let root = number;
    while (roots[root] < 0 && records[root * RECORD_INTS + PREVIOUS] > 0)
      root = records[root * RECORD_INTS + PREVIOUS] - 1;
    if (roots[root] >= 0) root = roots[root];
    for (let at = number; at !== root && roots[at] < 0; at = records[at * RECORD_INTS + PREVIOUS] - 1) roots[at] = root;
    return root;
  };
  const groups = new Map<number, number[]>();
  for (let number = 0; number < count; number++) {
    if (table.has(number) && isApart(number)) groups.set(rootOf(number), []);
  }
  // Where no connection is seen in several networks, which is nearly always so.
  if (groups.size === 0) return;
  for (let number = 0; number < count; number++) if (table.has(number)) groups.get(rootOf(number))?.push(number);
  const first = (number: number): number => records[number * RECORD_INTS + FIRST_FRAME] >>> 0;
  for (const numbers of groups.values()) yield numbers.sort((a, b) => first(a) - first(b));
}

/** @returns null where all are one connection after the other */
function tcpComponents(records: Int32Array, pieces: readonly Piece[]): NetworkSets | null {
  const components = new NetworkSets();
  const mains = new Map(pieces.map((piece) => [piece.number, piece]));
  const shakers = new Map<string, number>();
  for (const { number, main, separation, hasHandshake } of pieces) {
    if (!hasHandshake) continue;
    const at = number * RECORD_INTS;
    // A handshake beside another is the same one: it went there for that.
    const begun = mains.get(main);
    if (begun?.hasHandshake === true) components.join(separation, begun.separation);
    const client =
      ((records[at + STATE] & CLIENT_IS_B) !== 0 ? 1 : 0) ^ flippedTo(records, at, pieces[0].number * RECORD_INTS);
    const key = `${client} ${records[at + INITIAL_SEQUENCE]}`;
    const known = shakers.get(key);
    if (known === undefined) shakers.set(key, separation);
    else components.join(separation, known);
  }
  const all = new Set(pieces.map(({ separation }) => components.of(separation)));
  if (all.size === 1 || areDirections(records, pieces, components)) return null;
  const withHandshake = new Set<number>();
  for (const { main, separation, hasHandshake } of pieces) {
    const component = components.of(separation);
    if (hasHandshake) withHandshake.add(component);
    if (withHandshake.has(component)) continue;
    const begun = mains.get(main);
    if (begun?.hasHandshake === true && components.of(begun.separation) !== component) return null;
  }
  return withHandshake.size === all.size ? components : null;
}

/** True where one network shows only what one side sent, and another one only what the other did. */
function areDirections(records: Int32Array, pieces: readonly Piece[], components: NetworkSets): boolean {
  const sides = new Map<number, number>();
  for (const { number, separation } of pieces) {
    const at = number * RECORD_INTS;
    const flipped = flippedTo(records, at, pieces[0].number * RECORD_INTS);
    const component = components.of(separation);
    for (const side of [0, 1])
      if (records[at + PACKETS_A + side] > 0)
        sides.set(component, (sides.get(component) ?? 0) | (1 << (side ^ flipped)));
  }
  const seen = [...sides.values()];
  return seen.includes(1) && seen.includes(2);
}

/** @returns null where all are one exchange; 'open' where some network shows only questions, and none only answers */
function udpComponents(records: Int32Array, pieces: readonly Piece[]): NetworkSets | null | 'open' {
  if (pieces.length > MOST_EXCHANGES) return null;
  const directions = pieces.map(({ number }) => {
    const at = number * RECORD_INTS;
    const flipped = flippedTo(records, at, pieces[0].number * RECORD_INTS);
    const seen = (side: number): number => (records[at + PACKETS_A + side] > 0 ? 1 << (side ^ flipped) : 0);
    return { seen: seen(0) | seen(1), asker: 1 << flipped };
  });
  if (directions.every(({ seen }) => seen === 3)) {
    const components = copiesOf(records, pieces);
    const all = new Set(pieces.map(({ separation }) => components.of(separation)));
    return all.size === 1 ? null : components;
  }
  // Every record begins with a packet of its A: where that is the same host everywhere, nothing here is an answer without its question.
  return directions.every(({ asker }) => asker === directions[0].asker) ? 'open' : null;
}

/** Networks that show the same datagram. */
function copiesOf(records: Int32Array, pieces: readonly Piece[]): NetworkSets {
  const components = new NetworkSets();
  for (let i = 1; i < pieces.length; i++)
    for (let j = 0; j < i; j++)
      if (areCopies(records, pieces[j].number * RECORD_INTS, pieces[i].number * RECORD_INTS))
        components.join(pieces[i].separation, pieces[j].separation);
  return components;
}

/** True where the first datagram of one exchange is that of the other, seen at another place. */
function areCopies(records: Int32Array, first: number, second: number): boolean {
  const between = nanosecondsBetween(
    records[first + FIRST_SECONDS],
    records[first + FIRST_NANOSECONDS],
    records[second + FIRST_SECONDS],
    records[second + FIRST_NANOSECONDS],
  );
  return (
    records[first + ATTEMPT_IDS] >>> 16 === records[second + ATTEMPT_IDS] >>> 16 &&
    Math.abs(between) < COPY_WINDOW_NANOSECONDS
  );
}

/** Makes of the records of each component one connection after the other. */
function separate(records: Int32Array, pieces: readonly Piece[], components: NetworkSets): ApartConnection[] {
  const latest = new Map<number, { number: number; main: number; separations: Set<number> }>();
  const connections: ApartConnection[] = [];
  for (const { number, main, separation } of pieces) {
    const component = components.of(separation);
    const open = latest.get(component);
    if (open !== undefined && open.main === main) overlay(records, open.number, number);
    else if (open !== undefined && goesOn(records, open.number, number)) {
      const at = open.number * RECORD_INTS;
      joinRecords(records, open.number, records, number, flippedTo(records, number * RECORD_INTS, at), 0);
      absorb(records, number, open.number);
      open.main = main;
    } else {
      const begun = { number, main, separations: new Set<number>() };
      latest.set(component, begun);
      connections.push(begun);
    }
    latest.get(component)?.separations.add(separation);
  }
  return connections;
}

/** True where a record of the same network, which comes later, does not begin a connection of its own. */
function goesOn(records: Int32Array, number: number, later: number): boolean {
  const at = number * RECORD_INTS;
  const from = later * RECORD_INTS;
  const state = records[from + STATE];
  if ((state & HANDSHAKE) === 0) return true;
  const client = ((state & CLIENT_IS_B) !== 0 ? 1 : 0) ^ flippedTo(records, from, at);
  return isSameHandshake(
    records[at + STATE],
    records[at + INITIAL_SEQUENCE],
    state,
    records[from + INITIAL_SEQUENCE],
    client,
  );
}

function overlay(records: Int32Array, number: number, from: number): void {
  overlayRecord(records, number, from, flippedTo(records, from * RECORD_INTS, number * RECORD_INTS));
}

/** 1 where A of the record is B of the other. */
function flippedTo(records: Int32Array, at: number, other: number): number {
  const isSame =
    records[at + PORTS] === records[other + PORTS] && records[at + ADDRESS_A] === records[other + ADDRESS_A];
  return isSame ? 0 : 1;
}
