/** The demo capture, its topology and its oracle. */
import { readFileSync } from 'node:fs';
import { assess } from '../../src/assess/assess.ts';
import type { Report } from '../../src/assess/types.ts';
import { loadCatalog } from '../../src/catalog/index.ts';
import { evidenceOf, withHashes } from '../../src/cli/check.ts';
import { type AnalyzeOptions, analyze } from '../../src/engine/analyze.ts';
import { loadSite } from '../../src/site/index.ts';

export const DEMO = 'captures/demo';
export const DEMO_SITE = `${DEMO}/site.yaml`;
export const DEMO_CAPTURE = `${DEMO}/demo.pcap`;

export type Expectation =
  | 'works'
  | 'blocked'
  | 'stalled'
  | 'reset'
  | 'unexpected'
  | 'forbidden'
  | 'unknown-endpoint'
  | 'undecided';

/** A row of the oracle: all connections of one client to one port of one server. */
export interface TruthRow {
  client: string;
  client_ip: string;
  server: string;
  server_ip: string;
  proto: 'tcp' | 'udp';
  port: number;
  outcome: string;
  ended?: string;
  connections: number;
  rule: string | null;
  expect: Expectation;
}

export const truth = JSON.parse(readFileSync(`${DEMO}/truth.json`, 'utf8')) as TruthRow[];

/** The row in a few words, as the name of a test. */
export function titleOf({ client, server, proto, port, client_ip, expect }: TruthRow): string {
  return `${client} (${client_ip}) -> ${server} ${proto}/${port}: ${expect}`;
}

/** The report of a series held against the demo's topology. */
export async function reportOf(
  paths: readonly string[],
  options: AnalyzeOptions & { hash?: boolean; site?: string } = {},
): Promise<Report> {
  const { hash: hashes = false, site = DEMO_SITE, ...given } = options;
  const analysis = await analyze(paths, { workers: 0, hashes, ...given });
  const report = assess(evidenceOf(analysis), await loadSite(site), loadCatalog());
  return withHashes(report, await analysis.hashes);
}
