import { appendFileSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FolderWatch } from '../../src/live/folder-watch.ts';
import type { AnalysisEvent } from '../../src/live/messages.ts';
import { PartCutter } from '../../src/live/part-cutter.ts';
import { Places } from '../../src/live/places.ts';
import { pcap } from '../capture/support/build.ts';

let folder = '';
let events: AnalysisEvent[] = [];
let cutter = new PartCutter(7, 1000, 0);
let watch: FolderWatch;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pcapcheck-watch-'));
  events = [];
  cutter = new PartCutter(7, 1000, 0);
  watch = new FolderWatch(folder, cutter, (event) => events.push(event));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const capture = (frames: number, from = 0): Uint8Array =>
  pcap(
    Array.from({ length: frames }, (_, i) => ({
      data: new Uint8Array(60).fill(1),
      seconds: 1000 + from + i,
      fraction: 0,
    })),
  );
const put = (name: string, bytes: Uint8Array): void => writeFileSync(join(folder, name), bytes);
const old = (name: string, seconds = 100): void => {
  const time = Date.now() / 1000 - seconds;
  utimesSync(join(folder, name), time, time);
};
const settle = async (atEnd = false): Promise<void> => {
  while (await watch.step(atEnd));
};
const read = (): string[] =>
  events.flatMap((event) =>
    event.kind === 'file-read' ? [`${event.path.slice(folder.length + 1)} ${event.summary.frames}`] : [],
  );

describe('a growing file', () => {
  test('is read as it grows, byte by byte if need be', async () => {
    const bytes = capture(5);
    put('a.pcap', new Uint8Array(0));
    for (let i = 0; i < bytes.length; i += 7) {
      appendFileSync(join(folder, 'a.pcap'), bytes.subarray(i, i + 7));
      await settle();
    }
    expect(cutter.frames).toBe(5);
    await settle(true);
    expect(cutter.frames).toBe(5);
    expect(read()).toEqual(['a.pcap 5']);
    expect(events).toMatchObject([{ kind: 'file-read', first: { seconds: 1000 }, last: { seconds: 1004 } }]);
  });

  test('goes on while another one begins', async () => {
    const [a, b] = [capture(4), capture(6)];
    put('eth0.pcap', a.subarray(0, 200));
    await settle();
    put('eth1.pcap', b);
    await settle();
    appendFileSync(join(folder, 'eth0.pcap'), a.subarray(200));
    await settle();
    await settle(true);
    expect(read().sort()).toEqual(['eth0.pcap 4', 'eth1.pcap 6']);
  });

  // Windows lets nobody take the place of a file that is open.
  test.skipIf(process.platform === 'win32')(
    'that is put in the place of another is read as what it is; a new name makes no new file',
    async () => {
      put('a.pcap', capture(5));
      await settle();
      put('b.pcap', capture(3));
      await settle();
      renameSync(join(folder, 'b.pcap'), join(folder, 'a.pcap'));
      await settle();
      appendFileSync(join(folder, 'a.pcap'), capture(2, 3).subarray(24));
      await settle();
      await settle(true);
      renameSync(join(folder, 'a.pcap'), join(folder, 'c.pcap'));
      await settle(true);
      expect(read()).toEqual(['a.pcap 5', 'a.pcap 5']);
      expect(cutter.frames).toBe(10);
    },
  );
});

describe('a ring', () => {
  const name = (number: number): string => `ring_${String(number).padStart(5, '0')}_20260302090112.pcap`;

  test('is read in the order of its numbers, each file once', async () => {
    for (const number of [3, 1, 2]) {
      put(name(number), capture(number));
      old(name(number), number);
    }
    await settle();
    expect(read()).toEqual([`${name(1)} 1`, `${name(2)} 2`]);
    put(name(4), capture(4));
    await settle();
    expect(read()).toEqual([1, 2, 3].map((number) => `${name(number)} ${number}`));
    await settle(true);
    expect(read()).toHaveLength(4);
    expect(events.filter(({ kind }) => kind === 'loss')).toEqual([]);
  });

  test('a number that is missing is a loss', async () => {
    put(name(1), capture(1));
    await settle();
    put(name(3), capture(3));
    await settle();
    await settle(true);
    expect(events.filter(({ kind }) => kind === 'loss')).toMatchObject([
      { blind: 'overwritten', label: join(folder, name(3)) },
    ]);
  });

  test('two rings do not wait for each other', async () => {
    put(name(1), capture(1));
    put(`other_00001_20260302090112.pcap`, capture(2));
    put(name(2), capture(3));
    await settle();
    await settle(true);
    expect(read()).toHaveLength(3);
  });
});

describe('other files', () => {
  test('compressed ones are read when nothing was written for some time', async () => {
    put('a.pcap.gz', gzipSync(capture(5)));
    await settle();
    expect(read()).toEqual([]);
    old('a.pcap.gz');
    await settle();
    expect(read()).toEqual(['a.pcap.gz 5']);
  });

  test('what is no capture is told once and passed over; other names are left alone', async () => {
    put('a.pcap', Buffer.from('this is no capture, whatever its name says'.repeat(10)));
    put('notes.txt', Buffer.from('x'));
    put('b.pcap', capture(2));
    await settle();
    await settle(true);
    expect(events.filter(({ kind }) => kind === 'remark')).toHaveLength(1);
    expect(read()).toEqual(['b.pcap 2']);
  });

  test('an empty file is no trouble', async () => {
    put('a.pcap', new Uint8Array(0));
    await settle();
    await settle(true);
    expect(events).toEqual([]);
  });
});

test('a folder that is not there is a sentence', () => {
  expect(() => new FolderWatch(join(folder, 'no'), cutter, () => {})).toThrow(/is no folder/);
});

test('frames are found again in their files', async () => {
  put('a.pcap', capture(3));
  old('a.pcap');
  await settle();
  put('b.pcap', capture(4));
  await settle();
  await settle(true);
  const places = new Places();
  places.frames = cutter.frames;
  places.add(cutter.cut().places);
  const found = Array.from({ length: 7 }, (_, i) => places.of(i + 1));
  const names = found.map(({ capture: path, frame }) => `${path.slice(folder.length + 1)} ${frame}`);
  expect(names.sort()).toEqual(['a.pcap 1', 'a.pcap 2', 'a.pcap 3', 'b.pcap 1', 'b.pcap 2', 'b.pcap 3', 'b.pcap 4']);
});
