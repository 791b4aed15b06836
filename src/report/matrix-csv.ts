/**
 * The role matrix for a security review: a row for each source role, destination role, protocol and port that was seen,
 * with the rule and the document that ask for it, or the word `unexpected`.
 */
import type { MatrixRow, Outcome, Report } from '../assess/types.ts';
import { type CsvColumn, type CsvOptions, csvFile } from './csv-records.ts';
import { OUTCOMES } from './labels.ts';

/** Outcomes that came after the columns had their order. */
const LATER_OUTCOMES: readonly Outcome[] = ['dropped'];

function outcomeColumn(outcome: Outcome): CsvColumn<MatrixRow> {
  return { name: outcome.replaceAll('-', '_'), value: (row) => row.outcomes[outcome] ?? 0 };
}

/** A column for each outcome, so that a pivot table can add them up. New columns go to the end. */
export const MATRIX_COLUMNS: readonly CsvColumn<MatrixRow>[] = [
  { name: 'src_role', value: (row) => row.src_role },
  { name: 'dest_role', value: (row) => row.dest_role },
  { name: 'proto', value: (row) => row.proto },
  { name: 'dest_port', value: (row) => row.dest_port },
  { name: 'verdict', value: (row) => row.verdict },
  { name: 'rules', value: (row) => row.rules.join(', ') },
  { name: 'source_document', value: (row) => row.source?.document ?? null },
  { name: 'source_date', value: (row) => row.source?.date ?? null },
  { name: 'source_section', value: (row) => row.source?.section ?? null },
  { name: 'connections', value: (row) => row.connections },
  { name: 'bytes', value: (row) => row.bytes },
  { name: 'first_ts', value: (row) => row.first_ts },
  { name: 'last_ts', value: (row) => row.last_ts },
  ...OUTCOMES.filter((outcome) => !LATER_OUTCOMES.includes(outcome)).map(outcomeColumn),
  { name: 'symptoms', value: (row) => row.symptoms },
  ...LATER_OUTCOMES.map(outcomeColumn),
  // What the outcomes mean: one unanswered datagram is `no_answer` and proves nothing, and TFTP that was answered may be lost.
  { name: 'blocked', value: (row) => row.blocked },
  { name: 'blocked_likely', value: (row) => row.blocked_likely },
  { name: 'not_decided', value: (row) => row.undecided },
];

export const renderMatrixCsv = (report: Report, options: CsvOptions): Generator<string> =>
  csvFile(MATRIX_COLUMNS, report.matrix, options);
