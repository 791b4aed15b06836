import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REASONS } from '../../src/decode/reason.ts';
import { NOT_JUDGED_LABELS } from '../../src/report/labels.ts';
import { renderPxeClients } from '../../src/report/pxe-ladder.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { textWidth } from '../../src/report/text-width.ts';
import { clear, HOSTILE_NAMES, hostile, trouble } from './sample.ts';

/** What a terminal would obey, line ends and our own colours aside. */
const OBEYED = /(?![\n]|\u200c|\u200d)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const COLOUR = new RegExp(`${String.fromCharCode(0x1b)}\\[[0-9;]+m`, 'g');

const plain = { width: 80, color: false, verbose: false };

describe('terminal report', () => {
  it.each([
    ['trouble-80', trouble, plain],
    ['trouble-200', trouble, { ...plain, width: 200 }],
    ['trouble-80-color', trouble, { ...plain, color: true }],
    ['trouble-200-color', trouble, { ...plain, width: 200, color: true }],
    ['trouble-80-verbose', trouble, { ...plain, verbose: true }],
    ['trouble-40', trouble, { ...plain, width: 40 }],
    ['clear-80', clear, plain],
    ['hostile-80', hostile(HOSTILE_NAMES[0]), plain],
    ['wide-characters-80', hostile(HOSTILE_NAMES.at(-1)!), plain],
  ])('%s reads as in the golden file', async (name, report, options) => {
    await expect(renderTerminal(report, options)).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  it('does not say that nothing failed, or was unexpected, where connections did without a finding', () => {
    const told = (connections: Partial<typeof clear.connections>): string =>
      renderTerminal({ ...clear, connections: { ...clear.connections, ...connections } }, { ...plain, width: 200 });
    expect(told({})).toContain('no required connection was blocked, nothing unexpected was seen');
    const blocked = told({ blocked: 2 });
    expect(blocked).toContain('NO FINDINGS: nothing required is blocked for good, though 2 connections failed');
    const unexpected = told({ unexpected: 1 });
    expect(unexpected).toContain('1 connection that no rule expects, tried in vain or told as notes');
    expect(unexpected).not.toContain('nothing unexpected');
  });

  it('does not say that a connection without a captured beginning was open before the capture: its first packets may be filtered out', () => {
    const [finding] = trouble.findings;
    const text = renderTerminal({ ...trouble, findings: [{ ...finding, outcome: 'midstream' }] }, plain);
    expect(text).toContain('beginning not captured');
    expect(text).not.toContain('open before');
  });

  it('names at a glance what a finding without ends is about', () => {
    const unknown = trouble.findings.find(({ kind }) => kind === 'unknown-endpoint')!;
    const nobody = { src_ip: null, src_name: null, src_roles: [], dest_ip: null, dest_name: null, dest_roles: [] };
    const findings = [
      { ...unknown, ...nobody, proto: null, dest_port: null, outcome: null, subject: 'more addresses' },
    ];
    const text = renderTerminal({ ...trouble, findings }, plain);
    expect(text).toMatch(/^1 {2}unknown {2}more addresses$/m);
    expect(text).toMatch(/^ 1 {2}LOW {2}more addresses$/m);
  });

  it('counts what is forbidden, and what has unknown addresses, apart from what is unexpected', () => {
    expect(renderTerminal(trouble, { ...plain, width: 200 })).toContain(
      '3 forbidden, 6 unexpected, 5 with unknown addresses, 4 undecided',
    );
  });

  it('says in the first lines what is blocked, unexpected and undecided', () => {
    const start = renderTerminal(trouble, { ...plain, width: 200 })
      .split('\n')
      .slice(0, 2)
      .join('\n');
    expect(start).toContain('44 required connections between 5 pairs of hosts are BLOCKED, 2 more probably');
    expect(start).toContain('2 ports nobody expected');
    expect(start).toContain('4 connections could not be decided');
  });

  it('says of forbidden traffic whether it was used or only tried', () => {
    const used = trouble.findings.find(({ kind }) => kind === 'forbidden')!;
    const first = (...severities: ('high' | 'medium' | 'low')[]): string =>
      renderTerminal({ ...trouble, findings: severities.map((severity) => ({ ...used, severity })) }, plain);
    expect(first('high')).toMatch(/^1 FORBIDDEN connection was seen\./);
    expect(first('high', 'low', 'low')).toMatch(/^1 FORBIDDEN connection was seen, 2 more tried and stopped\./);
    expect(first('low')).toMatch(/^1 FORBIDDEN connection was tried and stopped; /);
    expect(first('low', 'medium')).toMatch(/^2 FORBIDDEN connections were tried; /);
  });

  it('calls a port scan a scan', () => {
    const port = trouble.findings.find(({ kind }) => kind === 'unexpected-port')!;
    const scan = { ...port, proto: null, dest_port: null, outcome: null };
    expect(renderTerminal({ ...trouble, findings: [scan] }, plain)).toMatch(/^1 port scan; /);
    expect(renderTerminal({ ...trouble, findings: [port, scan] }, plain)).toMatch(
      /^1 port nobody expected, 1 port scan; /,
    );
  });

  it('colours only add escape sequences', () => {
    expect(stripVTControlCharacters(renderTerminal(trouble, { ...plain, color: true }))).toBe(
      renderTerminal(trouble, plain),
    );
  });

  it('never says that all is well of a capture without frames, without connections, or with undecided ones', () => {
    const text = (changes: object): string => renderTerminal({ ...clear, ...changes }, plain).split('\n')[0]!;
    const none = {
      total: 0,
      expected: 0,
      blocked: 0,
      blocked_likely: 0,
      unexpected: 0,
      forbidden: 0,
      unknown_endpoint: 0,
      undecided: 0,
      not_judged: 0,
      not_kept: 0,
      cut_short: 0,
    };
    expect(
      text({
        coverage: {
          frames: 0,
          judged: 0,
          not_judged: {},
          overlapping_fragments: 0,
          malformed_messages: 0,
          messages_not_kept: 0,
          names: trouble.coverage.names,
        },
      }),
    ).toContain('NOTHING JUDGED');
    expect(text({ connections: none })).toContain('NOTHING JUDGED');
    expect(renderTerminal({ ...clear, connections: { ...none, total: 9, undecided: 9 } }, plain)).toContain(
      '9 connections could\nnot be decided.',
    );
    expect(renderTerminal({ ...clear, rules: [] }, plain)).toContain('no\nrule was seen to work.');
  });

  it('says how many messages were broken, and how many were lost', () => {
    const coverage = { ...trouble.coverage, overlapping_fragments: 3, malformed_messages: 2, messages_not_kept: 1 };
    const told = renderTerminal({ ...trouble, coverage }, plain).replace(/\s+/g, ' ');
    expect(told).toContain('3 IP fragments overlap others of the same datagram');
    expect(told).toContain('2 messages of DHCP, TFTP or RPC break their own rules; what is whole in them was read');
    expect(told).toContain('1 message of DHCP, TFTP or RPC went beyond what is kept of a capture');
  });

  it('says what could not be read of names, and what was lost of them', () => {
    const names = {
      dns_messages: 1200,
      malformed_dns: 2,
      malformed_openings: 1,
      unfinished_openings: 3,
      quic_connections: 4,
      not_kept: 5000,
      set_aside: 70,
    };
    const told = renderTerminal({ ...trouble, coverage: { ...trouble.coverage, names } }, plain).replace(/\s+/g, ' ');
    expect(told).toContain('2 DNS messages of 1,200 break their own rules or are cut');
    expect(told).toContain('1 TLS hello or HTTP request breaks its own rules and names nobody');
    expect(told).toContain('of 3 TLS hellos or HTTP requests the capture holds only the beginning');
    expect(told).toContain('4 connections in QUIC, whose server names are not read: judged by address');
    expect(told).toContain('too many names: 5,000 names, lookups or uses of names were not kept');
    expect(told).toContain('for what names 70 of them were opened is no longer known');
  });

  it('shows a kind that it has no words for under its id', () => {
    const findings = [{ ...trouble.findings[0]!, kind: 'tftp-window-stall' }];
    const text = renderTerminal({ ...trouble, findings }, plain);
    expect(text).toContain('1 finding of kind tftp-window-stall');
    expect(text).toContain('TFTP WINDOW STALL (1 finding)');
  });

  it('counts notes beside findings, in the first lines as above each list', () => {
    const [one, other] = trouble.findings;
    const findings = [one!, { ...other!, kind: one!.kind }, { ...one!, severity: 'info' as const }];
    const text = renderTerminal({ ...trouble, findings }, plain);
    expect(text).toContain('UTC; 2 findings and 1 note.');
    expect(text).toContain('does not get through (2 findings and 1 note)');
  });

  it('has words for every reason why a frame is not judged', () => {
    for (const reason of REASONS.slice(2)) expect(NOT_JUDGED_LABELS).toHaveProperty(reason);
  });

  it('tells one trouble once however many clients have it, and names them all when asked', () => {
    const refused = trouble.findings[2]!;
    const findings = Array.from({ length: 300 }, (_, host) => ({
      ...refused,
      src_ip: `10.9.${host >> 8}.${host & 255}`,
    }));
    const text = renderTerminal({ ...trouble, findings }, plain);
    expect(text).toContain('9,300 required connections between 300 pairs of hosts are BLOCKED');
    expect(text).toContain('300 sources');
    const ofSeven = renderTerminal({ ...trouble, findings: findings.slice(0, 7) }, plain);
    expect(text.split('\n')).toHaveLength(ofSeven.split('\n').length);
    expect(renderTerminal({ ...trouble, findings }, { ...plain, verbose: true })).toContain('10.9.1.43');
  });

  it('shows every UUID whole, in its column or on a line of its own', () => {
    const uuid = '4C4C4544-0042-3010-8051-B7C04F4D3401';
    const [machine] = trouble.pxe_clients;
    for (const hardware_address of [machine!.hardware_address, null])
      for (let width = 60; width <= 140; width++) {
        const text = [...renderPxeClients([{ ...machine!, uuid, hardware_address }], { width, color: false })].join('');
        expect(text).toContain(hardware_address ?? 'DHCPv6 only');
        expect(text).toContain(uuid);
        for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
      }
  });

  it('leaves out what is too much, and says so', () => {
    const findings = Array.from({ length: 50 }, (_, port) => ({ ...trouble.findings[0]!, dest_port: port + 1 }));
    expect(renderTerminal({ ...trouble, findings }, plain)).toContain('... and 30 more: --verbose shows them all');
    expect(renderTerminal({ ...trouble, findings }, { ...plain, verbose: true })).not.toContain('more: --verbose');
  });

  describe.each(HOSTILE_NAMES.map((name) => [JSON.stringify(name).slice(0, 30), name]))(
    'with the name %s',
    (_, name) => {
      it.each([40, 80, 200])('keeps to %i columns and prints nothing that a terminal obeys', (width) => {
        for (const verbose of [false, true]) {
          const text = renderTerminal(hostile(name), { width, color: true, verbose }).replace(COLOUR, '');
          expect(OBEYED.exec(text)?.[0]).toBeUndefined();
          for (const line of text.split('\n')) expect(textWidth(line), line).toBeLessThanOrEqual(width);
        }
      });
    },
  );

  it('keeps to the width and stays harmless with any name at all', () => {
    const name = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(name, fc.integer({ min: 40, max: 220 }), (any, width) => {
        const text = renderTerminal(hostile(any), { width, color: false, verbose: false });
        return !OBEYED.test(text) && text.split('\n').every((line) => textWidth(line) <= width);
      }),
      { numRuns: 60 },
    );
  });
});
