import { assess } from '../assess/assess.ts';
import type { ExceptedFinding, Report, ReportedFinding } from '../assess/types.ts';
import { loadCatalog } from '../catalog/load.ts';
import { type Acceptance, exceptionBlock } from '../report/exception-block.ts';
import { printable } from '../report/printable.ts';
import { looksLikeReport, readReport } from '../report/read-report.ts';
import { loadSite } from '../site/index.ts';
import { evidenceOf } from './check.ts';
import { EXIT_CLEAN, EXIT_FAILED } from './exit-codes.ts';
import { readCaptures } from './reading.ts';
import type { Terminal } from './terminal.ts';

export interface ExceptOptions extends Acceptance {
  topology?: string;
  workers?: number;
  maxMemory?: number;
  quiet?: boolean;
}

/** Fingerprints named where several begin as the one that is asked for. */
const MOST_NAMED = 5;

/** `pcapcheck except`: the block of the topology that accepts one finding of a report or of captures. */
export async function exceptCommand(
  fingerprint: string,
  files: readonly string[],
  options: ExceptOptions,
  terminal: Terminal,
): Promise<number> {
  const report = await reportOf(files, options, terminal);
  if (typeof report === 'string') {
    terminal.err(`pcapcheck: ${report}\n`);
    return EXIT_FAILED;
  }
  const wanted = fingerprint.toLowerCase();
  const all = new Map<string, ReportedFinding | ExceptedFinding>();
  for (const finding of [...report.excepted, ...report.findings]) all.set(finding.fingerprint, finding);
  const near = wanted === '' ? [] : [...all.keys()].filter((known) => known.startsWith(wanted));
  if (near.length !== 1) {
    const named = near.slice(0, MOST_NAMED).join(', ');
    const more = near.length > MOST_NAMED ? `, and ${near.length - MOST_NAMED} more` : '';
    const why =
      near.length === 0
        ? `no finding has the fingerprint ${printable(fingerprint)}; reports show it as Id`
        : `several findings begin with ${printable(fingerprint)}: ${named}${more}`;
    terminal.err(`pcapcheck: ${why}\n`);
    return EXIT_FAILED;
  }
  const finding = all.get(near[0])!;
  if ('exception' in finding) {
    terminal.err(`pcapcheck: the exception '${printable(finding.exception)}' of the topology covers it already\n`);
  }
  const known = new Map(report.endpoints.map(({ ip, known_by }) => [ip, known_by]));
  terminal.out(exceptionBlock(finding, options, (_name, ip) => known.get(ip) === 'host'));
  return EXIT_CLEAN;
}

/** The report, or a sentence that says what is missing. */
async function reportOf(
  files: readonly string[],
  options: ExceptOptions,
  terminal: Terminal,
): Promise<Report | string> {
  if (files.length === 1 && (await looksLikeReport(files[0]))) return readReport(files[0]);
  if (options.topology === undefined) {
    return `${printable(files[0])} is no JSON report, and captures need their topology: add --topology site.yaml`;
  }
  const site = await loadSite(options.topology);
  return assess(evidenceOf(await readCaptures(files, options, terminal)), site, loadCatalog());
}
