/**
 * Findings that differ only in who asked, told once: thirty clients refused by one server are one trouble with thirty
 * sources for the reader. JSON and CSV keep them apart.
 */
import { type ReportedFinding, SEVERITIES } from '../../assess/types.ts';
import { findingAmount } from '../finding-amount.ts';
import { KIND_LABELS } from '../labels.ts';

/** One trouble: the finding that speaks for it, and the others that only come from elsewhere. */
export interface Trouble {
  number: number;
  finding: ReportedFinding;
  others: ReportedFinding[];
}

export interface KindGroup {
  kind: string;
  /** How many findings and notes, in words. */
  amount: string;
  /** The gravest first; numbered through all groups. */
  troubles: Trouble[];
  /** Informational findings, not numbered. */
  brief: ReportedFinding[];
}

/** Proven before likely within a severity. */
const gravity = (finding: ReportedFinding): number =>
  SEVERITIES.indexOf(finding.severity) * 2 + (finding.certainty === 'proven' ? 0 : 1);

const samePlace = (finding: ReportedFinding): string =>
  finding.src_ip === null || finding.dest_ip === null
    ? JSON.stringify(finding)
    : JSON.stringify([
        gravity(finding),
        finding.rule,
        finding.src_roles,
        finding.dest_ip,
        finding.proto,
        finding.dest_port,
        finding.outcome,
      ]);

/** Findings by kind, in the order of the labels; kinds without a label last. */
export function byKind(findings: ReportedFinding[]): Map<string, ReportedFinding[]> {
  const groups = new Map<string, ReportedFinding[]>(Object.keys(KIND_LABELS).map((kind) => [kind, []]));
  for (const finding of findings) {
    const group = groups.get(finding.kind);
    if (group === undefined) groups.set(finding.kind, [finding]);
    else group.push(finding);
  }
  return new Map([...groups].filter(([, group]) => group.length > 0));
}

/** Kinds ordered by their gravest finding, each with its troubles. */
export function gather(findings: ReportedFinding[]): KindGroup[] {
  const kinds = [...byKind(findings)].map(([kind, group]) => ({
    kind,
    group: [...group].sort((one, other) => gravity(one) - gravity(other)),
  }));
  kinds.sort((one, other) => SEVERITIES.indexOf(one.group[0]!.severity) - SEVERITIES.indexOf(other.group[0]!.severity));
  let number = 0;
  return kinds.map(({ kind, group }) => {
    const troubles = new Map<string, Trouble>();
    for (const finding of group.filter((each) => each.severity !== 'info')) {
      const place = samePlace(finding);
      const known = troubles.get(place);
      if (known === undefined) troubles.set(place, { number: ++number, finding, others: [] });
      else known.others.push(finding);
    }
    const brief = group.filter((finding) => finding.severity === 'info');
    return { kind, amount: findingAmount(group), troubles: [...troubles.values()], brief };
  });
}
