/** The formats of `pcapcheck flows`, listed once. Rows come one at a time and leave in chunks. */
import type { FlowRow } from '../assess/types.ts';
import type { TextSink } from './chunks.ts';
import type { CsvOptions } from './csv-records.ts';
import { csvFlows } from './flows/csv.ts';
import { ndjsonFlows } from './flows/ndjson.ts';
import { tableFlows } from './flows/table.ts';

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

export const FLOW_FORMATS = {
  table: { description: 'columns for a person', writer: tableFlows },
  ndjson: { description: 'a line of JSON for each connection', writer: ndjsonFlows },
  csv: { description: 'a row for each connection', writer: csvFlows },
} as const satisfies Record<
  string,
  { description: string; writer: (write: TextSink, options: FlowOptions) => FlowWriter }
>;

export type FlowFormat = keyof typeof FLOW_FORMATS;

export const FLOW_FORMAT_NAMES = Object.keys(FLOW_FORMATS) as FlowFormat[];

export const flowWriter = (format: FlowFormat, write: TextSink, options: FlowOptions): FlowWriter =>
  FLOW_FORMATS[format].writer(write, options);
