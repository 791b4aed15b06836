import { PROTOCOL_UDP } from '../decode/packet.ts';
import { BesideIndex } from './beside-index.ts';
import type { Part } from './part.ts';
import {
  ABSORBED,
  ADDRESS_A,
  ADDRESS_B,
  FIRST_FRAME,
  KIND,
  KIND_BESIDE,
  KIND_KEY_MASK,
  PORTS,
  PREVIOUS,
  RECORD_INTS,
  withNetwork,
} from './record.ts';

const FIRST_CAPACITY = 1024;
/** Slots at the start: all of them are touched soon, other than the records. */
const MOST_SLOTS = 2 ** 21;
/** A slot holds the number of a record + 1 in these bits, and bits of its hash above them. */
const NUMBER_BITS = 26;
const NUMBER_MASK = (1 << NUMBER_BITS) - 1;
/** Connections that one table can hold. */
export const MAX_CONNECTIONS = NUMBER_MASK - 1;

/**
 * All connections seen, in the order of their first frame, in one growing Int32Array (record.ts), with a hash table over the
 * four values and the protocol that leads to the latest connection on them. Both directions hash alike, so one look-up finds a
 * connection whichever side sent the packet.
 */
export class ConnectionTable {
  records: Int32Array;
  count = 0;
  /** Set by `find`: 0 where the packet was sent by side A of the record found, 1 where by B. */
  direction = 0;
  /** Linear probing, at most half full. */
  slots: Int32Array;
  /** Slots in use. */
  keys = 0;
  readonly seed: number;
  #mask: number;

  /** Connections that the table takes; no more are appended. */
  readonly limit: number;
  /** Records of connections in further networks. */
  readonly #beside = new BesideIndex();

  /** @param seed mixed into the hashes @param expected connections; the table grows beyond @param limit most connections */
  constructor(seed: number, expected = 0, limit = MAX_CONNECTIONS) {
    this.limit = Math.min(limit, MAX_CONNECTIONS);
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(FIRST_CAPACITY, expected)));
    this.seed = seed;
    this.records = newRecords(capacity * RECORD_INTS);
    this.slots = new Int32Array(Math.min(MOST_SLOTS, capacity * 2));
    this.#mask = this.slots.length - 1;
  }

  /** Numbers of records that were taken out, to be used again, the next one last. */
  #free = new Int32Array(0);
  #freeCount = 0;
  /** Numbers have no longer the order of first frames. */
  #wasThinned = false;

  /** Connections that the table has room for. */
  get room(): number {
    return this.limit - this.count + this.#freeCount;
  }

  /** Takes over the tables of a part that was made with the same seed; the part must not be used afterwards. */
  adopt(part: Part): void {
    this.records = part.records;
    this.count = part.connectionCount;
    this.slots = part.slots;
    this.keys = part.slotsUsed;
    this.#mask = part.slots.length - 1;
    this.#freeCount = 0;
    this.#wasThinned = part.folded !== null;
    this.#beside.rebuild(this.records, this.count);
    if (part.folded !== null) this.#listFree();
  }

  /** The lowest numbers are given first. */
  #listFree(): void {
    const { records } = this;
    let free = 0;
    for (let number = 0; number < this.count; number++) if (records[number * RECORD_INTS + KIND] === 0) free++;
    this.#free = new Int32Array(free);
    this.#freeCount = free;
    for (let number = 0; number < this.count; number++)
      if (records[number * RECORD_INTS + KIND] === 0) this.#free[--free] = number;
  }

  /** The numbers of the UDP exchanges, in the order of their first frame. */
  udpInOrder(): number[] {
    const { records } = this;
    const numbers: number[] = [];
    for (let number = 0; number < this.count; number++)
      if ((records[number * RECORD_INTS + KIND] & 0xff) === PROTOCOL_UDP && this.has(number)) numbers.push(number);
    if (!this.#wasThinned) return numbers;
    const first = (number: number): number => records[number * RECORD_INTS + FIRST_FRAME] >>> 0;
    return numbers.sort((a, b) => first(a) - first(b));
  }

  /** False for the number of a record that was taken out, or went into another. */
  has(number: number): boolean {
    const at = number * RECORD_INTS;
    return this.records[at + KIND] !== 0 && this.records[at + FIRST_FRAME] !== ABSORBED;
  }

  /** True where some connection has records beside its own. */
  get hasBeside(): boolean {
    return this.#beside.count > 0;
  }

  /**
   * Takes out the records whose byte in `out` is not 0; their numbers are given to later connections, which have then no longer the order
   * of their first frames. The others keep theirs. What is beside a record must go with it.
   */
  takeOut(out: Uint8Array): void {
    this.#wasThinned = true;
    const { records, count } = this;
    // Slots lead to the latest connection of their sockets: to none that is the previous one of another, or beside another.
    const isReached = new Uint8Array(count);
    for (let number = 0; number < count; number++) {
      if (out[number] !== 0) continue;
      const at = number * RECORD_INTS;
      const previous = this.#kept(records[at + PREVIOUS] - 1, out);
      records[at + PREVIOUS] = previous + 1;
      if ((records[at + KIND] & KIND_BESIDE) !== 0) isReached[number] = 1;
      else if (previous >= 0) isReached[previous] = 1;
    }
    for (let number = 0; number < count; number++) {
      if (out[number] === 0) continue;
      const from = number;
      while (number + 1 < count && out[number + 1] !== 0) number++;
      records.fill(0, from * RECORD_INTS, (number + 1) * RECORD_INTS);
    }
    this.slots.fill(0);
    this.keys = 0;
    for (let number = 0; number < count; number++) {
      if (out[number] !== 0 || isReached[number] !== 0) continue;
      this.keys++;
      this.#put(this.#hashOf(number), number);
    }
    this.#listFree();
    if (this.hasBeside) this.#beside.rebuild(records, count);
  }

  /** The first of a connection and those before it on the same four values that stays; -1 where none does. */
  #kept(number: number, out: Uint8Array): number {
    let kept = number;
    while (kept >= 0 && out[kept] !== 0) kept = this.records[kept * RECORD_INTS + PREVIOUS] - 1;
    return kept;
  }

  /**
   * Brings into the cache what `find` is going to read for the first `count` of these hashes. A look-up waits for memory twice, for the slot
   * and then for the record; where nothing depends on what is read, the waits of all of them overlap.
   */
  touch(hashes: Int32Array, count: number): void {
    const { slots, records } = this;
    const mask = this.#mask;
    let sum = 0;
    for (let i = 0; i < count; i++) sum ^= slots[hashes[i] & mask];
    for (let i = 0; i < count; i++) {
      const hash = hashes[i];
      let slot = hash & mask;
      let entry = slots[slot];
      while (entry !== 0 && (entry ^ hash) >>> NUMBER_BITS !== 0) {
        slot = (slot + 1) & mask;
        entry = slots[slot];
      }
      if (entry !== 0) sum ^= records[((entry & NUMBER_MASK) - 1) * RECORD_INTS];
    }
    this.touched = sum;
  }

  /** Nobody reads it; without it, the engine would leave out the reading above. */
  touched = 0;

  /**
   * Number of the latest connection between the two sockets, or -1. `key` is the part of KIND that belongs to the key.
   * @param hash of the same values, where it is known already
   */
  find(
    key: number,
    source: number,
    destination: number,
    sourcePort: number,
    destinationPort: number,
    hash = this.hash(key, source, destination, sourcePort, destinationPort),
  ): number {
    const records = this.records;
    const slots = this.slots;
    const mask = this.#mask;
    const ports = (sourcePort << 16) | destinationPort;
    const reversed = (destinationPort << 16) | sourcePort;
    let slot = hash & mask;
    for (let entry = slots[slot]; entry !== 0; entry = slots[slot]) {
      if ((entry ^ hash) >>> NUMBER_BITS === 0) {
        const number = (entry & NUMBER_MASK) - 1;
        const at = number * RECORD_INTS;
        const known = records[at + PORTS];
        if (known === ports && records[at + ADDRESS_A] === source && records[at + ADDRESS_B] === destination) {
          if ((records[at + KIND] & KIND_KEY_MASK) === key) {
            this.direction = 0;
            return number;
          }
        } else if (
          known === reversed &&
          records[at + ADDRESS_A] === destination &&
          records[at + ADDRESS_B] === source
        ) {
          if ((records[at + KIND] & KIND_KEY_MASK) === key) {
            this.direction = 1;
            return number;
          }
        }
      }
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  /**
   * Appends a record with its key fields set and everything else 0, and makes it the latest of its sockets.
   * @param previous what `find` gave: the connection that this one follows, or -1
   * @returns its number, or -1 where the table is full
   */
  append(
    key: number,
    source: number,
    destination: number,
    sourcePort: number,
    destinationPort: number,
    previous: number,
    hash = this.hash(key, source, destination, sourcePort, destinationPort),
  ): number {
    const number = this.#newRecord(key, source, destination, sourcePort, destinationPort, previous);
    if (number < 0) return number;
    if (previous >= 0) this.#replace(hash, previous, number);
    else this.#add(hash, number);
    return number;
  }

  /**
   * The record for the frames of connection `main` in a network that is not its record's; `direction` says which side of that record sent.
   * @returns its number, -1 where there is none
   */
  findBeside(main: number, network: number, source: number, sourcePort: number, destinationPort: number): number {
    const { records } = this;
    const number = this.#beside.find(records, main, network);
    if (number < 0) return number;
    const at = number * RECORD_INTS;
    const isA = records[at + ADDRESS_A] === source && records[at + PORTS] === ((sourcePort << 16) | destinationPort);
    this.direction = isA ? 0 : 1;
    return number;
  }

  /** Makes what `findBeside` did not find, with the source as side A. @returns its number, or -1 where the table is full */
  appendBeside(
    main: number,
    network: number,
    source: number,
    destination: number,
    sourcePort: number,
    destinationPort: number,
  ): number {
    const key = this.records[main * RECORD_INTS + KIND] & KIND_KEY_MASK;
    const kind = withNetwork(key | KIND_BESIDE, network);
    const number = this.#newRecord(kind, source, destination, sourcePort, destinationPort, main);
    if (number >= 0) this.#beside.add(this.records, number);
    this.direction = 0;
    return number;
  }

  #newRecord(
    kind: number,
    source: number,
    destination: number,
    sourcePort: number,
    destinationPort: number,
    previous: number,
  ): number {
    if (this.#freeCount === 0) {
      if (this.count >= this.limit) return -1;
      if ((this.count + 1) * RECORD_INTS > this.records.length)
        this.#growRecords(Math.min(this.records.length * 2, this.limit * RECORD_INTS));
    }
    const number = this.#freeCount > 0 ? this.#free[--this.#freeCount] : this.count++;
    const at = number * RECORD_INTS;
    this.records[at + ADDRESS_A] = source;
    this.records[at + ADDRESS_B] = destination;
    this.records[at + PORTS] = (sourcePort << 16) | destinationPort;
    this.records[at + KIND] = kind;
    this.records[at + PREVIOUS] = previous + 1;
    return number;
  }

  #replace(hash: number, previous: number, number: number): void {
    const slots = this.slots;
    let slot = hash & this.#mask;
    while ((slots[slot] & NUMBER_MASK) !== previous + 1) slot = (slot + 1) & this.#mask;
    slots[slot] = entryOf(hash, number);
  }

  #add(hash: number, number: number): void {
    if (++this.keys > this.#mask >> 1) this.#growSlots(this.slots.length * 4);
    else this.#put(hash, number);
  }

  #put(hash: number, number: number): void {
    const slots = this.slots;
    let slot = hash & this.#mask;
    while (slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    slots[slot] = entryOf(hash, number);
  }

  /** Makes room for so many connections more, at once instead of step by step. */
  reserve(more: number): void {
    const total = Math.min(this.count + more, this.limit);
    if (total * RECORD_INTS > this.records.length) this.#growRecords(total * RECORD_INTS);
    let slots = this.slots.length;
    while (this.keys + more > slots >> 1) slots *= 2;
    if (slots > this.slots.length) this.#growSlots(slots);
  }

  #growRecords(length: number): void {
    const records = newRecords(length);
    records.set(this.records);
    this.records = records;
  }

  /** Records are gone through in their order, which memory likes: that of the slots is none. */
  #growSlots(length: number): void {
    const { records, count } = this;
    const isEarlier = new Uint8Array(count);
    for (let number = 0; number < count; number++) {
      const previous = records[number * RECORD_INTS + PREVIOUS] - 1;
      if (previous >= 0 && (records[number * RECORD_INTS + KIND] & KIND_BESIDE) === 0) isEarlier[previous] = 1;
    }
    this.slots = new Int32Array(length);
    this.#mask = length - 1;
    for (let number = 0; number < count; number++) {
      const kind = records[number * RECORD_INTS + KIND];
      if (isEarlier[number] === 0 && kind !== 0 && (kind & KIND_BESIDE) === 0) this.#put(this.#hashOf(number), number);
    }
  }

  #hashOf(number: number): number {
    const { records } = this;
    const at = number * RECORD_INTS;
    const ports = records[at + PORTS];
    const key = records[at + KIND] & KIND_KEY_MASK;
    return this.hash(key, records[at + ADDRESS_A], records[at + ADDRESS_B], ports >>> 16, ports & 0xffff);
  }

  /** Each socket is mixed by itself and the two are added: the same for both directions. The seed keeps collisions from being prepared. */
  hash(key: number, source: number, destination: number, sourcePort: number, destinationPort: number): number {
    let a = Math.imul(source ^ this.seed, 0x9e3779b1) ^ Math.imul(sourcePort + this.seed, 0x85ebca6b);
    a = Math.imul(a ^ (a >>> 15), 0xc2b2ae35);
    let b = Math.imul(destination ^ this.seed, 0x9e3779b1) ^ Math.imul(destinationPort + this.seed, 0x85ebca6b);
    b = Math.imul(b ^ (b >>> 15), 0xc2b2ae35);
    const hash = Math.imul((a ^ (a >>> 13)) + (b ^ (b >>> 13)) + key, 0x27d4eb2f);
    return hash ^ (hash >>> 15);
  }
}

/**
 * Memory for records that begin on a line of the cache: large blocks of the usual allocators of Linux begin 16 bytes behind one. Elsewhere
 * it is as good as any other.
 */
function newRecords(ints: number): Int32Array {
  return new Int32Array(new ArrayBuffer(ints * 4 + CACHE_LINE), CACHE_LINE - ALLOCATOR_HEADER, ints);
}

const CACHE_LINE = 64;
const ALLOCATOR_HEADER = 16;

function entryOf(hash: number, number: number): number {
  return ((hash >>> NUMBER_BITS) << NUMBER_BITS) | (number + 1);
}
