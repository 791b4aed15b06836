/** The report as Markdown for a ticket: the verdict, the findings in a table, what to do about each, the notes, what the capture could not show. */
import type { Report } from '../assess/types.ts';
import { end, ends } from './ends.ts';
import { findingAmount } from './finding-amount.ts';
import { findingText } from './finding-text.ts';
import { kindLabel, outcomeLabel, SEVERITY_LABELS } from './labels.ts';
import { code, markdownTable, text } from './markdown-text.ts';
import { portLabel } from './port-label.ts';
import { count, counted, span } from './quantity.ts';
import { briefly, sourceText } from './terminal/findings.ts';
import { gather, type KindGroup, type Trouble } from './terminal/gather.ts';
import { verdict } from './terminal/verdict.ts';

/** Troubles told one by one; a ticket bears no more, and the rest is counted. */
const MOST_TROUBLES = 50;
/** Notes of a kind, as in the terminal. */
const MOST_NOTES = 10;
const MOST_SOURCES = 5;
const MOST_EXAMPLES = 3;

export function* renderMarkdown(report: Report): Generator<string> {
  const groups = gather(report.findings);
  const troubles = groups.flatMap((group) => group.troubles);
  const told = troubles.slice(0, MOST_TROUBLES);
  yield `# pcapcheck: ${text(report.topology?.name ?? report.topology?.path ?? 'report')}\n\n`;
  for (const { text: sentence } of verdict(report)) yield `**${text(sentence)}**\n\n`;
  yield `${basis(report)}\n`;
  if (told.length > 0) {
    yield `\n## Findings\n\n${overview(told)}\n`;
    if (troubles.length > told.length)
      yield `\n${count(troubles.length - told.length)} more are in the whole report.\n`;
    yield '\n## What to do\n';
    for (const trouble of told) yield `\n${detail(trouble, report)}\n`;
  }
  yield* notes(groups, report);
  yield* exceptions(report);
  yield* undecided(report);
  yield* problems(report);
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
  return `${captures.map(({ path }) => code(path)).join(', ')}, held against ${held}: ${facts.filter(Boolean).map(text).join('; ')}.`;
}

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
      code(finding.fingerprint),
    ]),
  );
}

function detail({ number, finding, others }: Trouble, report: Report): string {
  const { remedy, rule, source, frames, capture, display_filter, first_ts, last_ts } = finding;
  const of = report.captures.length > 1 && capture !== null ? ` of ${code(capture)}` : '';
  const seen = [
    text(span(first_ts, last_ts)),
    frames.length === 0 ? '' : `${frames.length === 1 ? 'frame' : 'frames'} ${frames.join(', ')}${of}`,
  ];
  const sources = others.slice(0, MOST_SOURCES).map((other) => end(other.src_ip, other.src_name, []) ?? '');
  const more = others.length > MOST_SOURCES ? [`${others.length - MOST_SOURCES} more`] : [];
  const lines = [
    ['Fix', text(remedy)],
    ['Also', text([...sources, ...more].join(', '))],
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

function* exceptions({ exceptions: all, excepted }: Report): Generator<string> {
  if (all.length === 0) return;
  yield `\n## Excepted by the topology (${findingAmount(excepted)})\n\n`;
  const rows = all.map(({ id, state, owner, ticket, expires, reason, findings }) => [
    text(id),
    state === 'used' ? counted(findings, 'finding') : state,
    text(reason),
    text(owner),
    text(ticket ?? ''),
    expires ?? '',
    excepted
      .filter((finding) => finding.exception === id)
      .map((finding) => text(ends(finding)))
      .slice(0, MOST_EXAMPLES)
      .join('; '),
  ]);
  yield `${markdownTable(['Exception', 'State', 'Reason', 'Owner', 'Ticket', 'Until', 'Covers'], rows)}\n`;
}

function* undecided({ undecided: entries }: Report): Generator<string> {
  if (entries.length === 0) return;
  yield '\n## What the capture could not show\n\n';
  for (const { reason, count: amount, examples } of entries) {
    const named = examples.slice(0, MOST_EXAMPLES).join('; ');
    yield `- ${count(amount)} x ${text(reason)}${named === '' ? '' : `, for example ${text(named)}`}\n`;
  }
}

function* problems({ captures }: Report): Generator<string> {
  const told = captures.flatMap((capture) => capture.problems.map((problem) => ({ path: capture.path, problem })));
  if (told.length === 0) return;
  yield '\n## Problems of the captures\n\n';
  for (const { path, problem } of told) yield `- ${code(path)}: ${text(problem)}\n`;
}
