import type { FrameSink } from '../capture/types.ts';
import { CAPTURED_LENGTH, FRACTION, LITTLE, ORIGINAL_LENGTH, RECORD_HEADER, SECONDS } from './batch-record.ts';
import type { Batch } from './messages.ts';

const NANOSECONDS_OF_MICROSECOND = 1000;
/** As good as never, as a moment. */
const NEVER = 2 ** 40;

/** The batches of one interface in their order, read record by record. */
export class BatchSource {
  readonly #waiting: Batch[] = [];
  #batch: Batch | null = null;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  #frame = 0;
  /** Milliseconds since 1970 up to which everything is here. */
  until = 0;
  /** No further batch comes. */
  ended = false;
  /** Index of the interface in the run. */
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }

  push(batch: Batch): void {
    this.#waiting.push(batch);
    this.until = batch.until;
  }

  /** Batches that wait, the one in work among them. */
  get length(): number {
    return this.#waiting.length + (this.#batch === null ? 0 : 1);
  }

  /** The batch in work, made ready where there is one; null where nothing waits. */
  current(): Batch | null {
    if (this.#batch === null) {
      const next = this.#waiting.shift();
      if (next === undefined) return null;
      this.#batch = next;
      this.#bytes = new Uint8Array(next.buffer, 0, next.bytes);
      this.#view = new DataView(next.buffer, 0, next.bytes);
      this.#at = 0;
      this.#frame = 0;
    }
    return this.#batch;
  }

  /** Frames of the batch in work that were handed on. */
  get framesDone(): number {
    return this.#frame;
  }

  /** Time of the next record, in whole seconds and nanoseconds; NEVER where none waits. */
  nextSeconds(): number {
    return this.current() === null ? NEVER : this.#view.getUint32(this.#at + SECONDS, LITTLE);
  }

  nextNanoseconds(): number {
    const batch = this.current();
    if (batch === null) return 0;
    const fraction = this.#view.getUint32(this.#at + FRACTION, LITTLE);
    return batch.nanoseconds ? fraction : fraction * NANOSECONDS_OF_MICROSECOND;
  }

  /**
   * Hands on the records of the batch in work that are not later than the limit.
   * @returns the batch where it is done with, to be given back; else null
   */
  walk(sink: FrameSink, limitSeconds: number, limitNanoseconds: number): Batch | null {
    const batch = this.current();
    if (batch === null) return null;
    const bytes = this.#bytes;
    const view = this.#view;
    const { linkType } = batch;
    const scale = batch.nanoseconds ? 1 : NANOSECONDS_OF_MICROSECOND;
    const end = batch.bytes;
    let at = this.#at;
    let frame = this.#frame;
    // The addon writes whole records only; a length that ran past the end would end the batch, not the reading.
    while (end - at >= RECORD_HEADER) {
      const seconds = view.getUint32(at + SECONDS, LITTLE);
      const nanoseconds = view.getUint32(at + FRACTION, LITTLE) * scale;
      if (seconds > limitSeconds || (seconds === limitSeconds && nanoseconds > limitNanoseconds)) {
        this.#at = at;
        this.#frame = frame;
        return null;
      }
      const captured = view.getUint32(at + CAPTURED_LENGTH, LITTLE);
      const body = at + RECORD_HEADER;
      if (captured > end - body) break;
      const original = view.getUint32(at + ORIGINAL_LENGTH, LITTLE);
      sink.frame(bytes, view, body, captured, original, seconds, nanoseconds, linkType, this.number);
      frame++;
      at = body + captured;
    }
    this.#frame = frame;
    this.#batch = null;
    return batch;
  }
}

/**
 * Hands on the records of several interfaces in the order of their time, as far as that order is known: a source that has nothing here
 * holds the others back to what it has promised (`until`), but no longer than `patience`.
 * @param now milliseconds since 1970 @param patience milliseconds
 * @param done called with each batch that was read through, and its source
 * @param before called before records of a batch are handed on
 */
export function walkInOrder(
  sources: readonly BatchSource[],
  sink: FrameSink,
  now: number,
  patience: number,
  before: (batch: Batch, source: BatchSource) => void,
  done: (batch: Batch, source: BatchSource) => void,
): void {
  for (;;) {
    let first: BatchSource | null = null;
    let limitSeconds = NEVER;
    let limitNanoseconds = 0;
    for (const source of sources) {
      if (source.current() === null) {
        if (source.ended) continue;
        const promised = Math.max(source.until, now - patience);
        const seconds = Math.floor(promised / 1000);
        const nanoseconds = (promised - seconds * 1000) * 1e6;
        if (isBefore(seconds, nanoseconds, limitSeconds, limitNanoseconds)) {
          limitSeconds = seconds;
          limitNanoseconds = nanoseconds;
        }
      } else if (
        first === null ||
        isBefore(source.nextSeconds(), source.nextNanoseconds(), first.nextSeconds(), first.nextNanoseconds())
      ) {
        first = source;
      }
    }
    if (first === null) return;
    for (const source of sources) {
      if (source === first || source.current() === null) continue;
      if (isBefore(source.nextSeconds(), source.nextNanoseconds(), limitSeconds, limitNanoseconds)) {
        limitSeconds = source.nextSeconds();
        limitNanoseconds = source.nextNanoseconds();
      }
    }
    if (isBefore(limitSeconds, limitNanoseconds, first.nextSeconds(), first.nextNanoseconds())) return;
    const batch = first.current()!;
    before(batch, first);
    const finished = first.walk(sink, limitSeconds, limitNanoseconds);
    if (finished !== null) done(finished, first);
  }
}

function isBefore(seconds: number, nanoseconds: number, thanSeconds: number, thanNanoseconds: number): boolean {
  return seconds < thanSeconds || (seconds === thanSeconds && nanoseconds < thanNanoseconds);
}
