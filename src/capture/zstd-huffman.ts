/** Huffman codes of zstd (RFC 8878, section 4.2). */
import { BackwardBits, type FseTable, MalformedZstd, readFseTable } from './zstd-fse.ts';

export interface HuffmanTable {
  /** Bits of the longest code; the table has an entry for each value of so many bits. */
  log: number;
  symbols: Uint8Array;
  lengths: Uint8Array;
}

/** Section 4.2.1. */
const LONGEST_CODE = 11;
const WEIGHTS_LOG = 6;
const WEIGHT_SYMBOLS = 12;
const MOST_WEIGHTS = 255;
/** A header of so much and more counts weights of four bits each. */
const DIRECT = 128;

const bits = new BackwardBits();

/** @returns the table, and where what follows it begins */
export function readHuffman(bytes: Uint8Array, start: number, end: number): { table: HuffmanTable; at: number } {
  const header = bytes[start]!;
  const weights = new Uint8Array(MOST_WEIGHTS + 1);
  let count = header - DIRECT + 1;
  let at = start + 1;
  const length = header >= DIRECT ? (count + 1) >> 1 : header;
  if (at + length > end) throw new MalformedZstd();
  if (header >= DIRECT) {
    for (let i = 0; i < count; i++) weights[i] = (bytes[at + (i >> 1)]! >> (i & 1 ? 0 : 4)) & 0xf;
  } else {
    const { table, at: from } = readFseTable(bytes, at, at + length, WEIGHTS_LOG, WEIGHT_SYMBOLS + 1);
    count = readWeights(bytes, from, at + length, table, weights);
  }
  at += length;
  return { table: huffmanTable(weights, count), at };
}

/** Two states take turns until the bits end (section 4.2.1.2). @returns how many weights there are */
function readWeights(bytes: Uint8Array, start: number, end: number, table: FseTable, weights: Uint8Array): number {
  bits.open(bytes, start, end);
  const states = [bits.read(table.log), bits.read(table.log)];
  for (let count = 0; count < MOST_WEIGHTS; count++) {
    const state = states[count & 1]!;
    weights[count] = table.symbols[state]!;
    states[count & 1] = table.next[state]! + bits.read(table.bits[state]!);
    if (bits.left >= 0) continue;
    // The other state still has its symbol.
    weights[count + 1] = table.symbols[states[(count + 1) & 1]!]!;
    return count + 2;
  }
  throw new MalformedZstd();
}

/** The weight of the last symbol is what the others leave (section 4.2.1.3). */
function huffmanTable(weights: Uint8Array, count: number): HuffmanTable {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (weights[i]! > LONGEST_CODE) throw new MalformedZstd();
    if (weights[i]! > 0) sum += 1 << (weights[i]! - 1);
  }
  const log = 32 - Math.clz32(sum);
  const left = (1 << log) - sum;
  if (sum === 0 || log > LONGEST_CODE || count > MOST_WEIGHTS || (left & (left - 1)) !== 0) throw new MalformedZstd();
  weights[count] = 32 - Math.clz32(left);
  const size = 1 << log;
  const table = { log, symbols: new Uint8Array(size), lengths: new Uint8Array(size) };
  // Long codes come first, symbols of one length in their order.
  let at = 0;
  for (let weight = 1; weight <= log; weight++) {
    for (let symbol = 0; symbol <= count; symbol++) {
      if (weights[symbol] !== weight) continue;
      const entries = 1 << (weight - 1);
      table.symbols.fill(symbol, at, at + entries);
      table.lengths.fill(log + 1 - weight, at, at + entries);
      at += entries;
    }
  }
  return table;
}

/** Decodes one stream into `output`, all of it. @param bytes readable 4 bytes past `end` */
export function readLiterals(
  bytes: Uint8Array,
  start: number,
  end: number,
  { log, symbols, lengths }: HuffmanTable,
  output: Uint8Array,
  from: number,
  to: number,
): void {
  bits.open(bytes, start, end);
  let left = bits.left;
  let at = from;
  // Most codes lie between whole bytes.
  for (; at < to && left >= log; at++) {
    const bit = left - log;
    const byte = start + (bit >> 3);
    const word = bytes[byte]! | (bytes[byte + 1]! << 8) | (bytes[byte + 2]! << 16);
    const entry = (word >>> (bit & 7)) & ((1 << log) - 1);
    output[at] = symbols[entry]!;
    left -= lengths[entry]!;
  }
  bits.left = left;
  for (; at < to && bits.left > 0; at++) {
    const entry = bits.peek(log);
    output[at] = symbols[entry]!;
    bits.left -= lengths[entry]!;
  }
  if (at !== to || bits.left !== 0) throw new MalformedZstd();
}
