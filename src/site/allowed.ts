/** What `internet.allow` of a topology may name: a host, a pattern, an address or a CIDR. */

import { type Interval, looksLikeAddress, type Parsed, parseAddress, parseCidr } from './addresses.ts';
import { printable } from './errors.ts';

/** One entry: a name in lower case (`*.example.com` is every name below it), or addresses. */
export type Allowed = { readonly host: string } | { readonly interval: Interval };

const HOST = /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;

/** Reads one entry. */
export function readAllowed(text: string): Parsed<Allowed> {
  const word = text.trim();
  if (word.includes('/') || looksLikeAddress(word)) {
    const parsed = word.includes('/') ? parseCidr(word) : parseAddress(word);
    return parsed.ok ? { ok: true, value: { interval: parsed.value } } : parsed;
  }
  const host = word.toLowerCase().replace(/\.$/, '');
  if (HOST.test(host) && host.length <= 253) return { ok: true, value: { host } };
  return { ok: false, why: `'${printable(text)}' is no host name, pattern such as *.example.com, address or CIDR` };
}
