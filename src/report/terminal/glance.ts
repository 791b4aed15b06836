/** Each trouble in one line, before the details: what to look for on the following pages. */
import type { Report } from '../../assess/types.ts';
import { roleList } from '../ends.ts';
import { kindLabel, outcomeLabel, SEVERITY_LABELS } from '../labels.ts';
import { count } from '../quantity.ts';
import { type Column, type Row, renderTable } from '../table.ts';
import { type Page, paragraph, section } from './block.ts';
import { gather, type Trouble } from './gather.ts';

const MOST_ROWS = 15;

const COLUMNS: Column[] = [
  { title: '', align: 'right' },
  { title: '' },
  { title: 'From', least: 10, single: true },
  { title: 'To', least: 10, single: true },
  { title: 'Port' },
  { title: 'Outcome', least: 10, single: true },
];

export function glanceSection(report: Report, page: Page): string[] {
  const troubles = gather(report.findings).flatMap((group) => group.troubles);
  const left = troubles.length - MOST_ROWS;
  return section(page, 'AT A GLANCE', [
    ...(troubles.length === 0
      ? []
      : renderTable(COLUMNS, troubles.slice(0, MOST_ROWS).map(row), page.width, page.paint)),
    ...(left <= 0 ? [] : paragraph(page, `... and ${count(left)} more below`, 2, 'dim')),
  ]);
}

function row({ number, finding, others }: Trouble): Row {
  const { src_ip, src_name, src_roles, dest_ip, dest_name, dest_roles, certainty, outcome } = finding;
  const roles = roleList(src_roles);
  const from = others.length === 0 ? (src_name ?? src_ip ?? roles) : `${count(others.length + 1)} x ${roles}`;
  const to = dest_name ?? dest_ip ?? roleList(dest_roles);
  return {
    tone: SEVERITY_LABELS[finding.severity].tone,
    cells: [
      String(number),
      `${kindLabel(finding.kind).word}${certainty === 'likely' ? '?' : ''}`,
      from === '' && to === '' ? (finding.subject ?? '') : from,
      to,
      [finding.proto ?? '', finding.dest_port ?? ''].join(' ').trim(),
      outcome === null ? '' : outcomeLabel(finding.kind, outcome),
    ],
  };
}
