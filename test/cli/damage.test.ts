/** Captures with damage in the middle, through the program itself: nobody is accused for want of frames that the damage may have held. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/assess/types.ts';
import {
  type BuildFrame,
  block,
  concat,
  interfaceBlock,
  packet,
  pcap,
  section,
  words,
} from '../capture/support/build.ts';
import { tcp } from '../track/frames.ts';
import { DEMO, ensureBuilt, folder, run, SITE } from './program.ts';

beforeAll(ensureBuilt);

const SILENT = new Set(['no-answer', 'half-open']);
const LOST = 'the capture lost packets, and the answer may be among them';

async function report(path: string): Promise<Report> {
  const { code, out, err } = await run([path, '-t', SITE, '--format', 'json']);
  expect(code, err).toBe(1);
  return JSON.parse(out) as Report;
}

test('where bytes in the middle cannot be read, silence is undecided, and answers that were seen still count', async () => {
  const bytes = Uint8Array.from(readFileSync(DEMO));
  bytes.fill(0x5a, bytes.length >> 1, (bytes.length >> 1) + 3000);
  const path = join(folder(), 'damaged.pcap');
  writeFileSync(path, bytes);
  const whole = await report(DEMO);
  const damaged = await report(path);
  const blocked = ({ findings }: Report): (string | null)[] =>
    findings.filter(({ kind }) => kind === 'blocked-required').map(({ outcome }) => outcome);
  expect(blocked(whole).some((outcome) => SILENT.has(outcome!))).toBe(true);
  expect(blocked(damaged).filter((outcome) => SILENT.has(outcome!))).toEqual([]);
  expect(blocked(damaged).length).toBeGreaterThan(0);
  expect(damaged.undecided.map(({ reason }) => reason)).toContain(LOST);
  expect(damaged.captures[0].problems.at(-1)).toBe(
    'Frames may have been lost where bytes were skipped; silence proves nothing in this capture.',
  );
});

test('a capture that ends in the middle of a frame accuses as before', async () => {
  const bytes = readFileSync(DEMO);
  const path = join(folder(), 'cut.pcap');
  writeFileSync(path, bytes.subarray(0, bytes.length - 10));
  const { findings, captures } = await report(path);
  expect(findings.some(({ outcome, kind }) => kind === 'blocked-required' && outcome === 'no-answer')).toBe(true);
  expect(captures[0].problems).toHaveLength(1);
});

describe('two questions just before the end of what was captured are not answered by the silence of something else', () => {
  const RAW = 101;
  const NETWORKS = 'captures/networks/site.yaml';
  const SOON = 'the capture ends too soon after the last attempt';
  const [client, server] = ['10.80.1.11', '10.80.1.20'];
  const asked = (port: number, time: number): BuildFrame =>
    built(
      tcp({
        source: client,
        destination: server,
        sourcePort: port,
        destinationPort: 8530,
        flags: 'S',
        sequence: port,
        time,
        id: port,
      }),
    );
  const opened = (port: number, time: number): BuildFrame[] => {
    const [to, from] = [
      { source: client, destination: server, sourcePort: port, destinationPort: 80 },
      { source: server, destination: client, sourcePort: 80, destinationPort: port },
    ];
    return [
      tcp({ ...to, flags: 'S', sequence: 1, time }),
      tcp({ ...from, flags: 'SA', sequence: 7, acknowledgment: 2, time: time + 0.01 }),
      tcp({ ...to, flags: 'A', sequence: 2, acknowledgment: 8, time: time + 0.02 }),
    ].map(built);
  };
  function built({ bytes, seconds, nanoseconds }: ReturnType<typeof tcp>): BuildFrame {
    return { data: bytes, seconds, fraction: Math.floor(nanoseconds / 1000) };
  }
  const questions = [asked(40_001, 5), asked(40_002, 5.01)];
  const before = [...opened(40_000, 0), ...questions];
  const later = opened(41_000, 20);
  const timed = ({ seconds, fraction, data }: BuildFrame): Uint8Array =>
    packet(true, 0, BigInt(seconds) * 1_000_000n + BigInt(fraction), data);

  async function told(...captures: Uint8Array[]): Promise<Report> {
    const at = folder();
    const paths = captures.map((bytes, i) => {
      writeFileSync(join(at, `${i}.pcap`), bytes);
      return join(at, `${i}.pcap`);
    });
    const { out, err } = await run([...paths, '-t', NETWORKS, '--format', 'json']);
    expect(err).toBe('');
    return JSON.parse(out) as Report;
  }
  const isBlocked = ({ findings }: Report): boolean => findings.some(({ kind }) => kind === 'blocked-required');
  const reasons = ({ undecided }: Report): string[] => undecided.map(({ reason }) => reason);
  const raw = { linkType: RAW };

  test('in one capture, they are', async () => {
    expect(isBlocked(await told(pcap([...before, ...later], raw)))).toBe(true);
  });

  test('a capture that was started again', async () => {
    const report = await told(pcap(before, raw), pcap(later, raw));
    expect(isBlocked(report)).toBe(false);
    expect(reasons(report)).toEqual([SOON]);
  });

  test('a capture of another place that goes on', async () => {
    const report = await told(pcap(before, raw), pcap([...opened(42_000, 1), ...later], raw));
    expect(isBlocked(report)).toBe(false);
    expect(reasons(report)).toEqual([SOON]);
  });

  test('the next file of a series, where the end of this one cannot be read', async () => {
    const report = await told(
      concat(pcap(before, raw), new Uint8Array(3000)),
      pcap([...opened(42_000, 6), ...later], raw),
    );
    expect(isBlocked(report)).toBe(false);
    expect(reasons(report)).toEqual([LOST]);
    const whole = await told(pcap(before, raw), pcap([...opened(42_000, 6), ...later], raw));
    expect(isBlocked(whole)).toBe(true);
  });

  test.each([
    ['followed by what is not gzip', (packed: Uint8Array) => concat(packed, new Uint8Array([1, 2, 3]))],
    ['cut short', (packed: Uint8Array) => packed.subarray(0, -4)],
  ])('the next file of a series, where this one is gzip %s', async (_, broken) => {
    const series = [broken(gzipSync(pcap(before, raw))), pcap([...opened(42_000, 6), ...later], raw)];
    const report = await told(...series);
    expect(isBlocked(report)).toBe(false);
    expect(reasons(report)).toEqual([LOST]);
    expect(isBlocked(await told(broken(gzipSync(pcap([...before, ...later], raw)))))).toBe(true);
  });

  test('a gzip file that does not fit its checksum', async () => {
    const packed = gzipSync(pcap([...before, ...later], raw));
    packed[packed.length - 8]! ^= 1;
    const report = await told(packed);
    expect(isBlocked(report)).toBe(false);
    expect(reasons(report)).toEqual([LOST]);
    expect(report.captures[0]!.problems).toEqual([
      'The gzip file has a member at byte 0 that does not fit its checksum; what it unpacks to was read.',
      'Frames may be wrong where what a file unpacks to does not fit its checksum; silence proves nothing in this capture.',
    ]);
  });

  test('a section of an unknown version', async () => {
    const known = concat(section(), interfaceBlock(true, RAW), ...[...before, ...later].map(timed));
    const report = await told(concat(known, section(true, 2), interfaceBlock(true, RAW), ...before.map(timed)));
    expect(isBlocked(report)).toBe(false);
    expect(reasons(report)).toEqual([LOST]);
  });

  test.each([
    ['no time', ({ data }: BuildFrame) => block(3, concat(words(true, data.length), data))],
    ['a time beyond 2106', ({ data }: BuildFrame) => packet(true, 0, 2n ** 62n, data)],
  ])('questions with %s', async (_, untimed) => {
    const frames = [...opened(40_000, 0), asked(40_001, 19), asked(40_002, 19), ...later];
    const blocks = frames.map((frame) => (frame.seconds === frames[3]!.seconds ? untimed(frame) : timed(frame)));
    const report = await told(concat(section(), interfaceBlock(true, RAW), ...blocks));
    expect(isBlocked(report)).toBe(false);
    expect(reasons(report)).toEqual([
      'frames of the capture have no time, so that nobody knows how long an answer was waited for',
    ]);
    expect(report.captures[0]!.problems.at(-1)).toContain('without a time of their own');
  });
});
