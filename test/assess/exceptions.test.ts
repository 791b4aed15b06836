/** Exceptions of the topology: what they cover, until when, and that a pasted block covers what it was printed for. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { assess } from '../../src/assess/assess.ts';
import { checkExceptionKinds } from '../../src/assess/exception-kinds.ts';
import type { Report, ReportedFinding } from '../../src/assess/types.ts';
import { loadCatalog } from '../../src/catalog/index.ts';
import { evidenceOf } from '../../src/cli/check.ts';
import { type Analysis, analyze } from '../../src/engine/analyze.ts';
import { exceptionBlock } from '../../src/report/exception-block.ts';
import { parseSite, SiteError } from '../../src/site/index.ts';
import { HOSTILE_NAMES, trouble } from '../report/sample.ts';
import { DEMO_CAPTURE, DEMO_SITE } from './demo.ts';

const DAY = '2026-11-21';
const SITE = readFileSync(DEMO_SITE, 'utf8');
const SAID = { reason: 'known', owner: 'Ann' };

let analysis: Analysis;
let plain: Report;
beforeAll(async () => {
  analysis = await analyze([DEMO_CAPTURE], { workers: 0 });
  plain = await held('');
});

async function held(exceptions: string, day = DAY): Promise<Report> {
  return assess(evidenceOf(analysis, day), parseSite(SITE + exceptions), loadCatalog());
}

const isHost = (_name: string, ip: string): boolean =>
  plain.endpoints.some((one) => one.ip === ip && one.known_by === 'host');
const item = (id: string, rest: string): string =>
  `  - { id: ${id}, ${rest}, reason: known, owner: Ann, ticket: CHG-1 }\n`;
const one = (rest: string): string => `exceptions:\n${item('one', rest)}`;
const fingerprints = (findings: readonly ReportedFinding[]): string[] => findings.map(({ fingerprint }) => fingerprint);

describe('what an exception covers', () => {
  const SUP = (finding: ReportedFinding): boolean => finding.src_name === 'WS02' && finding.dest_port === 8530;

  test.each([
    ['kind, ends and port', 'kind: blocked-required, from: WS02, to: SUP01, transport: tcp, ports: [8530]', 1],
    ['its rule', 'rule: cm.client-sup.http', 1],
    ['a role and an address', 'kind: blocked-required, from: client, to: 10.20.0.30', 1],
    [
      'a network and a range of ports',
      'kind: [blocked-required, forbidden], from: office-clients, to: SUP01, ports: [8000-9000]',
      1,
    ],
    ['any end', 'kind: blocked-required, from: any, to: any', 11],
    ['the whole kind', 'kind: blocked-required', 11],
    ['another end', 'kind: blocked-required, from: WS01, to: SUP01', 0],
    ['another port', 'kind: blocked-required, from: WS02, to: SUP01, ports: [80]', 0],
    ['another protocol', 'kind: blocked-required, from: WS02, to: SUP01, transport: udp', 0],
    ['another kind', 'kind: unexpected-port, from: WS02, to: SUP01', 0],
  ])('%s', async (_, rest, count) => {
    const report = await held(one(rest));
    expect(report.excepted).toHaveLength(count);
    expect(report.excepted.every(({ exception }) => exception === 'one')).toBe(true);
    expect(report.findings).toHaveLength(plain.findings.length - count);
    expect(report.exceptions).toMatchObject([{ id: 'one', state: count > 0 ? 'used' : 'unused', findings: count }]);
    if (count === 1) expect(report.excepted.some(SUP)).toBe(true);
  });

  test('findings about roles go by roles', async () => {
    const report = await held(one('kind: required-not-seen, to: mp'));
    expect(report.excepted.length).toBeGreaterThan(0);
    expect(report.excepted.every(({ dest_roles }) => dest_roles.includes('mp'))).toBe(true);
  });

  test('the first one takes it, the other is not needed', async () => {
    const report = await held(
      `exceptions:\n${item('a', 'rule: cm.client-sup.http')}${item('b', 'kind: blocked-required')}`,
    );
    expect(report.exceptions.map(({ findings }) => findings)).toEqual([1, 10]);
    const shadowed = await held(
      `exceptions:\n${item('b', 'kind: blocked-required')}${item('a', 'rule: cm.client-sup.http')}`,
    );
    expect(shadowed.exceptions.map(({ state }) => state)).toEqual(['used', 'unused']);
  });

  test('what the capture shows stays: rules, matrix, counts', async () => {
    const { rules, matrix, connections } = await held(one('kind: blocked-required'));
    expect({ rules, matrix, connections }).toEqual({
      rules: plain.rules,
      matrix: plain.matrix,
      connections: plain.connections,
    });
  });
});

describe('expiry', () => {
  const until = one('rule: cm.client-sup.http, expires: 2026-11-21');

  test('holds through its last day', async () => {
    const report = await held(until, '2026-11-21');
    expect(report).toMatchObject({ exceptions: [{ state: 'used', findings: 1 }], exceptions_date: '2026-11-21' });
  });

  test('is over on the day after: the finding is back, and the report says so', async () => {
    const report = await held(until, '2026-11-22');
    expect(fingerprints(report.findings)).toEqual(fingerprints(plain.findings));
    expect(report).toMatchObject({ excepted: [], exceptions: [{ state: 'expired', findings: 1 }] });
  });

  test('the day is no part of a report where it decides nothing', async () => {
    expect(await held(one('kind: forbidden'), '2026-01-01')).toEqual(await held(one('kind: forbidden'), '2036-01-01'));
  });
});

describe('fingerprints', () => {
  test('are the same at another time, in other frames and with other texts', async () => {
    const again = assess(
      evidenceOf(await analyze(['captures/demo/demo-any.pcap'], { workers: 0 }), DAY),
      parseSite(SITE),
      loadCatalog(),
    );
    const blocked = (report: Report): string[] =>
      fingerprints(report.findings.filter(({ kind }) => kind === 'blocked-required')).sort();
    expect(blocked(again)).toEqual(blocked(plain));
    expect(again.findings.map(({ frames }) => frames)).not.toEqual(plain.findings.map(({ frames }) => frames));
  });

  test('are one for each identity', () => {
    expect(new Set(fingerprints(plain.findings)).size).toBe(plain.findings.length);
    for (const fingerprint of fingerprints(plain.findings)) expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });

  test('a host is its name, whatever its address', async () => {
    const moved = SITE.replace('10.10.0.12, "fd00:10::12"', '10.10.0.112').replace(
      '10.10.0.11, "fd00:10::11"',
      '10.10.0.12',
    );
    const report = assess(evidenceOf(analysis, DAY), parseSite(moved), loadCatalog());
    const sup = (findings: ReportedFinding[]): string[] =>
      fingerprints(findings.filter(({ dest_port, kind }) => dest_port === 8530 && kind === 'blocked-required'));
    expect(sup(report.findings)).toHaveLength(1);
    expect(sup(report.findings)).not.toEqual(sup(plain.findings));
  });

  test('the line of the topology is that of the rule, or of the server', () => {
    const lines = SITE.split('\n');
    const line = (wanted: Partial<ReportedFinding>): string => {
      const found = plain.findings.find((finding) =>
        Object.entries(wanted).every(([key, value]) => finding[key as 'kind'] === value),
      );
      return lines[found!.topology_line! - 1];
    };
    expect(line({ kind: 'forbidden' })).toContain('id: no-telnet');
    expect(line({ kind: 'blocked-required', dest_port: 8530 })).toContain('name: SUP01');
    expect(line({ kind: 'unknown-endpoint' })).toContain('name: MP01');
  });
});

describe('the block to paste', () => {
  test('covers what it was printed for, and nothing else', async () => {
    for (const finding of plain.findings) {
      const report = await held(exceptionBlock(finding, { ...SAID, expires: '2026-12-31' }, isHost));
      expect(fingerprints(report.excepted), finding.message).toEqual([finding.fingerprint]);
    }
  });

  test('a second one goes under the first, as it says itself, and so does who reads them both', async () => {
    const [first, second] = plain.findings.map((finding) =>
      exceptionBlock(finding, { ...SAID, expires: '2026-12-31' }, isHost),
    );
    expect(first.split('\n')[0]).toBe(
      'exceptions:   # once in the file: where it is there already, add only the lines below',
    );
    const line = (SITE + first).split('\n').length;
    expect(() => parseSite(SITE + first + second)).toThrow(
      `site.yaml:${line}:1 'exceptions' stands here a second time: put the lines below it under the first one`,
    );
    const below = second.slice(second.indexOf('\n') + 1);
    const report = await held(first + below);
    const both = plain.findings.slice(0, 2).map(({ fingerprint }) => fingerprint);
    expect(fingerprints(report.excepted).sort()).toEqual(both.sort());
  });

  test('is refused until reason and owner are said, and the last day is decided on', () => {
    const block = exceptionBlock(plain.findings[0], {}, isHost);
    let told = '';
    try {
      parseSite(SITE + block);
    } catch (error) {
      told = (error as SiteError).message;
    }
    for (const key of ['reason', 'owner', 'date']) expect(told).toContain(`${key} must be text`);
  });

  test.each(HOSTILE_NAMES.map((name) => [JSON.stringify(name).slice(0, 30), name]))('is YAML with %s', (_, name) => {
    const finding: ReportedFinding = { ...trouble.findings[0], src_name: name, dest_name: name, rule: [name] };
    const block = exceptionBlock(
      finding,
      { reason: name, owner: name, ticket: name, expires: '2027-01-01' },
      () => true,
    );
    expect(block).not.toMatch(/(?!\n)[^\x20-\x7e]/);
    expect(() => parseSite(`version: 1\nhosts: [{ name: A, addresses: [10.0.0.1] }]\n${block}`)).toThrow(SiteError);
    expect(block.split('\n').filter((line) => /^\S/.test(line))).toEqual([expect.stringMatching(/^exceptions: +# /)]);
  });

  test('any text comes back as it was', () => {
    const finding = trouble.findings[0];
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        fc.pre(text.trim() !== '' && !/[\ud800-\udfff]/u.test(text));
        const block = exceptionBlock(finding, { ...SAID, reason: text }, () => false);
        const { model } = parseSite(
          `version: 1\nhosts: [{ name: A, addresses: [10.0.0.1] }]\n${block.replace(/expires: .*\n/, '')}`,
        );
        expect(model.exceptions[0].reason).toBe(text.trim());
      }),
    );
  });
});

describe('what is refused', () => {
  const wrong = (exceptions: string): string => {
    try {
      checkExceptionKinds(parseSite(`version: 1\nhosts: [{ name: A, addresses: [10.0.0.1] }]\n${exceptions}`));
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  test.each([
    ['no criterion', one('from: A'), "names a 'kind', a 'rule' or a 'fingerprint'"],
    ['a kind that is not', one('kind: blocked-requird'), "did you mean 'blocked-required'?"],
    ['a rule that is not', one('rule: cm.mp-sql.sqll'), "did you mean 'cm.mp-sql.sql'?"],
    ['an end that is not', one('kind: forbidden, to: B'), "'B' is no role, host, network or address"],
    ['no day', one('kind: forbidden, expires: 2026-13-01'), "'2026-13-01' is not a date"],
    ['a fingerprint that is none', one('fingerprint: 12'), 'must be text'],
    ['a short fingerprint', one('fingerprint: "12"'), 'the 16 digits that reports show'],
    ['no owner', 'exceptions:\n  - { id: a, kind: forbidden, reason: x }\n', "'owner' is missing"],
    ['an empty reason', 'exceptions:\n  - { id: a, kind: forbidden, reason: "", owner: x }\n', 'reason is empty'],
    [
      'an id twice',
      `exceptions:\n${item('a', 'kind: forbidden')}${item('a', 'kind: forbidden')}`,
      "id 'a' is used twice",
    ],
    ['a key that is not', one('kind: forbidden, until: 2026-01-01'), "unknown key 'until'"],
  ])('%s', (_, exceptions, sentence) => {
    const message = wrong(exceptions);
    expect(message).toContain(sentence);
    expect(message).toMatch(/^site\.yaml:\d+:\d+ /);
  });
});
