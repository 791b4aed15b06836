/** A comparison for a ticket. */
import { CHANGES, type Change, type ComparedReport, type Comparison } from '../../compare/types.ts';
import { SEVERITY_LABELS } from '../labels.ts';
import { code, markdownTable, text } from '../markdown-text.ts';
import { span } from '../quantity.ts';
import { aboutOf, headingOf, howOf, summaryOf } from './labels.ts';

export function renderDiffMarkdown(comparison: Comparison): string {
  const { before, after, remarks, changes } = comparison;
  const parts = [
    `# pcapcheck: ${summaryOf(comparison)}`,
    [`- before: ${comparedText(before)}`, `- after: ${comparedText(after)}`].join('\n'),
    ...remarks.map((remark) => `> ${text(remark)}`),
    ...CHANGES.flatMap((kind) => {
      const own = changes.filter(({ change }) => change === kind);
      return own.length === 0 ? [] : [`## ${headingOf(kind, own)}`, table(own)];
    }),
  ];
  return `${parts.join('\n\n')}\n`;
}

function table(changes: Change[]): string {
  return markdownTable(
    ['Severity', 'Finding', 'Outcome', 'Remark', 'Id'],
    changes.map((change) => [
      SEVERITY_LABELS[change.finding.severity].label,
      text(aboutOf(change)),
      text(howOf(change)),
      text(change.reason ?? ''),
      code(change.fingerprint),
    ]),
  );
}

function comparedText({ path, captures, topology, first, last }: ComparedReport): string {
  const held = topology === null ? 'no topology' : code(topology);
  return [`${code(path)}: ${captures.map(code).join(', ')} against ${held}`, text(span(first, last))]
    .filter(Boolean)
    .join('; ');
}
