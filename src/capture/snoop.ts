/**
 * snoop (RFC 1761): a file header, then records of a header, the frame, and padding. The length of the frame and that of the record confirm each
 * other, so a record is believed by itself; where they do not agree, the one that leads to good records is.
 */
import { ProblemLog } from './problems.ts';
import { CHAIN_FRAME, LOOKAHEAD, REACH, Resync } from './resync.ts';
import { isRecord, SnoopChain } from './snoop-chain.ts';
import * as layout from './snoop-layout.ts';
import type { CaptureReader, FrameSink, ReaderSummary } from './types.ts';

const NANOSECONDS = 1000;
const ALIGNMENT = 4;
/** Bytes from a damaged record on that let it be judged. */
const JUDGEMENT = CHAIN_FRAME + LOOKAHEAD;
/** Shomiti's header of wireless frames: its fourth byte counts the bytes behind it. */
const WIFI_HEADER = 4;
/** Padding aligns records, and a few writers add some: what one record may have more than the first, in bytes. */
const OTHER_PADDING = 8;
/** Records with one damaged length that are looked into; further ones are only searched past. Bounds the time of a file made to be slow. */
const JUDGED = 1000;

/** Reads records. The file header has been read before. */
export class SnoopReader implements CaptureReader {
  needed: number = layout.RECORD_HEADER;
  readonly #sink: FrameSink;
  readonly #network: number;
  readonly #problems = new ProblemLog();
  readonly #chain = new SnoopChain();
  readonly #resync = new Resync(this.#chain);
  #linkType = -1;
  #isWifi = false;
  #frames = 0;
  /** Largest count of losses met: each record says how many there were so far. */
  #drops = 0;
  /** Offset in the file where the search began; -1 while all is well. */
  #brokenAt = -1;
  #judgedLeft = JUDGED;

  constructor(network: number, sink: FrameSink) {
    this.#network = network;
    this.#sink = sink;
  }

  read(bytes: Uint8Array, view: DataView, length: number, fileOffset: number, atEnd: boolean): number {
    let at = 0;
    for (;;) {
      if (this.#brokenAt >= 0) {
        const found = this.#resync.resume(view, at, length, atEnd);
        at = this.#resync.position;
        if (found === 'more') return this.#want(REACH, at);
        this.#problems.add(
          'broken-record',
          this.#brokenAt,
          fileOffset + at - this.#brokenAt,
          'a record makes no sense',
        );
        this.#brokenAt = -1;
        if (found === 'nothing') return at;
      }
      if (length - at < layout.RECORD_HEADER) {
        if (!atEnd) return this.#want(layout.RECORD_HEADER, at);
        return this.#cut(at, length, fileOffset);
      }
      if (!isRecord(view, at, this.#chain.mostPadding)) {
        if (!atEnd && length - at < JUDGEMENT) return this.#want(JUDGEMENT, at);
        const next = this.#behindDamaged(view, at, length, atEnd);
        if (next < 0) {
          this.#brokenAt = fileOffset + at;
          at++;
        } else {
          this.#handOnUpTo(bytes, view, at, next, fileOffset);
          at = next;
        }
        continue;
      }
      const size = view.getUint32(at + layout.RECORD_LENGTH, false);
      if (length - at < size) {
        if (!atEnd) return this.#want(size, at);
        if (!this.#goesOnWithin(view, at, length)) return this.#cut(at, length, fileOffset);
        this.#brokenAt = fileOffset + at;
        at++;
        continue;
      }
      this.#handOn(bytes, view, at, view.getUint32(at + layout.CAPTURED, false), size);
      at += size;
    }
  }

  summary(): ReaderSummary {
    return {
      format: 'snoop',
      frames: this.#frames,
      linkTypes: this.#frames === 0 ? [] : [this.#linkType],
      nanosecondTimes: false,
      problems: [...this.#problems.kept],
      problemCount: this.#problems.count,
      droppedByCapture: this.#drops,
      losses: [],
      comments: [],
    };
  }

  #handOn(bytes: Uint8Array, view: DataView, at: number, captured: number, size: number): void {
    if (this.#linkType < 0) {
      const padding = size - layout.RECORD_HEADER - captured;
      const { linkType, isShomiti } = layout.snoopLinkType(this.#network, padding);
      this.#chain.mostPadding = padding + OTHER_PADDING;
      this.#linkType = linkType;
      this.#isWifi = layout.isShomitiWifi(linkType, isShomiti);
    }
    this.#drops = Math.max(this.#drops, view.getUint32(at + layout.DROPS, false));
    let data = at + layout.RECORD_HEADER;
    let original = view.getUint32(at + layout.ORIGINAL, false);
    if (this.#isWifi && captured >= WIFI_HEADER) {
      const header = Math.min(bytes[data + WIFI_HEADER - 1]! + WIFI_HEADER, captured);
      data += header;
      captured -= header;
      original = Math.max(original - header, 0);
    }
    this.#frames++;
    const seconds = view.getUint32(at + layout.SECONDS, false);
    const nanoseconds = view.getUint32(at + layout.MICROSECONDS, false) * NANOSECONDS;
    this.#sink.frame(bytes, view, data, captured, original, seconds, nanoseconds, this.#linkType, 0);
  }

  /**
   * The header at `at` contradicts itself. Each of its lengths may be the good one: that of the record, or those of the frame.
   * @returns offset of the next good record, or -1
   */
  #behindDamaged(view: DataView, at: number, length: number, atEnd: boolean): number {
    if (this.#judgedLeft-- <= 0) return -1;
    const aligned = (frame: number): number => Math.ceil((layout.RECORD_HEADER + frame) / ALIGNMENT) * ALIGNMENT;
    const sizes = [
      view.getUint32(at + layout.RECORD_LENGTH, false),
      aligned(view.getUint32(at + layout.CAPTURED, false)),
      aligned(view.getUint32(at + layout.ORIGINAL, false)),
    ];
    for (const size of sizes) {
      const next = at + size;
      if (size < layout.RECORD_HEADER || size > CHAIN_FRAME || next > length) continue;
      if (next === length && atEnd) return next;
      const end = Math.min(length, next + LOOKAHEAD);
      if (this.#resync.find(view, next, next + 1, end, atEnd && end === length, next) === next) return next;
    }
    return -1;
  }

  /** A field of the header at `at` is damaged; the next good record begins at `next`. */
  #handOnUpTo(bytes: Uint8Array, view: DataView, at: number, next: number, fileOffset: number): void {
    const size = next - at;
    const room = size - layout.RECORD_HEADER;
    const captured = view.getUint32(at + layout.CAPTURED, false);
    const original = view.getUint32(at + layout.ORIGINAL, false);
    if (view.getUint32(at + layout.MICROSECONDS, false) >= 1_000_000) {
      this.#problems.add('broken-record', fileOffset + at, size, 'a record has no time');
      return;
    }
    this.#problems.add('broken-record', fileOffset + at, 0, 'the lengths of a record differ; its frame was read');
    this.#handOn(bytes, view, at, Math.min(captured, original, room), size);
  }

  /** The record at `at` runs past the end of the file. True where all its lengths are damaged alike: good records follow. */
  #goesOnWithin(view: DataView, at: number, length: number): boolean {
    const to = Math.min(length, at + CHAIN_FRAME);
    return this.#resync.find(view, at + 1, to, length, true, at + 1) >= 0;
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
