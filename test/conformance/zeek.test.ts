import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { countsOf, match } from './match.ts';
import { CAPTURES, hasOracles } from './oracles.ts';
import { recordedBy } from './recorded.ts';
import { EXPLAINED, NOT_COMPARED } from './zeek-differences.ts';
import { filtered, rowsOfZeek } from './zeek-rows.ts';

/** Connections held against the logs of Zeek's test-suite for the same captures. */
describe.skipIf(!hasOracles)('flows agree with Zeek', () => {
  const figures = { logs: 0, rows: 0, equal: 0, explained: 0, notCompared: 0 };
  const known = new Set<string>();
  afterAll(() => {
    const { logs, rows, equal, explained, notCompared } = figures;
    console.log(
      `zeek: ${logs} logs, ${rows} rows compared, ${equal} equal, ${explained} explained; ${notCompared} logs not compared`,
    );
  });

  for (const [file, logs, { capinfos }] of recordedBy('zeek')) {
    for (const log of logs) {
      const rows = rowsOfZeek(log, capinfos?.encapsulation ?? '');
      if (log.log === 'tunnel' || rows.length === 0) continue;
      const name = `${file} ${log.baseline.split('/').slice(-2).join('/')}`;
      known.add(name);
      if (name in NOT_COMPARED) {
        figures.notCompared++;
        continue;
      }
      test(name, async () => {
        const ours = filtered([...flowRows(await analyze([join(CAPTURES, file)], { workers: 0 }))], log.filter);
        const result = match(ours, rows, log.log.startsWith('conn'));
        const { counts, texts } = countsOf(result.differences);
        expect(counts, texts).toEqual(EXPLAINED[name]?.counts ?? {});
        figures.logs++;
        figures.rows += result.rows;
        figures.equal += result.equal;
        figures.explained += result.rows - result.equal;
      });
    }
  }

  test('every log that is named as different exists', () => {
    for (const name of [...Object.keys(EXPLAINED), ...Object.keys(NOT_COMPARED)]) expect([...known]).toContain(name);
  });
});
