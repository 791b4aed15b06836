import type { Messages } from './part.ts';

/**
 * Most messages of one kind that are kept of a capture; those beyond are counted only. The first ones are kept, so that the
 * answer does not depend on how a capture was cut.
 */
export const MAX_MESSAGES = 1 << 20;
/** What keeps the errors of a small capture in however little memory. */
const LEAST_MESSAGES = 1024;

/** The limit in a share of the memory that MAX_MESSAGES is for, from 0 to 1. */
export function messageLimit(share: number): number {
  return Math.max(LEAST_MESSAGES, Math.floor(MAX_MESSAGES * share));
}

/** Rows that there is room for at first. */
const FIRST_ROWS = 16;

/** @param width integers of a row */
export function newRows(width: number): Int32Array {
  return new Int32Array(width * FIRST_ROWS);
}

/** A copy of the first `count` rows of `width` integers each, with room for FIRST_ROWS at least. */
export function rowsOf(values: Int32Array, count: number, width: number): Int32Array {
  const copy = new Int32Array(Math.max(FIRST_ROWS, count) * width);
  copy.set(values.subarray(0, count * width));
  return copy;
}

/** Rare messages of fixed width that are kept as they came, to be looked at once everything is read. */
export class MessageLog implements Messages {
  readonly width: number;
  values: Int32Array;
  count = 0;
  dropped = 0;

  readonly #limit: number;

  /** @param width integers of a message @param limit most messages */
  constructor(width: number, limit = MAX_MESSAGES) {
    this.width = width;
    this.#limit = limit;
    this.values = newRows(width);
  }

  /** Offset in `values` at which to write the next message, or -1 where the log is full. */
  next(): number {
    if (this.count === this.#limit) {
      this.dropped++;
      return -1;
    }
    const at = this.count * this.width;
    if (at === this.values.length) {
      const values = new Int32Array(at * 2);
      values.set(this.values);
      this.values = values;
    }
    this.count++;
    return at;
  }

  /** Messages that there is room for. */
  get room(): number {
    return this.#limit - this.count;
  }

  /** Becomes a copy of another log, where there is room for all of it. */
  copy({ values, count }: Messages): void {
    this.values = rowsOf(values, count, this.width);
    this.count = count;
  }

  /** Takes back what `next` gave: the message cannot be kept. */
  lose(): void {
    this.count--;
    this.dropped++;
  }

  /** Forgets the messages whose byte in `out` is not 0. */
  remove(out: Uint8Array): void {
    const { values, width } = this;
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      if (out[i] !== 0) continue;
      values.copyWithin(kept * width, i * width, (i + 1) * width);
      kept++;
    }
    values.fill(0, kept * width, this.count * width);
    this.count = kept;
  }
}
