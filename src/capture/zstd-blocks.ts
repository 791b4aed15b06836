/**
 * The blocks of a zstd frame (RFC 8878, section 3.1.1.2 and following), for a Node.js that has no zstd. A block never costs more than it may
 * give, 128 KiB, whatever it holds, and the window takes only as much memory as was unpacked.
 */
import { BLOCK_HEADER, BLOCK_MAXIMUM, BlockType, parseBlock } from './zstd-frames.ts';
import { BackwardBits, type FseTable, fseTable, MalformedZstd, readFseTable, singleTable } from './zstd-fse.ts';
import { type HuffmanTable, readHuffman, readLiterals } from './zstd-huffman.ts';

/** What a code of a length means: a base, and how many bits are added to it. */
interface LengthCodes {
  bases: Uint32Array;
  extra: Uint8Array;
}

function lengthCodes(direct: number, first: number, extra: readonly number[]): LengthCodes {
  const all = Uint8Array.from([...new Array<number>(direct).fill(0), ...extra]);
  const bases = new Uint32Array(all.length);
  for (let code = 0, base = first; code < all.length; base += 2 ** all[code++]!) bases[code] = base;
  return { bases, extra: all };
}

/** Tables 16 and 17 of section 3.1.1.3.2.1.1. */
const LITERAL_LENGTHS = lengthCodes(16, 0, [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
const MATCH_LENGTHS = lengthCodes(32, 3, [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
/** Codes beyond reach further back than any window that is allowed. */
const MOST_OFFSET_BITS = 25;
const OFFSET_SYMBOLS = 32;

/** Section 3.1.1.3.2.2: what is taken where a block brings no table of its own. */
const ones = (count: number): number[] => new Array<number>(count).fill(1);
const twos = (count: number): number[] => new Array<number>(count).fill(2);
const rare = (count: number): number[] => new Array<number>(count).fill(-1);
const DEFAULT_LITERAL_LENGTHS = fseTable([4, 3, ...twos(11), ...ones(3), ...twos(9), 3, 2, ...ones(5), ...rare(4)], 6);
const DEFAULT_OFFSETS = fseTable([...ones(6), ...twos(3), ...ones(15), ...rare(5)], 5);
const DEFAULT_MATCH_LENGTHS = fseTable([1, 4, 3, ...twos(6), ...ones(37), ...rare(7)], 6);

/** Section 3.1.1.5. */
const FIRST_OFFSETS = [1, 4, 8];
/** Highest accuracy of the tables of a block (section 3.1.1.3.2.1). */
const LENGTHS_LOG = 9;
const OFFSETS_LOG = 8;
/** Bits are read four bytes at a time, the last ones from behind the block. */
const PADDING = 4;
const FIRST_WINDOW = 256 * 1024;
/** From here on a call costs less than a loop. */
const LONG_MATCH = 64;
/** A number of sequences that takes two or three bytes (section 3.1.1.3.2.1). */
const TWO_BYTES = 128;
const THREE_BYTES = 255;
const THREE_BYTES_BASE = 0x7f00;

export class ZstdBlocks {
  readonly #bytes = new Uint8Array(BLOCK_HEADER + BLOCK_MAXIMUM + PADDING);
  readonly #literals = new Uint8Array(BLOCK_MAXIMUM);
  readonly #bits = new BackwardBits();
  /** What was unpacked, the latest windowful at least. */
  #window = new Uint8Array(FIRST_WINDOW);
  #windowSize = 0;
  /** Unpacked bytes of the frame in the window. */
  #end = 0;
  #blockMaximum = 0;
  #literalCount = 0;
  #huffman: HuffmanTable | null = null;
  #tables: { lengths: FseTable | null; offsets: FseTable | null; matches: FseTable | null } = noTables();
  /** The last three offsets (section 3.1.1.5). */
  readonly #offsets = new Int32Array(3);

  /** Begins a frame. */
  begin(windowSize: number): void {
    this.#windowSize = windowSize;
    this.#blockMaximum = Math.min(windowSize, BLOCK_MAXIMUM);
    this.#end = 0;
    this.#huffman = null;
    this.#tables = noTables();
    this.#offsets.set(FIRST_OFFSETS);
  }

  /**
   * @param block a whole block with its header
   * @returns what it unpacks to, valid until the next call
   * @throws MalformedZstd where it makes no sense
   */
  unpack(block: Uint8Array): Uint8Array {
    const header = parseBlock(block);
    if (header === null) throw new MalformedZstd();
    if (header.size > this.#blockMaximum) throw new MalformedZstd();
    this.#makeRoom();
    const start = this.#end;
    if (header.type === BlockType.raw) this.#put(block.subarray(BLOCK_HEADER));
    else if (header.type === BlockType.rle) {
      this.#end += header.size;
      this.#window.fill(block[BLOCK_HEADER]!, start, this.#end);
    } else {
      this.#bytes.set(block);
      this.#bytes.fill(0, block.length, block.length + PADDING);
      this.#sequences(this.#readLiterals(block.length), block.length);
    }
    return this.#window.subarray(start, this.#end);
  }

  #put(bytes: Uint8Array): void {
    this.#window.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Room for one more block behind what may be looked back at. */
  #makeRoom(): void {
    const needed = this.#end + BLOCK_MAXIMUM;
    if (needed <= this.#window.length) return;
    const most = 2 * this.#windowSize + BLOCK_MAXIMUM;
    if (this.#window.length < most) {
      const larger = new Uint8Array(Math.min(most, Math.max(2 * this.#window.length, needed)));
      larger.set(this.#window.subarray(0, this.#end));
      this.#window = larger;
    }
    if (needed <= this.#window.length) return;
    // At least a windowful was written since the last time, so each byte moves once.
    this.#window.copyWithin(0, this.#end - this.#windowSize, this.#end);
    this.#end = this.#windowSize;
  }

  /** Section 3.1.1.3.1. @returns where the sequences begin */
  #readLiterals(end: number): number {
    const bytes = this.#bytes;
    const at = BLOCK_HEADER;
    const word = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
    const type = word & 3;
    const format = (word >> 2) & 3;
    if (type < 2) {
      const [headerLength, count] =
        format === 1 ? [2, (word >> 4) & 0xfff] : format === 3 ? [3, (word >> 4) & 0xfffff] : [1, (word >> 3) & 0x1f];
      const from = at + headerLength;
      const to = from + (type === 0 ? count : 1);
      this.#literalCount = this.#checked(count);
      if (to > end) throw new MalformedZstd();
      if (type === 0) this.#literals.set(bytes.subarray(from, to));
      else this.#literals.fill(bytes[from]!, 0, count);
      return to;
    }
    const [headerLength, count, packed] =
      format < 2
        ? [3, (word >> 4) & 0x3ff, (word >> 14) & 0x3ff]
        : format === 2
          ? [4, (word >> 4) & 0x3fff, word >>> 18]
          : [5, (word >> 4) & 0x3ffff, (word >>> 22) | (bytes[at + 4]! << 10)];
    let from = at + headerLength;
    const to = from + packed;
    this.#literalCount = this.#checked(count);
    if (to > end) throw new MalformedZstd();
    if (type === 2) ({ table: this.#huffman, at: from } = readHuffman(bytes, from, to));
    if (this.#huffman === null) throw new MalformedZstd();
    if (format === 0) readLiterals(bytes, from, to, this.#huffman, this.#literals, 0, count);
    else this.#readFourStreams(from, to, this.#huffman);
    return to;
  }

  #checked(count: number): number {
    if (count > this.#blockMaximum) throw new MalformedZstd();
    return count;
  }

  /** Section 3.1.1.3.1.6: three lengths, then four streams. */
  #readFourStreams(start: number, to: number, table: HuffmanTable): void {
    const bytes = this.#bytes;
    const share = (this.#literalCount + 3) >> 2;
    let from = start + 6;
    if (from > to || share * 3 > this.#literalCount) throw new MalformedZstd();
    for (let stream = 0; stream < 4; stream++) {
      const length = bytes[start + 2 * stream]! | (bytes[start + 2 * stream + 1]! << 8);
      const next = stream < 3 ? from + length : to;
      if (next > to) throw new MalformedZstd();
      const last = stream < 3 ? (stream + 1) * share : this.#literalCount;
      readLiterals(bytes, from, next, table, this.#literals, stream * share, last);
      from = next;
    }
  }

  /** Section 3.1.1.3.2. */
  #sequences(start: number, end: number): void {
    const bytes = this.#bytes;
    if (start >= end) throw new MalformedZstd();
    let at = start;
    let count = bytes[at++]!;
    if (count === 0) {
      this.#put(this.#literals.subarray(0, this.#literalCount));
      return;
    }
    if (count === THREE_BYTES) {
      count = (bytes[at]! | (bytes[at + 1]! << 8)) + THREE_BYTES_BASE;
      at += 2;
    } else if (count >= TWO_BYTES) count = ((count - TWO_BYTES) << 8) | bytes[at++]!;
    const modes = bytes[at++]!;
    if ((modes & 3) !== 0 || at > end) throw new MalformedZstd();
    const table = (mode: number, known: FseTable | null, usual: FseTable, log: number, symbols: number): FseTable => {
      if (mode === 0) return usual;
      if (mode === 2) {
        const read = readFseTable(bytes, at, end, log, symbols);
        at = read.at;
        return read.table;
      }
      const same = mode === 1 && at < end && bytes[at]! < symbols ? singleTable(bytes[at++]!) : known;
      if (same === null || (mode === 1 && same === known)) throw new MalformedZstd();
      return same;
    };
    const known = this.#tables;
    known.lengths = table(
      modes >> 6,
      known.lengths,
      DEFAULT_LITERAL_LENGTHS,
      LENGTHS_LOG,
      LITERAL_LENGTHS.extra.length,
    );
    known.offsets = table((modes >> 4) & 3, known.offsets, DEFAULT_OFFSETS, OFFSETS_LOG, OFFSET_SYMBOLS);
    known.matches = table(
      (modes >> 2) & 3,
      known.matches,
      DEFAULT_MATCH_LENGTHS,
      LENGTHS_LOG,
      MATCH_LENGTHS.extra.length,
    );
    this.#bits.open(bytes, at, end);
    this.#execute(count, known.lengths, known.offsets, known.matches);
  }

  /** Sections 3.1.1.3.2.1.2 and 3.1.1.4. */
  #execute(count: number, lengths: FseTable, offsets: FseTable, matches: FseTable): void {
    const bits = this.#bits;
    const window = this.#window;
    const literals = this.#literals;
    const most = this.#end + this.#blockMaximum;
    let end = this.#end;
    let literal = 0;
    let lengthState = bits.read(lengths.log);
    let offsetState = bits.read(offsets.log);
    let matchState = bits.read(matches.log);
    for (let left = count; ; ) {
      const offsetBits = offsets.symbols[offsetState]!;
      if (offsetBits > MOST_OFFSET_BITS) throw new MalformedZstd();
      // No more than 24 bits are read at once.
      const high = offsetBits > 16 ? bits.read(offsetBits - 16) * 65_536 : 0;
      const value = 2 ** offsetBits + high + bits.read(Math.min(offsetBits, 16));
      const matchCode = matches.symbols[matchState]!;
      const match = MATCH_LENGTHS.bases[matchCode]! + bits.read(MATCH_LENGTHS.extra[matchCode]!);
      const lengthCode = lengths.symbols[lengthState]!;
      const length = LITERAL_LENGTHS.bases[lengthCode]! + bits.read(LITERAL_LENGTHS.extra[lengthCode]!);
      const offset = this.#offset(value, length === 0);
      if (bits.left < 0 || literal + length > this.#literalCount || end + length + match > most)
        throw new MalformedZstd();
      for (const to = literal + length; literal < to; ) window[end++] = literals[literal++]!;
      if (offset > end || offset > this.#windowSize) throw new MalformedZstd();
      if (offset >= match && match >= LONG_MATCH) window.copyWithin(end, end - offset, end - offset + match);
      else for (let i = end; i < end + match; i++) window[i] = window[i - offset]!;
      end += match;
      if (--left === 0) break;
      lengthState = lengths.next[lengthState]! + bits.read(lengths.bits[lengthState]!);
      matchState = matches.next[matchState]! + bits.read(matches.bits[matchState]!);
      offsetState = offsets.next[offsetState]! + bits.read(offsets.bits[offsetState]!);
    }
    if (bits.left !== 0 || end + this.#literalCount - literal > most) throw new MalformedZstd();
    this.#end = end;
    this.#put(literals.subarray(literal, this.#literalCount));
  }

  /** Section 3.1.1.5: values up to 3 repeat one of the last offsets. */
  #offset(value: number, isWithoutLiterals: boolean): number {
    const known = this.#offsets;
    const which = value > 3 ? 3 : value - 1 + (isWithoutLiterals ? 1 : 0);
    if (which === 0) return known[0]!;
    const offset = value > 3 ? value - 3 : which === 3 ? known[0]! - 1 : known[which]!;
    if (offset === 0) throw new MalformedZstd();
    if (which !== 1) known[2] = known[1]!;
    known[1] = known[0]!;
    known[0] = offset;
    return offset;
  }
}

function noTables(): { lengths: null; offsets: null; matches: null } {
  return { lengths: null, offsets: null, matches: null };
}
