/** Addresses, prefixes and ranges of the topology as intervals of integers. ip-num does the reading, at load time only. */

import { IPv4, IPv4CidrRange, IPv6, IPv6CidrRange } from 'ip-num';
import { printable } from './errors.ts';

export type Family = 4 | 6;

/** Addresses first..last of one family, both included. */
export interface Interval {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
}

/** Either the value or a sentence that says what is wrong. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

const good = <T>(value: T): Parsed<T> => ({ ok: true, value });
const bad = (why: string): Parsed<never> => ({ ok: false, why });

const V4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const V6 = /^(?=.*:)[0-9a-fA-F:]{2,39}$/;
/** `::ffff:10.0.0.1`: an IPv4 address in IPv6 clothes; the traffic is IPv4. */
const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;
/** No letter but those of IPv6, and a digit or a colon: meant as an address, not as a name. */
const ADDRESS_LIKE = /^(?=.*[0-9:])[0-9a-fA-F.:]+$/;

export const looksLikeAddress = (text: string): boolean =>
  /^[\d.]+$/.test(text) || (text.includes(':') && ADDRESS_LIKE.test(text));

/** One address. An IPv6 address may carry no zone ("%eth0"): zones mean nothing outside their host. */
export function parseAddress(text: string): Parsed<Interval> {
  const trimmed = text.trim();
  const mapped = MAPPED.exec(trimmed);
  const plain = mapped ? mapped[1]! : trimmed;
  if (plain.includes('/')) return bad(`'${printable(text)}' is a network, not an address; list it under networks`);
  if (plain.includes('%'))
    return bad(`'${printable(text)}' has a zone; leave out '${printable(plain.slice(plain.indexOf('%')))}'`);
  try {
    if (V4.test(plain)) {
      const { value } = new IPv4(plain);
      return good({ family: 4, first: value, last: value });
    }
    const groups = withoutDots(plain);
    if (V6.test(groups)) {
      const { value } = new IPv6(groups);
      return good({ family: 6, first: value, last: value });
    }
  } catch {
    // fall through: the sentence below says what is wanted
  }
  return bad(`'${printable(text)}' is not an address`);
}

/** The last 32 bits in dotted decimals (RFC 4291 section 2.2) as two groups, which ip-num wants. */
function withoutDots(text: string): string {
  const match = /^(.*:)(\d{1,3}(?:\.\d{1,3}){3})$/.exec(text);
  if (!match) return text;
  const { value } = new IPv4(match[2]!);
  return `${match[1]}${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}

/** A network in CIDR notation, without bits set behind the prefix. */
export function parseCidr(text: string): Parsed<Interval> {
  const trimmed = text.trim();
  const [base, prefix, ...rest] = trimmed.split('/');
  if (base === undefined || prefix === undefined || rest.length > 0 || !/^\d{1,3}$/.test(prefix)) {
    return bad(`'${printable(text)}' is not a network in CIDR notation, such as 10.1.0.0/16`);
  }
  const address = parseAddress(base);
  if (!address.ok) return address;
  const { family, first: given } = address.value;
  if (MAPPED.test(base.trim())) return bad(`'${printable(text)}' mixes IPv4 and IPv6; write the IPv4 network`);
  const bits = family === 4 ? 32 : 128;
  if (Number(prefix) > bits) return bad(`'${printable(text)}' has a prefix of more than ${bits} bits`);
  const range =
    family === 4 ? IPv4CidrRange.fromCidr(`${base}/${prefix}`) : IPv6CidrRange.fromCidr(`${base}/${prefix}`);
  const first = range.getFirst().value;
  if (first !== given) {
    const meant = `${formatAddress(family, first)}/${prefix}`;
    return bad(`'${printable(text)}' has bits set behind the prefix, did you mean '${meant}'?`);
  }
  return good({ family, first, last: range.getLast().value });
}

/** "10.1.0.10-10.1.0.99", both ends included. */
export function parseAddressRange(text: string): Parsed<Interval> {
  const ends = text.split('-');
  if (ends.length !== 2) return bad(`'${printable(text)}' is not a range such as 10.1.0.10-10.1.0.99`);
  const first = parseAddress(ends[0]!);
  if (!first.ok) return first;
  const last = parseAddress(ends[1]!);
  if (!last.ok) return last;
  if (first.value.family !== last.value.family) return bad(`'${printable(text)}' mixes IPv4 and IPv6`);
  if (first.value.first > last.value.first) {
    return bad(`'${printable(text)}' runs backwards, did you mean '${ends[1]!.trim()}-${ends[0]!.trim()}'?`);
  }
  return good({ family: first.value.family, first: first.value.first, last: last.value.first });
}

/** Canonical text: dotted decimals, or IPv6 as RFC 5952 writes it. */
export function formatAddress(family: Family, value: bigint): string {
  if (family === 4) {
    const n = Number(value);
    return [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255].join('.');
  }
  const groups = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn));
  let longest = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > longest.length) longest = { start, length };
    if (length > 0) start += length;
  }
  const hex = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (longest.start < 0) return hex(groups);
  return `${hex(groups.slice(0, longest.start))}::${hex(groups.slice(longest.start + longest.length))}`;
}

export function formatInterval({ family, first, last }: Interval): string {
  return first === last
    ? formatAddress(family, first)
    : `${formatAddress(family, first)}-${formatAddress(family, last)}`;
}
