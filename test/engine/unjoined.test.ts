import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyze } from '../../src/engine/analyze.ts';
import { runTask } from '../../src/engine/run-task.ts';
import { Unjoined } from '../../src/engine/unjoined.ts';
import { newFateView } from '../../src/track/fate-view.ts';
import { ensureBuilt } from '../cli/program.ts';
import { pcapFile } from './pcap-file.ts';

/** Threads run the bundle. */
beforeAll(ensureBuilt);

const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-unjoined-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what waits to be joined', () => {
  const two = { capture: 1, firstTask: 1, lastTask: 2 };

  test('is too much where captures ahead of their turn hold more than there is room for', () => {
    const shared = new Unjoined(3);
    shared.hold(0, 60);
    shared.hold(1, 30);
    expect(shared.isTooMuch(two, 100)).toBe(false);
    shared.hold(2, 30);
    expect(shared.isTooMuch(two, 100)).toBe(true);
    // The first capture may take what it needs: nobody could do with less.
    expect(shared.isTooMuch({ capture: 0, firstTask: 0, lastTask: 0 }, 10)).toBe(false);
  });

  test('is that of its own segments for the capture whose turn it is', () => {
    const shared = new Unjoined(4);
    shared.hold(0, 1000);
    shared.hold(3, 1000);
    shared.joined(1, 1);
    shared.hold(1, 50);
    expect(shared.isTooMuch(two, 100)).toBe(false);
    shared.hold(2, 51);
    expect(shared.isTooMuch(two, 100)).toBe(true);
  });
});

test('a task that is ahead gives up, and says no more', async () => {
  const path = join(folder, 'ahead.pcap');
  writeFileSync(path, pcapFile(100, 0));
  const shared = new Unjoined(2);
  shared.hold(0, 1e9);
  const task = {
    kind: 'file',
    path,
    size: null,
    seed: 1,
    limit: 1000,
    fateLimit: 0,
    messageShare: 1,
    progress: new SharedArrayBuffer(16),
  } as const;
  const share = { capture: 1, firstTask: 1, lastTask: 1, task: 1, buffer: shared.buffer };
  expect(await runTask({ ...task, unjoined: { ...share, most: 1e6 } })).toEqual({ kind: 'given-up' });
  expect(await runTask({ ...task, unjoined: { ...share, most: 2e9 } })).toMatchObject({ kind: 'file' });
});

describe('many captures, each with more connections than there is room for', () => {
  const paths = Array.from({ length: 12 }, (_, i) => join(folder, `many-${i}.pcap`));
  /** An eighth of it for tables: 409 connections at a time, 128 rows. */
  const maxMemory = 2 ** 21;
  const read = async (options: { workers: number; segmentBytes?: number }) => {
    const { observation, captures } = await analyze(paths, { ...options, maxMemory, setAside: true });
    const fates = observation.fates(() => false);
    return {
      rows: Array.from({ length: fates.count }, (_, row) => structuredClone(fates.read(row, newFateView()))),
      beyond: fates.beyond,
      judged: observation.judgedFrames,
      open: observation.setAside,
      frames: captures.map(({ summary, framesBefore }) => [summary.frames, framesBefore]),
    };
  };
  let whole: Awaited<ReturnType<typeof read>>;
  beforeAll(async () => {
    paths.forEach((path, i) => void writeFileSync(path, pcapFile(2000, i * 2000)));
    whole = await read({ workers: 0 });
  });

  test.each([1, 2, 3, 8])('give the same through %i workers, all at once', async (workers) => {
    expect(whole.judged).toBe(12 * 2000);
    expect(whole.frames).toHaveLength(12);
    expect(await read({ workers })).toEqual(whole);
    expect(await read({ workers, segmentBytes: 30_000 })).toEqual(whole);
  });
});
