import { MessageLog } from './message-log.ts';
import type { Messages } from './part.ts';

/** Without a frame for longer, nobody knows whether the capture went on; a longer step of the time is a clock that was set, or damage. */
export const MOST_PAUSE_SECONDS = 3600;
/** Queues and interfaces may hand over frames so much too late. */
const DISORDER_SECONDS = 1;

// A stretch of the capture, in the order of its frames, whose time goes on without such a step. Seconds are unsigned 32-bit numbers.
const STRETCH_FIRST = 0;
const STRETCH_LAST = 1;
const STRETCH_EARLIEST = 2;
/** The latest second that the second after it does not take back; as good as none where STRETCH_IS_CONFIRMED is 0. */
const STRETCH_CONFIRMED = 3;
const STRETCH_IS_CONFIRMED = 4;
export const STRETCH_WIDTH = 5;

/** Stretches that are kept. */
const MOST_STRETCHES = 1 << 16;

/** Times of frames, as far as silence can be measured with them. */
export interface StretchRows extends Messages {
  /** Second of the latest frame, in the order of the capture. */
  second: number;
}

/** A time in which the capture went on. */
export interface Span {
  startSeconds: number;
  seconds: number;
  nanoseconds: number;
}

/**
 * Follows the time of the frames, second by second: where it leaps by more than MOST_PAUSE_SECONDS a new stretch begins, and a second that the
 * next one takes back by more than DISORDER_SECONDS does not say how far the capture went.
 */
export class Stretches {
  readonly #log = new MessageLog(STRETCH_WIDTH, MOST_STRETCHES);
  /** Second of the frame before; -1 before the first one. */
  second = -1;

  /** To be called where the second differs from that of the frame before. */
  tick(second: number): void {
    if (this.second < 0 || isLeap(this.second, second)) this.#begin(second);
    else if (this.#log.dropped === 0) {
      const { values } = this.#log;
      const at = (this.#log.count - 1) * STRETCH_WIDTH;
      if (second - this.second >= -DISORDER_SECONDS) confirm(values, at, this.second);
      if (second < values[at + STRETCH_EARLIEST] >>> 0) values[at + STRETCH_EARLIEST] = second;
      values[at + STRETCH_LAST] = second;
    }
    this.second = second;
  }

  #begin(second: number): void {
    const at = this.#log.next();
    if (at < 0) return;
    const { values } = this.#log;
    values[at + STRETCH_FIRST] = values[at + STRETCH_LAST] = values[at + STRETCH_EARLIEST] = second;
    values[at + STRETCH_IS_CONFIRMED] = 0;
  }

  /** Takes over the stretches of a part that follows. */
  append(rows: StretchRows): void {
    if (rows.second < 0) return;
    const total = rows.count + rows.dropped;
    const step = (rows.values[STRETCH_FIRST] >>> 0) - this.second;
    const goesOn = this.second >= 0 && !isLeap(this.second, this.second + step);
    if (goesOn && this.#log.dropped === 0) this.#join(rows.values, step);
    for (let i = goesOn ? 1 : 0; i < total; i++) {
      const at = this.#log.next();
      const from = i * STRETCH_WIDTH;
      if (at >= 0) this.#log.values.set(rows.values.subarray(from, from + STRETCH_WIDTH), at);
    }
    this.second = rows.second;
  }

  /** Joins the first stretch of the right part into the latest one here. */
  #join(right: Int32Array, step: number): void {
    const { values } = this.#log;
    const at = (this.#log.count - 1) * STRETCH_WIDTH;
    if (step !== 0 && step >= -DISORDER_SECONDS) confirm(values, at, this.second);
    if (right[STRETCH_IS_CONFIRMED] !== 0) confirm(values, at, right[STRETCH_CONFIRMED] >>> 0);
    if (right[STRETCH_EARLIEST] >>> 0 < values[at + STRETCH_EARLIEST] >>> 0)
      values[at + STRETCH_EARLIEST] = right[STRETCH_EARLIEST];
    values[at + STRETCH_LAST] = right[STRETCH_LAST];
  }

  /** Shares the memory: nothing must be added afterwards. */
  rows(): StretchRows {
    return { values: this.#log.values, count: this.#log.count, dropped: this.#log.dropped, second: this.second };
  }
}

/** What a capture that went on all the time would give. */
export function oneStretch(first: number, last: number): StretchRows {
  const values = new Int32Array(STRETCH_WIDTH);
  values[STRETCH_FIRST] = values[STRETCH_EARLIEST] = first;
  values[STRETCH_LAST] = last;
  return { values, count: 1, dropped: 0, second: last };
}

function isLeap(from: number, to: number): boolean {
  return Math.abs(to - from) > MOST_PAUSE_SECONDS;
}

function confirm(values: Int32Array, at: number, second: number): void {
  if (values[at + STRETCH_IS_CONFIRMED] !== 0 && values[at + STRETCH_CONFIRMED] >>> 0 >= second) return;
  values[at + STRETCH_CONFIRMED] = second;
  values[at + STRETCH_IS_CONFIRMED] = 1;
}

/**
 * The times in which the capture went on, in order: stretches that lie within MOST_PAUSE_SECONDS of each other are one, however the frames
 * are ordered (several interfaces, files one after the other).
 * @param latest the latest time stamp of all, for the fraction of the second in which its span ends
 */
export function spansOf({ values, count }: StretchRows, latest: { seconds: number; nanoseconds: number }): Span[] {
  const stretches = Array.from({ length: count }, (_, i) => {
    const at = i * STRETCH_WIDTH;
    const last = values[at + STRETCH_LAST] >>> 0;
    const confirmed = values[at + STRETCH_IS_CONFIRMED] === 0 ? 0 : values[at + STRETCH_CONFIRMED] >>> 0;
    return { earliest: values[at + STRETCH_EARLIEST] >>> 0, end: Math.max(last, confirmed) };
  }).sort((a, b) => a.earliest - b.earliest);
  const spans: Span[] = [];
  for (const { earliest, end } of stretches) {
    const open = spans.at(-1);
    if (open !== undefined && earliest - open.seconds <= MOST_PAUSE_SECONDS) open.seconds = Math.max(open.seconds, end);
    else spans.push({ startSeconds: earliest, seconds: end, nanoseconds: 0 });
  }
  for (const span of spans) if (span.seconds === latest.seconds) span.nanoseconds = latest.nanoseconds;
  return spans;
}

/** The span that a second lies in; a moment of its own where no span has it. */
export function spanAt(spans: readonly Span[], second: number): Span {
  let low = 0;
  let high = spans.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (spans[middle].startSeconds <= second) low = middle;
    else high = middle - 1;
  }
  const span = spans[low];
  const isIn = span !== undefined && span.startSeconds <= second && second <= span.seconds;
  return isIn ? span : { startSeconds: second, seconds: second, nanoseconds: 0 };
}
