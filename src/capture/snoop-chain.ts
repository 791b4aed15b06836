import { CLOSE, NEIGHBOURHOOD } from './pcap-chain.ts';
import { CHAIN_FRAME, type FrameChain } from './resync.ts';
import { CAPTURED, MICROSECONDS, ORIGINAL, RECORD_HEADER, RECORD_LENGTH, SECONDS } from './snoop-layout.ts';
import { MAX_RECORD } from './types.ts';

/** Padding behind a frame that is believed where no other is known, in bytes; the largest known is that of Shomiti, 16 and alignment. */
export const MOST_PADDING = 64;
const MICROSECONDS_OF_SECOND = 1_000_000;

/**
 * The three lengths of the record header at `at` agree, and its time is one. The header is at hand.
 * @param mostPadding bytes behind a frame that are believed
 */
export function isRecord(view: DataView, at: number, mostPadding: number): boolean {
  const captured = view.getUint32(at + CAPTURED, false);
  const length = view.getUint32(at + RECORD_LENGTH, false);
  const padding = length - RECORD_HEADER - captured;
  return (
    length <= MAX_RECORD &&
    padding >= 0 &&
    padding <= mostPadding &&
    view.getUint32(at + ORIGINAL, false) >= captured &&
    view.getUint32(at + MICROSECONDS, false) < MICROSECONDS_OF_SECOND
  );
}

/** Steps over snoop records while searching. */
export class SnoopChain implements FrameChain {
  readonly headerLength = RECORD_HEADER;
  strict = false;
  /** As of `isRecord`. */
  mostPadding = MOST_PADDING;
  #previous = -1;

  begin(): void {
    this.#previous = -1;
  }

  step(view: DataView, at: number, _end: number): number {
    const length = view.getUint32(at + RECORD_LENGTH, false);
    if (length > CHAIN_FRAME || view.getUint32(at + ORIGINAL, false) === 0 || !isRecord(view, at, this.mostPadding))
      return -1;
    const seconds = view.getUint32(at + SECONDS, false);
    const furthest = this.strict ? CLOSE : NEIGHBOURHOOD;
    if (this.#previous >= 0 && Math.abs(seconds - this.#previous) > furthest) return -1;
    this.#previous = seconds;
    return at + length;
  }
}
