import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlowRow } from '../../src/assess/types.ts';
import { FLOW_FORMAT_NAMES, type FlowFormat, type FlowOptions, flowWriter, isBinary } from '../../src/report/flows.ts';
import { parseCsv } from './csv-parser.ts';
import { flows, HOSTILE_NAMES } from './sample.ts';

const DROP: FlowRow['drop'] = {
  by: 'capture',
  cause: 'filter',
  reason: 1207,
  name: 'INET_ReceiveInspection',
  because: 'a filter on receive refuses it',
  packets_of: 'client',
  direction: 'in',
  packets: 3,
  component: 'tcpip\u001b[31m',
  location: 99,
  frame: 4,
  capture: 'a.etl',
  log: null,
  line: null,
};

const plain: FlowOptions = { width: 80, color: false, bom: false };

async function written(format: FlowFormat, rows: Iterable<FlowRow>, options = plain): Promise<string[]> {
  const chunks: string[] = [];
  const writer = await flowWriter(format, (text) => chunks.push(String(text)), options);
  writer.begin();
  for (const row of rows) writer.row(row);
  writer.end();
  return chunks;
}

const whole = async (format: FlowFormat, rows: Iterable<FlowRow>, options = plain): Promise<string> =>
  (await written(format, rows, options)).join('');

function* many(count: number): Generator<FlowRow> {
  for (let index = 0; index < count; index++) yield { ...flows[index % flows.length]!, first_frame: index + 1 };
}

describe.each(FLOW_FORMAT_NAMES.filter((format) => !isBinary(format)))('flows as %s', (format) => {
  it('are as in the golden file', async () => {
    await expect(await whole(format, flows)).toMatchFileSnapshot(`golden/flows.${format}.txt`);
  });

  it('leave in chunks of some 64 KiB', async () => {
    const chunks = await written(format, many(5000));
    expect(chunks.length).toBeGreaterThan(3);
    for (const chunk of chunks) expect(chunk.length).toBeLessThan(130_000);
  });

  it('are well-formed without a row', async () => {
    const text = await whole(format, []);
    expect(text === '' || text.endsWith('\n')).toBe(true);
  });
});

describe('flows as ndjson', () => {
  it('hold each row as it is, keys in the order of the type', async () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    const row = fc.record<FlowRow>({
      proto: fc.constantFrom('tcp', 'udp'),
      src_ip: address,
      src_port: fc.nat(65535),
      dest_ip: address,
      dest_port: fc.nat(65535),
      client_inferred: fc.boolean(),
      outcome: fc.constantFrom('established', 'one-way'),
      ended: fc.constantFrom('fin', 'reset-by-client', null),
      pkts_toserver: fc.nat(),
      pkts_toclient: fc.nat(),
      bytes_toserver: fc.maxSafeNat(),
      bytes_toclient: fc.maxSafeNat(),
      syns: fc.nat(),
      first_frame: fc.nat(),
      drop: fc.constantFrom(null, DROP),
      first_ts: fc.constant('2026-03-02T09:01:12.250113000Z'),
      last_ts: fc.constant('2026-03-02T09:01:12.250114Z'),
      icmp: fc.option(fc.record({ version: fc.constantFrom<4 | 6>(4, 6), type: fc.nat(255), code: fc.nat(255) })),
      vlan: fc.option(fc.nat(4095)),
      capture: fc.string({ unit: 'binary' }),
      rpc_interface: fc.constantFrom('drsuapi', '12345678-1234-abcd-ef00-01234567cffb', null),
      rpc_frame: fc.option(fc.nat()),
      service: fc.constantFrom(null, 'tls'),
      names: fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }),
      named_by: fc.constantFrom(null, 'dns'),
      tunnel: fc.constantFrom(null, 'vxlan 5001'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 10 }), async (rows) => {
        const lines = (await whole('ndjson', rows)).split('\n').slice(0, -1);
        expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(rows)));
        for (const line of lines) expect(Object.keys(JSON.parse(line))).toEqual(Object.keys(flows[0]!));
      }),
    );
  });
});

describe('flows as csv', () => {
  it.each(HOSTILE_NAMES)('survive the capture name %#', async (capture) => {
    const records = parseCsv(
      await whole(
        'csv',
        flows.map((row) => ({ ...row, capture })),
        { ...plain, bom: false },
      ),
    );
    expect(new Set(records.map((record) => record.length)).size).toBe(1);
    for (const cell of records.flat()) expect(cell).not.toMatch(/^[\s\u00a0]*[=+\-@]/);
  });

  it('begin with a byte order mark on request', async () => {
    expect((await whole('csv', flows, { ...plain, bom: true })).charCodeAt(0)).toBe(0xfeff);
  });
});

describe('flows as table', () => {
  it('says so where there is no connection', async () => {
    const pieces: string[] = [];
    const writer = await flowWriter('table', (piece) => pieces.push(String(piece)), {
      bom: false,
      width: 100,
      color: false,
    });
    writer.begin();
    writer.end();
    expect(pieces.join('')).toBe('No TCP or UDP connection.\n');
  });

  it.each([40, 60, 100, 120, 200])('fit into %i columns, and no address is cut', async (width) => {
    const text = await whole('table', flows, { ...plain, width });
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(width);
    const squeezed = text.replaceAll(/\s/g, '');
    for (const row of flows) expect(squeezed).toContain(row.dest_ip.replaceAll(/\s/g, ''));
    await expect(text).toMatchFileSnapshot(`golden/flows-${width}.txt`);
  });

  it('keep the layout of the first rows for those that come later', async () => {
    const text = await whole('table', many(2000), { ...plain, width: 100 });
    expect(text.split('\n').filter((line) => line.includes('client')).length).toBe(1);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('colour failures only when asked', async () => {
    expect(await whole('table', flows)).not.toContain('\u001b');
    expect(await whole('table', flows, { ...plain, color: true })).toContain('\u001b[31m');
  });
});
