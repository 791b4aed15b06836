/** Frames of a Network Monitor file in the order in which they lie there: for files that lost their table, as where a copy broke off. */
import type { NetmonRecord } from './netmon-record.ts';
import type { ProblemLog } from './problems.ts';
import { CHAIN_FRAME, type FrameChain, REACH, Resync } from './resync.ts';
import type { FrameSink } from './types.ts';

/** Steps over records while searching. */
class NetmonChain implements FrameChain {
  readonly headerLength: number;
  readonly #record: NetmonRecord;

  constructor(record: NetmonRecord) {
    this.#record = record;
    this.headerLength = record.header.recordHeader;
  }

  begin(): void {}

  step(view: DataView, at: number, end: number): number {
    if (!this.#record.isConvincing(view, at, end)) return -1;
    const length = this.#record.length(view, at);
    return length > CHAIN_FRAME ? -1 : at + length;
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
      if (record.deliver(bytes, view, at, this.#sink) !== 'no-frame') this.frames++;
      at += size;
    }
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
