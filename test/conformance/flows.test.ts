import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { compare } from './compare.ts';
import { EXPLAINED, NOT_READ } from './differences.ts';
import { CAPTURES, hasOracles, oracles } from './oracles.ts';

/** Connections held against what tshark says of the same captures. */
describe.skipIf(!hasOracles)('flows agree with tshark', () => {
  const figures = { files: 0, rows: 0, equal: 0, explained: 0, notRead: 0 };
  afterAll(() => {
    const { files, rows, equal, explained, notRead } = figures;
    console.log(
      `flows: ${files} captures, ${rows} rows compared, ${equal} equal, ${explained} explained; ${notRead} captures refused`,
    );
  });

  for (const [file, oracle] of Object.entries(oracles())) {
    if (file in NOT_READ || oracle.tshark === undefined) {
      figures.notRead++;
      continue;
    }
    test(file, async () => {
      const analysis = await analyze([join(CAPTURES, file)], { workers: 0 });
      const last = analysis.captures[0].last;
      const result = compare([...flowRows(analysis)], oracle, (last?.seconds ?? 0) + (last?.nanoseconds ?? 0) / 1e9);
      const counts: Record<string, number> = {};
      for (const { what } of result.differences) counts[what] = (counts[what] ?? 0) + 1;
      const texts = result.differences.map(({ what, text }) => `${what}: ${text}`).join('\n');
      expect(counts, texts).toEqual(EXPLAINED[file]?.counts ?? {});
      figures.files++;
      figures.rows += result.rows;
      figures.equal += result.equal;
      figures.explained += result.rows - result.equal;
    });
  }

  test('every file that is named as different exists', () => {
    const known = Object.keys(oracles());
    for (const file of [...Object.keys(EXPLAINED), ...Object.keys(NOT_READ)]) expect(known).toContain(file);
  });
});
