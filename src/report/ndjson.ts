/** A line of JSON for each finding, and a last one that sums up: for log pipelines and jq. */
import { type Report, SEVERITIES } from '../assess/types.ts';
import { orderedFinding, orderedReport } from './key-order.ts';
import { RULE_STATES } from './labels.ts';
import { printableJson } from './printable.ts';

const line = (type: 'finding' | 'summary', fields: object): string =>
  `${printableJson(JSON.stringify({ type, ...fields }))}\n`;

/** Without the last line the output is incomplete. */
export function* renderNdjson(report: Report): Generator<string> {
  for (const finding of report.findings) yield line('finding', orderedFinding(finding));
  yield line('summary', summary(report));
}

function summary(report: Report): object {
  const { schema, tool, topology, captures, coverage, connections, undecided } = orderedReport({
    ...report,
    findings: [],
    rules: [],
    endpoints: [],
    matrix: [],
    timeline: null,
  });
  const findings = Object.fromEntries(
    SEVERITIES.map((severity) => [severity, report.findings.filter((finding) => finding.severity === severity).length]),
  );
  const rules = Object.fromEntries(
    RULE_STATES.map((state) => [state, report.rules.filter((rule) => rule.state === state).length]),
  );
  return { schema, tool, topology, captures, coverage, connections, findings, rules, undecided };
}
