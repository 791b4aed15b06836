import { createHash } from 'node:crypto';
import { closeSync, createReadStream, ftruncateSync, openSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { analyze } from '../../src/engine/analyze.ts';
import { ensureBuilt, folder } from '../cli/program.ts';
import { pcapFile } from './pcap-file.ts';

/** Threads run the bundle. */
beforeAll(ensureBuilt);

const FRAME = 200_000;
const FRAMES = 2800;

/** A capture of 534 MiB: SYNs, then large frames that are holes in the file. */
function largeCapture(): string {
  const path = join(folder(), 'large.pcap');
  const file = openSync(path, 'w');
  const beginning = pcapFile(20, 0);
  writeSync(file, beginning);
  let at = beginning.length;
  for (let i = 0; i < FRAMES; i++) {
    const header = Buffer.alloc(16);
    header.writeUInt32LE(1_700_000_100 + Math.floor(i / 10), 0);
    header.writeUInt32LE(FRAME, 8);
    header.writeUInt32LE(FRAME, 12);
    writeSync(file, header, 0, 16, at);
    at += 16 + FRAME;
  }
  ftruncateSync(file, at);
  closeSync(file);
  return path;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

describe('the SHA-256 of a large file', () => {
  test.each([
    ['by a thread of its own while it is read', Math.max(2, availableParallelism())],
    ['by the thread that read it', 1],
    ['without threads', 0],
  ])('is made %s', async (_, workers) => {
    const path = largeCapture();
    const { hashes, observation } = await analyze([path], { workers, segmentBytes: 2 ** 40, hashes: true });
    expect(await hashes).toEqual([await sha256(path)]);
    expect(observation.frames).toBe(20 + FRAMES);
  });
});
