import type { Packet } from '../decode/packet.ts';
import { endsHead, tunnelStatus } from '../protocols/http-answer.ts';
import {
  methodSize,
  REQUEST_INCOMPLETE,
  REQUEST_MALFORMED,
  REQUEST_NONE,
  Request,
  readRequest,
} from '../protocols/http-request.ts';
import { fatalAlert, TLS_ALERT } from '../protocols/tls-alert.ts';
import { HELLO_INCOMPLETE, HELLO_MALFORMED, HELLO_NONE, Hello, readHello } from '../protocols/tls-hello.ts';
import { AddressTable } from './address-table.ts';
import { DnsFacts } from './dns-facts.ts';
import { KeyedRows } from './keyed-rows.ts';
import { MessageLog } from './message-log.ts';
import {
  ALIAS_WIDTH,
  ANSWER_WIDTH,
  COUNT_SET_ASIDE,
  LOOKUP_WIDTH,
  NAME_COUNTERS,
  VISIT_ALERT,
  VISIT_ANSWER,
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
  VISIT_SECONDS,
  VISIT_TLS,
  VISIT_VERSION,
  VISIT_WIDTH,
} from './name-fields.ts';
import { MAX_DETAIL_BYTES, MAX_DETAILS, MAX_NAME, NAME_LIMITS, type NameLimits } from './name-limits.ts';
import { NameTable } from './name-table.ts';
import { OpeningLog, type Records } from './openings.ts';
import type { Messages, Names } from './part.ts';

/** Bytes kept of a path: its first parts tell the service. */
const MAX_PATH = 64;

/** 1 for bytes that a TLS hello or alert, a request or an answer may begin with. */
const mayOpen = new Uint8Array(256);
mayOpen[TLS_ALERT] = 1;
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

  /** @param table of the connections that segments belong to */
  constructor(seed: number, limits: NameLimits = NAME_LIMITS, table?: Records) {
    this.names = new NameTable(seed, limits.names, limits.nameBytes);
    this.details = new NameTable(seed, MAX_DETAILS, MAX_DETAIL_BYTES);
    this.hosts = new AddressTable(seed, 256, limits.hosts);
    this.lookups = new KeyedRows(seed, LOOKUP_WIDTH, limits.lookups);
    this.answers = new KeyedRows(seed, ANSWER_WIDTH, limits.answers);
    this.aliases = new KeyedRows(seed, ALIAS_WIDTH, limits.aliases);
    this.firsts = new MessageLog(VISIT_WIDTH, limits.visits);
    this.visits = new KeyedRows(seed, VISIT_WIDTH, limits.visits);
    this.openings = new OpeningLog(undefined, table);
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
          : bytes[at] === TLS_ALERT
            ? this.#readAlert(bytes, at, length, connection, side, isFirst, seconds, nanoseconds, frame)
            : this.#readRequest(bytes, at, length, connection, side, isFirst, seconds, nanoseconds, frame);
    }
    if (found === OPENING_INCOMPLETE) this.openings.start(packet, bytes, connection, side, seconds, nanoseconds, frame);
    else if (found === OPENING_NONE)
      this.openings.follow(packet, bytes, connection, side, isFirst, seconds, nanoseconds, frame);
    else if (found === OPENING_ORIGIN)
      this.openings.whole(packet, bytes, connection, side, seconds, nanoseconds, frame);
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
    const found = read.call(this, bytes, 0, bytes.length, connection, side, true, seconds, nanoseconds, frame);
    return found === OPENING_READ || found === OPENING_ORIGIN;
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
      if (isFirst) this.visit(true, connection, (VISIT_BAD_HELLO << 1) | side, 0, 0, seconds, nanoseconds, frame);
      return OPENING_READ;
    }
    const name = hello.nameLength === 0 ? 0 : this.#intern(bytes, hello.nameOffset, hello.nameLength) + 1;
    if (hello.nameLength > 0 && name === 0) return OPENING_READ;
    const row = this.visit(isFirst, connection, (VISIT_TLS << 1) | side, name, 0, seconds, nanoseconds, frame);
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
      const status = tunnelStatus(bytes, at, length);
      if (status !== 0)
        this.visit(isFirst, connection, (VISIT_ANSWER << 1) | side, 0, status, seconds, nanoseconds, frame);
      return OPENING_NONE;
    }
    // RFC 9112 section 3.2: to the host itself, not through a proxy.
    const isOrigin = bytes[at + size] === 0x2f || bytes[at + size] === 0x2a;
    const isWhole = isOrigin && endsHead(bytes, at, at + length);
    if (isWhole && !isFirst) return OPENING_ORIGIN;
    const request = this.#request;
    const found = readRequest(bytes, at, length, request);
    if (found === REQUEST_NONE) return isWhole ? OPENING_READ : OPENING_NONE;
    if (found === REQUEST_INCOMPLETE) return OPENING_INCOMPLETE;
    if (found === REQUEST_MALFORMED) {
      if (isFirst) this.visit(true, connection, (VISIT_BAD_REQUEST << 1) | side, 0, 0, seconds, nanoseconds, frame);
      return OPENING_READ;
    }
    if (isOrigin && !isFirst) return OPENING_ORIGIN;
    const read = isOrigin ? OPENING_ORIGIN : OPENING_READ;
    const name = request.hostLength === 0 ? 0 : this.#intern(bytes, request.hostOffset, request.hostLength) + 1;
    if (request.hostLength > 0 && name === 0) return read;
    const kind = isOrigin ? VISIT_HTTP : request.isConnect ? VISIT_CONNECT : VISIT_PROXIED;
    const row = this.visit(isFirst, connection, (kind << 1) | side, name, request.port, seconds, nanoseconds, frame);
    if (row < 0) return read;
    const values = isFirst ? this.firsts.values : this.visits.values;
    const path = Math.min(MAX_PATH, request.pathLength);
    if (path > 0) values[row + VISIT_DETAIL] = this.details.intern(bytes, request.pathOffset, path) + 1;
    values[row + VISIT_VERSION] = request.method;
    return read;
  }

  /** An alert opens nothing, whatever it says. */
  #readAlert(
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
    const alert = fatalAlert(bytes, at, length);
    if (alert !== 0) this.visit(isFirst, connection, (VISIT_ALERT << 1) | side, 0, alert, seconds, nanoseconds, frame);
    return OPENING_NONE;
  }

  /** Notes a hello whose end the capture does not hold. */
  cutHello(connection: number, side: number, seconds: number, nanoseconds: number, frame: number): void {
    this.visit(true, connection, (VISIT_CUT_HELLO << 1) | side, 0, 0, seconds, nanoseconds, frame);
  }

  /** Offset of a row that is new, in `firsts` or `visits`; -1 where it was known or there is no room. */
  visit(
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

/** What was found at the beginning of a segment. */
const OPENING_NONE = 0;
const OPENING_INCOMPLETE = 1;
const OPENING_READ = 2;
/** A whole request to the host itself: of its side only the first payload becomes a row. */
const OPENING_ORIGIN = 3;
