/** The ends of expect and forbid: what a word means. */

import { nearest } from '../catalog/nearest.ts';
import { resolveRole, roleSpellings } from '../catalog/roles.ts';
import {
  type Interval,
  looksLikeAddress,
  type Parsed,
  parseAddress,
  parseAddressRange,
  parseCidr,
} from './addresses.ts';
import { printable } from './errors.ts';
import { meant } from './schema.ts';
import type { Selector } from './types.ts';

/** Collects the areas that selectors speak of, each once. */
export class SelectorReader {
  readonly areas: Interval[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #hosts: ReadonlyMap<string, string>;
  readonly #networks: ReadonlyMap<string, Interval | undefined>;

  /** Both maps go by lower-case name; an undefined interval is a network that is itself wrong. */
  constructor(hosts: ReadonlyMap<string, string>, networks: ReadonlyMap<string, Interval | undefined>) {
    this.#hosts = hosts;
    this.#networks = networks;
  }

  /**
   * "any" and "internet" first, then hosts and networks of the file, then addresses, then roles: who names a host "DC"
   * means that host.
   */
  read(text: string): Parsed<Selector> {
    const word = text.trim();
    const lower = word.toLowerCase();
    if (lower === 'any' || lower === 'internet') return { ok: true, value: { kind: lower } };
    const host = this.#hosts.get(lower);
    if (host !== undefined) return { ok: true, value: { kind: 'host', name: host } };
    if (this.#networks.has(lower)) {
      const interval = this.#networks.get(lower);
      return interval ? this.#area(interval) : { ok: true, value: { kind: 'any' } };
    }
    if (word.includes('/') || looksLikeAddress(word.split('-')[0]!)) {
      const parsed = word.includes('/')
        ? parseCidr(word)
        : word.includes('-')
          ? parseAddressRange(word)
          : parseAddress(word);
      return parsed.ok ? this.#area(parsed.value) : parsed;
    }
    const role = resolveRole(word);
    if (role !== undefined) return { ok: true, value: { kind: 'role', role } };
    const known = [...this.#hosts.values(), ...this.#networks.keys(), 'any', 'internet', ...roleSpellings()];
    return {
      ok: false,
      why: `'${printable(text)}' is no role, host, network or address${meant(nearest(word, known))}`,
    };
  }

  #area(interval: Interval): Parsed<Selector> {
    const key = `${interval.family}:${interval.first}-${interval.last}`;
    const area = this.#numbers.get(key) ?? this.areas.push(interval) - 1;
    this.#numbers.set(key, area);
    return { ok: true, value: { kind: 'area', area } };
  }
}
