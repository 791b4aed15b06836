import { KIND, KIND_BESIDE, networkOf, PREVIOUS, RECORD_INTS } from './record.ts';

const FIRST_SLOTS = 64;

/** Finds the record beside another by that one's number and the network: linear probing, at most half full. */
export class BesideIndex {
  /** Records in the index. */
  count = 0;
  #slots = new Int32Array(0);
  #mask = -1;

  /** Number of the record beside `main` for `network`, -1 where there is none. */
  find(records: Int32Array, main: number, network: number): number {
    if (this.count === 0) return -1;
    let slot = hashOf(main, network) & this.#mask;
    for (let entry = this.#slots[slot]; entry !== 0; entry = this.#slots[slot]) {
      const at = (entry - 1) * RECORD_INTS;
      if (records[at + PREVIOUS] === main + 1 && networkOf(records[at + KIND]) === network) return entry - 1;
      slot = (slot + 1) & this.#mask;
    }
    return -1;
  }

  /** Takes in a record that has its fields set. */
  add(records: Int32Array, number: number): void {
    if (++this.count * 2 > this.#slots.length) this.#grow(records);
    this.#put(records, number);
  }

  /** Looks for the records anew, after numbers changed. */
  rebuild(records: Int32Array, count: number): void {
    this.count = 0;
    this.#slots.fill(0);
    for (let number = 0; number < count; number++)
      if ((records[number * RECORD_INTS + KIND] & KIND_BESIDE) !== 0) this.add(records, number);
  }

  #grow(records: Int32Array): void {
    const old = this.#slots;
    this.#slots = new Int32Array(Math.max(FIRST_SLOTS, old.length * 2));
    this.#mask = this.#slots.length - 1;
    for (const entry of old) if (entry !== 0) this.#put(records, entry - 1);
  }

  #put(records: Int32Array, number: number): void {
    const at = number * RECORD_INTS;
    let slot = hashOf(records[at + PREVIOUS] - 1, networkOf(records[at + KIND])) & this.#mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = number + 1;
  }
}

function hashOf(main: number, network: number): number {
  const hash = Math.imul(Math.imul(main, 0x9e3779b1) ^ network, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
