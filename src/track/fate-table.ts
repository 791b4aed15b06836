import type { Outcome } from '../assess/types.ts';
import type { ConnectionView } from './connection-view.ts';
import { addEvidence, addFrame, sortFrames } from './fate-evidence.ts';
import { EVIDENCE_FRAMES, type FateView, type HostDrop } from './fate-view.ts';
import { type DropVerdict, weight } from './join-drops.ts';
import type { IcmpVerdict } from './join-icmp.ts';
import { type Symptom, slownessOf } from './symptoms.ts';

// The integers of one row. CLIENT to FATE are its key.
const CLIENT = 0;
const SERVER = 1;
/** Port of the server << 16 | network << 2 | IPv6 << 1 | UDP. */
const SERVICE = 2;
/** Lossy << 10 | opened late << 9 | symptom << 5 | outcome. */
const FATE = 3;
/** Has a drop << 19 | has an ICMP error << 18 | to a group << 17 | transfer << 16 | lowest port of the client. */
const MISCELLANY = 4;
const FIRST_FRAME = 5;
const FRAMES = 6;
const FIRST_SECONDS = 11;
const FIRST_NANOSECONDS = 12;
const LAST_SECONDS = 13;
const LAST_NANOSECONDS = 14;
const ROW_INTS = 16;

// The sums of one row, as doubles: a sum of counters may go beyond 2^32.
const CONNECTIONS = 0;
const ATTEMPTS = 1;
const BYTES = 2;
const TO_SERVER = 3;
const TO_CLIENT = 4;
const SLOWEST = 5;
const INFERRED = 6;
const ANSWER_LOST = 7;
const TWO_WAY = 8;
const ODD = 9;
const ROW_SUMS = 10;

const UDP_BIT = 1;
const IPV6_BIT = 2;
const NETWORK_SHIFT = 2;
const NETWORK_MASK = 0x1fff;
const TRANSFER_BIT = 1 << 16;
const GROUP_BIT = 1 << 17;
/** Few rows have an entry in the maps: it is looked for where there is one. */
const ICMP_BIT = 1 << 18;
const DROP_BIT = 1 << 19;
const SYMPTOM_SHIFT = 5;
const OUTCOME_MASK = (1 << SYMPTOM_SHIFT) - 1;
const SYMPTOM_MASK = 15;
const SLOW_BIT = 1 << 9;
const LOSSY_BIT = 1 << 10;

/** Outcomes by their number in a row. */
export const FATE_OUTCOMES: readonly Outcome[] = [
  'established',
  'refused',
  'no-answer',
  'prohibited',
  'unreachable',
  'half-open',
  'midstream',
  'one-sided',
  'answered',
  'one-way',
  'undecided',
  'dropped',
];
const SYMPTOMS: readonly Symptom[] = [
  null,
  'stalled',
  'reset-after-request',
  'smb-refused',
  'stalled-later',
  'unheard',
  'old-connection',
  'not-taken-up',
  'answer-rejected',
  'reset-ignored',
];

/** The frequent ones are the first: a look-up in a Map is slower. */
function numberOf<Word>(words: readonly Word[], word: Word): number {
  let number = 0;
  while (words[number] !== word) number++;
  return number;
}

const FIRST_CAPACITY = 1024;
/** Of a client or a server that has more than this part of all rows, no more are kept when there is no room. */
const LARGE_SHARE = 16;

/** Connections that are added at a time. */
export const AHEAD = 64;

/** Rows of a table, as plain data. */
export interface FateRows {
  count: number;
  rows: Int32Array;
  sums: Float64Array;
  icmp: Map<number, IcmpVerdict>;
  drops: Map<number, HostDrop>;
  /** Connections of conversations for which there was no room, by FATE_OUTCOMES. */
  beyond: Float64Array;
}

/**
 * What the verdicts need of connections: a row for each conversation and fate, in the order of their first connection. Memory follows the
 * number of distinct conversations, however many connections they have.
 */
export class FateTable {
  count = 0;
  #rows: Int32Array;
  #sums: Float64Array;
  #slots: Int32Array;
  #icmp = new Map<number, IcmpVerdict>();
  #drops = new Map<number, HostDrop>();
  readonly #seed: number;
  readonly #limit: number;
  /** There is no room, and no more can be made. */
  #isFull = false;
  /** Clients and servers that have their share of rows, by #endOf. */
  readonly #fullClients = new Set<number>();
  readonly #fullServers = new Set<number>();
  /** Connections of conversations for which there was no room, by FATE_OUTCOMES. */
  readonly beyond = new Float64Array(FATE_OUTCOMES.length);

  /**
   * @param seed mixed into the hashes, so that nobody can choose addresses that collide
   * @param limit most rows
   * @param expected rows that there may be; a guess that only saves time
   */
  constructor(seed: number, limit = Number.POSITIVE_INFINITY, expected = 0) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(FIRST_CAPACITY, Math.min(limit, expected))));
    this.#rows = new Int32Array(capacity * ROW_INTS);
    this.#sums = new Float64Array(capacity * ROW_SUMS);
    this.#slots = new Int32Array(capacity * 4);
    this.#seed = seed;
    this.#limit = Math.max(LARGE_SHARE, limit);
  }

  /** Adds one connection. @param lossy as in FateView */
  add(view: ConnectionView, lossy: boolean): void {
    this.#stage(0, view, lossy);
    this.#put(0, view);
  }

  /**
   * Adds the first `count` of some connections, in their order. Their rows are brought into the cache together, so that the waits for memory
   * overlap.
   * @param count AHEAD at most
   * @param lossy as in FateView, not 0 for true
   */
  addAll(views: readonly ConnectionView[], lossy: Uint8Array, count: number): void {
    for (let i = 0; i < count; i++) this.#stage(i, views[i], lossy[i] !== 0);
    this.#touch(count);
    for (let i = 0; i < count; i++) this.#put(i, views[i]);
  }

  /** What was worked out of connections that are to be added. */
  readonly #stagedService = new Int32Array(AHEAD);
  readonly #stagedFate = new Int32Array(AHEAD);
  readonly #stagedHash = new Int32Array(AHEAD);
  readonly #stagedSlowness = new Float64Array(AHEAD);
  /** Nobody reads it; without it, the engine would leave out the reading of `#touch`. */
  touched = 0;

  #stage(i: number, view: ConnectionView, lossy: boolean): void {
    const slowness = slownessOf(view);
    const service =
      (view.serverPort << 16) |
      (view.network << NETWORK_SHIFT) |
      (view.family === 6 ? IPV6_BIT : 0) |
      (view.proto === 'udp' ? UDP_BIT : 0);
    const fate =
      numberOf(FATE_OUTCOMES, view.outcome) |
      (numberOf(SYMPTOMS, view.symptom) << SYMPTOM_SHIFT) |
      (slowness > 0 ? SLOW_BIT : 0) |
      (lossy ? LOSSY_BIT : 0);
    this.#stagedService[i] = service;
    this.#stagedFate[i] = fate;
    this.#stagedHash[i] = this.#hash(view.client, view.server, service, fate);
    this.#stagedSlowness[i] = slowness;
  }

  #touch(count: number): void {
    const hashes = this.#stagedHash;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += slots[hashes[i] & mask];
    for (let i = 0; i < count; i++) {
      const row = slots[hashes[i] & mask] - 1;
      if (row >= 0) sum += this.#rows[row * ROW_INTS] + this.#sums[row * ROW_SUMS] + this.#sums[row * ROW_SUMS + ODD];
    }
    this.touched = sum;
  }

  /** Adds what was staged at `i`. */
  #put(i: number, view: ConnectionView): void {
    const slowness = this.#stagedSlowness[i];
    const fate = this.#stagedFate[i];
    const row = this.#row(view.client, view.server, this.#stagedService[i], fate, this.#stagedHash[i]);
    if (row < 0) {
      this.beyond[numberOf(FATE_OUTCOMES, view.outcome)]++;
      return;
    }
    const rows = this.#rows;
    const at = row * ROW_INTS;
    const isNew = rows[at + FIRST_FRAME] === 0;
    if (isNew) {
      rows[at + MISCELLANY] = view.clientPort | (view.isTransfer ? TRANSFER_BIT : 0);
      rows[at + LAST_SECONDS] = view.lastSeconds;
      rows[at + LAST_NANOSECONDS] = view.lastNanoseconds;
    }
    if (isNew || view.firstFrame < rows[at + FIRST_FRAME] >>> 0) {
      rows[at + FIRST_FRAME] = view.firstFrame;
      rows[at + FIRST_SECONDS] = view.firstSeconds;
      rows[at + FIRST_NANOSECONDS] = view.firstNanoseconds;
    }
    if (view.toGroup) rows[at + MISCELLANY] |= GROUP_BIT;
    if (view.clientPort < (rows[at + MISCELLANY] & 0xffff)) {
      rows[at + MISCELLANY] = (rows[at + MISCELLANY] & ~0xffff) | view.clientPort;
    }
    if (rows[at + FRAMES + EVIDENCE_FRAMES - 1] === 0) addEvidence(rows, at + FRAMES, view);
    if (isLater(view.lastSeconds, view.lastNanoseconds, rows[at + LAST_SECONDS] >>> 0, rows[at + LAST_NANOSECONDS])) {
      rows[at + LAST_SECONDS] = view.lastSeconds;
      rows[at + LAST_NANOSECONDS] = view.lastNanoseconds;
    }
    const sums = this.#sums;
    const sum = row * ROW_SUMS;
    sums[sum + CONNECTIONS]++;
    sums[sum + ATTEMPTS] += view.attempts;
    sums[sum + BYTES] += view.bytesToServer + view.bytesToClient;
    sums[sum + TO_SERVER] += view.packetsToServer;
    sums[sum + TO_CLIENT] += view.packetsToClient;
    if (slowness > sums[sum + SLOWEST]) sums[sum + SLOWEST] = slowness;
    if (view.clientInferred) sums[sum + INFERRED]++;
    if (isAnswerLost(view)) sums[sum + ANSWER_LOST]++;
    if (view.packetsToServer > 0 && view.packetsToClient > 0) sums[sum + TWO_WAY]++;
    if (!isPlain(view)) sums[sum + ODD]++;
    if (view.icmp !== null) this.#addIcmp(row, view.icmp);
    if (view.drop !== null) this.#addDrop(row, view.drop, view.dropOfAnswers);
  }

  #addDrop(row: number, verdict: DropVerdict, ofAnswers: boolean): void {
    this.#rows[row * ROW_INTS + MISCELLANY] |= DROP_BIT;
    const known = this.#drops.get(row);
    if (known === undefined || weight(verdict.cause) < weight(known.verdict.cause))
      this.#drops.set(row, { verdict, ofAnswers });
  }

  /** The first one tells the fate. */
  #addIcmp(row: number, icmp: IcmpVerdict): void {
    this.#rows[row * ROW_INTS + MISCELLANY] |= ICMP_BIT;
    const known = this.#icmp.get(row);
    if (known === undefined || icmp.frame < known.frame) this.#icmp.set(row, icmp);
  }

  /** Fills only what names the two ends of row `row`, from 0 to count - 1. */
  readEnds(row: number, view: Pick<FateView, 'family' | 'client' | 'server'>): void {
    const rows = this.#rows;
    const at = row * ROW_INTS;
    view.family = (rows[at + SERVICE] & IPV6_BIT) !== 0 ? 6 : 4;
    view.client = rows[at + CLIENT];
    view.server = rows[at + SERVER];
  }

  /** The network of row `row`, as in FateView. */
  networkOf(row: number): number {
    return (this.#rows[row * ROW_INTS + SERVICE] >>> NETWORK_SHIFT) & NETWORK_MASK;
  }

  /** Fills `view` with row `row`, from 0 to count - 1. */
  read(row: number, view: FateView): FateView {
    const rows = this.#rows;
    const at = row * ROW_INTS;
    const service = rows[at + SERVICE];
    const fate = rows[at + FATE];
    const miscellany = rows[at + MISCELLANY];
    view.proto = (service & UDP_BIT) !== 0 ? 'udp' : 'tcp';
    view.family = (service & IPV6_BIT) !== 0 ? 6 : 4;
    view.client = rows[at + CLIENT];
    view.server = rows[at + SERVER];
    view.serverPort = service >>> 16;
    view.network = (service >>> NETWORK_SHIFT) & NETWORK_MASK;
    view.outcome = FATE_OUTCOMES[fate & OUTCOME_MASK];
    view.symptom = SYMPTOMS[(fate >> SYMPTOM_SHIFT) & SYMPTOM_MASK];
    view.lossy = (fate & LOSSY_BIT) !== 0;
    view.isTransfer = (miscellany & TRANSFER_BIT) !== 0;
    view.toGroup = (miscellany & GROUP_BIT) !== 0;
    view.clientPort = miscellany & 0xffff;
    view.firstFrame = rows[at + FIRST_FRAME] >>> 0;
    for (let i = 0; i < EVIDENCE_FRAMES; i++) view.frames[i] = rows[at + FRAMES + i];
    view.firstSeconds = rows[at + FIRST_SECONDS] >>> 0;
    view.firstNanoseconds = rows[at + FIRST_NANOSECONDS];
    view.lastSeconds = rows[at + LAST_SECONDS] >>> 0;
    view.lastNanoseconds = rows[at + LAST_NANOSECONDS];
    const sums = this.#sums;
    const sum = row * ROW_SUMS;
    view.connections = sums[sum + CONNECTIONS];
    view.attempts = sums[sum + ATTEMPTS];
    view.bytes = sums[sum + BYTES];
    view.packetsToServer = sums[sum + TO_SERVER];
    view.packetsToClient = sums[sum + TO_CLIENT];
    view.slowest = sums[sum + SLOWEST];
    view.inferred = sums[sum + INFERRED];
    view.answerLost = sums[sum + ANSWER_LOST];
    view.twoWay = sums[sum + TWO_WAY];
    view.odd = sums[sum + ODD];
    view.icmp = (miscellany & ICMP_BIT) !== 0 ? this.#icmp.get(row)! : null;
    view.drop = (miscellany & DROP_BIT) !== 0 ? this.#drops.get(row)! : null;
    return view;
  }

  /** All rows, as plain data that shares the table's memory. */
  state(): FateRows {
    return {
      count: this.count,
      rows: this.#rows,
      sums: this.#sums,
      icmp: this.#icmp,
      drops: this.#drops,
      beyond: this.beyond,
    };
  }

  /**
   * Adds the rows of another table, which come after those of this one.
   * @param addresses number here of each IPv6 address of the other table
   * @param frames added to its frame numbers
   */
  append(other: FateRows, addresses: Int32Array, frames: number): void {
    for (let i = 0; i < FATE_OUTCOMES.length; i++) this.beyond[i] += other.beyond[i];
    for (let from = 0; from < other.count; from++) {
      const right = from * ROW_INTS;
      const isV6 = (other.rows[right + SERVICE] & IPV6_BIT) !== 0;
      const client = other.rows[right + CLIENT];
      const server = other.rows[right + SERVER];
      const icmp = other.icmp.get(from);
      // There may have been no room for an address (address-table.ts).
      const isLost = isV6 && (addresses[client] < 0 || addresses[server] < 0 || isUnknownSender(icmp, addresses));
      const row = isLost
        ? -1
        : this.#row(
            isV6 ? addresses[client] : client,
            isV6 ? addresses[server] : server,
            other.rows[right + SERVICE],
            other.rows[right + FATE],
          );
      const sums = other.sums.subarray(from * ROW_SUMS, (from + 1) * ROW_SUMS);
      if (row < 0) {
        this.beyond[other.rows[right + FATE] & OUTCOME_MASK] += sums[CONNECTIONS];
        continue;
      }
      this.#join(row, other.rows.subarray(right, right + ROW_INTS), sums, frames);
      if (icmp !== undefined) {
        const sender = icmp.version === 6 ? addresses[icmp.sender] : icmp.sender;
        this.#addIcmp(row, { ...icmp, sender, frame: icmp.frame + frames });
      }
      const drop = other.drops.get(from);
      if (drop !== undefined) this.#addDrop(row, shifted(drop.verdict, frames), drop.ofAnswers);
    }
  }

  #join(row: number, from: Int32Array, fromSums: Float64Array, frames: number): void {
    const rows = this.#rows;
    const at = row * ROW_INTS;
    const isNew = rows[at + FIRST_FRAME] === 0;
    if (isNew || (from[FIRST_FRAME] + frames) >>> 0 < rows[at + FIRST_FRAME] >>> 0) {
      rows[at + FIRST_FRAME] = from[FIRST_FRAME] + frames;
      rows[at + FIRST_SECONDS] = from[FIRST_SECONDS];
      rows[at + FIRST_NANOSECONDS] = from[FIRST_NANOSECONDS];
    }
    if (
      isNew ||
      isLater(
        from[LAST_SECONDS] >>> 0,
        from[LAST_NANOSECONDS],
        rows[at + LAST_SECONDS] >>> 0,
        rows[at + LAST_NANOSECONDS],
      )
    ) {
      rows[at + LAST_SECONDS] = from[LAST_SECONDS];
      rows[at + LAST_NANOSECONDS] = from[LAST_NANOSECONDS];
    }
    const known = rows[at + MISCELLANY];
    const lowest = isNew ? from[MISCELLANY] & 0xffff : Math.min(known & 0xffff, from[MISCELLANY] & 0xffff);
    rows[at + MISCELLANY] = (((isNew ? from[MISCELLANY] : known) | (from[MISCELLANY] & GROUP_BIT)) & ~0xffff) | lowest;
    for (let i = 0; i < EVIDENCE_FRAMES; i++) {
      const frame = from[FRAMES + i];
      if (frame !== 0) addFrame(rows, at + FRAMES, frame + frames);
    }
    const sum = row * ROW_SUMS;
    const slowest = Math.max(this.#sums[sum + SLOWEST], fromSums[SLOWEST]);
    for (let i = 0; i < ROW_SUMS; i++) this.#sums[sum + i] += fromSums[i];
    this.#sums[sum + SLOWEST] = slowest;
  }

  /** Gives each IPv6 address another number; no two of them may become one. */
  mapAddresses(map: (number: number) => number): void {
    const rows = this.#rows;
    for (let at = 0; at < this.count * ROW_INTS; at += ROW_INTS) {
      if ((rows[at + SERVICE] & IPV6_BIT) === 0) continue;
      rows[at + CLIENT] = map(rows[at + CLIENT]);
      rows[at + SERVER] = map(rows[at + SERVER]);
    }
    for (const verdict of this.#icmp.values()) if (verdict.version === 6) verdict.sender = map(verdict.sender);
    // Numbers that were forgotten may be given to others.
    for (const ends of [this.#fullClients, this.#fullServers])
      for (const end of ends) if (end >= FIRST_IPV6) ends.delete(end);
    this.#rehash(this.#slots.length);
  }

  /** Puts the rows in the order of their first frame, and the frames of each in order. */
  sort(): void {
    const order = Array.from({ length: this.count }, (_, row) => row);
    const rows = this.#rows;
    order.sort((a, b) => (rows[a * ROW_INTS + FIRST_FRAME] >>> 0) - (rows[b * ROW_INTS + FIRST_FRAME] >>> 0));
    const sums = this.#sums;
    const icmp = this.#icmp;
    const drops = this.#drops;
    this.#drops = new Map();
    this.#rows = new Int32Array(rows.length);
    this.#sums = new Float64Array(sums.length);
    this.#icmp = new Map();
    for (const [row, from] of order.entries()) {
      this.#rows.set(rows.subarray(from * ROW_INTS, (from + 1) * ROW_INTS), row * ROW_INTS);
      this.#sums.set(sums.subarray(from * ROW_SUMS, (from + 1) * ROW_SUMS), row * ROW_SUMS);
      const verdict = icmp.get(from);
      if (verdict !== undefined) this.#icmp.set(row, verdict);
      const drop = drops.get(from);
      if (drop !== undefined) this.#drops.set(row, drop);
      sortFrames(this.#rows, row * ROW_INTS + FRAMES);
    }
    this.#rehash(this.#slots.length);
  }

  /**
   * Makes room by forgetting what a client or a server with very many rows (a scan, or its target) has beyond its share; without such
   * a one, nothing can be forgotten. @returns whether there is room now
   */
  #thin(): boolean {
    const share = Math.floor(this.#limit / LARGE_SHARE);
    const rows = this.#rows;
    const ofClient = new Map<number, number>();
    const ofServer = new Map<number, number>();
    let kept = 0;
    const old = this.count;
    const icmp = new Map<number, IcmpVerdict>();
    const drops = new Map<number, HostDrop>();
    for (let row = 0; row < old; row++) {
      const at = row * ROW_INTS;
      const client = endOf(rows[at + SERVICE], rows[at + CLIENT]);
      const server = endOf(rows[at + SERVICE], rows[at + SERVER]);
      const clients = (ofClient.get(client) ?? 0) + 1;
      const servers = (ofServer.get(server) ?? 0) + 1;
      if (clients > share || servers > share) {
        if (clients > share) this.#fullClients.add(client);
        if (servers > share) this.#fullServers.add(server);
        this.beyond[rows[at + FATE] & OUTCOME_MASK] += this.#sums[row * ROW_SUMS + CONNECTIONS];
        continue;
      }
      ofClient.set(client, clients);
      ofServer.set(server, servers);
      rows.copyWithin(kept * ROW_INTS, at, at + ROW_INTS);
      this.#sums.copyWithin(kept * ROW_SUMS, row * ROW_SUMS, (row + 1) * ROW_SUMS);
      const verdict = this.#icmp.get(row);
      if (verdict !== undefined) icmp.set(kept, verdict);
      const drop = this.#drops.get(row);
      if (drop !== undefined) drops.set(kept, drop);
      kept++;
    }
    // A pass over all rows for each few new ones would take for ever.
    this.#isFull = (old - kept) * 2 < share;
    if (kept === old) return false;
    this.count = kept;
    this.#icmp = icmp;
    this.#drops = drops;
    rows.fill(0, kept * ROW_INTS, old * ROW_INTS);
    this.#sums.fill(0, kept * ROW_SUMS, old * ROW_SUMS);
    this.#rehash(this.#slots.length);
    return true;
  }

  /** Number of the row with this key, a new one (FIRST_FRAME is 0) where there is none; -1 where there is no room. */
  #row(
    client: number,
    server: number,
    service: number,
    fate: number,
    hash = this.#hash(client, server, service, fate),
  ): number {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let entry = this.#slots[slot]; entry !== 0; entry = this.#slots[slot]) {
      const at = (entry - 1) * ROW_INTS;
      const rows = this.#rows;
      if (
        rows[at + CLIENT] === client &&
        rows[at + SERVER] === server &&
        rows[at + SERVICE] === service &&
        rows[at + FATE] === fate
      )
        return entry - 1;
      slot = (slot + 1) & mask;
    }
    if (this.#fullClients.size + this.#fullServers.size > 0) {
      if (this.#fullClients.has(endOf(service, client)) || this.#fullServers.has(endOf(service, server))) return -1;
    }
    if (this.count >= this.#limit) {
      if (this.#isFull || !this.#thin()) return -1;
      return this.#row(client, server, service, fate, hash);
    }
    const row = this.count++;
    if (row * ROW_INTS === this.#rows.length) this.#grow();
    const at = row * ROW_INTS;
    this.#rows[at + CLIENT] = client;
    this.#rows[at + SERVER] = server;
    this.#rows[at + SERVICE] = service;
    this.#rows[at + FATE] = fate;
    if (this.count * 2 > this.#slots.length) this.#rehash(this.#slots.length * 2);
    else this.#slots[slot] = this.count;
    return row;
  }

  #grow(): void {
    const rows = new Int32Array(this.#rows.length * 2);
    rows.set(this.#rows);
    this.#rows = rows;
    const sums = new Float64Array(this.#sums.length * 2);
    sums.set(this.#sums);
    this.#sums = sums;
  }

  #rehash(size: number): void {
    this.#slots = new Int32Array(size);
    const mask = this.#slots.length - 1;
    const rows = this.#rows;
    for (let row = 0; row < this.count; row++) {
      const at = row * ROW_INTS;
      let slot = this.#hash(rows[at + CLIENT], rows[at + SERVER], rows[at + SERVICE], rows[at + FATE]) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = row + 1;
    }
  }

  #hash(client: number, server: number, service: number, fate: number): number {
    let hash = Math.imul(client ^ this.#seed, 0x9e3779b1) ^ Math.imul(server + this.#seed, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35) ^ Math.imul(service ^ (fate << 8), 0x27d4eb2f);
    hash = Math.imul(hash ^ (hash >>> 13), 0x165667b1);
    return hash ^ (hash >>> 16);
  }
}

/** Ends by a number that tells the families apart. */
const FIRST_IPV6 = 2 ** 32;

function endOf(service: number, address: number): number {
  return (address >>> 0) + ((service & IPV6_BIT) !== 0 ? FIRST_IPV6 : 0);
}

function isUnknownSender(icmp: IcmpVerdict | undefined, addresses: Int32Array): boolean {
  return icmp !== undefined && icmp.version === 6 && addresses[icmp.sender] < 0;
}

/** Got through at once, both ways, with the client seen to start, and went on well. */
function isPlain(view: ConnectionView): boolean {
  if (view.clientInferred || view.toGroup) return false;
  if (view.proto === 'udp')
    return view.outcome === 'answered' && view.icmp === null && !view.isTransfer && view.transfer === null;
  return view.outcome === 'established' && view.attempts === 1 && (view.ended === 'fin' || view.ended === 'open');
}

/** A SYN-ACK passed the capture point, and did not help: the client repeated its SYN, or heard a reset before. */
export function isAnswerLost({ outcome, attempts, answerNanoseconds }: ConnectionView): boolean {
  return outcome === 'half-open' ? attempts > 1 : outcome === 'refused' && answerNanoseconds !== null;
}

function isLater(seconds: number, nanoseconds: number, thanSeconds: number, thanNanoseconds: number): boolean {
  return seconds > thanSeconds || (seconds === thanSeconds && nanoseconds > thanNanoseconds);
}

/** The same with its frame numbered over more captures; that of a log has none. */
function shifted(drop: DropVerdict, frames: number): DropVerdict {
  return drop.frame === 0 ? drop : { ...drop, frame: drop.frame + frames };
}
