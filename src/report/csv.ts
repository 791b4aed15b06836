/** Findings for a spreadsheet, those that an exception covers last: a row each, the columns always the same and in the same order. */
import type { ExceptedFinding, Report, ReportedFinding } from '../assess/types.ts';
import { type CsvColumn, type CsvOptions, csvFile } from './csv-records.ts';

const list = (values: readonly (string | number)[]): string => values.join(', ');

/** New columns go to the end: macros of others count them. */
export const FINDING_COLUMNS: readonly CsvColumn<ReportedFinding | ExceptedFinding>[] = [
  { name: 'kind', value: (finding) => finding.kind },
  { name: 'severity', value: (finding) => finding.severity },
  { name: 'certainty', value: (finding) => finding.certainty },
  { name: 'src_name', value: (finding) => finding.src_name },
  { name: 'src_ip', value: (finding) => finding.src_ip },
  { name: 'src_roles', value: (finding) => list(finding.src_roles) },
  { name: 'dest_name', value: (finding) => finding.dest_name },
  { name: 'dest_ip', value: (finding) => finding.dest_ip },
  { name: 'dest_roles', value: (finding) => list(finding.dest_roles) },
  { name: 'proto', value: (finding) => finding.proto },
  { name: 'dest_port', value: (finding) => finding.dest_port },
  { name: 'outcome', value: (finding) => finding.outcome },
  { name: 'count', value: (finding) => finding.count },
  { name: 'attempts', value: (finding) => finding.attempts },
  { name: 'first_ts', value: (finding) => finding.first_ts },
  { name: 'last_ts', value: (finding) => finding.last_ts },
  { name: 'message', value: (finding) => finding.message },
  { name: 'remedy', value: (finding) => finding.remedy },
  { name: 'rule', value: (finding) => list(finding.rule) },
  { name: 'source_document', value: (finding) => finding.source?.document ?? null },
  { name: 'source_date', value: (finding) => finding.source?.date ?? null },
  { name: 'source_section', value: (finding) => finding.source?.section ?? null },
  { name: 'capture', value: (finding) => finding.capture },
  { name: 'frames', value: (finding) => list(finding.frames) },
  { name: 'display_filter', value: (finding) => finding.display_filter },
  { name: 'fingerprint', value: (finding) => finding.fingerprint },
  { name: 'exception', value: (finding) => ('exception' in finding ? finding.exception : null) },
  { name: 'drop_cause', value: (finding) => finding.drop?.cause ?? null },
  { name: 'drop_reason', value: (finding) => finding.drop?.reason ?? null },
  { name: 'drop_because', value: (finding) => finding.drop?.because ?? null },
  { name: 'network', value: (finding) => finding.network ?? null },
  { name: 'names', value: (finding) => list(finding.names) },
  { name: 'icmp_sender', value: (finding) => finding.icmp?.sender ?? null },
  { name: 'icmp_type', value: (finding) => finding.icmp?.type ?? null },
  { name: 'icmp_code', value: (finding) => finding.icmp?.code ?? null },
];

export const renderCsv = (report: Report, options: CsvOptions): Generator<string> =>
  csvFile(FINDING_COLUMNS, [...report.findings, ...report.excepted], options);
