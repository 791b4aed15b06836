import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCapture } from '../../src/capture/source.ts';
import { parseRing, RingWriter, ringName } from '../../src/live/ring.ts';
import { RecordingSink } from '../capture/support/recording-sink.ts';
import { udp } from '../track/frames.ts';
import { batchOf } from './batches.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pcapcheck-ring-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const HEADER = { linkType: 101, snapshotLength: 262_144, nanoseconds: true };
const frame = (time: number) =>
  udp({ source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 1, destinationPort: 2, payload: 1000, time });
const bytesOf = (count: number, from = 0): Uint8Array =>
  new Uint8Array(batchOf(Array.from({ length: count }, (_, i) => frame(from + i))).buffer);

describe('a single file', () => {
  test('can be read at any moment', async () => {
    const path = join(folder, 'a.pcap');
    const writer = new RingWriter(path, null, HEADER);
    writer.open();
    for (const count of [0, 3, 4]) {
      if (count > 0) writer.write(bytesOf(count), count);
      const sink = new RecordingSink();
      const summary = await readCapture(path, sink);
      expect(summary).toMatchObject({ frames: writer.frames, problemCount: 0 });
    }
    writer.close();
    const sink = new RecordingSink();
    await readCapture(path, sink);
    expect(sink.frames).toHaveLength(7);
    expect(sink.frames[6]).toMatchObject({ linkType: 101, seconds: frame(3).seconds });
  });

  test('is not put in the place of one that is there', () => {
    const path = join(folder, 'a.pcap');
    writeFileSync(path, 'evidence');
    expect(() => new RingWriter(path, null, HEADER).open()).toThrow(/it exists already, and captures are evidence/);
    expect(readFileSync(path, 'utf8')).toBe('evidence');
  });

  test('in a folder that is not there: a sentence', () => {
    expect(() => new RingWriter(join(folder, 'no', 'a.pcap'), null, HEADER).open()).toThrow(
      /the folder does not exist/,
    );
  });
});

describe('a ring', () => {
  test('begins the next file by size and keeps so many', () => {
    let now = Date.parse('2026-03-02T09:01:12Z');
    const ring = { fileBytes: 64 * 1024, seconds: null, files: 2 };
    const writer = new RingWriter(join(folder, 'r.pcap'), ring, HEADER, () => new Date(now));
    writer.open();
    for (let i = 0; i < 4; i++) {
      expect(writer.isFull()).toBe(false);
      writer.write(bytesOf(70), 70);
      expect(writer.isFull()).toBe(true);
      now += 1000;
      writer.open();
    }
    writer.close();
    expect(readdirSync(folder).map((name) => name.slice(0, 8))).toEqual(['r_00004_', 'r_00005_']);
  });

  test('begins the next file by time', () => {
    let now = 1e12;
    const writer = new RingWriter(
      join(folder, 'r'),
      { fileBytes: null, seconds: 10, files: null },
      HEADER,
      () => new Date(now),
    );
    writer.open();
    now += 9999;
    expect(writer.isFull()).toBe(false);
    now += 1;
    expect(writer.isFull()).toBe(true);
    writer.close();
  });

  test('names as dumpcap does', () => {
    const began = new Date(2026, 2, 2, 9, 1, 12);
    expect(ringName('/x/rollout.pcap', 1, began)).toBe(join('/x', 'rollout_00001_20260302090112.pcap'));
    expect(ringName('rollout', 123_456, began)).toBe('rollout_123456_20260302090112');
  });
});

describe('-b', () => {
  test.each([
    [['filesize:100m', 'files:3'], { fileBytes: 100e6, seconds: null, files: 3 }],
    [['filesize:2000'], { fileBytes: 2e6, seconds: null, files: null }],
    [['duration:60'], { fileBytes: null, seconds: 60, files: null }],
    [['filesize:1'], { fileBytes: 65_536, seconds: null, files: null }],
    [[], null],
  ])('%j', (options, ring) => expect(parseRing(options)).toEqual(ring));
  test.each([
    ['files:3'],
    ['filesize:0'],
    ['duration:1m'],
    ['size:3'],
    ['filesize'],
    ['filesize:-1'],
    ['filesize:1e3'],
  ])('%s is refused with a sentence', (option) => expect(() => parseRing([option])).toThrow(/filesize:100m/));
});
