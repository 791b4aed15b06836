/** What stands at each crossing of two roles: the rows of the report's matrix, and required rules that nobody tried. */
import type { MatrixRow, Report, RuleReport } from '../../assess/types.ts';

export type CellState =
  | 'forbidden'
  | 'blocked'
  | 'probably-blocked'
  | 'unexpected'
  | 'undecided'
  | 'expected'
  | 'not-judged'
  | 'not-seen';

/** In words and as a sign, so that no colour is needed to read the map. The gravest first: it decides how a crossing looks. */
export const CELL_STATES: Readonly<Record<CellState, { sign: string; label: string }>> = {
  forbidden: { sign: '⊘', label: 'forbidden' },
  blocked: { sign: '✕', label: 'blocked' },
  'probably-blocked': { sign: '✕?', label: 'probably blocked' },
  unexpected: { sign: '!', label: 'unexpected' },
  undecided: { sign: '?', label: 'undecided' },
  expected: { sign: '✓', label: 'expected' },
  'not-judged': { sign: '–', label: 'not judged' },
  'not-seen': { sign: '○', label: 'required, not seen' },
};

export const STATES = Object.keys(CELL_STATES) as CellState[];

export interface Cell {
  from: string;
  to: string;
  state: CellState;
  rows: MatrixRow[];
  /** Required rules between the two roles that nobody tried. */
  notSeen: RuleReport[];
  connections: number;
  /** Connections by state. */
  amounts: Partial<Record<CellState, number>>;
}

export interface Grid {
  from: string[];
  to: string[];
  cell(from: string, to: string): Cell | undefined;
  cells: Cell[];
}

export function gridOf({ matrix, rules }: Pick<Report, 'matrix' | 'rules'>): Grid {
  const cells = new Map<string, Cell>();
  const at = (from: string, to: string): Cell => {
    const key = JSON.stringify([from, to]);
    let cell = cells.get(key);
    if (cell === undefined) {
      cell = { from, to, state: 'not-seen', rows: [], notSeen: [], connections: 0, amounts: {} };
      cells.set(key, cell);
    }
    return cell;
  };
  for (const row of matrix) at(row.src_role, row.dest_role).rows.push(row);
  for (const rule of rules) {
    if (rule.state !== 'not-seen' || rule.need !== 'required') continue;
    for (const from of rule.from.split(', ')) at(from, rule.to).notSeen.push(rule);
  }
  for (const cell of cells.values()) sumUp(cell);
  const all = [...cells.values()];
  return {
    from: byTrouble(all, 'from'),
    to: byTrouble(all, 'to'),
    cell: (from, to) => cells.get(JSON.stringify([from, to])),
    cells: all,
  };
}

/** How many connections of a row are in which state. */
export function rowAmounts(row: MatrixRow): Partial<Record<CellState, number>> {
  if (row.verdict !== 'expected') return { [row.verdict]: row.connections };
  const { blocked, blocked_likely: likely, undecided, connections } = row;
  return {
    blocked: blocked - likely,
    'probably-blocked': likely,
    undecided,
    expected: connections - blocked - undecided,
  };
}

/** The gravest state of a row. */
export const rowState = (row: MatrixRow): CellState => gravest(rowAmounts(row));

const gravest = (amounts: Partial<Record<CellState, number>>): CellState =>
  STATES.find((state) => (amounts[state] ?? 0) > 0) ?? 'not-seen';

function sumUp(cell: Cell): void {
  for (const row of cell.rows) {
    cell.connections += row.connections;
    for (const [state, amount] of Object.entries(rowAmounts(row)) as [CellState, number][])
      cell.amounts[state] = (cell.amounts[state] ?? 0) + amount;
  }
  cell.state = gravest(cell.amounts);
  cell.rows.sort((one, other) => STATES.indexOf(rowState(one)) - STATES.indexOf(rowState(other)));
}

/** Roles whose crossings need a look come first, then the busy ones. */
function byTrouble(cells: readonly Cell[], side: 'from' | 'to'): string[] {
  const ranks = new Map<string, { worst: number; connections: number }>();
  for (const cell of cells) {
    const rank = ranks.get(cell[side]) ?? { worst: STATES.length, connections: 0 };
    const own = STATES.indexOf(cell.state);
    // Undecided and expected are no trouble: there the busy ones lead.
    rank.worst = Math.min(rank.worst, own > 2 && own < 6 ? 3 : own);
    rank.connections += cell.connections;
    ranks.set(cell[side], rank);
  }
  return [...ranks]
    .sort(([a, one], [b, other]) => one.worst - other.worst || other.connections - one.connections || (a < b ? -1 : 1))
    .map(([role]) => role);
}
