/** A line of JSON for each finding, each excepted one and each exception, and a last one that sums up: for log pipelines and jq. */
import type { Report } from '../assess/types.ts';
import { severityCounts } from './finding-amount.ts';
import { orderedExcepted, orderedException, orderedFinding, orderedReport } from './key-order.ts';
import { RULE_STATES } from './labels.ts';
import { printableJson } from './printable.ts';

const line = (type: 'finding' | 'excepted' | 'exception' | 'summary', fields: object): string =>
  `${printableJson(JSON.stringify({ type, ...fields }))}\n`;

/** Without the last line the output is incomplete. */
export function* renderNdjson(report: Report): Generator<string> {
  for (const finding of report.findings) yield line('finding', orderedFinding(finding));
  for (const finding of report.excepted) yield line('excepted', orderedExcepted(finding));
  for (const exception of report.exceptions) yield line('exception', orderedException(exception));
  yield line('summary', summary(report));
}

function summary(report: Report): object {
  const { schema, tool, topology, captures, firewall_logs, coverage, connections, undecided } = orderedReport({
    ...report,
    findings: [],
    rules: [],
    endpoints: [],
    matrix: [],
    pairs: [],
    timeline: null,
  });
  const findings = severityCounts(report.findings);
  const rules = Object.fromEntries(
    RULE_STATES.map((state) => [state, report.rules.filter((rule) => rule.state === state).length]),
  );
  const excepted = report.excepted.length;
  return {
    schema,
    tool,
    topology,
    captures,
    firewall_logs,
    coverage,
    connections,
    findings,
    excepted,
    rules,
    undecided,
    exceptions_date: report.exceptions_date,
  };
}
