/** What a site makes of the catalog: notes, proxies, directions, dates, and the ends of one's own rules. */

import { describe, expect, test } from 'vitest';
import { compile, formatPortRange, loadCatalog, type RuleMatch, type Transport } from '../../src/catalog/index.ts';
import { parseSite } from '../../src/site/index.ts';

interface Asked {
  matches: RuleMatch[];
  ids: string[];
}

/** A site of `yaml` (without its version) and a way to ask it: "10.0.0.1 > 10.0.0.2 tcp/80". */
function siteOf(yaml: string) {
  const site = parseSite(`version: 1\n${yaml}`);
  const index = compile(loadCatalog(), site);
  const at = (address: string) => site.endpoints[site.lookup(address)!]!;
  const split = (question: string) => {
    const [client, server, transport, port] = question.split(/ > | |\//) as [string, string, Transport, string];
    return [at(client), at(server), transport, Number(port ?? 0)] as const;
  };
  return {
    site,
    index,
    ask(question: string, serverName?: string): Asked {
      const matches = [...index.match(...split(question), serverName)];
      return { matches, ids: matches.map(({ rule }) => rule.id) };
    },
    forbidden: (question: string) => index.forbidden(...split(question))?.id ?? null,
    status: (id: string) => index.rulesFor().find(({ rule }) => rule.id === id)!,
  };
}

const NETWORKS = 'networks: [{ name: clients, cidr: 10.1.0.0/16, roles: [client] }]\n';
const host = (name: string, address: string, roles: string, more = '') =>
  `  - { name: ${name}, addresses: [${address}], roles: [${roles}]${more} }\n`;
const CM = `hosts:\n${host('CM01', '10.0.0.1', 'site-server')}${host('MP01', '10.0.0.2', 'MP')}`;

describe('note 1, a proxy stands in for the internet', () => {
  const hosts = `hosts:\n${host('CM01', '10.0.0.1', 'site-server')}${host('SUP01', '10.0.0.2', 'SUP')}${host('PROXY1', '10.0.0.8', '')}`;
  test('client to proxy, proxy to internet', () => {
    const { ask } = siteOf(`settings: { proxy: { host: proxy1, port: 3129 } }\n${hosts}`);
    const { matches } = ask('10.0.0.2 > 10.0.0.8 tcp/3129');
    expect(matches.map(({ rule, via }) => [rule.id, via])).toContainEqual(['cm.sup-internet.http', 'proxy']);
    expect(ask('10.0.0.2 > 10.0.0.8 tcp/8080').ids).toEqual([]);
    expect(ask('10.0.0.8 > 52.1.1.1 tcp/80').ids).toContain('cm.sup-internet.http');
    expect(ask('10.0.0.2 > 52.1.1.1 tcp/80').ids).toContain('cm.sup-internet.http');
  });
  test('a proxy that is an address, and a role without a setting', () => {
    const byAddress = siteOf(`settings: { proxy: { host: 10.0.0.9, port: 3128 } }\n${hosts}`);
    expect(byAddress.ask('10.0.0.1 > 10.0.0.9 tcp/3128').ids).toContain('cm.site-internet.http');
    const byRole = siteOf(hosts + host('P2', '10.0.0.9', 'proxy'));
    expect(byRole.ask('10.0.0.1 > 10.0.0.9 tcp/8080').ids).toContain('cm.site-internet.http');
  });
});

describe('note 2, an alternate port replaces the listed one', () => {
  test('of the site and of one host', () => {
    const yaml = `settings: { client_http_port: 8080 }\n${CM}${host('MP02', '10.0.0.3', 'MP', ', settings: { client_http_port: 81 }')}${NETWORKS}`;
    const { ask, status } = siteOf(yaml);
    expect(ask('10.1.0.5 > 10.0.0.2 tcp/8080').ids).toContain('cm.client-mp.http');
    expect(ask('10.1.0.5 > 10.0.0.2 tcp/80').ids).toEqual([]);
    expect(ask('10.1.0.5 > 10.0.0.3 tcp/81').ids).toContain('cm.client-mp.http');
    expect(ask('10.1.0.5 > 10.0.0.3 tcp/8080').ids).toEqual([]);
    expect(status('cm.client-mp.http').portsText).toEqual(['8080', '81']);
  });
});

describe('note 3, ports of WSUS', () => {
  const ports = (settings: string, more = '') => {
    const { status } = siteOf(
      `settings: { ${settings} }\nhosts:\n${host('SUP01', '10.0.0.2', 'SUP', more)}${NETWORKS}`,
    );
    return [status('cm.client-sup.http').portsText.join(' '), status('cm.client-sup.https').portsText.join(' ')];
  };
  test.each([
    ['', '', ['80 8530', '443 8531']],
    ['wsus_http_port: 80', '', ['80', '443']],
    ['wsus_http_port: 8530', '', ['8530', '8531']],
    ['wsus_http_port: 9000', '', ['9000', '9001']],
    ['wsus_https_port: 443', '', ['80', '443']],
    ['wsus_https_port: 8531', '', ['8530', '8531']],
    ['wsus_http_port: 8530, wsus_https_port: 9443', '', ['8530', '9443']],
    ['wsus_http_port: 80, wsus_https_port: 443', ', settings: { wsus_http_port: 8530 }', ['8530', '8531']],
  ])('{ %s }%s', (settings, more, expected) => expect(ports(settings, more)).toEqual(expected));

  test('one of 80 and 8530 is enough, HTTPS needs HTTP', () => {
    const { ask } = siteOf(`hosts:\n${host('SUP01', '10.0.0.2', 'SUP')}${NETWORKS}`);
    const http = ask('10.1.0.5 > 10.0.0.2 tcp/8530').matches[0]!;
    expect([http.rule.id, http.relation, http.ports.map(formatPortRange)]).toEqual([
      'cm.client-sup.http',
      'any',
      ['80', '8530'],
    ]);
    expect(ask('10.1.0.5 > 10.0.0.2 tcp/8531').matches[0]!.rule.needs).toEqual(['cm.client-sup.http']);
  });
});

describe('note 4, TFTP', () => {
  test('only the request goes to 69; the range of the answer is exposed', async () => {
    const { transferPorts } = await import('../../src/catalog/index.ts');
    const { ask, site } = siteOf(
      `settings: { tftp_port_range: 50000-50100 }\nhosts:\n${host('DP01', '10.0.0.2', 'dp-pxe')}${NETWORKS}`,
    );
    const tftp = ask('10.1.0.5 > 10.0.0.2 udp/69').matches[0]!;
    expect([tftp.rule.id, tftp.rule.notes]).toEqual(['cm.client-dp-pxe.tftp', [4]]);
    expect(formatPortRange(transferPorts(site.endpoints[0]!))).toBe('50000-50100');
    expect(formatPortRange(transferPorts({ settings: {}, os: null }))).toBe('49152-65535');
  });
});

describe('note 5, who starts', () => {
  test('both ways by default', () => {
    const { ask } = siteOf(CM);
    expect(ask('10.0.0.1 > 10.0.0.2 tcp/445').matches[0]).toMatchObject({ reversed: true, need: 'required' });
    expect(ask('10.0.0.2 > 10.0.0.1 tcp/445').matches[0]).toMatchObject({ reversed: false, need: 'required' });
  });
  test('unless told', () => {
    const { ask } = siteOf(`settings: { site_initiated_only: [MP01, FSP1] }\n${CM}${host('FSP1', '10.0.0.3', 'FSP')}`);
    expect(ask('10.0.0.2 > 10.0.0.1 tcp/445').ids).toEqual([]);
    expect(ask('10.0.0.1 > 10.0.0.2 tcp/445').ids).toContain('cm.mp-site.smb');
    expect(ask('10.0.0.3 > 10.0.0.1 tcp/445').ids).toEqual([]);
    expect(ask('10.0.0.1 > 10.0.0.3 tcp/445').ids).toContain('cm.site-fsp.smb');
  });
  test('roles that send no status are not required to connect back', () => {
    const { ask } = siteOf(`${CM}${host('RSP1', '10.0.0.3', 'RSP')}${host('DP01', '10.0.0.4', 'DP')}`);
    expect(ask('10.0.0.1 > 10.0.0.3 tcp/445').matches[0]!.need).toBe('required');
    expect(ask('10.0.0.3 > 10.0.0.1 tcp/445').matches[0]!.need).toBe('optional');
    expect(ask('10.0.0.4 > 10.0.0.1 tcp/445').ids).not.toContain('cm.site-dp.smb');
  });
});

describe('note 6, dynamic ports', () => {
  const dcs = `${host('DC1', '10.0.0.11', 'DC', ', os: windows-server-2019')}${host('DC2', '10.0.0.12', 'DC', ', os: windows-server-2003')}`;
  test('follow the operating system of the server', () => {
    const { ask } = siteOf(CM + dcs);
    const dynamic = (question: string) => ask(question).ids.filter((id) => id.endsWith('rpc-dynamic'));
    expect(dynamic('10.0.0.1 > 10.0.0.11 tcp/50000')).toContain('cm.site-dc.rpc-dynamic');
    expect(dynamic('10.0.0.1 > 10.0.0.11 tcp/1030')).toEqual([]);
    expect(dynamic('10.0.0.1 > 10.0.0.12 tcp/1030')).toContain('cm.site-dc.rpc-dynamic');
    expect(dynamic('10.0.0.1 > 10.0.0.12 tcp/50000')).toEqual([]);
    expect(ask('10.0.0.1 > 10.0.0.12 tcp/1024').ids).toEqual(['cm.discovery.low-range']);
    expect(ask('10.0.0.1 > 10.0.0.11 tcp/3389').ids).toEqual([]);
  });
  test('or the setting', () => {
    const { ask } = siteOf(`settings: { dynamic_rpc_range: 5000-5100 }\n${CM}${dcs}`);
    expect(ask('10.0.0.1 > 10.0.0.11 tcp/5050').ids).toContain('cm.site-dc.rpc-dynamic');
    expect(ask('10.0.0.1 > 10.0.0.11 tcp/50000').ids).toEqual([]);
  });
});

describe('broadcasts and hosts without an address', () => {
  const { ask } = siteOf(`hosts:
${host('DHCP1', '10.0.0.5', 'dhcp-server')}${host('DP01', '10.0.0.2', 'dp-pxe, dp-multicast')}${host('CM01', '10.0.0.1', 'site-server')}${NETWORKS}`);
  test.each([
    ['0.0.0.0 > 255.255.255.255 udp/67', ['cm.client-dp-pxe.dhcp', 'cm.winsrv.dhcp']],
    ['10.0.0.5 > 255.255.255.255 udp/68', ['cm.winsrv.dhcp']],
    ['10.0.0.5 > 10.1.0.7 udp/68', ['cm.winsrv.dhcp']],
    ['10.0.0.1 > 10.1.255.255 udp/9', ['cm.site-client.wol']],
    ['10.0.0.2 > 239.1.2.3 udp/63001', ['cm.client-dp-multicast.multicast']],
    ['10.1.0.7 > 255.255.255.255 udp/8004', ['cm.client-client.winpe-peer-broadcast']],
    ['10.1.0.7 > 224.0.0.252 udp/5355', []],
    ['0.0.0.0 > 255.255.255.255 udp/9', []],
  ])('%s', (question, ids) => expect(ask(question).ids).toEqual(ids));
});

describe('which rules apply', () => {
  test('both ends must exist, and lie on two machines', () => {
    const { status } = siteOf(`${CM}${host('ALL', '10.0.0.9', 'sms-provider, console')}`);
    expect(status('cm.client-mp.http')).toMatchObject({
      applies: false,
      reason: 'no host or network has the role client',
    });
    expect(status('cm.site-site.smb')).toMatchObject({ applies: false, reason: 'only CM01 has the role site-server' });
    expect(status('cm.console-provider.rpc-epm').reason).toBe('both roles are on ALL, nothing goes over the network');
    expect(status('cm.mp-site.smb')).toMatchObject({ applies: true, reason: null, portsText: ['445'] });
  });
  test('catalogs that are off', () => {
    const { status, ask } = siteOf(`catalogs: { configmgr: false }\n${CM}`);
    expect(status('cm.mp-site.smb').reason).toBe('catalog configmgr is off');
    expect(ask('10.0.0.1 > 10.0.0.2 tcp/445').ids).toEqual([]);
  });
  test('dates', () => {
    const sup = `hosts:\n${host('CM01', '10.0.0.1', 'site-server')}${host('SUP1', '10.0.0.2', 'SUP')}${host('EP1', '10.0.0.3', 'enrollment-point')}`;
    const then = siteOf(`catalogs: { configmgr: { date: 2021-01-01 } }\n${sup}`);
    expect(then.status('cm.site-sup.rpc-epm')).toMatchObject({
      applies: false,
      reason: 'documented from 2022-02-16 on, the catalog is asked as of 2021-01-01',
    });
    expect(then.ask('10.0.0.1 > 10.0.0.2 tcp/135').ids).toEqual(['cm.ibcm.rpc-epm']);
    expect(then.status('cm.site-enroll.smb')).toMatchObject({ applies: true, need: 'required', reason: null });
    const now = siteOf(sup);
    expect(now.ask('10.0.0.1 > 10.0.0.2 tcp/135').ids).toEqual(['cm.site-sup.rpc-epm', 'cm.ibcm.rpc-epm']);
    expect(now.status('cm.site-enroll.smb')).toMatchObject({
      applies: true,
      need: 'historic',
      reason: 'history since 2024-04-01: on-premises device management ended on 2024-03-31',
    });
    expect(now.ask('10.0.0.1 > 10.0.0.3 tcp/445').matches[0]!.need).toBe('historic');
  });
  test('versions of hybrid identity', () => {
    const yaml = `hosts:\n${host('AADC', '10.0.0.1', 'aad-connect, pta-agent, health-agent')}${host('DC1', '10.0.0.2', 'DC')}`;
    const of = (version: string) =>
      siteOf(`catalogs: { windows-server: false, hybrid-identity: { version: ${version} } }\n${yaml}`);
    expect(of('2017-02').ask('10.0.0.1 > 52.1.1.1 tcp/10110').ids).toEqual(['hy.t6a.responses']);
    expect(of('2017-08').status('hy.t6a.responses').reason).toBe('not in version 2017-08 of the document');
    expect(of('2017-02').ask('10.0.0.1 > 10.0.0.2 tcp/445').ids).toEqual([]);
    expect(of('2017-08').ask('10.0.0.1 > 10.0.0.2 tcp/445').ids).toEqual(['hy.t1.smb']);
    const bus = (version: string) =>
      of(version)
        .ask('10.0.0.1 > 52.1.1.1 tcp/5671')
        .matches.find((m) => m.rule.id === 'hy.t7a.service-bus')!;
    expect(bus('2017-08')).toMatchObject({
      need: 'required',
      rule: { fallback: [], recovered: false, source: { date: '2017-08-02' } },
    });
    expect(bus('2025-04')).toMatchObject({
      need: 'optional',
      rule: { fallback: ['hy.t7a.https'], recovered: true, source: { date: '2025-04-09' } },
    });
    expect(siteOf(yaml).status('hy.t1.adws')).toMatchObject({ applies: true, need: 'conditional' });
  });
});

describe('hosts on the internet', () => {
  const { ask } = siteOf(`hosts:\n${host('SCP1', '10.0.0.1', 'scp')}`);
  test('need their name', () => {
    const unknown = ask('10.0.0.1 > 52.1.1.1 tcp/443').matches.filter(({ rule }) => rule.endpoint);
    expect(unknown.length).toBeGreaterThan(5);
    expect(new Set(unknown.map(({ name }) => name))).toEqual(new Set(['unknown']));
    const known = ask('10.0.0.1 > 52.1.1.1 tcp/443', 'GRAPH.microsoft.com');
    expect(known.matches.filter(({ rule }) => rule.endpoint).map(({ rule, name }) => [rule.id, name])).toEqual([
      ['ie.cloud-scp.graph-microsoft', 'matches'],
    ]);
    expect(ask('10.0.0.1 > 52.1.1.1 tcp/443', 'example.com').ids.filter((id) => id.startsWith('ie.'))).toEqual([]);
  });
});

describe('one’s own rules', () => {
  const { ask, forbidden, index } = siteOf(`${CM}${NETWORKS}expect:
  - { id: backup, from: [clients, CM01], to: MP01, transport: tcp, ports: [9000, 9100-9110], need: required, reason: backup }
  - { id: part, from: 10.1.5.0/24, to: internet, transport: udp, ports: [4500] }
  - { id: ping, from: any, to: any, transport: icmp }
forbid:
  - { id: telnet, from: any, to: any, transport: tcp, ports: [23] }
  - { id: no-web, from: client, to: internet, transport: tcp }
  - { id: one, from: 10.1.5.9, to: CM01, transport: tcp, ports: [445] }
`);
  test('expect', () => {
    expect(ask('10.1.0.5 > 10.0.0.2 tcp/9105').matches[0]).toMatchObject({
      rule: {
        id: 'site.expect.backup',
        catalog: 'site',
        source: { document: 'site.yaml', date: null, section: 'expect' },
      },
      need: 'required',
      relation: 'any',
    });
    expect(ask('10.0.0.1 > 10.0.0.2 tcp/9000').ids).toEqual(['site.expect.backup']);
    expect(ask('10.0.0.2 > 10.0.0.1 tcp/9000').ids).toEqual([]);
    expect(ask('10.1.5.200 > 52.1.1.1 udp/4500').ids).toEqual(['site.expect.part']);
    expect(ask('10.1.6.200 > 52.1.1.1 udp/4500').ids).toEqual([]);
    expect(ask('10.0.0.1 > 10.0.0.2 icmp').ids).toEqual(['site.expect.ping']);
  });
  test('forbid', () => {
    expect(forbidden('10.1.0.5 > 10.0.0.2 tcp/23')).toBe('site.forbid.telnet');
    expect(forbidden('10.1.0.5 > 52.1.1.1 tcp/443')).toBe('site.forbid.no-web');
    expect(forbidden('10.0.0.1 > 52.1.1.1 tcp/443')).toBeNull();
    expect(forbidden('10.1.5.9 > 10.0.0.1 tcp/445')).toBe('site.forbid.one');
    expect(forbidden('10.1.5.8 > 10.0.0.1 tcp/445')).toBeNull();
    expect(index.prohibitions.map(({ id }) => id)).toEqual([
      'site.forbid.telnet',
      'site.forbid.no-web',
      'site.forbid.one',
    ]);
  });
});

test('a gateway that is named without an address is found on the internet', () => {
  const named = siteOf(`hosts:\n${host('CP1', '10.0.0.1', 'cmg-connection-point')}  - { name: cmg, roles: [CMG] }\n`);
  expect(named.ask('10.0.0.1 > 52.1.1.1 tcp/10124').ids).toContain('cm.cmgcp-cmg.vmss-multi-vm');
  const absent = siteOf(`hosts:\n${host('CP1', '10.0.0.1', 'cmg-connection-point')}`);
  expect(absent.ask('10.0.0.1 > 52.1.1.1 tcp/10124').ids).toEqual([]);
});
