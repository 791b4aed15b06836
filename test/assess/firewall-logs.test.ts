/** Reports with a second witness: the demo capture and the log of one of its servers. `vitest -u` writes the goldens: read them. */
import { describe, expect, test } from 'vitest';
import { assess } from '../../src/assess/assess.ts';
import type { Report } from '../../src/assess/types.ts';
import { loadCatalog } from '../../src/catalog/index.ts';
import { evidenceOf } from '../../src/cli/check.ts';
import { heedFirewallLogs } from '../../src/cli/firewall-logs.ts';
import { analyze } from '../../src/engine/analyze.ts';
import { VERSION } from '../../src/product.ts';
import { FORMATS } from '../../src/report/formats.ts';
import { loadSite } from '../../src/site/index.ts';
import { readFirewallLog } from '../../src/witness/firewall-log.ts';
import { parseZone } from '../../src/witness/log-zone.ts';
import { DEMO, DEMO_CAPTURE, DEMO_SITE } from './demo.ts';

const LOG = `${DEMO}/dc01-pfirewall.log`;

async function reportWith(zone: string, segmentBytes?: number): Promise<Report> {
  const analysis = await analyze([DEMO_CAPTURE], {
    workers: 0,
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
  });
  const firewallLogs = heedFirewallLogs(analysis, [await readFirewallLog(LOG, parseZone(zone)!)]);
  return assess({ ...evidenceOf(analysis), firewallLogs }, await loadSite(DEMO_SITE), loadCatalog());
}

const atPort = ({ findings }: Report, port: number) => findings.filter(({ dest_port }) => dest_port === port);

describe('the demo capture and the firewall log of DC01', () => {
  test('the drop is told as the fact that it is', async () => {
    const report = await reportWith('+01:00');
    expect(atPort(report, 3268)).toMatchObject([
      {
        kind: 'blocked-required',
        certainty: 'proven',
        outcome: 'dropped',
        drop: {
          by: 'firewall-log',
          cause: 'filter',
          packets_of: 'client',
          direction: 'in',
          packets: 4,
          log: LOG,
          line: 7,
        },
        remedy: expect.stringContaining('New-NetFirewallRule'),
      },
    ]);
    expect(report.firewall_logs).toMatchObject([
      {
        rows: 11,
        drops: 8,
        joined: 4,
        connections: 1,
        outside: 1,
        unmatched: 3,
        unmatched_known: [{ src_name: 'DP01', dest_name: 'DC01', proto: 'tcp', dest_port: 135, rows: 2, line: 10 }],
        problems: [],
      },
    ]);
  });
  test('read in the wrong zone it explains nothing, and says how to mend that', async () => {
    const report = await reportWith('utc');
    expect(atPort(report, 3268)).toMatchObject([{ outcome: 'no-answer', drop: null }]);
    expect(report.firewall_logs[0]).toMatchObject({
      joined: 0,
      problems: [expect.stringContaining('--firewall-log-time +01:00')],
    });
  });
  test('the same for any cut', async () => {
    expect(await reportWith('+01:00', 10_000)).toEqual(await reportWith('+01:00'));
  });
  test('as a person reads it', async () => {
    const report = await reportWith('+01:00');
    const text = [
      ...(await (await FORMATS.terminal.load())(report, { width: 80, color: false, verbose: false, bom: false })),
    ].join('');
    const normalized = text.replaceAll(VERSION, '0.0.0');
    expect(normalized.split('\n').filter((line) => line.length > 80)).toEqual([]);
    await expect(normalized).toMatchFileSnapshot('../golden/demo/firewall-log-80.txt');
  });
});
