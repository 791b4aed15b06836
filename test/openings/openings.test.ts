/** Change requests hold what the rules ask for between the ends that they name, and nothing more. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assess } from '../../src/assess/assess.ts';
import type { DropReport } from '../../src/assess/types.ts';
import { compile, loadCatalog } from '../../src/catalog/index.ts';
import { evidenceOf } from '../../src/cli/check.ts';
import { compare } from '../../src/compare/compare.ts';
import { analyze } from '../../src/engine/analyze.ts';
import { intervalsOf, prefixesOf, prefixText } from '../../src/openings/address-text.ts';
import { openingsOfReport, openingsOfTopology } from '../../src/openings/openings.ts';
import type { End, Opening, Openings } from '../../src/openings/types.ts';
import { outcomesText } from '../../src/report/firewall/words.ts';
import { formatAddress } from '../../src/site/addresses.ts';
import { EXAMPLE_SITE } from '../../src/site/example.ts';
import { loadSite, parseSite, type Site } from '../../src/site/index.ts';
import { DEMO_CAPTURE, DEMO_SITE, reportOf } from '../assess/demo.ts';
import { CLIENT, DC, DP, held, MP, SITE_SERVER, SUP, site, traffic } from '../assess/traffic.ts';
import { inProcess } from '../support/in-process.ts';

const catalog = loadCatalog();

/** `client -> sup tcp/8530` of each line, sources counted. */
const short = ({ openings }: Openings): string[] =>
  openings.map(
    ({ from, to, proto, ports }) =>
      `${from.ends.map(({ name }) => name).join('+')} > ${to.ends.map(({ name }) => name).join('+')} ${proto}/${ports.map(({ first, last }) => (first === last ? first : `${first}-${last}`)).join(',')}`,
  );

/** Openings of what happened between hosts of the small site. */
const asked = (frames: Parameters<typeof held>[0], topology = site(), wholeRoles = false): Openings =>
  openingsOfReport(held(frames, topology), parseSite(topology), catalog, wholeRoles);

/** What a host says of packets that it dropped itself. */
const DROP: DropReport = {
  by: 'capture',
  cause: 'filter',
  reason: 1207,
  name: 'INET_ReceiveInspection',
  because: 'a filter on receive refuses it',
  packets_of: 'client',
  direction: 'in',
  packets: 3,
  component: null,
  location: null,
  frame: 4,
  capture: 'a.etl',
  log: null,
  line: null,
};

describe('what a host dropped itself', () => {
  const report = held(traffic('prohibited', { client: CLIENT, server: SUP, port: 8530 }, 1), site());
  const openedWith = (outcome: 'dropped' | 'refused', drop: Partial<DropReport>): Openings =>
    openingsOfReport(
      {
        ...report,
        findings: report.findings
          .filter(({ kind }) => kind === 'blocked-required')
          .map((finding) => ({ ...finding, outcome, drop: { ...DROP, ...drop } })),
      },
      parseSite(site()),
      catalog,
      false,
    );

  test('is opened there', () => {
    const { openings, leftOut } = openedWith('dropped', {});
    expect(openings).toMatchObject([
      { outcomes: ['dropped'], notes: ['The firewall of the destination itself dropped it: the rule belongs there.'] },
    ]);
    expect(leftOut).toEqual([]);
    expect(openedWith('dropped', { direction: 'out' }).openings[0]?.notes[0]).toContain('of the source itself');
  });

  test.each<['dropped' | 'refused', Partial<DropReport>]>([
    ['dropped', { packets_of: 'server' }],
    ['refused', { cause: 'no-listener' }],
  ])('%s, %j: no port rule mends it', (outcome, drop) => {
    const { openings, leftOut } = openedWith(outcome, drop);
    expect(openings).toEqual([]);
    expect(leftOut).toHaveLength(1);
  });

  test('is told by a firewall log too', async () => {
    const log = ['--firewall-log', 'captures/demo/dc01-pfirewall.log', '--firewall-log-time', '+01:00'];
    const { out } = await inProcess(['firewall', DEMO_CAPTURE, '-t', DEMO_SITE, '-f', 'csv', ...log]);
    expect(out).toMatch(/,3268,.*,dropped by host,The firewall of the destination itself dropped it/);
    expect(await inProcess(['firewall', '--all', '-t', DEMO_SITE, ...log])).toMatchObject({ code: 2 });
  });
});

describe('what is blocked', () => {
  test('a host is opened with all of its addresses, a member of a network as its network', () => {
    const frames = traffic('prohibited', { client: CLIENT, server: SUP, port: 8530 }, 1);
    expect(short(asked(frames))).toEqual(['clients > SUP01 tcp/8530']);
  });

  test('hosts of a role that fail alike share a line; pairs that nobody tried are not in it', () => {
    const topology = site()
      .replace('networks:', '  - { name: SUP02, addresses: [10.0.0.41], roles: [sup] }\nnetworks:')
      .replace('roles: [client] }', 'roles: [] }')
      .replace(
        'hosts:',
        'hosts:\n  - { name: A, addresses: [10.1.0.11], roles: [client] }\n  - { name: B, addresses: [10.1.0.12], roles: [client] }',
      );
    const blocked = (client: string, server: string, at: number) =>
      traffic('prohibited', { client, server, port: 8530 }, at);
    const both = [...blocked('10.1.0.11', SUP, 1), ...blocked('10.1.0.12', SUP, 2)];
    expect(short(asked(both, topology))).toEqual(['A+B > SUP01 tcp/8530']);
    expect(short(asked([...both, ...blocked('10.1.0.11', '10.0.0.41', 3)], topology))).toEqual([
      'A+B > SUP01 tcp/8530',
      'A > SUP02 tcp/8530',
    ]);
    expect(
      short(
        asked([...both, ...blocked('10.1.0.11', '10.0.0.41', 3), ...blocked('10.1.0.12', '10.0.0.41', 4)], topology),
      ),
    ).toEqual(['A+B > SUP01+SUP02 tcp/8530']);
    expect(short(asked(blocked('10.1.0.11', SUP, 1), topology, true))).toEqual(['A+B > SUP01+SUP02 tcp/8530']);
  });

  test('what works, what is forbidden and what nobody expects is not opened', () => {
    const frames = [
      ...traffic('established', { client: CLIENT, server: MP, port: 80 }, 1),
      ...traffic('refused', { client: CLIENT, server: MP, port: 4444 }, 2),
      ...traffic('refused', { client: CLIENT, server: MP, port: 23 }, 3),
    ];
    const { openings, leftOut } = asked(
      frames,
      site('forbid: [{ id: telnet, from: any, to: any, transport: tcp, ports: [23] }]'),
    );
    expect([openings, leftOut]).toEqual([[], []]);
  });

  test.each(['stalled', 'reset'] as const)(
    'what opens and then fails (%s) is open already, and told apart',
    (event) => {
      const ends = { client: CLIENT, server: MP, port: 443 };
      const found = asked(traffic(event, ends, 1));
      expect(found).toMatchObject({
        openings: [],
        leftOut: [],
        failsLater: [{ rule: 'cm.client-mp.https', ports: [{ first: 443, last: 443 }], outcomes: ['established'] }],
      });
      expect(found.failsLater[0]?.notes).toEqual([expect.stringContaining('a filter')]);
      expect(asked(traffic(event, ends, 1), site(), true).openings).toEqual([]);
    },
  );

  test('what a proxy refuses opens no port to the proxy', async () => {
    const [capture, topology] = ['captures/endpoints/proxy-forbidden-client.pcap.gz', 'captures/endpoints/site.yaml'];
    const asks = (format: string) => inProcess(['firewall', capture, '-t', topology, '-f', format]);
    const { out } = await asks('markdown');
    expect(out).toContain('Nothing has to be opened.');
    expect(out).toMatch(/## Opens, then fails[\s\S]*\| tcp \| 8080 \|[\s\S]*in the rules of PROXY01/);
    const { out: rows, err } = await asks('csv');
    expect(rows.trim().split('\n')).toHaveLength(1);
    expect(err).toMatch(
      /not mended by opening a port: CM01 \S+ -> PROXY01 \S+ tcp\/8080 \(ie\.\S+\) opens, then fails\n/,
    );
  });

  test('an exception is a decision not to open', () => {
    const frames = traffic('prohibited', { client: CLIENT, server: SUP, port: 8530 }, 1);
    expect(
      asked(frames, site('exceptions: [{ id: x, rule: cm.client-sup.http, reason: r, owner: o }]')).openings,
    ).toEqual([]);
  });

  test('of a rule of the site that names addresses, only the address that was seen', () => {
    const own = site(
      'expect: [{ id: own, from: 10.1.0.0/28, to: MP01, transport: tcp, ports: [5000], need: required }]',
    );
    const { openings } = asked(traffic('prohibited', { client: CLIENT, server: MP, port: 5000 }, 1), own);
    expect(openings[0].from.ends).toMatchObject([{ kind: 'address', name: null }]);
    expect(intervalsOf(openings[0].from.ends, 4).map(({ first }) => formatAddress(4, first))).toEqual([CLIENT]);
  });

  test('a blocked endpoint mapper brings the dynamic ports, with what would make them few', () => {
    const request = asked(traffic('prohibited', { client: SITE_SERVER, server: DP, port: 135 }, 1));
    expect(short(request)).toEqual(['CM01 > DP01 tcp/135', 'CM01 > DP01 tcp/49152-65535']);
    expect(request.openings[1].notes.join(' ')).toMatch(/Not tried in this capture.*16,384 ports.*dynamic_rpc_range/);
    const fixed = asked(
      traffic('prohibited', { client: SITE_SERVER, server: DP, port: 135 }, 1),
      site('', 'dynamic_rpc_range: 50000-50100'),
    );
    expect(short(fixed)).toEqual(['CM01 > DP01 tcp/135', 'CM01 > DP01 tcp/50000-50100']);
    expect(fixed.openings[1].notes.join(' ')).not.toContain('ports, because');
  });

  test('a blocked dynamic port opens the range of the rule, since the next one differs', () => {
    expect(short(asked(traffic('prohibited', { client: SITE_SERVER, server: DC, port: 50_123 }, 1)))).toEqual([
      'CM01 > DC01 tcp/49152-65535',
    ]);
  });

  test('what a port rule does not mend is said with the line', () => {
    const notes = (event: 'refused' | 'unreachable'): string =>
      asked(traffic(event, { client: CLIENT, server: MP, port: 443 }, 1))
        .openings.flatMap((line) => line.notes)
        .join(' ');
    expect(notes('refused')).toContain('see first that the service listens');
    expect(notes('unreachable')).toContain('a route to it');
  });

  test('who sent an ICMP error is told as the finding tells it', async () => {
    const report = await reportOf([DEMO_CAPTURE]);
    const request = openingsOfReport(report, await loadSite(DEMO_SITE), catalog, false);
    const told = report.findings.flatMap(({ icmp, fingerprint, remedy }) =>
      icmp === undefined ? [] : [{ icmp, fingerprint, remedy }],
    );
    expect(told.map(({ icmp }) => [icmp.sender, icmp.type, icmp.code])).toEqual([
      ['10.255.0.2', 3, 1],
      ['fd00:ff::2', 1, 1],
      ['10.255.0.2', 3, 3],
      ['10.255.0.1', 3, 13],
    ]);
    for (const { icmp, fingerprint, remedy } of told) {
      const line = request.openings.find(({ findings }) => findings.includes(fingerprint))!;
      const note = line.notes.find((one) => one.startsWith(icmp.sender))!;
      expect(remedy).toContain(icmp.sender);
      expect(note).toContain('the rule belongs there');
      for (const word of ['the service listens', 'has a route to it'])
        expect([word, note.includes(word)]).toEqual([word, remedy.includes(word)]);
    }
  });

  test('many routers are told by some of them', () => {
    const report = held(traffic('prohibited', { client: CLIENT, server: SUP, port: 8530 }, 1), site());
    const [finding] = report.findings.filter(({ kind }) => kind === 'blocked-required');
    const findings = Array.from({ length: 40 }, (_, router) => ({
      ...finding!,
      icmp: { ...finding!.icmp!, sender: `10.8.0.${router}` },
    }));
    const { notes } = openingsOfReport({ ...report, findings }, parseSite(site()), catalog, false).openings[0]!;
    expect(notes).toHaveLength(13);
    expect(notes.at(-1)).toBe('28 more notes are at the findings.');
  });
});

describe('network boots', () => {
  const lab = async (scenario: string, topology?: string): Promise<Openings> => {
    const own = topology === undefined ? await loadSite('captures/pxe/site.yaml') : parseSite(topology);
    const analysis = await analyze([`captures/pxe/${scenario}.pcap.gz`], { workers: 0 });
    return openingsOfReport(assess(evidenceOf(analysis), own, catalog), own, catalog, false);
  };

  test('only 69 was open: the answers of TFTP come with it, and what a helper or a fixed port saves', async () => {
    const { openings } = await lab('only-69-firewall');
    expect(openings.map(outcomesText)).toEqual(['does not arrive', 'does not arrive']);
    expect(openings).toMatchObject([
      {
        from: { ends: [{ name: 'clients' }] },
        to: { ends: [{ name: 'DP01' }] },
        proto: 'udp',
        ports: [{ first: 69 }],
        sourcePorts: null,
      },
      {
        from: { ends: [{ name: 'DP01' }] },
        to: { ends: [{ name: 'clients' }] },
        proto: 'udp',
        sourcePorts: [{ first: 49152, last: 65535 }],
      },
    ]);
    expect(openings[1].notes.join(' ')).toMatch(/stateful TFTP helper.*tftp_port_range/);
  });

  test('a fixed range of the server makes the line narrow', async () => {
    const fixed = readFileSync('captures/pxe/site.yaml', 'utf8').replace(
      'hosts:',
      'settings: { tftp_port_range: 64000-64000 }\nhosts:',
    );
    const { openings } = await lab('only-69-firewall', fixed);
    expect(openings[1].sourcePorts).toEqual([{ first: 64000, last: 64000 }]);
    expect(openings[1].notes.join(' ')).toContain('from udp/64000 only');
  });

  test('what no port rule mends is left out, and told', async () => {
    const { openings, leftOut } = await lab('no-relay-client');
    expect(openings).toEqual([]);
    expect(leftOut.join(' ')).toContain('pxe-no-offer: ');
  });
});

/** Pairs of addresses and ports at the edges of a line. */
function samples({ from, to, ports }: Opening): { client: string; server: string; port: number }[] {
  const edges = (ends: readonly End[], family: 4 | 6): string[] =>
    intervalsOf(ends, family).flatMap(({ first, last }) => [formatAddress(family, first), formatAddress(family, last)]);
  return ([4, 6] as const).flatMap((family) =>
    edges(from.ends, family).flatMap((client) =>
      edges(to.ends, family).flatMap((server) =>
        ports.flatMap(({ first, last }) => [first, last].map((port) => ({ client, server, port }))),
      ),
    ),
  );
}

/** Lines that let through what their rule does not expect. */
function tooWide({ openings }: Openings, own: Site): string[] {
  const index = compile(catalog, own);
  const wide: string[] = [];
  for (const opening of openings) {
    // Answers of TFTP: what note 4 says of the rule, which index.match knows by the request only.
    if (opening.sourcePorts !== null || opening.proto === 'icmp') continue;
    for (const { client, server, port } of samples(opening)) {
      const [c, s] = [own.endpoints[own.lookup(client)!], own.endpoints[own.lookup(server)!]];
      // The last address of a network is its broadcast address, which nobody is.
      if (c.base === s.base || [c, s].some(({ kind }) => kind === 'broadcast')) continue;
      const rules = index.match(c, s, opening.proto, port).map(({ rule }) => rule.id);
      if (!rules.includes(opening.rule)) wide.push(`${opening.rule}: ${client} -> ${server} ${port}`);
    }
  }
  return wide;
}

describe('never wider than the rule', () => {
  const FORMAT_PAGE = /```yaml\n([\s\S]*?)```/.exec(readFileSync('docs/topology-format.md', 'utf8'))![1];
  const SITES: [string, string][] = [
    ['demo', readFileSync(DEMO_SITE, 'utf8')],
    ['network boot', readFileSync('captures/pxe/site.yaml', 'utf8')],
    ['example', EXAMPLE_SITE.replaceAll('false ', 'true  ')],
    ['reference', FORMAT_PAGE],
    ['one server a role', site()],
  ];

  test.each(SITES)('the whole topology: %s', (_, text) => {
    const own = parseSite(text);
    for (const need of ['required', 'conditional', 'optional'] as const) {
      expect(tooWide(openingsOfTopology(own, catalog, need), own)).toEqual([]);
    }
  });

  test('sites of any roles', () => {
    const roles = [
      'client',
      'mp',
      'dp',
      'dp-pxe',
      'sup',
      'sql-server',
      'domain-controller',
      'dns-server',
      'dhcp-server',
      'site-server',
      'proxy-server',
      'console',
      'cmg',
    ];
    const host = fc.record({
      roles: fc.uniqueArray(fc.constantFrom(...roles), { maxLength: 3 }),
      os: fc.constantFrom('', 'linux', 'windows-server-2003', 'windows-server-2022'),
      six: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(host, { minLength: 2, maxLength: 6 }),
        fc.uniqueArray(fc.constantFrom(...roles), { maxLength: 2 }),
        (hosts, network) => {
          const lines = hosts.map(
            ({ roles: own, os, six }, i) =>
              `  - { name: H${i}, addresses: [10.0.0.${i + 1}${six ? `, "fd00::${i + 1}"` : ''}], roles: [${own}]${os === '' ? '' : `, os: ${os}`} }`,
          );
          const own = parseSite(
            `version: 1\nhosts:\n${lines.join('\n')}\nnetworks: [{ name: n, cidr: 10.1.0.0/24, roles: [${network}] }]\n`,
          );
          expect(tooWide(openingsOfTopology(own, catalog, 'optional'), own)).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('the demo', async () => {
    const own = await loadSite(DEMO_SITE);
    const report = await reportOf([DEMO_CAPTURE]);
    expect(tooWide(openingsOfReport(report, own, catalog, false), own)).toEqual([]);
    expect(tooWide(openingsOfReport(report, own, catalog, true), own)).toEqual([]);
  });
});

describe('whole enough', () => {
  test('every required rule of the demo site whose ends differ has a line', async () => {
    const own = await loadSite(DEMO_SITE);
    const { openings } = openingsOfTopology(own, catalog, 'required');
    const rules = new Set(openings.flatMap(({ rule, otherRules }) => [rule, ...otherRules]));
    const needed = compile(catalog, own)
      .rulesFor()
      .filter(({ applies, need }) => applies && need === 'required');
    expect(needed.map(({ rule }) => rule.id).filter((id) => !rules.has(id))).toEqual([]);
  });
});

describe('the demo with its change request applied', () => {
  test('what it opens is fixed, and what opened and failed before still does', async () => {
    const [before, after] = [await reportOf([DEMO_CAPTURE]), await reportOf(['captures/demo/opened.pcap.gz'])];
    const grave = (kinds: string[]): string[] =>
      kinds.filter((kind) => kind === 'blocked-required' || kind === 'wsus-port-pair');
    expect(grave(before.findings.map(({ kind }) => kind))).toHaveLength(11);
    expect(grave(after.findings.map(({ kind }) => kind))).toHaveLength(2);
    expect(after.rules.filter(({ blocked, blocked_likely }) => blocked > blocked_likely)).toEqual([]);
    const { changes } = compare(before, after, { before: 'before', after: 'after' });
    const required = changes.filter(({ finding }) => finding.kind === 'blocked-required');
    expect(required.filter(({ change }) => change === 'fixed')).toHaveLength(9);
    const others = required.filter(({ change }) => change !== 'fixed');
    expect(others.map(({ change, finding }) => [change, finding.outcome])).toEqual(
      Array(2).fill(['unchanged', 'established']),
    );
    const { openings, failsLater } = openingsOfReport(after, await loadSite(DEMO_SITE), catalog, false);
    expect(openings).toEqual([]);
    expect(failsLater).toHaveLength(2);
  });
});

describe('addresses', () => {
  test('prefixes hold exactly the interval', () => {
    const address = fc.nat(0xffff_ffff).map(BigInt);
    fc.assert(
      fc.property(address, address, (a, b) => {
        const [first, last] = a < b ? [a, b] : [b, a];
        const prefixes = prefixesOf({ family: 4, first, last });
        let at = first;
        for (const prefix of prefixes) {
          const size = 1n << BigInt(32 - prefix.length);
          expect([prefix.first, prefix.first % size]).toEqual([at, 0n]);
          at += size;
        }
        expect(at).toBe(last + 1n);
        expect(prefixes.length).toBeLessThanOrEqual(62);
      }),
    );
    expect(prefixesOf({ family: 6, first: 0n, last: (1n << 128n) - 1n }).map(prefixText)).toEqual(['::/0']);
  });
});

describe('what a port rule has no word for is said at the line', () => {
  async function notesOf(lab: string, capture: string): Promise<readonly string[]> {
    const site = await loadSite(`captures/${lab}/site.yaml`);
    const catalog = loadCatalog();
    const report = assess(
      evidenceOf(await analyze([`captures/${lab}/${capture}.pcap.gz`], { workers: 0 })),
      site,
      catalog,
    );
    const { openings } = openingsOfReport(report, site, catalog, false);
    expect(openings).toHaveLength(1);
    return openings[0]!.notes;
  }

  test('the VLAN in which it is blocked, where it works in another', async () => {
    const notes = await notesOf('networks', 'vlans-dropped');
    expect(notes).toContainEqual(expect.stringContaining('It is blocked in VLAN 20, '));
  });

  test('the name behind an address of the internet', async () => {
    const notes = await notesOf('endpoints', 'silent-client');
    expect(notes).toContainEqual(expect.stringContaining('one of those of download.microsoft.com, and changes'));
  });
});
