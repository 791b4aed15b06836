/** Files that claim without measure, through the program itself: an answer in time, with the limit named. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/assess/types.ts';
import {
  block,
  concat,
  interfaceBlock,
  netmon,
  numbered,
  options,
  packet,
  pcap,
  pcapng,
  section,
  text,
  uint64,
  words,
} from '../capture/support/build.ts';
import { ensureBuilt, folder, run, SITE } from './program.ts';

beforeAll(ensureBuilt);

const TIME = 1_700_000_000_000_000n;
const DATA = new Uint8Array(60).fill(1);
const begin = (): Uint8Array => concat(section(), interfaceBlock());
/** Options of one kind until the block is full, without an end. */
const endless = (code: number, length: number, count: number): Uint8Array => {
  const one = new Uint8Array(4 + length);
  new DataView(one.buffer).setUint16(0, code, true);
  new DataView(one.buffer).setUint16(2, length, true);
  const all = new Uint8Array(one.length * count);
  for (let index = 0; index < count; index++) all.set(one, index * one.length);
  return all;
};

/** What the program says of a file: its frames, its problems, and the accounting. */
async function report(bytes: Uint8Array): Promise<{ frames: number; problems: string[]; report: Report }> {
  const path = join(folder(), 'file');
  writeFileSync(path, bytes);
  const { out, err } = await run([path, '-t', SITE, '-f', 'json', '-q']);
  expect(['', 'pcapcheck: the capture holds no TCP or UDP connection.\n']).toContain(err);
  const parsed = JSON.parse(out) as Report;
  const { frames, judged, not_judged } = parsed.coverage;
  expect(judged + Object.values(not_judged).reduce((sum, count) => sum + count, 0)).toBe(frames);
  const [capture] = parsed.captures;
  expect(capture!.frames).toBe(frames);
  return { frames, problems: capture!.problems, report: parsed };
}

describe('one file', () => {
  test('a pcapng block of 4 GiB', async () => {
    const { frames, problems } = await report(
      concat(begin(), packet(true, 0, TIME, DATA), words(true, 6, 0xfffffffc), DATA, packet(true, 0, TIME, DATA)),
    );
    expect(frames).toBe(2);
    expect(problems[0]).toContain('claims 4294967292 bytes, more than the limit of 16 MiB');
  });

  test('a pcap record of 4 GiB', async () => {
    const record = words(true, 1_700_000_000, 0, 0xfffffff0, 0xfffffff0);
    const { frames, problems } = await report(
      concat(pcap(numbered(30)), record, pcap(numbered(3000, 30)).subarray(24)),
    );
    expect(frames).toBe(3030);
    expect(problems[0]).toContain('claims 4294967280 bytes, more than the limit of 16 MiB; 16 bytes were skipped');
  });

  test('more interfaces than are believed, and a packet of interface 4,294,967,295', async () => {
    const many = new Uint8Array(70_000 * 20);
    for (let index = 0; index < 70_000; index++) many.set(interfaceBlock(), index * 20);
    const last = packet(true, 0xffffffff, TIME, DATA);
    const { frames, problems } = await report(concat(section(), many, last, packet(true, 0, TIME, DATA)));
    expect(frames).toBe(1);
    expect(problems[0]).toContain('beyond the limit of 65536');
    expect(problems.at(-2)).toMatch(/^\d+ more problems/);
    expect(problems.at(-1)).toContain('silence proves nothing in this capture');
  });

  test('options that never end', async () => {
    const full = packet(true, 0, TIME, DATA, endless(0x7fff, 0, 1_000_000));
    const over = packet(true, 0, TIME, DATA, new Uint8Array([1, 0, 0xff, 0xff]));
    const { frames, problems } = await report(concat(begin(), full, over));
    expect(frames).toBe(2);
    expect(problems).toEqual([expect.stringContaining('an option runs past its packet; the packet was read')]);
  });

  test('twelve megabytes of comments', async () => {
    const { frames } = await report(concat(begin(), packet(true, 0, TIME, DATA, endless(1, 60_000, 200))));
    expect(frames).toBe(1);
  });

  test('the year 292277', async () => {
    const file = concat(begin(), packet(true, 0, TIME, DATA), packet(true, 0, 2n ** 63n - 1n, DATA));
    const { problems, report: whole } = await report(file);
    const told = [
      expect.stringContaining('outside the years 1970 to 2106'),
      expect.stringContaining('silence proves nothing in this capture'),
    ];
    expect(problems).toEqual(told);
    expect(whole.captures[0]!.last).toMatch(/^2023/);
    const offset = options(true, [14, uint64(2n ** 62n, true)]);
    const shifted = concat(section(), interfaceBlock(true, 1, 0, offset), packet(true, 0, TIME, DATA));
    expect((await report(shifted)).problems).toEqual(told);
  });

  test('a name resolution block full of names, and unknown blocks', async () => {
    const names = block(4, concat(endless(1, 12, 50_000), words(true, 0)));
    const { frames, problems } = await report(concat(begin(), names, block(0x1234, DATA), packet(true, 0, TIME, DATA)));
    expect([frames, problems]).toEqual([1, []]);
  });
});

describe('compressed without measure', () => {
  /** A block of 16 MiB that pcapng readers pass over, as a zstd frame of 600 bytes: one stored block, then runs of one byte. */
  function blockAsZstd(): Uint8Array {
    const size = 16 * 1024 * 1024;
    const runs = size / (128 * 1024);
    const run = (count: number, byte: number, isLast: boolean): Uint8Array => {
      const field = (count << 3) | 2 | (isLast ? 1 : 0);
      return new Uint8Array([field & 255, (field >> 8) & 255, field >> 16, byte]);
    };
    const stored = (bytes: Uint8Array, isLast: boolean): Uint8Array => {
      const field = (bytes.length << 3) | (isLast ? 1 : 0);
      return concat(new Uint8Array([field & 255, (field >> 8) & 255, field >> 16]), bytes);
    };
    const header = new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0x00, 13 << 3]);
    const zeros = Array.from({ length: runs - 1 }, () => run(128 * 1024, 0, false));
    const rest = run(128 * 1024 - 12, 0, false);
    return concat(header, stored(words(true, 10, size), false), ...zeros, rest, stored(words(true, size), true));
  }
  const zstdOf = (bytes: Uint8Array): Uint8Array =>
    concat(
      new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0x00, 13 << 3]),
      new Uint8Array([((bytes.length << 3) | 1) & 255, (bytes.length >> 5) & 255, bytes.length >> 13]),
      bytes,
    );

  test('zstd that unpacks to 30,000 times its size: what was unpacked is reported, the rest is left', async () => {
    const capture = pcapng(numbered(100));
    const bomb = blockAsZstd();
    const { frames, problems } = await report(concat(zstdOf(capture), ...Array.from({ length: 100 }, () => bomb)));
    expect(frames).toBe(100);
    expect(problems.at(-1)).toMatch(
      /^The zstd file unpacks to more than 4096 times its size, the limit behind the first 1 GiB; the first \d+ bytes were read/,
    );
  }, 60_000);

  test('gzip of 200 MiB of zeros behind a capture', async () => {
    const zeros = gzipSync(new Uint8Array(50 * 1024 * 1024));
    const { frames, problems } = await report(concat(gzipSync(pcapng(numbered(100))), zeros, zeros, zeros, zeros));
    expect(frames).toBe(100);
    expect(problems).toEqual([expect.stringMatching(/a block makes no sense; 209715200 bytes were skipped/)]);
  }, 60_000);

  test('a zstd window of 2 GiB', async () => {
    const path = join(folder(), 'window.zst');
    writeFileSync(path, new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 1, 0, 0, 0, 0, 0]));
    const { code, err } = await run([path, '-t', SITE]);
    expect(code).toBe(2);
    expect(err).toMatch(
      /window of 2048 MiB .* limit is (32|128) MiB on this Node\.js; unpack it with "zstd -d --memory=2048MiB /,
    );
  });
});

test('Network Monitor through a pipe, beyond what is held', async () => {
  const piece = new Uint8Array(16 * 1024 * 1024);
  const input = [netmon(numbered(10)), ...Array.from({ length: 17 }, () => piece)];
  const { code, err } = await run(['-', '-t', SITE], { input });
  expect(code).toBe(2);
  expect(err).toContain(
    'Standard input is a Network Monitor capture of more than 256 MiB, the limit where it comes compressed or through a pipe',
  );
}, 60_000);

test('text that never ends is refused by its beginning', async () => {
  const { code, err } = await run(['-', '-t', SITE], { input: [text('no capture '.repeat(100_000))] });
  expect(code).toBe(2);
  expect(err).toContain('is text');
});
