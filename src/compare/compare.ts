import { type Report, type ReportedFinding, SEVERITIES } from '../assess/types.ts';
import { VERSION } from '../product.ts';
import { nothingJudged } from '../report/nothing-judged.ts';
import { CHANGES, type Change, type ChangeSide, type ComparedReport, type Comparison, type FailOn } from './types.ts';
import { Aftermath } from './what-became.ts';

/** Holds two reports against each other by the fingerprints of their findings. Findings that share one are one change: the gravest speaks. */
export function compare(before: Report, after: Report, paths: { before: string; after: string }): Comparison {
  const earlier = byFingerprint(before.findings);
  const earlierExcepted = byFingerprint(before.excepted);
  const later = byFingerprint(after.findings);
  const laterExcepted = byFingerprint(after.excepted);
  const aftermath = new Aftermath(after);
  const changes: Change[] = [];
  for (const [fingerprint, finding] of later) {
    const known = earlier.get(fingerprint);
    const excepted = earlierExcepted.has(fingerprint) ? 'it was covered by an exception before' : null;
    changes.push({
      change: known === undefined ? 'new' : 'unchanged',
      fingerprint,
      finding,
      before: known === undefined ? null : sideOf(known),
      after: sideOf(finding),
      worse: known !== undefined && rank(finding) < rank(known),
      reason: known === undefined ? excepted : null,
    });
  }
  for (const [fingerprint, finding] of earlier) {
    if (later.has(fingerprint)) continue;
    const covered = laterExcepted.get(fingerprint);
    const became =
      covered === undefined
        ? aftermath.of(finding)
        : { change: 'excepted' as const, reason: `the exception '${covered.exception}' covers it` };
    const gone = { fingerprint, finding: covered ?? finding, before: sideOf(finding), worse: false };
    changes.push({ ...gone, ...became, after: covered === undefined ? null : sideOf(covered) });
  }
  changes.sort((one, other) => CHANGES.indexOf(one.change) - CHANGES.indexOf(other.change));
  const count = (kind: Change['change']): number => changes.filter(({ change }) => change === kind).length;
  return {
    schema: 'pcapcheck-diff/1',
    tool: { name: 'pcapcheck', version: VERSION },
    before: comparedReport(before, paths.before),
    after: comparedReport(after, paths.after),
    remarks: remarksOf(before, after),
    counts: {
      new: count('new'),
      fixed: count('fixed'),
      unchanged: count('unchanged'),
      'no-longer-seen': count('no-longer-seen'),
      excepted: count('excepted'),
    },
    changes,
  };
}

/** True where something at least as severe as `failOn` is new, or became so. */
export function isWorse({ changes }: Comparison, failOn: FailOn): boolean {
  if (failOn === 'never') return false;
  const limit = SEVERITIES.indexOf(failOn);
  return changes.some(({ change, worse, finding }) => (change === 'new' || worse) && rank(finding) <= limit);
}

const rank = ({ severity }: Pick<ReportedFinding, 'severity'>): number => SEVERITIES.indexOf(severity);

/** Reports list the gravest first. */
function byFingerprint<F extends ReportedFinding>(findings: readonly F[]): Map<string, F> {
  const found = new Map<string, F>();
  for (const finding of findings) if (!found.has(finding.fingerprint)) found.set(finding.fingerprint, finding);
  return found;
}

function sideOf({ severity, certainty, outcome, count }: ReportedFinding): ChangeSide {
  return { severity, certainty, outcome, count };
}

function comparedReport({ topology, captures }: Report, path: string): ComparedReport {
  return {
    path,
    topology: topology?.path ?? null,
    captures: captures.map((capture) => capture.path),
    first: captures.flatMap(({ first }) => first ?? []).sort()[0] ?? null,
    last:
      captures
        .flatMap(({ last }) => last ?? [])
        .sort()
        .at(-1) ?? null,
  };
}

function remarksOf(before: Report, after: Report): string[] {
  const hashes = (report: Report): string => report.captures.map(({ sha256 }) => sha256 ?? '').join();
  const known = (report: Report): boolean => report.captures.every(({ sha256 }) => sha256 !== null);
  const remarks: string[] = [];
  const nothing = nothingJudged(after);
  if (nothing !== null) remarks.push(`The second report judged nothing: ${nothing}`);
  if (known(before) && hashes(before) === hashes(after)) remarks.push('Both reports are of the same captures.');
  const one = before.topology?.sha256 ?? null;
  const other = after.topology?.sha256 ?? null;
  if (one !== null && other !== null && one !== other) {
    remarks.push('The topology has changed between the reports: some differences may come from it.');
  }
  if (before.tool.version !== after.tool.version) {
    remarks.push(
      `The reports were made by different versions (${before.tool.version}, ${after.tool.version}): some differences may come from that.`,
    );
  }
  return remarks;
}
