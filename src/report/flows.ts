/** The formats of `pcapcheck flows`, listed once. Rows come one at a time and leave in chunks. */
import type { FlowRow } from '../assess/types.ts';
import type { CsvOptions } from './csv-records.ts';

/** Takes what was written so far, some 64 KiB of text or a group of rows of Parquet at a time. */
export type Sink = (data: string | Uint8Array) => void;

export interface FlowOptions extends CsvOptions {
  /** Columns of the table; at least 40 are used. */
  width: number;
  color: boolean;
}

/** Takes all connections of a run: `begin`, then each row, then `end`, once each. */
export interface FlowWriter {
  begin(): void;
  row(row: FlowRow): void;
  end(): void;
}

interface FlowFormatRow {
  description: string;
  /** Not for terminals. */
  binary?: true;
  /** Each format is loaded when it is used first. */
  writer(write: Sink, options: FlowOptions): Promise<FlowWriter>;
}

export const FLOW_FORMATS = {
  table: {
    description: 'columns for a person',
    writer: async (write, options) => (await import('./flows/table.ts')).tableFlows(write, options),
  },
  ndjson: {
    description: 'a line of JSON for each connection',
    writer: async (write) => (await import('./flows/ndjson.ts')).ndjsonFlows(write),
  },
  csv: {
    description: 'a row for each connection',
    writer: async (write, options) => (await import('./flows/csv.ts')).csvFlows(write, options),
  },
  parquet: {
    description: 'Apache Parquet with typed columns, for DuckDB, pandas and Polars',
    binary: true,
    writer: async (write) => (await import('./flows/parquet.ts')).parquetFlows(write),
  },
} as const satisfies Record<string, FlowFormatRow>;

export type FlowFormat = keyof typeof FLOW_FORMATS;

export const FLOW_FORMAT_NAMES = Object.keys(FLOW_FORMATS) as FlowFormat[];

export const isBinary = (format: FlowFormat): boolean => (FLOW_FORMATS[format] as FlowFormatRow).binary === true;

export const flowWriter = (format: FlowFormat, write: Sink, options: FlowOptions): Promise<FlowWriter> =>
  FLOW_FORMATS[format].writer(write, options);
