import type { RecordLayout } from './pcap-layout.ts';
import { CHAIN_FRAME, type FrameChain } from './resync.ts';

/** Neighbours in a capture are believed to lie within five years, in seconds. */
export const NEIGHBOURHOOD = 5 * 365 * 86_400;
/** And mostly within a day. */
export const CLOSE = 86_400;
/** Largest original length believed while searching, in bytes: twice the largest big-TCP segment (512 KiB). */
const CHAIN_ORIGINAL = 1024 * 1024;

/** Steps over pcap records while searching; stricter than the reader is when all is well. */
export class PcapChain implements FrameChain {
  readonly headerLength: number;
  strict = false;
  /** Seconds of the last frame that was sure, or -1. */
  reference = -1;
  readonly #layout: RecordLayout;
  #previous = -1;

  constructor(layout: RecordLayout) {
    this.headerLength = layout.headerLength;
    this.#layout = layout;
  }

  begin(): void {
    this.#previous = this.reference;
  }

  step(view: DataView, at: number, _end: number): number {
    const layout = this.#layout;
    const captured = layout.captured(view, at);
    if (captured > CHAIN_FRAME || layout.fraction(view, at) >= layout.fractionLimit) return -1;
    const original = layout.original(view, at);
    if (original < captured || original === 0 || original > CHAIN_ORIGINAL) return -1;
    const seconds = layout.seconds(view, at);
    const furthest = this.strict ? CLOSE : NEIGHBOURHOOD;
    if (this.#previous >= 0 && Math.abs(seconds - this.#previous) > furthest) return -1;
    this.#previous = seconds;
    return at + layout.headerLength + captured;
  }
}
