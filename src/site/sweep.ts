/** Cuts overlapping intervals into consecutive segments, each with everything that covers it. */

import type { Family, Interval } from './addresses.ts';

/** Addresses from `first` up to the next segment, and the numbers of the intervals that cover them. */
export interface Segment {
  readonly first: bigint;
  readonly covering: readonly number[];
}

/**
 * Segments of one family in order; the first begins at address 0. `cuts` are further addresses at which a segment must
 * begin. O(n log n) plus the depth of nesting at each cut.
 */
export function sweep(family: Family, intervals: readonly Interval[], cuts: readonly bigint[] = []): Segment[] {
  const end = family === 4 ? 1n << 32n : 1n << 128n;
  const opening = new Map<bigint, number[]>();
  const closing = new Map<bigint, number[]>();
  const points = new Set<bigint>([0n, ...cuts]);
  const put = (map: Map<bigint, number[]>, at: bigint, index: number) => {
    points.add(at);
    const list = map.get(at);
    if (list) list.push(index);
    else map.set(at, [index]);
  };
  intervals.forEach((interval, index) => {
    if (interval.family !== family) return;
    put(opening, interval.first, index);
    put(closing, interval.last + 1n, index);
  });
  const active = new Set<number>();
  const segments: Segment[] = [];
  for (const first of [...points].sort((a, b) => (a < b ? -1 : 1))) {
    if (first >= end) break;
    for (const index of closing.get(first) ?? []) active.delete(index);
    for (const index of opening.get(first) ?? []) active.add(index);
    segments.push({ first, covering: [...active] });
  }
  return segments;
}
