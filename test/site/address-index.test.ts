/** The address index against the plainest implementation: look at everything, take the smallest. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress, parseAddressRange, parseCidr } from '../../src/site/addresses.ts';
import { parseSite, type Site } from '../../src/site/index.ts';

const site = parseSite(`version: 1
hosts:
  - { name: CM01, addresses: [10.0.0.10, "fd00::10"], roles: [MP] }
  - { name: PUBLIC, addresses: [203.0.113.7] }
  - { name: NAMED, roles: [cmg] }
networks:
  - { name: corp, cidr: 10.0.0.0/8 }
  - { name: clients, cidr: 10.1.0.0/16, roles: [client] }
  - { name: lab, range: 10.1.9.10-10.1.9.99 }
  - { name: point, cidr: 10.2.0.0/31 }
  - { name: v6, cidr: "fd00:1::/32" }
  - { name: v6-lab, cidr: "fd00:1:2::/48" }
expect:
  - { id: part, from: 10.1.5.0/24, to: CM01, transport: tcp, ports: [9000] }
`);

const who = (s: Site, address: string): string => {
  const { kind, name } = s.endpoints[s.lookup(address)!]!;
  return name === null ? kind : `${kind} ${name}`;
};

test.each([
  ['10.0.0.10', 'host CM01'],
  ['10.0.0.11', 'network corp'],
  ['10.1.0.0', 'network clients'],
  ['10.1.255.254', 'network clients'],
  ['10.1.255.255', 'broadcast'],
  ['10.255.255.255', 'broadcast'],
  ['10.1.9.9', 'network clients'],
  ['10.1.9.10', 'network lab'],
  ['10.1.9.99', 'network lab'],
  ['10.1.9.100', 'network clients'],
  ['10.2.0.1', 'network point'],
  ['10.2.0.2', 'network corp'],
  ['10.1.5.7', 'network clients'],
  ['11.0.0.0', 'internet'],
  ['9.255.255.255', 'internet'],
  ['203.0.113.7', 'host PUBLIC'],
  ['203.0.113.8', 'internet'],
  ['172.16.0.1', 'unknown'],
  ['172.32.0.1', 'internet'],
  ['192.168.7.7', 'unknown'],
  ['100.64.0.1', 'unknown'],
  ['127.0.0.1', 'loopback'],
  ['169.254.1.1', 'link-local'],
  ['224.0.0.251', 'multicast'],
  ['239.255.255.250', 'multicast'],
  ['240.0.0.1', 'unknown'],
  ['255.255.255.255', 'broadcast'],
  ['0.0.0.0', 'unspecified'],
  ['0.0.0.1', 'unknown'],
  ['fd00::10', 'host CM01'],
  ['fd00::11', 'unknown'],
  ['fd00:1::1', 'network v6'],
  ['fd00:1:2::1', 'network v6-lab'],
  ['fd00:1:2:ffff:ffff:ffff:ffff:ffff', 'network v6-lab'],
  ['fd00:1:3::', 'network v6'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::2', 'unknown'],
  ['2001:db8::1', 'internet'],
  ['fe80::1', 'link-local'],
  ['ff02::1', 'multicast'],
  ['64:ff9b::1', 'internet'],
  ['::ffff:10.0.0.10', 'host CM01'],
])('%s is %s', (address, expected) => expect(who(site, address)).toBe(expected));

test('signed and unsigned, words and bytes', () => {
  expect(site.lookup4(0xcb007107)).toBe(site.lookup('203.0.113.7'));
  expect(site.lookup4(0xcb007107 | 0)).toBe(site.lookup('203.0.113.7'));
  const bytes = Uint8Array.from([9, 9, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10]);
  expect(site.lookup6Bytes(bytes, 2)).toBe(site.lookup('fd00::10'));
  expect(site.lookup6(0xfd000000 | 0, 0, 0, 0x10)).toBe(site.lookup('fd00::10'));
  expect(site.lookup6(0, 0, 0xffff, 0x0a00000a)).toBe(site.lookup('10.0.0.10'));
  expect(site.lookup('no address')).toBeUndefined();
});

test('an address in an area of expect is the same network, told apart', () => {
  const [inside, outside] = [site.endpoints[site.lookup('10.1.5.7')!]!, site.endpoints[site.lookup('10.1.6.7')!]!];
  expect(inside.base).toBe(outside.index);
  expect([inside.areas.size, outside.areas.size]).toEqual([1, 0]);
});

describe('hosts without addresses', () => {
  test('get them later', () => {
    expect(site.hostsWithoutAddress).toEqual(['NAMED']);
    const found = site.withAddresses([
      { name: 'named.contoso.com.', address: '52.1.2.3' },
      { name: 'NAMED', address: '10.0.0.10' },
      { name: 'CM01', address: '52.1.2.4' },
      { name: 'stranger', address: '52.1.2.5' },
    ]);
    expect(who(found, '52.1.2.3')).toBe('host NAMED');
    expect(who(found, '52.1.2.4')).toBe('internet');
    expect(who(found, '10.0.0.10')).toBe('host CM01');
    expect(who(site, '52.1.2.3')).toBe('internet');
    expect(site.withAddresses([])).toBe(site);
  });

  test('are found by short and full names', () => {
    expect(site.endpoints[site.hostNamed('named.contoso.com')!]!.name).toBe('NAMED');
    expect(site.hostNamed('other')).toBeUndefined();
  });
});

// Few distinct values, so that prefixes meet, nest and touch.
const word = fc.constantFrom(0n, 1n, 2n, 3n, 127n, 128n, 254n, 255n);
const v4 = fc.tuple(word, word, word, word).map(([a, b, c, d]) => (a << 24n) | (b << 16n) | (c << 8n) | d);
const v6 = fc.tuple(v4, v4, v4, v4).map(([a, b, c, d]) => (a << 96n) | (b << 64n) | (c << 32n) | d);

describe.each([
  [4, v4, 32],
  [6, v6, 128],
] as const)('IPv%i against the naive index', (family, address, bits) => {
  const cidr = fc.tuple(address, fc.integer({ min: 0, max: bits })).map(([value, prefix]) => {
    const shift = BigInt(bits - prefix);
    return `${formatAddress(family, (value >> shift) << shift)}/${prefix}`;
  });
  test('same answer for every address', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(cidr, { maxLength: 12 }),
        fc.uniqueArray(address, { maxLength: 8 }),
        fc.array(address, { minLength: 1, maxLength: 20 }),
        (cidrs, hosts, probes) => {
          const file = {
            version: 1,
            hosts: [
              { name: 'always' },
              ...hosts.map((value, i) => ({ name: `h${i}`, addresses: [formatAddress(family, value)] })),
            ],
            networks: cidrs.map((text, i) => ({ name: `n${i}`, cidr: text })),
          };
          const generated = parseSite(JSON.stringify(file));
          const intervals = cidrs.map((text) => {
            const parsed = parseCidr(text);
            if (!parsed.ok) throw new Error(parsed.why);
            return parsed.value;
          });
          for (const probe of [...probes, ...hosts, ...intervals.flatMap(({ first, last }) => [first, last])]) {
            const endpoint = generated.endpoints[generated.lookup(formatAddress(family, probe))!]!;
            const host = hosts.indexOf(probe);
            if (host >= 0) {
              expect(endpoint.name).toBe(`h${host}`);
              continue;
            }
            let smallest = -1;
            intervals.forEach((interval, i) => {
              if (probe < interval.first || probe > interval.last) return;
              const size = interval.last - interval.first;
              if (smallest < 0 || size < intervals[smallest]!.last - intervals[smallest]!.first) smallest = i;
            });
            const broadcast =
              smallest >= 0 &&
              family === 4 &&
              Number(cidrs[smallest]!.split('/')[1]) <= 30 &&
              probe === intervals[smallest]!.last;
            if (broadcast) expect(endpoint.kind).toBe('broadcast');
            else expect(endpoint.name).toBe(smallest < 0 ? null : `n${smallest}`);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('addresses print as they are read', () => {
    fc.assert(
      fc.property(address, (value) => {
        const parsed = parseAddress(formatAddress(family, value));
        expect(parsed).toEqual({ ok: true, value: { family, first: value, last: value } });
      }),
    );
  });
});

test('ranges', () => {
  expect(parseAddressRange('10.0.0.1 - 10.0.0.9')).toMatchObject({
    ok: true,
    value: { first: 0x0a000001n, last: 0x0a000009n },
  });
  expect(formatAddress(6, 1n)).toBe('::1');
  expect(formatAddress(6, 0x20010db8000000010000000000000001n)).toBe('2001:db8:0:1::1');
});

test('a big site is indexed soon', () => {
  const hosts = Array.from(
    { length: 10_000 },
    (_, i) => `  - { name: H${i}, addresses: [10.${i >> 8}.${i & 255}.1], roles: [client] }`,
  );
  const networks = Array.from({ length: 4_000 }, (_, i) => `  - { name: N${i}, cidr: 10.${i >> 8}.${i & 255}.0/24 }`);
  const big = parseSite(`version: 1\nhosts:\n${hosts.join('\n')}\nnetworks:\n${networks.join('\n')}\n`);
  expect(who(big, '10.15.159.1')).toBe('host H3999');
  expect(who(big, '10.15.159.2')).toBe('network N3999');
});
