import {
  FRAGMENT_DESTINATION,
  FRAGMENT_IDENTIFICATION,
  FRAGMENT_KEY,
  FRAGMENT_PLACE,
  FRAGMENT_PORTS,
  FRAGMENT_SOURCE,
  FRAGMENT_WIDTH,
} from '../track/fragments.ts';
import type { Observation } from '../track/observation.ts';
import { KIND_IPV6 } from '../track/record.ts';
import type { Socket } from './kept-messages.ts';

/** Datagrams from one socket to another that came in fragments. */
export interface FragmentedDatagrams {
  datagrams: number;
  /** Those of which the capture shows the first fragment, but not all others. */
  incomplete: number;
}

interface Datagram {
  ports: number | null;
  offsets: Set<number>;
  /** Where the last fragment begins; null until it was seen. */
  last: boolean;
}

/** Looks up what became of fragmented datagrams between two sockets. */
export type FragmentLookup = (from: Socket, to: Socket) => FragmentedDatagrams | null;

const NO_PORTS = -1;

/**
 * Gathers fragments into datagrams by addresses and identification, in the order of the capture; a first fragment begins a new one, so
 * that identifications may be used again. Whole means: the last fragment was seen, and as many others as lie before it.
 */
export function fragmentLookup(observation: Observation): FragmentLookup {
  const { values, count } = observation.fragments;
  const byPair = new Map<string, FragmentedDatagrams>();
  const open = new Map<string, Datagram>();
  const close = (key: string, datagram: Datagram): void => {
    if (datagram.ports === null) return;
    const pair = `${key.slice(0, key.lastIndexOf(' '))} ${datagram.ports}`;
    const sums = byPair.get(pair) ?? { datagrams: 0, incomplete: 0 };
    sums.datagrams++;
    if (!isWhole(datagram)) sums.incomplete++;
    byPair.set(pair, sums);
  };
  for (let i = 0; i < count; i++) {
    const at = i * FRAGMENT_WIDTH;
    const key = `${values[at + FRAGMENT_KEY]} ${values[at + FRAGMENT_SOURCE]} ${values[at + FRAGMENT_DESTINATION]} ${values[at + FRAGMENT_IDENTIFICATION]}`;
    const offset = values[at + FRAGMENT_PLACE] >>> 1;
    let datagram = open.get(key);
    if (datagram === undefined || (offset === 0 && datagram.offsets.has(0) && isWhole(datagram))) {
      if (datagram !== undefined) close(key, datagram);
      datagram = { ports: null, offsets: new Set(), last: false };
      open.set(key, datagram);
    }
    if (offset === 0) datagram.ports = values[at + FRAGMENT_PORTS];
    if (datagram.offsets.size < MAX_FRAGMENTS) datagram.offsets.add(offset);
    if ((values[at + FRAGMENT_PLACE] & 1) === 0) datagram.last = true;
  }
  for (const [key, datagram] of open) close(key, datagram);
  return (from, to) =>
    byPair.get(
      `${17 | (from.family === 6 ? KIND_IPV6 : 0)} ${from.address} ${to.address} ${(from.port << 16) | to.port || NO_PORTS}`,
    ) ?? null;
}

/** 65,535 bytes in pieces of the smallest IPv4 MTU (68) are about 1,400. */
const MAX_FRAGMENTS = 1500;

/** All fragments but the last one have the same length: the second tells how many there must be. */
function isWhole({ offsets, last }: Datagram): boolean {
  if (!last || !offsets.has(0) || offsets.size < 2) return false;
  const sorted = [...offsets].sort((a, b) => a - b);
  return sorted.every((offset, i) => offset === i * sorted[1]);
}
