/** Role by role: what talked to what, and whether it was expected. */
import type { MatrixRow, Report } from '../../assess/types.ts';
import { OUTCOME_LABELS, OUTCOMES } from '../labels.ts';
import { count } from '../quantity.ts';
import type { Tone } from '../style.ts';
import { type Column, type Row, renderTable } from '../table.ts';
import { type Page, paragraph, section } from './block.ts';

const MOST_ROWS = 40;

/** Roles of a host are told whole: it is known by the last one as well as by the first. */
const ROLE_LINES = 12;

const COLUMNS: Column[] = [
  { title: '' },
  { title: 'From role', least: 11, lines: ROLE_LINES },
  { title: 'To role', least: 11, lines: ROLE_LINES },
  { title: 'Port' },
  { title: 'Verdict' },
  { title: 'Conns', align: 'right' },
  { title: 'Outcomes', least: 11 },
];

const VERDICTS: Record<MatrixRow['verdict'], { label: string; tone: Tone | null; rank: number }> = {
  forbidden: { label: 'FORBIDDEN', tone: 'alarm', rank: 0 },
  unexpected: { label: 'unexpected', tone: 'warn', rank: 2 },
  expected: { label: 'expected', tone: null, rank: 3 },
  'not-judged': { label: 'not judged', tone: 'dim', rank: 4 },
};

/** Expected traffic that fails stands between the forbidden and the unexpected. */
const FAILING = { tone: 'bad', rank: 1 } as const;

/** Connections of which their outcome says that they failed. */
const failed = ({ outcomes }: MatrixRow): number =>
  OUTCOMES.reduce((sum, each) => sum + (OUTCOME_LABELS[each].tone === 'bad' ? (outcomes[each] ?? 0) : 0), 0);

const failing = (row: MatrixRow): boolean =>
  row.verdict === 'expected' && (row.symptoms > 0 || row.blocked > 0 || failed(row) > 0);

const look = (row: MatrixRow): { tone: Tone | null; rank: number } => (failing(row) ? FAILING : VERDICTS[row.verdict]);

/** The table; rows that need a look come first and carry an exclamation mark, so that it reads without colours. */
export function matrixSection(report: Report, page: Page): string[] {
  const sorted = report.matrix.toSorted((one, other) => look(one).rank - look(other).rank);
  const shown = page.verbose ? sorted : sorted.slice(0, MOST_ROWS);
  const left = sorted.length - shown.length;
  const rest = `... and ${count(left)} more: --verbose shows them all`;
  const marked = sorted.some((row) => look(row).rank < VERDICTS.expected.rank);
  return section(page, marked ? 'ROLE BY ROLE (! = look at this)' : 'ROLE BY ROLE', [
    ...(shown.length === 0 ? [] : renderTable(COLUMNS, shown.map(tableRow), page.width, page.paint)),
    ...(left === 0 ? [] : paragraph(page, rest, 2, 'dim')),
  ]);
}

function tableRow(row: MatrixRow): Row {
  const { tone, rank } = look(row);
  return {
    tone,
    cells: [
      rank < VERDICTS.expected.rank ? '!' : '',
      row.src_role,
      row.dest_role,
      `${row.proto} ${row.dest_port}`,
      VERDICTS[row.verdict].label,
      count(row.connections),
      outcomeText(row.outcomes) + remark(row),
    ],
  };
}

/** What the outcomes alone do not tell: answers of TFTP that nobody acknowledges are answers all the same. */
function remark(row: MatrixRow): string {
  if (row.blocked > failed(row) + row.symptoms) return ` (${count(row.blocked)} blocked)`;
  return row.symptoms === 0 ? '' : ` (${count(row.symptoms)} opened, then failed)`;
}

/** `3 no answer, 2 established` */
export function outcomeText(outcomes: MatrixRow['outcomes']): string {
  return OUTCOMES.flatMap((outcome) => {
    const connections = outcomes[outcome];
    return connections ? `${count(connections)} ${OUTCOME_LABELS[outcome].label}` : [];
  }).join(', ');
}
