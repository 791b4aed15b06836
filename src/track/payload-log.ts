import type { Packet } from '../decode/packet.ts';
import { PAYLOAD_BUDGETS, type PayloadBudget } from './control-ports.ts';
import type { Payloads } from './part.ts';
import {
  PAYLOAD_CONNECTION,
  PAYLOAD_CUT,
  PAYLOAD_FRAME,
  PAYLOAD_KIND_SIDE,
  PAYLOAD_LENGTH,
  PAYLOAD_NANOSECONDS,
  PAYLOAD_OFFSET,
  PAYLOAD_OVERHEAD,
  PAYLOAD_SECONDS,
  PAYLOAD_SEQUENCE,
  PAYLOAD_STORED,
  PAYLOAD_WIDTH,
  payloadKind,
} from './payload-fields.ts';

const FIRST_STORE = 4096;

/**
 * Payloads of the few conversations that explain the others (DHCP, TFTP requests, the RPC endpoint mapper, …), copied as they came
 * and played in time order once everything is read. Of each kind the first bytes of a capture are kept, and of them the first of each
 * connection: a message that crosses a limit is cut there, if need be to nothing, and fills it; what comes later is counted only. So
 * what is charged to a connection is the sum of what it offered or its limit, whichever is less, a part of a capture never charges
 * more than the whole, and joining parts in order keeps what one pass would have kept.
 */
export class PayloadLog implements Payloads {
  values = new Int32Array(PAYLOAD_WIDTH * 16);
  bytes = new Uint8Array(FIRST_STORE);
  count = 0;
  used = 0;
  /** By kind: messages that were not kept, or not to their end though captured. */
  readonly lost: Float64Array;
  readonly #budgets: readonly PayloadBudget[];
  /** Charged so far, by kind and by connection. A connection has one kind, by its ports. */
  readonly #charged: Float64Array;
  #chargedByConnection = new Int32Array(0);

  constructor(budgets: readonly PayloadBudget[] = PAYLOAD_BUDGETS) {
    this.#budgets = budgets;
    this.lost = new Float64Array(budgets.length);
    this.#charged = new Float64Array(budgets.length);
  }

  /** Messages of all kinds that were lost. */
  get dropped(): number {
    let sum = 0;
    for (const lost of this.lost) sum += lost;
    return sum;
  }

  /**
   * Keeps the payload of a decoded packet.
   * @param sequence of its first byte, 0 for a datagram
   * @returns the offset of its row in `values`, -1 where nothing of it is kept
   */
  add(
    packet: Packet,
    bytes: Uint8Array,
    kind: number,
    connection: number,
    side: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
    sequence: number,
  ): number {
    const wanted = Math.min(packet.payloadCaptured, this.#budgets[kind].message);
    const at = this.#reserve(kind, connection, wanted, 0);
    if (at < 0) return at;
    const values = this.values;
    values[at + PAYLOAD_CONNECTION] = connection;
    values[at + PAYLOAD_KIND_SIDE] |= (kind << 1) | side;
    values[at + PAYLOAD_FRAME] = frame;
    values[at + PAYLOAD_SECONDS] = seconds;
    values[at + PAYLOAD_NANOSECONDS] = nanoseconds;
    values[at + PAYLOAD_LENGTH] = packet.payloadLength;
    values[at + PAYLOAD_SEQUENCE] = sequence;
    const from = packet.payloadOffset;
    this.bytes.set(bytes.subarray(from, from + values[at + PAYLOAD_STORED]), values[at + PAYLOAD_OFFSET]);
    return at;
  }

  /** Joins the messages of the part that follows. @param numbers of its connections here, @param flipped 1 where A and B changed places */
  append(payloads: Payloads, numbers: Int32Array, flipped: Uint8Array, framesBefore: number): void {
    for (let i = 0; i < payloads.count; i++) this.take(payloads, i, numbers, flipped, framesBefore);
    for (let kind = 0; kind < this.lost.length; kind++) this.lost[kind] += payloads.lost[kind];
  }

  /** Joins message `i` of the part that follows. @returns the offset of its row in `values`, -1 where nothing of it is kept */
  take(payloads: Payloads, i: number, numbers: Int32Array, flipped: Uint8Array, framesBefore: number): number {
    const { values, bytes } = payloads;
    const from = i * PAYLOAD_WIDTH;
    const connection = values[from + PAYLOAD_CONNECTION];
    if (connection < 0 || numbers[connection] < 0) return -1;
    const kind = payloadKind(values, from);
    const wasCut = values[from + PAYLOAD_KIND_SIDE] & PAYLOAD_CUT;
    const at = this.#reserve(kind, numbers[connection], values[from + PAYLOAD_STORED], wasCut);
    if (at < 0) return at;
    const offset = this.values[at + PAYLOAD_OFFSET];
    const stored = this.values[at + PAYLOAD_STORED];
    const isCut = this.values[at + PAYLOAD_KIND_SIDE];
    this.values.set(values.subarray(from, from + PAYLOAD_WIDTH), at);
    this.values[at + PAYLOAD_CONNECTION] = numbers[connection];
    this.values[at + PAYLOAD_KIND_SIDE] = (values[from + PAYLOAD_KIND_SIDE] ^ flipped[connection]) | isCut;
    this.values[at + PAYLOAD_FRAME] += framesBefore;
    this.values[at + PAYLOAD_OFFSET] = offset;
    this.values[at + PAYLOAD_STORED] = stored;
    const start = values[from + PAYLOAD_OFFSET];
    this.bytes.set(bytes.subarray(start, start + stored), offset);
    return at;
  }

  /** Parts messages from connections whose byte in `out` is not 0: their number, which others may get, becomes -1. */
  forget(out: Uint8Array): void {
    for (let i = 0; i < this.count; i++) {
      const at = i * PAYLOAD_WIDTH + PAYLOAD_CONNECTION;
      if (this.values[at] >= 0 && out[this.values[at]] !== 0) this.values[at] = -1;
    }
  }

  /** What was kept, sharing the log's memory. */
  finish(): Payloads {
    const { values, count, dropped, bytes, used, lost } = this;
    return { values, count, dropped, bytes, used, lost };
  }

  /**
   * Room for a message: PAYLOAD_OFFSET, PAYLOAD_STORED (what its budgets leave of `wanted`) and PAYLOAD_CUT are set.
   * @param wasCut PAYLOAD_CUT where a budget cut it before, so that it counts as lost already
   * @returns its offset in `values`, -1 where nothing of it is kept
   */
  #reserve(kind: number, connection: number, wanted: number, wasCut: number): number {
    if (wanted === 0 && wasCut === 0) return -1;
    const budget = this.#budgets[kind];
    const charged = connection < this.#chargedByConnection.length ? this.#chargedByConnection[connection] : 0;
    const room = Math.min(budget.total - this.#charged[kind], budget.connection - charged);
    const charge = Math.min(wanted + PAYLOAD_OVERHEAD, room);
    const isCut = charge < wanted + PAYLOAD_OVERHEAD;
    if (isCut && wasCut === 0) this.lost[kind]++;
    if (charge <= 0) return -1;
    const stored = Math.max(0, charge - PAYLOAD_OVERHEAD);
    const at = this.count * PAYLOAD_WIDTH;
    if (at === this.values.length) this.values = grown(this.values, new Int32Array(at * 2));
    if (this.used + stored > this.bytes.length)
      this.bytes = grown(this.bytes, new Uint8Array(Math.max(this.bytes.length * 2, this.used + stored)));
    if (connection >= this.#chargedByConnection.length)
      this.#chargedByConnection = grown(this.#chargedByConnection, new Int32Array(Math.max(64, connection * 2)));
    this.#chargedByConnection[connection] = charged + charge;
    this.#charged[kind] += charge;
    this.values[at + PAYLOAD_KIND_SIDE] = isCut ? PAYLOAD_CUT : 0;
    this.values[at + PAYLOAD_OFFSET] = this.used;
    this.values[at + PAYLOAD_STORED] = stored;
    this.used += stored;
    this.count++;
    return at;
  }
}

function grown<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
