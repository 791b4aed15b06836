/** Real tenants with the same addresses, and a real router between two VLANs: each capture allows its findings, and no others (captures/networks/README.md). */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { assess } from '../../src/assess/assess.ts';
import type { Report } from '../../src/assess/types.ts';
import { loadCatalog } from '../../src/catalog/load.ts';
import { evidenceOf } from '../../src/cli/check.ts';
import { analyze } from '../../src/engine/analyze.ts';
import { loadSite } from '../../src/site/index.ts';
import { ensureBuilt } from '../cli/program.ts';

/** Threads run the bundle. */
beforeAll(ensureBuilt);

const LAB = 'captures/networks';
const truth = JSON.parse(readFileSync(`${LAB}/truth.json`, 'utf8')) as Record<
  string,
  { connections: number; blocked: string[] }
>;

async function reportOf(scenarios: readonly string[], workers = 0): Promise<Report> {
  const paths = scenarios.map((scenario) => `${LAB}/${scenario}.pcap.gz`);
  const analysis = await analyze(paths, { workers });
  return assess(evidenceOf(analysis), await loadSite(`${LAB}/site.yaml`), loadCatalog());
}

const told = ({ findings }: Report): string[] =>
  findings.map(
    ({ kind, certainty, proto, dest_port, outcome, network }) =>
      `${kind} ${certainty} ${proto}/${dest_port} ${outcome}${network === undefined ? '' : ` in ${network}`}`,
  );

describe.each(Object.entries(truth))('%s', (scenario, { connections, blocked }) => {
  test.each([0, 2])('%i workers', async (workers) => {
    const report = await reportOf([scenario], workers);
    expect(told(report)).toEqual(blocked.map((one) => `blocked-required ${one}`));
    expect(report.connections.total).toBe(connections);
    expect(report.undecided).toEqual([]);
    expect(report.coverage.frames).toBe(report.coverage.judged + (report.coverage.not_judged.arp ?? 0));
  });
});

test('a connection that is routed counts its attempts once, though each packet shows twice', async () => {
  const { findings } = await reportOf(['routed-dropped']);
  expect(findings).toMatchObject([{ src_ip: '10.80.1.11', dest_ip: '10.80.2.20', count: 1, attempts: 7 }]);
});

test('a router between the two VLANs shows that they belong together: then nothing is told of one of them', async () => {
  const report = await reportOf(['vlans-dropped', 'routed-open']);
  expect(report.findings).toEqual([]);
  expect(report.undecided).toMatchObject([{ count: 1 }]);
});
