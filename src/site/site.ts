/** A site in use: its endpoints, and which address is which endpoint. */

import { expandRoles, internetRoles } from '../catalog/roles.ts';
import type { PortRange } from '../catalog/types.ts';
import { AddressIndex } from './address-index.ts';
import { type Interval, parseAddress } from './addresses.ts';
import { ADDRESS_CLASSES, type AddressClass, CLASS_INTERVALS } from './classes.ts';
import type { Settings } from './settings.ts';
import { type Segment, sweep } from './sweep.ts';
import type { Endpoint, HostModel, NetworkModel, SiteModel } from './types.ts';

/** Ports of a web proxy whose port nobody told. */
const USUAL_PROXY_PORTS: readonly PortRange[] = [
  { first: 8080, last: 8080 },
  { first: 3128, last: 3128 },
];

/** What an interval stands for; the highest rank wins, within a rank the smallest interval. */
interface Layer {
  readonly interval: Interval;
  readonly rank: 'class' | 'network' | 'host' | 'area';
  /** Number of the base endpoint, or of the area. */
  readonly target: number;
}

const RANKS = { class: 0, network: 1, host: 2, area: -1 } as const;

export class Site {
  readonly model: SiteModel;
  /** Bases first (hosts, networks, classes), then the variants that lie in areas of expect and forbid. */
  readonly endpoints: readonly Endpoint[];
  readonly #index: AddressIndex;
  readonly #hosts: ReadonlyMap<string, number>;

  constructor(model: SiteModel) {
    this.model = model;
    const endpoints = bases(model);
    this.#hosts = new Map(model.hosts.map((host, i) => [host.name.toLowerCase(), i]));
    this.#index = buildIndex(model, endpoints);
    this.endpoints = endpoints;
  }

  get path(): string {
    return this.model.path;
  }

  get name(): string | null {
    return this.model.name;
  }

  /** Index into `endpoints` of a 32-bit IPv4 address in host order, signed or unsigned. Allocates nothing. */
  lookup4(address: number): number {
    return this.#index.lookup4(address);
  }

  /** The same of the four words of an IPv6 address; `::ffff:a.b.c.d` is looked up as IPv4. */
  lookup6(a: number, b: number, c: number, d: number): number {
    return this.#index.lookup6(a, b, c, d);
  }

  /** The same of the 16 bytes of an IPv6 address in network order. */
  lookup6Bytes(bytes: Uint8Array, offset = 0): number {
    const word = (at: number) => (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    return this.#index.lookup6(word(offset), word(offset + 4), word(offset + 8), word(offset + 12));
  }

  /** The same of an address as text; undefined where it is none. */
  lookup(text: string): number | undefined {
    const parsed = parseAddress(text);
    if (!parsed.ok) return undefined;
    const { family, first } = parsed.value;
    const word = (shift: bigint) => Number((first >> shift) & 0xffff_ffffn);
    return family === 4 ? this.lookup4(Number(first)) : this.lookup6(word(96n), word(64n), word(32n), word(0n));
  }

  /** Index of the endpoint of a host by its name or, where no host has the full name, by the first label of it. */
  hostNamed(name: string): number | undefined {
    const wanted = name.toLowerCase().replace(/\.$/, '');
    return this.#hosts.get(wanted) ?? this.#hosts.get(wanted.split('.')[0]!);
  }

  /** Names of hosts that are listed without any address: look for them among the DNS answers. */
  get hostsWithoutAddress(): string[] {
    return this.model.hosts.filter((host) => host.addresses.length === 0).map((host) => host.name);
  }

  /**
   * The site with addresses found elsewhere (DNS) for hosts that are listed without one. Addresses that another host
   * has, that are no addresses, or that were found for other hosts are left out.
   */
  withAddresses(found: Iterable<{ readonly name: string; readonly address: string }>): Site {
    const key = ({ family, first }: Interval) => `${family}:${first}`;
    const taken = new Set(this.model.hosts.flatMap((host) => host.addresses.map(key)));
    const added = new Map<number, Interval[]>();
    for (const { name, address } of found) {
      const host = this.hostNamed(name);
      const parsed = parseAddress(address);
      if (host === undefined || !parsed.ok || taken.has(key(parsed.value))) continue;
      if (this.model.hosts[host]!.addresses.length > 0) continue;
      taken.add(key(parsed.value));
      added.set(host, [...(added.get(host) ?? []), parsed.value]);
    }
    if (added.size === 0) return this;
    const hosts = this.model.hosts.map((host, i) => ({ ...host, addresses: added.get(i) ?? host.addresses }));
    return new Site({ ...this.model, hosts });
  }
}

/** Hosts, networks, classes, in this order, as endpoints without areas. */
function bases(model: SiteModel): Endpoint[] {
  const initiated = new Set(model.siteInitiatedOnly);
  const proxyPorts = (row: HostModel | NetworkModel): readonly PortRange[] | null => {
    if (model.proxy?.host === row.name) return [{ first: model.proxy.port, last: model.proxy.port }];
    return row.roles.includes('proxy-server') ? USUAL_PROXY_PORTS : null;
  };
  const endpoints: Endpoint[] = [];
  const add = (kind: Endpoint['kind'], row: HostModel | NetworkModel) => {
    const index = endpoints.length;
    endpoints.push({
      index,
      base: index,
      kind,
      name: row.name,
      roles: row.roles,
      allRoles: expandRoles(row.roles, row.os),
      os: row.os,
      settings: mergeSettings(model.settings, row.settings),
      proxyPorts: proxyPorts(row),
      siteInitiatedOnly: initiated.has(row.name),
      areas: new Set(),
    });
  };
  for (const host of model.hosts) add('host', host);
  for (const network of model.networks) add('network', network);
  const withoutAddress = new Set(model.hosts.filter((h) => h.addresses.length === 0).flatMap((h) => h.roles));
  for (const kind of ADDRESS_CLASSES) {
    const index = endpoints.length;
    const roles = kind === 'internet' ? ['internet'] : [];
    endpoints.push({
      index,
      base: index,
      kind,
      name: null,
      roles,
      allRoles: kind === 'internet' ? expandRoles(internetRoles(withoutAddress)) : expandRoles([]),
      os: null,
      settings: model.settings,
      proxyPorts: null,
      siteInitiatedOnly: false,
      areas: new Set(),
    });
  }
  return endpoints;
}

/** WSUS ports belong together: a host that sets one of them does not inherit the other. */
function mergeSettings(site: Settings, host: Settings): Settings {
  const wsus = host.wsus_http_port || host.wsus_https_port;
  const { wsus_http_port: _http, wsus_https_port: _https, ...rest } = site;
  return { ...(wsus ? rest : site), ...host };
}

/** Adds to `endpoints` the variants that areas ask for. */
function buildIndex(model: SiteModel, endpoints: Endpoint[]): AddressIndex {
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
