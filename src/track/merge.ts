import { PROTOCOL_TCP } from '../decode/packet.ts';
import { REASONS, TABLE_FULL, TCP, UDP } from '../decode/reason.ts';
import { AddressTable, addressLimit } from './address-table.ts';
import type { CaptureTimes } from './capture-spans.ts';
import { ConnectionTable } from './connection-table.ts';
import { DROP_DESTINATION, DROP_FRAME, DROP_KEY, DROP_SOURCE, DROP_WIDTH } from './drops.ts';
import { Folder, type Tables } from './folder.ts';
import {
  FRAGMENT_CONNECTION_DESTINATION,
  FRAGMENT_CONNECTION_KEY,
  FRAGMENT_CONNECTION_SOURCE,
  FRAGMENT_DESTINATION,
  FRAGMENT_FRAME,
  FRAGMENT_KEY,
  FRAGMENT_SOURCE,
  FRAGMENT_WIDTH,
} from './fragments.ts';
import {
  ICMP_FRAME,
  ICMP_KIND,
  ICMP_MESSAGE_WIDTH,
  ICMP_NETWORK,
  ICMP_SENDER,
  QUOTED_DESTINATION,
  QUOTED_KEY,
  QUOTED_SOURCE,
} from './icmp-errors.ts';
import { joinNames } from './join-names.ts';
import { joinRecords } from './join-records.ts';
import { MessageLog, messageLimit } from './message-log.ts';
import { NameFacts } from './name-facts.ts';
import { nameLimits } from './name-limits.ts';
import { NetworkTable } from './networks.ts';
import type { Folded, Messages, Part, TftpMeters } from './part.ts';
import { PayloadLog } from './payload-log.ts';
import {
  ADDRESS_A,
  ADDRESS_B,
  BESIDE_BITS,
  BESIDE_DATA_A,
  BESIDE_SYN_DATA,
  CLIENT_IS_B,
  DATA_A,
  FIRST_FRAME,
  HANDSHAKE,
  INITIAL_SEQUENCE,
  KIND,
  KIND_BESIDE,
  KIND_IPV6,
  KIND_KEY_MASK,
  LAST_ATTEMPT_FRAME,
  networkOf,
  PACKETS_A,
  PACKETS_B,
  PORTS,
  PREVIOUS,
  RECORD_INTS,
  RESET_FRAME,
  STATE,
  SYN_HAS_DATA,
  withNetwork,
} from './record.ts';
import { Stretches } from './stretches.ts';
import { isSameHandshake } from './tcp.ts';
import { TftpMeter } from './tftp-meter.ts';

/**
 * Joins parts in the order of the capture. Joining is associative: whatever the cuts, the result is what one pass over all frames
 * would have given (test/track/merge.test.ts cuts captures at every frame).
 */
export class PartMerger {
  #frames = 0;
  #bytes = 0;
  readonly #reasons = new Float64Array(REASONS.length);
  #firstSeconds = 0;
  #firstNanoseconds = 0;
  #lastSeconds = 0;
  #lastNanoseconds = 0;
  readonly #stretches = new Stretches();
  readonly #captures: CaptureInWork[] = [];
  /** The part that is being joined may show packets that were seen before. */
  #mayRepeat = false;
  readonly #connections: ConnectionTable;
  readonly #addresses: AddressTable;
  readonly #networks: NetworkTable;
  readonly #icmpErrors: MessageLog;
  readonly #fragments: MessageLog;
  readonly #drops: MessageLog;
  readonly #payloads = new PayloadLog();
  readonly #tftp = new TftpMeter();
  readonly #names: NameFacts;

  readonly #folder: Folder | null;
  readonly #fateLimit: number;

  /**
   * @param seed mixed into the hashes
   * @param limit most connections that are followed at a time
   * @param fateLimit most rows of fates of connections that are set aside to make room; 0 where none may be
   * @param share of the memory that names and messages may take elsewhere, from 0 to 1
   */
  constructor(seed: number, limit?: number, fateLimit = 0, share = 1) {
    this.#fateLimit = fateLimit > 0 ? fateLimit : Number.POSITIVE_INFINITY;
    this.#folder = fateLimit > 0 ? new Folder(seed, fateLimit) : null;
    this.#connections = new ConnectionTable(seed, 0, limit);
    this.#addresses = new AddressTable(seed, undefined, addressLimit(limit));
    this.#networks = new NetworkTable(seed);
    this.#names = new NameFacts(seed, nameLimits(share), this.#connections);
    this.#icmpErrors = new MessageLog(ICMP_MESSAGE_WIDTH, messageLimit(share));
    this.#fragments = new MessageLog(FRAGMENT_WIDTH, messageLimit(share));
    this.#drops = new MessageLog(DROP_WIDTH, messageLimit(share));
  }

  /** Frames of all parts so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Connections that there is room for. */
  get room(): number {
    return this.#connections.room;
  }

  /** To be called before the parts of each capture of a series, where there may be several. */
  beginCapture(): void {
    this.#captures.push({ framesBefore: this.#frames, stretches: new Stretches(), lastSeconds: 0, lastNanoseconds: 0 });
  }

  /** True where a capture that begins at this moment overlaps with those so far: two places, which may show the same packets. */
  overlaps(seconds: number, nanoseconds: number): boolean {
    return this.#frames > 0 && isEarlier(seconds, nanoseconds, this.#lastSeconds, this.#lastNanoseconds);
  }

  /**
   * Joins the part that follows. The part is only read, but for the first one, whose memory may be taken over.
   * @param mayRepeat it is a whole capture that `overlaps` with those before
   */
  append(part: Part, mayRepeat = false): void {
    this.#mayRepeat = mayRepeat;
    this.#makeRoom(part);
    const numbers = new Int32Array(part.addressCount);
    for (let i = 0; i < part.addressCount; i++) {
      const at = i * 4;
      numbers[i] = this.#addresses.internWords(
        part.addresses[at],
        part.addresses[at + 1],
        part.addresses[at + 2],
        part.addresses[at + 3],
      );
    }
    const networks = this.#networks.append(part.networks, part.networkCount);
    const connections = this.#mayAdopt(part)
      ? this.#adoptConnections(part)
      : this.#appendConnections(part, numbers, networks);
    this.#payloads.append(part.payloads, connections.numbers, connections.flipped, this.#frames);
    joinNames(this.#names, part.names, connections, numbers, this.#frames);
    this.#tftp.append(part.tftp, connections.numbers, connections.flipped, this.#frames);
    appendMessages(this.#icmpErrors, part.icmpErrors, (values, at) => {
      const isV6 = (values[at + QUOTED_KEY] & KIND_IPV6) !== 0;
      if (isV6) {
        values[at + QUOTED_SOURCE] = numbers[values[at + QUOTED_SOURCE]];
        values[at + QUOTED_DESTINATION] = numbers[values[at + QUOTED_DESTINATION]];
      }
      const isV6Sender = values[at + ICMP_KIND] >>> 16 === 6;
      if (isV6Sender) values[at + ICMP_SENDER] = numbers[values[at + ICMP_SENDER]];
      values[at + ICMP_NETWORK] = networks[values[at + ICMP_NETWORK]];
      values[at + ICMP_FRAME] += this.#frames;
      const isKnown = !isV6 || (values[at + QUOTED_SOURCE] >= 0 && values[at + QUOTED_DESTINATION] >= 0);
      return isKnown && (!isV6Sender || values[at + ICMP_SENDER] >= 0);
    });
    appendMessages(this.#fragments, part.fragments, (values, at) => {
      let isKnown = true;
      if ((values[at + FRAGMENT_KEY] & KIND_IPV6) !== 0) {
        values[at + FRAGMENT_SOURCE] = numbers[values[at + FRAGMENT_SOURCE]];
        values[at + FRAGMENT_DESTINATION] = numbers[values[at + FRAGMENT_DESTINATION]];
        isKnown = values[at + FRAGMENT_SOURCE] >= 0 && values[at + FRAGMENT_DESTINATION] >= 0;
      }
      if ((values[at + FRAGMENT_CONNECTION_KEY] & KIND_IPV6) !== 0) {
        values[at + FRAGMENT_CONNECTION_SOURCE] = numbers[values[at + FRAGMENT_CONNECTION_SOURCE]];
        values[at + FRAGMENT_CONNECTION_DESTINATION] = numbers[values[at + FRAGMENT_CONNECTION_DESTINATION]];
        isKnown &&= values[at + FRAGMENT_CONNECTION_SOURCE] >= 0 && values[at + FRAGMENT_CONNECTION_DESTINATION] >= 0;
      }
      values[at + FRAGMENT_FRAME] += this.#frames;
      return isKnown;
    });
    if (part.folded !== null) this.#fold(part.folded, numbers);
    appendMessages(this.#drops, part.drops, (values, at) => {
      values[at + DROP_FRAME] += this.#frames;
      if ((values[at + DROP_KEY] & KIND_IPV6) === 0) return true;
      values[at + DROP_SOURCE] = numbers[values[at + DROP_SOURCE]];
      values[at + DROP_DESTINATION] = numbers[values[at + DROP_DESTINATION]];
      return values[at + DROP_SOURCE] >= 0 && values[at + DROP_DESTINATION] >= 0;
    });
    this.#appendTotals(part);
  }

  #fold(folded: Folded, numbers: Int32Array): void {
    if (this.#folder === null) throw new TypeError('a part with connections set aside where none may be');
    this.#folder.append(folded, numbers, this.#frames);
  }

  /** Sets connections aside until there is room for those of a part, or all that are left must stay. */
  #makeRoom({ connectionCount, addressCount }: Part): void {
    if (this.#folder === null) return;
    for (;;) {
      const lacksConnections = this.#connections.room < connectionCount;
      const room = this.#addresses.room;
      if (!lacksConnections && room >= addressCount) return;
      if (this.#folder.makeRoom(this.#tables(this.#tftp.inWork())) === 0) return;
      // What holds the addresses is none of the connections.
      if (!lacksConnections && this.#addresses.room === room) return;
    }
  }

  /** The first part keeps its tables as they are, if they were made with the same seed; addresses and networks were numbered alike just before. */
  #mayAdopt(part: Part): boolean {
    const isFirst =
      this.#frames === 0 && this.#addresses.count === part.addressCount && this.#networks.count === part.networkCount;
    return isFirst && part.seed === this.#connections.seed;
  }

  #adoptConnections(part: Part): Joined {
    this.#connections.adopt(part);
    const numbers = new Int32Array(part.connectionCount);
    for (let i = 0; i < numbers.length; i++) numbers[i] = i;
    return {
      numbers,
      flipped: new Uint8Array(part.connectionCount),
      spoke: new Uint8Array(part.connectionCount),
      isAdopted: true,
    };
  }

  /** @returns the number here of each connection of the part */
  #appendConnections(part: Part, numbers: Int32Array, networks: Int32Array): Joined {
    const table = this.#connections;
    const joined: Joined = {
      numbers: new Int32Array(part.connectionCount),
      flipped: new Uint8Array(part.connectionCount),
      spoke: new Uint8Array(part.connectionCount),
      isAdopted: false,
    };
    table.reserve(part.connectionCount);
    const from = part.records;
    /** Records beside others whose numbers come later, which happens where numbers were given again. */
    const early: number[] = [];
    const hashes = new Int32Array(RECORDS_AHEAD);
    for (let i = 0; i < part.connectionCount; i++) {
      if (i % RECORDS_AHEAD === 0) this.#touch(part, i, numbers, hashes);
      const right = i * RECORD_INTS;
      // Taken out to make room.
      if (from[right + KIND] === 0) continue;
      if ((from[right + KIND] & KIND_BESIDE) !== 0) {
        if (from[right + PREVIOUS] - 1 < i) this.#joinBeside(from, i, joined, numbers, networks);
        else early.push(i);
        continue;
      }
      const key = from[right + KIND] & KIND_KEY_MASK;
      const isV6 = (key & KIND_IPV6) !== 0;
      const a = isV6 ? numbers[from[right + ADDRESS_A]] : from[right + ADDRESS_A];
      const b = isV6 ? numbers[from[right + ADDRESS_B]] : from[right + ADDRESS_B];
      if (isV6 && (a < 0 || b < 0)) {
        joined.numbers[i] = -1;
        this.#countLost(from, right);
        continue;
      }
      const ports = from[right + PORTS];
      const hash = hashes[i % RECORDS_AHEAD];
      const found = table.find(key, a, b, ports >>> 16, ports & 0xffff, hash);
      if (found >= 0 && isSameConnection(table.records, found * RECORD_INTS, from, right, table.direction)) {
        joined.numbers[i] = found;
        joined.flipped[i] = table.direction;
        joined.spoke[i] = sidesWithData(table.records[found * RECORD_INTS + STATE], table.direction);
        this.#joinInto(found, from, i, a, b, networks);
        continue;
      }
      const number = table.append(key, a, b, ports >>> 16, ports & 0xffff, found, hash);
      joined.numbers[i] = number;
      if (number < 0) {
        this.#countLost(from, right);
        continue;
      }
      this.#copy(number, from, i, key, networks);
    }
    for (const i of early) this.#joinBeside(from, i, joined, numbers, networks);
    return joined;
  }

  /** Fills `hashes` with those of the part's connections from number `first` on, and brings into the cache what their look-ups read. */
  #touch({ records, connectionCount }: Part, first: number, numbers: Int32Array, hashes: Int32Array): void {
    const count = Math.min(RECORDS_AHEAD, connectionCount - first);
    for (let i = 0; i < count; i++) {
      const at = (first + i) * RECORD_INTS;
      const key = records[at + KIND] & KIND_KEY_MASK;
      const isV6 = (key & KIND_IPV6) !== 0;
      const a = isV6 ? numbers[records[at + ADDRESS_A]] : records[at + ADDRESS_A];
      const b = isV6 ? numbers[records[at + ADDRESS_B]] : records[at + ADDRESS_B];
      const ports = records[at + PORTS];
      hashes[i] = this.#connections.hash(key, a, b, ports >>> 16, ports & 0xffff);
    }
    this.#connections.touch(hashes, count);
  }

  /** Joins a record beside another of its part, which was joined before. */
  #joinBeside(from: Int32Array, i: number, joined: Joined, numbers: Int32Array, networks: Int32Array): void {
    const right = i * RECORD_INTS;
    const main = joined.numbers[from[right + PREVIOUS] - 1];
    joined.numbers[i] = main;
    if (main < 0) {
      this.#countLost(from, right);
      return;
    }
    const isV6 = (from[right + KIND] & KIND_IPV6) !== 0;
    const a = isV6 ? numbers[from[right + ADDRESS_A]] : from[right + ADDRESS_A];
    const b = isV6 ? numbers[from[right + ADDRESS_B]] : from[right + ADDRESS_B];
    this.#joinInto(main, from, i, a, b, networks);
  }

  /** Joins a record of the part into connection `main`: into its record, or into the one beside it for that network. */
  #joinInto(main: number, from: Int32Array, i: number, a: number, b: number, networks: Int32Array): void {
    const table = this.#connections;
    const right = i * RECORD_INTS;
    const ports = from[right + PORTS];
    const network = networks[networkOf(from[right + KIND])];
    const at = main * RECORD_INTS;
    if (networkOf(table.records[at + KIND]) === network) {
      joinRecords(
        table.records,
        main,
        from,
        i,
        isSideA(table.records, at, a, ports) ? 0 : 1,
        this.#frames,
        this.#mayRepeat,
      );
      return;
    }
    const found = table.findBeside(main, network, a, ports >>> 16, ports & 0xffff);
    if (found >= 0) joinRecords(table.records, found, from, i, table.direction, this.#frames, this.#mayRepeat);
    else {
      const number = table.appendBeside(main, network, a, b, ports >>> 16, ports & 0xffff);
      if (number < 0) {
        this.#countLost(from, right);
        return;
      }
      const key = from[right + KIND] & KIND_KEY_MASK;
      this.#copy(number, from, i, key | KIND_BESIDE, networks);
    }
    const state = from[right + STATE];
    const shift = isSideA(table.records, at, a, ports) ? 0 : 1;
    if ((state & DATA_A) !== 0) table.records[at + STATE] |= BESIDE_DATA_A << shift;
    if ((state & (DATA_A << 1)) !== 0) table.records[at + STATE] |= BESIDE_DATA_A << (1 - shift);
    if ((state & SYN_HAS_DATA) !== 0) table.records[at + STATE] |= BESIDE_SYN_DATA;
  }

  /** Writes a record of the part into the new record `number`, which has its ends set. @param key the key part of its KIND, and KIND_BESIDE */
  #copy(number: number, from: Int32Array, i: number, key: number, networks: Int32Array): void {
    const { records } = this.#connections;
    const right = i * RECORD_INTS;
    const at = number * RECORD_INTS;
    const previous = records[at + PREVIOUS];
    // A view of a few integers and its copy would take longer.
    for (let field = KIND; field < RECORD_INTS; field++) records[at + field] = from[right + field];
    records[at + PREVIOUS] = previous;
    const kind = from[right + KIND];
    records[at + KIND] = withNetwork((kind & ~(KIND_KEY_MASK | KIND_BESIDE)) | key, networks[networkOf(kind)]);
    records[at + STATE] &= ~BESIDE_BITS;
    for (const field of FRAME_FIELDS) if (records[at + field] !== 0) records[at + field] += this.#frames;
  }

  /** The frames of a connection for which there is no room. */
  #countLost(from: Int32Array, right: number): void {
    const frames = from[right + PACKETS_A] + from[right + PACKETS_B];
    this.#reasons[(from[right + KIND] & 0xff) === PROTOCOL_TCP ? TCP : UDP] -= frames;
    this.#reasons[TABLE_FULL] += frames;
  }

  #appendTotals(part: Part): void {
    if (part.frames > 0) {
      const none = this.#frames === 0;
      if (none || isEarlier(part.firstSeconds, part.firstNanoseconds, this.#firstSeconds, this.#firstNanoseconds)) {
        this.#firstSeconds = part.firstSeconds;
        this.#firstNanoseconds = part.firstNanoseconds;
      }
      if (none || isEarlier(this.#lastSeconds, this.#lastNanoseconds, part.lastSeconds, part.lastNanoseconds)) {
        this.#lastSeconds = part.lastSeconds;
        this.#lastNanoseconds = part.lastNanoseconds;
      }
    }
    this.#stretches.append(part.stretches);
    const capture = this.#captures.at(-1);
    if (capture !== undefined && part.frames > 0) follow(capture, part);
    for (let i = 0; i < this.#reasons.length; i++) this.#reasons[i] += part.reasons[i];
    this.#bytes += part.bytes;
    this.#frames += part.frames;
  }

  /** All parts so far as one; shares the merger's memory, so that nothing may be appended afterwards. */
  finish(): MergedPart {
    return this.#tables(this.#tftp.finish());
  }

  #tables(tftp: TftpMeters): Tables {
    return {
      fateLimit: this.#fateLimit,
      table: this.#connections,
      frames: this.#frames,
      bytes: this.#bytes,
      reasons: this.#reasons,
      firstSeconds: this.#firstSeconds,
      firstNanoseconds: this.#firstNanoseconds,
      lastSeconds: this.#lastSeconds,
      lastNanoseconds: this.#lastNanoseconds,
      stretches: this.#stretches.rows(),
      captures: this.#captures.map((capture) => ({ ...capture, stretches: capture.stretches.rows() })),
      records: this.#connections.records,
      connectionCount: this.#connections.count,
      slots: this.#connections.slots,
      slotsUsed: this.#connections.keys,
      seed: this.#connections.seed,
      addresses: this.#addresses.words,
      addressCount: this.#addresses.count,
      networks: this.#networks.words,
      networkCount: this.#networks.count,
      icmpErrors: this.#icmpErrors,
      fragments: this.#fragments,
      drops: this.#drops,
      payloads: this.#payloads,
      names: this.#names.finish(),
      nameFacts: this.#names,
      addressTable: this.#addresses,
      tftp,
      folded: this.#folder?.folded ?? null,
    };
  }
}

/** A capture of a series whose parts are being joined. */
interface CaptureInWork extends Omit<CaptureTimes, 'stretches'> {
  stretches: Stretches;
}

function follow(capture: CaptureInWork, { stretches, lastSeconds, lastNanoseconds }: Part): void {
  capture.stretches.append(stretches);
  if (!isEarlier(capture.lastSeconds, capture.lastNanoseconds, lastSeconds, lastNanoseconds)) return;
  capture.lastSeconds = lastSeconds;
  capture.lastNanoseconds = lastNanoseconds;
}

/** Where the connections of a part went, by their number in the part. */
export interface Joined {
  /** Their number here, -1 where there was no room; of a record beside another that of the connection. */
  numbers: Int32Array;
  /** 1 where A and B changed places. */
  flipped: Uint8Array;
  /** Sides that had sent payload over TCP before the part, as sides of the part: bit 0 A, bit 1 B. */
  spoke: Uint8Array;
  /** The part is the first, and keeps the numbers that it had. */
  isAdopted: boolean;
}

/** A part with its hash table, so that connections can be looked up. */
export interface MergedPart extends Part {
  table: ConnectionTable;
  /** Most rows of fates that a verdict may look at. */
  fateLimit: number;
  /** The captures of a series in the order of their frames; left out where all frames are of one. */
  captures?: readonly CaptureTimes[];
}

/** Records of a part that are looked up at a time. */
const RECORDS_AHEAD = 64;

/** Fields of a record that hold frame numbers. */
const FRAME_FIELDS = [FIRST_FRAME, LAST_ATTEMPT_FRAME, RESET_FRAME];

/**
 * True where the record of the right part goes on with that of the left one: it did not begin with a handshake, or with the
 * same one. @param flipped 1 where the right record's A is the left record's B
 */
function isSameConnection(left: Int32Array, at: number, right: Int32Array, from: number, flipped: number): boolean {
  const state = right[from + STATE];
  if ((state & HANDSHAKE) === 0) return true;
  const client = ((state & CLIENT_IS_B) !== 0 ? 1 : 0) ^ flipped;
  return isSameHandshake(left[at + STATE], left[at + INITIAL_SEQUENCE], state, right[from + INITIAL_SEQUENCE], client);
}

/** True where the socket is side A of the record. @param ports its port in the upper 16 bits, that of the other side in the lower */
function isSideA(records: Int32Array, at: number, address: number, ports: number): boolean {
  return records[at + ADDRESS_A] === address && records[at + PORTS] === ports;
}

/** @returns bit 0 where the side sent payload that is A of the right part, bit 1 for B */
function sidesWithData(state: number, flipped: number): number {
  const a = (state & (DATA_A | BESIDE_DATA_A)) !== 0 ? 1 : 0;
  const b = (state & ((DATA_A | BESIDE_DATA_A) << 1)) !== 0 ? 1 : 0;
  return flipped === 0 ? a | (b << 1) : b | (a << 1);
}

function isEarlier(seconds: number, nanoseconds: number, thanSeconds: number, thanNanoseconds: number): boolean {
  return seconds < thanSeconds || (seconds === thanSeconds && nanoseconds < thanNanoseconds);
}

/** @param translate gives a message its numbers here; false where there was no room for one of its addresses */
function appendMessages(
  log: MessageLog,
  messages: Messages,
  translate: (values: Int32Array, at: number) => boolean,
): void {
  for (let i = 0; i < messages.count; i++) {
    const at = log.next();
    if (at < 0) continue;
    log.values.set(messages.values.subarray(i * log.width, (i + 1) * log.width), at);
    if (!translate(log.values, at)) log.lose();
  }
  log.dropped += messages.dropped;
}
