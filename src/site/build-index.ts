/** Which address is which endpoint: hosts over networks over classes, and the areas of expect and forbid across them. */

import { AddressIndex } from './address-index.ts';
import type { Interval } from './addresses.ts';
import { ADDRESS_CLASSES, type AddressClass, CLASS_INTERVALS } from './classes.ts';
import { type Segment, sweep } from './sweep.ts';
import type { Endpoint, SiteModel } from './types.ts';

/** What an interval stands for; the highest rank wins, within a rank the smallest interval. */
interface Layer {
  readonly interval: Interval;
  readonly rank: 'class' | 'network' | 'host' | 'area';
  /** Number of the base endpoint, or of the area. */
  readonly target: number;
}

const RANKS = { class: 0, network: 1, host: 2, area: -1 } as const;

/** Adds to `endpoints` the variants that areas ask for. */
export function buildIndex(model: SiteModel, endpoints: Endpoint[]): AddressIndex {
  const firstNetwork = model.hosts.length;
  const firstClass = firstNetwork + model.networks.length;
  const classNumber = (kind: AddressClass) => firstClass + ADDRESS_CLASSES.indexOf(kind);
  const layers: Layer[] = [
    ...CLASS_INTERVALS.map(({ interval, kind }) => ({ interval, rank: 'class' as const, target: classNumber(kind) })),
    ...model.networks.map(({ interval }, i) => ({ interval, rank: 'network' as const, target: firstNetwork + i })),
    ...model.hosts.flatMap((host, i) =>
      host.addresses.map((interval) => ({ interval, rank: 'host' as const, target: i })),
    ),
    ...model.areas.map((interval, i) => ({ interval, rank: 'area' as const, target: i })),
  ];
  const broadcasts = model.networks.filter((n) => n.hasBroadcast).map((n) => n.interval.last);
  const intervals = layers.map(({ interval }) => interval);
  const variants = new Map<string, number>();

  const numberOf = (segment: Segment, family: 4 | 6): number => {
    let winner = layers[segment.covering[0]!]!;
    const areas: number[] = [];
    for (const covering of segment.covering) {
      const layer = layers[covering]!;
      if (layer.rank === 'area') areas.push(layer.target);
      else if (winner.rank === 'area' || beats(layer, winner)) winner = layer;
    }
    let base = winner.target;
    if (family === 4 && winner.rank === 'network' && isBroadcast(winner, segment.first))
      base = classNumber('broadcast');
    return areas.length === 0 ? base : variant(base, areas);
  };
  const isBroadcast = (layer: Layer, first: bigint): boolean =>
    first === layer.interval.last && model.networks[layer.target - firstNetwork]!.hasBroadcast;
  const variant = (base: number, areas: number[]): number => {
    const sorted = areas.sort((a, b) => a - b);
    const key = `${base}:${sorted.join(',')}`;
    let index = variants.get(key);
    if (index === undefined) {
      index = endpoints.length;
      variants.set(key, index);
      endpoints.push({ ...endpoints[base]!, index, areas: new Set(sorted) });
    }
    return index;
  };
  const cuts = broadcasts.flatMap((last) => [last, last + 1n]);
  return new AddressIndex(sweep(4, intervals, cuts), sweep(6, intervals), numberOf);
}

function beats(a: Layer, b: Layer): boolean {
  if (RANKS[a.rank] !== RANKS[b.rank]) return RANKS[a.rank] > RANKS[b.rank];
  return a.interval.last - a.interval.first < b.interval.last - b.interval.first;
}
