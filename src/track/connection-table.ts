import { ADDRESS_A, ADDRESS_B, KIND, KIND_KEY_MASK, PORTS, PREVIOUS, RECORD_INTS } from './record.ts';

const FIRST_CAPACITY = 1024;

/**
 * All connections seen, in the order of their first frame, in one growing Int32Array (record.ts), with a hash table over the
 * four values and the protocol that leads to the latest connection on them. Both directions hash alike, so one look-up finds a
 * connection whichever side sent the packet.
 */
export class ConnectionTable {
  records: Int32Array;
  doubles: Float64Array;
  count = 0;
  /** Set by `find`: 0 where the packet was sent by side A of the record found, 1 where by B. */
  direction = 0;
  /** Pairs of hash and record number + 1; linear probing, at most half full. */
  #slots: Int32Array;
  #mask: number;
  #keys = 0;
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
    this.records = new Int32Array(FIRST_CAPACITY * RECORD_INTS);
    this.doubles = new Float64Array(this.records.buffer);
    this.#slots = new Int32Array(FIRST_CAPACITY * 4);
    this.#mask = FIRST_CAPACITY * 2 - 1;
  }

  /** Number of the latest connection between the two sockets, or -1. `key` is the part of KIND that belongs to the key. */
  find(key: number, source: number, destination: number, sourcePort: number, destinationPort: number): number {
    const records = this.records;
    const slots = this.#slots;
    const ports = (sourcePort << 16) | destinationPort;
    const reversed = (destinationPort << 16) | sourcePort;
    const hash = this.#hash(key, source, destination, sourcePort, destinationPort);
    let slot = hash & this.#mask;
    for (let entry = slots[(slot << 1) + 1]; entry !== 0; entry = slots[(slot << 1) + 1]) {
      if (slots[slot << 1] === hash) {
        const at = (entry - 1) * RECORD_INTS;
        if ((records[at + KIND] & KIND_KEY_MASK) === key) {
          if (
            records[at + PORTS] === ports &&
            records[at + ADDRESS_A] === source &&
            records[at + ADDRESS_B] === destination
          ) {
            this.direction = 0;
            return entry - 1;
          }
          if (
            records[at + PORTS] === reversed &&
            records[at + ADDRESS_A] === destination &&
            records[at + ADDRESS_B] === source
          ) {
            this.direction = 1;
            return entry - 1;
          }
        }
      }
      slot = (slot + 1) & this.#mask;
    }
    return -1;
  }

  /**
   * Appends a record with its key fields set and everything else 0, and makes it the latest of its sockets.
   * @param previous what `find` gave: the connection that this one follows, or -1
   */
  append(
    key: number,
    source: number,
    destination: number,
    sourcePort: number,
    destinationPort: number,
    previous: number,
  ): number {
    if ((this.count + 1) * RECORD_INTS > this.records.length) this.#growRecords();
    const number = this.count++;
    const at = number * RECORD_INTS;
    this.records[at + ADDRESS_A] = source;
    this.records[at + ADDRESS_B] = destination;
    this.records[at + PORTS] = (sourcePort << 16) | destinationPort;
    this.records[at + KIND] = key;
    this.records[at + PREVIOUS] = previous + 1;
    const hash = this.#hash(key, source, destination, sourcePort, destinationPort);
    if (previous >= 0) this.#replace(hash, previous, number);
    else this.#add(hash, number);
    return number;
  }

  #replace(hash: number, previous: number, number: number): void {
    const slots = this.#slots;
    let slot = hash & this.#mask;
    while (slots[(slot << 1) + 1] !== previous + 1) slot = (slot + 1) & this.#mask;
    slots[(slot << 1) + 1] = number + 1;
  }

  #add(hash: number, number: number): void {
    if (++this.#keys > this.#mask >> 1) this.#growSlots();
    const slots = this.#slots;
    let slot = hash & this.#mask;
    while (slots[(slot << 1) + 1] !== 0) slot = (slot + 1) & this.#mask;
    slots[slot << 1] = hash;
    slots[(slot << 1) + 1] = number + 1;
  }

  #growRecords(): void {
    const records = new Int32Array(this.records.length * 2);
    records.set(this.records);
    this.records = records;
    this.doubles = new Float64Array(records.buffer);
  }

  #growSlots(): void {
    const old = this.#slots;
    const slots = new Int32Array(old.length * 2);
    const mask = this.#mask * 2 + 1;
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue;
      let slot = old[i] & mask;
      while (slots[(slot << 1) + 1] !== 0) slot = (slot + 1) & mask;
      slots[slot << 1] = old[i];
      slots[(slot << 1) + 1] = old[i + 1];
    }
    this.#slots = slots;
    this.#mask = mask;
  }

  /** Each socket is mixed by itself and the two are added: the same for both directions. The seed keeps collisions from being prepared. */
  #hash(key: number, source: number, destination: number, sourcePort: number, destinationPort: number): number {
    let a = Math.imul(source ^ this.#seed, 0x9e3779b1) ^ Math.imul(sourcePort + this.#seed, 0x85ebca6b);
    a = Math.imul(a ^ (a >>> 15), 0xc2b2ae35);
    let b = Math.imul(destination ^ this.#seed, 0x9e3779b1) ^ Math.imul(destinationPort + this.#seed, 0x85ebca6b);
    b = Math.imul(b ^ (b >>> 15), 0xc2b2ae35);
    const hash = Math.imul((a ^ (a >>> 13)) + (b ^ (b >>> 13)) + key, 0x27d4eb2f);
    return hash ^ (hash >>> 15);
  }
}
