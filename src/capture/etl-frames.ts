import { type FrameNotes, NO_DROP_REASON } from './frame-notes.ts';
import type { FrameSink } from './types.ts';

/** One frame as an event tells it; filled again for each. `dropReason` is NO_DROP_REASON where it was not dropped. */
export class EtlFrame implements FrameNotes {
  /** Units of the trace's clock. */
  units = 0;
  captured = 0;
  original = 0;
  linkType = 0;
  interfaceId = 0;
  packetIdHigh = 0;
  packetIdLow = 0;
  direction = 0;
  dropped = false;
  dropReason = NO_DROP_REASON;
  dropLocation = 0;
  component = 0;
}

/** Limits of what is held until the order of time is known. */
export interface EtlLimits {
  frames: number;
  bytes: number;
}

/** Memory of about 700 MB: 512 MiB of frames are 4 million of those that pktmon cuts at 128 bytes. */
export const ETL_LIMITS: EtlLimits = { frames: 4_000_000, bytes: 512 * 1024 * 1024 };

/** Frames lie in pieces of this size; none spans two. */
const PIECE = 4 * 1024 * 1024;

// The fields of one frame.
const OFFSET = 0;
const CAPTURED = 1;
const ORIGINAL = 2;
const LINK_TYPE = 3;
const INTERFACE = 4;
const ID_HIGH = 5;
const ID_LOW = 6;
/** Direction << 1 | dropped. */
const FLAGS = 7;
const REASON = 8;
const LOCATION = 9;
const COMPONENT = 10;
const WIDTH = 11;

/** Frames that wait until everything is read: each processor writes its own buffers, and the last one may hold the oldest event. */
export class EtlFrames {
  count = 0;
  #times = new Float64Array(1024);
  #fields = new Int32Array(1024 * WIDTH);
  #pieces: { bytes: Uint8Array; view: DataView }[] = [];
  /** Bytes in use of the last piece. */
  #used = PIECE;
  readonly #frame = new EtlFrame();
  readonly #limits: EtlLimits;

  constructor(limits: EtlLimits) {
    this.#limits = limits;
  }

  /** True where no frame of the largest size can be taken any more; hand on some first. */
  get isFull(): boolean {
    return this.count >= this.#limits.frames || this.#pieces.length * PIECE >= this.#limits.bytes;
  }

  /** Keeps a frame and a copy of its bytes, at most a piece (4 MiB) of them. */
  add(frame: EtlFrame, bytes: Uint8Array, from: number): void {
    const captured = Math.min(frame.captured, PIECE);
    // A frame without bytes has its place in a piece, too.
    if (this.#used + Math.max(1, captured) > PIECE) {
      const piece = new Uint8Array(PIECE);
      this.#pieces.push({ bytes: piece, view: new DataView(piece.buffer) });
      this.#used = 0;
    }
    if (this.count === this.#times.length) this.#grow();
    const at = this.count * WIDTH;
    const fields = this.#fields;
    this.#times[this.count++] = frame.units;
    fields[at + OFFSET] = (this.#pieces.length - 1) * PIECE + this.#used;
    fields[at + CAPTURED] = captured;
    fields[at + ORIGINAL] = frame.original;
    fields[at + LINK_TYPE] = frame.linkType;
    fields[at + INTERFACE] = frame.interfaceId;
    fields[at + ID_HIGH] = frame.packetIdHigh;
    fields[at + ID_LOW] = frame.packetIdLow;
    fields[at + FLAGS] = (frame.direction << 1) | (frame.dropped ? 1 : 0);
    fields[at + REASON] = frame.dropReason;
    fields[at + LOCATION] = frame.dropLocation;
    fields[at + COMPONENT] = frame.component;
    this.#pieces[this.#pieces.length - 1].bytes.set(bytes.subarray(from, from + captured), this.#used);
    this.#used += captured;
  }

  /**
   * Hands frames on in the order of their time, those of the same time in the order of the file: all of them, or the older half.
   * @param tell gets the units of the clock, sets the time
   */
  handOn(sink: FrameSink, tell: (units: number) => { seconds: number; nanoseconds: number }, all: boolean): void {
    const times = this.#times;
    const order = new Uint32Array(this.count).map((_, i) => i);
    order.sort((a, b) => times[a] - times[b] || a - b);
    const count = all ? order.length : order.length >> 1;
    for (let i = 0; i < count; i++) {
      const frame = this.#take(order[i]);
      const { seconds, nanoseconds } = tell(frame.units);
      const offset = this.#fields[order[i] * WIDTH + OFFSET] >>> 0;
      const { bytes, view } = this.#pieces[Math.floor(offset / PIECE)];
      if (frame.dropped || (frame.packetIdHigh | frame.packetIdLow) !== 0) sink.note?.(frame);
      const { captured, original, linkType, interfaceId } = frame;
      sink.frame(bytes, view, offset % PIECE, captured, original, seconds, nanoseconds, linkType, interfaceId);
    }
    this.#keep(order.subarray(count).sort());
  }

  /** Leaves only these frames. @param numbers ascending, so that a frame never moves over one that is still to be moved */
  #keep(numbers: Uint32Array): void {
    const pieces = this.#pieces;
    const fields = this.#fields;
    this.count = 0;
    this.#pieces = [];
    this.#used = PIECE;
    for (const number of numbers) {
      const offset = fields[number * WIDTH + OFFSET] >>> 0;
      this.add(this.#take(number), pieces[Math.floor(offset / PIECE)].bytes, offset % PIECE);
    }
  }

  #take(number: number): EtlFrame {
    const fields = this.#fields;
    const at = number * WIDTH;
    const frame = this.#frame;
    frame.units = this.#times[number];
    frame.captured = fields[at + CAPTURED];
    frame.original = fields[at + ORIGINAL];
    frame.linkType = fields[at + LINK_TYPE];
    frame.interfaceId = fields[at + INTERFACE] >>> 0;
    frame.packetIdHigh = fields[at + ID_HIGH];
    frame.packetIdLow = fields[at + ID_LOW];
    frame.direction = fields[at + FLAGS] >> 1;
    frame.dropped = (fields[at + FLAGS] & 1) !== 0;
    frame.dropReason = fields[at + REASON];
    frame.dropLocation = fields[at + LOCATION] >>> 0;
    frame.component = fields[at + COMPONENT];
    return frame;
  }

  #grow(): void {
    const times = new Float64Array(this.count * 2);
    times.set(this.#times);
    this.#times = times;
    const fields = new Int32Array(this.count * 2 * WIDTH);
    fields.set(this.#fields);
    this.#fields = fields;
  }
}
