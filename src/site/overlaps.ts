/** Networks may nest; anything else that overlaps is a mistake, because no address could tell which one is meant. */

import type { Interval } from './addresses.ts';

export interface Overlap {
  /** Numbers of the two intervals; `second` is the one written later. */
  readonly first: number;
  readonly second: number;
  readonly how: 'equal' | 'partly';
}

/** Each interval that is equal to or partly overlaps another one, with one partner. */
export function findOverlaps(intervals: readonly Interval[]): Overlap[] {
  const order = intervals.map((_, index) => index);
  order.sort((a, b) => compare(intervals[a]!, intervals[b]!) || a - b);
  const found: Overlap[] = [];
  let open: number[] = [];
  for (const index of order) {
    const interval = intervals[index]!;
    open = open.filter((other) => sameFamily(intervals[other]!, interval) && intervals[other]!.last >= interval.first);
    const partner = open.findLast((other) => conflict(intervals[other]!, interval) !== null);
    if (partner !== undefined) {
      found.push({
        first: Math.min(partner, index),
        second: Math.max(partner, index),
        how: conflict(intervals[partner]!, interval)!,
      });
    }
    open.push(index);
  }
  return found;
}

/** `a` begins before or with `b`, and at the same start it is the longer one. */
function conflict(a: Interval, b: Interval): 'equal' | 'partly' | null {
  if (a.first === b.first && a.last === b.last) return 'equal';
  return b.last > a.last ? 'partly' : null;
}

const sameFamily = (a: Interval, b: Interval): boolean => a.family === b.family;

function compare(a: Interval, b: Interval): number {
  if (a.family !== b.family) return a.family - b.family;
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  if (a.last !== b.last) return a.last > b.last ? -1 : 1;
  return 0;
}
