/** The findings, grouped by kind, the gravest first, each with its evidence and its remedy. */
import type { Finding, Report, Source } from '../../assess/types.ts';
import { end, ends, rolePair } from '../ends.ts';
import { amountTexts, kindLabel, outcomeLabel, SEVERITY_LABELS } from '../labels.ts';
import { portLabel } from '../port-label.ts';
import { count, counted, span } from '../quantity.ts';
import { shorten, textWidth, wrap } from '../text-width.ts';
import { copyable, labelled, limited, type Page, paragraph, section } from './block.ts';
import { gather, type Trouble } from './gather.ts';

const INDENT = 4;
const MOST_TROUBLES = 20;
const MOST_BRIEF = 10;
const MOST_SOURCES = 5;
const WIDEST_MESSAGE = 600;

/** A section for each kind, which it names for `explain`, exceptions and scripts. Informational findings take a line, the others a block. */
export function findingSections(report: Report, page: Page): string[] {
  return gather(report.findings).flatMap(({ kind, amount, troubles, brief }) =>
    section(page, `${kindLabel(kind).heading} (${amount})`, [
      ...paragraph(page, `What it means: pcapcheck explain ${kind}`, 2, 'dim'),
      ...limited(page, troubles, MOST_TROUBLES, (trouble, index) => [
        ...(index === 0 ? [] : ['']),
        ...block(trouble, troubles, report, page),
      ]),
      ...limited(page, brief, MOST_BRIEF, (finding) => paragraph(page, briefly(finding, report), 2, null, 2)),
    ]),
  );
}

function block(trouble: Trouble, troubles: Trouble[], report: Report, page: Page): string[] {
  const { finding } = trouble;
  const told = troubles.find((other) => other.finding.remedy === finding.remedy)!;
  const rule = [finding.rule.join(', '), sourceText(finding.source)].filter(Boolean).join('; ');
  return [
    ...heading(trouble, page),
    ...paragraph(page, evidence(trouble), INDENT),
    ...paragraph(page, shorten(finding.message, WIDEST_MESSAGE), INDENT),
    ...labelled(page, 'Fix', told === trouble ? finding.remedy : `as for ${told.number}`, INDENT),
    ...labelled(page, 'Also', alsoFrom(trouble.others, page), INDENT),
    ...labelled(page, 'Rule', rule, INDENT),
    ...labelled(page, 'Seen', seen(trouble, report), INDENT),
    ...copyable(page, 'Filter', finding.display_filter ?? '', INDENT),
    ...labelled(page, 'Id', ids(trouble, page), INDENT),
  ];
}

/** ` 1  HIGH  MP01 (10.20.0.11) -> SQL01 (10.20.0.31)  tcp 1433 (SQL Server)`, the port never broken from its protocol. */
function heading({ number, finding }: Trouble, page: Page): string[] {
  const { label, tone } = SEVERITY_LABELS[finding.severity];
  const mark = `${String(number).padStart(2)}  ${label}`;
  const margin = mark.length + 2;
  const parts = [ends(finding), portLabel(finding.proto, finding.dest_port)].filter(Boolean);
  const title = parts.join('  ') || (finding.subject ?? finding.kind);
  const fits = textWidth(title) <= page.width - margin;
  const [first, ...rest] = (fits ? [title] : parts).flatMap((part) => wrap(part, page.width - margin));
  return [
    `${page.paint(tone, mark)}  ${page.paint('strong', first!)}`,
    ...rest.map((line) => ' '.repeat(margin) + page.paint('strong', line)),
  ];
}

/** `no answer; 6 connections, 18 attempts; management-point -> sql-server` */
function evidence({ finding, others }: Trouble): string {
  return [
    finding.certainty === 'likely' ? 'likely, not proven' : '',
    finding.outcome === null ? '' : outcomeLabel(finding.kind, finding.outcome),
    amountOf({ finding, others }),
    rolePair(finding),
  ]
    .filter(Boolean)
    .join('; ');
}

/** `9 sources, 9 transfers, 23 requests`: of all findings that the trouble stands for. */
export function amountOf({ finding, others }: Pick<Trouble, 'finding' | 'others'>): string {
  const all = [finding, ...others];
  const connections = all.reduce((sum, each) => sum + each.count, 0);
  const attempts = all.reduce((sum, each) => sum + each.attempts, 0);
  const amounts = [
    others.length === 0 ? '' : counted(all.length, 'source'),
    ...amountTexts(finding.kind, connections, attempts),
  ];
  return amounts.filter(Boolean).join(', ');
}

/** Fingerprints, by which exceptions and comparisons know the findings. */
function ids({ finding, others }: Trouble, page: Page): string {
  const all = [...new Set([finding, ...others].map(({ fingerprint }) => fingerprint))];
  const named = page.verbose ? all : all.slice(0, 1);
  const left = all.length - named.length;
  return [...named, ...(left === 0 ? [] : [`${count(left)} more`])].join(', ');
}

function alsoFrom(others: Finding[], page: Page): string {
  const named = page.verbose ? others : others.slice(0, MOST_SOURCES);
  const left = others.length - named.length;
  const names = named.map((finding) => end(finding.src_ip, finding.src_name, []));
  return [...names, ...(left === 0 ? [] : [`${count(left)} more`])].join(', ');
}

/** `2026-03-02 09:01:12 to 09:18:40 UTC; frames 1204, 1310` */
function seen(trouble: Trouble, report: Report): string {
  return [seenWhen(trouble), frameText(trouble.finding, report)].filter(Boolean).join('; ');
}

/** From the first frame to the last of all findings that the trouble stands for. */
export function seenWhen({ finding, others }: Trouble): string {
  const all = [finding, ...others];
  const firsts = all.flatMap((each) => each.first_ts ?? []).sort();
  const lasts = all.flatMap((each) => each.last_ts ?? []).sort();
  return span(firsts[0] ?? null, lasts.at(-1) ?? null);
}

/** `frames 1204, 1310 of site.pcap`, the last where there are several captures; empty where there is no frame. */
function frameText({ frames, capture }: Finding, { captures }: Report): string {
  if (frames.length === 0) return '';
  const of = captures.length > 1 && capture !== null ? ` of ${capture}` : '';
  return `${frames.length === 1 ? 'frame' : 'frames'} ${frames.join(', ')}${of}`;
}

/** `Ports used in Configuration Manager (2020-04-29), Management point --> SQL Server` */
export function sourceText(source: Source | null): string {
  if (source === null) return '';
  const dated = source.date === null ? source.document : `${source.document} (${source.date})`;
  return source.section === '' ? dated : `${dated}, ${source.section}`;
}

/** A note in one line. */
export function briefly(finding: Finding, report: Report): string {
  const what = [ends(finding), portLabel(finding.proto, finding.dest_port) + rulePorts(finding, report)];
  if (kindLabel(finding.kind).brief === 'message') {
    const frames = frameText(finding, report);
    return frames === '' ? finding.message : `${finding.message} ${frames[0]!.toUpperCase()}${frames.slice(1)}.`;
  }
  return what.join('') === ''
    ? finding.message
    : `${what.filter(Boolean).join('  ')}  [${finding.rule.join(', ') || finding.kind}]`;
}

/** ` 67, 68`: the ports of the rule where the finding names none, since it speaks of all of them. */
function rulePorts({ dest_port, rule, src_ip, dest_ip }: Finding, report: Report): string {
  if (dest_port !== null || src_ip !== null || dest_ip !== null || rule.length === 0) return '';
  const ports = report.rules.find(({ id }) => id === rule[0])?.ports ?? [];
  return ports.length === 0 ? '' : ` ${ports.join(', ')}`;
}
