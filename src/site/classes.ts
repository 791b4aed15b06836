/** What an address is when the topology does not list it, after the special-purpose registries of IANA (RFC 6890). */

import { type Interval, parseCidr } from './addresses.ts';

export const ADDRESS_CLASSES = [
  'internet',
  'unknown',
  'multicast',
  'broadcast',
  'link-local',
  'loopback',
  'unspecified',
] as const;
export type AddressClass = (typeof ADDRESS_CLASSES)[number];

/**
 * Most specific wins. `unknown`: private or reserved, so it belongs to the site, but nobody listed it.
 * The blocks for documentation are left to the internet: examples use them as public addresses.
 */
const BLOCKS: readonly (readonly [string, AddressClass])[] = [
  ['0.0.0.0/0', 'internet'],
  ['0.0.0.0/8', 'unknown'],
  ['0.0.0.0/32', 'unspecified'],
  ['10.0.0.0/8', 'unknown'], // RFC 1918
  ['100.64.0.0/10', 'unknown'], // RFC 6598, shared by providers
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'unknown'], // RFC 1918
  ['192.0.0.0/24', 'unknown'], // RFC 6890, protocol assignments
  ['192.168.0.0/16', 'unknown'], // RFC 1918
  ['198.18.0.0/15', 'unknown'], // RFC 2544, benchmarks
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'unknown'], // reserved
  ['255.255.255.255/32', 'broadcast'],
  ['::/0', 'unknown'],
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['64:ff9b::/96', 'internet'], // RFC 6052, IPv4 behind NAT64
  ['2000::/3', 'internet'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
];

export const CLASS_INTERVALS: readonly { readonly interval: Interval; readonly kind: AddressClass }[] = BLOCKS.map(
  ([cidr, kind]) => {
    const parsed = parseCidr(cidr);
    if (!parsed.ok) throw new Error(parsed.why);
    return { interval: parsed.value, kind };
  },
);
