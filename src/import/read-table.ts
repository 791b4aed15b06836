/** Rows of a CSV file as spreadsheets and PowerShell write it, with the line that each begins in. */
import { CsvError, parse } from 'csv-parse/sync';
import { type Problem, SiteError } from '../site/errors.ts';
import { encodingOf, fileText } from '../site/file-text.ts';

export interface TableRow {
  /** From 1. */
  line: number;
  cells: string[];
}

/** Bytes of a file, and rows: a topology of more would be refused. */
const LARGEST = 8 * 1024 * 1024;
const MOST_ROWS = 50_000;
const DELIMITERS = [',', ';', '\t', '|'] as const;

/**
 * The rows, titles first. Takes UTF-8, UTF-16 with its mark (PowerShell 5), Windows-1252 where it is no UTF-8; the delimiter is the one that
 * the line of titles has most.
 * @throws SiteError
 */
export function readTable(bytes: Uint8Array, path: string): TableRow[] {
  if (bytes.length > LARGEST)
    throw refuse(path, null, `is larger than ${LARGEST / 1024 / 1024} MB; is it a list of hosts?`);
  const text = textOf(bytes);
  if (text.includes('\u0000')) throw refuse(path, null, 'holds zero bytes, so it is no CSV text');
  const lines = text.split(/\r\n|\r|\n/);
  // What stands before the titles: the type of the objects (Export-Csv of PowerShell 5), the delimiter (Excel).
  let before = 0;
  let delimiter: string | null = null;
  for (; before < lines.length; before++) {
    const line = lines[before]!;
    const told = /^"?sep=(.)"?$/i.exec(line);
    if (told !== null) delimiter = told[1]!;
    else if (!/^"?#TYPE /i.test(line) && line.trim() !== '') break;
  }
  if (before === lines.length) throw refuse(path, null, 'is empty');
  try {
    const rows = parse(lines.slice(before).join('\n'), {
      delimiter: delimiter ?? delimiterOf(lines[before]!),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      to: MOST_ROWS + 1,
      max_record_size: 65_536,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    if (rows.length > MOST_ROWS) throw refuse(path, null, `has more than ${MOST_ROWS} rows`);
    return rows.map(({ record, info }) => ({ line: info.lines + before - breaksIn(record), cells: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? error.lines + before : null;
    throw refuse(path, line, why(error.code));
  }
}

/** A row ends at the line that the parser tells; quoted cells may reach over several. */
const breaksIn = (cells: readonly string[]): number =>
  cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);

function why(code: string): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'a cell begins with a quote and never ends';
  if (code === 'CSV_MAX_RECORD_SIZE') return 'a row is longer than 64 KB; is a quote missing?';
  return 'has quotes where CSV allows none; is this a CSV file?';
}

export function refuse(path: string, line: number | null, message: string): SiteError {
  const problem: Problem = line === null ? { line, column: null, message } : { line, column: 1, message };
  return new SiteError('invalid', path, [problem]);
}

/** The character that stands most often outside of quotes. */
function delimiterOf(titles: string): string {
  const plain = titles.replace(/"[^"]*"/g, '');
  const count = (delimiter: string): number => plain.split(delimiter).length - 1;
  return [...DELIMITERS].sort((a, b) => count(b) - count(a))[0]!;
}

function textOf(bytes: Uint8Array): string {
  if (encodingOf(bytes) !== 'utf-8') return fileText(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
