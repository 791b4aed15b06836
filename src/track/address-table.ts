/** Fewer would be no saving. */
const LEAST_LIMIT = 1024;

/** Most IPv6 addresses beside so many connections that are followed at a time. Where those of other packets use them up, connections are set aside. */
export function addressLimit(connections = Number.POSITIVE_INFINITY): number {
  return Math.max(LEAST_LIMIT, connections);
}

/**
 * Numbers for IPv6 addresses, so that a connection of either family fits the same record. The numbers belong to one table:
 * a part carries its addresses along, and a merge translates them.
 */
export class AddressTable {
  /** Four integers an address, network order. */
  words: Int32Array;
  count = 0;
  #slots: Int32Array;
  #mask: number;
  /** Appearances of addresses for which there was no room. */
  dropped = 0;
  readonly #seed: number;
  readonly #limit: number;

  /** Addresses that there is room for. */
  get room(): number {
    return this.#limit - this.count;
  }

  /** @param limit most addresses; further ones get the number -1 */
  constructor(seed: number, capacity = 256, limit = Number.POSITIVE_INFINITY) {
    this.#seed = seed;
    this.#limit = limit;
    this.words = new Int32Array(capacity * 4);
    this.#slots = new Int32Array(capacity * 2);
    this.#mask = capacity * 2 - 1;
  }

  /** The number, from 0 on, of the 16 address bytes at `offset`. */
  intern(view: DataView, offset: number): number {
    return this.internWords(
      view.getInt32(offset),
      view.getInt32(offset + 4),
      view.getInt32(offset + 8),
      view.getInt32(offset + 12),
    );
  }

  /** The number of an address given as four integers in network order. */
  internWords(a: number, b: number, c: number, d: number): number {
    const words = this.words;
    let slot = this.#hash(a, b, c, d) & this.#mask;
    for (let entry = this.#slots[slot]; entry !== 0; entry = this.#slots[slot]) {
      const at = (entry - 1) << 2;
      if (words[at + 3] === d && words[at + 2] === c && words[at + 1] === b && words[at] === a) return entry - 1;
      slot = (slot + 1) & this.#mask;
    }
    return this.#insert(slot, a, b, c, d);
  }

  #insert(slot: number, a: number, b: number, c: number, d: number): number {
    if (this.count >= this.#limit) {
      this.dropped++;
      return -1;
    }
    const number = this.count++;
    const full = this.count * 4 > this.words.length;
    if (full) {
      const words = new Int32Array(this.words.length * 2);
      words.set(this.words);
      this.words = words;
    }
    const at = number * 4;
    this.words[at] = a;
    this.words[at + 1] = b;
    this.words[at + 2] = c;
    this.words[at + 3] = d;
    if (full) this.#rehash();
    else this.#slots[slot] = number + 1;
    return number;
  }

  #rehash(): void {
    const slots = new Int32Array((this.words.length / 4) * 2);
    const mask = slots.length - 1;
    for (let number = 0; number < this.count; number++) {
      const at = number * 4;
      let slot = this.#hash(this.words[at], this.words[at + 1], this.words[at + 2], this.words[at + 3]) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
    this.#mask = mask;
  }

  /**
   * Forgets the addresses whose byte in `used` is 0; the others keep their order.
   * @returns the new number of each address, -1 of those that are forgotten
   */
  keepOnly(used: Uint8Array): Int32Array {
    const { words } = this;
    const numbers = new Int32Array(this.count).fill(-1);
    let kept = 0;
    for (let number = 0; number < this.count; number++) {
      if (used[number] === 0) continue;
      words.copyWithin(kept * 4, number * 4, (number + 1) * 4);
      numbers[number] = kept++;
    }
    this.count = kept;
    this.#rehash();
    return numbers;
  }

  /** Multiplicative mixing with a seed of this run, so that nobody can prepare addresses that collide. */
  #hash(a: number, b: number, c: number, d: number): number {
    let hash = Math.imul(a ^ this.#seed, 0x9e3779b1) ^ Math.imul(b + this.#seed, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15) ^ c, 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 13) ^ d, 0x27d4eb2f);
    return hash ^ (hash >>> 16);
  }
}
