import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/assess/types.ts';
import { without } from '../assess/without.ts';
import { check, DEMO, type Ended, ensureBuilt, folder, PROGRAM, run, SITE } from './program.ts';

beforeAll(ensureBuilt);

const demo = readFileSync(DEMO);
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder(), name);
  writeFileSync(path, content);
  return path;
};
const json = async (args: readonly string[], input?: readonly Uint8Array[]): Promise<Report> => {
  const { out, err } = await run([...args, '-t', SITE, '-f', 'json'], input === undefined ? {} : { input });
  expect(err).toBe('');
  return JSON.parse(out) as Report;
};

/** One sentence and exit code 2, whatever the format. */
function isOneSentence({ code, out, err }: Ended): string {
  expect(code, err).toBe(2);
  expect(out).toBe('');
  expect(err).toMatch(/^pcapcheck: [^\n]+\n$/);
  expect(err).not.toContain('internal error');
  return err;
}

describe('what cannot be read', () => {
  test.each(['terminal', 'json'])('an empty file (--format %s)', async (format) => {
    expect(isOneSentence(await run([file('empty.pcap', ''), '-t', SITE, '-f', format]))).toContain('is empty');
  });
  test('a directory', async () => {
    expect(isOneSentence(await run([folder(), '-t', SITE]))).toContain('is a directory');
  });
  test('a file that is not there', async () => {
    expect(isOneSentence(await run(['nowhere.pcap', '-t', SITE]))).toContain('nowhere.pcap does not exist');
  });
  test('a text file', async () => {
    isOneSentence(await run([file('notes.txt', 'Not a capture at all.\n'), '-t', SITE]));
  });
  test('the topology in place of the capture', async () => {
    isOneSentence(await run([SITE, '-t', SITE]));
  });
  test('one of several', async () => {
    expect(isOneSentence(await run([DEMO, 'nowhere.pcap', '-t', SITE]))).toContain('nowhere.pcap');
  });
  test('in a worker', async () => {
    isOneSentence(await run([file('notes.txt', 'Not a capture at all.\n'), '-t', SITE, '--workers', '2']));
  });
  test('flows says the same', async () => {
    isOneSentence(await run(['flows', file('empty.pcap', '')]));
  });
  test('empty standard input', async () => {
    expect(isOneSentence(await run(['-', '-t', SITE], { input: [] }))).toContain('Standard input is empty');
  });

  const isRoot = process.getuid?.() === 0;
  const canDrop = isRoot && spawnSync('setpriv', ['--version']).status === 0;
  if (isRoot && !canDrop)
    console.warn('SKIPPED: root may read everything, and there is no setpriv to become somebody else');
  test.skipIf(process.platform === 'win32' || (isRoot && !canDrop))('no permission', async () => {
    const path = file('secret.pcap', demo);
    chmodSync(path, 0);
    chmodSync(join(path, '..'), 0o755);
    if (!isRoot) {
      expect(isOneSentence(await run([path, '-t', SITE]))).toContain('may not be read');
      return;
    }
    // The checkout may be closed to others as well: the program goes where everybody can read it.
    const open = folder();
    chmodSync(open, 0o755);
    for (const name of ['site.yaml']) copyFileSync(SITE, join(open, name));
    const dist = join(PROGRAM, '..');
    spawnSync('cp', ['-r', dist, join(open, 'dist')]);
    const args = [
      '--reuid',
      '65534',
      '--regid',
      '65534',
      '--clear-groups',
      process.execPath,
      join(open, 'dist/pcapcheck.js'),
    ];
    const child = spawnSync('setpriv', [...args, path, '-t', join(open, 'site.yaml'), '--workers', '0'], { cwd: '/' });
    if (child.status === 126 || child.status === 127 || child.error) {
      console.warn('SKIPPED: another user cannot run this node');
      return;
    }
    expect(
      isOneSentence({ code: child.status, signal: null, out: String(child.stdout), err: String(child.stderr) }),
    ).toContain('may not be read');
  });
});

describe('what is damaged', () => {
  test('a file that ends inside a frame: the rest is analyzed, and the problem is told', async () => {
    const report = await json([file('cut.pcap', demo.subarray(0, 100_000))]);
    const [capture] = report.captures;
    expect(capture.frames).toBeGreaterThan(100);
    expect(report.coverage.frames).toBe(capture.frames);
    expect(capture.problems).toHaveLength(1);
    expect(capture.problems[0]).toMatch(/ends? /);
    const { out, code } = await run([file('cut.pcap', demo.subarray(0, 100_000)), '-t', SITE]);
    expect(code).toBe(1);
    expect(out).toContain('The capture has 1 problem that may hide something');
    expect(out).toContain(`problem: ${capture.problems[0].slice(0, 30)}`);
  });
  test('a file that ends inside its header', async () => {
    isOneSentence(await run([file('header.pcap', demo.subarray(0, 20)), '-t', SITE]));
  });
  test('nothing but a header: no frames, nothing judged, which is no success', async () => {
    const path = file('none.pcap', demo.subarray(0, 24));
    const { code, out, err } = await run([path, '-t', SITE]);
    expect([code, err]).toEqual([2, 'pcapcheck: the capture holds no frames.\n']);
    expect(out).toContain('NOTHING JUDGED: the capture holds no frames.');
  });
  test('zeros in the middle: what is before and after is analyzed, and the skipped bytes are told', async () => {
    const broken = Buffer.from(demo);
    broken.fill(0, 40_000, 42_000);
    const report = await json([file('broken.pcap', broken)]);
    const [capture] = report.captures;
    expect(capture.frames).toBeGreaterThan(440);
    expect(capture.problems.length).toBeGreaterThan(0);
    expect(capture.problems.join(' ')).toMatch(/byte/);
    expect(capture.last).toBe('2026-11-21T05:29:00.304375Z');
  });
  test('flows tells problems on standard error, and --quiet does not', async () => {
    const path = file('cut.pcap', demo.subarray(0, 100_000));
    expect((await run(['flows', path])).err).toMatch(/^pcapcheck: [^\n]*cut\.pcap: [^\n]+\n$/);
    expect((await run(['flows', path, '--quiet'])).err).toBe('');
  });
});

describe('standard input', () => {
  const framesAlone = (report: Report) => without(report, ['captures', 'capture']);
  const chunks = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
    const pieces: Buffer[] = [];
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = sizes[i % sizes.length];
      pieces.push(bytes.subarray(at, at + size));
      at += size;
    }
    return pieces;
  };
  test.each([
    ['demo.pcap', [1_000_000]],
    ['demo.pcap', [1, 2, 3, 23, 24, 25, 4095, 17]],
    ['demo.pcapng', [7, 1, 4096, 11]],
    ['demo.pcap.gz', [1, 1, 8, 1000, 3]],
  ] as const)('%s in pieces of %j bytes is the file', async (name, sizes) => {
    const path = `captures/demo/${name}`;
    const piped = await json(['-'], chunks(readFileSync(path), sizes));
    expect(framesAlone(piped)).toEqual(framesAlone(await json([path])));
    expect(piped.captures).toMatchObject([{ path: '-', bytes: null, sha256: null, frames: 472, problems: [] }]);
  });
  test('a pipe that ends inside a frame', async () => {
    const report = await json(['-'], [demo.subarray(0, 50_001)]);
    expect(report.captures[0].problems).toHaveLength(1);
  });
  test('with threads', async () => {
    const { out } = await run(['-', '-t', SITE, '-f', 'json', '--workers', '2'], { input: [demo] });
    expect(framesAlone(JSON.parse(out) as Report)).toEqual(framesAlone(await json([DEMO])));
  });
});

describe.skipIf(process.platform === 'win32')('a named pipe', () => {
  const pipe = (): string => {
    const path = join(folder(), 'pipe');
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
    return path;
  };
  test.each([[['--workers', '0']], [['--workers', '2']], [[]]])('is read once, and to its end (%j)', async (args) => {
    const path = pipe();
    const writing = spawn('cp', [DEMO, path]);
    const report = await json([path, ...args]);
    expect(report.captures).toMatchObject([{ bytes: null, frames: 472, problems: [] }]);
    expect(report.findings).toEqual(
      (JSON.parse(JSON.stringify(await json([DEMO])).replaceAll(DEMO, path)) as Report).findings,
    );
    expect(writing.exitCode).toBe(0);
  });
  test('gives no evidence, which is a second reading', async () => {
    const evidence = join(folder(), 'evidence.pcapng');
    expect(isOneSentence(await run([pipe(), '-t', SITE, '--evidence', evidence]))).toContain('can be read once');
  });
});

describe('names', () => {
  const hostile =
    process.platform === 'win32'
      ? []
      : [
          'two words.pcap',
          'line\nbreak.pcap',
          'red\u001b[31m\u0007.pcap',
          '=cmd|calc.pcap',
          'ж\u202egnp.pcap',
          'quote\'".pcap',
        ];
  /** Characters that a terminal obeys, but for the line break. */
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is about them
  const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

  test.each(hostile)('of captures: %j', async (name) => {
    const path = join(folder(), name);
    copyFileSync(DEMO, path);
    const report = await json([path]);
    expect(report.captures[0].path).toBe(path);
    for (const args of [[], ['-f', 'ndjson'], ['--verbose']]) {
      const { code, out, err } = await run([path, '-t', SITE, ...args]);
      expect(code).toBe(1);
      expect(out + err).not.toMatch(obeyed);
    }
    const flows = await run(['flows', path]);
    expect(flows.out + flows.err).not.toMatch(obeyed);
  });
  test.each(hostile)('of captures that cannot be read: %j', async (name) => {
    const path = join(folder(), name);
    for (const make of [
      () => {},
      () => writeFileSync(path, ''),
      () => writeFileSync(path, 'text text text text text text'),
    ]) {
      make();
      const err = isOneSentence(await run([path, '-t', SITE]));
      expect(err).not.toMatch(obeyed);
      expect(isOneSentence(await run(['flows', path, '--workers', '1']))).toBe(err);
    }
  });
  test.each(hostile)('of damaged captures: %j', async (name) => {
    const path = join(folder(), name);
    writeFileSync(path, demo.subarray(0, 100_000));
    const { err } = await run(['flows', path]);
    expect(err).not.toMatch(obeyed);
    expect(err).toMatch(/^pcapcheck: [^\n]+\n$/);
  });
  test.each(hostile)('of directories and topologies: %j', async (name) => {
    const path = join(folder(), name);
    mkdirSync(path);
    expect(isOneSentence(await run([path, '-t', SITE]))).not.toMatch(obeyed);
    expect(isOneSentence(await run([DEMO, '-t', path]))).not.toMatch(obeyed);
    const { code, err } = await run(['topology', 'check', path]);
    expect(code).toBe(2);
    expect(err).toMatch(/^[^\n]+: is a directory, not a topology\n$/);
    expect(err).not.toMatch(obeyed);
  });
  test.each(hostile)('of topologies that are sound: %j', async (name) => {
    const path = join(folder(), name);
    copyFileSync(SITE, path);
    const { code, out, err } = await run(['topology', 'check', path]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).not.toMatch(obeyed);
    expect((await run([DEMO, '-t', path])).out).not.toMatch(obeyed);
  });
  test('of a site and its hosts', async () => {
    const path = join(folder(), 'site.yaml');
    writeFileSync(
      path,
      'version: 1\nname: "a\\e[2J"\nnetworks: [{ name: "n\\e[2J\\u202e", cidr: 10.0.0.0/8, roles: [client] }]\n',
    );
    for (const args of [
      ['topology', 'check', path],
      [DEMO, '-t', path, '--verbose'],
      [DEMO, '-t', path, '-f', 'csv'],
      [DEMO, '-t', path, '-f', 'json'],
    ]) {
      const { out, err } = await run(args);
      expect((out + err).replaceAll('\r\n', '\n')).not.toMatch(obeyed);
    }
  });
  test.each(['--\u001b[2Jx', '-\u0007'])('of options: %j', async (option) => {
    const { code, err } = await check([option]);
    expect(code).toBe(2);
    expect(err).not.toMatch(obeyed);
  });
  test('of kinds', async () => {
    const { code, err } = await run(['explain', '\u001b[2J']);
    expect(code).toBe(2);
    expect(err).not.toMatch(obeyed);
  });
});

describe('hostile topologies', () => {
  const bomb = `version: 1\n${Array.from(
    { length: 12 },
    (_, i) =>
      `l${i}: &l${i} [${Array(9)
        .fill(i === 0 ? 'x' : `*l${i - 1}`)
        .join(', ')}]`,
  ).join('\n')}\n`;
  test.each([
    ['aliases that multiply', bomb],
    ['nesting without end', `version: 1\nhosts: ${'['.repeat(100_000)}`],
    ['keys that reach for prototypes', 'version: 1\n__proto__: { x: 1 }\nhosts: [{ name: A }]\n'],
    ['tags', 'version: !!js/function "function(){}"\nhosts: !!python/object:os.system [x]\n'],
    ['binary', '\u0000\u0001\u0002'],
    ['empty', ''],
    ['names with escape sequences', 'version: 1\nhosts: [{ name: "\\e[2J\\a", roles: [nonsense] }]\n'],
    ['thousands of mistakes', `version: 1\nhosts:\n${'  - { name: A, roles: [x\\e] }\n'.repeat(3000)}`],
  ])('%s: said soon, in sentences, exit code 2', async (_, text) => {
    const { code, out, err } = await run([DEMO, '-t', file('site.yaml', text)]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('site.yaml');
    expect(err.length).toBeLessThan(30_000);
    expect(err).not.toMatch(/\n\s+at |internal error/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is about them
    expect(err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
  test('a host with a name that a terminal would obey is told without harm', async () => {
    const text = readFileSync(SITE, 'utf8').replace('name: WS02', 'name: "WS02\\e]0;owned\\a"');
    const { out, code } = await run([DEMO, '-t', file('site.yaml', text)]);
    expect(code === 1 || code === 2).toBe(true);
    expect(out).not.toContain('\u001b');
  });
});

describe('a capture that is given twice', () => {
  test('is read once, and that is said', async () => {
    const isWindows = process.platform === 'win32';
    const path = isWindows ? resolve(DEMO).toUpperCase() : join(folder(), 'link.pcap');
    // Links are a right of administrators on Windows; capitals make no difference there.
    if (!isWindows) symlinkSync(resolve(DEMO), path);
    const { out, err, code } = await run([DEMO, `./${DEMO}`, path, DEMO, '-t', SITE, '-f', 'json']);
    expect(code).toBe(1);
    expect(err.split('\n')).toEqual([
      `pcapcheck: ./${DEMO} is the same file as ${DEMO}: it is read once.`,
      `pcapcheck: ${path} is the same file as ${DEMO}: it is read once.`,
      `pcapcheck: ${DEMO} is given more than once: it is read once.`,
      '',
    ]);
    expect((JSON.parse(out) as Report).captures).toHaveLength(1);
    expect((await run([DEMO, DEMO, '-t', SITE, '-q'])).err).toBe('');
  });
  test('and has a copy is two captures', async () => {
    const copy = join(folder(), 'copy.pcap');
    copyFileSync(DEMO, copy);
    expect((await json([DEMO, copy])).captures).toHaveLength(2);
  });
});

describe('the width of a report that is no terminal', () => {
  test.each([
    [{}, 100],
    [{ COLUMNS: '72' }, 72],
    [{ COLUMNS: 'wide' }, 100],
    [{ COLUMNS: '0' }, 100],
  ])('%j: %i columns', async (env, width) => {
    const { out } = await check([], { env });
    const longest = Math.max(...out.split('\n').map(({ length }) => length));
    expect(longest).toBeLessThanOrEqual(width);
    expect(longest).toBeGreaterThan(width - 12);
  });
});

describe('captures of one time', () => {
  /** Length of the header and of the first half of the records. */
  const half = (): number => {
    let at = 24;
    while (at < demo.length / 2) at += 16 + demo.readUInt32LE(at + 8);
    return at;
  };
  const about = ({ captures }: Report): boolean[] =>
    captures.map(({ problems }) =>
      problems.some((text) => text.startsWith('Covers the same time as an earlier capture')),
    );
  test('of two places are told to be run one by one', async () => {
    expect(about(await json([DEMO, file('elsewhere.pcap', demo)]))).toEqual([false, true]);
  });
  test('of a ring are not', async () => {
    const parts = [demo.subarray(0, half()), Buffer.concat([demo.subarray(0, 24), demo.subarray(half())])];
    const paths = parts.map((part, i) => file(`ring-${i}.pcap`, part));
    expect(about(await json(paths))).toEqual([false, false]);
  });
});
