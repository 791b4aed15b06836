/** What two reports say of one another; field names are those of the published JSON. */
import type { Finding, ReportedFinding, Severity } from '../assess/types.ts';

/**
 * new: in the second report only. fixed: gone, and the second report shows that it works. unchanged: in both. no-longer-seen: gone, and
 * nothing shows that it works; its traffic may not be in the second capture. excepted: an exception of the second topology covers it.
 */
export const CHANGES = ['new', 'fixed', 'unchanged', 'no-longer-seen', 'excepted'] as const;
export type ChangeKind = (typeof CHANGES)[number];

/** What one of the reports says of a finding. */
export type ChangeSide = Pick<Finding, 'severity' | 'certainty' | 'outcome' | 'count'>;

export interface Change {
  change: ChangeKind;
  fingerprint: string;
  /** Of the second report, or of the first where the second has none. */
  finding: ReportedFinding;
  before: ChangeSide | null;
  after: ChangeSide | null;
  /** More severe than it was. */
  worse: boolean;
  /** By what it is known that it is fixed, or why it is not known; a remark where a new one was excepted before; else null. */
  reason: string | null;
}

/** What was compared. */
export interface ComparedReport {
  path: string;
  topology: string | null;
  captures: string[];
  first: string | null;
  last: string | null;
}

export interface Comparison {
  schema: 'pcapcheck-diff/1';
  tool: { name: 'pcapcheck'; version: string };
  before: ComparedReport;
  after: ComparedReport;
  /** Sentences about why the comparison may say less than it seems to. */
  remarks: string[];
  counts: Record<ChangeKind, number>;
  /** By change in the order of CHANGES, then as the reports list them. */
  changes: Change[];
}

export type FailOn = Severity | 'never';
