import type { Packet } from '../decode/packet.ts';
import { MAX_REQUEST_HEAD, requestMethod } from '../protocols/http-request.ts';
import { helloExtent, isHelloStart } from '../protocols/tls-hello.ts';
import { CONTROL_OPENING, PAYLOAD_BUDGETS, type PayloadBudget } from './control-ports.ts';
import type { Openings, Payloads } from './part.ts';
import {
  PAYLOAD_CONNECTION,
  PAYLOAD_FRAME,
  PAYLOAD_KIND_SIDE,
  PAYLOAD_OFFSET,
  PAYLOAD_SEQUENCE,
  PAYLOAD_STORED,
  PAYLOAD_WIDTH,
} from './payload-fields.ts';
import { PayloadLog } from './payload-log.ts';

/** Frames within which the rest of an opening must follow its start. The segments of one write leave a client back to back. */
export const OPENING_WINDOW = 2048;

const FILTER_SIZE = 4096;

/** The first segments of a part: bounded by the window alone. */
const EDGE_BUDGETS: readonly PayloadBudget[] = PAYLOAD_BUDGETS.map((_, kind) =>
  kind === CONTROL_OPENING
    ? { message: PAYLOAD_BUDGETS[CONTROL_OPENING].message, connection: 2 ** 31 - 1, total: 2 ** 31 - 1 }
    : PAYLOAD_BUDGETS[kind],
);

interface Start {
  frame: number;
  sequence: number;
  /** Sequence number behind what is wanted. */
  end: number;
}

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
 * connection, within OPENING_WINDOW frames, are kept with it. A part cannot know the starts before it, so it keeps the segments of its
 * first OPENING_WINDOW frames aside (the edge): a join takes those that go on with a start of the left part, and so gives what one pass
 * would have kept.
 */
export class OpeningLog implements Openings {
  readonly log = new PayloadLog();
  readonly edge = new PayloadLog(EDGE_BUDGETS);
  readonly #window: number;
  readonly #starts = new Map<number, Start>();
  /** Starts in the order of their frames, from #head on, to forget those that are too old. */
  #order: { key: number; frame: number }[] = [];
  #head = 0;
  /** Starts by a few bits of their key: nearly all segments stop here. */
  readonly #filter = new Uint16Array(FILTER_SIZE);

  constructor(window = OPENING_WINDOW) {
    this.#window = window;
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
    this.#keep(this.log, packet, bytes, connection, side, seconds, nanoseconds, frame);
    const extent = openingExtent(bytes, packet.payloadOffset);
    this.#open(connection * 2 + side, frame, packet.sequence, (packet.sequence + extent) | 0);
  }

  /** Keeps a segment that is no start, where it may go on with one. */
  follow(
    packet: Packet,
    bytes: Uint8Array,
    connection: number,
    side: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): void {
    if (frame <= this.#window) this.#keep(this.edge, packet, bytes, connection, side, seconds, nanoseconds, frame);
    const key = connection * 2 + side;
    if (this.#filter[key & (FILTER_SIZE - 1)] !== 0 && this.#startOf(key, packet.sequence, frame) !== null)
      this.#keep(this.log, packet, bytes, connection, side, seconds, nanoseconds, frame);
  }

  #keep(
    log: PayloadLog,
    packet: Packet,
    bytes: Uint8Array,
    connection: number,
    side: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): void {
    log.add(packet, bytes, CONTROL_OPENING, connection, side, seconds, nanoseconds, frame, packet.sequence);
  }

  /** The start that a segment goes on with, or null. */
  #startOf(key: number, sequence: number, frame: number): Start | null {
    const start = this.#starts.get(key);
    if (start === undefined || frame - start.frame > this.#window) return null;
    return ((sequence - start.sequence) | 0) > 0 && ((start.end - sequence) | 0) > 0 ? start : null;
  }

  #open(key: number, frame: number, sequence: number, end: number): void {
    while (this.#head < this.#order.length && frame - this.#order[this.#head].frame > this.#window) this.#forget();
    const known = this.#starts.get(key);
    if (known === undefined) this.#filter[key & (FILTER_SIZE - 1)]++;
    this.#starts.set(key, { frame, sequence, end });
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

  /** Joins the openings of the part that follows. @param numbers of its connections here, @param flipped 1 where A and B changed places */
  append({ log, edge }: Openings, numbers: Int32Array, flipped: Uint8Array, framesBefore: number): void {
    let next = 0;
    for (let i = 0; i < edge.count; i++) {
      const at = i * PAYLOAD_WIDTH;
      const frame = edge.values[at + PAYLOAD_FRAME];
      for (; next < log.count && log.values[next * PAYLOAD_WIDTH + PAYLOAD_FRAME] <= frame; next++)
        this.#take(log, next, numbers, flipped, framesBefore);
      const connection = edge.values[at + PAYLOAD_CONNECTION];
      const number = numbers[connection];
      if (connection < 0 || number < 0) continue;
      if (frame + framesBefore <= this.#window) this.edge.take(edge, i, numbers, flipped, framesBefore);
      const key = number * 2 + ((edge.values[at + PAYLOAD_KIND_SIDE] & 1) ^ flipped[connection]);
      const start = this.#startOf(key, edge.values[at + PAYLOAD_SEQUENCE], frame + framesBefore);
      // With a start of its own part it was kept already.
      if (start !== null && start.frame <= framesBefore) this.log.take(edge, i, numbers, flipped, framesBefore);
    }
    for (; next < log.count; next++) this.#take(log, next, numbers, flipped, framesBefore);
  }

  #take(log: Payloads, i: number, numbers: Int32Array, flipped: Uint8Array, framesBefore: number): void {
    const { values, bytes } = log;
    const at = i * PAYLOAD_WIDTH;
    this.log.take(log, i, numbers, flipped, framesBefore);
    const connection = values[at + PAYLOAD_CONNECTION];
    const offset = values[at + PAYLOAD_OFFSET];
    if (connection < 0 || numbers[connection] < 0 || !isOpeningStart(bytes, offset, values[at + PAYLOAD_STORED]))
      return;
    const key = numbers[connection] * 2 + ((values[at + PAYLOAD_KIND_SIDE] & 1) ^ flipped[connection]);
    const sequence = values[at + PAYLOAD_SEQUENCE];
    this.#open(key, values[at + PAYLOAD_FRAME] + framesBefore, sequence, (sequence + openingExtent(bytes, offset)) | 0);
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
