import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FINDING_COLUMNS, renderCsv } from '../../src/report/csv.ts';
import { neutralised } from '../../src/report/csv-cell.ts';
import { csvFile } from '../../src/report/csv-records.ts';
import { MATRIX_COLUMNS, renderMatrixCsv } from '../../src/report/matrix-csv.ts';
import { parseCsv } from './csv-parser.ts';
import { HOSTILE_NAMES, hostile, trouble } from './sample.ts';

const plain = { bom: false };
const whole = (pieces: Iterable<string>): string => [...pieces].join('');

/** Blanks and the invisible, as generously as any spreadsheet could skip them. */
const STARTS_FORMULA = /^[\s\p{C}\p{Z}\u200b-\u200f\u2800\u3164]*[=+\-@＝＋－＠]/u;

/** Where a spreadsheet or a careless reader could begin a cell. */
const cellStarts = (cell: string): string[] => [cell, ...cell.split(/[\r\n;\t]/)];

const blanks = fc.stringMatching(/^[ \t\r\n\u00a0\u200b\u2003\u3000\ufeff\u2028\v\f]{0,4}$/);
const lure = fc
  .tuple(blanks, fc.constantFrom('=', '+', '-', '@', '＝', '＋', '－', '＠'), fc.string())
  .map((parts) => parts.join(''));
const cell = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.oneof(lure, fc.string()), { maxLength: 3 })
    .chain((parts) => fc.constantFrom('\n', '\r\n', ';', ',', '"').map((joint) => parts.join(joint))),
  lure,
);

describe('CSV cells', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\u00a0 =1', "'\u00a0 =1"],
    ['\u2003+1', "'\u2003+1"],
    ['\ttab', "'\ttab"],
    ['\r\n=1', "'\r\n'=1"],
    ['first\n =1', "first\n' =1"],
    ['a;=1', "a;'=1"],
    ['＝1', "'＝1"],
    // A code point that is not assigned: nobody knows how it is shown.
    ['\u{3347a}+1', "'\u{3347a}+1"],
    ['\u200b=1', '\\u{200b}=1'],
    ['ip.addr == 10.0.0.1', 'ip.addr == 10.0.0.1'],
    ['Management point --> SQL Server', 'Management point --> SQL Server'],
    ['', ''],
  ])('%j becomes %j', (text, safe) => {
    expect(neutralised(text)).toBe(safe);
  });

  it('never start a formula, whatever the text', () => {
    fc.assert(
      fc.property(cell, (text) => {
        for (const start of cellStarts(neutralised(text))) expect(start).not.toMatch(STARTS_FORMULA);
      }),
      { numRuns: 1000 },
    );
  });

  it('survive RFC 4180 and come back as they were neutralised', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 20 }), (rows) => {
        const columns = [
          { name: 'one', value: (row: [string, string]) => row[0] },
          { name: 'other', value: (row: [string, string]) => row[1] },
        ];
        const text = whole(csvFile(columns, rows, plain));
        expect(parseCsv(text)).toEqual([['one', 'other'], ...rows.map((row) => row.map(neutralised))]);
      }),
      { numRuns: 300 },
    );
  });

  it('keep numbers and booleans as they are', () => {
    const columns = [{ name: 'value', value: (value: number | boolean | null) => value }];
    expect(whole(csvFile(columns, [0, 65535, true, null, false], plain))).toBe(
      'value\r\n0\r\n65535\r\ntrue\r\n\r\nfalse\r\n',
    );
  });
});

it('the matrix tells of each row what is blocked, which the outcomes alone do not say', () => {
  const [first, ...rest] = trouble.matrix;
  const matrix = [{ ...first!, blocked: 7, blocked_likely: 2, undecided: 3 }, ...rest];
  const [names, ...records] = parseCsv(whole(renderMatrixCsv({ ...trouble, matrix }, plain)));
  const at = ['blocked', 'blocked_likely', 'not_decided'].map((name) => names!.indexOf(name));
  expect(records.map((record) => at.map((column) => Number(record[column])))).toEqual(
    matrix.map(({ blocked, blocked_likely, undecided }) => [blocked, blocked_likely, undecided]),
  );
});

it('a finding in one of several networks, and who sent the ICMP error, have their columns', () => {
  const icmp = { version: 4 as const, type: 3, code: 13, sender: '10.0.0.1' };
  const [finding] = trouble.findings;
  const report = {
    ...trouble,
    findings: [{ ...finding!, network: 'VLAN 20', icmp, names: ['a.example', 'b.example'] }],
  };
  const [names, record] = parseCsv(whole(renderCsv(report, plain)));
  const cell = (name: string) => record![names!.indexOf(name)];
  expect(['network', 'names', 'icmp_sender', 'icmp_type', 'icmp_code'].map(cell)).toEqual([
    'VLAN 20',
    'a.example, b.example',
    '10.0.0.1',
    '3',
    '13',
  ]);
});

describe.each([
  [
    'findings',
    renderCsv,
    FINDING_COLUMNS.map((column) => column.name),
    trouble.findings.length + trouble.excepted.length,
  ],
  ['matrix', renderMatrixCsv, MATRIX_COLUMNS.map((column) => column.name), trouble.matrix.length],
] as const)('CSV of the %s', (name, render, names, rows) => {
  it('is as in the golden file', async () => {
    await expect(whole(render(trouble, plain))).toMatchFileSnapshot(`golden/${name}.csv`);
  });

  it('has the same columns in every record', () => {
    const records = parseCsv(whole(render(trouble, plain)));
    expect(records[0]).toEqual(names);
    expect(records.length).toBe(rows + 1);
    expect(new Set(records.map((record) => record.length))).toEqual(new Set([names.length]));
  });

  it('has its header even with no row, and a byte order mark on request', () => {
    const empty = { ...trouble, findings: [], excepted: [], matrix: [] };
    expect(whole(render(empty, { bom: true }))).toBe(`\ufeff${names.join(',')}\r\n`);
  });

  it.each(HOSTILE_NAMES.map((text) => [JSON.stringify(text).slice(0, 30), text]))('neutralises %s', (_, text) => {
    const records = parseCsv(whole(render(hostile(text), plain)));
    for (const start of records.flat().flatMap(cellStarts)) expect(start).not.toMatch(STARTS_FORMULA);
    for (const field of records.flat())
      expect(field.replace(/[\t\r\n]/g, '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  });
});
