/** Frames of a Network Monitor file in the order of its table. The table counts: records may lie in any order, with other things between. */
import type { NetmonRecord } from './netmon-record.ts';
import { type ProblemLog, TIME_OUT_OF_RANGE } from './problems.ts';
import type { RandomBytes } from './random-bytes.ts';
import type { FrameSink } from './types.ts';

const ENTRY = 4;
/** Entries read at a time: the table and the records lie apart, so that each change between them is a read. */
const ENTRIES_AT_ONCE = 16 * 1024;
/** First entries of which one must name a record, else the table is not believed. */
const SAMPLE = 64;

export class NetmonTable {
  frames = 0;
  /** Entries in the table. */
  readonly length: number;
  /** The next entry. */
  next = 0;
  readonly #source: RandomBytes;
  readonly #record: NetmonRecord;
  readonly #problems: ProblemLog;
  readonly #sink: FrameSink;
  readonly #entries = new DataView(new ArrayBuffer(ENTRIES_AT_ONCE * ENTRY));

  constructor(source: RandomBytes, record: NetmonRecord, problems: ProblemLog, sink: FrameSink) {
    this.#source = source;
    this.#record = record;
    this.#problems = problems;
    this.#sink = sink;
    this.length = Math.floor(record.header.tableLength / ENTRY);
  }

  /** False where the table is not there, not whole, or names nothing that could be a record. */
  isUsable(): boolean {
    const { tableOffset } = this.#record.header;
    if (this.length === 0 || tableOffset + this.length * ENTRY > this.#source.size) return false;
    const sample = Math.min(this.length, SAMPLE);
    this.#load(0, sample);
    for (let index = 0; index < sample; index++) {
      if (this.#locate(this.#entries.getUint32(index * ENTRY, true)) >= 0) return true;
    }
    return false;
  }

  /** Hands on the frames of the next entries, up to `ENTRIES_AT_ONCE` of them or `limit` frames. @returns false where there are no more */
  advance(limit = Number.POSITIVE_INFINITY): boolean {
    const count = Math.min(this.length - this.next, ENTRIES_AT_ONCE);
    const until = this.frames + limit;
    this.#load(this.next, count);
    for (let index = 0; index < count && this.frames < until; index++) {
      this.#read(this.#entries.getUint32(index * ENTRY, true));
      this.next++;
    }
    return this.next < this.length;
  }

  #load(from: number, count: number): void {
    const offset = this.#record.header.tableOffset + from * ENTRY;
    const at = this.#source.at(offset, count * ENTRY);
    if (at < 0) throw new RangeError('the table of frames became shorter while it was read');
    new Uint8Array(this.#entries.buffer).set(this.#source.bytes.subarray(at, at + count * ENTRY));
  }

  #read(offset: number): void {
    const at = this.#locate(offset);
    if (at < 0) {
      this.#problems.add('broken-record', offset, 0, 'there should be a frame, and there is none; it was left out');
      return;
    }
    const { bytes, view } = this.#source;
    const delivery = this.#record.deliver(bytes, view, at, this.#sink);
    if (delivery === 'no-frame') return;
    this.frames++;
    if (delivery === 'time-out-of-range') this.#problems.add('time-out-of-range', offset, 0, TIME_OUT_OF_RANGE);
  }

  /** Where the whole record at this offset of the file lies in the source's bytes, or -1. */
  #locate(offset: number): number {
    const record = this.#record;
    const start = this.#source.at(offset, record.header.recordHeader);
    if (start < 0 || !record.isPlausible(this.#source.view, start)) return -1;
    return this.#source.at(offset, record.length(this.#source.view, start));
  }
}
