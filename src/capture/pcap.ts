/**
 * Classic pcap: a file header, then records of a header and the frame (draft-ietf-opsawg-pcap sections 4 and 5).
 *
 * A frame is handed on once the header **behind** it is at hand and makes sense. That one look ahead tells a damaged length from a good one
 * before its frame is given away; the price is that the last frame of a stream waits for the next one, or for the end.
 */
import { isJoinedPcapng, JOINED_BYTES, joinedPcap } from './joined.ts';
import { NEIGHBOURHOOD } from './pcap-chain.ts';
import { MORE, NOTHING, PcapDoubt } from './pcap-doubt.ts';
import { PCAP_HEADER_LENGTH, type PcapHeader } from './pcap-header.ts';
import { FRACTION, RecordLayout, SECONDS } from './pcap-layout.ts';
import { ProblemLog, tooLong } from './problems.ts';
import { REACH } from './resync.ts';
import {
  type AheadSink,
  aheadSink,
  type CaptureReader,
  type FrameSink,
  MAX_RECORD,
  type ReaderSummary,
} from './types.ts';

export { type PcapHeader, type PcapHeaderError, parsePcapHeader } from './pcap-header.ts';

const NANOSECONDS_OF_SECOND = 1_000_000_000;
const NO_BYTES = new Uint8Array(0);

/** What stopped the walk over good records. */
type Pause = 'record-incomplete' | 'odd-next' | 'stop';

/** What is known of the record at the position. */
type State = 'first' | 'sure' | 'odd' | 'skipping';

/** Reads records. The file header has been read before, so a reader can also start at any record of a file. */
export class PcapReader implements CaptureReader {
  needed: number;
  isOver = false;
  /** Offset in the file: reading ends before the first record that starts at or after it. For work cut into segments. */
  stopAt = Number.POSITIVE_INFINITY;
  readonly #sink: FrameSink;
  readonly #ahead: AheadSink | null;
  readonly #problems = new ProblemLog();
  readonly #linkTypes: number[] = [];
  #header: PcapHeader;
  #layout: RecordLayout;
  #doubt: PcapDoubt;
  #frames = 0;
  #variantTried = false;
  #nanosecondTimes = false;
  #state: State = 'first';
  #pause: Pause = 'record-incomplete';
  /** Seconds of the last frame handed on, or -1. */
  #lastSeconds = -1;
  /** Offset in the file where the search for the next frame began. */
  #brokenAt = 0;
  /** Captured length that the broken record claims, in bytes. */
  #claimed = 0;
  // The window, valid during `read`.
  #bytes: Uint8Array = NO_BYTES;
  #view: DataView = new DataView(NO_BYTES.buffer);
  #length = 0;
  #fileOffset = 0;
  #atEnd = false;
  #at = 0;

  constructor(header: PcapHeader, sink: FrameSink) {
    this.#sink = sink;
    this.#ahead = aheadSink(sink);
    this.#header = header;
    this.#layout = new RecordLayout(header, MAX_RECORD);
    this.#doubt = new PcapDoubt(this.#layout);
    this.needed = header.recordHeaderLength;
  }

  read(bytes: Uint8Array, view: DataView, length: number, fileOffset: number, atEnd: boolean): number {
    this.#bytes = bytes;
    this.#view = view;
    this.#length = length;
    this.#fileOffset = fileOffset;
    this.#atEnd = atEnd;
    this.#at = 0;
    while (fileOffset + this.#at < this.stopAt && this.#advance());
    return this.#at;
  }

  /** True where it is not settled what the record at the position is: what comes of it depends on what was read before. */
  get isInDoubt(): boolean {
    return this.#state === 'odd' || this.#state === 'skipping';
  }

  /** True where the bytes at hand are one whole record and nothing more: all that a writer who pauses has written. */
  isWholeRecord(view: DataView, length: number): boolean {
    const { headerLength } = this.#layout;
    const isReading = this.#state === 'first' || this.#state === 'sure';
    return isReading && length >= headerLength && headerLength + this.#layout.captured(view, 0) === length;
  }

  /** A copy of the file header in force: that of the last of joined captures. */
  get header(): PcapHeader {
    return { ...this.#header };
  }

  summary(): ReaderSummary {
    return {
      format: 'pcap',
      frames: this.#frames,
      linkTypes: [...this.#linkTypes],
      nanosecondTimes: this.#nanosecondTimes,
      problems: [...this.#problems.kept],
      problemCount: this.#problems.count,
      droppedByCapture: 0,
      losses: [],
      comments: [],
    };
  }

  /** Goes on from #at as far as one state leads. @returns false where the window has nothing more to give */
  #advance(): boolean {
    if (this.#state === 'skipping') return this.#skip();
    if (this.#length - this.#at < this.#layout.headerLength) {
      return this.#atEnd ? this.#finish() : this.#want(this.#layout.headerLength);
    }
    switch (this.#state) {
      case 'first':
        // The header of another capture, behind one without records, looks like a record of the year 2055.
        if (this.#length - this.#at < JOINED_BYTES && !this.#atEnd) return this.#want(JOINED_BYTES);
        this.#state =
          this.#layout.isInOrder(this.#view, this.#at) && joinedPcap(this.#bytes, this.#at, this.#length) === null
            ? 'sure'
            : 'odd';
        return true;
      case 'sure':
        return this.#readSure();
      case 'odd':
        return this.#readOdd();
    }
  }

  #readSure(): boolean {
    this.#walk();
    const at = this.#at;
    const headerLength = this.#layout.headerLength;
    const behind = at + headerLength + this.#layout.captured(this.#view, at);
    switch (this.#pause) {
      case 'stop':
        return false;
      case 'record-incomplete':
        if (!this.#atEnd) return this.#want(behind + headerLength - at);
        return behind <= this.#length ? this.#handOn(behind) : this.#judgeLast();
      case 'odd-next':
        return this.#judgeLength(behind);
    }
  }

  /** The record at #at runs past the end of the file. */
  #judgeLast(): boolean {
    const next = this.#doubt.behindLastRecord(this.#view, this.#at, this.#length);
    return next === NOTHING ? this.#finish() : this.#handOnUpTo(next);
  }

  /** The header at `behind`, after the record at #at, makes no sense: is it damaged, or the length of this record? */
  #judgeLength(behind: number): boolean {
    const doubt = this.#doubt;
    if (this.#frames === 0 && !this.#variantTried) {
      const headerLength = doubt.otherHeaderLength(this.#header, this.#view, this.#at, this.#length, this.#atEnd);
      if (headerLength === MORE) return this.#want(doubt.wanted);
      this.#variantTried = true;
      if (headerLength !== NOTHING) return this.#adopt({ ...this.#header, recordHeaderLength: headerLength });
    }
    const next = doubt.behindDamagedLength(this.#view, this.#at, this.#length, this.#atEnd);
    if (next === MORE) return this.#want(doubt.wanted);
    if (next !== NOTHING) return this.#handOnUpTo(next);
    this.#state = 'odd';
    return this.#handOn(behind);
  }

  /** The header at #at does not look right, and the record in front of it was good. */
  #readOdd(): boolean {
    const at = this.#at;
    if (this.#length - at < JOINED_BYTES && !this.#atEnd) return this.#want(JOINED_BYTES);
    if (isJoinedPcapng(this.#view, at, this.#length)) {
      this.#problem(
        'joined-captures',
        at,
        0,
        'another capture begins, a pcapng; it was read as the continuation of this one',
      );
      this.isOver = true;
      return false;
    }
    const joined = joinedPcap(this.#bytes, at, this.#length);
    if (joined !== null) {
      this.#problem('joined-captures', at, 0, 'another capture begins; it was read as the continuation of this one');
      this.#at = at + PCAP_HEADER_LENGTH;
      return this.#adopt(joined);
    }
    const behind = this.#doubt.behindOdd(this.#view, at, this.#length, this.#atEnd, this.#lastSeconds);
    if (behind === MORE) return this.#want(this.#doubt.wanted);
    if (behind === NOTHING) {
      const next = this.#doubt.behindOriginalLength(this.#view, at, this.#length, this.#atEnd);
      if (next === MORE) return this.#want(this.#doubt.wanted);
      if (next !== NOTHING && this.#hasFraction(at)) {
        this.#state = 'sure';
        return this.#handOnUpTo(next);
      }
      this.#doubt.reference = this.#lastSeconds;
      this.#brokenAt = this.#fileOffset + at;
      this.#claimed = this.#layout.captured(this.#view, at);
      this.#at = at + 1;
      this.#state = 'skipping';
      return true;
    }
    if (!this.#hasFraction(at)) {
      this.#problem('time-out-of-range', at, 0, 'the fraction of a time stamp is a second or more; it was clamped');
    }
    this.#state = 'sure';
    return this.#handOn(behind);
  }

  /** The fraction of a second in the header at `at` is below a second. */
  #hasFraction(at: number): boolean {
    return this.#layout.fraction(this.#view, at) < this.#layout.fractionLimit;
  }

  /** Searches on for a record that is sure. */
  #skip(): boolean {
    const found = this.#doubt.resume(this.#view, this.#at, this.#length, this.#atEnd);
    this.#at = this.#doubt.position;
    if (found === 'more') return this.#want(REACH);
    const from = this.#brokenAt - this.#fileOffset;
    const what = this.#claimed > MAX_RECORD ? tooLong('record', this.#claimed) : 'a record header makes no sense';
    this.#problem('broken-record', from, this.#at - from, what);
    this.#state = found === 'found' ? 'sure' : 'first';
    return found === 'found';
  }

  /**
   * Hands on record after record. The one at #at is sure; each next one is looked at before the one in front of it goes.
   * Leaves #at at the record that could not be handed on, and says why in #pause.
   */
  #walk(): void {
    const bytes = this.#bytes;
    const view = this.#view;
    const stop = Math.min(this.stopAt - this.#fileOffset, this.#length + 1);
    const sink = this.#sink;
    const ahead = this.#ahead;
    const { little, headerLength, capturedAt, originalAt, eitherOrder } = this.#layout;
    const { fractionLimit, toNanoseconds, believable } = this.#layout;
    const linkType = this.#header.linkType;
    const lastHeader = this.#length - headerLength;
    let pause: Pause = 'record-incomplete';
    let frames = 0;
    let at = this.#at;
    let seconds = view.getUint32(at + SECONDS, little);
    let fraction = view.getUint32(at + FRACTION, little);
    let captured = view.getUint32(at + capturedAt, little);
    let original = view.getUint32(at + originalAt, little);
    for (;;) {
      if (eitherOrder && captured > original) {
        const smaller = original;
        original = captured;
        captured = smaller;
      }
      const next = at + headerLength + captured;
      if (next > lastHeader) break;
      const nextSeconds = view.getUint32(next + SECONDS, little);
      const nextFraction = view.getUint32(next + FRACTION, little);
      const nextCaptured = view.getUint32(next + capturedAt, little);
      const nextOriginal = view.getUint32(next + originalAt, little);
      if (
        nextCaptured > believable ||
        nextFraction >= fractionLimit ||
        nextSeconds - seconds > NEIGHBOURHOOD ||
        seconds - nextSeconds > NEIGHBOURHOOD
      ) {
        pause = 'odd-next';
        break;
      }
      const body = at + headerLength;
      const nanoseconds = fraction * toNanoseconds;
      if (ahead === null) sink.frame(bytes, view, body, captured, original, seconds, nanoseconds, linkType, 0);
      else ahead.frameAhead(bytes, view, body, captured, original, seconds, nanoseconds, linkType, 0);
      frames++;
      at = next;
      seconds = nextSeconds;
      fraction = nextFraction;
      captured = nextCaptured;
      original = nextOriginal;
      if (at >= stop) {
        pause = 'stop';
        break;
      }
    }
    ahead?.settle();
    this.#at = at;
    this.#pause = pause;
    if (frames > 0) this.#note(frames, seconds);
  }

  /** Hands on the one record at #at, which ends at `behind`. A fraction beyond a second is clamped. */
  #handOn(behind: number): boolean {
    const layout = this.#layout;
    const original = layout.original(this.#view, this.#at);
    this.#give(layout.captured(this.#view, this.#at), original, behind);
    return true;
  }

  /** The length of the record at #at is damaged, or bytes of it are missing; the next good one begins at `next`. */
  #handOnUpTo(next: number): boolean {
    const layout = this.#layout;
    const atHand = next - this.#at - layout.headerLength;
    const captured = Math.min(atHand, layout.original(this.#view, this.#at));
    if (atHand < 0) {
      this.#problem('broken-record', this.#at, next - this.#at, 'a record header is damaged');
      this.#at = next;
      return true;
    }
    const what = 'the length of a record does not fit; its frame was read up to the next one';
    this.#problem('broken-record', this.#at, atHand - captured, what);
    this.#give(captured, Math.min(layout.original(this.#view, this.#at), MAX_RECORD), next);
    return true;
  }

  #give(captured: number, original: number, behind: number): void {
    const layout = this.#layout;
    const view = this.#view;
    const body = this.#at + layout.headerLength;
    const seconds = layout.seconds(view, this.#at);
    const nanoseconds = Math.min(layout.fraction(view, this.#at) * layout.toNanoseconds, NANOSECONDS_OF_SECOND - 1);
    this.#at = behind;
    this.#note(1, seconds);
    this.#sink.frame(this.#bytes, view, body, captured, original, seconds, nanoseconds, this.#header.linkType, 0);
  }

  #note(frames: number, lastSeconds: number): void {
    this.#frames += frames;
    this.#lastSeconds = lastSeconds;
    if (this.#header.nanoseconds) this.#nanosecondTimes = true;
    if (!this.#linkTypes.includes(this.#header.linkType)) this.#linkTypes.push(this.#header.linkType);
  }

  /** Goes on under another file header: a joined capture, or a variant of the format. */
  #adopt(header: PcapHeader): boolean {
    this.#header = header;
    this.#layout = new RecordLayout(header, MAX_RECORD);
    this.#doubt = new PcapDoubt(this.#layout, this.#doubt.looksBack);
    this.#state = 'first';
    return true;
  }

  #want(bytes: number): boolean {
    this.needed = bytes;
    return false;
  }

  /** @param at offset in the window; below 0 where the window has moved on since */
  #problem(code: string, at: number, skippedBytes: number, what: string): void {
    this.#problems.add(code, this.#fileOffset + at, skippedBytes, what);
  }

  /** No byte follows: what is left is the beginning of a record. The reader can then read on from a new record, as live batches do. */
  #finish(): boolean {
    if (this.#at < this.#length) {
      this.#problem('cut-short', this.#at, this.#length - this.#at, 'the file ends in the middle of a record');
    }
    this.#at = this.#length;
    this.#state = 'first';
    return false;
  }
}
