/** The table of evidence, row by row where a wrong claim would hurt. */
import { describe, expect, test } from 'vitest';
import { CONFIDENCES, EVIDENCE } from '../../src/learn/evidence.ts';
import { judge } from '../../src/learn/judge.ts';
import { groupAddresses } from '../../src/learn/networks.ts';
import { note, notePrefix, type Seen, SeenAddresses, type Side, type SignKind } from '../../src/learn/signs.ts';

type Told = [side: Side, kind: SignKind, value: string, port: string | null, peer?: string];

/** Roles that signs give, as `role (confidence)`. */
function rolesBy(signs: Record<string, Told[]>, isInside = true): Record<string, string[]> {
  const addresses = new SeenAddresses();
  for (const [address, told] of Object.entries(signs))
    for (const [side, kind, value, port, peer] of told)
      note(addresses.of(address), side, kind, value, port, peer === undefined ? null : addresses.of(peer), 1);
  const judgement = judge(
    addresses.all(),
    () => isInside,
    () => null,
  );
  return Object.fromEntries(
    [...judgement].map(([{ address }, roles]) => [
      address,
      roles.map(({ role, confidence }) => `${role} (${confidence})`),
    ]),
  );
}

describe('roles by signs', () => {
  test('every row is reached: rows are in the order of their confidence for each role', () => {
    const last = new Map<string, number>();
    for (const { role, confidence, all, any, least } of EVIDENCE) {
      const rank = CONFIDENCES.indexOf(confidence);
      expect(rank, role).toBeGreaterThanOrEqual(last.get(role) ?? 0);
      last.set(role, rank);
      expect(all.length + any.length).toBeGreaterThan(0);
      expect(least).toBeLessThanOrEqual(any.length);
    }
  });

  test('a key distribution center that is no domain controller, and one that is', () => {
    const kerberos: Told = ['server', 'answers', 'kerberos', 'tcp/88'];
    const only = (...told: Told[]) => rolesBy({ '10.0.0.1': told })['10.0.0.1'];
    expect(only(kerberos)).toEqual(['domain-controller (weak)']);
    expect(only(kerberos, ['server', 'answers', 'ldap', 'tcp/389'])).toEqual(['domain-controller (likely)']);
    expect(only(kerberos, ['server', 'answers', 'ldap', 'tcp/389'], ['server', 'answers', 'smb', 'tcp/445'])).toEqual([
      'domain-controller (certain)',
      'file-share-server (weak)',
    ]);
    expect(only(['server', 'netlogon', 'contoso.com', 'udp/389'])).toEqual(['domain-controller (certain)']);
    expect(only(['server', 'answers', 'ldap', 'tcp/389'])).toEqual(['domain-controller (weak)']);
    expect(only(['server', 'rpc', 'samr', 'tcp/135'], ['server', 'rpc', 'lsarpc', 'tcp/135'])).toEqual([]);
  });

  test('a computer whose search for a domain controller is answered is a member of a domain; one that only asks it for LDAP, perhaps', () => {
    const controller: Told[] = [['server', 'netlogon', 'contoso.com', 'udp/389', '10.0.1.1']];
    const client = (...told: Told[]) => rolesBy({ '10.0.0.1': controller, '10.0.1.1': told })['10.0.1.1'];
    expect(client(['client', 'netlogon', 'contoso.com', 'udp/389', '10.0.0.1'])).toEqual([
      'any-windows-computer (likely)',
    ]);
    expect(client(['client', 'answers', 'ldap', 'tcp/389', '10.0.0.1'])).toEqual(['any-windows-computer (weak)']);
  });

  test('Windows Update on the internet is no update server of the site', () => {
    const told: Told[] = [['server', 'path', '/clientwebservice/client.asmx', 'tcp/80']];
    expect(rolesBy({ '191.232.80.62': told }, false)).toEqual({ '191.232.80.62': [] });
    expect(rolesBy({ '10.0.0.1': told })).toEqual({ '10.0.0.1': ['sup (likely)'] });
  });

  test('one look at a management point makes no client; two kinds of requests do', () => {
    const mp: Told[] = [['server', 'path', '/sms_mp/.sms_aut', 'tcp/80', '10.0.1.1']];
    const looks: Told[] = [['client', 'path', '/sms_mp/.sms_aut', 'tcp/80', '10.0.0.1']];
    expect(rolesBy({ '10.0.0.1': mp, '10.0.1.1': looks })['10.0.1.1']).toEqual(['client (weak)']);
    const both: Told[] = [...looks, ['client', 'tries', '', 'tcp/10123', '10.0.0.1']];
    expect(rolesBy({ '10.0.0.1': mp, '10.0.1.1': both })['10.0.1.1']).toEqual(['client (likely)']);
    expect(rolesBy({ '10.0.1.1': both })['10.0.1.1']).toEqual([]);
  });

  test('TDS on another port may be another maker; port 1433 that says nothing too', () => {
    expect(rolesBy({ '10.0.0.1': [['server', 'answers', 'tds', 'tcp/1433']] })).toEqual({
      '10.0.0.1': ['sql-server (certain)'],
    });
    for (const told of [
      ['server', 'answers', 'tds', 'tcp/3106'],
      ['server', 'opens', '', 'tcp/1433'],
    ] as Told[])
      expect(rolesBy({ '10.0.0.1': [told] })).toEqual({ '10.0.0.1': ['sql-server (weak)'] });
  });
});

describe('networks', () => {
  const members = (texts: string[], masks: Record<string, number> = {}): [SeenAddresses, Seen[]] => {
    const addresses = new SeenAddresses();
    const seen = texts.map((text) => addresses.of(text)!);
    for (const [address, length] of Object.entries(masks)) notePrefix(addresses.of(address), length, 9);
    return [addresses, seen];
  };

  test('by the masks of DHCP; without one by the addresses alone; a single address is none', () => {
    const [all, seen] = members(['10.0.1.7', '10.0.2.9', '10.0.9.1', '10.0.9.5', '10.7.0.1'], {
      '10.0.1.200': 23,
      '10.0.2.1': 24,
    });
    expect(groupAddresses(seen, all.all()).map(({ extent }) => extent)).toEqual([
      { cidr: '10.0.0.0/23' },
      { cidr: '10.0.2.0/24' },
      { range: '10.0.9.1-10.0.9.5' },
    ]);
  });

  test('IPv6 by 64 bits; link-local addresses are in no network', () => {
    const [all, seen] = members(['fd00:1::a', 'fd00:1::b', 'fe80::1', 'fe80::2', '169.254.1.1', '169.254.1.2']);
    expect(groupAddresses(seen, all.all()).map(({ extent }) => extent)).toEqual([{ cidr: 'fd00:1::/64' }]);
  });
});
