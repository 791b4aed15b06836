import { newRows, rowsOf } from './message-log.ts';
import type { Messages } from './part.ts';

/** Rows of integers that are found by their first integers, numbered in the order of their first appearance, up to a limit. */
export class KeyedRows implements Messages {
  readonly width: number;
  values: Int32Array;
  count = 0;
  /** Appearances of rows for which there was no room. */
  dropped = 0;
  /** Set by `at`: true where it made the row. */
  isNew = false;
  readonly #limit: number;
  readonly #seed: number;
  #slots = new Int32Array(128);

  /** @param seed mixed into the hashes @param width integers of a row, the first 4 its key @param limit most rows */
  constructor(seed: number, width: number, limit: number) {
    this.width = width;
    this.#seed = seed;
    this.#limit = limit;
    this.values = newRows(width);
  }

  /** Offset in `values` of the row with this key, made where there is none (the rest of it 0); -1 where there is no room for it. */
  at(a: number, b: number, c: number, d: number): number {
    const values = this.values;
    const width = this.width;
    let slot = this.#hash(a, b, c, d) & (this.#slots.length - 1);
    for (let entry = this.#slots[slot]; entry !== 0; entry = this.#slots[slot]) {
      const at = (entry - 1) * width;
      if (values[at + 2] === c && values[at + 1] === b && values[at] === a && values[at + 3] === d) {
        this.isNew = false;
        return at;
      }
      slot = (slot + 1) & (this.#slots.length - 1);
    }
    return this.#insert(slot, a, b, c, d);
  }

  #insert(slot: number, a: number, b: number, c: number, d: number): number {
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
    this.values[at] = a;
    this.values[at + 1] = b;
    this.values[at + 2] = c;
    this.values[at + 3] = d;
    this.count++;
    this.#slots[slot] = this.count;
    this.isNew = true;
    if (this.count * 2 > this.#slots.length) this.#rehash(this.#slots.length * 2);
    return at;
  }

  /** Rows that there is room for. */
  get room(): number {
    return this.#limit - this.count;
  }

  /** Becomes a copy of another table, where there is room for all of it. */
  copy({ values, count }: Messages): void {
    this.values = rowsOf(values, count, this.width);
    this.count = count;
    let size = this.#slots.length;
    while (count * 2 > size) size *= 2;
    this.#rehash(size);
  }

  /** Forgets the rows whose byte in `out` is not 0. */
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
    this.#rehash(this.#slots.length);
  }

  /** Finds the rows again after `values` was written: keys may have changed, but no two of them have become one. */
  rekey(): void {
    this.#rehash(this.#slots.length);
  }

  #rehash(size: number): void {
    this.#slots = new Int32Array(size);
    const values = this.values;
    for (let row = 0; row < this.count; row++) {
      const at = row * this.width;
      const hash = this.#hash(values[at], values[at + 1], values[at + 2], values[at + 3]);
      let slot = hash & (this.#slots.length - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (this.#slots.length - 1);
      this.#slots[slot] = row + 1;
    }
  }

  #hash(a: number, b: number, c: number, d: number): number {
    let hash = Math.imul(a ^ this.#seed, 0x9e3779b1) ^ Math.imul(b + this.#seed, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15) ^ c, 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 13) ^ d, 0x27d4eb2f);
    return hash ^ (hash >>> 16);
  }
}
