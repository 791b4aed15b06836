import type { NameBytes } from './part.ts';

const FIRST_BYTES = 1024;
const FIRST_NAMES = 64;

/** Bytes with the letters A to Z as a to z. */
const lower = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte));

/** Distinct byte strings, numbered in the order of their first appearance, up to a limit; those beyond are counted only. */
export class NameTable implements NameBytes {
  bytes = new Uint8Array(FIRST_BYTES);
  /** Where name n begins; it ends where n + 1 does. One entry more than there are names. */
  offsets = new Int32Array(FIRST_NAMES + 1);
  count = 0;
  /** Appearances of names for which there was no room. */
  dropped = 0;
  readonly #limit: number;
  readonly #byteLimit: number;
  readonly #seed: number;
  #slots = new Int32Array(FIRST_NAMES * 2);

  /** @param seed mixed into the hashes @param limit most names @param byteLimit most bytes of all of them */
  constructor(seed: number, limit: number, byteLimit: number) {
    this.#seed = seed;
    this.#limit = limit;
    this.#byteLimit = byteLimit;
  }

  /** The number of the name in `bytes[offset, offset + length)`, its letters taken as lower case, -1 where it is new and there is no room. */
  intern(bytes: Uint8Array, offset: number, length: number): number {
    let slot = this.#hash(bytes, offset, length) & (this.#slots.length - 1);
    for (let entry = this.#slots[slot]; entry !== 0; entry = this.#slots[slot]) {
      if (this.#equals(entry - 1, bytes, offset, length)) return entry - 1;
      slot = (slot + 1) & (this.#slots.length - 1);
    }
    const start = this.offsets[this.count];
    if (this.count === this.#limit || start + length > this.#byteLimit) {
      this.dropped++;
      return -1;
    }
    this.#reserve(start + length);
    for (let i = 0; i < length; i++) this.bytes[start + i] = lower[bytes[offset + i]];
    const number = this.count++;
    this.offsets[this.count] = start + length;
    this.#slots[slot] = number + 1;
    if (this.count * 2 > this.#slots.length) this.#rehash();
    return number;
  }

  #equals(number: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const start = this.offsets[number];
    if (this.offsets[number + 1] - start !== length) return false;
    const known = this.bytes;
    for (let i = 0; i < length; i++) if (known[start + i] !== lower[bytes[offset + i]]) return false;
    return true;
  }

  #reserve(total: number): void {
    if (total > this.bytes.length) {
      const bytes = new Uint8Array(Math.max(this.bytes.length * 2, total));
      bytes.set(this.bytes);
      this.bytes = bytes;
    }
    if (this.count + 2 > this.offsets.length) {
      const offsets = new Int32Array(this.offsets.length * 2);
      offsets.set(this.offsets);
      this.offsets = offsets;
    }
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let number = 0; number < this.count; number++) {
      const start = this.offsets[number];
      let slot = this.#hash(this.bytes, start, this.offsets[number + 1] - start) & (this.#slots.length - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (this.#slots.length - 1);
      this.#slots[slot] = number + 1;
    }
  }

  /** FNV-1a with a seed and a last mixing, so that nobody can prepare names that collide. */
  #hash(bytes: Uint8Array, offset: number, length: number): number {
    let hash = this.#seed ^ 0x811c9dc5;
    const end = offset + length;
    for (let i = offset; i < end; i++) hash = Math.imul(hash ^ lower[bytes[i]], 0x01000193);
    hash ^= this.#seed >>> 7;
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    return hash ^ (hash >>> 13);
  }
}
