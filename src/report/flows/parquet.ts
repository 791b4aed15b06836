/** Connections as Apache Parquet, for DuckDB, pandas, Polars and their like: the columns of the CSV and what it leaves out, each with its type. */
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { FlowRow } from '../../assess/types.ts';
import { VERSION } from '../../product.ts';
import type { FlowWriter, Sink } from '../flows.ts';

/** Rows that are kept until they are written together; bounds memory. */
const ROW_GROUP = 32_768;

type ColumnType = 'text' | 'texts' | 'boolean' | 'int32' | 'int64' | 'time';
type Value = string | readonly string[] | boolean | number | bigint | null;

interface ParquetColumn {
  name: string;
  type: ColumnType;
  nullable?: true;
  value(row: FlowRow): Value;
}

/** Counts that may exceed 2^31 are 64 bits wide. New columns go to the end. */
export const PARQUET_COLUMNS: readonly ParquetColumn[] = [
  { name: 'proto', type: 'text', value: (row) => row.proto },
  { name: 'src_ip', type: 'text', value: (row) => row.src_ip },
  { name: 'src_port', type: 'int32', value: (row) => row.src_port },
  { name: 'dest_ip', type: 'text', value: (row) => row.dest_ip },
  { name: 'dest_port', type: 'int32', value: (row) => row.dest_port },
  { name: 'client_inferred', type: 'boolean', value: (row) => row.client_inferred },
  { name: 'outcome', type: 'text', value: (row) => row.outcome },
  { name: 'ended', type: 'text', nullable: true, value: (row) => row.ended },
  { name: 'pkts_toserver', type: 'int64', value: (row) => BigInt(row.pkts_toserver) },
  { name: 'pkts_toclient', type: 'int64', value: (row) => BigInt(row.pkts_toclient) },
  { name: 'bytes_toserver', type: 'int64', value: (row) => BigInt(row.bytes_toserver) },
  { name: 'bytes_toclient', type: 'int64', value: (row) => BigInt(row.bytes_toclient) },
  { name: 'syns', type: 'int64', value: (row) => BigInt(row.syns) },
  { name: 'first_frame', type: 'int64', value: (row) => BigInt(row.first_frame) },
  { name: 'first_ts', type: 'time', value: (row) => nanoseconds(row.first_ts) },
  { name: 'last_ts', type: 'time', value: (row) => nanoseconds(row.last_ts) },
  { name: 'icmp_version', type: 'int32', nullable: true, value: (row) => row.icmp?.version ?? null },
  { name: 'icmp_type', type: 'int32', nullable: true, value: (row) => row.icmp?.type ?? null },
  { name: 'icmp_code', type: 'int32', nullable: true, value: (row) => row.icmp?.code ?? null },
  { name: 'vlan', type: 'int32', nullable: true, value: (row) => row.vlan },
  { name: 'capture', type: 'text', value: (row) => row.capture },
  { name: 'drop_by', type: 'text', nullable: true, value: (row) => row.drop?.by ?? null },
  { name: 'drop_cause', type: 'text', nullable: true, value: (row) => row.drop?.cause ?? null },
  { name: 'drop_reason', type: 'int64', nullable: true, value: (row) => wide(row.drop?.reason) },
  { name: 'drop_name', type: 'text', nullable: true, value: (row) => row.drop?.name ?? null },
  { name: 'drop_because', type: 'text', nullable: true, value: (row) => row.drop?.because ?? null },
  { name: 'drop_packets_of', type: 'text', nullable: true, value: (row) => row.drop?.packets_of ?? null },
  { name: 'drop_direction', type: 'text', nullable: true, value: (row) => row.drop?.direction ?? null },
  { name: 'drop_packets', type: 'int64', nullable: true, value: (row) => wide(row.drop?.packets) },
  { name: 'drop_component', type: 'text', nullable: true, value: (row) => row.drop?.component ?? null },
  { name: 'drop_location', type: 'int64', nullable: true, value: (row) => wide(row.drop?.location) },
  { name: 'drop_frame', type: 'int64', nullable: true, value: (row) => wide(row.drop?.frame) },
  { name: 'drop_capture', type: 'text', nullable: true, value: (row) => row.drop?.capture ?? null },
  { name: 'drop_log', type: 'text', nullable: true, value: (row) => row.drop?.log ?? null },
  { name: 'drop_line', type: 'int64', nullable: true, value: (row) => wide(row.drop?.line) },
  { name: 'rpc_interface', type: 'text', nullable: true, value: (row) => row.rpc_interface },
  { name: 'rpc_frame', type: 'int64', nullable: true, value: (row) => wide(row.rpc_frame) },
  { name: 'service', type: 'text', nullable: true, value: (row) => row.service },
  { name: 'names', type: 'texts', value: (row) => row.names },
  { name: 'named_by', type: 'text', nullable: true, value: (row) => row.named_by },
  { name: 'tunnel', type: 'text', nullable: true, value: (row) => row.tunnel },
];

const wide = (value: number | null | undefined): bigint | null => (value == null ? null : BigInt(value));

/** Since 1970 of a time as `timeText` writes it, with six or nine digits behind the second. */
function nanoseconds(text: string): bigint {
  const fraction = Number(text.slice(20, -1).padEnd(9, '0'));
  return BigInt(Date.parse(`${text.slice(0, 19)}Z`)) * 1_000_000n + BigInt(fraction);
}

/** Types as Parquet has them: https://github.com/apache/parquet-format/blob/master/LogicalTypes.md. */
const STRING = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const;
const SCALARS: Readonly<Record<Exclude<ColumnType, 'texts'>, Omit<SchemaElement, 'name'>>> = {
  text: STRING,
  boolean: { type: 'BOOLEAN' },
  int32: { type: 'INT32' },
  int64: { type: 'INT64' },
  time: { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' } },
};

/** A column, and for a list the two levels below it. */
function elementsOf({ name, type, nullable }: ParquetColumn): SchemaElement[] {
  const repetition_type = nullable ? 'OPTIONAL' : 'REQUIRED';
  if (type !== 'texts') return [{ name, repetition_type, ...SCALARS[type] }];
  return [
    { name, repetition_type, converted_type: 'LIST', logical_type: { type: 'LIST' }, num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'REQUIRED', ...STRING },
  ];
}

/** Hands on what was written whenever a group of rows is whole. */
class SinkWriter extends ByteWriter {
  readonly #sink: Sink;

  constructor(sink: Sink) {
    super();
    this.#sink = sink;
  }

  flush(): void {
    if (this.index > 0) this.#sink(this.getBytes());
    this.index = 0;
  }

  override finish(): void {
    this.flush();
  }
}

export function parquetFlows(write: Sink): FlowWriter {
  const file = new ParquetWriter({
    writer: new SinkWriter(write),
    schema: [{ name: 'flows', num_children: PARQUET_COLUMNS.length }, ...PARQUET_COLUMNS.flatMap(elementsOf)],
    createdBy: `pcapcheck version ${VERSION}`,
  });
  let columns: Value[][] = PARQUET_COLUMNS.map(() => []);
  const flush = (): void => {
    const rows = columns[0]!.length;
    if (rows === 0) return;
    const columnData = PARQUET_COLUMNS.map(({ name }, index) => ({ name, data: columns[index]!, offsetIndex: false }));
    file.write({ columnData, rowGroupSize: rows });
    columns = PARQUET_COLUMNS.map(() => []);
  };
  return {
    begin() {},
    row(row) {
      for (let index = 0; index < columns.length; index++) columns[index]!.push(PARQUET_COLUMNS[index]!.value(row));
      if (columns[0]!.length === ROW_GROUP) flush();
    },
    end() {
      flush();
      file.finish();
    },
  };
}
