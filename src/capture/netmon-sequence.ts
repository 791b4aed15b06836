/** Frames of a Network Monitor file in the order in which they lie there: for files that lost their table, as where a copy broke off. */
import type { NetmonRecord } from './netmon-record.ts';
import { type ProblemLog, TIME_OUT_OF_RANGE } from './problems.ts';
import { CHAIN_FRAME, type FrameChain, REACH, Resync } from './resync.ts';
import type { FrameSink } from './types.ts';

/** Where the first record lies in files that Network Monitor 3 and others write, from the start of the file. */
const USUAL_STARTS = [72, 128] as const;
/** Neighbours are believed to lie within a day, in milliseconds (1.x) or microseconds. */
const NEIGHBOURHOOD_1 = 86_400_000;
const NEIGHBOURHOOD_2 = 86_400_000_000;
/** No frame is shorter than the header of Ethernet, in bytes. */
const SHORTEST_FRAME = 14;

/** Steps over records while searching. What a record says of itself is little, so its neighbours must say the same. */
class NetmonChain implements FrameChain {
  readonly headerLength: number;
  strict = false;
  readonly #record: NetmonRecord;
  readonly #neighbourhood: number;
  #previous = -1;
  /** Length at which frames were cut; 0 before the first cut one. */
  #snapLength = 0;

  constructor(record: NetmonRecord) {
    this.#record = record;
    this.headerLength = record.header.recordHeader;
    this.#neighbourhood = record.header.major === 1 ? NEIGHBOURHOOD_1 : NEIGHBOURHOOD_2;
  }

  begin(): void {
    this.#previous = -1;
    this.#snapLength = 0;
  }

  step(view: DataView, at: number, end: number): number {
    const record = this.#record;
    if (!record.isConvincing(view, at, end)) return -1;
    const length = record.length(view, at);
    const captured = record.captured(view, at);
    if (length > CHAIN_FRAME || captured < SHORTEST_FRAME) return -1;
    if (record.original(view, at) > captured) {
      if (this.#snapLength !== 0 && captured !== this.#snapLength) return -1;
      this.#snapLength = captured;
    }
    // Without a trailer, one record alone that ends with the file proves nothing.
    if (record.header.trailer === 0 && this.#previous < 0 && at + length === end) return -1;
    const delta = record.delta(view, at);
    if (this.#previous >= 0 && Math.abs(delta - this.#previous) > this.#neighbourhood) return -1;
    this.#previous = delta;
    return at + length;
  }
}

export class NetmonSequence {
  frames = 0;
  /** Smallest window, in bytes, that lets reading go on. */
  needed: number;
  readonly #record: NetmonRecord;
  readonly #problems: ProblemLog;
  readonly #sink: FrameSink;
  readonly #resync: Resync;
  /** Offset in the file where the search for the next record began; -1 while all is well. */
  #brokenAt = -1;
  #isFirst = true;

  constructor(record: NetmonRecord, problems: ProblemLog, sink: FrameSink) {
    this.#record = record;
    this.#problems = problems;
    this.#sink = sink;
    this.#resync = new Resync(new NetmonChain(record));
    this.needed = REACH;
  }

  /** As CaptureReader.read; the first bytes are those behind the file header. */
  read(bytes: Uint8Array, view: DataView, length: number, fileOffset: number, atEnd: boolean): number {
    const record = this.#record;
    let at = 0;
    for (;;) {
      if (this.#isFirst && !atEnd && length < REACH) return this.#want(REACH, at);
      if (this.#isFirst) at = this.#usualStart(view, length, fileOffset, atEnd);
      if (this.#isFirst || this.#brokenAt >= 0) {
        const found = this.#resync.resume(view, at, length, atEnd);
        at = this.#resync.position;
        if (found === 'more') return this.#want(REACH, at);
        // In front of the first record lies what is left of the file header.
        if (!this.#isFirst || found === 'nothing') this.#skipped(fileOffset + at);
        this.#isFirst = false;
        this.#brokenAt = -1;
        if (found === 'nothing') return at;
      }
      if (length - at < record.header.recordHeader) {
        if (!atEnd) return this.#want(record.header.recordHeader, at);
        return this.#cut(at, length, fileOffset);
      }
      if (!record.isConvincing(view, at, length)) {
        this.#brokenAt = fileOffset + at;
        at++;
        continue;
      }
      const size = record.length(view, at);
      if (length - at < size) {
        if (!atEnd) return this.#want(size, at);
        return this.#cut(at, length, fileOffset);
      }
      const delivery = record.deliver(bytes, view, at, this.#sink);
      if (delivery !== 'no-frame') this.frames++;
      if (delivery === 'time-out-of-range') {
        this.#problems.add('time-out-of-range', fileOffset + at, 0, TIME_OUT_OF_RANGE);
      }
      at += size;
    }
  }

  /** Offset in the window of the first record where it is at one of the usual places, else 0. */
  #usualStart(view: DataView, length: number, fileOffset: number, atEnd: boolean): number {
    for (const start of USUAL_STARTS) {
      const at = start - fileOffset;
      if (at < length && this.#resync.find(view, at, at + 1, length, atEnd, at) === at) return at;
    }
    return 0;
  }

  #skipped(to: number): void {
    const from = Math.max(this.#brokenAt, 0);
    this.#problems.add('broken-record', from, to - from, 'a record makes no sense');
  }

  #cut(at: number, length: number, fileOffset: number): number {
    if (at < length) {
      this.#problems.add('cut-short', fileOffset + at, length - at, 'the file ends in the middle of a record');
    }
    return length;
  }

  #want(bytes: number, at: number): number {
    this.needed = bytes;
    return at;
  }
}
