import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../assess/types.ts';
import { STANDARD_INPUT } from '../capture/source.ts';
import { OutputSpecError } from '../report/output-spec.ts';
import { printable } from '../report/printable.ts';
import { counted } from '../report/quantity.ts';
import type { Terminal } from './terminal.ts';

export interface EvidenceSettings {
  /** A file, or a folder for evidence.pcapng. */
  evidence?: string;
  evidenceFrames: number;
  snaplen?: number;
  anonymize?: boolean;
  quiet?: boolean;
}

const PREFIX = 'evidence=';
const FILE = 'evidence.pcapng';

/** Takes `--output evidence=FILE` out of the reports, which are text. */
export function splitEvidence<T extends EvidenceSettings & { output?: string[] }>(options: T): T {
  const own = options.output?.filter((spec) => spec.startsWith(PREFIX)) ?? [];
  if (own.length === 0) return options;
  if (own.length > 1 || options.evidence !== undefined) {
    throw new OutputSpecError('same-path-twice', 'Evidence goes to one place: name it once, with --evidence.');
  }
  const output = options.output!.filter((spec) => !own.includes(spec));
  return { ...options, output, evidence: own[0].slice(PREFIX.length) };
}

/**
 * The file that evidence goes to; its folder is made where there is none.
 * @throws OutputSpecError where the captures cannot be read twice
 */
export function evidencePath(options: EvidenceSettings, captures: readonly string[]): string | null {
  const { evidence } = options;
  if (evidence === undefined) return null;
  if (evidence === '')
    throw new OutputSpecError('no-path', '--evidence names no file: write --evidence evidence.pcapng.');
  const once = captures.find((path) => path === STANDARD_INPUT || isPipe(path));
  if (once !== undefined) {
    const name = once === STANDARD_INPUT ? 'standard input' : printable(once);
    throw new OutputSpecError(
      'read-twice',
      `Evidence is taken from the captures in a second reading, and ${name} can be read once: save it to a file first.`,
    );
  }
  return isFolder(evidence) || /[/\\]$/.test(evidence) ? join(evidence, FILE) : evidence;
}

/** Writes the frames behind the findings, and says so. */
export async function writeEvidenceFile(
  path: string,
  report: Report,
  options: EvidenceSettings,
  terminal: Terminal,
): Promise<void> {
  if (path !== options.evidence) makeFolder(options.evidence!);
  const { writeEvidence } = await import('../evidence/write-evidence.ts');
  const frames = await writeEvidence(path, report, {
    framesPerFinding: options.evidenceFrames,
    snapLength: options.snaplen ?? 0,
    anonymize: options.anonymize ?? false,
  });
  if (options.quiet !== true)
    terminal.err(`pcapcheck: ${counted(frames, 'frame')} of evidence in ${printable(path)}\n`);
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new OutputSpecError('no-path', `--evidence ${printable(path)}: the folder cannot be made (${why}).`);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isPipe(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFIFO() ?? false;
}
