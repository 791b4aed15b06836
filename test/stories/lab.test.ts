/** Boots of real firmware: each vantage allows its findings, and no others (captures/pxe/README.md). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assess } from '../../src/assess/assess.ts';
import type { Report } from '../../src/assess/types.ts';
import { loadCatalog } from '../../src/catalog/load.ts';
import { evidenceOf } from '../../src/cli/check.ts';
import { analyze } from '../../src/engine/analyze.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { loadSite } from '../../src/site/index.ts';

const LAB = 'captures/pxe';
type Vantage = 'client' | 'firewall' | 'server';
const truth = JSON.parse(readFileSync(`${LAB}/truth.json`, 'utf8')) as Record<string, Record<Vantage, string[]>>;

async function reportOf(scenario: string, vantage: Vantage): Promise<Report> {
  const analysis = await analyze([`${LAB}/${scenario}-${vantage}.pcap.gz`], { workers: 0 });
  return assess(evidenceOf(analysis), await loadSite(`${LAB}/site.yaml`), loadCatalog());
}

describe.each(Object.entries(truth))('%s', (scenario, vantages) => {
  test.each(Object.entries(vantages) as [Vantage, string[]][])('at the %s', async (vantage, wanted) => {
    const { findings } = await reportOf(scenario, vantage);
    const told = findings
      .filter(({ kind }) => kind !== 'required-not-seen')
      .map(({ kind, certainty }) => `${kind} ${certainty}`);
    expect(told.sort()).toEqual([...wanted].sort());
  });
});

describe('what the boots show', () => {
  test('a client is one story over relay copies and addresses', async () => {
    for (const vantage of ['client', 'firewall', 'server'] as const) {
      const { pxe_clients, tftp_transfers } = await reportOf('bios-success', vantage);
      expect(pxe_clients).toHaveLength(1);
      expect(pxe_clients[0]).toMatchObject({
        hardware_address: '00:15:5d:77:01:01',
        uuid: '4C4C4544-0042-3010-8051-B7C04F4D3401',
        architecture: 0,
        reached: 'loaded',
        boots: 1,
        boot_files: ['smsboot/boot.ipxe'],
      });
      expect(
        tftp_transfers.map(({ file, outcome, bytes, blocks, retransmissions, server_port }) => [
          file,
          outcome,
          bytes,
          blocks,
          retransmissions,
          server_port,
        ]),
      ).toEqual([
        ['smsboot/boot.ipxe', 'complete', 62, 1, 0, 49152],
        ['images/boot.wim', 'complete', 90000, 63, 0, 49152],
      ]);
    }
  });

  test('UEFI over IPv4 and IPv6 is one machine, by its UUID', async () => {
    const { pxe_clients, tftp_transfers } = await reportOf('uefi-success', 'client');
    expect(pxe_clients).toHaveLength(1);
    expect(pxe_clients[0].steps.map(({ message }) => message)).toContain('SOLICIT');
    expect(tftp_transfers.map(({ outcome, error }) => [outcome, error?.by, error?.code])).toEqual([
      ['aborted', 'client', 8],
      ['complete', undefined, undefined],
    ]);
  });

  test('answers from a port for each repeated request are one transfer', async () => {
    const { tftp_transfers } = await reportOf('only-69', 'server');
    expect(tftp_transfers).toHaveLength(1);
    expect(tftp_transfers[0].request_frames).toHaveLength(6);
    expect(tftp_transfers[0].accepted_options).toEqual({ blksize: '1432', tsize: '62' });
  });

  test('a first fragment is not the last block', async () => {
    const { tftp_transfers } = await reportOf('fragments-dropped', 'client');
    expect(tftp_transfers).toMatchObject([{ outcome: 'stalled', blocks: 1 }]);
    const whole = await reportOf('large-blocks', 'server');
    expect(whole.tftp_transfers).toMatchObject([{ outcome: 'complete', bytes: 90000, blocks: 11 }]);
  });

  test('TFTP over IPv6 is the same story', async () => {
    for (const vantage of ['client', 'firewall', 'server'] as const) {
      const { tftp_transfers } = await reportOf('ipv6-success', vantage);
      expect(tftp_transfers).toMatchObject([
        {
          client_ip: 'fd00:77:1::9',
          server_ip: 'fd00:77:2::20',
          server_port: 51089,
          file: 'images/boot.wim',
          mode: 'octet',
          accepted_options: { blksize: '1400', tsize: '90000' },
          bytes: 90000,
          blocks: 65,
          retransmissions: 0,
          outcome: 'complete',
        },
      ]);
    }
  });

  test('nothing is told twice: no blocked-required beside a story, and the rule is blocked', async () => {
    const { findings, rules } = await reportOf('only-69', 'server');
    expect(findings.filter(({ kind }) => kind === 'blocked-required')).toEqual([]);
    expect(rules.find(({ id }) => id === 'cm.client-dp-pxe.tftp')?.state).toBe('blocked');
  });

  test('answers that are lost are no success anywhere: time line, role map, amounts', async () => {
    const report = await reportOf('only-69', 'firewall');
    const { connections, timeline, matrix } = report;
    const later = timeline!.buckets.flatMap(({ failed_later }) => Object.values(failed_later ?? {}));
    expect(connections.blocked).toBe(7);
    expect(later.reduce((sum, each) => sum + each, 0)).toBe(connections.blocked);
    expect(matrix.find(({ dest_port }) => dest_port === 69)).toMatchObject({ connections: 7, blocked: 7 });
    const text = renderTerminal(report, { width: 100, color: false, verbose: false }).replace(/\s+/g, ' ');
    expect(text).toMatch(/ROLE BY ROLE \(! = look at this\).*! client dp-pxe udp 69 expected 7 .*\(7 blocked\)/);
    expect(text).toContain('does not arrive; 1 transfer, 6 requests;');
  });

  test('of two offers the machine has the address that it took, and no other', async () => {
    const { pxe_clients, findings } = await reportOf('two-responders', 'client');
    expect(pxe_clients[0].addresses).toEqual(['10.77.1.135']);
    expect(findings.find(({ kind }) => kind === 'pxe-competing-servers')?.message).toContain('10.77.1.135');
  });
});
