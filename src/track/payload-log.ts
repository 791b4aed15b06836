import type { Packet } from '../decode/packet.ts';
import type { Payloads } from './part.ts';

// The fields of one message.
/** Number of the connection in the part. */
export const PAYLOAD_CONNECTION = 0;
/** Kind of conversation (control-ports.ts) << 1 | side that sent it: 0 A, 1 B. */
export const PAYLOAD_KIND_SIDE = 1;
export const PAYLOAD_FRAME = 2;
export const PAYLOAD_SECONDS = 3;
export const PAYLOAD_NANOSECONDS = 4;
/** Where the bytes begin in the store, and how many were kept. */
export const PAYLOAD_OFFSET = 5;
export const PAYLOAD_STORED = 6;
/** Bytes the payload had by the headers. */
export const PAYLOAD_LENGTH = 7;
export const PAYLOAD_WIDTH = 8;

/** Bytes kept of one message: more than a DHCP message with all its options, or a TFTP request, ever has. */
export const MAX_STORED = 2048;
/** Bytes kept of a whole capture: some 100,000 DHCP messages. What comes later is counted only. */
export const MAX_STORE = 64 * 1024 * 1024;
/** Most messages kept, whatever their size. */
export const MAX_PAYLOADS = 1 << 19;
const FIRST_STORE = 4096;

/**
 * Payloads of the few conversations that explain the others (DHCP, TFTP requests, …), copied as they came and played in time order
 * once everything is read. From the first one that does not fit on, nothing is kept: so the answer does not depend on how a
 * capture was cut.
 */
export class PayloadLog implements Payloads {
  values = new Int32Array(PAYLOAD_WIDTH * 16);
  bytes = new Uint8Array(FIRST_STORE);
  count = 0;
  used = 0;
  dropped = 0;

  /** Keeps the payload of a decoded datagram. */
  add(
    packet: Packet,
    bytes: Uint8Array,
    kind: number,
    connection: number,
    side: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): void {
    const stored = Math.min(packet.payloadCaptured, MAX_STORED);
    const at = this.reserve(stored);
    if (at < 0) return;
    const values = this.values;
    values[at + PAYLOAD_CONNECTION] = connection;
    values[at + PAYLOAD_KIND_SIDE] = (kind << 1) | side;
    values[at + PAYLOAD_FRAME] = frame;
    values[at + PAYLOAD_SECONDS] = seconds;
    values[at + PAYLOAD_NANOSECONDS] = nanoseconds;
    values[at + PAYLOAD_STORED] = stored;
    values[at + PAYLOAD_LENGTH] = packet.payloadLength;
    this.bytes.set(bytes.subarray(packet.payloadOffset, packet.payloadOffset + stored), values[at + PAYLOAD_OFFSET]);
  }

  /** Offset in `values` of a new message whose PAYLOAD_OFFSET has room for `length` bytes, or -1 where the store is full. */
  reserve(length: number): number {
    if (this.dropped > 0 || this.count === MAX_PAYLOADS || this.used + length > MAX_STORE) {
      this.dropped++;
      return -1;
    }
    const at = this.count * PAYLOAD_WIDTH;
    if (at === this.values.length) {
      const values = new Int32Array(at * 2);
      values.set(this.values);
      this.values = values;
    }
    if (this.used + length > this.bytes.length) {
      const bytes = new Uint8Array(Math.min(MAX_STORE, Math.max(this.bytes.length * 2, this.used + length)));
      bytes.set(this.bytes.subarray(0, this.used));
      this.bytes = bytes;
    }
    this.values[at + PAYLOAD_OFFSET] = this.used;
    this.used += length;
    this.count++;
    return at;
  }
}
