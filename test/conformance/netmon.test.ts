/** Network Monitor captures as Microsoft ships them, against the same frames as pcapng. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FlowRow } from '../../src/assess/types.ts';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { CAPTURES, hasOracles } from './oracles.ts';

const folder = join(CAPTURES, 'msprotod');
const captures = hasOracles ? readdirSync(folder).filter((name) => name.endsWith('.cap')) : [];

/** Connections but for what the file itself decides: its name, and the numbers of its frames. */
async function connections(name: string): Promise<Omit<FlowRow, 'capture' | 'first_frame'>[]> {
  const analysis = await analyze([join(folder, name)], { workers: 0 });
  return [...flowRows(analysis)].map(({ capture: _, first_frame: __, ...row }) => row);
}

describe.skipIf(!hasOracles)('Network Monitor captures give the connections of their twins', () => {
  test.each(captures)('%s', async (name) => {
    const rows = await connections(name);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows).toEqual(await connections(name.replace('.cap', '.eth.pcapng')));
  });

  test('there are eight', () => {
    expect(captures.length).toBe(8);
  });

  test('events of processes have numbers, and are no packets', async () => {
    const name = captures.find((one) => one.includes('WMOD'))!;
    const { observation } = await analyze([join(folder, name)], { workers: 0 });
    expect(observation.notJudgedFrames).toMatchObject({ 'not-a-packet': 3 });
  });
});
