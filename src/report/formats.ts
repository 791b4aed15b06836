/** Every format of the report, listed once: `--format`, `--output` and their help are made from this table. */
import type { Report } from '../assess/types.ts';
import { renderCsv } from './csv.ts';
import type { CsvOptions } from './csv-records.ts';
import { renderJson } from './json.ts';
import { renderMatrixCsv } from './matrix-csv.ts';
import { renderNdjson } from './ndjson.ts';
import { renderTerminal, type TerminalOptions } from './terminal.ts';

/** Each format takes what it needs of them. */
export type RenderOptions = TerminalOptions & CsvOptions;

export interface ReportFormat {
  /** For the help. */
  description: string;
  /** The text in pieces of bounded size, to be written one after the other. */
  render(report: Report, options: RenderOptions): Iterable<string>;
}

export const FORMATS = {
  terminal: {
    description: 'text for a person, the verdict first',
    render: (report, options) => [renderTerminal(report, options)],
  },
  json: { description: 'the whole report as one JSON document', render: renderJson },
  ndjson: { description: 'a line of JSON for each finding, then a summary line', render: renderNdjson },
  csv: { description: 'a row for each finding', render: renderCsv },
  'matrix-csv': { description: 'a row for each pair of roles and port that was seen', render: renderMatrixCsv },
} as const satisfies Record<string, ReportFormat>;

export type FormatName = keyof typeof FORMATS;

export const FORMAT_NAMES = Object.keys(FORMATS) as FormatName[];
