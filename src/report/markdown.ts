/** The report as Markdown for a ticket: the verdict, the findings in a table, what to do about each, the notes, and what all rests on. */
import type { Report } from '../assess/types.ts';
import { end } from './ends.ts';
import { findingAmount } from './finding-amount.ts';
import { findingText } from './finding-text.ts';
import { kindLabel, outcomeLabel, SEVERITY_LABELS } from './labels.ts';
import { markdownGrounds } from './markdown-grounds.ts';
import { code, markdownTable, text } from './markdown-text.ts';
import { portLabel } from './port-label.ts';
import { count, counted, span } from './quantity.ts';
import { amountOf, briefly, seenWhen, sourceText } from './terminal/findings.ts';
import { gather, type KindGroup, type Trouble } from './terminal/gather.ts';
import { verdict, warnings } from './terminal/verdict.ts';

/** Troubles told one by one; a ticket bears no more, and the rest is counted. */
const MOST_TROUBLES = 50;
/** Notes of a kind, as in the terminal. */
const MOST_NOTES = 10;
const MOST_SOURCES = 5;
/** Captures named in the first lines; all of them are named at the end. */
const MOST_CAPTURES = 3;

export function* renderMarkdown(report: Report): Generator<string> {
  const groups = gather(report.findings);
  const troubles = groups.flatMap((group) => group.troubles);
  const told = troubles.slice(0, MOST_TROUBLES);
  yield `# pcapcheck: ${text(report.topology?.name ?? report.topology?.path ?? 'report')}\n\n`;
  for (const { text: sentence } of verdict(report)) yield `**${text(sentence)}**\n\n`;
  yield `${basis(report)}\n`;
  for (const warning of warnings(report, '"Inputs"')) yield `\n${text(warning)}\n`;
  if (told.length > 0) {
    yield `\n## Findings\n\n${overview(told)}\n`;
    if (troubles.length > told.length)
      yield `\n${count(troubles.length - told.length)} more are in the whole report.\n`;
    yield '\n## What to do\n';
    for (const trouble of told) yield `\n${detail(trouble, report)}\n`;
  }
  yield* notes(groups, report);
  yield* markdownGrounds(report);
}

function basis({ captures, topology, connections, coverage, findings, tool }: Report): string {
  const held = topology === null ? 'no topology' : code(topology.path);
  const firsts = captures.flatMap(({ first }) => first ?? []).sort();
  const lasts = captures.flatMap(({ last }) => last ?? []).sort();
  const facts = [
    `${counted(connections.total, 'connection')} in ${counted(coverage.frames, 'frame')}`,
    span(firsts[0] ?? null, lasts.at(-1) ?? null),
    findings.length === 0 ? '' : findingAmount(findings),
    `${tool.name} ${tool.version}`,
  ];
  const what =
    captures.length > MOST_CAPTURES ? counted(captures.length, 'capture file') : captures.map(named).join(', ');
  return `${what}, held against ${held}: ${facts.filter(Boolean).map(text).join('; ')}.`;
}

const named = ({ path }: Report['captures'][number]): string => (path === '-' ? 'standard input' : code(path));

function overview(troubles: readonly Trouble[]): string {
  return markdownTable(
    ['', 'Severity', 'Finding', 'From', 'To', 'Port', 'Outcome', 'Id'],
    troubles.map(({ number, finding, others }) => [
      String(number),
      SEVERITY_LABELS[finding.severity].label,
      text(`${kindLabel(finding.kind).word}${finding.certainty === 'likely' ? ' (likely)' : ''}`),
      text(
        `${end(finding.src_ip, finding.src_name, finding.src_roles) ?? ''}${others.length === 0 ? '' : ` and ${others.length} more`}`,
      ),
      text(end(finding.dest_ip, finding.dest_name, finding.dest_roles) ?? ''),
      text(portLabel(finding.proto, finding.dest_port)),
      text(finding.outcome === null ? '' : outcomeLabel(finding.kind, finding.outcome)),
      `${code(finding.fingerprint)}${others.length === 0 ? '' : `, ${count(others.length)} more`}`,
    ]),
  );
}

function detail(trouble: Trouble, report: Report): string {
  const { number, finding, others } = trouble;
  const { remedy, rule, source, frames, capture, display_filter } = finding;
  const of = report.captures.length > 1 && capture !== null ? ` of ${code(capture)}` : '';
  const seen = [
    text(seenWhen(trouble)),
    frames.length === 0 ? '' : `${frames.length === 1 ? 'frame' : 'frames'} ${frames.join(', ')}${of}`,
  ];
  const sources = others.slice(0, MOST_SOURCES).map(({ src_ip, src_name, fingerprint }) => {
    return `${text(end(src_ip, src_name, []) ?? '')} ${code(fingerprint)}`;
  });
  const more = others.length > MOST_SOURCES ? [`${count(others.length - MOST_SOURCES)} more`] : [];
  const lines = [
    ['Fix', text(remedy)],
    ['Also', [...sources, ...more].join(', ')],
    ['Amount', others.length === 0 ? '' : amountOf(trouble)],
    ['Rule', [rule.map(code).join(', '), text(sourceText(source))].filter(Boolean).join('; ')],
    ['Seen', seen.filter(Boolean).join('; ')],
    ['Filter', display_filter === null ? '' : code(display_filter)],
  ];
  const list = lines.filter(([, value]) => value !== '').map(([label, value]) => `- ${label}: ${value}`);
  return [`**${number}.** ${text(findingText(finding))}`, '', ...list].join('\n');
}

function* notes(groups: readonly KindGroup[], report: Report): Generator<string> {
  const noted = groups.filter(({ brief }) => brief.length > 0);
  if (noted.length > 0) yield '\n## Notes\n';
  for (const { kind, brief } of noted) {
    yield `\n**${text(kindLabel(kind).heading)} (${findingAmount(brief)})**\n\n`;
    for (const finding of brief.slice(0, MOST_NOTES)) yield `- ${text(briefly(finding, report))}\n`;
    const left = brief.length - MOST_NOTES;
    if (left > 0) yield `\n${count(left)} more ${left === 1 ? 'is' : 'are'} in the whole report.\n`;
  }
}
