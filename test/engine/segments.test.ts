import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';

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
async function outcome(path: string, options: Parameters<typeof analyze>[1]): Promise<unknown> {
  try {
    const analysis = await analyze([path], options);
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

describe('cutting a file into segments changes nothing', () => {
  for (const path of [...captures(OURS), ...captures(OTHERS)]) {
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
