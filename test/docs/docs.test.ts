/** The documentation is true where a test can tell: pages exist, links lead somewhere, commands run, examples are real output. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KINDS } from '../../src/assess/kinds.ts';
import { SEVERITIES } from '../../src/assess/types.ts';
import { main } from '../../src/cli/main.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { FORMAT_NAMES } from '../../src/report/formats.ts';
import { ENDED_LABELS, OUTCOMES } from '../../src/report/labels.ts';
import { ANSWER_PATIENCE_NANOSECONDS, LAST_ATTEMPT_PATIENCE_NANOSECONDS } from '../../src/track/outcome.ts';
import { COPY_WINDOW_NANOSECONDS, REPEAT_WINDOW_NANOSECONDS } from '../../src/track/record.ts';
import { brokenLinks, codeBlocks, commandLines, markdownIn, missingPaths, PAGES, pageText } from './pages.ts';

const DEMO_CAPTURE = 'captures/demo/demo.pcap';
const DEMO_SITE = 'captures/demo/site.yaml';

interface Run {
  code: number;
  out: string;
  err: string;
}

/** Runs the command line with a terminal of 100 columns that only remembers. */
async function run(args: readonly string[]): Promise<Run> {
  const result: Run = { code: 0, out: '', err: '' };
  const write = (text: string): void => {
    result.err += text;
  };
  const terminal: Terminal = {
    out(text) {
      result.out += text;
      return true;
    },
    err: write,
    stdout: { isTTY: false, columns: 100, rows: 24 },
    stderr: { isTTY: false, columns: 100, write },
    env: {},
    onInterrupt: () => () => {},
    onStop: () => () => {},
    stdin: () => process.stdin,
  };
  result.code = await main(args, terminal);
  return result;
}

const oneBlank = (text: string): string => text.replace(/\s+/g, ' ').trim();

describe.each(PAGES)('%s', (path) => {
  test('its links lead somewhere', () => {
    expect(brokenLinks(path)).toEqual([]);
  });
  test('the files that it names are there', () => {
    expect(missingPaths(path)).toEqual([]);
  });
});

describe('pages of findings', () => {
  test('one for each kind, and no others', () => {
    const wanted = KINDS.map(({ meta }) => `docs/findings/${meta.id}.md`).sort();
    expect(markdownIn('docs/findings')).toEqual(wanted);
  });

  const SECTIONS = [
    'What it means',
    'How it is decided',
    'How severe it is',
    'What the capture cannot tell',
    'What to do',
    'Example',
    'Fields of note in JSON',
  ];

  test.each(KINDS.map(({ meta }) => meta.id))('%s', async (kind) => {
    const text = pageText(`docs/findings/${kind}.md`);
    expect(text.startsWith(`# ${kind}\n`)).toBe(true);
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual(SECTIONS);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(pageText('docs/findings.md')).toContain(`(findings/${kind}.md)`);
    expect(await run(['explain', kind])).toEqual({ code: 0, out: text, err: '' });
  });
});

describe('examples', () => {
  let report = '';
  beforeAll(async () => {
    report = oneBlank((await run([DEMO_CAPTURE, '-t', DEMO_SITE])).out);
  });

  /** A block of output; a line of dots stands for what was left out. */
  const pieces = (block: string): string[] => block.split(/^\.\.\.$/m).map(oneBlank);
  /** Blocks that begin like a finding, a section or the verdict of the report. */
  const isOutput = (block: string): boolean => /^\s*(\d+ {2}[A-Z]|[A-Z ]+: [a-z]|\d+ required connection)/.test(block);

  test('the output in README.md is that of the demo', () => {
    const blocks = codeBlocks('README.md').filter(isOutput);
    expect(blocks).toHaveLength(1);
    for (const piece of blocks.flatMap(pieces)) expect(report).toContain(piece);
  });

  test.each(markdownIn('docs/findings'))('the output in %s is that of the demo', (path) => {
    if (!pageText(path).includes('\nFrom the capture in captures/demo')) return;
    const blocks = codeBlocks(path).filter(isOutput);
    expect(blocks).toHaveLength(1);
    for (const piece of blocks.flatMap(pieces)) expect(report).toContain(piece);
  });
});

describe('commands', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-docs-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Reports in JSON that commands read. */
  const REPORTS = ['report.json', 'before.json', 'after.json'];
  beforeAll(async () => {
    const outputs = REPORTS.flatMap((name) => ['-o', `json=${join(folder, name)}`]);
    await run([DEMO_CAPTURE, '-t', DEMO_SITE, '-q', ...outputs]);
    writeFileSync(join(folder, 'partial.yaml'), 'version: 1\nhosts: [{ name: DC01, addresses: [10.20.0.53] }]\n');
    writeFileSync(join(folder, 'roles.csv'), 'NetworkOSPath,RoleName\n\\\\CM01,SMS Site Server\n');
  }, 60_000);

  /** A line of the documentation on the demo's files, without what a shell does with it. */
  function argumentsOf(line: string): string[] {
    return line
      .replace(/ > .*/, '')
      .split(/\s+/)
      .slice(1)
      .map((word) => {
        if (word === '-' || /^[\w-]+\.pcap(ng)?$/.test(word)) return DEMO_CAPTURE;
        if (word === 'site.yaml') return DEMO_SITE;
        if (word === 'pfirewall.log') return 'captures/demo/dc01-pfirewall.log';
        if (word === 'partial.yaml' || REPORTS.includes(word) || word === 'roles.csv') return join(folder, word);
        return word.replace(/^([a-z-]+)=([\w.-]+)$/, (_, format, file) => `${format}=${join(folder, file)}`);
      });
  }

  const lines = [...new Set(PAGES.flatMap(commandLines))];
  /** Of commands within a sentence, those that are whole: what they need is named. */
  const isWhole = (line: string): boolean =>
    /\.(yaml|pcap)\b|topology (init|schema)|explain [a-z]+[.-]/.test(line) && !/\b[A-Z]{3,}\b|[<…]/.test(line);
  const quoted = PAGES.flatMap((path) => [...pageText(path).matchAll(/`(pcapcheck [^`]+)`/g)])
    .map(([, line]) => oneBlank(line))
    .filter(isWhole);

  // Those would capture here and now; test/live runs the command.
  const isLive = (line: string): boolean => /\bpcapcheck live\b/.test(line);

  test.each([...new Set(PAGES.flatMap(codeBlocks).flatMap((block) => block.match(/pcapcheck live .*/g) ?? []))])(
    '%s: its options are known',
    async (line) => {
      const { out } = await run(['live', '--help']);
      for (const [, option] of line.replace(/ [|>] .*/, '').matchAll(/ (--?[a-z][\w-]*)/g))
        expect(out).toMatch(new RegExp(`${option}\\b`));
    },
  );

  test.each([...new Set([...lines, ...quoted])].filter((line) => !isLive(line)))('%s', async (line) => {
    const { code, err } = await run(argumentsOf(line));
    // What makes a file says in numbers what it made, or what is not in it.
    if (/ learn | topology import /.test(line)) expect(err).toMatch(/^(pcapcheck: [^\n]+\n)*$/);
    else if (/ firewall .*(--format (?!markdown)|--output)/.test(line))
      expect(err).toMatch(/^(pcapcheck: not mended by opening a port: [^\n]+\n)*$/);
    else expect(err).toBe('');
    expect(code).toBeLessThan(2);
  });

  test('the topology in README.md is sound', async () => {
    const [, example] = /```yaml\n([\s\S]*?)```/.exec(pageText('README.md'))!;
    const path = join(folder, 'readme.yaml');
    writeFileSync(path, example);
    expect(await run(['topology', 'check', path])).toMatchObject({ code: 0, err: '' });
  });

  test('there are some', () => {
    expect(lines.length).toBeGreaterThan(3);
  });
});

describe('tables', () => {
  const readme = pageText('README.md');
  const outcomes = pageText('docs/outcomes.md');

  test('README.md names every format, severity and command', async () => {
    for (const format of FORMAT_NAMES) expect(readme).toContain(`| \`${format}\` |`);
    for (const severity of [...SEVERITIES, 'never']) expect(readme).toContain(`\`${severity}\``);
    const { out } = await run(['--help']);
    const commands = [...out.matchAll(/^ {2}([a-z]+) .*/gm)].map(([, name]) => name);
    expect(commands.length).toBeGreaterThan(3);
    for (const name of commands) if (name !== 'help') expect(readme).toContain(`pcapcheck ${name}`);
  });

  test('docs/outcomes.md names every outcome, ending and threshold', () => {
    for (const name of [...OUTCOMES, ...Object.keys(ENDED_LABELS)]) expect(outcomes).toContain(`\`${name}\``);
    expect(outcomes).toContain(`| first attempt to the end of the capture | ${ANSWER_PATIENCE_NANOSECONDS / 1e9} s |`);
    expect(outcomes).toContain(`to the end of the capture | ${LAST_ATTEMPT_PATIENCE_NANOSECONDS / 1e9} s |`);
    expect(outcomes).toContain(`within ${COPY_WINDOW_NANOSECONDS / 1e6} ms`);
    expect(outcomes).toContain(`each ${REPEAT_WINDOW_NANOSECONDS / 1e6} ms or more after`);
  });
});
