/** Markdown, read by markdown-it with HTML and links of plain text switched on: text of others is text there, too. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/assess/types.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { code, markdownTable, text } from '../../src/report/markdown-text.ts';
import { printable } from '../../src/report/printable.ts';
import { clear, HOSTILE_NAMES, hostile, trouble } from './sample.ts';

const MARKDOWN_IT = resolve('.ci/tools/node_modules/markdown-it/dist/markdown-it.mjs');
const missing = !existsSync(MARKDOWN_IT);
if (missing)
  console.warn(
    'SKIPPED: Markdown is not parsed, since .ci/tools is not installed (cd .ci/tools && npm ci --ignore-scripts)',
  );

interface Token {
  type: string;
  content: string;
  children: Token[] | null;
}
let parse: (markdown: string) => Token[];
beforeAll(async () => {
  if (missing) return;
  const { default: MarkdownIt } = await import(pathToFileURL(MARKDOWN_IT).href);
  const parser = new MarkdownIt({ html: true, linkify: true });
  parse = (markdown) => parser.parse(markdown, {});
});

/** What a reader sees of a line: the text, without the blanks of no width that keep links from being made. */
const shown = (token: Token): string =>
  (token.children ?? [])
    .map(({ content }) => content)
    .join('')
    .replaceAll('\u200b', '');

const kinds = (token: Token): string[] => [...new Set((token.children ?? []).map(({ type }) => type))];

/** Blanks at the ends of a line are layout, and so are two that follow one another. */
const bare = (value: string): string => value.replace(/[ \t\u00a0]+/g, ' ').trim();

const PIECES = [
  ...HOSTILE_NAMES.filter((name) => name.length < 200),
  ...[
    '# ',
    '- ',
    '> ',
    '1. ',
    '1) ',
    '--> ',
    '<b>',
    '</p>',
    '<!--',
    '&lt;',
    '&#60;',
    '&copy',
    '[x](y)',
    '![x](y)',
    '`',
    '``',
  ],
  ...['*', '__', '~~', '|', '\\', '\\<', '<http://x.example>', 'http://x.example/', 'www.example.com', 'a@b.example'],
  ...['ftp://x', '#12', '@name', '$x$', '^', '=', '---', '***', '    code', '[x]: y', ' ', 'MP01', '.', ':', '/', '"'],
];
const hostileText = fc.oneof(
  fc.constantFrom(...PIECES),
  fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join('')),
  fc.string({ unit: fc.constantFrom(...'<>&#;"\'`*_~|\\[]()!-+=.:/@ 1ab\n'), minLength: 1, maxLength: 30 }),
);
const everyText = (check: (value: string) => void): void =>
  fc.assert(fc.property(hostileText, check), { numRuns: 2000 });

describe.skipIf(missing)('a Markdown parser', () => {
  test('knows what it would obey', () => {
    const obeyed = parse('<b>x</b> http://x.example').find(({ type }) => type === 'inline')!;
    expect(kinds(obeyed)).toEqual(expect.arrayContaining(['html_inline', 'link_open']));
  });

  test.each([
    ['a paragraph', 'before ', ''],
    ['the beginning of a line', '', ''],
    ['an entry of a list', '- ', ''],
    ['strong', '**v', '**'],
    ['a heading', '# ', ''],
  ])('sees only text in %s', (_, before, after) => {
    everyText((value) => {
      const inlines = parse(`${before}${text(value)} after${after}`).filter(({ type }) => type === 'inline');
      expect(inlines).toHaveLength(1);
      expect(kinds(inlines[0]!).filter((kind) => !kind.startsWith('strong'))).toEqual(['text']);
      const word = before.replace(/^(?:- |# |\*\*)/, '');
      expect(bare(shown(inlines[0]!))).toBe(bare(`${word}${printable(value).trim()} after`));
    });
  });

  test('sees only text in a cell', () => {
    everyText((value) => {
      const tokens = parse(markdownTable(['a', 'b'], [[text(value), 'x']]));
      const cells = tokens.filter((_, index) => tokens[index - 1]?.type === 'td_open');
      expect(cells.map(({ content }) => content).at(1)).toBe('x');
      expect(cells).toHaveLength(2);
      expect(kinds(cells[0]!).filter((kind) => kind !== 'text')).toEqual([]);
      expect(bare(shown(cells[0]!))).toBe(bare(printable(value)));
    });
  });

  test('sees code as it is', () => {
    everyText((value) => {
      const inline = parse(`- ${code(value)}`).find(({ type }) => type === 'inline')!;
      expect(kinds(inline)).toEqual(['code_inline']);
      expect(bare(shown(inline))).toBe(bare(printable(value)));
    });
  });

  test.each<[string, Report]>([
    ['a site in trouble', trouble],
    ['a site without findings', clear],
    ...HOSTILE_NAMES.map((name): [string, Report] => [JSON.stringify(name).slice(0, 30), hostile(name)]),
  ])('sees headings, lists and tables of our own alone: %s', (_, report) => {
    const tokens = parse([...renderMarkdown(report)].join(''));
    const all = new Set(tokens.flatMap((token) => [token.type, ...kinds(token)]));
    expect([...all].filter((kind) => /html|link|image|fence|code_block|hr|blockquote|^s_/.test(kind))).toEqual([]);
    const headings = tokens.filter((_, index) => tokens[index - 1]?.type === 'heading_open');
    expect(headings[0]!.content).toMatch(/^pcapcheck: /);
    for (const { content } of headings.slice(1))
      expect(content).toMatch(
        /^(?:Findings|What to do|Notes$|What the capture could not show|Problems of the captures|Excepted )/,
      );
  });
});

describe('notes', () => {
  const [note] = trouble.findings.filter(({ severity }) => severity === 'info');
  const told = (findings: Report['findings']): string =>
    [...renderMarkdown({ ...trouble, findings })].join('').split('\n## Notes\n')[1]?.split('\n## ')[0] ?? '';
  const lines = (markdown: string): number => markdown.split('\n').filter((line) => line.startsWith('- ')).length;
  const noted = (count: number): Report['findings'] => Array<Report['findings'][number]>(count).fill(note!);

  test('that are counted are told, by kind, in the words of the terminal', () => {
    const section = told(trouble.findings);
    const notes = trouble.findings.filter(({ severity }) => severity === 'info');
    expect(lines(section)).toBe(notes.length);
    expect(section).toContain('**NOT SEEN: required, but nobody tried it in this capture');
    expect(told(trouble.findings.filter(({ severity }) => severity !== 'info'))).toBe('');
  });

  test('beyond ten of a kind are counted', () => {
    expect(told(noted(10))).not.toContain('more');
    expect(told(noted(11))).toContain('\n1 more is in the whole report.\n');
    expect(told(noted(1234))).toContain('\n1,224 more are in the whole report.\n');
    expect(lines(told(noted(1234)))).toBe(10);
  });
});
