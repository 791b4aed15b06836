/** `pcapcheck explain`, asked with what reports print. */
import { describe, expect, test } from 'vitest';
import { KINDS } from '../../src/assess/kinds.ts';
import type { MatrixConversation } from '../../src/assess/types.ts';
import { loadCatalog } from '../../src/catalog/load.ts';
import { CHANGE_LABELS } from '../../src/report/diff/labels.ts';
import {
  ENDED_LABELS,
  KIND_LABELS,
  OUTCOME_LABELS,
  RULE_STATE_LABELS,
  SEVERITY_LABELS,
} from '../../src/report/labels.ts';
import { pageText } from '../docs/pages.ts';
import { inProcess } from '../support/in-process.ts';

const explain = (...words: string[]) => inProcess(['explain', ...words]);
const labels = (table: Readonly<Record<string, { label: string }>>): string[] =>
  Object.entries(table).flatMap(([id, { label }]) => [id, label]);
const heading = (text: string): string => text.split('\n')[0];

const KIND_WORDS = Object.values(KIND_LABELS).flatMap((label) => [
  label.word,
  `${label.word}?`,
  label.heading.split(':')[0],
  ...[label.established, label['no-answer']].filter((word) => word !== undefined),
]);
const REACHES: MatrixConversation['state'][] = ['works', 'mixed', 'blocked', 'undecided'];
const WORDS = [
  ...labels(OUTCOME_LABELS),
  ...Object.entries(ENDED_LABELS).flat(),
  ...labels(RULE_STATE_LABELS),
  ...labels(SEVERITY_LABELS),
  ...Object.entries(CHANGE_LABELS).flatMap(([id, { word }]) => [id, word]),
  ...REACHES,
  ...[
    'works at times',
    'likely, not proven',
    'proven',
    'expected',
    'unexpected',
    'forbidden',
    'not judged',
    'unanswered',
  ],
];

describe('what a report prints', () => {
  test.each([...new Set(WORDS)])('%s has its part of the page', async (word) => {
    const { code, out, err } = await explain(word);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^##? \S/);
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
  test.each([...new Set(KIND_WORDS)])('%s leads to the kinds that it is said of', async (word) => {
    const { code, out, err } = await explain(word);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(KINDS.some(({ meta }) => out.includes(meta.id))).toBe(true);
  });
  test('a question mark is explained, whatever word it stands behind', async () => {
    for (const word of ['BLOCKED?', 'RPC BLOCKED?', 'unexpected?'])
      expect(heading((await explain(word)).out)).toContain('likely, not proven');
    expect((await explain('unexpected?')).out).toContain('\n## unexpected\n');
  });
  test('case, hyphens and quotation marks make no difference', async () => {
    const { out } = await explain('no answer');
    for (const words of [['No', 'Answer'], ['NO-ANSWER'], ['no', ' answer ']])
      expect((await explain(...words)).out).toBe(out);
  });
  test('every rule of the catalog, as catalog explain tells it', async () => {
    for (const { id } of loadCatalog().rules) expect((await explain(id)).code).toBe(0);
    expect(await explain('cm.mp-sql.sql')).toEqual(await inProcess(['catalog', 'explain', 'cm.mp-sql.sql']));
  });
  test('a rule of the topology', async () => {
    expect((await explain('site.forbid.no-telnet')).out).toContain('an entry of the topology');
  });
});

describe('what no report prints', () => {
  test.each([
    ['no anwser', "did you mean 'no answer'?"],
    ['blocked-requird', "did you mean 'blocked-required'?"],
    ['hafl-open', "did you mean 'half-open'?"],
    ['cm.mp-sq', 'these begin so: cm.mp-sql.sql'],
    ['cm.mp-slq.sql', "did you mean 'cm.mp-sql.sql'?"],
    ['xyzzy', "'pcapcheck explain' lists what there is"],
    ['', "'pcapcheck explain' lists what there is"],
    ['?', "'pcapcheck explain' lists what there is"],
    ['constructor', "'pcapcheck explain' lists what there is"],
  ])('%j', async (word, hint) => {
    const { code, out, err } = await explain(word);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(hint);
  });
});

test('without a word: all kinds, all words, within 80 columns', async () => {
  const { out } = await explain();
  for (const { meta } of KINDS) expect(out).toContain(`${meta.id} `);
  const text = out.replace(/\s+/g, ' ');
  for (const [, names] of pageText('docs/words.md').matchAll(/^## (.+)$/gm))
    for (const name of names.split(' / ')) expect(text).toContain(name);
  for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
});
