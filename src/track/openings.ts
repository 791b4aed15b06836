import { type Packet, TCP_SYN } from '../decode/packet.ts';
import { MAX_REQUEST_HEAD, requestMethod } from '../protocols/http-request.ts';
import { helloExtent, isHelloStart } from '../protocols/tls-hello.ts';
import { CONTROL_OPENING, PAYLOAD_BUDGETS, type PayloadBudget } from './control-ports.ts';
import type { Openings, Payloads } from './part.ts';
import {
  PAYLOAD_CONNECTION,
  PAYLOAD_FRAME,
  PAYLOAD_KIND_SIDE,
  PAYLOAD_OFFSET,
  PAYLOAD_PLACE,
  PAYLOAD_SEQUENCE,
  PAYLOAD_WIDTH,
} from './payload-fields.ts';
import { PayloadLog } from './payload-log.ts';
import { CLIENT_IS_B, FIRST_FRAME, HANDSHAKE, INITIAL_SEQUENCE, RECORD_INTS, STATE } from './record.ts';

/** Frames within which the rest of an opening must follow its start. The segments of one write leave a client back to back. */
export const OPENING_WINDOW = 2048;

const FILTER_SIZE = 4096;

/** The first segments of a part: bounded by the window alone. */
const EDGE_BUDGETS: readonly PayloadBudget[] = PAYLOAD_BUDGETS.map((_, kind) =>
  kind === CONTROL_OPENING
    ? { message: PAYLOAD_BUDGETS[CONTROL_OPENING].message, connection: 2 ** 31 - 1, total: 2 ** 31 - 1 }
    : PAYLOAD_BUDGETS[kind],
);

// PAYLOAD_PLACE: what a kept segment is. One that may go on with an opening,
const PLACE_BEHIND = 0;
/** the start of one that needs more segments, */
const PLACE_START = 0x200;
/** the first payload of its side, and no start, */
const PLACE_FIRST = 0x400;
/** or a whole request. */
const PLACE_WHOLE = 0x600;

interface Start {
  /** Of the segment that opened it. */
  frame: number;
  /** The last frame that may go on with it. */
  lastFrame: number;
  sequence: number;
  /** Sequence number behind what is wanted. */
  end: number;
  /** The start itself is yet to come: what is there was captured before it. */
  isAwaited: boolean;
}

/** Where the beginnings of connections are read: the table of connections (record.ts). */
export interface Records {
  readonly records: Int32Array;
}
const NO_RECORDS: Records = { records: new Int32Array(0) };

/** True where bytes are the beginning of a TLS hello or an HTTP request. */
export function isOpeningStart(bytes: Uint8Array, at: number, length: number): boolean {
  return isHelloStart(bytes, at, length) || requestMethod(bytes, at, length) !== 0;
}

/** Bytes of the stream, from the start of an opening, in which its end must lie. */
export function openingExtent(bytes: Uint8Array, at: number): number {
  return bytes[at] === 0x16 ? Math.min(helloExtent(bytes, at), MAX_REQUEST_HEAD) : MAX_REQUEST_HEAD;
}

/**
 * TLS hellos and HTTP requests over several segments. A start is known by its own bytes; the segments that follow it on its side of the
 * connection, within OPENING_WINDOW frames, are kept with it. Where the client's first payload lies ahead of its handshake, the start was
 * captured late: it is awaited, and what comes before it is kept, within half that window of the handshake and of each other. A part cannot
 * know the starts and handshakes before it, so it keeps the segments of its first OPENING_WINDOW frames aside (the edge): a join goes
 * through them as one pass would have, and so gives what that would have kept.
 */
export class OpeningLog implements Openings {
  readonly log = new PayloadLog();
  readonly edge = new PayloadLog(EDGE_BUDGETS);
  readonly #window: number;
  readonly #table: Records;
  readonly #starts = new Map<number, Start>();
  /** Starts in the order of their frames, from #head on, to forget those that are too old. */
  #order: { key: number; frame: number }[] = [];
  #head = 0;
  /** Starts by a few bits of their key: nearly all segments stop here. */
  readonly #filter = new Uint16Array(FILTER_SIZE);

  constructor(window = OPENING_WINDOW, table = NO_RECORDS) {
    this.#window = window;
    this.#table = table;
  }

  /** Keeps the start of an opening whose end its segment does not hold. */
  start(
    packet: Packet,
    bytes: Uint8Array,
    connection: number,
    side: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): void {
    this.#keep(this.log, PLACE_START, packet, bytes, connection, side, seconds, nanoseconds, frame);
    const sequence = sequenceOf(packet);
    const extent = openingExtent(bytes, packet.payloadOffset);
    this.#open(connection * 2 + side, frame, frame + this.#window, sequence, (sequence + extent) | 0, false);
  }

  /** Keeps a segment that is no start, where it may go on with one. @param isFirst true where its side sent no payload before */
  follow(
    packet: Packet,
    bytes: Uint8Array,
    connection: number,
    side: number,
    isFirst: boolean,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): void {
    const place = isFirst ? PLACE_FIRST : PLACE_BEHIND;
    if (frame <= this.#window)
      this.#keep(this.edge, place, packet, bytes, connection, side, seconds, nanoseconds, frame);
    if (isFirst) this.#await(connection, side, packet.sequence, frame);
    const key = connection * 2 + side;
    if (this.#filter[key & (FILTER_SIZE - 1)] !== 0 && this.#isWanted(key, packet.sequence, frame))
      this.#keep(this.log, place, packet, bytes, connection, side, seconds, nanoseconds, frame);
  }

  /** Keeps a whole request where its side sent something before that lies behind it. */
  whole(
    packet: Packet,
    bytes: Uint8Array,
    connection: number,
    side: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): void {
    if (frame <= this.#window)
      this.#keep(this.edge, PLACE_WHOLE, packet, bytes, connection, side, seconds, nanoseconds, frame);
    const key = connection * 2 + side;
    if (this.#filter[key & (FILTER_SIZE - 1)] !== 0 && this.#cameLate(key, packet.sequence, frame))
      this.#keep(this.log, PLACE_WHOLE, packet, bytes, connection, side, seconds, nanoseconds, frame);
  }

  #keep(
    log: PayloadLog,
    place: number,
    packet: Packet,
    bytes: Uint8Array,
    connection: number,
    side: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): void {
    const sequence = sequenceOf(packet);
    const at = log.add(packet, bytes, CONTROL_OPENING, connection, side, seconds, nanoseconds, frame, sequence);
    if (at >= 0) log.values[at + PAYLOAD_KIND_SIDE] |= place;
  }

  /** True for a segment that goes on with a start, or lies behind one that is awaited. */
  #isWanted(key: number, sequence: number, frame: number): boolean {
    const start = this.#starts.get(key);
    if (start === undefined || frame > start.lastFrame) return false;
    return ((sequence - start.sequence) | 0) > 0 && ((start.end - sequence) | 0) > 0;
  }

  /** True for a request that was awaited, which it no longer is. */
  #cameLate(key: number, sequence: number, frame: number): boolean {
    const start = this.#starts.get(key);
    if (start === undefined || !start.isAwaited || frame > start.lastFrame || sequence !== start.sequence) return false;
    start.end = sequence;
    return true;
  }

  /** Awaits the start of a client whose first payload lies ahead of what its handshake announced, soon after that. */
  #await(connection: number, side: number, sequence: number, frame: number): void {
    const { records } = this.#table;
    const at = connection * RECORD_INTS;
    const state = records[at + STATE];
    if ((state & HANDSHAKE) === 0 || ((state & CLIENT_IS_B) !== 0 ? 1 : 0) !== side) return;
    // RFC 9293 section 3.4: the SYN takes one number.
    const first = (records[at + INITIAL_SEQUENCE] + 1) | 0;
    const ahead = (sequence - first) | 0;
    const soon = this.#window >>> 1;
    if (ahead <= 0 || ahead >= MAX_REQUEST_HEAD || frame - records[at + FIRST_FRAME] > soon) return;
    this.#open(connection * 2 + side, frame, frame + soon, first, (first + MAX_REQUEST_HEAD) | 0, true);
  }

  #open(key: number, frame: number, lastFrame: number, sequence: number, end: number, isAwaited: boolean): void {
    while (this.#head < this.#order.length && frame - this.#order[this.#head].frame > this.#window) this.#forget();
    const known = this.#starts.get(key);
    if (known === undefined) this.#filter[key & (FILTER_SIZE - 1)]++;
    this.#starts.set(key, { frame, lastFrame, sequence, end, isAwaited });
    this.#order.push({ key, frame });
  }

  #forget(): void {
    const { key, frame } = this.#order[this.#head++];
    if (this.#starts.get(key)?.frame === frame) {
      this.#starts.delete(key);
      this.#filter[key & (FILTER_SIZE - 1)]--;
    }
    if (this.#head < 1024 || this.#head * 2 < this.#order.length) return;
    this.#order = this.#order.slice(this.#head);
    this.#head = 0;
  }

  /**
   * Joins the openings of the part that follows.
   * @param numbers of its connections here
   * @param flipped 1 where A and B changed places
   * @param spoke sides that had sent payload before the part, as its own sides (bits)
   */
  append(
    { log, edge }: Openings,
    numbers: Int32Array,
    flipped: Uint8Array,
    spoke: Uint8Array,
    framesBefore: number,
  ): void {
    for (let i = 0, j = 0; i < log.count || j < edge.count; ) {
      const kept = i < log.count ? log.values[i * PAYLOAD_WIDTH + PAYLOAD_FRAME] : Number.POSITIVE_INFINITY;
      const aside = j < edge.count ? edge.values[j * PAYLOAD_WIDTH + PAYLOAD_FRAME] : Number.POSITIVE_INFINITY;
      // A frame has one segment: the same in both is one.
      const from = kept <= aside ? log : edge;
      const row = (kept <= aside ? i : j) * PAYLOAD_WIDTH;
      const connection = from.values[row + PAYLOAD_CONNECTION];
      if (connection >= 0 && numbers[connection] >= 0) {
        const side = from.values[row + PAYLOAD_KIND_SIDE] & 1;
        const place = from.values[row + PAYLOAD_KIND_SIDE] & PAYLOAD_PLACE;
        const own = place === PLACE_FIRST && (spoke[connection] & (1 << side)) !== 0 ? PLACE_BEHIND : place;
        const change = place ^ own;
        const frame = Math.min(kept, aside) + framesBefore;
        if (aside <= kept && frame <= this.#window) take(this.edge, edge, j, change, numbers, flipped, framesBefore);
        if (this.#isKept(from, row, own, numbers[connection], side ^ flipped[connection], frame))
          take(this.log, from, row / PAYLOAD_WIDTH, change, numbers, flipped, framesBefore);
      }
      if (kept <= aside) i++;
      if (aside <= kept) j++;
    }
    for (let kind = 0; kind < log.lost.length; kind++) this.log.lost[kind] += log.lost[kind];
  }

  /** Does with a segment of another part what was done when it came. @returns true where it is kept */
  #isKept(
    { values, bytes }: Payloads,
    row: number,
    place: number,
    connection: number,
    side: number,
    frame: number,
  ): boolean {
    const sequence = values[row + PAYLOAD_SEQUENCE];
    const key = connection * 2 + side;
    if (place === PLACE_START) {
      const extent = openingExtent(bytes, values[row + PAYLOAD_OFFSET]);
      this.#open(key, frame, frame + this.#window, sequence, (sequence + extent) | 0, false);
      return true;
    }
    if (place === PLACE_WHOLE) return this.#cameLate(key, sequence, frame);
    if (place === PLACE_FIRST) this.#await(connection, side, sequence, frame);
    return this.#isWanted(key, sequence, frame);
  }

  /** Forgets connections whose byte in `out` is not 0. */
  forget(out: Uint8Array): void {
    this.log.forget(out);
    this.edge.forget(out);
    for (const key of this.#starts.keys()) {
      if (out[key >>> 1] === 0) continue;
      this.#starts.delete(key);
      this.#filter[key & (FILTER_SIZE - 1)]--;
    }
  }

  finish(): Openings {
    return { log: this.log.finish(), edge: this.edge.finish() };
  }
}

/** @param change bits of PAYLOAD_PLACE that are others here */
function take(
  to: PayloadLog,
  from: Payloads,
  number: number,
  change: number,
  numbers: Int32Array,
  flipped: Uint8Array,
  framesBefore: number,
): void {
  const at = to.take(from, number, numbers, flipped, framesBefore);
  if (at >= 0) to.values[at + PAYLOAD_KIND_SIDE] ^= change;
}

/** Number of the first byte: data of a SYN (RFC 7413) begins behind it. */
function sequenceOf({ sequence, tcpFlags }: Packet): number {
  return tcpFlags >= 0 && (tcpFlags & TCP_SYN) !== 0 ? (sequence + 1) | 0 : sequence;
}
