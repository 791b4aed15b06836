/** A comparison for a person: the counts first, then what is new, what is fixed, what is still there. */
import { CHANGES, type Change, type ComparedReport, type Comparison } from '../../compare/types.ts';
import { SEVERITY_LABELS } from '../labels.ts';
import { printableData } from '../printable.ts';
import { span } from '../quantity.ts';
import { painter } from '../style.ts';
import { limited, type Page, paragraph, section, type TerminalOptions } from '../terminal/block.ts';
import { aboutOf, CHANGE_LABELS, headingOf, howOf, isNote, summaryOf } from './labels.ts';

const LEAST_WIDTH = 40;
const MOST_CHANGES = 30;

export function renderDiffTerminal(comparison: Comparison, options: TerminalOptions): string {
  const page: Page = {
    width: Math.max(LEAST_WIDTH, options.width),
    verbose: options.verbose,
    paint: painter(options.color),
  };
  const safe = printableData(comparison);
  const fresh = safe.changes.some((change) => change.change === 'new' && !isNote(change));
  const lines = [
    ...paragraph(page, `${summaryOf(safe)}.`, 0, fresh ? 'alarm' : 'strong'),
    ...paragraph(page, `before: ${comparedText(safe.before)}`, 0, 'dim'),
    ...paragraph(page, `after:  ${comparedText(safe.after)}`, 0, 'dim'),
    ...safe.remarks.flatMap((remark) => paragraph(page, remark, 0, 'warn')),
    ...CHANGES.flatMap((kind) => {
      const changes = safe.changes.filter(({ change }) => change === kind);
      const lines = limited(page, changes, MOST_CHANGES, (change) => changeLines(change, page));
      return section(page, headingOf(kind, changes), lines, CHANGE_LABELS[kind].tone);
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function changeLines(change: Change, page: Page): string[] {
  const { finding, fingerprint, reason, worse } = change;
  const how = howOf(change);
  const text = `${SEVERITY_LABELS[finding.severity].label.padEnd(6)}  ${aboutOf(change)}${how === '' ? '' : `  ${how}`}  [${fingerprint}]`;
  return [
    ...paragraph(page, text, 2, worse ? 'alarm' : null, 8),
    ...(reason === null ? [] : paragraph(page, reason, 10, 'dim')),
  ];
}

function comparedText({ path, captures, topology, first, last }: ComparedReport): string {
  const of = captures.length === 1 ? captures[0] : `${captures.length} captures`;
  return [path, `${of}, held against ${topology ?? 'no topology'}`, span(first, last)].filter(Boolean).join('; ');
}
