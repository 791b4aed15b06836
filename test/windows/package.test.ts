/** The package as administrators get it: reports byte for byte those of this machine, and what is of Windows alone. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { windowsPath, wine } from './wine.ts';

const windows = wine()!;
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const DEMO = ['captures/demo/demo.pcap', '-t', 'captures/demo/site.yaml', '-q'];
const DATED = [...DEMO, '--date', '2026-01-01'];
/** [MS-ERREF] 2.3.1 STATUS_CONTROL_C_EXIT; Linux sees the lowest byte of an exit code. */
const CONTROL_C_EXIT = 0x3a;

/** The same program, run by this machine's Node.js. */
function here(args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/pcapcheck.js', ...args], {
    cwd: windows.app,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return { code: status, out: stdout, err: stderr };
}

describe.skipIf(windows === null)('the Windows package', () => {
  test('pcapcheck.cmd, from a folder with a blank in its name', async () => {
    const program = windows.program(['cmd', '/c', 'pcapcheck.cmd', '--version'], { cwd: windows.home });
    expect(await program.end()).toMatchObject({ code: 0, out: expect.stringMatching(`${version}\\s*$`) });
  });

  test('pcapcheck.cmd hands on the exit code', async () => {
    const run = (...args: string[]) =>
      windows.program(['cmd', '/c', 'pcapcheck.cmd', ...args], { cwd: windows.home }).end();
    const demo = ['app\\captures\\demo\\demo.pcap', '-t', 'app\\captures\\demo\\site.yaml'];
    expect((await run(...demo)).code).toBe(1);
    expect((await run(...demo, '--fail-on', 'never')).code).toBe(0);
    expect((await run('nosuch.pcap', ...demo.slice(1))).code).toBe(2);
  });

  test.each([
    [[...DATED, '-f', 'json']],
    [[...DATED, '-f', 'json', '-j', '2']],
    [[...DATED, '-f', 'html']],
    [[...DATED, '-f', 'csv']],
    [[...DATED, '--verbose']],
    [['flows', 'captures/demo/demo.pcap', '-q', '-f', 'ndjson']],
    [['pxe', 'captures/demo/demo.pcap', '-q']],
    [['topology', 'check', 'captures/demo/site.yaml']],
    [['explain', 'blocked-required']],
    [['nosuch.pcap', '-t', 'captures/demo/site.yaml', '-q']],
    [['captures/demo/demo.pcap', '-t', 'captures/demo/demo.pcap', '-q']],
    [[...DATED, '--fail-on', 'never']],
  ])('%j gives what it gives here', async (args) => {
    expect(await windows.pcapcheck(args)).toEqual(here(args));
  });

  test('licences of everything inside, and an addon that is loaded', async () => {
    expect(readFileSync(join(windows.home, 'LICENSES.txt'), 'utf8')).toMatch(/Node\.js \d+/);
    const { code, out } = await windows.pcapcheck(['interfaces']);
    expect(code).toBe(0);
    expect(out).toMatch(/^ *1 +\S+ +(up|down)/m);
  });

  describe('paths', () => {
    const capture = readFileSync('captures/demo/demo.pcap');
    test.each([
      ['with backslashes', 'captures\\demo\\demo.pcap'],
      ['with a drive letter', 'C:\\Program Files\\pcapcheck\\app\\captures\\demo\\demo.pcap'],
      ['of another drive', windowsPath(join(process.cwd(), 'captures/demo/demo.pcap'))],
      ['with the prefix of long paths', '\\\\?\\C:\\Program Files\\pcapcheck\\app\\captures\\demo\\demo.pcap'],
      ['in other letters', 'CAPTURES\\Demo\\DEMO.PCAP'],
    ])('%s', async (_, path) => {
      const { code, err } = await windows.pcapcheck(['flows', path, '-q']);
      expect({ code, err }).toEqual({ code: 0, err: '' });
    });

    test('beyond 260 characters, for captures, topologies and reports', async () => {
      const deep = Array.from({ length: 8 }, (_, i) => `${i}${'long'.repeat(10)}`);
      const folder = join(windows.drive, 'ProgramData', ...deep);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'Müller 管理 ü.pcap'), capture);
      copyFileSync('captures/demo/site.yaml', join(folder, 'site.yaml'));
      const long = `C:\\ProgramData\\${deep.join('\\')}`;
      const args = [`${long}\\Müller 管理 ü.pcap`, '-t', `${long}\\site.yaml`, '-o', `json=${long}\\report.json`, '-q'];
      const { code, err } = await windows.pcapcheck(args);
      expect({ code, err }).toEqual({ code: 1, err: '' });
      const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
      expect(report.captures[0]).toMatchObject({ path: `${long}\\Müller 管理 ü.pcap`, frames: 472 });
    });

    test('%PROGRAMDATA%, as a console puts it in', async () => {
      const folder = join(windows.drive, 'ProgramData/pcapcheck');
      mkdirSync(folder, { recursive: true });
      copyFileSync('captures/demo/site.yaml', join(folder, 'site.yaml'));
      writeFileSync(
        join(windows.home, 'task.cmd'),
        '@call "%~dp0pcapcheck.cmd" "%~dp0app\\captures\\demo\\demo.pcap" -t "%PROGRAMDATA%\\pcapcheck\\site.yaml" -o "html=%PROGRAMDATA%\\pcapcheck\\report.html" -q\r\n',
      );
      expect((await windows.program(['cmd', '/c', 'task.cmd'], { cwd: windows.home }).end()).code).toBe(1);
      expect(existsSync(join(folder, 'report.html'))).toBe(true);
    });

    test('a topology with CRLF and a byte order mark', async () => {
      const text = readFileSync('captures/demo/site.yaml', 'utf8').replaceAll('\n', '\r\n');
      writeFileSync(join(windows.app, 'crlf.yaml'), `\ufeff${text}`);
      const args = (site: string): string[] => [DATED[0], '-t', site, '-q', '-f', 'csv'];
      expect((await windows.pcapcheck(args('crlf.yaml'))).out).toBe(here(args('captures/demo/site.yaml')).out);
    });

    test('a name that no file may have', async () => {
      const { code, err } = await windows.pcapcheck([...DEMO, '-o', 'json=report?.json']);
      expect(code).toBe(2);
      expect(err).toMatch(/^pcapcheck: Cannot write report\?\.json: this is no name for a file here/);
    });
  });

  test('files that another program keeps to itself: one sentence and exit code 2', async () => {
    // Opened for itself alone, as pktmon does with the trace that it writes.
    const source = join(windows.folder, 'keep.c');
    writeFileSync(
      source,
      `#include <windows.h>
int main(int count, char **words) {
  for (int i = 1; i < count; i++)
    if (CreateFileA(words[i], GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL) == INVALID_HANDLE_VALUE) return 1;
  CreateFileA("kept", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
  Sleep(60000);
  return 0;
}
`,
    );
    const program = join(windows.folder, 'keep.exe');
    expect(spawnSync('x86_64-w64-mingw32-gcc', [source, '-o', program]).status).toBe(0);
    const folder = join(windows.folder, 'kept');
    mkdirSync(folder);
    for (const name of ['demo.pcap', 'site.yaml']) copyFileSync(`captures/demo/${name}`, join(folder, name));
    writeFileSync(join(folder, 'report.json'), '{}');
    const keeper = windows.program([program, 'demo.pcap', 'site.yaml', 'report.json'], { cwd: folder });
    for (let i = 0; i < 200 && !existsSync(join(folder, 'kept')); i++) await setTimeout(50);
    const base = windowsPath(folder);
    const run = async (capture: string, site: string, ...more: string[]): Promise<string> => {
      const { code, err } = await windows.pcapcheck([capture, '-t', site, '-q', ...more]);
      expect({ code, lines: err.trim().split('\n').length }).toEqual({ code: 2, lines: 1 });
      return err;
    };
    expect(await run(`${base}\\demo.pcap`, DEMO[2])).toContain('is open in another program');
    expect(await run(DEMO[0], `${base}\\site.yaml`)).toContain('is open in another program');
    expect(await run(DEMO[0], DEMO[2], '-o', `json=${base}\\report.json`)).toMatch(/open in another program/);
    expect(readFileSync(join(folder, 'report.json'), 'utf8')).toBe('{}');
    expect(readdirSync(folder).sort()).toEqual(['demo.pcap', 'kept', 'report.json', 'site.yaml']);
    keeper.kill();
  });

  test('Ctrl-C: one sentence, nothing left behind, and the exit code of Windows, which is not that of findings', async () => {
    const folder = join(windows.folder, 'interrupted');
    mkdirSync(folder);
    const process_ = windows.start(['live', '--watch', windowsPath(folder), '-t', DEMO[2], '--ndjson']);
    await process_.line(({ type }) => type === 'status');
    process_.interrupt();
    const { code, out, err } = await process_.end();
    expect([code, err]).toEqual([2, 'pcapcheck: the captures hold no frames.\n']);
    expect(JSON.parse(out.trim().split('\n').at(-1)!)).toMatchObject({ type: 'report' });
    // Something that takes its time: gigabytes of packets in a file of some megabytes.
    const demo = readFileSync('captures/demo/demo.pcap');
    let end = 24;
    while (end < 20_000) end += 16 + demo.readUInt32LE(end + 8);
    const packets = gzipSync(Buffer.concat(Array<Buffer>(5000).fill(demo.subarray(24, end))));
    writeFileSync(join(folder, 'long.pcap.gz'), Buffer.concat([gzipSync(demo), ...Array<Buffer>(300).fill(packets)]));
    const check = windows.start([
      `${windowsPath(folder)}\\long.pcap.gz`,
      '-t',
      DEMO[2],
      '-o',
      `json=${windowsPath(folder)}\\x.json`,
    ]);
    await setTimeout(12_000);
    check.interrupt();
    const ended = await check.end();
    expect(ended.err).toMatch(/^pcapcheck: Interrupted [^\n]+\n$/);
    expect(ended.code).toBe(CONTROL_C_EXIT);
    expect(readdirSync(folder).filter((name) => name !== 'long.pcap.gz')).toEqual([]);
  });

  test('a console shows all letters whatever its code page, and colours', () => {
    writeFileSync(
      join(windows.app, 'umlaut.yaml'),
      'version: 1\nname: Zürich\nhosts: [{ name: MP01, addresses: [10.20.0.10], roles: [mp] }]\n',
    );
    const shown = windows.onConsole([DEMO[0], '-t', 'umlaut.yaml', '-q']);
    // Wine's console starts with code page 437; it draws on the terminal in UTF-8.
    expect(shown).toContain('Zürich');
    expect(shown).toContain('\u001b[3');
  });

  test('--user is told to be for Linux', async () => {
    const { code, err } = await windows.pcapcheck(['live', '-i', '1', '--user', 'nobody', '-t', DEMO[2]]);
    expect(code).toBe(2);
    expect(err).toBe('pcapcheck: --user is for Linux; on Windows start pcapcheck as the user that it shall be.\n');
  });
});
