/** The first lines: what the reader has to know before anything else, and how much it rests on. */
import type { Finding, Report } from '../../assess/types.ts';
import { KIND_LABELS, kindLabel } from '../labels.ts';
import { counted, span } from '../quantity.ts';
import type { Tone } from '../style.ts';
import { type Page, paragraph } from './block.ts';

/** Findings of more than informational severity, by kind, in the order of the report. */
export function groups(findings: Finding[]): Map<string, Finding[]> {
  const byKind = new Map<string, Finding[]>(Object.keys(KIND_LABELS).map((kind) => [kind, []]));
  for (const finding of findings) {
    const group = byKind.get(finding.kind);
    if (group === undefined) byKind.set(finding.kind, [finding]);
    else group.push(finding);
  }
  for (const [kind, group] of byKind) if (group.length === 0) byKind.delete(kind);
  return byKind;
}

/** One sentence and its tone; every other section only explains it. */
export function verdict(report: Report): { text: string; tone: Tone } {
  const { connections, coverage } = report;
  const told = report.findings.filter((finding) => finding.severity !== 'info');
  const undecided =
    connections.undecided === 0 ? '' : `${counted(connections.undecided, 'connection')} could not be decided`;
  if (told.length === 0) {
    if (coverage.frames === 0) return { text: 'NOTHING JUDGED: there are no frames in the capture.', tone: 'warn' };
    if (connections.total === 0)
      return { text: 'NOTHING JUDGED: there is no TCP or UDP connection in the capture.', tone: 'warn' };
    if (undecided !== '')
      return { text: `Nothing was found blocked and nothing unexpected, but ${undecided}.`, tone: 'warn' };
    return { text: 'ALL CLEAR: no required connection was blocked, and nothing unexpected was seen.', tone: 'good' };
  }
  const clauses = [...groups(told)].map(([kind, group]) => {
    const proven = group.filter((finding) => finding.certainty === 'proven').length;
    return kindLabel(kind).verdict(proven, group.length - proven);
  });
  const text = `${clauses.join('; ')}${undecided === '' ? '' : `; ${undecided}`}.`;
  return { text, tone: told.some((finding) => finding.severity === 'high') ? 'alarm' : 'warn' };
}

/** The verdict and the line of what was held against what. */
export function verdictLines(report: Report, page: Page): string[] {
  const { text, tone } = verdict(report);
  const problems = report.captures.reduce((sum, capture) => sum + capture.problems.length, 0);
  const warning = `The capture has ${counted(problems, 'problem')} that may hide something: see INPUTS below.`;
  return [
    ...paragraph(page, text, 0, tone),
    ...paragraph(page, basis(report), 0, 'dim'),
    ...(problems === 0 ? [] : paragraph(page, warning, 0, 'warn')),
  ];
}

function basis(report: Report): string {
  const { captures, topology, coverage, connections } = report;
  const what = captures.length === 1 ? captures[0]!.path : counted(captures.length, 'capture file');
  const held = topology === null ? 'no topology' : `held against ${topology.path}`;
  const firsts = captures.flatMap((capture) => capture.first ?? []).sort();
  const lasts = captures.flatMap((capture) => capture.last ?? []).sort();
  const when = span(firsts[0] ?? null, lasts.at(-1) ?? null);
  const amount = `${counted(connections.total, 'connection')} in ${counted(coverage.frames, 'frame')}`;
  return `${what} ${held}: ${amount}${when === '' ? '' : `, ${when}`}.`;
}
