/** CSV and JSON, read and validated by programs of others. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse as parseByCsvParse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { Report } from '../../src/assess/types.ts';
import { loadCatalog } from '../../src/catalog/index.ts';
import { openingsOfReport } from '../../src/openings/openings.ts';
import { renderCsv } from '../../src/report/csv.ts';
import { FIREWALL_FORMATS } from '../../src/report/firewall/formats.ts';
import { flowWriter } from '../../src/report/flows.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderMatrixCsv } from '../../src/report/matrix-csv.ts';
import { renderNdjson } from '../../src/report/ndjson.ts';
import { loadSite, siteJsonSchema } from '../../src/site/index.ts';
import { DEMO_CAPTURE, DEMO_SITE, reportOf } from '../assess/demo.ts';
import { folder } from '../cli/program.ts';
import { parseCsv } from './csv-parser.ts';
import { clear, flows, HOSTILE_NAMES, hostile, trouble } from './sample.ts';

const DUCKDB = resolve('.ci/tools/node_modules/@duckdb/node-api/lib/index.js');
// The packages of .ci/tools are those of the system that they were installed on: Linux, when Windows runs under Wine.
const missing =
  process.platform === 'win32'
    ? 'it is the DuckDB of Linux'
    : existsSync(DUCKDB)
      ? null
      : '.ci/tools is not installed (cd .ci/tools && npm ci --ignore-scripts)';
if (missing !== null) console.warn(`SKIPPED: DuckDB reads no CSV, since ${missing}`);

const plain = { bom: false };
const whole = (pieces: Iterable<string>): string => [...pieces].join('');
const REPORTS: [string, Report][] = [
  ['a site in trouble', trouble],
  ['a site without findings', clear],
  ...HOSTILE_NAMES.map((name): [string, Report] => [JSON.stringify(name).slice(0, 30), hostile(name)]),
];

async function flowsCsv(capture: string): Promise<string> {
  const pieces: string[] = [];
  const options = { ...plain, width: 100, color: false };
  const writer = await flowWriter('csv', (piece) => pieces.push(String(piece)), options);
  writer.begin();
  for (const row of flows) writer.row({ ...row, capture });
  writer.end();
  return pieces.join('');
}

async function everyCsv(): Promise<string[]> {
  const request = openingsOfReport(await reportOf([DEMO_CAPTURE]), await loadSite(DEMO_SITE), loadCatalog(), false);
  return [
    ...REPORTS.flatMap(([, report]) => [whole(renderCsv(report, plain)), whole(renderMatrixCsv(report, plain))]),
    ...(await Promise.all(HOSTILE_NAMES.map(flowsCsv))),
    (await FIREWALL_FORMATS.csv.render(request, { remove: false, bom: false })).text,
  ];
}

describe('CSV', () => {
  test('csv-parse reads the cells that our strict reader reads', async () => {
    for (const text of await everyCsv())
      expect(parseByCsvParse(text, { relax_column_count: false })).toEqual(parseCsv(text));
  });

  test.skipIf(missing !== null)('DuckDB reads them, too', async () => {
    const { DuckDBInstance } = await import(pathToFileURL(DUCKDB).href);
    const connection = await (await DuckDBInstance.create()).connect();
    const path = join(folder(), 'table.csv');
    for (const text of await everyCsv()) {
      writeFileSync(path, text);
      const [names, ...records] = parseCsv(text);
      const answer = await connection.runAndReadAll(
        `select * from read_csv('${path}', header = true, all_varchar = true, delim = ',', quote = '"', escape = '"')`,
      );
      expect(answer.columnNames()).toEqual(names);
      const rows: (string | null)[][] = answer.getRowsJson();
      expect(rows.map((row) => row.map((cell) => cell ?? ''))).toEqual(records);
    }
    connection.closeSync();
  });
});

describe('JSON', () => {
  const ajv = new Ajv2020({ validateFormats: false, allErrors: true, allowUnionTypes: true });
  ajv.addSchema(JSON.parse(readFileSync('docs/schema/report.schema.json', 'utf8')), 'report');
  const problems = (value: unknown, part = ''): unknown => {
    const validate = ajv.getSchema(`report${part}`)!;
    return validate(value) ? [] : validate.errors;
  };

  test.each(REPORTS)('ajv finds the report as its schema says: %s', (_, report) => {
    expect(problems(JSON.parse(whole(renderJson(report))))).toEqual([]);
  });

  test('ajv finds the report of the demo as its schema says, and not one with a wrong field', async () => {
    const report = JSON.parse(whole(renderJson(await reportOf([DEMO_CAPTURE]))));
    expect(problems(report)).toEqual([]);
    expect(problems({ ...report, findings: [{ ...report.findings[0], severity: 'grave' }] })).not.toEqual([]);
  });

  test.each(REPORTS)('each finding of NDJSON is as the schema says: %s', (_, report) => {
    const lines = whole(renderNdjson(report))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const told = lines.filter(({ type }) => type === 'finding');
    expect(told).toHaveLength(report.findings.length);
    for (const { type, ...finding } of told) expect(problems(finding, '#/$defs/Finding')).toEqual([]);
  });

  test('ajv takes the topologies of the captures by the schema for editors', () => {
    const validate = new Ajv2020({ validateFormats: false, strict: false }).compile(siteJsonSchema());
    for (const path of [DEMO_SITE, 'captures/pxe/site.yaml']) {
      const valid = validate(parseYaml(readFileSync(path, 'utf8')));
      expect(valid ? [] : validate.errors).toEqual([]);
    }
    expect(validate({ version: 1, hosts: [{ name: 1 }] })).toBe(false);
  });
});
