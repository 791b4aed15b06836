/** The findings, grouped by kind, the gravest first, each with its evidence and its remedy. */
import { type Finding, type Report, SEVERITIES, type Source } from '../../assess/types.ts';
import { ends, rolePair } from '../ends.ts';
import { kindLabel, OUTCOME_LABELS, SEVERITY_LABELS } from '../labels.ts';
import { portLabel } from '../port-label.ts';
import { count, counted, span } from '../quantity.ts';
import { shorten, wrap } from '../text-width.ts';
import { copyable, labelled, limited, type Page, paragraph, section } from './block.ts';
import { groups } from './verdict.ts';

const INDENT = 4;
const MOST_BLOCKS = 20;
const MOST_LINES = 10;

const gravity = (finding: Finding): number =>
  SEVERITIES.indexOf(finding.severity) * 2 + (finding.certainty === 'proven' ? 0 : 1);

/** A section for each kind, ordered by its gravest finding. Informational findings take a line, the others a block. */
export function findingSections(report: Report, page: Page): string[] {
  const sorted = [...groups(report.findings)].map(([kind, group]) => ({
    kind,
    group: group.toSorted((one, other) => gravity(one) - gravity(other)),
  }));
  sorted.sort(
    (one, other) => SEVERITIES.indexOf(one.group[0]!.severity) - SEVERITIES.indexOf(other.group[0]!.severity),
  );
  let last = 0;
  return sorted.flatMap(({ kind, group }) => {
    const base = last;
    last += group.length;
    const blocks = group.filter((finding) => finding.severity !== 'info');
    const brief = group.slice(blocks.length);
    return section(page, `${kindLabel(kind).heading} (${count(group.length)})`, [
      ...limited(page, blocks, MOST_BLOCKS, (finding, index) => [
        ...(index === 0 ? [] : ['']),
        ...block(finding, base + index + 1, sameRemedy(blocks, index, base), report, page),
      ]),
      ...limited(page, brief, MOST_LINES, (finding) => paragraph(page, briefly(finding), 2)),
    ]);
  });
}

/** Number of the finding whose remedy this one repeats, or null. */
function sameRemedy(blocks: Finding[], index: number, base: number): number | null {
  const first = blocks.findIndex((finding) => finding.remedy === blocks[index]!.remedy);
  return first < index ? base + first + 1 : null;
}

function block(finding: Finding, number: number, sameAs: number | null, report: Report, page: Page): string[] {
  const remedy = sameAs === null ? finding.remedy : `as for ${sameAs}`;
  return [
    ...heading(finding, number, page),
    ...paragraph(page, evidence(finding), INDENT),
    ...paragraph(page, shorten(finding.message, 600), INDENT),
    ...labelled(page, 'Fix', remedy, INDENT),
    ...labelled(page, 'Rule', [finding.rule.join(', '), sourceText(finding.source)].filter(Boolean).join('; '), INDENT),
    ...labelled(page, 'Frames', frames(finding, report), INDENT),
    ...copyable(page, 'Filter', finding.display_filter ?? '', INDENT),
  ];
}

/** ` 1  HIGH  MP01 (10.20.0.11) -> SQL01 (10.20.0.31)  tcp 1433 (SQL Server)` */
function heading(finding: Finding, number: number, page: Page): string[] {
  const { label, tone } = SEVERITY_LABELS[finding.severity];
  const mark = `${String(number).padStart(2)}  ${label}`;
  const title = [ends(finding), portLabel(finding.proto, finding.dest_port)].filter(Boolean).join('  ') || finding.kind;
  const [first, ...rest] = wrap(title, page.width - mark.length - 2);
  return [
    `${page.paint(tone, mark)}  ${page.paint('strong', first!)}`,
    ...rest.map((line) => ' '.repeat(mark.length + 2) + page.paint('strong', line)),
  ];
}

function evidence(finding: Finding): string {
  const outcome = finding.outcome === null ? '' : OUTCOME_LABELS[finding.outcome].label;
  const connections = finding.count === 0 ? '' : counted(finding.count, 'connection');
  const attempts = finding.attempts <= finding.count ? '' : counted(finding.attempts, 'attempt');
  return [
    finding.certainty === 'likely' ? 'likely, not proven' : '',
    outcome,
    [connections, attempts].filter(Boolean).join(' and '),
    span(finding.first_ts, finding.last_ts),
    rolePair(finding),
  ]
    .filter(Boolean)
    .join('; ');
}

/** `Ports used in Configuration Manager (2020-04-29), Management point --> SQL Server` */
export function sourceText(source: Source | null): string {
  if (source === null) return '';
  const dated = source.date === null ? source.document : `${source.document} (${source.date})`;
  return source.section === '' ? dated : `${dated}, ${source.section}`;
}

function frames(finding: Finding, report: Report): string {
  if (finding.frames.length === 0) return '';
  const of = report.captures.length > 1 && finding.capture !== null ? ` of ${finding.capture}` : '';
  return `${finding.frames.join(', ')}${of}`;
}

function briefly(finding: Finding): string {
  const what = [ends(finding), portLabel(finding.proto, finding.dest_port)].filter(Boolean).join('  ');
  return what === '' ? finding.message : `${what}  [${finding.rule[0] ?? finding.kind}]`;
}
