import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { numbered, paddingNotCounted, pcapng } from '../capture/support/build.ts';
import { ensureBuilt, folder } from '../cli/program.ts';
import { pcapFile } from './pcap-file.ts';

/** Threads run the bundle. */
beforeAll(ensureBuilt);

const OURS = join(import.meta.dirname, '../../captures');
const OTHERS = join(import.meta.dirname, '../../../shared/captures');

/** Every capture under a folder, as paths. */
function captures(folder: string): string[] {
  if (!existsSync(folder)) {
    console.warn(`\nSKIPPED: ${folder} is not here.\n`);
    return [];
  }
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => /\.(pcap|pcapng|cap|gz)$/.test(path) && statSync(path).isFile())
    .sort();
}

/** All that a run says of a capture, or how it refuses it. */
async function outcome(paths: string | string[], options: Parameters<typeof analyze>[1]): Promise<unknown> {
  try {
    const analysis = await analyze([paths].flat(), options);
    const { observation } = analysis;
    return {
      flows: [...flowRows(analysis)],
      coverage: [observation.frames, observation.bytes, observation.judgedFrames, observation.notJudgedFrames],
      captures: analysis.captures,
    };
  } catch (error) {
    return String(error);
  }
}

const ALL = [...captures(OURS), ...captures(OTHERS)];

describe('cutting a file into segments changes nothing', () => {
  for (const path of ALL) {
    test(path.split('/').slice(-2).join('/'), async () => {
      const whole = await outcome(path, { workers: 0 });
      const { size } = statSync(path);
      for (const segmentBytes of [Math.ceil(size / 2), Math.ceil(size / 7), 700]) {
        if (size / segmentBytes > 400) continue;
        expect(await outcome(path, { workers: 0, segmentBytes })).toEqual(whole);
      }
    });
  }
});

describe('cuts beside what makes no sense', () => {
  const good = Buffer.from(pcapFile(2, 0));
  test.each([
    ['an empty record at the end', Buffer.concat([good, Buffer.alloc(16)])],
    ['an empty record in the middle', Buffer.concat([good.subarray(0, 80), Buffer.alloc(16), good.subarray(80)])],
    ['a last record that is cut short', good.subarray(0, -5)],
    ['a last header that is cut short', Buffer.concat([good, good.subarray(24, 33)])],
    ['a record that claims too much', Buffer.concat([good, Buffer.alloc(16, 0xff), good.subarray(24)])],
    ['a pcapng joined to it', Buffer.concat([good, pcapng(numbered(4))])],
    ['a pcap joined to a pcapng', Buffer.concat([pcapng(numbered(4)), good])],
    ['pcapng whose lengths leave the padding out', Buffer.from(paddingNotCounted(pcapng(numbered(9))))],
    ['both joined to one without frames', Buffer.concat([good.subarray(0, 24), pcapng(numbered(4)), good])],
  ])('%s', async (name, bytes) => {
    const path = join(folder(), `${name}.pcap`);
    writeFileSync(path, bytes);
    const whole = await outcome(path, { workers: 0 });
    for (let segmentBytes = 1; segmentBytes < bytes.length; segmentBytes++)
      expect([segmentBytes, await outcome(path, { workers: 0, segmentBytes })]).toEqual([segmentBytes, whole]);
  });
});

describe('nor does the number of workers', () => {
  /** Captures that one run reads together: all at once, each cut as well. */
  const TOGETHER = 16;
  const readable = async (paths: readonly string[]): Promise<string[]> => {
    const kept: string[] = [];
    for (const path of paths) {
      if (typeof (await outcome(path, { workers: 0 })) !== 'string') kept.push(path);
    }
    return kept;
  };
  const groups = Math.ceil(ALL.length / TOGETHER);
  // Neighbours in a folder are alike: take one of each.
  const groupOf = (group: number): string[] => ALL.filter((_, i) => i % groups === group);

  test.each(Array.from({ length: groups }, (_, group) => group))('captures together, group %i', async (group) => {
    const paths = await readable(groupOf(group));
    const whole = await outcome(paths, { workers: 0 });
    const largest = Math.max(...paths.map((path) => statSync(path).size));
    for (const [i, workers] of [1, 2, 3, 8].entries()) {
      const segmentBytes = Math.ceil(largest / (5 + 4 * i));
      expect(await outcome(paths, { workers, segmentBytes }), `${workers} workers`).toEqual(whole);
    }
  });
});
