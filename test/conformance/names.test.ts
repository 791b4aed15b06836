/** DNS lookups and answers, server names of TLS and hosts of HTTP agree with tshark, capture by capture. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { analyze } from '../../src/engine/analyze.ts';
import { type NameBook, nameBookOf } from '../../src/names/name-book.ts';
import { newConnectionView } from '../../src/track/connection-view.ts';
import type { Observation } from '../../src/track/observation.ts';
import { type Compared, compareRows } from './compare-rows.ts';
import { EXPLAINED } from './names-differences.ts';
import { CAPTURES, hasOracles, oracles } from './oracles.ts';

const hasTshark = spawnSync('tshark', ['--version']).status === 0;
if (!hasTshark) console.warn('\nSKIPPED: names are held against tshark (Debian: tshark), which is not here.\n');

/** Layers that tell names, as the oracles count them. */
const LAYERS = ['dns', 'tls', 'http'];
const KINDS = ['lookups', 'answers', 'tls', 'http'] as const;
type Kind = (typeof KINDS)[number];
type Rows = Record<Kind, string[]>;

const figures = Object.fromEntries(KINDS.map((kind) => [kind, { rows: 0, equal: 0, explained: 0 }]));

describe.skipIf(!hasOracles || !hasTshark)('names agree with tshark', () => {
  afterAll(() => {
    for (const [kind, { rows, equal, explained }] of Object.entries(figures))
      console.log(
        `names, ${kind}: ${rows} rows of tshark compared, ${equal} equal, ${explained} differences explained`,
      );
  });
  const captures = Object.entries(oracles()).filter(([, { tshark }]) =>
    LAYERS.some((layer) => tshark?.protocols[layer] !== undefined),
  );
  for (const [file] of captures) {
    test(file, async () => {
      const { observation } = await analyze([join(CAPTURES, file)], { workers: 0 });
      const ours = ourRows(observation, nameBookOf(observation));
      const theirs = tsharkRows(file);
      const differences: Partial<Record<Kind, Compared['differences']>> = {};
      for (const kind of KINDS) {
        const { rows, equal, differences: found } = compareRows(theirs[kind], ours[kind]);
        figures[kind]!.rows += rows;
        figures[kind]!.equal += equal;
        figures[kind]!.explained += found.length;
        if (found.length > 0) differences[kind] = found;
      }
      expect(differences).toEqual(EXPLAINED[file]?.differences ?? {});
    });
  }

  test('every file that is named as different exists', () => {
    for (const file of Object.keys(EXPLAINED)) expect(captures.map(([name]) => name)).toContain(file);
  });
});

function ourRows(observation: Observation, book: NameBook): Rows {
  const rows: Rows = { lookups: [], answers: [], tls: [], http: [] };
  for (const { client, name, type, queries, answered, empty, nxdomain, servfail, refused } of book.lookups) {
    const text = (what: string, count: number): string[] =>
      Array.from({ length: count }, () => `${client} ${name} ${type} ${what}`);
    rows.lookups.push(...text('query', queries), ...text('ok', answered + empty));
    rows.lookups.push(...text('nxdomain', nxdomain), ...text('servfail', servfail), ...text('refused', refused));
  }
  const told = book.answers.filter(({ source }) => source === 'dns' || source === 'dns-alias');
  rows.answers = [...new Set(told.map(({ client, address }) => `${client} ${address}`))];
  const view = newConnectionView();
  for (let number = 0; number < observation.count; number++) {
    if (!observation.has(number)) continue;
    const { family, client, clientPort, server, serverPort, proto } = observation.read(number, view);
    if (proto !== 'tcp') continue;
    const ends = [
      `${observation.addressText(family, client)}:${clientPort}`,
      `${observation.addressText(family, server)}:${serverPort}`,
    ].sort();
    const visits = book.visits(number);
    const hellos = visits.filter(({ kind }) => kind === 'tls');
    rows.tls.push(...new Set(hellos.map(({ name, detail }) => `${ends.join(' ')} ${name ?? '-'} ${detail ?? '-'}`)));
    const request = visits.find(({ kind }) => kind === 'http' || kind === 'proxied' || kind === 'connect');
    if (request !== undefined) rows.http.push(`${ends.join(' ')} ${request.version} ${request.name ?? '-'}`);
  }
  return rows;
}

const FIELDS = [
  'frame.protocols',
  'ip.src',
  'ipv6.src',
  'ip.dst',
  'ipv6.dst',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.stream',
  'dns.flags.response',
  'dns.qry.name',
  'dns.qry.type',
  'dns.flags.rcode',
  'dns.a',
  'dns.aaaa',
  'tls.handshake.type',
  'tls.handshake.extensions_server_name',
  'tls.handshake.extensions_alpn_str',
  'http.request.method',
  'http.request.uri',
  'http.host',
];

function tsharkRows(file: string): Rows {
  const filter = '(dns && !mdns && !llmnr && !nbns) || (tls.handshake.type == 1 && tcp) || (http.request && tcp)';
  const { stdout } = spawnSync(
    'tshark',
    [
      ...['-n', '-2', '-r', join(CAPTURES, file), '-Y', `(${filter}) && !icmp && !icmpv6`, '-T', 'fields'],
      ...['-E', 'separator=/t', '-E', 'occurrence=a', '-E', 'aggregator=|'],
      ...FIELDS.flatMap((field) => ['-e', field]),
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  const rows: Rows = { lookups: [], answers: [], tls: [], http: [] };
  const answers = new Set<string>();
  const hellos = new Set<string>();
  const requested = new Set<string>();
  for (const line of stdout.split('\n').filter(Boolean)) {
    const field = Object.fromEntries(line.split('\t').map((value, i) => [FIELDS[i], value])) as Record<string, string>;
    // Of a tunnel, the innermost addresses and ports.
    const inner = (name: string): string => field[name]!.split('|').at(-1)!;
    const isV6 =
      field['frame.protocols']!.split(':').findLast((layer) => layer === 'ip' || layer === 'ipv6') === 'ipv6';
    const [source, destination] = isV6 ? [inner('ipv6.src'), inner('ipv6.dst')] : [inner('ip.src'), inner('ip.dst')];
    const ends = [`${source}:${inner('tcp.srcport')}`, `${destination}:${inner('tcp.dstport')}`].sort().join(' ');
    if (field['dns.flags.response'] !== '') addDns(field, source!, destination!, rows, answers);
    if (field['tls.handshake.type']!.split('|').includes('1')) {
      const alpn = field['tls.handshake.extensions_alpn_str']!.split('|')[0] || '-';
      const name = field['tls.handshake.extensions_server_name']!.toLowerCase() || '-';
      hellos.add(`${ends} ${name} ${alpn.toLowerCase()}`);
    }
    if (field['http.request.method'] !== '' && !requested.has(field['tcp.stream']!)) {
      requested.add(field['tcp.stream']!);
      rows.http.push(`${ends} ${field['http.request.method']!.split('|')[0]} ${hostOf(field)}`);
    }
  }
  rows.answers = [...answers];
  rows.tls = [...hellos];
  return rows;
}

const RCODES: Record<string, string> = { '0': 'ok', '2': 'servfail', '3': 'nxdomain' };

function addDns(
  field: Record<string, string>,
  source: string,
  destination: string,
  rows: Rows,
  answers: Set<string>,
): void {
  // Several messages of one frame (DNS over TCP) are told one behind the other.
  const of = (name: string): string[] => field[name]!.split('|');
  const rcodes = of('dns.flags.rcode').filter((code) => code !== '');
  let response = 0;
  of('dns.flags.response').forEach((flag, i) => {
    const isResponse = flag === '1' || flag === 'True';
    const name = (of('dns.qry.name')[i] ?? '').toLowerCase().replace('<root>', '');
    const type = of('dns.qry.type')[i] ?? '';
    const what = isResponse ? (RCODES[rcodes[response++] ?? ''] ?? 'refused') : 'query';
    rows.lookups.push(`${isResponse ? destination : source} ${name} ${type} ${what}`);
    if (!isResponse) return;
    for (const address of [...of('dns.a'), ...of('dns.aaaa')])
      if (address !== '') answers.add(`${destination} ${address}`);
  });
}

/** The host that a request is for: of its target, if that names one, else of its Host. */
function hostOf(field: Record<string, string>): string {
  const uri = field['http.request.uri']!.split('|')[0]!;
  const authority =
    field['http.request.method']!.split('|')[0] === 'CONNECT' ? uri : /^https?:\/\/([^/?]+)/i.exec(uri)?.[1];
  const host = (authority ?? field['http.host']!.split('|')[0]!).toLowerCase();
  return host.replace(/:\d+$/, '') || '-';
}
