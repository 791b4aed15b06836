/**
 * Finds the next believable frame after damage.
 *
 * A single header proves little: payloads hold zeros, and captures of file transfers hold other captures. So a frame is believed
 * where a **chain** begins: frame after frame, each plausible, over more bytes than any one packet carries, or to the very end of the file.
 * A capture embedded in a payload cannot do that, since its chain breaks where the payload ends.
 * Frames of one size in a row, as floods leave them, look regular a byte early too, with times that may lie only years off. So a chain whose times
 * fit closely (`strict`) goes before one whose times fit loosely.
 * A shorter chain (`brief`) is taken only where no long one begins soon after, and only so many times in a file.
 *
 * Work is linear: an offset once seen in a chain that broke is not walked again (`#stamps`), and every search looks at no more than
 * {@link REACH} bytes.
 */

/** Walks the frames of one format. State of a walk (byte order, times) lives in the chain and starts anew with `begin`. */
export interface FrameChain {
  /** Bytes that must be at hand for `step`. */
  readonly headerLength: number;
  /** True while neighbours must lie closer in time than they have to; chains without times need not heed it. */
  strict: boolean;
  begin(): void;
  /**
   * @param end bytes at hand; `at + headerLength` is within them
   * @returns offset behind the frame (it may lie beyond `end`), or -1 where no plausible frame begins at `at`
   */
  step(view: DataView, at: number, end: number): number;
}

/** Largest frame that a chain believes, in bytes: the largest snap length of libpcap (262,144) with headers and options. */
export const CHAIN_FRAME = 256 * 1024 + 4096;
/** Bytes that a chain must cover: more than the largest IP packet (65,535) with its headers. */
const SPAN = 68 * 1024;
/** Frames that a chain must have, whatever it covers. */
const HOPS = 3;
/** Complete frames that suffice where the last one of the file is cut. */
const HOPS_BEFORE_CUT = 2;
/** Frames of a brief chain. */
const BRIEF_HOPS = 4;
/** Brief chains believed in one file. */
const BRIEF_LIMIT = 64;
/** Offsets tried in one search. */
export const STEP = 512 * 1024;
/** Bytes behind the last offset tried that may be needed to judge it. */
export const LOOKAHEAD = SPAN + (HOPS + 1) * CHAIN_FRAME;
/** Bytes that one search looks at. */
export const REACH = STEP + LOOKAHEAD;

/** What became of a search. */
export type Resumption = 'found' | 'more' | 'nothing';

/** The search for frames in one file. One for each reader, made when first needed. */
export class Resync {
  /** Offset of the frame (`found`), of the first byte to keep (`more`), of the end (`nothing`). */
  position = 0;
  readonly #chain: FrameChain;
  readonly #stamps = new Int32Array(REACH + 1);
  #generation = 0;
  #briefLeft = BRIEF_LIMIT;
  /** Where the last chain walked broke, and after how many frames. */
  #brokeAt = 0;
  #hops = 0;

  constructor(chain: FrameChain) {
    this.#chain = chain;
  }

  /**
   * Goes on searching a stream. Where the answer is `more`, the window must hold REACH bytes from `position` on (or the end of the file).
   * The same bytes give the same answer however they are cut into windows.
   */
  resume(view: DataView, from: number, length: number, atEnd: boolean): Resumption {
    let start = from;
    for (;;) {
      if (!atEnd && length - start < REACH) {
        this.position = start;
        return 'more';
      }
      const to = Math.min(start + STEP, length);
      const found = this.#search(view, start, to, length, atEnd);
      if (found >= 0) {
        this.position = found;
        return 'found';
      }
      // A brief chain near the end of this stretch gets a stretch of its own, to see whether a long one follows.
      start = found === -1 ? to : -found - 2;
      if (start >= length) {
        this.position = length;
        return 'nothing';
      }
    }
  }

  /**
   * The first offset in [from, to) where a long chain begins that also passes `mustPass`, or -1. Looks no further than `length`; `atEnd` says
   * that the file ends there.
   * @param isStrict only a strict chain will do
   */
  find(
    view: DataView,
    from: number,
    to: number,
    length: number,
    atEnd: boolean,
    mustPass: number,
    isStrict = false,
  ): number {
    this.#generation++;
    for (let offset = from; offset < to; offset++) {
      if (this.#isLong(view, from, offset, length, atEnd, mustPass)) {
        const strict = this.#strictFrom(view, from, offset, to, length, atEnd, mustPass);
        return strict < 0 && !isStrict ? offset : strict;
      }
    }
    return -1;
  }

  /** The first offset from `loose` on where a strict long chain begins, or -1. */
  #strictFrom(
    view: DataView,
    base: number,
    loose: number,
    to: number,
    end: number,
    atEnd: boolean,
    mustPass: number | null,
  ): number {
    this.#generation++;
    this.#chain.strict = true;
    let found = -1;
    for (let offset = loose; offset < to; offset++) {
      if (this.#isLong(view, base, offset, end, atEnd, mustPass ?? offset)) {
        found = offset;
        break;
      }
    }
    this.#chain.strict = false;
    return found;
  }

  /** @returns offset found, -1 for none, or -2 - offset of a brief chain to look at again from there */
  #search(view: DataView, from: number, to: number, length: number, atEnd: boolean): number {
    const end = Math.min(from + REACH, length);
    const endsFile = atEnd && end === length;
    let brief = -1;
    let briefUntil = to;
    this.#generation++;
    for (let offset = from; offset < to; offset++) {
      if (offset >= briefUntil) break;
      if (this.#isLong(view, from, offset, end, endsFile, offset)) {
        const strict = this.#strictFrom(view, from, offset, to, end, endsFile, null);
        return strict < 0 ? offset : strict;
      }
      if (brief < 0 && this.#hops >= BRIEF_HOPS && this.#briefLeft > 0) {
        brief = offset;
        briefUntil = this.#brokeAt + SPAN;
      }
    }
    if (brief < 0) return -1;
    if (briefUntil > to && to < length && brief > from) return -2 - brief;
    this.#briefLeft--;
    return brief;
  }

  /** Walks the chain from `offset`; sets #hops and #brokeAt where it is not long. */
  #isLong(view: DataView, base: number, offset: number, end: number, atEnd: boolean, mustPass: number): boolean {
    const chain = this.#chain;
    const stamps = this.#stamps;
    let at = offset;
    let hops = 0;
    this.#hops = 0;
    chain.begin();
    for (;;) {
      if (at + chain.headerLength > end) {
        return atEnd && at <= end && (at === end ? hops > 0 : hops >= HOPS_BEFORE_CUT);
      }
      const slot = at - base;
      if (slot < stamps.length) {
        if (stamps[slot] === this.#generation) break;
        stamps[slot] = this.#generation;
      }
      const next = chain.step(view, at, end);
      if (next < 0) break;
      if (hops >= HOPS && at - offset >= SPAN && at > mustPass) return true;
      if (next > end) {
        // The frame runs past what is at hand: past the end of the file it is the cut last one.
        if (atEnd && hops >= HOPS_BEFORE_CUT) return true;
        break;
      }
      at = next;
      hops++;
    }
    this.#hops = hops;
    this.#brokeAt = at;
    return false;
  }
}
