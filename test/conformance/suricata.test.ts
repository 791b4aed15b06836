import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { CAPTURES, hasOracles } from './oracles.ts';
import { recordedBy, type SuricataCheck } from './recorded.ts';
import { check, isComparable } from './suricata-checks.ts';
import { EXPLAINED } from './suricata-differences.ts';

/** Connections held against the checks of flow events in suricata-verify for the same captures. */
describe.skipIf(!hasOracles)('flows agree with Suricata', () => {
  const figures = { checks: 0, equal: 0, explained: 0, notCompared: 0 };
  const known = new Set<string>();
  afterAll(() => {
    const { checks, equal, explained, notCompared } = figures;
    console.log(
      `suricata: ${checks} checks of flows compared, ${equal} equal, ${explained} explained; ${notCompared} ask what our rows do not tell`,
    );
  });

  for (const [file, checks] of recordedBy('suricata')) {
    const ofFlows = checks.filter(({ match }) => match.event_type === 'flow');
    const comparable = ofFlows.filter(isComparable);
    figures.notCompared += ofFlows.length - comparable.length;
    for (const name of new Set(comparable.map((one) => one.test))) {
      known.add(`${file} ${name}`);
      test(`${file} ${name}`, async () => {
        const flows = [...flowRows(await analyze([join(CAPTURES, file)], { workers: 0 }))];
        const counts: Record<string, number> = {};
        const texts: string[] = [];
        const add = (what: string, { match }: SuricataCheck, mine: unknown, theirs: unknown): void => {
          counts[what] = (counts[what] ?? 0) + 1;
          texts.push(`${what}: ${JSON.stringify(match)}: ours ${mine}, recorded ${theirs}`);
        };
        for (const one of comparable.filter((candidate) => candidate.test === name)) {
          const { fitting, turned } = check(one, flows);
          if (fitting !== one.count) add('count', one, fitting, one.count);
          if (turned > 0) add('client', one, `${turned} turned round`, 'none');
          figures.checks++;
          if (fitting === one.count && turned === 0) figures.equal++;
          else figures.explained++;
        }
        expect(counts, texts.join('\n')).toEqual(EXPLAINED[`${file} ${name}`]?.counts ?? {});
      });
    }
  }

  test('every test that is named as different exists', () => {
    for (const name of Object.keys(EXPLAINED)) expect([...known]).toContain(name);
  });
});
