/** Whole reports of the demo capture, as a reader gets them. `vitest -u` writes them anew: read them before they are committed. */
import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { VERSION } from '../../src/product.ts';
import { flowWriter } from '../../src/report/flows.ts';
import { FORMATS, type FormatName, type RenderOptions } from '../../src/report/formats.ts';
import { DEMO_CAPTURE, reportOf } from './demo.ts';

const PLAIN: RenderOptions = { width: 100, color: false, verbose: false, bom: false };

/** The version and the hash of the capture change without a change of the report. */
function normalized(text: string): string {
  return text.replaceAll(VERSION, '0.0.0').replace(/\b[0-9a-f]{64}\b/g, 'HASH');
}

async function rendered(format: FormatName, options: Partial<RenderOptions> = {}): Promise<string> {
  const report = await reportOf([DEMO_CAPTURE], { hash: format === 'json' });
  return normalized([...(await FORMATS[format].load())(report, { ...PLAIN, ...options })].join(''));
}

describe('the report of the demo capture', () => {
  test.each([80, 200])('terminal, %i columns', async (width) => {
    const text = await rendered('terminal', { width });
    expect(text.split('\n').filter((line) => line.length > width)).toEqual([]);
    await expect(text).toMatchFileSnapshot(`../golden/demo/terminal-${width}.txt`);
  });
  test('terminal, everything, in colour', async () => {
    await expect(await rendered('terminal', { verbose: true, color: true })).toMatchFileSnapshot(
      '../golden/demo/terminal-verbose.ansi',
    );
  });
  test.each([
    ['json', 'report.json'],
    ['ndjson', 'report.ndjson'],
    ['csv', 'findings.csv'],
    ['matrix-csv', 'matrix.csv'],
  ] as const)('%s', async (format, file) => {
    await expect(await rendered(format)).toMatchFileSnapshot(`../golden/demo/${file}`);
  });
});

const FLOW_FILES = { table: 'flows.txt', ndjson: 'flows.ndjson', csv: 'flows.csv' } as const;
const FLOW_TEXTS = Object.keys(FLOW_FILES) as (keyof typeof FLOW_FILES)[];

describe('the connections of the demo capture', () => {
  test.each(FLOW_TEXTS)('%s', async (format) => {
    let text = '';
    const writer = await flowWriter(
      format,
      (piece) => {
        text += String(piece);
      },
      { width: 140, color: false, bom: false },
    );
    writer.begin();
    for (const row of flowRows(await analyze([DEMO_CAPTURE], { workers: 0 }))) writer.row(row);
    writer.end();
    await expect(text).toMatchFileSnapshot(`../golden/demo/${FLOW_FILES[format]}`);
  });
});
