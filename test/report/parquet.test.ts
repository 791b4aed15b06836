/** Parquet, read by DuckDB and held against the lines of JSON, row by row. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { FlowRow } from '../../src/assess/types.ts';
import { FLOW_COLUMNS } from '../../src/report/flows/csv.ts';
import { PARQUET_COLUMNS } from '../../src/report/flows/parquet.ts';
import { type FlowFormat, flowWriter } from '../../src/report/flows.ts';
import { folder } from '../cli/program.ts';
import { inProcess } from '../support/in-process.ts';
import { flows, HOSTILE_NAMES } from './sample.ts';

const DUCKDB = resolve('.ci/tools/node_modules/@duckdb/node-api/lib/index.js');
const missing = !existsSync(DUCKDB);
if (missing)
  console.warn(
    'SKIPPED: Parquet is not read, since .ci/tools is not installed (cd .ci/tools && npm ci --ignore-scripts)',
  );

type Cells = Record<string, unknown>;

async function query(sql: string): Promise<Cells[]> {
  const { DuckDBInstance } = await import(pathToFileURL(DUCKDB).href);
  const connection = await (await DuckDBInstance.create()).connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
  }
}

/** What a row of JSON is in columns, with the words of DuckDB for numbers of 64 bits. */
function expected(row: FlowRow): Cells {
  const { icmp, drop, first_ts, last_ts, ...plain } = row;
  const flat: Cells = { ...plain, first_us: microseconds(first_ts), last_us: microseconds(last_ts) };
  for (const key of ['version', 'type', 'code'] as const) flat[`icmp_${key}`] = icmp?.[key] ?? null;
  for (const key of DROP_KEYS) flat[`drop_${key}`] = drop?.[key] ?? null;
  for (const { name, type } of PARQUET_COLUMNS)
    if (type === 'int64' && flat[name] !== null) flat[name] = String(flat[name]);
  return flat;
}
const DROP_KEYS = [
  'by',
  'cause',
  'reason',
  'name',
  'because',
  'packets_of',
  'direction',
  'packets',
  'component',
  'location',
  'frame',
  'capture',
  'log',
  'line',
] as const satisfies readonly (keyof NonNullable<FlowRow['drop']>)[];

const microseconds = (text: string): string =>
  String(BigInt(Date.parse(text.replace(/\.\d+Z$/, 'Z'))) * 1000n + BigInt(/\.(\d{6})/.exec(text)![1]!));

async function readBack(parquet: string): Promise<Cells[]> {
  const rows = await query(
    `select * exclude (first_ts, last_ts), epoch_us(first_ts) as first_us, epoch_us(last_ts) as last_us from '${parquet}'`,
  );
  return rows;
}

async function write(format: FlowFormat, path: string, rows: Iterable<FlowRow>): Promise<number> {
  const pieces: Uint8Array[] = [];
  const writer = await flowWriter(format, (data) => pieces.push(Buffer.from(data as string)), {
    width: 100,
    color: false,
    bom: false,
  });
  writer.begin();
  for (const row of rows) writer.row(row);
  writer.end();
  writeFileSync(path, Buffer.concat(pieces));
  return Math.max(...pieces.map((piece) => piece.length));
}

const DROP: FlowRow['drop'] = {
  by: 'capture',
  cause: 'filter',
  reason: 4_026_531_841,
  name: 'INET_ReceiveInspection',
  because: 'a filter on receive refuses it',
  packets_of: 'client',
  direction: 'in',
  packets: 3,
  component: 'tcpip',
  location: 3_758_162_304,
  frame: 4,
  capture: 'a.etl',
  log: 'C:\\pfirewall.log',
  line: 9,
};

const TIMES = ['1970-01-01T00:00:00.000001Z', '2026-11-21T05:28:45.952299123Z', '2106-02-07T06:28:15.999999999Z'];

// As UTF-8 has them: no halves of surrogate pairs.
const NAMES = HOSTILE_NAMES.map((name) => Buffer.from(name.slice(0, 200)).toString());

/** Rows with every value that a column can have, among them what no terminal should see. */
function* mixed(count: number): Generator<FlowRow> {
  for (let index = 0; index < count; index++) {
    yield {
      ...flows[index % flows.length]!,
      src_ip: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
      bytes_toserver: Number.MAX_SAFE_INTEGER - index,
      first_frame: index + 1,
      first_ts: TIMES[index % TIMES.length]!,
      last_ts: TIMES[index % TIMES.length]!,
      capture: NAMES[index % NAMES.length]!,
      names: NAMES.slice(0, index % 4),
      drop: index % 3 === 0 ? DROP : null,
      vlan: index % 5 === 0 ? null : index % 4096,
      tunnel: index % 5 === 1 ? `vxlan ${index}` : null,
    };
  }
}

const capturesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.pcap.gz'))
    .map((name) => join(path, name))
    .sort();

describe.skipIf(missing)('flows as parquet', () => {
  test.each(['captures/demo/demo.pcap', 'captures/pxe', 'captures/rpc'])(
    '%s: the rows of the other formats',
    async (from) => {
      const captures = from.endsWith('.pcap') ? [from] : capturesIn(from);
      expect(captures.length).toBeGreaterThan(0);
      const place = folder();
      const [parquet, ndjson] = [join(place, 'flows.parquet'), join(place, 'flows.ndjson')];
      const outputs = ['-o', `parquet=${parquet}`, '-o', `ndjson=${ndjson}`];
      expect(await inProcess(['flows', ...captures, '-q', '-j', '0', ...outputs])).toEqual({
        code: 0,
        out: '',
        err: '',
      });
      const rows = readFileSync(ndjson, 'utf8').trimEnd().split('\n');
      expect(await readBack(parquet)).toEqual(rows.map((line) => expected(JSON.parse(line))));
    },
  );

  test('every kind of value, over several groups of rows, handed on group by group', async () => {
    const path = join(folder(), 'flows.parquet');
    const count = 100_001;
    const largest = await write('parquet', path, mixed(count));
    const groups = await query(`select distinct row_group_id, row_group_num_rows from parquet_metadata('${path}')`);
    expect(groups.length).toBeGreaterThan(3);
    expect(largest).toBeLessThan(readFileSync(path).length / 2);
    const rows = await readBack(path);
    expect(rows.length).toBe(count);
    let index = 0;
    for (const row of mixed(count)) {
      if (index % 97 === 0 || index > count - 10) expect(rows[index]).toEqual(expected(row));
      index++;
    }
  });

  test('columns have their types', async () => {
    const path = join(folder(), 'flows.parquet');
    await write('parquet', path, flows);
    const types = Object.fromEntries(
      (await query(`describe select * from '${path}'`)).map(({ column_name, column_type }) => [
        column_name,
        column_type,
      ]),
    );
    expect(types).toMatchObject({
      src_ip: 'VARCHAR',
      src_port: 'INTEGER',
      client_inferred: 'BOOLEAN',
      bytes_toserver: 'BIGINT',
      first_ts: 'TIMESTAMP WITH TIME ZONE',
      names: 'VARCHAR[]',
    });
    const [time] = await query(`select logical_type from parquet_schema('${path}') where name = 'first_ts'`);
    expect(time!.logical_type).toMatch(/TimestampType.*isAdjustedToUTC=1.*NANOS/s);
  });

  test('the questions of the documentation have answers', async () => {
    const path = join(folder(), 'flows.parquet');
    await write('parquet', path, flows);
    const questions = [...readFileSync('docs/flows.md', 'utf8').matchAll(/^ {4}(?:select[^;]*);$/gm)].map(
      ([sql]) => sql,
    );
    expect(questions.length).toBe(2);
    for (const sql of questions) expect(await query(sql.replace("'flows.parquet'", `'${path}'`))).not.toEqual([]);
  });

  test('no connections: a table without rows', async () => {
    const path = join(folder(), 'flows.parquet');
    await write('parquet', path, []);
    expect(await query(`select count(*) as rows from '${path}'`)).toEqual([{ rows: '0' }]);
  });
});

test('the columns of the CSV are among those of Parquet, in the same order', () => {
  const csv = FLOW_COLUMNS.map(({ name }) => name);
  expect(PARQUET_COLUMNS.map(({ name }) => name).filter((name) => csv.includes(name))).toEqual(csv);
});
