/** Live capture through a wpcap.dll of the test's own, where Npcap puts its: what a driver does, without one. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReportedFinding } from '../../src/assess/types.ts';
import { type WineProcess, windowsPath, wine } from './wine.ts';

const windows = wine()!;
const SITE = 'captures/demo/site.yaml';
const OVERRIDES = 'mscoree,mshtml=';

describe.skipIf(windows === null)('without a capture library', () => {
  test.each([
    ['live', ['live', '-i', 'Ethernet', '-t', SITE]],
    ['interfaces', ['interfaces']],
  ])('%s says what to install, and what works without', async (_, args) => {
    const { code, out, err } = await windows.pcapcheck(args, { env: { WINEDLLOVERRIDES: `${OVERRIDES};wpcap=` } });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(
      /^pcapcheck: Live capture needs Npcap, and it was not found \(.*Windows error \d+\)\): install Npcap .*pktmon start .*\n$/,
    );
  });

  test('captures are read all the same', async () => {
    const args = ['captures/demo/demo.pcap', '-t', SITE, '-q'];
    expect((await windows.pcapcheck(args, { env: { WINEDLLOVERRIDES: `${OVERRIDES};wpcap=` } })).code).toBe(1);
  });
});

describe.skipIf(windows === null)("a library in Npcap's place", () => {
  const place = (): string => join(windows.drive, 'windows/system32/Npcap');
  const env = {
    WINEDLLOVERRIDES: `${OVERRIDES};wpcap=n`,
    STAND_IN_CAPTURE: windowsPath(join(process.cwd(), 'captures/demo/demo.pcap')),
  };
  const live = (...args: string[]): WineProcess => windows.start(['live', '-t', SITE, '--ndjson', ...args], { env });

  beforeAll(() => {
    mkdirSync(place(), { recursive: true });
    const options = ['-O2', '-Wall', '-Wextra', '-Werror', '-shared', '-static-libgcc', '-Inative-bindings/source'];
    execFileSync('x86_64-w64-mingw32-gcc', [
      ...options,
      'test/windows/stand-in/wpcap.c',
      '-o',
      join(place(), 'wpcap.dll'),
    ]);
  });
  afterAll(() => rmSync(place(), { recursive: true, force: true }));

  test('its devices, with umlauts and addresses', async () => {
    const { code, out } = await windows.pcapcheck(['interfaces'], { env });
    expect(code).toBe(0);
    expect(out).toMatch(/^1 +\\Device\\NPF_\{FILE\} +up +10\.20\.0\.10\/24 +A file, für Tests/m);
    expect(out).toMatch(/^4 +\\Device\\NPF_\{LOSSY\} +no link/m);
  });

  test('what it serves is judged as the file is, and saved to the byte', async () => {
    const saved = join(windows.folder, 'served.pcap');
    const run = live('-i', 'a file, FÜR tests', '--until-idle', '8s', '-w', windowsPath(saved));
    const { code, err } = await run.end();
    expect({ code, err }).toEqual({ code: 1, err: '' });
    const { report } = run.lines.at(-1)!;
    expect(report.coverage.frames).toBe(472);
    const check = spawnSync(
      process.execPath,
      ['dist/pcapcheck.js', 'captures/demo/demo.pcap', '-t', SITE, '-q', '-f', 'json'],
      {
        encoding: 'utf8',
      },
    );
    const essence = (findings: ReportedFinding[]): string[] =>
      findings
        .map(({ kind, src_ip, dest_ip, dest_port, outcome, count }) =>
          [kind, src_ip, dest_ip, dest_port, outcome, count].join(' '),
        )
        .sort();
    expect(essence(report.findings)).toEqual(essence(JSON.parse(check.stdout).findings));
    const told = run.lines.filter(({ type, state }) => type === 'finding' && state === 'new');
    expect(told.length).toBeGreaterThan(5);
    // The file headers and the unit of time differ, frames and their order do not.
    const lengths = (path: string): number[] => {
      const bytes = readFileSync(path);
      const found: number[] = [];
      for (let at = 24; at < bytes.length; at += 16 + found.at(-1)!) found.push(bytes.readUInt32LE(at + 8));
      return found;
    };
    expect(lengths(saved)).toEqual(lengths('captures/demo/demo.pcap'));
  });

  test('an adapter that is pulled out is waited for, and told', async () => {
    const run = live('-i', '\\Device\\NPF_{GONE}');
    await run.line(({ type, state }) => type === 'interface' && state === 'gone');
    const gone = run.lines.find(({ type, state }) => type === 'interface' && state === 'gone')!;
    expect(gone.reason).toContain('The device has been removed. (1617)');
    await run.line(({ type, state }) => type === 'interface' && state === 'back');
    run.interrupt();
    expect((await run.end()).code).toBe(1);
    const { report } = run.lines.at(-1)!;
    expect(report.captures[0].losses[0].blind).toBe('gone');
  });

  test('what the driver loses is told, and silence proves nothing then', async () => {
    const run = live('-i', '4');
    const loss = await run.line(({ type }) => type === 'loss');
    expect(loss).toMatchObject({ kernel: 1000, analysis: 0, blind: null });
    run.interrupt();
    await run.end();
    expect(run.lines.at(-1)!.report.captures[0].losses[0].kernel).toBe(1000);
  });

  test('Npcap for administrators only', async () => {
    const { code, err } = await live('-i', '3').end();
    expect(code).toBe(2);
    expect(err).toMatch(
      /^pcapcheck: This user may not capture on .*Access is denied\. \(5\)\): Npcap was installed for administrators only/,
    );
  });

  test('filters', async () => {
    const refused = await live('-i', '1', '-f', 'refused').end();
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('The filter "refused" is refused: syntax error in filter expression');
    const silent = live('-i', '1', '-f', 'none', '--duration', '3s');
    expect(await silent.end()).toMatchObject({ code: 2, err: expect.stringContaining('no frames') });
    expect(silent.lines.at(-1)!.report.coverage.frames).toBe(0);
  });
});
