import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { FORMAT_NAMES } from '../../src/report/formats.ts';
import { check, DEMO, ensureBuilt, folder, PROGRAM, ROOT, run, SITE, start } from './program.ts';

beforeAll(ensureBuilt);

const ESCAPE = '\u001b';
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('formats', () => {
  test.each(FORMAT_NAMES)('--format %s on standard output, nothing else there', async (format) => {
    const { code, out, err } = await check(['--format', format]);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).not.toContain(ESCAPE);
    if (format === 'json') expect(JSON.parse(out)).toMatchObject({ schema: 'pcapcheck-report/1' });
    if (format === 'ndjson') {
      const lines = out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { type?: string });
      expect(lines.at(-1)?.type).toBe('summary');
    }
  });
  test('--quiet keeps standard error empty, and prints the report all the same, as its help says', async () => {
    expect(await check(['--quiet', '-o', `csv=${join(folder(), 'report.csv')}`])).toEqual(await check());
    expect((await run(['check', '--help'])).out.replace(/\s+/g, ' ')).toContain('the result is printed all the same');
  });
  test('JSON tells the SHA-256 of the capture', async () => {
    const { out } = await check(['-f', 'json']);
    expect((JSON.parse(out) as { captures: object[] }).captures).toMatchObject([
      { path: DEMO, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
  });
  test('--bom begins CSV with a byte order mark', async () => {
    expect((await check(['-f', 'csv', '--bom'])).out[0]).toBe('\ufeff');
    expect((await check(['-f', 'csv'])).out[0]).toBe('k');
  });
  test.each(['table', 'ndjson', 'csv'])('flows --format %s', async (format) => {
    const { code, out, err } = await run(['flows', DEMO, '-f', format]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.trimEnd().split('\n').length).toBeGreaterThanOrEqual(44);
  });
});

describe('--output', () => {
  test('several, whole, and no temporary file is left', async () => {
    const place = folder();
    const outputs = FORMAT_NAMES.flatMap((format) => ['-o', `${format}=${join(place, `report.${format}`)}`]);
    const { code, out, err } = await check(outputs);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(readdirSync(place).sort()).toEqual(FORMAT_NAMES.map((format) => `report.${format}`).sort());
    const printed = await check(['-f', 'json']);
    expect(readFileSync(join(place, 'report.json'), 'utf8')).toBe(printed.out);
    expect(out).toContain('BLOCKED');
  });
  test('- is standard output, and the report of --format stays away', async () => {
    const { out } = await check(['-o', 'ndjson=-']);
    expect(out).toBe((await check(['-f', 'ndjson'])).out);
  });
  test('firewall writes each format into its file, and prints nothing then', async () => {
    const place = folder();
    const names = ['powershell', 'netsh', 'nft', 'csv', 'markdown'];
    const outputs = names.flatMap((format) => ['-o', `${format}=${join(place, format)}`]);
    expect(await run(['firewall', DEMO, '-t', SITE, '-q', ...outputs])).toEqual({
      code: 0,
      signal: null,
      out: '',
      err: '',
    });
    for (const format of names) {
      const { out } = await run(['firewall', DEMO, '-t', SITE, '-f', format]);
      expect(readFileSync(join(place, format), 'utf8')).toBe(out);
    }
    expect((await run(['firewall', DEMO, '-t', SITE])).out).toBe(readFileSync(join(place, 'markdown'), 'utf8'));
    const spoilt = await run(['firewall', DEMO, '-t', SITE, '-o', 'nft=x.nft', '-o', 'csv=x.csv', '--remove']);
    expect(spoilt).toMatchObject({ code: 2, out: '', err: 'pcapcheck: --remove has no script for csv\n' });
    const overwriting = await run(['firewall', DEMO, '-t', SITE, '-o', `nft=${DEMO}`]);
    expect(overwriting).toMatchObject({ code: 2, err: expect.stringContaining('would overwrite') });
  });
  test('replaces an earlier file', async () => {
    const path = join(folder(), 'findings.csv');
    writeFileSync(path, 'old'.repeat(100_000));
    await check(['-o', `csv=${path}`]);
    expect(readFileSync(path, 'utf8')).toBe((await check(['-f', 'csv'])).out);
  });
  test.each([
    ['jsn=x.json', "did you mean 'json'?"],
    ['x.json', 'names no format'],
    ['json=', 'names no path'],
  ])('%s: said before a capture is read', async (spec, words) => {
    const { code, out, err } = await run(['nowhere.pcap', '-t', SITE, '-o', spec]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(words);
  });
  test('two reports in one place', async () => {
    const path = join(folder(), 'x');
    expect(await check(['-o', `json=${path}`, '-o', `csv=${path}`])).toMatchObject({ code: 2, out: '' });
    expect(existsSync(path)).toBe(false);
  });
  test('a folder that does not exist, a folder in place of a file', async () => {
    const place = folder();
    mkdirSync(join(place, 'taken'));
    for (const [path, words] of [
      [join(place, 'none', 'x.json'), 'does not exist'],
      [join(place, 'taken'), 'it is a folder'],
    ]) {
      const { code, err } = await check(['-o', `json=${path}`]);
      expect(code).toBe(2);
      expect(err).toContain(words);
      expect(err.trimEnd().split('\n')).toHaveLength(1);
    }
    expect(readdirSync(place)).toEqual(['taken']);
  });
  test('where the second cannot be written, the first one stands and nothing half is left', async () => {
    const place = folder();
    const first = join(place, 'a.json');
    expect((await check(['-o', `json=${first}`, '-o', `csv=${join(place, 'none', 'b.csv')}`])).code).toBe(2);
    expect(readdirSync(place)).toEqual(['a.json']);
    JSON.parse(readFileSync(first, 'utf8'));
  });
  test.runIf(existsSync('/dev/full'))('a disk that is full', async () => {
    const { code, err } = await check(['-o', 'json=/dev/full']);
    expect(code).toBe(2);
    expect(err).toContain('the disk is full');
    expect(statSync('/dev/full').isCharacterDevice()).toBe(true);
  });
});

describe('the reader of a pipe goes away', () => {
  test.each([
    ['-f', 'json'],
    ['-f', 'terminal', '--verbose'],
    ['-f', 'csv'],
  ])('%s %s %s', async (...args) => {
    const child = start([DEMO, '-t', SITE, ...args.filter((arg) => arg !== undefined)]);
    let err = '';
    child.stderr.on('data', (data: Buffer) => {
      err += String(data);
    });
    child.stdout.destroy();
    const code = await new Promise((done) => child.once('close', done));
    expect({ code, err }).toEqual({ code: 1, err: '' });
  });
  test.runIf(process.platform !== 'win32')(
    'pcapcheck flows … | head -1, with more connections than a pipe holds',
    async () => {
      // Copies: the same file given twice is read once.
      const place = folder();
      const copies = Array.from({ length: 60 }, (_, i) => join(place, `${i}.pcap`));
      for (const copy of copies) copyFileSync(DEMO, copy);
      const script = `"${process.execPath}" "${PROGRAM}" flows -f ndjson ${copies.join(' ')} | head -1`;
      const shell = spawn('bash', ['-c', `set -o pipefail; ${script}`], { cwd: ROOT });
      let [out, err] = ['', ''];
      shell.stdout.on('data', (data: Buffer) => {
        out += String(data);
      });
      shell.stderr.on('data', (data: Buffer) => {
        err += String(data);
      });
      const code = await new Promise((done) => shell.once('close', done));
      expect(err).toBe('');
      expect(out.split('\n')).toHaveLength(2);
      expect(code).toBe(0);
    },
  );
});

/** Runs under a terminal of that many columns, as util-linux's script makes one. */
async function onTerminal(args: readonly string[], columns: number, env: Record<string, string> = {}): Promise<string> {
  const quoted = [process.execPath, PROGRAM, ...args].map((arg) => `'${arg}'`).join(' ');
  const child = spawn('script', ['-qec', `stty cols ${columns} rows 50; ${quoted}`, '/dev/null'], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: '', TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  await new Promise((done) => child.once('close', done));
  return out.replaceAll('\r\n', '\n');
}

const hasScript = process.platform === 'linux' && existsSync('/usr/bin/script');
if (!hasScript) console.warn('SKIPPED: tests on a terminal need `script` of util-linux');

describe('colours and width', () => {
  test('a pipe gets no escape sequences and 100 columns', async () => {
    const { out } = await check(['--verbose'], { env: { FORCE_COLOR: '1', TERM: 'xterm-256color' } });
    expect(out).not.toContain(ESCAPE);
    expect(widest(out)).toBeLessThanOrEqual(100);
    expect(widest(out)).toBeGreaterThan(80);
  });
  test.runIf(hasScript)('a terminal gets colours and its own width', async () => {
    for (const columns of [60, 80, 132]) {
      const out = await onTerminal([DEMO, '-t', SITE], columns);
      expect(out).toContain(`${ESCAPE}[1;31m`);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours
      const plain = out.replaceAll(/\u001b\[[0-9;]*m/g, '');
      expect(widest(plain)).toBeLessThanOrEqual(columns);
      expect(widest(plain)).toBeGreaterThan(columns - 15);
    }
  });
  test.runIf(hasScript)('NO_COLOR and TERM=dumb', async () => {
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
      expect(await onTerminal([DEMO, '-t', SITE], 80, env)).not.toContain(ESCAPE);
    }
  });
  test.runIf(hasScript)('short work draws no progress', async () => {
    expect(await onTerminal([DEMO, '-t', SITE], 80)).not.toContain('packets/s');
  });
});
