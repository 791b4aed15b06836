/**
 * From an address to the number of its endpoint: sorted starts of segments in typed arrays, one binary search, no
 * allocation. Built once when the topology is loaded; an IPv6 start takes four words (big end first).
 */

import type { Segment } from './sweep.ts';

const WORD = 0xffff_ffffn;
/** Upper 96 bits of ::ffff:0:0/96: an IPv4 address written as IPv6 (RFC 4291, 2.5.5.2). */
const MAPPED_WORD = 0xffff;

export class AddressIndex {
  readonly #starts4: Uint32Array;
  readonly #values4: Int32Array;
  readonly #starts6: Uint32Array;
  readonly #values6: Int32Array;

  /** `value` gives the number of a segment; neighbours of the same number become one. */
  constructor(v4: readonly Segment[], v6: readonly Segment[], value: (segment: Segment, family: 4 | 6) => number) {
    const four = merge(v4, (segment) => value(segment, 4));
    this.#starts4 = Uint32Array.from(four, ({ first }) => Number(first));
    this.#values4 = Int32Array.from(four, ({ number }) => number);
    const six = merge(v6, (segment) => value(segment, 6));
    this.#starts6 = Uint32Array.from(six.flatMap(({ first }) => words(first)));
    this.#values6 = Int32Array.from(six, ({ number }) => number);
  }

  /** `address` is the 32-bit address in host order, signed or unsigned. */
  lookup4(address: number): number {
    const wanted = address >>> 0;
    const starts = this.#starts4;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (starts[middle]! <= wanted) low = middle;
      else high = middle - 1;
    }
    return this.#values4[low]!;
  }

  /** The four words of the address in order, each signed or unsigned. */
  lookup6(a: number, b: number, c: number, d: number): number {
    const w0 = a >>> 0;
    const w1 = b >>> 0;
    const w2 = c >>> 0;
    if (w0 === 0 && w1 === 0 && w2 === MAPPED_WORD) return this.lookup4(d);
    const w3 = d >>> 0;
    const starts = this.#starts6;
    let low = 0;
    let high = this.#values6.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const at = middle * 4;
      const difference = starts[at]! - w0 || starts[at + 1]! - w1 || starts[at + 2]! - w2 || starts[at + 3]! - w3;
      if (difference <= 0) low = middle;
      else high = middle - 1;
    }
    return this.#values6[low]!;
  }
}

function words(value: bigint): number[] {
  return [96n, 64n, 32n, 0n].map((shift) => Number((value >> shift) & WORD));
}

function merge(segments: readonly Segment[], value: (segment: Segment) => number): { first: bigint; number: number }[] {
  const merged: { first: bigint; number: number }[] = [];
  for (const segment of segments) {
    const number = value(segment);
    if (merged.at(-1)?.number !== number) merged.push({ first: segment.first, number });
  }
  return merged;
}
