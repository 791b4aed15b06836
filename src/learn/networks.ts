/** Groups addresses into networks, by what the capture says of masks; where it says nothing, by the addresses alone. */
import { formatAddress, formatInterval, type Interval } from '../site/addresses.ts';
import type { Seen } from './signs.ts';

/** Addresses that lie in one network. */
export interface Group {
  interval: Interval;
  /** As the topology writes it: `{ cidr }`, or `{ range }` where no mask is known. */
  extent: { cidr: string } | { range: string };
  /** Where the mask comes from; null where there is none. */
  maskFrame: number | null;
  members: Seen[];
}

/** Where no mask is known, addresses are taken together that share so many bits; the range then reaches from the first to the last of them. */
const NEIGHBOURS = 24;
/** Interface identifiers have 64 bits (RFC 4291 section 2.5.1), so that the prefix of a link has as many. */
const IPV6_PREFIX = 64;

/** Networks in the order of their first address. Addresses that stand alone, and link-local ones, are in none. */
export function groupAddresses(members: readonly Seen[], all: readonly Seen[]): Group[] {
  const masks = masksOf(all);
  const groups = new Map<string, Group>();
  const loose = new Map<string, Seen[]>();
  for (const seen of members) {
    const { family, first } = seen.interval;
    if (isLinkLocal(seen.interval)) continue;
    const mask = family === 6 ? { length: IPV6_PREFIX, frame: null } : smallest(masks, first);
    if (mask === null) {
      const key = String(first >> BigInt(32 - NEIGHBOURS));
      loose.set(key, [...(loose.get(key) ?? []), seen]);
      continue;
    }
    const interval = networkOf(seen.interval, mask.length);
    const cidr = `${formatAddress(family, interval.first)}/${mask.length}`;
    const known = groups.get(cidr);
    if (known === undefined) groups.set(cidr, { interval, extent: { cidr }, maskFrame: mask.frame, members: [seen] });
    else known.members.push(seen);
  }
  for (const neighbours of loose.values()) {
    if (neighbours.length < 2) continue;
    const interval = { ...neighbours[0]!.interval, last: neighbours[neighbours.length - 1]!.interval.last };
    groups.set(formatInterval(interval), {
      interval,
      extent: { range: formatInterval(interval) },
      maskFrame: null,
      members: neighbours,
    });
  }
  return [...groups.values()].sort((a, b) =>
    a.interval.family !== b.interval.family
      ? a.interval.family - b.interval.family
      : a.interval.first < b.interval.first
        ? -1
        : 1,
  );
}

interface Mask {
  interval: Interval;
  length: number;
  frame: number;
}

/** Networks of IPv4 that DHCP told somebody, each once. */
function masksOf(all: readonly Seen[]): Mask[] {
  const masks = new Map<string, Mask>();
  for (const { interval, prefixes } of all) {
    for (const { length, frame } of prefixes) {
      const network = networkOf(interval, length);
      const key = `${network.first}/${length}`;
      const known = masks.get(key);
      if (known === undefined || known.frame > frame) masks.set(key, { interval: network, length, frame });
    }
  }
  return [...masks.values()];
}

function smallest(masks: readonly Mask[], address: bigint): Mask | null {
  let best: Mask | null = null;
  for (const mask of masks)
    if (mask.interval.first <= address && address <= mask.interval.last && (best === null || mask.length > best.length))
      best = mask;
  return best;
}

function networkOf({ family, first }: Interval, length: number): Interval {
  const host = BigInt((family === 4 ? 32 : 128) - length);
  const start = (first >> host) << host;
  return { family, first: start, last: start + (1n << host) - 1n };
}

const LINK_LOCAL_4 = 0xa9fen;
const LINK_LOCAL_6 = 0xfe80n >> 6n;

/** 169.254.0.0/16 (RFC 3927) and fe80::/10 (RFC 4291): every link has the same. */
export function isLinkLocal({ family, first }: Interval): boolean {
  return family === 4 ? first >> 16n === LINK_LOCAL_4 : first >> 118n === LINK_LOCAL_6;
}

export function lies({ family, first }: Interval, within: Interval): boolean {
  return family === within.family && within.first <= first && first <= within.last;
}

/** True where two intervals overlap and neither lies in the other, which a topology cannot have; or where they are the same. */
export function collide(a: Interval, b: Interval): boolean {
  if (a.family !== b.family || a.last < b.first || b.last < a.first) return false;
  if (a.first === b.first && a.last === b.last) return true;
  const within = (x: Interval, y: Interval) => y.first <= x.first && x.last <= y.last;
  return !within(a, b) && !within(b, a);
}
