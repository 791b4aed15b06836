/** Addresses of openings as firewalls write them. */
import { type Family, formatAddress, formatInterval, type Interval } from '../site/addresses.ts';
import type { End } from './types.ts';

export interface Prefix {
  family: Family;
  first: bigint;
  length: number;
}

const BITS: Readonly<Record<Family, number>> = { 4: 32, 6: 128 };

/** The addresses of all ends in one family, sorted; what lies within or overlaps another is joined with it. */
export function intervalsOf(ends: readonly End[], family: Family): Interval[] {
  const sorted = ends
    .flatMap(({ intervals }) => intervals)
    .filter((interval) => interval.family === family)
    .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : a.last > b.last ? -1 : 1));
  const joined: Interval[] = [];
  for (const interval of sorted) {
    const previous = joined.at(-1);
    if (previous === undefined || interval.first > previous.last) joined.push(interval);
    else if (interval.last > previous.last) joined[joined.length - 1] = { ...previous, last: interval.last };
  }
  return joined;
}

/** The fewest prefixes that hold exactly the interval. */
export function prefixesOf({ family, first, last }: Interval): Prefix[] {
  const bits = BITS[family];
  const prefixes: Prefix[] = [];
  for (let at = first; at <= last; ) {
    let length = bits;
    while (length > 0) {
      const size = 1n << BigInt(bits - length + 1);
      if (at % size !== 0n || at + size - 1n > last) break;
      length--;
    }
    prefixes.push({ family, first: at, length });
    at += 1n << BigInt(bits - length);
  }
  return prefixes;
}

/** `10.0.0.0/24`, or the address alone. */
export function prefixText({ family, first, length }: Prefix): string {
  const address = formatAddress(family, first);
  return length === BITS[family] ? address : `${address}/${length}`;
}

/** `10.0.0.0/24` where it is a prefix, else `10.0.0.10-10.0.0.99`, or the address alone. */
export function intervalText(interval: Interval): string {
  const prefixes = prefixesOf(interval);
  return prefixes.length === 1 ? prefixText(prefixes[0]) : formatInterval(interval);
}

/** `0.0.255.255` of a /16. */
export function wildcardOf({ length }: Prefix): string {
  return formatAddress(4, (1n << BigInt(32 - length)) - 1n);
}

/** `255.255.0.0` of a /16. */
export function netmaskOf({ length }: Prefix): string {
  return formatAddress(4, ((1n << BigInt(length)) - 1n) << BigInt(32 - length));
}
