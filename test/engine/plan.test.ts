import { closeSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connectionLimit, DEFAULT_MAX_MEMORY, messageShare, tableBytes } from '../../src/engine/memory.ts';
import { planSeries } from '../../src/engine/plan.ts';
import type { Pool } from '../../src/engine/pool.ts';
import { beginCapture } from '../../src/engine/read-capture.ts';
import { runTask } from '../../src/engine/run-task.ts';
import { folder } from '../cli/program.ts';
import { pcapFile } from './pcap-file.ts';

const FRAME = 40;
const RECORD = FRAME + 16;

/** A file that begins with small frames and has the size of so many of them; what follows is a hole. @param payload bytes of each */
function sparse(frames: number, payload = 0): string {
  const path = join(folder(), 'sparse.pcap');
  writeFileSync(path, pcapFile(2000, 0, payload));
  truncateSync(path, 24 + frames * (RECORD + payload));
  return path;
}

describe('a capture is cut into segments that pay', () => {
  test.each([
    [2_900_000, 4, 0],
    [3_100_000, 4, 2],
    [3_100_000, 2, 2],
    [30_000_000, 4, 4],
  ])('%i small frames and %i threads: %i segments', async (frames, workers, segments) => {
    const [{ cuts }] = await planSeries([sparse(frames)], workers, { thrifty: true });
    expect(cuts).toHaveLength(segments);
  });

  test('as many as wanted where the threads are asked for', async () => {
    const [{ cuts }] = await planSeries([sparse(2_900_000)], 4);
    expect(cuts).toHaveLength(4);
  });
});

describe('where files are hashed, too', () => {
  test.each([
    [30_000_000, 0, 2, 2],
    [4_000_000, 1000, 2, 0],
    [8_000_000, 1000, 4, 3],
    [8_000_000, 0, 4, 4],
  ])('%i frames of %i bytes and %i threads: %i segments', async (frames, payload, workers, segments) => {
    const [{ cuts }] = await planSeries([sparse(frames, payload)], workers, { thrifty: true, hashed: true });
    // One segment is the file as it is.
    expect(cuts.length).toBe(segments);
  });

  test('as many as wanted where the threads are asked for', async () => {
    const [{ cuts }] = await planSeries([sparse(4_000_000, 1000)], 2, { hashed: true });
    expect(cuts).toHaveLength(2);
  });
});

describe('where the first frames are not like the others', () => {
  /** The size of so many large frames, small ones at the beginning, large ones in the middle. */
  function opensSmall(frames: number, payload: number): string {
    const path = sparse(0);
    const size = frames * (RECORD + payload);
    truncateSync(path, size);
    const large = pcapFile(400, 2000, payload).subarray(24);
    const descriptor = openSync(path, 'r+');
    writeSync(descriptor, pcapFile(2000, 0));
    for (const place of [1, 2, 3]) writeSync(descriptor, large, 0, large.length, Math.floor((size * place) / 4));
    closeSync(descriptor);
    return path;
  }

  test('those from the middle tell how many there are', async () => {
    const [{ cuts }] = await planSeries([opensSmall(1_000_000, 600)], 4, { thrifty: true });
    expect(cuts).toHaveLength(0);
  });

  test('and whether the hash would be last', async () => {
    const [{ cuts }] = await planSeries([opensSmall(4_000_000, 1000)], 2, { thrifty: true, hashed: true });
    expect(cuts).toHaveLength(0);
  });
});

describe('what is read once is not read again', () => {
  /** Tasks that a capture in segments takes. */
  async function tasks(bytes: Uint8Array): Promise<number> {
    const path = join(folder(), 'capture.pcap');
    writeFileSync(path, bytes);
    let count = 0;
    const pool: Pool = {
      threads: 0,
      run: (task) => {
        count++;
        return (runTask as Pool['run'])(task);
      },
      close: async () => {},
    };
    const memory = tableBytes(DEFAULT_MAX_MEMORY);
    const run = {
      seed: 1,
      limit: connectionLimit(memory),
      fateLimit: 0,
      messageShare: messageShare(memory),
      unjoined: null,
    };
    const [planned] = await planSeries([path], 0, { segmentBytes: Math.ceil(bytes.length / 3) });
    await beginCapture(planned, pool, run, { capture: 0, firstTask: 0, lastTask: 2 }).parts();
    return count;
  }

  test('a whole capture', async () => {
    expect(await tasks(pcapFile(60, 0))).toBe(3);
  });

  test('a capture whose last record is cut short, as of a tool that was stopped', async () => {
    expect(await tasks(pcapFile(60, 0).subarray(0, -7))).toBe(3);
  });

  test('a damaged one is', async () => {
    const bytes = Buffer.from(pcapFile(60, 0));
    bytes.fill(0xff, 24 + 50 * RECORD, 24 + 50 * RECORD + 16);
    expect(await tasks(bytes)).toBeGreaterThan(3);
  });
});
