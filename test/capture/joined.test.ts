/** Captures of both formats that follow one another in one file, as `cat` joins them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { readCaptureHeader } from '../../src/capture/peek.ts';
import { readCapture } from '../../src/capture/source.ts';
import { concat, numbered, pcap, pcapHeader, pcapng, section } from './support/build.ts';
import { numbersOf, readBytes } from './support/read.ts';
import { RecordingSink } from './support/recording-sink.ts';

const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-joined-'));
afterAll(() => rmSync(folder, { recursive: true }));

const OLD = { minor: 3 };
const BIG = { little: false, magic: 0xa1b23c4d, linkType: 101 };
type Piece = [name: string, bytes: Uint8Array, frames: number];
const pcapOf = (count: number, from: number, options = {}): Piece => [
  'pcap',
  pcap(numbered(count, from), options),
  count,
];
const pcapngOf = (count: number, from: number): Piece => ['pcapng', pcapng(numbered(count, from)), count];

/** Each frame number once, in turn. */
const CASES: [string, Piece[]][] = [
  ['pcap, pcapng', [pcapOf(10, 0), pcapngOf(10, 10)]],
  ['pcapng, pcap', [pcapngOf(10, 0), pcapOf(10, 10)]],
  ['pcapng, big-endian pcap of nanoseconds', [pcapngOf(10, 0), pcapOf(10, 10, BIG)]],
  [
    'pcap of an old version, pcapng, the same again',
    [pcapOf(5, 0, OLD), pcapngOf(5, 5), pcapOf(5, 10, OLD), pcapngOf(5, 15)],
  ],
  ['one without frames, pcapng', [pcapOf(0, 0), pcapngOf(10, 0)]],
  ['one without frames, pcap', [pcapOf(0, 0), pcapOf(10, 0)]],
  ['one without frames between', [pcapngOf(10, 0), pcapOf(0, 0), pcapngOf(10, 10)]],
  ['many frames', [pcapOf(3000, 0), pcapngOf(3000, 3000), pcapOf(3000, 6000)]],
];

describe.each(CASES)('%s', (_, pieces) => {
  const bytes = concat(...pieces.map(([, piece]) => piece));
  const whole = readBytes(bytes);

  test('the frames of all, and where each begins', () => {
    const apart = pieces.map(([, piece]) => readBytes(piece));
    expect(whole.frames).toEqual(apart.flatMap(({ frames }) => frames));
    expect(numbersOf(whole.frames)).toEqual(whole.frames.map((_frame, index) => index));
    const starts = pieces.map((_piece, index) => concat(...pieces.slice(0, index).map(([, piece]) => piece)).length);
    const kind = (index: number): string =>
      pieces[index]![0] === pieces[index - 1]![0] ? '' : `, a ${pieces[index]![0]}`;
    expect(whole.summary).toMatchObject({
      format: pieces[0]![0],
      frames: whole.frames.length,
      linkTypes: [...new Set(apart.flatMap(({ summary }) => summary.linkTypes))],
      nanosecondTimes: apart.some(({ summary }) => summary.nanosecondTimes),
      problemCount: pieces.length - 1,
      problems: starts.slice(1).map((offset, index) => ({
        code: 'joined-captures',
        offset,
        skippedBytes: 0,
        message: `At byte ${offset} another capture begins${kind(index + 1)}; it was read as the continuation of this one.`,
      })),
    });
  });

  test.each([[[1]], [[7, 64]], [[1000]], [[65_536, 3]]])('in chunks of %j bytes', (sizes) => {
    if (bytes.length > 100_000 && sizes[0] === 1) return;
    expect(readBytes(bytes, sizes)).toEqual(whole);
  });

  test('from a file, packed too', async () => {
    for (const [name, stored] of [
      ['plain', bytes],
      ['packed', gzipSync(bytes)],
    ] as const) {
      const path = join(folder, name);
      writeFileSync(path, stored);
      const sink = new RecordingSink();
      const { frames, problems } = await readCapture(path, sink);
      expect(frames).toBe(whole.frames.length);
      expect(problems).toEqual(whole.summary.problems);
      expect(sink.frames).toEqual(whole.frames);
      const { firstSeconds, linkType } = (await readCaptureHeader(path))!;
      expect([firstSeconds, linkType]).toEqual([whole.frames[0]!.seconds, whole.frames[0]!.linkType]);
    }
  });
});

describe('the beginning of a header', () => {
  const [first, second] = [pcap(numbered(10)), pcapng(numbered(10, 10))];
  const codes = (bytes: Uint8Array): string[] => readBytes(bytes).summary.problems.map(({ code }) => code);

  test('of a pcapng that ends too early is damage', () => {
    for (let length = 1; length < 28; length++) {
      const { frames, summary } = readBytes(concat(first, second.subarray(0, length)));
      // 17 bytes of it are a record of one byte, too.
      expect([frames.length, summary.problemCount], `${length}`).toEqual([length === 17 ? 11 : 10, 1]);
      expect(codes(concat(first, second.subarray(0, length)))).not.toContain('joined-captures');
    }
    expect(codes(concat(first, second.subarray(0, 28)))).toEqual(['joined-captures']);
  });

  test('of a pcap that ends too early is damage', () => {
    for (let length = 1; length < 24; length++)
      expect(readBytes(concat(second, first.subarray(0, length))).summary, `${length}`).toMatchObject({
        frames: 10,
        problemCount: 1,
      });
    expect(codes(concat(second, first.subarray(0, 24)))).toEqual(['joined-captures']);
  });

  test('of another version is damage', () => {
    expect(codes(concat(first, section(true, 2), second))).not.toContain('joined-captures');
    expect(codes(concat(second, pcapHeader({ major: 3 })))).not.toContain('joined-captures');
  });
});

test('a capture within the payload of a frame is no capture', () => {
  const data = concat(new Uint8Array(14), pcapng(numbered(4)), pcap(numbered(4)));
  const frames = numbered(10).map((frame, index) => (index === 4 ? { ...frame, data } : frame));
  for (const bytes of [pcap(frames), pcapng(frames)])
    expect(readBytes(bytes).summary).toMatchObject({ frames: 10, problemCount: 0 });
});

test('a file of thousands of empty captures: so many are looked at, and the rest is counted', () => {
  const pair = concat(section(), pcapHeader());
  const bytes = concat(...Array<Uint8Array>(20_000).fill(pair));
  const { summary } = readBytes(bytes);
  expect(summary.problems.length).toBeLessThan(110);
  const { offset, skippedBytes, code } = summary.problems.at(-1)!;
  expect([code, offset + skippedBytes]).toEqual(['too-many-joined', bytes.length]);
  expect(readBytes(bytes, [5000]).summary).toEqual(summary);
});
