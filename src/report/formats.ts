/** Every format of the report, listed once: `--format`, `--output` and their help are made from this table. */
import type { Report } from '../assess/types.ts';
import type { CsvOptions } from './csv-records.ts';
import type { TerminalOptions } from './terminal.ts';

/** Each format takes what it needs of them. */
export type RenderOptions = TerminalOptions & CsvOptions;

export interface ReportFormat {
  /** For the help. */
  description: string;
  /** Whether it shows the SHA-256 of what was read, which takes a second reading of the captures. */
  hashes?: true;
  /** The text in pieces of bounded size, to be written one after the other. Each format is loaded when it is used first. */
  render(report: Report, options: RenderOptions): Promise<Iterable<string>>;
}

export const FORMATS = {
  terminal: {
    description: 'text for a person, the verdict first',
    render: async (report, options) => [(await import('./terminal.ts')).renderTerminal(report, options)],
  },
  html: {
    description: 'one page for a browser: nothing else is needed to read it',
    hashes: true,
    render: async (report) => (await import('./html.ts')).renderHtml(report),
  },
  json: {
    description: 'the whole report as one JSON document',
    hashes: true,
    render: async (report) => (await import('./json.ts')).renderJson(report),
  },
  ndjson: {
    description: 'lines of JSON: findings, what is excepted, a summary',
    render: async (report) => (await import('./ndjson.ts')).renderNdjson(report),
  },
  csv: {
    description: 'a row for each finding',
    render: async (report, options) => (await import('./csv.ts')).renderCsv(report, options),
  },
  'matrix-csv': {
    description: 'a row for each pair of roles and port that was seen',
    render: async (report, options) => (await import('./matrix-csv.ts')).renderMatrixCsv(report, options),
  },
  markdown: {
    description: 'a summary for a ticket',
    hashes: true,
    render: async (report) => (await import('./markdown.ts')).renderMarkdown(report),
  },
  sarif: {
    description: 'SARIF 2.1.0, for code scanning',
    hashes: true,
    render: async (report) => (await import('./sarif.ts')).renderSarif(report),
  },
  junit: {
    description: 'JUnit XML, for build servers',
    render: async (report) => (await import('./junit.ts')).renderJunit(report),
  },
} as const satisfies Record<string, ReportFormat>;

export type FormatName = keyof typeof FORMATS;

export const FORMAT_NAMES = Object.keys(FORMATS) as FormatName[];

/** Whether the captures have to be hashed for a format. */
export const showsHashes = (name: FormatName): boolean => (FORMATS[name] as ReportFormat).hashes === true;
