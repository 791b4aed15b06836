import { PcapChain } from './pcap-chain.ts';
import type { PcapHeader } from './pcap-header.ts';
import { RecordLayout } from './pcap-layout.ts';
import { CHAIN_FRAME, LOOKAHEAD, type Resumption, Resync } from './resync.ts';
import { MAX_RECORD } from './types.ts';

/** Looks back for a damaged length that one file may cost: bounds the time that a file made to be slow can take. */
const LOOKS_BACK = 10_000;
/** Record headers of old patched libpcaps, in bytes: 24 (1999-04-17, 1999-10-29), 28 (1999-09-15), 20 (Nokia); Wireshark wiretap/libpcap.c. */
const VARIANT_HEADERS = [16, 24, 28, 20] as const;

/** Answers of a judgement, where it is not an offset. */
export const NOTHING = -1;
export const MORE = -2;

/** Decides about pcap records that do not look right. Knows one layout; holds what a search may cost. */
export class PcapDoubt {
  /** Bytes wanted from the record on, where the answer was MORE. */
  wanted = 0;
  readonly #layout: RecordLayout;
  readonly #chain: PcapChain;
  #resync: Resync | null = null;
  /** Looks back that are left to this file. */
  looksBack: number;

  constructor(layout: RecordLayout, looksBack = LOOKS_BACK) {
    this.#layout = layout;
    this.looksBack = looksBack;
    this.#chain = new PcapChain(layout);
  }

  /** Seconds of the last frame that was sure. */
  set reference(seconds: number) {
    this.#chain.reference = seconds;
  }

  /** Where the search stands after `resume`. */
  get position(): number {
    return this.#search().position;
  }

  resume(view: DataView, from: number, length: number, atEnd: boolean): Resumption {
    return this.#search().resume(view, from, length, atEnd);
  }

  /**
   * The header behind the record at `at` is odd. Is the length of this record to blame?
   * @returns offset of the next good record if so; NOTHING if the record is good; MORE
   */
  behindDamagedLength(view: DataView, at: number, length: number, atEnd: boolean): number {
    if (this.looksBack <= 0) return NOTHING;
    const body = at + this.#layout.headerLength;
    const zoneEnd = Math.min(body + this.#layout.captured(view, at), body + CHAIN_FRAME);
    const end = zoneEnd + LOOKAHEAD;
    if (end > length && !atEnd) return this.#want(end - at);
    const byOriginal = this.behindOriginalLength(view, at, length, atEnd);
    if (byOriginal !== NOTHING) return byOriginal;
    this.looksBack--;
    this.#chain.reference = this.#layout.seconds(view, at);
    return this.#search().find(view, at + 1, zoneEnd, Math.min(end, length), end >= length, zoneEnd, true);
  }

  /**
   * The captured length of the record at `at` is bad: is the frame whole, and as long as the original length says?
   * @returns offset of the good record behind it; NOTHING; MORE
   */
  behindOriginalLength(view: DataView, at: number, length: number, atEnd: boolean): number {
    const original = this.#layout.original(view, at);
    if (original > CHAIN_FRAME || original === this.#layout.captured(view, at) || this.looksBack <= 0) return NOTHING;
    const behind = at + this.#layout.headerLength + original;
    const end = behind + LOOKAHEAD;
    if (end > length && !atEnd) return this.#want(end - at);
    this.looksBack--;
    this.#chain.reference = this.#layout.seconds(view, at);
    if (behind >= length) return behind === length ? behind : NOTHING;
    const found = this.#search().find(view, behind, behind + 1, Math.min(end, length), end >= length, behind);
    return found === behind ? behind : NOTHING;
  }

  /** The record at `at` runs past the end of the file. @returns offset of the next good record if its length is damaged; NOTHING if the file is cut */
  behindLastRecord(view: DataView, at: number, length: number): number {
    if (this.#layout.lengthsAgree(view, at)) return NOTHING;
    const byOriginal = this.behindOriginalLength(view, at, length, true);
    if (byOriginal !== NOTHING) return byOriginal;
    const zoneEnd = Math.min(length, at + this.#layout.headerLength + CHAIN_FRAME);
    const end = Math.min(length, zoneEnd + LOOKAHEAD);
    this.#chain.reference = this.#layout.seconds(view, at);
    return this.#search().find(view, at + 1, zoneEnd, end, end === length, zoneEnd - 1, true);
  }

  /**
   * The record at `at` is odd: a long frame, a jump in time, a fraction beyond a second. Its frame is good all the same where another record,
   * or the end of the file, lies exactly behind it.
   * @returns offset behind it; NOTHING if it is no frame; MORE
   */
  behindOdd(view: DataView, at: number, length: number, atEnd: boolean, lastSeconds: number): number {
    const layout = this.#layout;
    const captured = layout.captured(view, at);
    const original = layout.original(view, at);
    const header = layout.headerLength;
    if (captured > MAX_RECORD - 2 * header || original < captured || original === 0) return NOTHING;
    const behind = at + header + captured;
    if (behind + header > length) {
      if (!atEnd) return this.#want(behind + header - at);
      const whole = layout.isInOrder(view, at) ? behind <= length : behind === length;
      return whole ? behind : NOTHING;
    }
    for (const reference of [lastSeconds, layout.seconds(view, at)]) {
      if (reference < 0) continue;
      this.#chain.reference = reference;
      this.#chain.begin();
      if (this.#chain.step(view, behind, length) >= 0) return behind;
    }
    return NOTHING;
  }

  /** The first records do not fit: does another record header length of the patched variants? @returns that length, or NOTHING or MORE */
  otherHeaderLength(header: PcapHeader, view: DataView, at: number, length: number, atEnd: boolean): number {
    if (length - at < LOOKAHEAD && !atEnd) return this.#want(LOOKAHEAD);
    const end = Math.min(length, at + LOOKAHEAD);
    for (const recordHeaderLength of VARIANT_HEADERS) {
      if (recordHeaderLength === header.recordHeaderLength) continue;
      const chain = new PcapChain(new RecordLayout({ ...header, recordHeaderLength }, MAX_RECORD));
      if (new Resync(chain).find(view, at, at + 1, end, end === length, at) === at) return recordHeaderLength;
    }
    return NOTHING;
  }

  #want(bytes: number): typeof MORE {
    this.wanted = bytes;
    return MORE;
  }

  #search(): Resync {
    this.#resync ??= new Resync(this.#chain);
    return this.#resync;
  }
}
