import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { countsOf, exactly, match, type RecordedRow } from './match.ts';
import { EXPLAINED } from './ndpi-differences.ts';
import { CAPTURES, hasOracles } from './oracles.ts';
import { type NdpiFlow, recordedBy } from './recorded.ts';

/** Connections held against the flows that nDPI expects of the same captures: packets and bytes; who is client it does not say. */
describe.skipIf(!hasOracles)('flows agree with nDPI', () => {
  const figures = { files: 0, rows: 0, equal: 0, explained: 0 };
  const captures = recordedBy('ndpi');
  afterAll(() => {
    const { files, rows, equal, explained } = figures;
    console.log(`ndpi: ${files} captures, ${rows} rows compared, ${equal} equal, ${explained} explained`);
  });

  for (const [file, { flows }, { tshark }] of captures) {
    test(file, async () => {
      const ours = [...flowRows(await analyze([join(CAPTURES, file)], { workers: 0 }))];
      // Of a capture with very many connections the oracles hold the first only, those of nDPI too.
      const result = match(ours, flows.flatMap(rowOfNdpi), tshark?.rows_capped_at === undefined);
      const { counts, texts } = countsOf(result.differences);
      expect(counts, texts).toEqual(EXPLAINED[file]?.counts ?? {});
      figures.files++;
      figures.rows += result.rows;
      figures.equal += result.equal;
      figures.explained += result.rows - result.equal;
    });
  }

  test('every file that is named as different exists', () => {
    const known = captures.map(([file]) => file);
    for (const file of Object.keys(EXPLAINED)) expect(known).toContain(file);
  });
});

/** Flows of other protocols than TCP and UDP are no connections to us. */
function rowOfNdpi(flow: NdpiFlow): RecordedRow[] {
  if (flow.l4 !== 'TCP' && flow.l4 !== 'UDP') return [];
  const { a_port, b_port, a_pkts, b_pkts, a_bytes, b_bytes } = flow;
  const a = addressOf(flow.a);
  const b = addressOf(flow.b);
  return [
    {
      proto: flow.l4 === 'TCP' ? 'tcp' : 'udp',
      a,
      aPort: a_port,
      b,
      bPort: b_port,
      packets: [a_pkts, b_pkts],
      bytes: [exactly(a_bytes), exactly(b_bytes)],
      aIsClient: false,
      outcomes: null,
      ended: null,
      syns: null,
      text: `${flow.l4} ${a}:${a_port} ${b}:${b_port} ${a_pkts}/${b_pkts}`,
    },
  ];
}

/** nDPI writes any group of zero as `::`, even where there are several or where it stands alone. */
function addressOf(text: string): string {
  const groups = text.split(/::?/).length;
  const gaps = text.split('::').length - 1;
  return groups === 8 - gaps ? text.replaceAll('::', ':0:') : text;
}
