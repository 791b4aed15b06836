/** Two reports held against each other: what is new, what is fixed, and what nobody can say. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/assess/types.ts';
import { compare, isWorse } from '../../src/compare/compare.ts';
import type { Change, ChangeKind } from '../../src/compare/types.ts';
import { DIFF_FORMATS } from '../../src/report/diff/formats.ts';
import { renderJson } from '../../src/report/json.ts';
import { readReport } from '../../src/report/read-report.ts';
import { DEMO_CAPTURE, reportOf } from '../assess/demo.ts';
import { CLIENT, held, MP, SITE_SERVER, SQL, SUP, site, type TcpEvent, traffic } from '../assess/traffic.ts';
import { HOSTILE_NAMES, hostile, trouble } from '../report/sample.ts';

const PATHS = { before: 'before.json', after: 'after.json' };
const NOTIFICATION = { client: CLIENT, server: MP, port: 10123 };
const WEB = { client: CLIENT, server: MP, port: 80 };

/** A capture in which the management point is reached on 80, and other things happen besides. */
const capture = (events: [TcpEvent, typeof WEB][], more = ''): Report =>
  held(
    [...traffic('established', WEB, 1), ...events.flatMap(([event, ends], i) => traffic(event, ends, 2 + i))],
    site(more),
  );

function change(
  before: Report,
  after: Report,
  about: Partial<Record<'kind' | 'dest_port', unknown>>,
): Change | undefined {
  return compare(before, after, PATHS).changes.find(({ finding }) =>
    Object.entries(about).every(([key, value]) => finding[key as 'kind'] === value),
  );
}

test('a second report that judged nothing is said to be so in the comparison itself, and fixes nothing', () => {
  const before = capture([['silent', NOTIFICATION]]);
  const silent = held([], site());
  const { remarks, counts } = compare(before, silent, PATHS);
  expect(remarks).toContainEqual(expect.stringMatching(/^The second report judged nothing: /));
  expect(counts.fixed).toBe(0);
});

test('a rule that does not apply to the second topology is no longer seen; nothing shows that it works', () => {
  const before = capture([]);
  const [rule] = before.findings.filter(({ kind }) => kind === 'required-not-seen');
  const rules = before.rules.map((one) =>
    one.id === rule!.rule[0] ? { ...one, state: 'not-applicable' as const } : one,
  );
  const after = { ...before, rules, findings: before.findings.filter((finding) => finding !== rule) };
  expect(compare(before, after, PATHS).changes.find(({ finding }) => finding === rule)).toMatchObject({
    change: 'no-longer-seen',
    reason: 'the rule does not apply to the second topology',
  });
});

test('what nobody tried takes a line with its rule, whatever its ports', () => {
  const report = capture([]);
  const lines = DIFF_FORMATS.markdown(compare(report, report, PATHS));
  const wide = report.findings.find(({ kind, dest_port }) => kind === 'required-not-seen' && dest_port === null)!;
  expect(lines).toContain(`(rule ${wide.rule[0]})`);
  expect(lines).not.toContain('neither confirmed nor denied');
});

describe('a finding that is gone', () => {
  const blocked = capture([['silent', NOTIFICATION]]);
  const becomes = (after: Report): [ChangeKind, string | null] => {
    const found = change(blocked, after, { kind: 'blocked-required', dest_port: 10123 })!;
    return [found.change, found.reason];
  };

  test.each([
    ['works now', capture([['established', NOTIFICATION]]), 'fixed', 'it gets through in the second capture'],
    ['was not tried', capture([]), 'no-longer-seen', 'its traffic is not in the second capture'],
    [
      'was tried too late',
      capture([['one-syn', NOTIFICATION]]),
      'no-longer-seen',
      'it was tried in the second capture, which cannot tell whether it gets through',
    ],
    [
      'works at times',
      capture([
        ['established', NOTIFICATION],
        ['silent', NOTIFICATION],
      ]),
      'no-longer-seen',
      'some connections get through in the second capture, and others do not',
    ],
    [
      'is excepted',
      capture([['silent', NOTIFICATION]], 'exceptions: [{ id: x, kind: blocked-required, reason: r, owner: o }]'),
      'excepted',
      "the exception 'x' covers it",
    ],
  ] as const)('%s', (_, after, kind, reason) => {
    expect(becomes(after)).toEqual([kind, reason]);
  });

  test('works for others only: that proves nothing', () => {
    const other = held(traffic('established', { ...NOTIFICATION, client: '10.1.0.99' }, 1), site());
    expect(becomes(other)[0]).toBe('no-longer-seen');
  });

  test('is refused now instead of dropped: unchanged, and told', () => {
    const after = capture([['refused', NOTIFICATION]]);
    expect(change(blocked, after, { dest_port: 10123, kind: 'blocked-required' })).toMatchObject({
      change: 'unchanged',
      before: { outcome: 'no-answer' },
      after: { outcome: 'refused' },
      worse: false,
    });
  });

  test('unexpected traffic that is not there any more is not called fixed', () => {
    const odd = capture([['established', { client: CLIENT, server: SQL, port: 5555 }]]);
    expect(change(odd, capture([]), { kind: 'unexpected-port' })).toMatchObject({ change: 'no-longer-seen' });
    const expected = capture(
      [['established', { client: CLIENT, server: SQL, port: 5555 }]],
      'expect: [{ id: own, from: client, to: SQL01, transport: tcp, ports: [5555] }]',
    );
    expect(change(odd, expected, { kind: 'unexpected-port' })).toMatchObject({ change: 'fixed' });
  });

  test('required traffic that is seen now', () => {
    const after = held(traffic('established', { client: SITE_SERVER, server: SUP, port: 8530 }, 1), site());
    expect(
      compare(blocked, after, PATHS).changes.find(
        ({ finding }) => finding.rule[0] === 'cm.site-sup.http' && finding.kind === 'required-not-seen',
      ),
    ).toMatchObject({ change: 'fixed', reason: 'its traffic is in the second capture' });
  });

  test('an address that the topology lists now', () => {
    const ends = { client: '10.7.0.1', server: MP, port: 80 };
    const after = held(
      traffic('established', ends, 1),
      site().replace('networks:', 'networks:\n  - { name: more, cidr: 10.7.0.0/24, roles: [client] }'),
    );
    expect(change(held(traffic('established', ends, 1), site()), after, { kind: 'unknown-endpoint' })).toMatchObject({
      change: 'fixed',
    });
  });
});

describe('what fails a pipeline', () => {
  const clean = capture([['established', NOTIFICATION]]);
  const blocked = capture([['silent', NOTIFICATION]]);
  test.each([
    ['the same faults', blocked, blocked, 'low', false],
    ['a new fault', clean, blocked, 'low', true],
    [
      'a new fault, below the limit',
      clean,
      capture([['established', { client: CLIENT, server: SQL, port: 5555 }]]),
      'high',
      false,
    ],
    ['never', clean, blocked, 'never', false],
    ['a fault less', blocked, clean, 'info', true],
  ] as const)('%s', (_, before, after, failOn, worse) => {
    // Nothing tried is told as information: one of them is new where the port is tried no more.
    expect(isWorse(compare(before, after, PATHS), failOn)).toBe(worse && !(before === blocked && after === clean));
  });

  test('a fault that became graver', () => {
    const graver = structuredClone(blocked);
    const milder = structuredClone(blocked);
    for (const finding of milder.findings) if (finding.kind === 'blocked-required') finding.severity = 'low';
    expect(isWorse(compare(milder, graver, PATHS), 'medium')).toBe(true);
    expect(isWorse(compare(graver, milder, PATHS), 'low')).toBe(false);
  });

  test('what an exception covered before and covers no more is new', () => {
    const excepted = capture(
      [['silent', NOTIFICATION]],
      'exceptions: [{ id: x, kind: blocked-required, reason: r, owner: o }]',
    );
    expect(change(excepted, blocked, { kind: 'blocked-required' })).toMatchObject({
      change: 'new',
      reason: 'it was covered by an exception before',
    });
  });
});

describe('any two reports', () => {
  const events = fc.array(
    fc.tuple(
      fc.constantFrom<TcpEvent>('established', 'silent', 'refused', 'prohibited', 'one-syn', 'stalled'),
      fc.record({
        client: fc.constantFrom(CLIENT, SITE_SERVER),
        server: fc.constantFrom(MP, SUP, SQL),
        port: fc.constantFrom(80, 443, 8530, 1433, 4444),
      }),
    ),
    { maxLength: 5 },
  );

  test('every finding of both is told once; a report against itself changes nothing', () => {
    fc.assert(
      fc.property(events, events, (one, other) => {
        const [before, after] = [capture(one), capture(other)];
        const { changes } = compare(before, after, PATHS);
        const all = new Set([...before.findings, ...after.findings].map(({ fingerprint }) => fingerprint));
        expect(changes.map(({ fingerprint }) => fingerprint).sort()).toEqual([...all].sort());
        for (const { change: kind, fingerprint } of changes) {
          const isIn = (report: Report): boolean =>
            report.findings.some((finding) => finding.fingerprint === fingerprint);
          expect([isIn(before), isIn(after)]).toEqual(
            kind === 'new' ? [false, true] : kind === 'unchanged' ? [true, true] : [true, false],
          );
        }
        expect(compare(before, before, PATHS).changes.every((same) => same.change === 'unchanged')).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('fixed is said of blocked traffic only where the second report has it working', () => {
    fc.assert(
      fc.property(events, events, (one, other) => {
        const after = capture(other);
        for (const { change: kind, finding } of compare(capture(one), after, PATHS).changes) {
          if (kind !== 'fixed' || finding.kind !== 'blocked-required') continue;
          const works = after.pairs.some(
            ({ dest, dest_port, state }) =>
              state === 'works' && dest === finding.dest_name?.toLowerCase() && dest_port === finding.dest_port,
          );
          expect(works).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('formats', () => {
  const look = { width: 80, color: false, verbose: false };
  let comparison: ReturnType<typeof compare>;
  beforeAll(async () => {
    const demo = await reportOf([DEMO_CAPTURE]);
    comparison = compare(trouble, { ...trouble, findings: trouble.findings.slice(2), pairs: demo.pairs }, PATHS);
  });

  test.each(['terminal', 'markdown'] as const)('%s is as in the golden file', async (format) => {
    await expect(DIFF_FORMATS[format](comparison, look)).toMatchFileSnapshot(`golden/diff.${format}.txt`);
  });
  test('json is as in the golden file, but for the findings, which are those of the report', async () => {
    const { changes, ...rest } = JSON.parse(DIFF_FORMATS.json(comparison));
    const short = changes.map((one: Change) => ({ ...one, finding: one.finding.kind }));
    const text = JSON.stringify({ ...rest, tool: null, changes: short }, null, 2);
    await expect(`${text}\n`).toMatchFileSnapshot('golden/diff.json.txt');
    for (const { finding } of changes) expect(trouble.findings).toContainEqual(finding);
  });

  test.each(HOSTILE_NAMES.map((name) => [JSON.stringify(name).slice(0, 30), name]))('nothing obeys %s', (_, name) => {
    const worst = compare(hostile(name), { ...hostile(name), findings: [] }, { before: name, after: name });
    for (const render of Object.values(DIFF_FORMATS)) {
      expect(render(worst, look)).not.toMatch(/(?!\n)[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
    }
    // Within a code span everything is text.
    expect(DIFF_FORMATS.markdown(worst).replace(/(`+).*?\1/g, '')).not.toMatch(/<script|^#+ .*\n#+ /m);
  });
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-compare-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  test('a report is read back as it was', async () => {
    const path = file('report.json', [...renderJson(trouble)].join(''));
    expect(await readReport(path)).toEqual(JSON.parse(JSON.stringify(trouble)));
  });

  test.each([
    ['no JSON', '<html>', 'this is no JSON'],
    ['other JSON', '{"a": 1}', 'this is no report of pcapcheck'],
    ['null', 'null', 'this is no report of pcapcheck'],
    ['a report that lacks something', '{"schema": "pcapcheck-report/1"}', 'the report lacks something (tool:'],
  ])('%s', async (name, text, sentence) => {
    await expect(readReport(file(name, text))).rejects.toThrow(sentence);
  });
  test('none', async () => {
    await expect(readReport(join(folder, 'none.json'))).rejects.toThrow('no such file');
  });
});
