/** Names agree with what Zeek, Suricata, nDPI and Arkime expect of the same captures: lookups, TLS server names, HTTP hosts. */
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { analyze } from '../../src/engine/analyze.ts';
import { nameBookOf } from '../../src/names/name-book.ts';
import { newConnectionView } from '../../src/track/connection-view.ts';
import { CAPTURES, hasOracles, oracles } from './oracles.ts';
import type { Recorded } from './recorded.ts';

/** Protocols of nDPI whose names are read: those of `names` from connections, and of `lookups`. What else has a name is no name of a server. */
const NDPI: Readonly<Record<string, 'visits' | 'lookups' | 'hints'>> = {
  '91': 'visits',
  '7': 'visits',
  '5': 'lookups',
  '8': 'hints',
  '10': 'hints',
};

/** What is not among our names, and why. */
const EXPLAINED: Record<string, { reason: string; names: string[] }> = {
  'ndpi/netbios.pcap': {
    reason: 'questions for a name that nobody answers, and datagrams on port 138: they tell of no address',
    names: ['xstream_hy', 'ozi', '*', '*', '*', 'nvr9', 'bowie', 'muli'].map((name) => `nDPI hints ${name}`),
  },
};

interface Told {
  tool: string;
  kind: 'visits' | 'lookups' | 'hints';
  name: string;
}

const figures = new Map<string, { names: number; found: number }>();

describe.skipIf(!hasOracles)('names agree with recorded facts', () => {
  afterAll(() => {
    for (const [tool, { names, found }] of figures)
      console.log(`names of ${tool}: ${names} compared, ${found} found, ${names - found} explained`);
  });
  for (const [file, oracle] of Object.entries(oracles() as Record<string, Recorded>)) {
    const told = toldBy(oracle);
    if (told.length === 0) continue;
    test(file, async () => {
      const { observation } = await analyze([join(CAPTURES, file)], { workers: 0 });
      const book = nameBookOf(observation);
      const visits = new Set<string>();
      const view = newConnectionView();
      for (let number = 0; number < observation.count; number++) {
        if (!observation.has(number) || observation.read(number, view).proto !== 'tcp') continue;
        for (const { name } of book.visits(number)) if (name !== null) visits.add(name);
      }
      const lookups = new Set(book.lookups.map(({ name }) => name));
      const everything = new Set(book.everyName());
      const known = { visits, lookups, hints: everything };
      const missing = told.filter(({ tool, kind, name }) => {
        const figure = figures.get(tool) ?? { names: 0, found: 0 };
        figures.set(tool, figure);
        figure.names++;
        const found = known[kind].has(name);
        if (found) figure.found++;
        return !found;
      });
      expect(missing.map(({ tool, kind, name }) => `${tool} ${kind} ${name}`)).toEqual(EXPLAINED[file]?.names ?? []);
    });
  }
});

function toldBy({ zeek, ndpi, arkime, suricata }: Recorded): Told[] {
  const told: Told[] = [];
  const add = (tool: string, kind: Told['kind'], name: unknown): void => {
    if (typeof name === 'string' && name !== '') told.push({ tool, kind, name: plain(name) });
  };
  for (const { log, rows } of zeek ?? [])
    if (log === 'dns') for (const { query } of rows) add('Zeek', 'lookups', query);
  for (const { match } of suricata ?? []) {
    add('Suricata', 'lookups', match['dns.rrname'] ?? match['dns.queries[0].rrname']);
    add('Suricata', 'visits', match['tls.sni'] ?? match['http.hostname']);
  }
  for (const flow of (ndpi?.flows ?? []) as { proto?: string; hostname?: string }[]) {
    const kind = NDPI[flow.proto?.replace(/^[A-Z]+:/, '').split(/[./]/)[0] ?? ''];
    if (kind !== undefined) add('nDPI', kind, flow.hostname);
  }
  for (const { http_host } of (arkime?.sessions ?? []) as { http_host?: string[] }[])
    for (const host of http_host ?? []) add('Arkime', 'visits', host);
  return told;
}

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '').replace(/:\d+$/, '');
