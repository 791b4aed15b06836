import type { ConnectionTable } from './connection-table.ts';
import type { OpenExchange } from './join-networks.ts';
import type { NetworkSets } from './network-sets.ts';
import { networkFilter, networkText, separationOf } from './networks.ts';
import {
  ADDRESS_A,
  ADDRESS_B,
  FIRST_SECONDS,
  KIND,
  KIND_IPV6,
  LAST_SECONDS,
  networkOf,
  OTHER_NETWORKS,
  PACKETS_A,
  PACKETS_B,
  RECORD_INTS,
} from './record.ts';

/** Networks named one by one where several are one; the rest is counted. */
const MOST_NAMES = 3;

/**
 * Networks (VLANs, VNIs, keys) that nothing in the capture shows to be one. Frames without tag and tunnel may be of any network, taken where
 * the tag is gone, and so may those of a network that a connection shares with them: these are never kept apart.
 */
export class ApartNetworks {
  readonly #words: Int32Array;
  /** By number of a network: the lowest number of those that are one with it; 0 where it is not kept apart. */
  readonly #standsFor: Int16Array;
  readonly #members = new Map<number, number[]>();
  readonly #spans = new Map<number, { first: number; last: number }>();

  /** @param words those of the NetworkTable, for `count` networks */
  constructor(table: ConnectionTable, words: Int32Array, count: number, sets: NetworkSets) {
    this.#words = words;
    this.#standsFor = new Int16Array(count + 1);
    const numbers = new Map<number, number>();
    const none = sets.of(0);
    const others = sets.of(separationOf(words, OTHER_NETWORKS));
    for (let number = 1; number <= count; number++) {
      const set = sets.of(separationOf(words, number));
      if (set === none || set === others) continue;
      const standsFor = numbers.get(set) ?? number;
      numbers.set(set, standsFor);
      this.#standsFor[number] = standsFor;
      const members = this.#members.get(standsFor);
      if (members === undefined) this.#members.set(standsFor, [number]);
      else members.push(number);
    }
    if (this.count > 1) this.#measure(table);
  }

  /** Networks that are kept apart. */
  get count(): number {
    return this.#members.size;
  }

  /** The network that stands for `network` and all that are one with it; 0 where it is not kept apart. */
  standsFor(network: number): number {
    return network < this.#standsFor.length ? this.#standsFor[network] : 0;
  }

  /** True where there is a time at which all of some networks show traffic: none is another one before or after a change. */
  overlap(networks: readonly number[]): boolean {
    const spans = networks.map((network) => this.#spans.get(network));
    if (spans.some((span) => span === undefined)) return false;
    const first = spans.reduce((latest, span) => Math.max(latest, span!.first), 0);
    return spans.every((span) => span!.last >= first);
  }

  /** `VLAN 20`, `VLAN 20 vxlan 5001`; where several are one, the first few. */
  text(network: number): string {
    const names = this.#names(network);
    const more = names.length - MOST_NAMES;
    return more > 0 ? `${names.slice(0, MOST_NAMES).join(', ')} and ${more} more` : names.join(', ');
  }

  /** What of a display filter of Wireshark chooses its frames; null where the fields of a frame do not tell. */
  filter(network: number): string | null {
    const filters = [...new Set(this.#members.get(network)!.map((member) => networkFilter(this.#words, member)))];
    if (filters.includes(null) || filters.length > MOST_NAMES) return null;
    return filters.length === 1 ? filters[0]! : `(${filters.join(' || ')})`;
  }

  #names(network: number): string[] {
    return [...new Set(this.#members.get(network)!.map((member) => networkText(this.#words, member)))];
  }

  #measure(table: ConnectionTable): void {
    const { records } = table;
    for (let number = 0; number < table.count; number++) {
      const at = number * RECORD_INTS;
      const network = this.standsFor(networkOf(records[at + KIND]));
      if (network === 0 || !table.has(number)) continue;
      const first = records[at + FIRST_SECONDS] >>> 0;
      const last = records[at + LAST_SECONDS] >>> 0;
      const span = this.#spans.get(network);
      if (span === undefined) this.#spans.set(network, { first, last });
      else {
        if (first < span.first) span.first = first;
        if (last > span.last) span.last = last;
      }
    }
  }
}

/** Of each exchange, whether its two addresses show traffic of both directions in each of its networks, and these are kept apart. */
export function areProven(
  table: ConnectionTable,
  networks: ApartNetworks,
  exchanges: readonly OpenExchange[],
): boolean[] {
  const { records } = table;
  const pairs = new Map<number, Map<number, Set<number>>>();
  const pairOf = (number: number): { low: number; high: number } => {
    const at = number * RECORD_INTS;
    const family = (records[at + KIND] & KIND_IPV6) !== 0 ? 2 ** 32 : 0;
    const a = (records[at + ADDRESS_A] >>> 0) + family;
    const b = (records[at + ADDRESS_B] >>> 0) + family;
    return a < b ? { low: a, high: b } : { low: b, high: a };
  };
  for (const { number } of exchanges) {
    const { low, high } = pairOf(number);
    const ofLow = pairs.get(low) ?? new Map<number, Set<number>>();
    pairs.set(low, ofLow.set(high, ofLow.get(high) ?? new Set()));
  }
  for (let number = 0; number < table.count; number++) {
    const at = number * RECORD_INTS;
    const network = networks.standsFor(networkOf(records[at + KIND]));
    if (network === 0 || !isTwoWay(records, at) || !table.has(number)) continue;
    const { low, high } = pairOf(number);
    pairs.get(low)?.get(high)?.add(network);
  }
  return exchanges.map((exchange) => {
    const { low, high } = pairOf(exchange.number);
    const twoWay = pairs.get(low)!.get(high)!;
    const among = exchange.networks.map((network) => networks.standsFor(network));
    return (
      new Set(among).size === among.length && among.every((network) => twoWay.has(network)) && networks.overlap(among)
    );
  });
}

function isTwoWay(records: Int32Array, at: number): boolean {
  return records[at + PACKETS_A] !== 0 && records[at + PACKETS_B] !== 0;
}
