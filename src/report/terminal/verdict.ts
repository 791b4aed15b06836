/** The first lines: what the reader has to know before anything else, and how much it rests on. */
import type { Report } from '../../assess/types.ts';
import { findingAmount } from '../finding-amount.ts';
import { kindLabel } from '../labels.ts';
import { nothingJudged } from '../nothing-judged.ts';
import { count, counted, span } from '../quantity.ts';
import type { Tone } from '../style.ts';
import { type Page, paragraph } from './block.ts';
import { byKind } from './gather.ts';

export interface Sentence {
  text: string;
  tone: Tone;
}

/** What is grave, then what else; every other section only explains it. */
export function verdict(report: Report): Sentence[] {
  const told = report.findings.filter((finding) => finding.severity !== 'info');
  const { undecided } = report.connections;
  const open = [
    ...(undecided === 0 ? [] : [`${counted(undecided, 'connection')} could not be decided`]),
    ...(report.excepted.length === 0
      ? []
      : [`${findingAmount(report.excepted)} accepted by exceptions of the topology`]),
  ];
  if (told.length === 0) return [verdictWithoutFindings(report, open)];
  const kinds = [...byKind(told)].map(([kind, group]) => {
    const proven = group.filter((finding) => finding.certainty === 'proven').length;
    const grave = group.some((finding) => finding.severity === 'high');
    return { grave, clause: kindLabel(kind).verdict(proven, group.length - proven, group) };
  });
  const grave = kinds.filter((kind) => kind.grave).map((kind) => kind.clause);
  const other = [...kinds.filter((kind) => !kind.grave).map((kind) => kind.clause), ...open];
  return [
    ...(grave.length === 0 ? [] : [{ text: `${grave.join('; ')}.`, tone: 'alarm' } as const]),
    ...(other.length === 0 ? [] : [{ text: `${other.join('; ')}.`, tone: 'warn' } as const]),
  ];
}

function verdictWithoutFindings(report: Report, open: string[]): Sentence {
  const nothing = nothingJudged(report);
  if (nothing !== null) return { text: `NOTHING JUDGED: ${nothing}`, tone: 'alarm' };
  const works = report.rules.filter((rule) => rule.state === 'works').length;
  const unseen = report.rules.filter((rule) => rule.state === 'not-seen').length;
  const text = [
    report.excepted.length === 0
      ? `NO FINDINGS: ${nothingFound(report.connections)}`
      : 'NO FINDINGS but those that the topology accepts',
    works === 0 ? 'no rule was seen to work' : `${counted(works, 'rule')} seen to work`,
    unseen === 0 ? '' : `${count(unseen)} not seen, so nothing is known of them`,
    ...open,
  ];
  const { blocked, unexpected } = report.connections;
  const isClear = works > 0 && open.length === 0 && blocked + unexpected === 0;
  return { text: `${text.filter(Boolean).join('; ')}.`, tone: isClear ? 'good' : 'warn' };
}

/** Connections can be blocked without a finding (another port of the rule works), or unexpected (tried in vain, or a note). */
function nothingFound({ blocked, unexpected }: Report['connections']): string {
  return [
    blocked === 0
      ? 'no required connection was blocked'
      : `nothing required is blocked for good, though ${counted(blocked, 'connection')} failed`,
    unexpected === 0
      ? 'nothing unexpected was seen'
      : `${counted(unexpected, 'connection')} that no rule expects, tried in vain or told as notes`,
  ].join(', ');
}

/** The verdict, what was held against what, and a warning where the capture itself is in doubt. */
export function verdictLines(report: Report, page: Page): string[] {
  return [
    ...verdict(report).flatMap(({ text, tone }) => paragraph(page, text, 0, tone)),
    ...paragraph(page, basis(report), 0, 'dim'),
    ...warnings(report, 'INPUTS').flatMap((warning) => paragraph(page, warning, 0, 'warn')),
  ];
}

/** What puts the verdict in doubt. @param place the heading under which problems of captures are told */
export function warnings({ captures, exceptions }: Report, place: string): string[] {
  const problems = captures.reduce((sum, capture) => sum + capture.problems.length, 0);
  const doubt = `The capture has ${counted(problems, 'problem')} that may hide something: see ${place} below.`;
  return [...expiryWarning(exceptions), ...(problems === 0 ? [] : [doubt])];
}

function expiryWarning(exceptions: Report['exceptions']): string[] {
  const expired = exceptions.filter(({ state, findings }) => state === 'expired' && findings > 0).length;
  const text =
    expired === 1
      ? '1 exception of the topology has expired: what it covered is told again.'
      : `${count(expired)} exceptions of the topology have expired: what they covered is told again.`;
  return expired === 0 ? [] : [text];
}

const sourceName = (path: string): string => (path === '-' ? 'standard input' : path);

/** What was held against what. */
export function basis(report: Report): string {
  const { captures, topology, coverage, connections } = report;
  const what = captures.length === 1 ? sourceName(captures[0]!.path) : counted(captures.length, 'capture file');
  const held = topology === null ? 'no topology' : `held against ${topology.path}`;
  const firsts = captures.flatMap((capture) => capture.first ?? []).sort();
  const lasts = captures.flatMap((capture) => capture.last ?? []).sort();
  const when = span(firsts[0] ?? null, lasts.at(-1) ?? null);
  const amount = `${counted(connections.total, 'connection')} in ${counted(coverage.frames, 'frame')}`;
  const told = report.findings.length === 0 ? '' : `; ${findingAmount(report.findings)}`;
  return `${what}, ${held}: ${[amount, when].filter(Boolean).join(', ')}${told}.`;
}
