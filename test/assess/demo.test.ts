import { beforeAll, describe, expect, test } from 'vitest';
import type { Finding, FlowRow, Report } from '../../src/assess/types.ts';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { renderJson } from '../../src/report/json.ts';
import { DEMO, DEMO_CAPTURE, type Expectation, reportOf, type TruthRow, titleOf, truth } from './demo.ts';

/** What each expectation of the oracle means for the report; null: nobody is accused. */
const FINDINGS: Record<Expectation, Pick<Finding, 'kind' | 'certainty'> | null> = {
  works: null,
  undecided: null,
  blocked: { kind: 'blocked-required', certainty: 'proven' },
  stalled: { kind: 'blocked-required', certainty: 'likely' },
  reset: { kind: 'blocked-required', certainty: 'likely' },
  unexpected: { kind: 'unexpected-port', certainty: 'proven' },
  forbidden: { kind: 'forbidden', certainty: 'proven' },
  'unknown-endpoint': { kind: 'unknown-endpoint', certainty: 'proven' },
};

/** The oracle names rules of the topology by their own ids. */
function ruleId({ rule, expect }: TruthRow): string | null {
  if (rule === null || rule.startsWith('cm.') || rule.startsWith('ws.')) return rule;
  return `site.${expect === 'forbidden' ? 'forbid' : 'expect'}.${rule}`;
}

/** Who is accused of what, without what depends on the capture's format. */
const essence = ({ kind, severity, certainty, rule, src_ip, dest_ip, proto, dest_port, outcome }: Finding) => ({
  kind,
  severity,
  certainty,
  rule,
  src_ip,
  dest_ip,
  proto,
  dest_port,
  outcome,
});

const accusations = ({ findings }: Report): Finding[] => findings.filter(({ severity }) => severity !== 'info');

const concerns = (row: TruthRow, finding: Finding): boolean =>
  finding.src_ip === row.client_ip &&
  finding.dest_ip === row.server_ip &&
  finding.proto === row.proto &&
  finding.dest_port === row.port;

async function flowsOf(path: string): Promise<FlowRow[]> {
  return [...flowRows(await analyze([path], { workers: 0 }))];
}

const flowsOfRow = (flows: readonly FlowRow[], row: TruthRow): FlowRow[] =>
  flows.filter(
    (flow) =>
      flow.src_ip === row.client_ip &&
      flow.dest_ip === row.server_ip &&
      flow.proto === row.proto &&
      flow.dest_port === row.port,
  );

describe.each(['demo.pcap', 'demo.pcapng', 'demo.pcap.gz', 'demo-any.pcap'])('%s against its oracle', (file) => {
  const path = `${DEMO}/${file}`;
  let report: Report;
  let flows: FlowRow[];
  beforeAll(async () => {
    report = await reportOf([path]);
    flows = await flowsOf(path);
  });

  test.each(truth.map((row) => [titleOf(row), row] as const))('%s', (_, row) => {
    const connections = flowsOfRow(flows, row);
    expect(connections.map(({ outcome }) => outcome)).toEqual(Array(row.connections).fill(row.outcome));
    if (row.ended !== undefined) expect(connections.map(({ ended }) => ended)).toEqual([row.ended]);

    const expected = FINDINGS[row.expect];
    const found = accusations(report).filter((finding) => concerns(row, finding));
    if (expected === null) expect(found).toEqual([]);
    else {
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject({ ...expected, outcome: row.outcome, count: row.connections });
      expect(found[0].rule[0] ?? null).toBe(ruleId(row));
    }
  });

  test.each(
    truth
      .filter(({ rule, expect }) => rule !== null && expect !== 'forbidden')
      .map((row) => [titleOf(row), row] as const),
  )('the rule of the oracle counts %s', (_, row) => {
    const rule = report.rules.find(({ id }) => id === ruleId(row));
    const rows = report.matrix.filter(
      ({ proto, dest_port, rules }) => proto === row.proto && dest_port === row.port && rules.includes(ruleId(row)!),
    );
    expect(rows).toHaveLength(1);
    expect(rows[0].verdict).toBe('expected');
    expect(rows[0].outcomes[row.outcome as keyof (typeof rows)[0]['outcomes']]).toBeGreaterThanOrEqual(row.connections);
    const column = row.expect === 'works' ? 'works' : row.expect === 'undecided' ? 'undecided' : 'blocked';
    expect(rule?.[column]).toBeGreaterThanOrEqual(row.connections);
  });

  test('nothing else is accused', () => {
    const accused = accusations(report).filter((finding) => !truth.some((row) => concerns(row, finding)));
    expect(accused).toEqual([]);
    expect(accusations(report)).toHaveLength(truth.filter((row) => FINDINGS[row.expect] !== null).length);
  });

  test('every connection is in the oracle, but for the data of the TFTP transfer', () => {
    const strangers = flows.filter((flow) => !truth.some((row) => flowsOfRow([flow], row).length > 0));
    expect(
      strangers.map(({ proto, src_ip, dest_ip, dest_port, outcome }) => [proto, src_ip, dest_ip, dest_port, outcome]),
    ).toEqual([['udp', '10.10.0.13', '10.20.0.20', 49152, 'answered']]);
    expect(report.connections.total).toBe(truth.reduce((sum, { connections }) => sum + connections, 1));
  });

  test('the undecided one is told with its reason', () => {
    expect(report.undecided).toEqual([
      {
        reason: 'the capture ends too soon after the last attempt',
        count: 1,
        examples: ['WS03 (10.10.0.13) -> SUP01 (10.20.0.30) tcp/8530'],
      },
    ]);
  });

  test('rules that are blocked, those that some can use, and those that work', () => {
    const state = (id: string) => report.rules.find((rule) => rule.id === id)?.state;
    expect(state('cm.mp-sql.sql')).toBe('blocked');
    expect(state('cm.client-sup.http')).toBe('partly-blocked');
    expect(state('cm.client-mp.http')).toBe('works');
    expect(state('site.expect.ad-logon-ldap')).toBe('works');
  });

  test('each frame is accounted for', () => {
    const { frames, judged, not_judged } = report.coverage;
    expect(judged + Object.values(not_judged).reduce((sum, count) => sum + count, 0)).toBe(frames);
    expect(report.captures).toMatchObject([{ path, frames, problems: [] }]);
  });
});

describe('the same frames in three formats', () => {
  const json = async (path: string): Promise<string> => {
    const report = await reportOf([path]);
    const findings = report.findings.map((finding) => ({ ...finding, capture: finding.capture && 'capture' }));
    const tftp_transfers = report.tftp_transfers.map((transfer) => ({ ...transfer, capture: 'capture' }));
    const matrix = report.matrix.map((row) => ({
      ...row,
      conversations: row.conversations.map((one) => ({ ...one, capture: 'capture' })),
    }));
    const rpc_connections = report.rpc_connections.map((row) => ({
      ...row,
      capture: 'capture',
      interfaces: row.interfaces.map((told) => ({ ...told, capture: 'capture' })),
    }));
    return [...renderJson({ ...report, findings, matrix, tftp_transfers, rpc_connections, captures: [] })].join('');
  };
  test.each(['demo.pcapng', 'demo.pcap.gz'])('the report of %s is the report of demo.pcap', async (file) => {
    expect(await json(`${DEMO}/${file}`)).toBe(await json(DEMO_CAPTURE));
  });
});

describe('demo-any.pcap, where each forwarded frame is recorded twice', () => {
  test('the findings are those of demo.pcap, with the same counts of connections and attempts', async () => {
    const [once, twice] = [await reportOf([DEMO_CAPTURE]), await reportOf([`${DEMO}/demo-any.pcap`])];
    const told = (report: Report) =>
      accusations(report).map((finding) => ({ ...essence(finding), count: finding.count, attempts: finding.attempts }));
    expect(told(twice)).toEqual(told(once));
    expect(twice.rules).toEqual(once.rules);
  });
  test('SYNs are counted once', async () => {
    const [once, twice] = [await flowsOf(DEMO_CAPTURE), await flowsOf(`${DEMO}/demo-any.pcap`)];
    const syns = (flows: FlowRow[]) =>
      Object.fromEntries(
        flows.map((f) => [`${f.src_ip}:${f.src_port} ${f.dest_ip}:${f.dest_port} ${f.proto}`, f.syns]),
      );
    expect(syns(twice)).toEqual(syns(once));
  });
});
