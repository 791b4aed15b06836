/** Every format of the report, listed once: `--format`, `--output` and their help are made from this table. */
import type { Report } from '../assess/types.ts';
import type { CsvOptions } from './csv-records.ts';
import type { TerminalOptions } from './terminal.ts';

/** Each format takes what it needs of them. */
export type RenderOptions = TerminalOptions & CsvOptions;

/** @returns the text in pieces of bounded size, to be written one after the other */
export type Render = (report: Report, options: RenderOptions) => Iterable<string>;

export interface ReportFormat {
  /** For the help. */
  description: string;
  /** Whether it shows the SHA-256 of what was read, which takes a second reading of the captures. */
  hashes?: true;
  /** Loads the format, the first time it is asked for. */
  load(): Promise<Render>;
}

export const FORMATS = {
  terminal: {
    description: 'text for a person, the verdict first',
    load: async () => {
      const { renderTerminal } = await import('./terminal.ts');
      return (report, options) => [renderTerminal(report, options)];
    },
  },
  html: {
    description: 'one page for a browser: nothing else is needed to read it',
    hashes: true,
    load: async () => (await import('./html.ts')).renderHtml,
  },
  json: {
    description: 'the whole report as one JSON document',
    hashes: true,
    load: async () => (await import('./json.ts')).renderJson,
  },
  ndjson: {
    description: 'lines of JSON: findings, what is excepted, a summary',
    load: async () => (await import('./ndjson.ts')).renderNdjson,
  },
  csv: {
    description: 'a row for each finding',
    load: async () => (await import('./csv.ts')).renderCsv,
  },
  'matrix-csv': {
    description: 'a row for each pair of roles and port that was seen',
    load: async () => (await import('./matrix-csv.ts')).renderMatrixCsv,
  },
  markdown: {
    description: 'a summary for a ticket',
    hashes: true,
    load: async () => (await import('./markdown.ts')).renderMarkdown,
  },
  sarif: {
    description: 'SARIF 2.1.0, for code scanning',
    hashes: true,
    load: async () => (await import('./sarif.ts')).renderSarif,
  },
  junit: {
    description: 'JUnit XML, for build servers',
    load: async () => (await import('./junit.ts')).renderJunit,
  },
} as const satisfies Record<string, ReportFormat>;

export type FormatName = keyof typeof FORMATS;

export const FORMAT_NAMES = Object.keys(FORMATS) as FormatName[];

/** Whether the captures have to be hashed for a format. */
export const showsHashes = (name: FormatName): boolean => (FORMATS[name] as ReportFormat).hashes === true;
