/**
 * The findings as SARIF 2.1.0 (OASIS standard), for code scanning and review: each at the line of the topology that states what is
 * expected, with capture and frames in its properties. Findings that an exception covers are suppressed results.
 */
import { type ExceptedFinding, type Report, type ReportedFinding, SEVERITIES, type Severity } from '../assess/types.ts';
import { findingText } from './finding-text.ts';
import { KIND_LABELS, kindLabel } from './labels.ts';
import { nothingJudged } from './nothing-judged.ts';
import { uriOf } from './place-uri.ts';
import { printable, printableJson } from './printable.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** Informational findings are no failures: SARIF wants the level "none" for them (section 3.27.10). */
const LEVELS: Record<Severity, 'error' | 'warning' | 'note' | 'none'> = {
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'none',
};
/** Name and version of the identity that fingerprints stand for (section 3.27.17). */
const FINGERPRINT = 'pcapcheckFinding/v1';

/** The document in pieces: no single string has to hold it all. */
export function* renderSarif(report: Report): Generator<string> {
  const all = [...report.findings, ...report.excepted];
  const kinds = kindsOf(all);
  const artifacts = artifactsOf(report);
  const run = {
    tool: {
      driver: {
        name: report.tool.name,
        version: report.tool.version,
        semanticVersion: report.tool.version,
        rules: kinds.map((kind) => descriptor(kind, all)),
      },
    },
    columnKind: 'utf16CodeUnits',
    artifacts,
    ...invocationsOf(report),
    properties: { connections: report.connections, coverage: report.coverage, undecided: report.undecided },
  };
  const head = json({ $schema: SCHEMA, version: '2.1.0', runs: [{ ...run, results: [] }] });
  const cut = head.lastIndexOf('"results":[]') + '"results":['.length;
  yield head.slice(0, cut);
  for (const [index, finding] of all.entries()) {
    yield `${index === 0 ? '' : ',\n'}${json(resultOf(finding, kinds.indexOf(finding.kind), report))}`;
  }
  yield `${head.slice(cut)}\n`;
}

/**
 * Plain text as a message: braces are doubled, since `{0}` is a placeholder (section 3.11.5), and what would be a link to a place that a
 * name in the capture chose is none (section 3.11.6).
 */
function message(text: string): { text: string } {
  return {
    text: printable(text)
      .replace(/[{}]/g, '$&$&')
      .replace(/\[(?=[^\]]*\]\()/g, '\\['),
  };
}

const json = (value: unknown): string => printableJson(JSON.stringify(value));

/** Kinds that occur, in the order of reports. */
function kindsOf(findings: readonly ReportedFinding[]): string[] {
  const found = new Set(findings.map(({ kind }) => kind));
  const known = Object.keys(KIND_LABELS).filter((kind) => found.has(kind));
  return [...known, ...[...found].filter((kind) => !known.includes(kind)).sort()];
}

function descriptor(kind: string, findings: readonly ReportedFinding[]): object {
  const gravest = Math.min(
    ...findings.filter((one) => one.kind === kind).map(({ severity }) => SEVERITIES.indexOf(severity)),
  );
  return {
    id: kind,
    shortDescription: { text: kindLabel(kind).heading },
    // GitHub asks for both.
    fullDescription: { text: `${kindLabel(kind).heading}.` },
    help: { text: `pcapcheck explain ${kind} tells what it means, how it is decided and what to do.` },
    defaultConfiguration: { level: LEVELS[SEVERITIES[gravest]] },
  };
}

/** The topology first, where there is one: results point at it. */
function artifactsOf({ topology, captures }: Report): object[] {
  const hashes = (sha256: string | null): object => (sha256 === null ? {} : { hashes: { 'sha-256': sha256 } });
  return [
    ...(topology === null ? [] : [{ ...topologyArtifact(topology), ...hashes(topology.sha256) }]),
    ...captures.map(({ path, bytes, sha256, format, frames, first, last }) => ({
      location: { uri: uriOf(path) },
      ...(bytes === null ? {} : { length: bytes }),
      ...hashes(sha256),
      properties: { format, frames, first, last },
    })),
  ];
}

function topologyArtifact({ path, name }: NonNullable<Report['topology']>): object {
  return { location: { uri: uriOf(path) }, ...(name === null ? {} : { description: message(name) }) };
}

/**
 * Where the run failed, since no results would look like no findings, and where something is wrong with a capture, which may hide findings
 * (sections 3.20.14, 3.20.21, 3.58).
 */
function invocationsOf(report: Report): object {
  const why = nothingJudged(report);
  const problems = report.captures.flatMap(({ path, problems: told }) =>
    told.map((problem) => ({
      level: 'warning',
      message: message(problem),
      locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(path) } } }],
    })),
  );
  if (why === null && problems.length === 0) return {};
  const failed = why === null ? {} : { toolConfigurationNotifications: [{ level: 'error', message: message(why) }] };
  const doubtful = problems.length === 0 ? {} : { toolExecutionNotifications: problems };
  return { invocations: [{ executionSuccessful: why === null, ...failed, ...doubtful }] };
}

function resultOf(finding: ReportedFinding | ExceptedFinding, ruleIndex: number, report: Report): object {
  const { kind, severity, remedy, fingerprint, rule } = finding;
  return {
    ruleId: kind,
    ruleIndex,
    kind: severity === 'info' ? 'informational' : 'fail',
    level: LEVELS[severity],
    message: message(`${findingText(finding)} ${remedy}`.trim()),
    locations: [locationOf(finding, report)],
    partialFingerprints: { [FINGERPRINT]: fingerprint },
    ...suppressionOf(finding, report),
    properties: { ...propertiesOf(finding), rule },
  };
}

/** The line of the topology, or its first where none states anything; without a topology, the capture. */
function locationOf({ topology_line: line, capture, rule }: ReportedFinding, { topology, captures }: Report): object {
  const logicalLocations = rule.slice(0, 1).map((id) => ({ name: printable(id), kind: 'member' }));
  const logical = logicalLocations.length === 0 ? {} : { logicalLocations };
  if (topology !== null) {
    const artifactLocation = { uri: uriOf(topology.path), index: 0 };
    return { physicalLocation: { artifactLocation, region: { startLine: line ?? 1 } }, ...logical };
  }
  const path = capture ?? captures[0]?.path ?? '-';
  return { physicalLocation: { artifactLocation: { uri: uriOf(path) } }, ...logical };
}

function suppressionOf(finding: ReportedFinding | ExceptedFinding, { exceptions }: Report): object {
  if (!('exception' in finding)) return {};
  const exception = exceptions.find(({ id }) => id === finding.exception);
  if (exception === undefined) return { suppressions: [{ kind: 'external', status: 'accepted' }] };
  const { id, reason, owner, ticket, expires } = exception;
  const facts = [`exception ${id}`, owner, ticket, expires === null ? null : `until ${expires}`];
  const justification = printable(`${reason} (${facts.filter((fact) => fact !== null).join(', ')})`);
  return { suppressions: [{ kind: 'external', status: 'accepted', justification }] };
}

/** Everything that a program may want and the format has no place for. */
function propertiesOf(finding: ReportedFinding): object {
  const { severity, certainty, proto, dest_port, outcome, count, attempts, subject } = finding;
  const { src_ip, src_name, src_roles, dest_ip, dest_name, dest_roles } = finding;
  const { capture, frames, first_ts, last_ts, display_filter, source } = finding;
  return {
    severity,
    certainty,
    ...{ src_ip, src_name, src_roles, dest_ip, dest_name, dest_roles },
    ...{ proto, dest_port, outcome, count, attempts, subject },
    ...{ capture, frames, first_ts, last_ts, display_filter, source },
  };
}
