/** The tables of hybrid identity, row by row, in each version of the page, and what the differences do to verdicts. */
import { describe, expect, test } from 'vitest';
import { compile, loadCatalog, type Transport } from '../../src/catalog/index.ts';
import { parseSite } from '../../src/site/index.ts';
import { held, SITE_SERVER } from '../assess/traffic.ts';
import { type TestFrame, tcp } from '../track/frames.ts';

const VERSIONS = ['2017-02', '2017-08', '2025-04'] as const;
type Version = (typeof VERSIONS)[number];

/** Both transports, as the pages of 2017 print nearly every row. */
const both = (...ports: string[]): string[] => ports.flatMap((port) => [`tcp ${port}`, `udp ${port}`]);

/** The rows as the page of each version prints them; where one is the same as before, it is not repeated. */
const TABLES: Record<string, { from: string; to: string; rows: Record<Version, string[]> }> = {
  t1: {
    from: 'aad-connect',
    to: 'on-prem-ad',
    rows: {
      '2017-02': both('53', '88', '135', '389', '636', '49152-65535'),
      '2017-08': both('53', '88', '135', '389', '445', '636', '49152-65535'),
      '2025-04': [
        ...both('53', '88', '389', '636'),
        ...['135', '445', '49152-65535', '5985', '9389', '3268'].map((port) => `tcp ${port}`),
      ],
    },
  },
  t2: {
    from: 'aad-connect',
    to: 'azure-ad',
    rows: { '2017-02': both('80', '443'), '2017-08': both('80', '443'), '2025-04': ['tcp 80', 'tcp 443'] },
  },
  t3: {
    from: 'aad-connect',
    to: 'adfs-or-wap',
    rows: {
      '2017-02': [...both('80', '443'), 'tcp 5985'],
      '2017-08': [...both('80', '443'), 'tcp 5985'],
      '2025-04': ['tcp 80', 'tcp 443', 'tcp 5985'],
    },
  },
  t4: {
    from: 'wap',
    to: 'adfs',
    rows: { '2017-02': both('443'), '2017-08': both('443'), '2025-04': ['tcp 443'] },
  },
  t5: {
    from: 'user-device',
    to: 'wap',
    rows: {
      '2017-02': [...both('443'), 'tcp 49443'],
      '2017-08': [...both('443'), 'tcp 49443'],
      '2025-04': ['tcp 443', 'tcp 49443'],
    },
  },
  t6a: {
    from: 'pta-agent',
    to: 'azure-ad',
    rows: {
      '2017-02': ['80', '443', '10100-10120', '9352+5671', '9350', '8080+443', '9090', '9091'].map((p) => `tcp ${p}`),
      '2017-08': ['tcp 80', 'tcp 443'],
      '2025-04': ['tcp 80', 'tcp 443'],
    },
  },
  t6b: {
    from: 'aad-connect',
    to: 'azure-ad',
    rows: { '2017-02': ['tcp 9090'], '2017-08': ['tcp 443'], '2025-04': ['tcp 443'] },
  },
  t7a: {
    from: 'health-agent',
    to: 'azure-ad',
    rows: { '2017-02': both('443', '5671'), '2017-08': both('443', '5671'), '2025-04': ['tcp 443', 'tcp 5671'] },
  },
};

/** Table 7b points to the page of the agent: hosts and ports by cloud, from 2025-04 on. */
const AGENT_HOSTS: Record<'public' | 'usgov', string[]> = {
  public: [
    '*.blob.core.windows.net 443',
    '*.aadconnecthealth.azure.com 443',
    '*.servicebus.windows.net 5671',
    '*.adhybridhealth.azure.com 443',
    'management.azure.com 443',
    'policykeyservice.dc.ad.msft.net 443',
    'login.windows.net 443',
    'login.microsoftonline.com 443',
    'secure.aadcdn.microsoftonline-p.com 443',
    'www.office.com 443',
    'aadcdn.msftauth.net 443',
    'aadcdn.msauth.net 443',
    'autoupdate.msappproxy.net 443',
    'www.microsoft.com 80+443',
  ],
  usgov: [
    '*.blob.core.usgovcloudapi.net 443',
    '*.servicebus.usgovcloudapi.net 5671',
    '*.aadconnecthealth.microsoftazure.us 443',
    'management.usgovcloudapi.net 443',
    'policykeyservice.aadcdi.azure.us 443',
    'login.microsoftonline.us 443',
    'autoupdate.msappproxy.us 443',
  ],
};

const rules = loadCatalog().rules.filter(({ id }) => id.startsWith('hy.'));
const isIn = (version: Version) => (rule: (typeof rules)[number]) =>
  rule.versions.some((one) => one.version === version);

describe.each(VERSIONS)('the page of %s', (version) => {
  test.each(Object.entries(TABLES))('table %s', (table, { from, to, rows }) => {
    const found = rules.filter(({ id }) => id.startsWith(`hy.${table}.`)).filter(isIn(version));
    expect(found.map(({ transport, ports }) => `${transport} ${ports.join('+')}`).sort()).toEqual(
      [...rows[version]].sort(),
    );
    for (const rule of found) expect([rule.from, rule.to]).toEqual([[from], to]);
  });

  test.each(['public', 'usgov'] as const)('table 7b, %s cloud', (cloud) => {
    const found = rules
      .filter(({ id, endpoint }) => id.startsWith('hy.t7b.') && endpoint?.cloud === cloud)
      .filter(isIn(version));
    const hosts = found.map(({ endpoint, ports }) => `${endpoint!.host} ${ports.join('+')}`);
    expect(hosts.sort()).toEqual(version === '2025-04' ? [...AGENT_HOSTS[cloud]].sort() : []);
  });

  test('no other rules', () => {
    const known = new Set([...Object.keys(TABLES), 't7b'].map((table) => `hy.${table}`));
    for (const { id } of rules) expect(known).toContain(id.split('.').slice(0, 2).join('.'));
  });
});

/** A host of each role, and the internet. */
const HOSTS: Record<string, string> = {
  'aad-connect': '10.0.0.1',
  'domain-controller': '10.0.0.2',
  adfs: '10.0.0.3',
  wap: '10.0.0.4',
  'pta-agent': '10.0.0.5',
  'health-agent': '10.0.0.6',
};
const OUTSIDE = '52.1.1.1';
/** Where the ends of tables are. */
const ENDS: Record<string, string[]> = {
  'on-prem-ad': ['domain-controller'],
  'adfs-or-wap': ['adfs', 'wap'],
  'azure-ad': ['internet'],
  'user-device': ['internet'],
};
const PLACES = [...Object.keys(HOSTS), 'internet'];

describe.each(VERSIONS)('who may talk to whom by the page of %s', (version) => {
  const listed = Object.entries(HOSTS).map(
    ([role, ip]) => `  - { name: ${role}, addresses: [${ip}], roles: [${role}] }`,
  );
  const site = parseSite(
    `version: 1\ncatalogs: { hybrid-identity: { version: ${version} } }\nhosts:\n${listed.join('\n')}\n`,
  );
  const index = compile(loadCatalog(), site);
  const at = (place: string) => site.endpoints[site.lookup(HOSTS[place] ?? OUTSIDE)!]!;
  const tried = Object.values(TABLES).flatMap(({ rows }) => Object.values(rows).flat().flatMap(endsOf));

  test.each(Object.entries(TABLES))('table %s', (table, { from, to, rows }) => {
    for (const [transport, port] of tried) {
      const isListed = rows[version].some((row) => holds(row, transport, port));
      for (const client of PLACES)
        for (const server of PLACES.filter((place) => place !== client)) {
          const isMeant = (ENDS[from] ?? [from]).includes(client) && (ENDS[to] ?? [to]).includes(server);
          const found = index
            .match(at(client), at(server), transport, port)
            .some(({ rule, reversed }) => rule.id.startsWith(`hy.${table}.`) && !reversed);
          expect(found, `${client} to ${server} ${transport}/${port}`).toBe(isListed && isMeant);
        }
    }
  });
});

/** The ports of a row, of a range its first and last. */
function endsOf(row: string): [transport: Transport, port: number][] {
  const [transport, ports] = row.split(' ') as [Transport, string];
  return ports.split(/[-+]/).map((port) => [transport, Number(port)]);
}

function holds(row: string, transport: Transport, port: number): boolean {
  const ports = endsOf(row).filter(([own]) => own === transport);
  if (!row.includes('-')) return ports.some(([, one]) => one === port);
  return ports.length > 0 && ports[0]![1] <= port && port <= ports[1]![1];
}

const WEB = '203.0.113.5';
const DC = '10.0.0.30';

function site(version: Version): string {
  return `
version: 1
catalogs: { configmgr: false, windows-server: false, hybrid-identity: { version: ${version} }, internet-endpoints: false }
hosts:
  - { name: SYNC01, addresses: [${SITE_SERVER}], roles: [aad-connect, health-agent] }
  - { name: DC01, addresses: [${DC}], roles: [domain-controller] }
`;
}

let clientPort = 50_000;
function connection(server: string, serverPort: number, time: number, answer: 'works' | 'refused'): TestFrame[] {
  const own = clientPort++;
  const up = { source: SITE_SERVER, destination: server, sourcePort: own, destinationPort: serverPort };
  const down = { source: server, destination: SITE_SERVER, sourcePort: serverPort, destinationPort: own };
  const syn = tcp({ ...up, flags: 'S', sequence: 99, time });
  if (answer === 'refused') return [syn, tcp({ ...down, flags: 'RA', acknowledgment: 100, time: time + 0.01 })];
  return [
    syn,
    tcp({ ...down, flags: 'SA', sequence: 499, acknowledgment: 100, time: time + 0.01 }),
    tcp({ ...up, flags: 'A', sequence: 100, acknowledgment: 500, time: time + 0.02 }),
  ];
}
const told = (frames: TestFrame[], version: Version) =>
  held(frames, site(version))
    .findings.filter(({ dest_port }) => dest_port !== null && frames.length > 0)
    .filter(({ kind }) => kind !== 'required-not-seen')
    .map(({ kind, severity, dest_port }) => `${kind} ${severity} ${dest_port}`);

describe('what a version says decides', () => {
  test('tcp 445 from Entra Connect to a domain controller is of 2017-08 and later', () => {
    const frames = connection(DC, 445, 0, 'works');
    expect(told(frames, '2017-02')).toEqual(['unexpected-port medium 445']);
    expect(told(frames, '2017-08')).toEqual([]);
    expect(told(frames, '2025-04')).toEqual([]);
  });

  test('global catalog and AD web services are of 2025-04', () => {
    for (const port of [3268, 9389]) {
      const frames = connection(DC, port, 0, 'works');
      expect(told(frames, '2017-08')).toHaveLength(1);
      expect(told(frames, '2025-04')).toEqual([]);
    }
  });

  test('5671 blocked: the agents of 2017 need it, later ones fall back to 443', () => {
    const blocked = [...connection(WEB, 5671, 0, 'refused'), ...connection(WEB, 5671, 1, 'refused')];
    const frames = [...blocked, ...connection(WEB, 443, 2, 'works')];
    expect(told(frames, '2017-08')).toEqual(['blocked-required high 5671']);
    const now = held(frames, site('2025-04')).findings.filter(({ dest_port }) => dest_port === 5671);
    expect(now.map(({ severity }) => severity).filter((one) => one !== 'info' && one !== 'low')).toEqual([]);
    for (const { message } of now) expect(message).toContain('works in its place');
  });

  test('443 alone is all that current agents need', () => {
    const missing = (version: Version) =>
      held(connection(WEB, 443, 0, 'works'), site(version))
        .findings.filter(({ kind }) => kind === 'required-not-seen')
        .flatMap(({ rule }) => rule);
    expect(missing('2017-08')).toContain('hy.t7a.service-bus');
    expect(missing('2025-04')).not.toContain('hy.t7a.service-bus');
  });
});
