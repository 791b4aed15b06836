/** Tables of text in a given width: narrow columns stay whole, wide ones share what is left and wrap. */
import type { Paint, Tone } from './style.ts';
import { pad, shorten, textWidth, wrap } from './text-width.ts';

export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** Columns that it may be squeezed to; without it the column is never squeezed. */
  least?: number;
  /** One line: what does not fit is cut with an ellipsis instead of wrapped. */
  single?: boolean;
  /** Lines that a cell may take; MOST_LINES where nothing is said. */
  lines?: number;
}

export interface Row {
  cells: string[];
  /** A line of its own below the cells, where it has room: what has no column. */
  below?: string;
  tone: Tone | null;
}

const GAP = '  ';
/** A cell of more lines is cut: one hostile name must not push the rest of the table away. */
const MOST_LINES = 3;

/** The lines of the table, the titles first; a line of its own for each row where the width has no room for columns. */
export function renderTable(columns: Column[], rows: Row[], width: number, paint: Paint): string[] {
  const widths = columnWidths(columns, rows, width);
  if (widths === null)
    return rows.flatMap((row) =>
      [...asText(row, width), ...linesBelow(row, width)].map((line) => paint(row.tone, line)),
    );
  const line = (cells: string[]): string =>
    cells
      .map((cell, index) => pad(cell, widths[index]!, columns[index]!.align))
      .join(GAP)
      .trimEnd();
  const titles = columns.map((column, index) => shorten(column.title, widths[index]!));
  return [
    paint('dim', line(titles)),
    ...rows.flatMap((row) =>
      [...cellLines(row, columns, widths).map(line), ...linesBelow(row, width)].map((text) => paint(row.tone, text)),
    ),
  ];
}

function linesBelow({ below }: Row, width: number): string[] {
  return below === undefined || textWidth(GAP + below) > width ? [] : [GAP + below];
}

/** Whether the columns have room side by side, each as wide as it must at least be. */
export const hasRoom = (columns: Column[], rows: Row[], width: number): boolean =>
  columnWidths(columns, rows, width) !== null;

/** The cells one after the other, the further lines below the first. */
function asText(row: Row, width: number): string[] {
  const [first, ...rest] = wrap(
    row.cells
      .map((cell) => shorten(cell, width))
      .filter(Boolean)
      .join(GAP),
    width - GAP.length,
  );
  return [first!, ...rest.map((line) => GAP + line)];
}

/** Takes one column at a time from the widest that can give, until the table fits; null where nobody can give enough. */
function columnWidths(columns: Column[], rows: Row[], width: number): number[] | null {
  const widths = columns.map((column, index) =>
    rows.reduce((widest, row) => Math.max(widest, textWidth(row.cells[index]!)), textWidth(column.title)),
  );
  const least = columns.map((column) => column.least ?? Infinity);
  let over = widths.reduce((sum, each) => sum + each, GAP.length * (columns.length - 1)) - width;
  for (; over > 0; over--) {
    const giving = [...widths.keys()].filter((index) => widths[index]! > least[index]!);
    if (giving.length === 0) return null;
    widths[giving.reduce((widest, index) => (widths[index]! > widths[widest]! ? index : widest))]!--;
  }
  return widths;
}

function cellLines(row: Row, columns: Column[], widths: number[]): string[][] {
  const wrapped = row.cells.map((cell, index) => {
    const width = widths[index]!;
    if (columns[index]!.single) return [shorten(cell, width)];
    const lines = wrap(cell, width);
    const most = columns[index]!.lines ?? MOST_LINES;
    if (lines.length <= most) return lines;
    const cut = shorten(
      lines
        .slice(most - 1)
        .join(' ')
        .padEnd(width + 1),
      width,
    );
    return [...lines.slice(0, most - 1), cut];
  });
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) => wrapped.map((lines) => lines[at] ?? ''));
}
