import type { Packet } from '../decode/packet.ts';
import {
  answerStatus,
  isRefusal,
  methodSize,
  REQUEST_INCOMPLETE,
  REQUEST_MALFORMED,
  REQUEST_NONE,
  Request,
  readRequest,
} from '../protocols/http-request.ts';
import { HELLO_INCOMPLETE, HELLO_MALFORMED, HELLO_NONE, Hello, readHello } from '../protocols/tls-hello.ts';
import { AddressTable } from './address-table.ts';
import { DnsFacts } from './dns-facts.ts';
import { KeyedRows } from './keyed-rows.ts';
import type { Joined } from './merge.ts';
import { MessageLog } from './message-log.ts';
import {
  ALIAS_FRAME,
  ALIAS_NAME,
  ALIAS_PORT,
  ALIAS_TARGET,
  ALIAS_TYPE,
  ALIAS_WIDTH,
  ANSWER_ADDRESS,
  ANSWER_CLIENT,
  ANSWER_FRAME,
  ANSWER_IPV6,
  ANSWER_KIND,
  ANSWER_NAME,
  ANSWER_WIDTH,
  CLIENT_IPV6,
  COUNT_SET_ASIDE,
  LOOKUP_CLIENT,
  LOOKUP_FAIL_FRAME,
  LOOKUP_FIRST_FRAME,
  LOOKUP_KIND,
  LOOKUP_NAME,
  LOOKUP_QUERIES,
  LOOKUP_QUERY_FRAME,
  LOOKUP_QUERY_SECONDS,
  LOOKUP_REFUSED,
  LOOKUP_SERVER,
  LOOKUP_TYPE,
  LOOKUP_WIDTH,
  NAME_COUNTERS,
  VISIT_BAD_HELLO,
  VISIT_BAD_REQUEST,
  VISIT_CONNECT,
  VISIT_CONNECTION,
  VISIT_CUT_HELLO,
  VISIT_DETAIL,
  VISIT_FRAME,
  VISIT_HTTP,
  VISIT_KIND_SIDE,
  VISIT_NAME,
  VISIT_NANOSECONDS,
  VISIT_PORT,
  VISIT_PROXIED,
  VISIT_REFUSAL,
  VISIT_SECONDS,
  VISIT_TLS,
  VISIT_VERSION,
  VISIT_WIDTH,
} from './name-fields.ts';
import { NameTable } from './name-table.ts';
import { OpeningLog } from './openings.ts';
import type { Messages, NameBytes, Names } from './part.ts';

/**
 * Most distinct names, IPv6 addresses of answers, and rows kept of a capture: some 100 MB if all of them are used up. What comes later
 * is counted only.
 */
export interface NameLimits {
  names: number;
  nameBytes: number;
  hosts: number;
  lookups: number;
  answers: number;
  aliases: number;
  visits: number;
}
export const NAME_LIMITS: NameLimits = {
  names: 2 ** 18,
  nameBytes: 2 ** 24,
  hosts: 2 ** 18,
  lookups: 2 ** 18,
  answers: 2 ** 19,
  aliases: 2 ** 16,
  visits: 2 ** 20,
};
/** What keeps the names of a small site in however little memory. */
const LEAST_NAMES = 1024;

/** The limits in a share of the memory that NAME_LIMITS are for, from 0 to 1. */
export function nameLimits(share: number): NameLimits {
  const of = (limit: number): number => Math.max(LEAST_NAMES, Math.floor(limit * share));
  const { names, nameBytes, hosts, lookups, answers, aliases, visits } = NAME_LIMITS;
  return {
    names: of(names),
    nameBytes: Math.max(LEAST_NAMES * MAX_NAME, Math.floor(nameBytes * share)),
    hosts: of(hosts),
    lookups: of(lookups),
    answers: of(answers),
    aliases: of(aliases),
    visits: of(visits),
  };
}

const MAX_DETAILS = 2 ** 14;
const MAX_DETAIL_BYTES = 2 ** 20;
/** Bytes kept of a path: its first parts tell the service. */
const MAX_PATH = 64;
const MAX_NAME = 255;

/** 1 for bytes that a TLS hello or a request may begin with. */
const mayOpen = new Uint8Array(256);
mayOpen[0x16] = 1;
for (const letter of 'GPHCODBRT') mayOpen[letter.charCodeAt(0)] = 1;

/**
 * Names that the packets of a part speak of: what clients asked DNS servers and were told, and what TLS hellos and HTTP requests name.
 * Decoded as they come into rows of integers, each distinct one once, the first ones up to a limit.
 */
export class NameFacts {
  readonly names: NameTable;
  /** Paths and protocols. */
  readonly details: NameTable;
  /** IPv6 addresses of answers. */
  readonly hosts: AddressTable;
  readonly lookups: KeyedRows;
  readonly answers: KeyedRows;
  readonly aliases: KeyedRows;
  /** Rows of visits: by the first payload of each side, and others that were not known. */
  readonly firsts: MessageLog;
  readonly visits: KeyedRows;
  readonly counters = new Float64Array(NAME_COUNTERS);
  readonly openings: OpeningLog;
  readonly dns: DnsFacts;
  readonly #hello = new Hello();
  readonly #request = new Request();

  constructor(seed: number, limits: NameLimits = NAME_LIMITS, window?: number) {
    this.names = new NameTable(seed, limits.names, limits.nameBytes);
    this.details = new NameTable(seed, MAX_DETAILS, MAX_DETAIL_BYTES);
    this.hosts = new AddressTable(seed, 256, limits.hosts);
    this.lookups = new KeyedRows(seed, LOOKUP_WIDTH, limits.lookups);
    this.answers = new KeyedRows(seed, ANSWER_WIDTH, limits.answers);
    this.aliases = new KeyedRows(seed, ALIAS_WIDTH, limits.aliases);
    this.firsts = new MessageLog(VISIT_WIDTH, limits.visits);
    this.visits = new KeyedRows(seed, VISIT_WIDTH, limits.visits);
    this.openings = new OpeningLog(window);
    this.dns = new DnsFacts(this);
  }

  /**
   * Looks into the payload of a TCP segment. Nearly all end at their first byte, and requests that follow others at their target: only the
   * first payload of a side, a hello, and what names its host in the request line become rows.
   * @param isFirst true where its side sent no payload before
   */
  segment(
    packet: Packet,
    bytes: Uint8Array,
    connection: number,
    side: number,
    isFirst: boolean,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): void {
    const at = packet.payloadOffset;
    let found = OPENING_NONE;
    if (mayOpen[bytes[at]] !== 0) {
      const length = packet.payloadCaptured;
      found =
        bytes[at] === 0x16
          ? this.#readHello(bytes, at, length, connection, side, isFirst, seconds, nanoseconds, frame)
          : this.#readRequest(bytes, at, length, connection, side, isFirst, seconds, nanoseconds, frame);
    }
    if (found === OPENING_INCOMPLETE) this.openings.start(packet, bytes, connection, side, seconds, nanoseconds, frame);
    else if (found === OPENING_NONE) this.openings.follow(packet, bytes, connection, side, seconds, nanoseconds, frame);
  }

  /** Reads an opening that was put together from several segments. @returns true where it is whole */
  opening(
    bytes: Uint8Array,
    connection: number,
    side: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): boolean {
    const read = bytes[0] === 0x16 ? this.#readHello : this.#readRequest;
    return (
      read.call(this, bytes, 0, bytes.length, connection, side, true, seconds, nanoseconds, frame) === OPENING_READ
    );
  }

  #readHello(
    bytes: Uint8Array,
    at: number,
    length: number,
    connection: number,
    side: number,
    isFirst: boolean,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): number {
    const hello = this.#hello;
    const found = readHello(bytes, at, length, hello);
    if (found === HELLO_NONE) return OPENING_NONE;
    if (found === HELLO_INCOMPLETE) return OPENING_INCOMPLETE;
    if (found === HELLO_MALFORMED) {
      if (isFirst) this.#visit(true, connection, (VISIT_BAD_HELLO << 1) | side, 0, 0, seconds, nanoseconds, frame);
      return OPENING_READ;
    }
    const name = hello.nameLength === 0 ? 0 : this.#intern(bytes, hello.nameOffset, hello.nameLength) + 1;
    if (hello.nameLength > 0 && name === 0) return OPENING_READ;
    const row = this.#visit(isFirst, connection, (VISIT_TLS << 1) | side, name, 0, seconds, nanoseconds, frame);
    if (row < 0) return OPENING_READ;
    const values = isFirst ? this.firsts.values : this.visits.values;
    const protocol = hello.protocolLength;
    if (protocol > 0) values[row + VISIT_DETAIL] = this.details.intern(bytes, hello.protocolOffset, protocol) + 1;
    values[row + VISIT_VERSION] = hello.version;
    return OPENING_READ;
  }

  #readRequest(
    bytes: Uint8Array,
    at: number,
    length: number,
    connection: number,
    side: number,
    isFirst: boolean,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): number {
    const size = methodSize(bytes, at, length);
    if (size === 0) {
      const status = answerStatus(bytes, at, length);
      if (isRefusal(status))
        this.#visit(isFirst, connection, (VISIT_REFUSAL << 1) | side, 0, status, seconds, nanoseconds, frame);
      return OPENING_NONE;
    }
    // RFC 9112 section 3.2: to the host itself, not through a proxy.
    const isOrigin = bytes[at + size] === 0x2f || bytes[at + size] === 0x2a;
    const isWhole = isOrigin && endsHead(bytes, at, length);
    if (isWhole && !isFirst) return OPENING_READ;
    const request = this.#request;
    const found = readRequest(bytes, at, length, request);
    if (found === REQUEST_NONE) return isWhole ? OPENING_READ : OPENING_NONE;
    if (found === REQUEST_INCOMPLETE) return OPENING_INCOMPLETE;
    if (found === REQUEST_MALFORMED) {
      if (isFirst) this.#visit(true, connection, (VISIT_BAD_REQUEST << 1) | side, 0, 0, seconds, nanoseconds, frame);
      return OPENING_READ;
    }
    if (isOrigin && !isFirst) return OPENING_READ;
    const name = request.hostLength === 0 ? 0 : this.#intern(bytes, request.hostOffset, request.hostLength) + 1;
    if (request.hostLength > 0 && name === 0) return OPENING_READ;
    const kind = isOrigin ? VISIT_HTTP : request.isConnect ? VISIT_CONNECT : VISIT_PROXIED;
    const row = this.#visit(isFirst, connection, (kind << 1) | side, name, request.port, seconds, nanoseconds, frame);
    if (row < 0) return OPENING_READ;
    const values = isFirst ? this.firsts.values : this.visits.values;
    const path = Math.min(MAX_PATH, request.pathLength);
    if (path > 0) values[row + VISIT_DETAIL] = this.details.intern(bytes, request.pathOffset, path) + 1;
    values[row + VISIT_VERSION] = request.method;
    return OPENING_READ;
  }

  /** Notes a hello whose end the capture does not hold. */
  cutHello(connection: number, side: number, seconds: number, nanoseconds: number, frame: number): void {
    this.#visit(true, connection, (VISIT_CUT_HELLO << 1) | side, 0, 0, seconds, nanoseconds, frame);
  }

  /** Offset of a row that is new, in `firsts` or `visits`; -1 where it was known or there is no room. */
  #visit(
    isFirst: boolean,
    connection: number,
    kindSide: number,
    name: number,
    port: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): number {
    const at = isFirst ? this.firsts.next() : this.visits.at(connection, kindSide, name, port);
    if (at < 0 || (!isFirst && !this.visits.isNew)) return -1;
    const values = isFirst ? this.firsts.values : this.visits.values;
    values[at + VISIT_CONNECTION] = connection;
    values[at + VISIT_KIND_SIDE] = kindSide;
    values[at + VISIT_NAME] = name;
    values[at + VISIT_PORT] = port;
    values[at + VISIT_FRAME] = frame;
    values[at + VISIT_SECONDS] = seconds;
    values[at + VISIT_NANOSECONDS] = nanoseconds;
    return at;
  }

  /** The number of a name without a last dot. */
  #intern(bytes: Uint8Array, offset: number, length: number): number {
    const size = Math.min(length, MAX_NAME);
    return this.names.intern(bytes, offset, size > 1 && bytes[offset + size - 1] === 0x2e ? size - 1 : size);
  }

  /** Joins the facts of the part that follows. @param joined where its connections went @param addresses numbers of its IPv6 addresses here */
  append(part: Names, joined: Joined, addresses: Int32Array, framesBefore: number): void {
    this.openings.append(part.openings, joined.numbers, joined.flipped, framesBefore);
    const names = translateNames(this.names, part.names);
    const hosts = new Int32Array(part.hostCount);
    for (let i = 0; i < hosts.length; i++) {
      const [a, b, c, d] = part.hosts.subarray(i * 4, i * 4 + 4);
      hosts[i] = this.hosts.internWords(a, b, c, d);
    }
    this.#appendLookups(part, names, addresses, framesBefore);
    this.#appendAnswers(part, names, addresses, hosts, framesBefore);
    this.#appendAliases(part, names, framesBefore);
    this.#appendVisits(part, names, joined, framesBefore);
    for (let i = 0; i < NAME_COUNTERS; i++) this.counters[i] += part.counters[i];
    this.names.dropped += part.names.dropped;
    this.details.dropped += part.details.dropped;
    this.hosts.dropped += part.hostsDropped;
    this.firsts.dropped += part.firsts.dropped;
    for (const rows of ROWS) this[rows].dropped += part[rows].dropped;
  }

  #appendLookups({ lookups }: Names, names: Int32Array, addresses: Int32Array, framesBefore: number): void {
    const from = lookups.values;
    for (let i = 0; i < lookups.count; i++) {
      const right = i * LOOKUP_WIDTH;
      const kind = from[right + LOOKUP_KIND];
      const isV6 = (kind & CLIENT_IPV6) !== 0;
      const client = isV6 ? addresses[from[right + LOOKUP_CLIENT]] : from[right + LOOKUP_CLIENT];
      const server = isV6 ? addresses[from[right + LOOKUP_SERVER]] : from[right + LOOKUP_SERVER];
      const name = names[from[right + LOOKUP_NAME]];
      // There was no room for the name, or for an address.
      const isLost = name < 0 || (isV6 && (client < 0 || server < 0));
      const at = isLost ? -1 : this.lookups.at(kind, client, name, from[right + LOOKUP_TYPE]);
      if (at < 0) continue;
      const values = this.lookups.values;
      if (this.lookups.isNew) {
        values[at + LOOKUP_SERVER] = server;
        for (let field = LOOKUP_FIRST_FRAME; field < LOOKUP_QUERY_FRAME; field++)
          values[at + field] = from[right + field];
        values[at + LOOKUP_FIRST_FRAME] += framesBefore;
      }
      for (let field = LOOKUP_QUERIES; field <= LOOKUP_REFUSED; field++) values[at + field] += from[right + field];
      if (from[right + LOOKUP_QUERY_FRAME] !== 0) {
        values[at + LOOKUP_QUERY_FRAME] = from[right + LOOKUP_QUERY_FRAME] + framesBefore;
        values[at + LOOKUP_QUERY_SECONDS] = from[right + LOOKUP_QUERY_SECONDS];
      }
      if (from[right + LOOKUP_FAIL_FRAME] !== 0)
        values[at + LOOKUP_FAIL_FRAME] = from[right + LOOKUP_FAIL_FRAME] + framesBefore;
    }
  }

  #appendAnswers(
    { answers }: Names,
    names: Int32Array,
    addresses: Int32Array,
    hosts: Int32Array,
    framesBefore: number,
  ): void {
    const from = answers.values;
    for (let i = 0; i < answers.count; i++) {
      const right = i * ANSWER_WIDTH;
      const kind = from[right + ANSWER_KIND];
      const isClientV6 = (kind & CLIENT_IPV6) !== 0;
      const client = isClientV6 ? addresses[from[right + ANSWER_CLIENT]] : from[right + ANSWER_CLIENT];
      const isV6 = (kind & ANSWER_IPV6) !== 0;
      const address = isV6 ? hosts[from[right + ANSWER_ADDRESS]] : from[right + ANSWER_ADDRESS];
      const name = names[from[right + ANSWER_NAME]];
      if (name < 0 || (isV6 && address < 0) || (isClientV6 && client < 0)) continue;
      const at = this.answers.at(kind, client, name, address);
      if (at < 0 || !this.answers.isNew) continue;
      for (let field = ANSWER_FRAME; field < ANSWER_WIDTH; field++)
        this.answers.values[at + field] = from[right + field];
      this.answers.values[at + ANSWER_FRAME] += framesBefore;
    }
  }

  #appendAliases({ aliases }: Names, names: Int32Array, framesBefore: number): void {
    const from = aliases.values;
    for (let i = 0; i < aliases.count; i++) {
      const right = i * ALIAS_WIDTH;
      const name = names[from[right + ALIAS_NAME]];
      const target = names[from[right + ALIAS_TARGET]];
      if (name < 0 || target < 0) continue;
      const at = this.aliases.at(from[right + ALIAS_TYPE], name, target, from[right + ALIAS_PORT]);
      if (at >= 0 && this.aliases.isNew)
        this.aliases.values[at + ALIAS_FRAME] = from[right + ALIAS_FRAME] + framesBefore;
    }
  }

  /** Rows of both tables in the order of their frames: what came first in its part may not be the first payload of its side. */
  #appendVisits(part: Names, names: Int32Array, joined: Joined, framesBefore: number): void {
    const { firsts, visits } = part;
    let next = 0;
    for (let i = 0; i < firsts.count; i++) {
      const at = i * VISIT_WIDTH;
      const frame = firsts.values[at + VISIT_FRAME];
      for (; next < visits.count && visits.values[next * VISIT_WIDTH + VISIT_FRAME] < frame; next++)
        this.#appendVisit(part, visits.values, next * VISIT_WIDTH, false, names, joined, framesBefore);
      const connection = firsts.values[at + VISIT_CONNECTION];
      const kindSide = firsts.values[at + VISIT_KIND_SIDE];
      const isFirst = (joined.spoke[connection] & (1 << (kindSide & 1))) === 0;
      if (isFirst || isAlwaysKept(kindSide >>> 1))
        this.#appendVisit(part, firsts.values, at, isFirst, names, joined, framesBefore);
    }
    for (; next < visits.count; next++)
      this.#appendVisit(part, visits.values, next * VISIT_WIDTH, false, names, joined, framesBefore);
  }

  #appendVisit(
    { details }: Names,
    from: Int32Array,
    right: number,
    isFirst: boolean,
    names: Int32Array,
    { numbers, flipped }: Joined,
    framesBefore: number,
  ): void {
    const connection = from[right + VISIT_CONNECTION];
    const name = from[right + VISIT_NAME] === 0 ? 0 : names[from[right + VISIT_NAME] - 1] + 1;
    if (numbers[connection] < 0 || (name === 0 && from[right + VISIT_NAME] !== 0)) return;
    const at = this.#visit(
      isFirst,
      numbers[connection],
      from[right + VISIT_KIND_SIDE] ^ flipped[connection],
      name,
      from[right + VISIT_PORT],
      from[right + VISIT_SECONDS],
      from[right + VISIT_NANOSECONDS],
      from[right + VISIT_FRAME] + framesBefore,
    );
    if (at < 0) return;
    const values = isFirst ? this.firsts.values : this.visits.values;
    const detail = from[right + VISIT_DETAIL];
    // Only of rows that are new: as one pass would have numbered them.
    values[at + VISIT_DETAIL] = detail === 0 ? 0 : internFrom(this.details, details, detail - 1) + 1;
    values[at + VISIT_VERSION] = from[right + VISIT_VERSION];
  }

  /** Forgets what connections were opened for whose byte in `out` is not 0; others may get their numbers. The names themselves stay. */
  forget(out: Uint8Array): void {
    for (const rows of [this.firsts, this.visits]) {
      const gone = new Uint8Array(rows.count);
      for (let i = 0; i < rows.count; i++) {
        gone[i] = out[rows.values[i * VISIT_WIDTH + VISIT_CONNECTION]];
        if (gone[i] !== 0) this.counters[COUNT_SET_ASIDE]++;
      }
      rows.remove(gone);
    }
    this.openings.forget(out);
  }

  /** What was kept, sharing this memory. */
  finish(): Names {
    const rows = ({ values, count, dropped }: Messages) => ({ values, count, dropped });
    const bytesOf = ({ bytes, offsets, count, dropped }: NameTable) => ({ bytes, offsets, count, dropped });
    return {
      names: bytesOf(this.names),
      details: bytesOf(this.details),
      hosts: this.hosts.words,
      hostCount: this.hosts.count,
      hostsDropped: this.hosts.dropped,
      lookups: rows(this.lookups),
      answers: rows(this.answers),
      aliases: rows(this.aliases),
      firsts: rows(this.firsts),
      visits: rows(this.visits),
      counters: this.counters,
      openings: this.openings.finish(),
    };
  }
}

const ROWS = ['lookups', 'answers', 'aliases', 'visits'] as const;

/** What was found at the beginning of a segment. */
const OPENING_NONE = 0;
const OPENING_INCOMPLETE = 1;
const OPENING_READ = 2;

/** True for what becomes a row although its side sent payload before. */
function isAlwaysKept(kind: number): boolean {
  return kind === VISIT_TLS || kind === VISIT_PROXIED || kind === VISIT_CONNECT || kind === VISIT_REFUSAL;
}

/** True where a segment ends with the empty line that ends a head. */
function endsHead(bytes: Uint8Array, at: number, length: number): boolean {
  const end = at + length;
  return length >= 4 && bytes[end - 1] === 0x0a && bytes[end - 2] === 0x0d && bytes[end - 3] === 0x0a;
}

/** @returns the numbers here of the names of a part, -1 where there was no room */
function translateNames(table: NameTable, names: NameBytes): Int32Array {
  const numbers = new Int32Array(names.count);
  for (let i = 0; i < numbers.length; i++) numbers[i] = internFrom(table, names, i);
  return numbers;
}

function internFrom(table: NameTable, { bytes, offsets }: NameBytes, number: number): number {
  return table.intern(bytes, offsets[number], offsets[number + 1] - offsets[number]);
}

/**
 * True where what a part left out may depend on where a capture was cut: a part that is full cannot know which names came before it. Then
 * the capture has to be read as one part.
 */
export function namesOverflow(parts: readonly Names[], limits: NameLimits = NAME_LIMITS): boolean {
  const sum = (count: (part: Names) => number): number => parts.reduce((total, part) => total + count(part), 0);
  return (
    sum(({ names }) => names.dropped) > 0 ||
    sum(({ names }) => names.count) > limits.names ||
    sum(({ names }) => names.offsets[names.count]) > limits.nameBytes ||
    sum(({ details }) => details.count) > MAX_DETAILS ||
    sum(({ details }) => details.offsets[details.count]) > MAX_DETAIL_BYTES ||
    sum(({ hostCount }) => hostCount) > limits.hosts ||
    sum(({ hostsDropped, details }) => hostsDropped + details.dropped) > 0 ||
    sum(({ firsts }) => firsts.count) > limits.visits ||
    ROWS.some((rows) => sum((part) => part[rows].count) > limits[rows] || sum((part) => part[rows].dropped) > 0)
  );
}
