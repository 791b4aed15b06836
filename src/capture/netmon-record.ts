/** One record of a Network Monitor file: where its fields are, and what its time is. */
import { isKnownNetwork, linkTypeOf, type NetmonHeader, NOT_A_FRAME } from './netmon-header.ts';
import { TimeScale } from './time-scale.ts';
import { type FrameSink, MAX_RECORD } from './types.ts';

/** 1.x: milliseconds since the start, original length, captured length. */
const ORIGINAL_1 = 4;
const CAPTURED_1 = 6;
/** 2.x: microseconds since the start (64 bits, may be negative), original length, captured length. */
const DELTA_HIGH = 4;
const ORIGINAL_2 = 8;
const CAPTURED_2 = 12;
/** Trailer: network; index of the process; 2.3 time in UTC and time zone. */
const TRAILER_UTC = 6;

/** 100 nanoseconds, the unit of Windows. */
const TICKS_PER_SECOND = 10_000_000;
const MILLISECONDS = 1000;
const TICKS_PER_MILLISECOND = 10_000;
const TICKS_PER_MICROSECOND = 10;
const NANOSECONDS_PER_TICK = 100;
const FILETIME_DIGITS = 7;
/** Seconds from 1601, where FILETIME begins, to 1970. */
const FILETIME_EPOCH = 11_644_473_600;
const TWO_32 = 2 ** 32;
const LATEST_SECOND = TWO_32 - 1;

/** What became of a record. */
export type Delivery = 'frame' | 'no-frame' | 'time-out-of-range';

/** Reads records of one file. Callers have checked that the bytes asked for are at hand. */
export class NetmonRecord {
  readonly header: NetmonHeader;
  /** LINKTYPE_ values of frames, in order of appearance. */
  readonly linkTypes: number[] = [];
  readonly #utc = new TimeScale(FILETIME_DIGITS, -FILETIME_EPOCH);
  readonly #startSeconds: number;
  /** What the start has beyond a whole second. Apart, since 64 bits of ticks since 1970 do not fit a double. */
  readonly #startTicks: number;
  /** Time of the last frame that has one: it is also that of a frame whose own is out of range. */
  #seconds = 0;
  #nanoseconds = 0;

  constructor(header: NetmonHeader) {
    this.header = header;
    this.#startSeconds = Math.floor(header.startMilliseconds / MILLISECONDS);
    this.#startTicks = (header.startMilliseconds - this.#startSeconds * MILLISECONDS) * TICKS_PER_MILLISECOND;
  }

  captured(view: DataView, at: number): number {
    return this.header.major === 1 ? view.getUint16(at + CAPTURED_1, true) : view.getUint32(at + CAPTURED_2, true);
  }

  original(view: DataView, at: number): number {
    return this.header.major === 1 ? view.getUint16(at + ORIGINAL_1, true) : view.getUint32(at + ORIGINAL_2, true);
  }

  /** Time since the start, in units of the format, for comparisons. */
  delta(view: DataView, at: number): number {
    const low = view.getUint32(at, true);
    return this.header.major === 1 ? low : view.getInt32(at + DELTA_HIGH, true) * TWO_32 + low;
  }

  /** Bytes of the record at `at`, all told. */
  length(view: DataView, at: number): number {
    return this.header.recordHeader + this.captured(view, at) + this.header.trailer;
  }

  /** Nothing in the header of the record speaks against it. */
  isPlausible(view: DataView, at: number): boolean {
    const captured = this.captured(view, at);
    return captured <= MAX_RECORD - this.header.recordHeader - this.header.trailer;
  }

  /** As `isPlausible`, and stricter: for records that are searched, not named by the table. `end` bounds the bytes at hand. */
  isConvincing(view: DataView, at: number, end: number): boolean {
    const captured = this.captured(view, at);
    const original = this.original(view, at);
    if (captured === 0 || original < captured || !this.isPlausible(view, at)) return false;
    const trailer = at + this.header.recordHeader + captured;
    if (this.header.trailer === 0 || trailer + 2 > end) return true;
    return isKnownNetwork(view.getUint16(trailer, true));
  }

  /** Hands the whole record at `at` on. */
  deliver(bytes: Uint8Array, view: DataView, at: number, sink: FrameSink): Delivery {
    const { header } = this;
    const data = at + header.recordHeader;
    const captured = this.captured(view, at);
    const trailer = data + captured;
    const linkType = header.trailer === 0 ? header.linkType : linkTypeOf(view.getUint16(trailer, true));
    if (linkType === NOT_A_FRAME) return 'no-frame';
    const inRange = header.hasUtc ? this.#readUtc(view, trailer) : this.#readDelta(view, at);
    if (!this.linkTypes.includes(linkType)) this.linkTypes.push(linkType);
    sink.frame(bytes, view, data, captured, this.original(view, at), this.#seconds, this.#nanoseconds, linkType, 0);
    return inRange ? 'frame' : 'time-out-of-range';
  }

  #readUtc(view: DataView, trailer: number): boolean {
    const low = view.getUint32(trailer + TRAILER_UTC, true);
    if (!this.#utc.convert(view.getUint32(trailer + TRAILER_UTC + 4, true), low)) return false;
    this.#seconds = this.#utc.seconds;
    this.#nanoseconds = this.#utc.nanoseconds;
    return true;
  }

  #readDelta(view: DataView, at: number): boolean {
    let ticks = view.getUint32(at, true);
    if (this.header.major === 1) {
      ticks *= TICKS_PER_MILLISECOND;
    } else {
      // The count is unsigned; ten times it, in 64 bits, is a signed count of ticks: so frames in front of the start are written.
      const low = ticks * TICKS_PER_MICROSECOND;
      const high = view.getUint32(at + DELTA_HIGH, true) * TICKS_PER_MICROSECOND + Math.floor(low / TWO_32);
      ticks = (high | 0) * TWO_32 + (low >>> 0);
    }
    const sinceStart = this.#startTicks + ticks;
    const wholeSeconds = Math.floor(sinceStart / TICKS_PER_SECOND);
    const seconds = this.#startSeconds + wholeSeconds;
    if (!(seconds >= 0 && seconds <= LATEST_SECOND)) return false;
    this.#seconds = seconds;
    this.#nanoseconds = (sinceStart - wholeSeconds * TICKS_PER_SECOND) * NANOSECONDS_PER_TICK;
    return true;
  }
}
