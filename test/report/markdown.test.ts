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
  ...[
    'ftp://x',
    '//x.example',
    '#12',
    '@name',
    '$x$',
    '^',
    '=',
    '---',
    '***',
    '    code',
    '[x]: y',
    ' ',
    'MP01',
    '.',
    ':',
    '/',
    '"',
  ],
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
        /^(?:Findings|What to do|Notes$|What the capture could not show|Excepted |Network boots |Firewall logs$|Coverage$|Inputs$)/,
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

describe('a ticket', () => {
  const ticket = (report: Report): string => [...renderMarkdown(report)].join('');

  test('names its captures and its topology with their hashes, what was judged, and what puts it in doubt', () => {
    const sha256 = 'ab'.repeat(32);
    const [capture] = trouble.captures;
    const report: Report = {
      ...trouble,
      captures: [{ ...capture!, sha256 }],
      topology: { ...trouble.topology!, sha256: 'cd'.repeat(32) },
    };
    const told = ticket(report);
    expect(told).toContain(`SHA-256 ${sha256}`);
    expect(told).toContain(`SHA-256 ${'cd'.repeat(32)}`);
    expect(told).toContain('\n1 exception of the topology has expired: what it covered is told again.');
    expect(told).toContain('\nThe capture has 1 problem that may hide something: see "Inputs" below.');
    expect(told).toMatch(/## Coverage\n\n- 48,120 frames read, /);
  });

  test('tells the time, the amount and the fingerprints of all sources that one trouble stands for', () => {
    const [told] = ticket(trouble).split('**3.** ')[1]!.split('\n\n**4.');
    const sources = trouble.findings.filter(({ dest_port, kind }) => kind === 'blocked-required' && dest_port === 8530);
    expect(sources.length).toBeGreaterThan(1);
    for (const { fingerprint } of sources.slice(1)) expect(told).toContain(fingerprint);
    expect(told).toContain(`- Amount: ${sources.length} sources, `);
  });

  test('tells network boots and firewall logs where there are any', () => {
    expect(ticket(trouble)).toContain('## Network boots (');
    const [log] = trouble.firewall_logs;
    expect(ticket(trouble)).toContain(`## Firewall logs\n\n- \`${log!.path}\`: `);
  });

  test('names a pipe as that, and counts captures that no line holds', () => {
    const [capture] = trouble.captures;
    const piped = ticket({ ...trouble, captures: [{ ...capture!, path: '-' }] });
    expect(piped).toContain('\nstandard input, held against');
    const ring = ticket({
      ...trouble,
      captures: Array.from({ length: 24 }, (_, i) => ({ ...capture!, path: `r${i}.pcap` })),
    });
    expect(ring).toContain('\n24 capture files, held against');
    expect(ring).toContain('- `r23.pcap`: ');
  });
});
