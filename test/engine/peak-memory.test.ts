/** The most memory that a whole process takes under a small ceiling, whatever it is fed; Linux tells it. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt, PROGRAM } from '../cli/program.ts';
import { tcp } from '../track/frames.ts';
import { pcapOf } from './pcap-file.ts';

const isLinux = process.platform === 'linux';
if (!isLinux) console.warn('\nSKIPPED: the peak of a process is read from /proc, which is not here.\n');

beforeAll(ensureBuilt);
const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-peak-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CEILING = 256;
/** More than there are tables for: 48,000 connections, 15,000 rows. */
const PACKETS = '400k';
const FRAMES_IN_RING = 10;
const GENERATE = ['bench/generate.mjs', '--size', PACKETS];

/** Runs the program to its end. @returns its peak in MiB, and the report */
async function run(
  args: readonly string[],
  input?: string,
  ceiling = CEILING,
): Promise<{ peak: number; report: string }> {
  const generator =
    input === undefined
      ? null
      : spawn(process.execPath, [...GENERATE, input, '--stdout'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const options = ['--topology', 'bench/site.yaml', '--quiet', '--max-memory', `${ceiling}m`, ...args];
  const child = spawn(process.execPath, [PROGRAM, ...options], {
    stdio: [generator === null ? 'ignore' : 'pipe', 'pipe', 'inherit'],
  });
  if (generator !== null) generator.stdout!.pipe(child.stdin!);
  let peak = 0;
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 10);
  let report = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    report += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  expect([0, 1]).toContain(code);
  return { peak, report };
}

interface Counts {
  connections: { total: number; not_kept: number; cut_short: number };
  coverage: { frames: number; names: { not_kept: number } };
}

describe.skipIf(!isLinux)(`under a ceiling of ${CEILING} MiB`, () => {
  test.each(['syn-scan', 'address-scan-6', 'syn-flood', 'syn-flood-6', 'rejected', 'names'])(
    '%s through a pipe',
    async (input) => {
      const { peak, report } = await run(['-', '--format', 'json'], input);
      expect(peak).toBeGreaterThan(50);
      expect(peak).toBeLessThan(CEILING);
      const { connections, coverage } = JSON.parse(report) as Counts;
      expect(coverage.frames).toBe(400_000);
      expect(connections.total).toBe(input === 'rejected' || input === 'names' ? 200_000 : 400_000);
      // What was left out is told.
      const lost = input === 'names' ? coverage.names.not_kept : connections.cut_short + connections.not_kept;
      expect(lost).toBeGreaterThan(0);
    },
    60_000,
  );

  test('files read by two workers, in segments and together, give what a pipe gives', async () => {
    const generated = spawn(process.execPath, [...GENERATE, 'syn-scan', 'syn-flood-6', '--folder', folder]);
    expect(await new Promise((resolve) => generated.on('close', resolve))).toBe(0);
    const scan = join(folder, 'syn-scan-400k.pcap');
    const one = await run([scan, '--workers', '2', '--format', 'terminal']);
    expect(one.peak).toBeLessThan(CEILING);
    expect(one.report).toContain('400,000 connections');
    // At the second ceiling two files came to 358 MiB.
    for (const ceiling of [CEILING, 320]) {
      const paths = [scan, join(folder, 'syn-flood-6-400k.pcap')];
      const both = await run([...paths, '--workers', '2', '--format', 'json'], undefined, ceiling);
      expect(both.peak).toBeLessThan(ceiling);
      expect((JSON.parse(both.report) as Counts).connections.total).toBe(800_000);
    }
  }, 120_000);

  // A part takes memory, however little it holds; 2,000 of them came to 550 MiB.
  test('a ring of many small captures', async () => {
    const ring = join(folder, 'ring');
    mkdirSync(ring);
    const paths = Array.from({ length: 2000 }, (_, i) => {
      const path = join(ring, `${String(i).padStart(4, '0')}.pcap`);
      const syns = Array.from({ length: FRAMES_IN_RING }, (_, k) =>
        tcp({
          source: `10.1.${i >> 8}.${i & 0xff}`,
          destination: '10.20.0.10',
          sourcePort: 2000 + k,
          destinationPort: 80,
          flags: 'S',
          payload: 400,
          time: i * FRAMES_IN_RING + k,
        }),
      );
      writeFileSync(path, pcapOf(syns));
      return path;
    });
    const { peak, report } = await run([...paths, '--workers', '2', '--format', 'json'], undefined, 480);
    expect(peak).toBeLessThan(480);
    expect((JSON.parse(report) as Counts).coverage.frames).toBe(2000 * FRAMES_IN_RING);
  }, 60_000);
});
