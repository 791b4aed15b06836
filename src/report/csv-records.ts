/** Records as RFC 4180 text that opens right in Excel: quoted where needed, CRLF, formulas neutralised. */
import { stringify } from 'csv-stringify/sync';
import { neutralised } from './csv-cell.ts';

/** A number stays a number; null is an empty cell; a boolean is `true` or `false`. */
export type Cell = string | number | boolean | null;

export interface CsvColumn<T> {
  name: string;
  value(item: T): Cell;
}

export interface CsvOptions {
  /** A byte order mark first, by which Excel knows UTF-8. */
  bom: boolean;
}

/** Items that become text at once; bounds memory. */
const BATCH = 1000;

/** The line of column names. */
export function csvHeader<T>(columns: readonly CsvColumn<T>[], options: CsvOptions): string {
  return (options.bom ? '\ufeff' : '') + lines([columns.map((column) => column.name)]);
}

/** The records of some items, without the names. */
export function csvRecords<T>(columns: readonly CsvColumn<T>[], items: readonly T[]): string {
  return lines(items.map((item) => columns.map((column) => column.value(item))));
}

/** A whole file in pieces. */
export function* csvFile<T>(
  columns: readonly CsvColumn<T>[],
  items: readonly T[],
  options: CsvOptions,
): Generator<string> {
  yield csvHeader(columns, options);
  for (let at = 0; at < items.length; at += BATCH) yield csvRecords(columns, items.slice(at, at + BATCH));
}

function lines(records: Cell[][]): string {
  return stringify(records, {
    record_delimiter: 'windows',
    quote_record_delimiter: true,
    escape_formulas: true,
    cast: { string: neutralised, boolean: String },
  });
}
