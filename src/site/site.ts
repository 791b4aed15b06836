/** A site in use: its endpoints, and which address is which endpoint. */

import type { AddressIndex } from './address-index.ts';
import { type Interval, parseAddress } from './addresses.ts';
import { baseEndpoints } from './base-endpoints.ts';
import { buildIndex } from './build-index.ts';
import type { Endpoint, SiteModel } from './types.ts';

export class Site {
  readonly model: SiteModel;
  /** Bases first (hosts, networks, classes), then the variants that lie in areas of expect and forbid. */
  readonly endpoints: readonly Endpoint[];
  readonly #index: AddressIndex;
  readonly #hosts: ReadonlyMap<string, number>;

  constructor(model: SiteModel) {
    this.model = model;
    const endpoints = baseEndpoints(model);
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
