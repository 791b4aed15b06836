import { readFile } from 'node:fs/promises';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import type { Report } from '../../src/assess/types.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderNdjson } from '../../src/report/ndjson.ts';
import { reportJsonSchema, reportSchema } from '../../src/report/schema.ts';
import { clear, HOSTILE_NAMES, hostile, trouble } from './sample.ts';

const whole = (pieces: Iterable<string>): string => [...pieces].join('');

const reports: Array<[string, Report]> = [
  ['a site in trouble', trouble],
  ['a site without findings', clear],
  ['nothing at all', { ...clear, topology: null, captures: [], findings: [], rules: [], endpoints: [], matrix: [] }],
  ...HOSTILE_NAMES.map((name): [string, Report] => [JSON.stringify(name).slice(0, 30), hostile(name)]),
];

/** The same data with the keys of every object the other way round. */
function reversed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reversed) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  ) as T;
}

describe('the schema', () => {
  it('is the Report type, both ways', () => {
    expectTypeOf<Report>().toEqualTypeOf<z.infer<typeof reportSchema>>();
  });

  it('is published as JSON Schema (vitest -u writes it anew)', async () => {
    await expect(`${JSON.stringify(reportJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
      '../../docs/schema/report.schema.json',
    );
  });

  it('is explained in the documentation, field by field', async () => {
    const page = await readFile(new URL('../../docs/report-json.md', import.meta.url), 'utf8');
    for (const name of propertyNames(reportJsonSchema())) expect(page, name).toContain(`\`${name}\``);
  });
});

function propertyNames(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => [
    ...(key === 'properties' ? Object.keys(value) : []),
    ...propertyNames(value),
  ]);
}

describe.each(reports)('JSON of %s', (_, report) => {
  it('is the pretty-printed report, and fits the schema', () => {
    const text = whole(renderJson(report));
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(report)));
    expect(reportSchema.parse(JSON.parse(text))).toEqual(JSON.parse(text));
    expect(text).toMatch(/^\{\n {2}"schema": "pcapcheck-report\/1",\n.*\n\}\n$/s);
  });

  it('does not depend on how the objects came to be', () => {
    expect(whole(renderJson(reversed(report)))).toBe(whole(renderJson(report)));
    expect(whole(renderNdjson(reversed(report)))).toBe(whole(renderNdjson(report)));
  });

  it('as lines: the findings, what is excepted, then the summary', () => {
    const lines = whole(renderNdjson(report))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.type)).toEqual([
      ...report.findings.map(() => 'finding'),
      ...report.excepted.map(() => 'excepted'),
      ...report.exceptions.map(() => 'exception'),
      'summary',
    ]);
    for (const [index, finding] of report.findings.entries()) {
      expect(lines[index]).toEqual(JSON.parse(JSON.stringify({ type: 'finding', ...finding })));
    }
    expect(lines.at(-1).connections).toEqual(report.connections);
  });

  it('holds nothing that a terminal obeys', () => {
    expect(whole(renderJson(report)) + whole(renderNdjson(report))).not.toMatch(
      /(?!\n)[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u,
    );
  });
});

it('JSON is written as JSON.stringify with two blanks would', () => {
  const report = JSON.parse(whole(renderJson(trouble)));
  expect(whole(renderJson(trouble))).toBe(`${JSON.stringify(report, null, 2)}\n`);
});

it('lines are as in the golden file', async () => {
  await expect(whole(renderNdjson(trouble))).toMatchFileSnapshot('golden/findings.ndjson');
});
