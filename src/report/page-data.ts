/** What the HTML page is given of a report: all of it, but for lists that are longer than a browser stays usable with. */
import {
  type PxeClientReport,
  type Report,
  type ReportedFinding,
  SEVERITIES,
  type Severity,
  type TftpTransferReport,
} from '../assess/types.ts';
import { severityCounts } from './finding-amount.ts';

/** Entries of a list that a page holds; the rest is counted, and is in the JSON report. */
export const PAGE_LIMITS = {
  findings: 10_000,
  pxe_clients: 2000,
  tftp_transfers: 2000,
  rules: 2000,
  matrix: 2000,
  rpc_connections: 2000,
  names: 20_000,
} as const;

/** Names longer than this many UTF-16 units are cut: a page shows the same one many times. */
const LONGEST_NAME = 200;

export type PageReport = Omit<Report, 'endpoints' | 'pairs' | 'pairs_left_out'>;

export interface PageData {
  /** Without endpoints, of which the page needs the names only, and without what is for comparisons. */
  report: PageReport;
  /** Names of hosts by address. */
  names: Record<string, string>;
  /** Findings of the whole report by severity, those that were left out among them. */
  severities: Record<Severity, number>;
  /** Entries that were left out, by list. */
  left_out: Partial<Record<keyof Report, number>>;
}

/** Expects printable strings; see printableData. */
export function pageData(report: Report): PageData {
  const { endpoints, pairs: _, pairs_left_out: __, ...rest } = report;
  const leftOut: PageData['left_out'] = {};
  const first = <T>(list: keyof Report, items: T[], most: number): T[] => {
    if (items.length > most) leftOut[list] = items.length - most;
    return items.slice(0, most);
  };
  return {
    report: {
      ...rest,
      findings: first('findings', bySeverity(report.findings), PAGE_LIMITS.findings),
      pxe_clients: first('pxe_clients', stoppedFirst(report.pxe_clients), PAGE_LIMITS.pxe_clients),
      tftp_transfers: first('tftp_transfers', failedFirst(report.tftp_transfers), PAGE_LIMITS.tftp_transfers),
      excepted: first('excepted', report.excepted, PAGE_LIMITS.findings),
      rpc_connections: first('rpc_connections', report.rpc_connections, PAGE_LIMITS.rpc_connections),
      rules: first('rules', report.rules, PAGE_LIMITS.rules),
      matrix: first('matrix', report.matrix, PAGE_LIMITS.matrix),
    },
    names: Object.fromEntries(
      endpoints
        .flatMap(({ ip, name, known_by }): [string, string][] =>
          name !== null && known_by === 'host' ? [[ip, name.slice(0, LONGEST_NAME)]] : [],
        )
        .slice(0, PAGE_LIMITS.names),
    ),
    severities: severityCounts(report.findings),
    left_out: leftOut,
  };
}

const bySeverity = (findings: ReportedFinding[]): ReportedFinding[] =>
  [...findings].sort((one, other) => SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity));

/** Machines that loaded nothing come first. */
const stoppedFirst = (clients: PxeClientReport[]): PxeClientReport[] =>
  [...clients].sort((one, other) => Number(hasLoaded(one)) - Number(hasLoaded(other)));

const hasLoaded = ({ reached }: PxeClientReport): boolean => reached === 'loaded' || reached === 'windows-pe';

const failedFirst = (transfers: TftpTransferReport[]): TftpTransferReport[] =>
  [...transfers].sort((one, other) => Number(one.outcome === 'complete') - Number(other.outcome === 'complete'));
