import { describe, expect, test } from 'vitest';
import { REACH } from '../../src/capture/resync.ts';
import { type BuildFrame, concat, numbered, pcap, pcapHeader, pcapng, pcapRecord } from './support/build.ts';
import { compareNumbers, numbersOf, readBytes } from './support/read.ts';
import type { RecordedFrame } from './support/recording-sink.ts';

const COUNT = 3000;
const frames = numbered(COUNT);
const all = frames.map((_, index) => index);

/** Every frame is there once and in order, but for some of `allowed`. */
function expectOnlyMissing(read: RecordedFrame[], allowed: number[], what = ''): void {
  const { missing, extra } = compareNumbers(read, COUNT);
  expect({ missing: missing.filter((number) => !allowed.includes(number)), extra }, what).toEqual({
    missing: [],
    extra: [],
  });
}

const formats: [
  string,
  (list: BuildFrame[]) => Uint8Array,
  lengthAt: number,
  header: number,
  overhead: (n: number) => number,
][] = [
  ['pcap', (list) => pcap(list), 8, 24, (length) => 16 + length],
  ['pcapng', (list) => pcapng(list), 4, 28 + 20, (length) => 32 + ((length + 3) & ~3)],
];

describe.each(formats)('%s', (format, build, lengthAt, header, size) => {
  const file = build(frames);
  const starts: number[] = [];
  let next = header;
  for (const frame of frames) {
    starts.push(next);
    next += size(frame.data.length);
  }
  const withLength = (index: number, value: number): Uint8Array => {
    const bytes = file.slice();
    new DataView(bytes.buffer).setUint32(starts[index]! + lengthAt, value, true);
    return bytes;
  };

  test('the offsets of this test are right', () => {
    expect(next).toBe(file.length);
  });

  const lengths = [0, 4, 16, 61, 64, 1000, 70_000, 250_000, 5_000_000, 0x7fff_fff0, 0xffff_ffff];
  test.each(lengths)('a length of %i in the middle costs at most its own frame', (value) => {
    for (const index of [0, 1, 700, 1500, COUNT - 40, COUNT - 2, COUNT - 1]) {
      const { frames: read, summary } = readBytes(withLength(index, value));
      expectOnlyMissing(read, [index]);
      expect(summary.problemCount).toBeGreaterThan(0);
      expect(summary.problems[0]!.offset).toBe(starts[index]!);
      if (format === 'pcap' || value > 16) expect(summary.problems[0]!.skippedBytes).toBe(0);
    }
  });

  test('bytes lost and bytes put in cost only where they are', () => {
    for (const index of [5, 1500, COUNT - 5]) {
      const at = starts[index]! + 40;
      const removed = concat(file.subarray(0, at), file.subarray(at + 13));
      const inserted = concat(file.subarray(0, at), new Uint8Array(13).fill(0xee), file.subarray(at));
      for (const bytes of [removed, inserted]) {
        const { frames: read, summary } = readBytes(bytes);
        expectOnlyMissing(read, [index]);
        expect(summary.problemCount).toBe(1);
      }
    }
  });

  test('a hole of zeros, as a full disk leaves, is skipped and measured', () => {
    for (const hole of [4096, REACH + 12_345]) {
      const at = starts[1000]!;
      const bytes = concat(file.subarray(0, at), new Uint8Array(hole), file.subarray(at));
      const { frames: read, summary } = readBytes(bytes);
      expectOnlyMissing(read, []);
      expect(summary.problems).toMatchObject([{ offset: at, skippedBytes: hole }]);
    }
  });

  test('a tail of zeros is skipped', () => {
    const { frames: read, summary } = readBytes(concat(file, new Uint8Array(100_000)));
    expectOnlyMissing(read, []);
    expect(summary.problems).toMatchObject([{ offset: file.length, skippedBytes: 100_000 }]);
  });

  test('a capture within payloads is not taken for frames', () => {
    // Other frames, whole captures of them, in payloads around and in the damaged frame; also over several payloads, as a transfer has it.
    const inner = build(numbered(60, 1_000_000)).subarray(header);
    const outer = numbered(COUNT);
    const carrier = (index: number, bytes: Uint8Array) => {
      outer[index]!.data = concat(outer[index]!.data.subarray(0, 42), bytes);
    };
    for (let index = 600; index < 640; index++)
      carrier(index, inner.subarray((index % 4) * 1460, (index % 4) * 1460 + 1460));
    carrier(900, inner);
    carrier(901, inner);
    const bytes = build(outer);
    let at = header;
    const offsets = outer.map((frame) => {
      const start = at;
      at += size(frame.data.length);
      return start;
    });
    for (const index of [599, 600, 601, 620, 639, 640, 899, 900, 901, 902]) {
      for (const field of [0, 4, 8]) {
        const broken = bytes.slice();
        new DataView(broken.buffer).setUint32(offsets[index]! + field, 0xfedc_ba98, true);
        expectOnlyMissing(readBytes(broken).frames, [index], `frame ${index}, field ${field}`);
      }
    }
    // Cut in the middle of the last frame, which carries a capture: still only that frame is missing.
    const cut = bytes.subarray(0, offsets[901]! + 3000);
    expect(numbersOf(readBytes(cut).frames)).toEqual(all.slice(0, 901));
  });

  test('damage again and again, in places near each other', () => {
    const bytes = file.slice();
    const view = new DataView(bytes.buffer);
    const broken = new Set<number>();
    for (let index = 100; index < 2900; index += 100) {
      view.setUint32(starts[index]! + lengthAt, 0xdead_beef, true);
      broken.add(index);
    }
    expectOnlyMissing(readBytes(bytes).frames, [...broken]);
  });

  test('a file of garbage takes time by its length, not by its square', () => {
    const patterns = [
      (index: number) => Math.imul(index + 1, 2_654_435_761) >>> 24,
      (index: number) => (index % 4 === 0 ? 16 : 0),
      (index: number) => (index % 4 === 0 && index % 60_000 !== 0 ? 16 : 0),
      () => 0,
      (index: number) => file[index % 60_000]!,
    ];
    for (const pattern of patterns) {
      const garbage = concat(
        file.subarray(0, header),
        new Uint8Array(4_000_000).map((_, index) => pattern(index)),
      );
      // By its square it would take hours: the time limit of tests sees to that.
      const { summary } = readBytes(garbage);
      expect(summary.problems.length, `${format}, pattern ${patterns.indexOf(pattern)}`).toBeLessThanOrEqual(100);
    }
  });
});

describe('pcap', () => {
  test('a length that shifts the records by four bytes does not shift all that follow', () => {
    // Seconds, fraction and captured length read four bytes late look like a fraction, lengths, and data: a chain of its own, in 1970.
    const list = numbered(COUNT).map((frame) => {
      frame.data.fill(0, 0, 8);
      frame.data[1] = 1;
      return frame;
    });
    const bytes = pcap(list);
    const at = 24 + list.slice(0, 50).reduce((sum, frame) => sum + 16 + frame.data.length, 0);
    const view = new DataView(bytes.buffer);
    view.setUint32(at + 8, list[50]!.data.length + 4, true);
    expectOnlyMissing(readBytes(bytes).frames, []);
  });

  test('nothing but a broken record: all is skipped', () => {
    const { frames: read, summary } = readBytes(concat(pcapHeader(), new Uint8Array(50).fill(0xff)));
    expect(read).toEqual([]);
    expect(summary.problems).toMatchObject([{ code: 'broken-record', offset: 24, skippedBytes: 50 }]);
  });

  test('a broken record before good ones', () => {
    const bytes = concat(
      pcapHeader(),
      new Uint8Array(51).fill(0xff),
      ...frames.slice(0, 9).map((frame) => pcapRecord(frame)),
    );
    expect(numbersOf(readBytes(bytes).frames)).toEqual(all.slice(0, 9));
  });
});
