import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Evidence } from '../assess/assess.ts';
import { type CaptureReport, type Report, SEVERITIES, type Severity } from '../assess/types.ts';
import type { Analysis, AnalyzedCapture } from '../engine/analyze.ts';
import { captureOfFrame } from '../engine/flow-row.ts';
import { FORMAT_NAMES, FORMATS, type FormatName, showsHashes } from '../report/formats.ts';
import { writeWhole } from '../report/output-file.ts';
import { type OutputSpec, OutputSpecError, parseOutputSpecs, STANDARD_OUTPUT } from '../report/output-spec.ts';
import { printable } from '../report/printable.ts';
import { useColor } from '../report/style.ts';
import { timeText } from '../track/time-text.ts';
import { doubtsOf, lossesOf } from './capture-doubts.ts';
import { today } from './day.ts';
import { type EvidenceSettings, evidencePath, splitEvidence, writeEvidenceFile } from './evidence.ts';
import { EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS } from './exit-codes.ts';
import { type FirewallLogOptions, heedFirewallLogs, readFirewallLogs } from './firewall-logs.ts';
import { tellNothingJudged } from './nothing-judged.ts';
import { readCaptures } from './reading.ts';
import { printPieces, type Terminal } from './terminal.ts';

export interface CheckOptions extends FirewallLogOptions, EvidenceSettings {
  topology: string;
  format: FormatName;
  output?: string[];
  failOn: Severity | 'never';
  maxFindings: number;
  date?: string;
  workers?: number;
  maxMemory?: number;
  bom?: boolean;
  quiet?: boolean;
  verbose?: boolean;
}

/** `pcapcheck check`, the main job. Everything that can be wrong with the command line is said before a capture is read. */
export async function checkCommand(
  captures: readonly string[],
  given: CheckOptions,
  terminal: Terminal,
): Promise<number> {
  const options = splitEvidence(given);
  const outputs = parseOutputSpecs(options.output ?? [], FORMAT_NAMES);
  const inputs = [...captures, options.topology, ...(options.firewallLog ?? [])];
  refuseToOverwrite(outputs, inputs);
  const evidence = evidencePath(options, captures);
  if (evidence !== null) refuseToOverwrite([{ format: 'evidence', path: evidence }], inputs);
  const formats = [options.format, ...outputs.map(({ format }) => format)];
  const report = await checked(captures, options, formats, terminal);
  const settings = { verbose: options.verbose ?? false, bom: options.bom ?? false };
  await writeOutputs(report, outputs, settings, terminal);
  if (evidence !== null) await writeEvidenceFile(evidence, report, options, terminal);
  const takesStandardOutput = outputs.some(({ path }) => path === STANDARD_OUTPUT);
  if (!takesStandardOutput) {
    const color = useColor(terminal.stdout, terminal.env);
    const look = { ...settings, width: terminal.stdout.columns, color };
    const render = await FORMATS[options.format].load();
    printPieces(render(report, look), terminal);
  }
  return exitCode(report, options, terminal);
}

/** The exit code of a report. */
export function exitCode(
  report: Report,
  options: Pick<CheckOptions, 'failOn' | 'maxFindings'>,
  terminal: Terminal,
): number {
  if (tellNothingJudged(report, terminal)) return EXIT_FAILED;
  return isReportable(report, options) ? EXIT_FINDINGS : EXIT_CLEAN;
}

/**
 * The report. Captures are read by threads while this one loads the rules, the topology and the formats of the report; what is wrong with the
 * topology is said at once, and ends the reading.
 */
async function checked(
  captures: readonly string[],
  options: CheckOptions,
  formats: readonly FormatName[],
  terminal: Terminal,
): Promise<Report> {
  const wantsHash = formats.some(showsHashes);
  const logs = await readFirewallLogs(options);
  const stop = new AbortController();
  const read = (onBegun = () => {}) =>
    readCaptures(captures, { ...options, setAside: true, hashes: wantsHash, signal: stop.signal, onBegun }, terminal);
  // Without threads reading takes this one: then the topology comes first.
  const reading = options.workers === 0 ? null : await begun(read);
  const [{ assess }, { checkExceptionKinds }, { loadCatalog }, { loadSite }] = await Promise.all([
    import('../assess/assess.ts'),
    import('../assess/exception-kinds.ts'),
    import('../catalog/load.ts'),
    import('../site/index.ts'),
  ]);
  try {
    const site = await loadSite(options.topology);
    checkExceptionKinds(site);
    const catalog = loadCatalog();
    await Promise.all(formats.map((format) => FORMATS[format].load()));
    const analysis = await (reading?.analysis ?? read());
    const firewallLogs = heedFirewallLogs(analysis, logs);
    const evidence: Evidence = { ...evidenceOf(analysis, options.date), firewallLogs };
    if (wantsHash) evidence.topologySha256 = await hashOf(site.path);
    return withHashes(assess(evidence, site, catalog), await analysis.hashes);
  } catch (error) {
    stop.abort();
    await reading?.analysis.catch(() => {});
    throw error;
  }
}

/** Waits until the threads are at work, so that nothing keeps them from it. @returns the reading, which may have failed */
async function begun(read: (onBegun: () => void) => Promise<Analysis>): Promise<{ analysis: Promise<Analysis> }> {
  return new Promise((resolve) => {
    const analysis = read(() => resolve({ analysis }));
    analysis.catch(() => resolve({ analysis }));
  });
}

/** Writes the reports that `--output` asked for. */
export async function writeOutputs(
  report: Report,
  outputs: readonly OutputSpec[],
  settings: { verbose: boolean; bom: boolean },
  terminal: Terminal,
): Promise<void> {
  const stopListening = terminal.onInterrupt(() =>
    terminal.err('pcapcheck: Interrupted; reports that were not yet written are missing.\n'),
  );
  try {
    for (const { format, path } of outputs) {
      const render = await FORMATS[format].load();
      const pieces = render(report, { ...settings, width: FILE_WIDTH, color: false });
      if (path === STANDARD_OUTPUT) printPieces(pieces, terminal);
      else await writeWhole(path, (write) => writeAll(pieces, write));
      // Writing keeps the thread busy: a signal is heard between two files.
      await setImmediate();
    }
  } finally {
    stopListening();
  }
}

/** A report never takes the place of what it is made from: captures are evidence. */
export function refuseToOverwrite(
  outputs: readonly { format: string; path: string }[],
  inputs: readonly string[],
): void {
  const places = new Set(inputs.map(realPath));
  const twice = outputs.find(({ path }) => path !== STANDARD_OUTPUT && places.has(realPath(path)));
  if (twice === undefined) return;
  const path = printable(twice.path);
  throw new OutputSpecError(
    'overwrites-input',
    `--output ${twice.format}=${path} would overwrite ${path}, which is read: give the report another path.`,
  );
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** Columns of a terminal report that goes into a file. */
const FILE_WIDTH = 100;

function writeAll(pieces: Iterable<string>, write: (text: string) => void): void {
  for (const piece of pieces) write(piece);
}

/** True where the exit code tells of findings: more of them are at least as severe as `failOn` than are tolerated. */
function isReportable(report: Report, { failOn, maxFindings }: Pick<CheckOptions, 'failOn' | 'maxFindings'>): boolean {
  if (failOn === 'never') return false;
  const limit = SEVERITIES.indexOf(failOn);
  return report.findings.filter(({ severity }) => SEVERITIES.indexOf(severity) <= limit).length > maxFindings;
}

/**
 * What the assessment is told of an analysis.
 * @param day the day by which exceptions are judged (ISO 8601)
 */
export function evidenceOf(
  { observation, captures }: Pick<Analysis, 'observation' | 'captures'>,
  day = today(),
): Evidence {
  const fine = captures.some(({ summary }) => summary.nanosecondTimes);
  return {
    observation,
    captures: captures.map((capture) => captureReport(capture, captures)),
    droppedByCapture: captures.reduce((sum, { summary }) => sum + summary.droppedByCapture, 0),
    losses: lossesOf(captures),
    place(frame) {
      const capture = captureOfFrame(captures, frame);
      return { capture: capture.path, frame: frame - capture.framesBefore };
    },
    components: (frame) => captureOfFrame(captures, frame).summary.components,
    time: (seconds, nanoseconds) => timeText(seconds, nanoseconds, fine),
    day,
  };
}

/** The report with the SHA-256 of its captures, which are made while it is. */
export function withHashes(report: Report, hashes: readonly (string | null)[] | null): Report {
  if (hashes === null) return report;
  return { ...report, captures: report.captures.map((capture, i) => ({ ...capture, sha256: hashes[i] })) };
}

function captureReport(capture: AnalyzedCapture, captures: readonly AnalyzedCapture[]): CaptureReport {
  const { path, summary, size, first, last } = capture;
  const text = (time: typeof first): string | null =>
    time === null ? null : timeText(time.seconds, time.nanoseconds, summary.nanosecondTimes);
  const problems = summary.problems.map(({ message }) => message);
  const more = summary.problemCount - problems.length;
  if (more > 0) problems.push(`${more} more problems of these kinds.`);
  problems.push(...doubtsOf(capture, captures));
  return {
    path,
    format: summary.compression === null ? summary.format : `${summary.format} (${summary.compression})`,
    bytes: size,
    frames: summary.frames,
    first: text(first),
    last: text(last),
    sha256: null,
    problems,
  };
}

/** SHA-256 of a small file as stored. */
export async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
