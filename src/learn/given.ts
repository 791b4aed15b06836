/** The topology that is completed: which of its hosts and networks an address belongs to, and what roles it gives. */
import { CLASS_INTERVALS } from '../site/classes.ts';
import type { Site } from '../site/site.ts';
import { shortName } from './host-names.ts';
import { lies } from './networks.ts';
import type { NameSaid, Seen } from './signs.ts';

/** The topology that is completed, as far as its file says more than its model. */
export interface Partial {
  site: Site;
  /** For each host: whether the file gives it a list of addresses, or of roles. */
  states: readonly { addresses: boolean; roles: boolean }[];
}

/** Without a topology, every address is of nobody. */
export class Given {
  readonly #all: readonly Seen[];
  readonly #partial: Partial | null;
  readonly #names: ReadonlyMap<Seen, NameSaid>;
  readonly #adopted: ReadonlyMap<Seen, number>;

  constructor(all: readonly Seen[], partial: Partial | null, names: ReadonlyMap<Seen, NameSaid>) {
    this.#all = all;
    this.#partial = partial;
    this.#names = names;
    this.#adopted = this.#adopt();
  }

  /** True for an address of a host that the topology lists by its name alone. */
  isAdopted(seen: Seen): boolean {
    return this.#adopted.has(seen);
  }

  /** Place of a host of the topology, by its addresses or by its name. */
  hostOf(seen: Seen): number | null {
    return this.#adopted.get(seen) ?? this.#listed(seen);
  }

  #listed({ interval }: Seen): number | null {
    const hosts = this.#partial?.site.model.hosts ?? [];
    const found = hosts.findIndex(({ addresses }) =>
      addresses.some(({ family, first }) => family === interval.family && first === interval.first),
    );
    return found < 0 ? null : found;
  }

  isInNetwork(seen: Seen): boolean {
    return this.#partial?.site.model.networks.some(({ interval }) => lies(seen.interval, interval)) ?? false;
  }

  givenRoles(seen: Seen): readonly string[] | null {
    const { site, states } = this.#partial ?? {};
    if (site === undefined || states === undefined) return null;
    const host = this.hostOf(seen);
    if (host !== null) return states[host]!.roles ? site.model.hosts[host]!.roles : null;
    const endpoint = site.endpoints[site.lookup(seen.address)!];
    return endpoint?.kind === 'network' ? endpoint.roles : null;
  }

  isInside(seen: Seen): boolean {
    const kind = classOf(seen);
    return kind === 'unknown' || kind === 'link-local' || this.hostOf(seen) !== null || this.isInNetwork(seen);
  }

  /** Addresses of hosts that the topology lists by name alone: one of each family. */
  #adopt(): ReadonlyMap<Seen, number> {
    const adopted = new Map<Seen, number>();
    const { site, states } = this.#partial ?? {};
    for (const [i, { name, addresses }] of (site?.model.hosts ?? []).entries()) {
      if (addresses.length > 0 || states![i]?.addresses !== false) continue;
      const families = new Set<number>();
      for (const seen of this.#all) {
        const said = this.#names.get(seen);
        if (said === undefined || families.has(seen.interval.family) || classOf(seen) !== 'unknown') continue;
        const names = [said.name.toLowerCase(), shortName(said.name).toLowerCase()];
        if (!names.includes(name.toLowerCase()) || adopted.has(seen) || this.#listed(seen) !== null) continue;
        adopted.set(seen, i);
        families.add(seen.interval.family);
      }
    }
    return adopted;
  }
}

/** The most specific class of an address. */
export function classOf({ interval }: Seen): string {
  let best = CLASS_INTERVALS[0]!;
  let size = -1n;
  for (const one of CLASS_INTERVALS) {
    const extent = one.interval.last - one.interval.first;
    if (lies(interval, one.interval) && (size < 0n || extent < size)) {
      best = one;
      size = extent;
    }
  }
  return best.kind;
}
