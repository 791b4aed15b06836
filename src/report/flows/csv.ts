/** Connections for a spreadsheet. */
import type { FlowRow } from '../../assess/types.ts';
import type { TextSink } from '../chunks.ts';
import { type CsvColumn, csvHeader, csvRecords } from '../csv-records.ts';
import type { FlowOptions, FlowWriter } from '../flows.ts';

/** Rows that become text at once; about 64 KiB. */
const BATCH = 400;

/** New columns go to the end. */
export const FLOW_COLUMNS: readonly CsvColumn<FlowRow>[] = [
  { name: 'proto', value: (row) => row.proto },
  { name: 'src_ip', value: (row) => row.src_ip },
  { name: 'src_port', value: (row) => row.src_port },
  { name: 'dest_ip', value: (row) => row.dest_ip },
  { name: 'dest_port', value: (row) => row.dest_port },
  { name: 'client_inferred', value: (row) => row.client_inferred },
  { name: 'outcome', value: (row) => row.outcome },
  { name: 'ended', value: (row) => row.ended },
  { name: 'pkts_toserver', value: (row) => row.pkts_toserver },
  { name: 'pkts_toclient', value: (row) => row.pkts_toclient },
  { name: 'bytes_toserver', value: (row) => row.bytes_toserver },
  { name: 'bytes_toclient', value: (row) => row.bytes_toclient },
  { name: 'syns', value: (row) => row.syns },
  { name: 'first_frame', value: (row) => row.first_frame },
  { name: 'first_ts', value: (row) => row.first_ts },
  { name: 'last_ts', value: (row) => row.last_ts },
  { name: 'icmp_version', value: (row) => row.icmp?.version ?? null },
  { name: 'icmp_type', value: (row) => row.icmp?.type ?? null },
  { name: 'icmp_code', value: (row) => row.icmp?.code ?? null },
  { name: 'vlan', value: (row) => row.vlan },
  { name: 'capture', value: (row) => row.capture },
  { name: 'drop_cause', value: (row) => row.drop?.cause ?? null },
  { name: 'drop_reason', value: (row) => row.drop?.reason ?? null },
  { name: 'drop_because', value: (row) => row.drop?.because ?? null },
  { name: 'rpc_interface', value: (row) => row.rpc_interface },
  { name: 'rpc_frame', value: (row) => row.rpc_frame },
  { name: 'service', value: (row) => row.service },
  { name: 'names', value: (row) => row.names.join(' ') },
  { name: 'named_by', value: (row) => row.named_by },
  { name: 'tunnel', value: (row) => row.tunnel },
];

export function csvFlows(write: TextSink, options: FlowOptions): FlowWriter {
  let batch: FlowRow[] = [];
  const flush = (): void => {
    if (batch.length > 0) write(csvRecords(FLOW_COLUMNS, batch));
    batch = [];
  };
  return {
    begin: () => write(csvHeader(FLOW_COLUMNS, options)),
    row(row) {
      if (batch.push(row) === BATCH) flush();
    },
    end: flush,
  };
}
