/** Lookups of the site's own names that DNS answers with errors: told as a note where nothing good ever came, and in no other case. */
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/assess/types.ts';
import { PartMerger } from '../../src/track/merge.ts';
import { Observation } from '../../src/track/observation.ts';
import { partOf } from '../track/analyze.ts';
import { type TestFrame, udp } from '../track/frames.ts';
import { type DnsOptions, dnsMessage, srv } from '../track/openings.ts';
import { CLIENT, DC, held, judged, SITE_SERVER, until } from './traffic.ts';

const MP = '10.0.0.20';
const NXDOMAIN = 3;
const SERVFAIL = 2;
const A = 1;
const AAAA = 28;
const SRV = 33;
const LOCATOR = '_ldap._tcp.dc._msdcs.contoso.com';

/** @param hosts names of CM01 and MP01 */
function topology(hosts: readonly [string, string] = ['CM01.contoso.com', 'MP01.contoso.com']): string {
  return `
version: 1
hosts:
  - { name: ${hosts[0]}, addresses: [${SITE_SERVER}], roles: [site-server] }
  - { name: ${hosts[1]}, addresses: [${MP}], roles: [management-point] }
  - { name: DC01, addresses: [${DC}], roles: [domain-controller, dns-server] }
networks:
  - { name: clients, cidr: 10.1.0.0/24, roles: [client] }
`;
}

let port = 41_000;
let clock = 0;

interface Asked extends DnsOptions {
  client?: string;
  server?: string;
  type?: number;
}

/** A question and its answer: an error, or with `answers` what it says. */
function ask(name: string, { client = SITE_SERVER, server = DC, type = A, ...answer }: Asked): TestFrame[] {
  const own = port++;
  const time = clock++;
  return [
    udp(
      { source: client, destination: server, sourcePort: own, destinationPort: 53, time },
      dnsMessage(name, { type }),
    ),
    udp(
      { source: server, destination: client, sourcePort: 53, destinationPort: own, time: time + 0.01 },
      dnsMessage(name, { type, ...answer }),
    ),
  ];
}
const good = (name: string, address: string, more: Asked = {}): TestFrame[] =>
  ask(name, { answers: [{ name, type: A, data: address.split('.').map(Number) }], ...more });
const directory = (name: string, more: Asked = {}): TestFrame[] =>
  ask(name, { type: SRV, answers: [{ name, type: SRV, data: srv(389, 'dc01.contoso.com') }], ...more });

function told(frames: TestFrame[], hosts?: readonly [string, string]): Finding[] {
  return held([...frames, until(clock + 60)], topology(hosts)).findings.filter(
    ({ kind }) => kind === 'name-unresolved',
  );
}

describe('a host of the topology', () => {
  test.each([
    [NXDOMAIN, 'the name does not exist (NXDOMAIN)'],
    [SERVFAIL, 'the server could not say (SERVFAIL)'],
    [5, 'the server could not say (REFUSED)'],
  ])('answered with error %d: a note with its evidence', (rcode, words) => {
    const [finding, ...rest] = told(ask('mp01.contoso.com', { rcode }));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      severity: 'info',
      certainty: 'proven',
      src_ip: SITE_SERVER,
      dest_ip: DC,
      proto: 'udp',
      dest_port: 53,
      count: 1,
      attempts: 1,
      frames: [1, 2],
      rule: [],
    });
    expect(finding!.message).toContain(`asks DC01 (${DC}) for the address of MP01.contoso.com (mp01.contoso.com), and`);
    expect(finding!.message).toContain(words);
    expect(finding!.display_filter).toBe(`ip.addr == ${DC} && (lower(dns.qry.name) == "mp01.contoso.com")`);
  });

  test('a good answer before, after, or for the other family tells nothing', () => {
    const bad = (type = A): TestFrame[] => ask('mp01.contoso.com', { rcode: NXDOMAIN, type });
    const fine = (): TestFrame[] => good('mp01.contoso.com', MP);
    expect(told([...fine(), ...bad()])).toEqual([]);
    expect(told([...bad(), ...fine()])).toEqual([]);
    expect(told([...fine(), ...bad(AAAA)])).toEqual([]);
    // Asked for IPv6 alone: the address of IPv4 may be in a cache.
    expect(told(bad(AAAA))).toEqual([]);
    // It exists, and has no address of this family.
    expect(told([...bad(), ...ask('mp01.contoso.com', { answers: [], type: AAAA })])).toEqual([]);
    // Another server knows it.
    expect(told([...bad(), ...good('mp01.contoso.com', MP, { server: '10.0.0.51' })])).toEqual([]);
  });

  test('names that clients try on their way are nobody’s: suffixes, single labels, and what is no host', () => {
    for (const name of [
      'mp01.contoso.com.contoso.com',
      'mp01',
      'wpad.contoso.com',
      'mp01.example.org',
      'www.example.org',
    ])
      expect(told(ask(name, { rcode: NXDOMAIN })), name).toEqual([]);
  });

  test('with a short name it has the domain that answers tell of its address', () => {
    const short = ['CM01', 'MP01'] as const;
    const bad = (): TestFrame[] => ask('mp01.contoso.com', { rcode: NXDOMAIN, client: CLIENT });
    // Nobody says what domain that is.
    expect(told(bad(), short)).toEqual([]);
    expect(told([...good('cm01.contoso.com', '192.0.2.7'), ...bad()], short)).toEqual([]);
    const [finding] = told([...good('cm01.contoso.com', SITE_SERVER), ...bad()], short);
    expect(finding!.message).toContain('the address of MP01 (mp01.contoso.com)');
    // Of two domains nobody knows which is its own: clients try both, and may have the good one in their cache.
    const two = [...good('cm01.contoso.com', SITE_SERVER), ...good('dc01.emea.contoso.com', DC)];
    expect(told([...two, ...bad()], short)).toEqual([]);
    // Unless somebody was told.
    expect(told([...two, ...good('mp01.contoso.com', MP), ...bad()], short)).toHaveLength(1);
    expect(
      told([...two, ...good('mp01.contoso.com', MP), ...ask('mp01.emea.contoso.com', { rcode: NXDOMAIN })], short),
    ).toEqual([]);
  });

  test('many clients of one server are one note', () => {
    const frames = Array.from({ length: 5 }, (_, i) =>
      ask('mp01.contoso.com', { rcode: NXDOMAIN, client: `10.1.0.${i + 1}` }),
    ).flat();
    const [finding, ...rest] = told(frames);
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ src_ip: null, dest_ip: DC, count: 5, attempts: 5 });
    expect(finding!.message).toContain('10.1.0.1 (in clients) and 4 others ask DC01');
  });

  test('where lookups had no room, a good answer may be among them', () => {
    const frames = [
      ...ask('mp01.contoso.com', { rcode: NXDOMAIN }),
      ...Array.from({ length: 1100 }, (_, i) => ask(`h${i}.example.org`, { rcode: NXDOMAIN })).flat(),
    ];
    const of = (share: number): string[] => {
      const merger = new PartMerger(7, undefined, 0, share);
      merger.append(partOf([...frames, until(clock + 60)]));
      const report = judged(frames, topology(), 0, '2026-11-21', new Observation(merger.finish()));
      return report.findings.filter(({ kind }) => kind === 'name-unresolved').map(({ severity }) => severity);
    };
    expect(of(1)).toEqual(['info']);
    expect(of(1e-6)).toEqual([]);
  });

  test('of strangers nobody knows what they want', () => {
    expect(told(ask('mp01.contoso.com', { rcode: NXDOMAIN, client: '10.9.9.9' }))).toEqual([]);
  });
});

describe('domain controllers', () => {
  test('of the domain that are not found', () => {
    const names = [
      LOCATOR,
      '_kerberos._tcp.contoso.com',
      '_ldap._tcp.pdc._msdcs.contoso.com',
      '_ldap._tcp.contoso.com',
    ];
    const [finding, ...rest] = told(names.flatMap((name) => ask(name, { type: SRV, rcode: SERVFAIL, client: CLIENT })));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ severity: 'info', certainty: 'proven', dest_ip: DC, count: 4 });
    expect(finding!.message).toContain(
      `for the domain controllers of contoso.com (${names.slice(0, 3).join(', ')} and 1 more), and the server could not say (SERVFAIL)`,
    );
    expect(finding!.remedy).toContain(`Resolve-DnsName ${LOCATOR} -Type SRV -Server ${DC}`);
  });

  test('a later success, an empty answer, and one of a site of the directory tell nothing', () => {
    const bad = (name = LOCATOR): TestFrame[] => ask(name, { type: SRV, rcode: NXDOMAIN });
    expect(told([...bad(), ...directory(LOCATOR)])).toEqual([]);
    expect(told([...bad(), ...ask(LOCATOR, { type: SRV, answers: [] })])).toEqual([]);
    const ofSite = '_ldap._tcp.London._sites.dc._msdcs.contoso.com'.toLowerCase();
    expect(told([...bad(), ...directory(ofSite)])).toEqual([]);
    // A site without domain controllers: clients take those of the domain, whose answer they may have already.
    expect(told(bad(ofSite))).toEqual([]);
    expect(told([...bad(ofSite), ...directory(LOCATOR)])).toEqual([]);
    expect(told([...bad(ofSite), ...bad()])).toHaveLength(1);
  });

  test('of a domain that nothing tells of: where a host of the topology looks for them, and not by a short name or with a suffix', () => {
    const short = ['CM01', 'MP01'] as const;
    const bad = (domain: string, client = SITE_SERVER): TestFrame[] =>
      ask(`_ldap._tcp.dc._msdcs.${domain}`, { type: SRV, rcode: NXDOMAIN, client });
    expect(told(bad('fabrikam.com'), short)).toHaveLength(1);
    expect(told(bad('fabrikam'), short)).toEqual([]);
    // A visitor in a network of clients asks for its own domain.
    expect(told(bad('fabrikam.com', CLIENT), short)).toEqual([]);
    const suffixed = [...directory('_ldap._tcp.dc._msdcs.fabrikam.com'), ...bad('fabrikam.com.contoso.com')];
    expect(told(suffixed, short)).toEqual([]);
  });

  test('other records that a domain may well lack tell nothing', () => {
    for (const name of [
      '_vlmcs._tcp.contoso.com',
      '_gc._tcp.contoso.com',
      '_mssms_mp_p01._tcp.contoso.com',
      '_sip._tls.contoso.com',
    ])
      expect(told(ask(name, { type: SRV, rcode: NXDOMAIN })), name).toEqual([]);
    // A record of another type.
    expect(told(ask(LOCATOR, { type: A, rcode: NXDOMAIN }))).toEqual([]);
  });

  test('hostile names are bounded and no pattern', () => {
    const [finding] = told(ask(`_ldap._tcp.dc._msdcs.${'x'.repeat(60)}".evil.example`, { type: SRV, rcode: NXDOMAIN }));
    expect(finding!.display_filter).toContain('x?.evil.example"');
    expect(finding!.message.length).toBeLessThan(900);
  });
});
