/** Finite state entropy tables and the bits that are read backwards (RFC 8878, sections 4.1 and 4.1.1). */

/** Bytes that no encoder of zstd writes. */
export class MalformedZstd extends Error {}

export interface FseTable {
  /** The table has 2^log states. */
  log: number;
  /** Of each state: its symbol, how many bits name the next state, and what they are added to. */
  symbols: Uint8Array;
  bits: Uint8Array;
  next: Uint16Array;
}

const LEAST_LOG = 5;
/** A probability "less than one" (section 4.1.1): one state. */
const LESS_THAN_ONE = -1;
const REPEATS_GO_ON = 3;

/** Bits of a stream from its end to its start; 0 where there are none left, which the caller finds out by `left`. */
export class BackwardBits {
  /** Bits not read yet; negative where more were asked for than there are. */
  left = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;

  /** @param bytes readable 4 bytes past `end` @throws MalformedZstd where the mark of the end is not there */
  open(bytes: Uint8Array, start: number, end: number): void {
    const last = end > start ? bytes[end - 1]! : 0;
    if (last === 0) throw new MalformedZstd();
    this.#bytes = bytes;
    this.#start = start;
    // The highest bit that is set marks the end.
    this.left = (end - start) * 8 - Math.clz32(last) + 23;
  }

  /** @param count up to 24 */
  read(count: number): number {
    this.left -= count;
    const left = this.left;
    if (left < 0) return left + count <= 0 ? 0 : this.#at(0, left + count) << -left;
    return this.#at(left, count);
  }

  /** What a symbol of up to `count` bits begins with; nothing is taken. */
  peek(count: number): number {
    const left = this.left - count;
    return left < 0 ? this.#at(0, Math.max(this.left, 0)) << Math.min(-left, count) : this.#at(left, count);
  }

  #at(bit: number, count: number): number {
    const bytes = this.#bytes;
    const at = this.#start + (bit >> 3);
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    return (word >>> (bit & 7)) & ((1 << count) - 1);
  }
}

/** @param most highest accuracy allowed @param symbols how many there are @returns the table, and where what follows it begins */
export function readFseTable(
  bytes: Uint8Array,
  start: number,
  end: number,
  most: number,
  symbols: number,
): { table: FseTable; at: number } {
  let bit = start * 8;
  const peek = (count: number): number => {
    const at = bit >> 3;
    const word = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    return (word >>> (bit & 7)) & ((1 << count) - 1);
  };
  const log = peek(4) + LEAST_LOG;
  bit += 4;
  if (log > most) throw new MalformedZstd();
  const probabilities = new Int16Array(symbols);
  let left = 1 << log;
  let symbol = 0;
  while (left > 0) {
    if (symbol >= symbols || bit > end * 8) throw new MalformedZstd();
    // Values 0 … left + 1, the lower ones in one bit less where that is enough.
    const count = 32 - Math.clz32(left + 1);
    const lower = (1 << (count - 1)) - 1;
    const short = (1 << count) - 2 - left;
    let value = peek(count);
    if ((value & lower) < short) {
      value &= lower;
      bit += count - 1;
    } else {
      if (value > lower) value -= short;
      bit += count;
    }
    const probability = value - 1;
    left -= Math.abs(probability);
    probabilities[symbol++] = probability;
    if (probability !== 0) continue;
    for (let repeats = REPEATS_GO_ON; repeats === REPEATS_GO_ON && symbol < symbols; bit += 2) {
      repeats = peek(2);
      symbol += repeats;
    }
  }
  const at = (bit + 7) >> 3;
  if (left < 0 || at > end) throw new MalformedZstd();
  return { table: fseTable(probabilities, log), at };
}

/** @param probabilities of each symbol, which add up to 2^log (section 4.1.1) */
export function fseTable(probabilities: ArrayLike<number>, log: number): FseTable {
  const size = 1 << log;
  const table = { log, symbols: new Uint8Array(size), bits: new Uint8Array(size), next: new Uint16Array(size) };
  const used = new Uint16Array(probabilities.length);
  let high = size;
  for (let symbol = 0; symbol < probabilities.length; symbol++) {
    if (probabilities[symbol] !== LESS_THAN_ONE) continue;
    table.symbols[--high] = symbol;
    used[symbol] = 1;
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let state = 0;
  for (let symbol = 0; symbol < probabilities.length; symbol++) {
    const probability = probabilities[symbol]!;
    if (probability <= 0) continue;
    used[symbol] = probability;
    for (let i = 0; i < probability; i++) {
      table.symbols[state] = symbol;
      do state = (state + step) & (size - 1);
      while (state >= high);
    }
  }
  for (state = 0; state < size; state++) {
    const turn = used[table.symbols[state]!]!++;
    const bits = log - 31 + Math.clz32(turn);
    table.bits[state] = bits;
    table.next[state] = (turn << bits) - size;
  }
  return table;
}

/** The table of one symbol, which takes no bits. */
export function singleTable(symbol: number): FseTable {
  return { log: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), next: new Uint16Array(1) };
}
