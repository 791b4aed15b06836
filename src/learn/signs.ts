/** What a capture shows of each address: signs, each counted once with its frames and the addresses at the other end. */
import { type Interval, parseAddress } from '../site/addresses.ts';

/**
 * Kinds of signs. `answers` and `tries` are about ports (`tcp/88`) and what they carry; the others about what was said: paths and methods of
 * HTTP, names of TLS and proxies, SRV records, RPC interfaces, DHCP, files of TFTP, the directory.
 */
export const SIGN_KINDS = [
  'answers',
  'opens',
  'tries',
  'path',
  'method',
  'name',
  'proxies',
  'srv',
  'rpc',
  'lease',
  'relay',
  'boot-offer',
  'boot-option',
  'file',
  'netlogon',
  'account',
  'vendor-class',
] as const;
export type SignKind = (typeof SIGN_KINDS)[number];

/** Which part the address plays in it. */
export type Side = 'server' | 'client';

export interface Sign {
  side: Side;
  kind: SignKind;
  /** A service (`kerberos`), a path, a file, …, in lower case; hostile. */
  value: string;
  /** `tcp/88`; null where it is not about a port. */
  port: string | null;
  /** How often: connections, or messages. */
  count: number;
  /** The first few frames, numbered over the series. */
  frames: number[];
  /** Addresses at the other end, the first ones. */
  peers: Set<Seen>;
}

/** A name that somebody says an address has. */
export interface NameSaid {
  name: string;
  source: NameSource;
  frame: number;
}

/** Who says so, the most trusted first. */
export const NAME_SOURCES = ['netlogon', 'srv', 'dns', 'dhcp', 'kerberos', 'llmnr', 'mdns', 'netbios'] as const;
export type NameSource = (typeof NAME_SOURCES)[number];

/** One address of the capture. */
export interface Seen {
  address: string;
  interval: Interval;
  /** It sent something. */
  spoke: boolean;
  signs: Map<string, Sign>;
  names: NameSaid[];
  /** Prefix lengths that DHCP told it, and the frame. */
  prefixes: { length: number; frame: number }[];
}

/** Addresses that are followed, and signs, names and other ends of each: a scan or a flood of forged addresses is no site. */
const MOST_ADDRESSES = 2 ** 16;
const MOST_SIGNS = 512;
const MOST_NAMES = 32;
const MOST_PEERS = 256;
const MOST_PREFIXES = 4;
const FRAMES = 3;

/** All addresses that are looked at. */
export class SeenAddresses {
  readonly #byText = new Map<string, Seen>();
  /** Addresses beyond MOST_ADDRESSES that were left out, each time they were met. */
  dropped = 0;

  /** The entry of an address, made where there is none; null where it is none, or there is no room. */
  of(address: string): Seen | null {
    const known = this.#byText.get(address);
    if (known !== undefined) return known;
    const parsed = parseAddress(address);
    if (!parsed.ok) return null;
    if (this.#byText.size >= MOST_ADDRESSES) {
      this.dropped++;
      return null;
    }
    const seen: Seen = { address, interval: parsed.value, spoke: false, signs: new Map(), names: [], prefixes: [] };
    this.#byText.set(address, seen);
    return seen;
  }

  /** The entry of an address that was met before. */
  known(address: string): Seen | null {
    return this.#byText.get(address) ?? null;
  }

  /** In the order of the addresses, IPv4 first. */
  all(): Seen[] {
    return [...this.#byText.values()].sort((a, b) => compareIntervals(a.interval, b.interval));
  }
}

export function compareIntervals(a: Interval, b: Interval): number {
  if (a.family !== b.family) return a.family - b.family;
  return a.first < b.first ? -1 : a.first > b.first ? 1 : 0;
}

/** Adds a sign to an address, or counts it once more. */
export function note(
  seen: Seen | null,
  side: Side,
  kind: SignKind,
  value: string,
  port: string | null,
  peer: Seen | null,
  frame: number,
): void {
  if (seen === null) return;
  const key = `${side} ${kind} ${port ?? ''} ${value}`;
  let sign = seen.signs.get(key);
  if (sign === undefined) {
    if (seen.signs.size >= MOST_SIGNS) return;
    sign = { side, kind, value, port, count: 0, frames: [], peers: new Set() };
    seen.signs.set(key, sign);
  }
  sign.count++;
  if (sign.frames.length < FRAMES && !sign.frames.includes(frame)) sign.frames.push(frame);
  if (peer !== null && sign.peers.size < MOST_PEERS) sign.peers.add(peer);
}

/** Adds a name that somebody says an address has. */
export function noteName(seen: Seen | null, name: string, source: NameSource, frame: number): void {
  if (seen === null || name === '' || seen.names.length >= MOST_NAMES) return;
  if (seen.names.some((one) => one.source === source && one.name.toLowerCase() === name.toLowerCase())) return;
  seen.names.push({ name, source, frame });
}

/** Adds a mask that DHCP told an address. @param length bits of the prefix */
export function notePrefix(seen: Seen | null, length: number, frame: number): void {
  if (seen === null || seen.prefixes.length >= MOST_PREFIXES) return;
  if (!seen.prefixes.some((one) => one.length === length)) seen.prefixes.push({ length, frame });
}
