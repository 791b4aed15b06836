import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { newFateView } from '../../src/track/fate-view.ts';
import { tcp } from '../track/frames.ts';

const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-memory-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** SYNs from ever new ports, and each again later. */
function scan(flows: number): Uint8Array {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65535, 16);
  header.writeUInt32LE(101, 20);
  const records: Buffer[] = [header];
  for (let i = 0; i < flows * 2; i++) {
    const { bytes } = tcp({
      source: '10.0.0.1',
      destination: '10.0.0.2',
      sourcePort: 1 + (i % flows),
      destinationPort: 80,
      flags: 'S',
      id: i,
    });
    const record = Buffer.alloc(16);
    record.writeUInt32LE(1_700_000_000 + i, 0);
    record.writeUInt32LE(bytes.length, 8);
    record.writeUInt32LE(bytes.length, 12);
    records.push(record, Buffer.from(bytes));
  }
  return Buffer.concat(records);
}

test('connections beyond the limit are counted, not followed, and the cuts do not matter', async () => {
  const path = join(folder, 'scan.pcap');
  const file = scan(5000);
  writeFileSync(path, file);
  // An eighth of it for tables, 704 bytes a connection: 1,489 of 5,000.
  const maxMemory = 2 ** 23;
  const read = async (segmentBytes?: number) => {
    const analysis = await analyze([path], {
      workers: 0,
      maxMemory,
      ...(segmentBytes === undefined ? {} : { segmentBytes }),
    });
    const { observation } = analysis;
    return { flows: [...flowRows(analysis)], judged: observation.judgedFrames, not: observation.notJudgedFrames };
  };
  const whole = await read();
  expect(whole.flows).toHaveLength(1489);
  expect(whole.flows.every(({ syns }) => syns === 2)).toBe(true);
  expect(whole.judged).toBe(2 * 1489);
  expect(whole.not).toEqual({ 'table-full': 2 * (5000 - 1489) });
  for (const parts of [2, 5]) expect(await read(Math.ceil(file.length / parts))).toEqual(whole);
});

describe('connections are set aside', () => {
  /** An eighth of it for tables, 704 bytes a connection, 2,304 a row of fates: 46 at a time, 14 rows. */
  const maxMemory = 2 ** 18;
  const read = async (paths: string[], options: { workers: number; segmentBytes?: number }) => {
    const { observation } = await analyze(paths, { ...options, maxMemory, setAside: true });
    const fates = observation.fates(() => false);
    return {
      rows: Array.from({ length: fates.count }, (_, row) => structuredClone(fates.read(row, newFateView()))),
      beyond: fates.beyond,
      judged: observation.judgedFrames,
      not: observation.notJudgedFrames,
      open: observation.setAside,
      beginnings: observation.beginnings,
    };
  };

  test('the same ones, however the captures are cut and however many workers read them', async () => {
    const path = join(folder, 'tight.pcap');
    writeFileSync(path, scan(1000));
    const paths = [path, 'captures/demo/demo.pcap'];
    const whole = await read(paths, { workers: 0 });
    expect(whole.not['table-full']).toBeUndefined();
    expect(whole.beginnings).not.toBeNull();
    const { size } = statSync(path);
    for (const parts of [2, 3, 7]) {
      expect(await read(paths, { workers: 0, segmentBytes: Math.ceil(size / parts) })).toEqual(whole);
      expect(await read(paths, { workers: parts, segmentBytes: Math.ceil(size / parts) })).toEqual(whole);
    }
  });
});
