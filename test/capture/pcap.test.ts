import { describe, expect, test } from 'vitest';
import { PcapReader, parsePcapHeader } from '../../src/capture/pcap.ts';
import type { PcapHeader } from '../../src/capture/pcap-header.ts';
import { concat, numbered, pcap, pcapHeader, pcapRecord } from './support/build.ts';
import { numbersOf, readBytes } from './support/read.ts';
import { RecordingSink } from './support/recording-sink.ts';

describe('the header of a pcap file', () => {
  test.each([
    [0xa1b2c3d4, false, 16],
    [0xa1b23c4d, true, 16],
    [0xa1b2cd34, false, 24],
  ])('magic %i in both byte orders', (magic, nanoseconds, recordHeaderLength) => {
    for (const little of [true, false]) {
      expect(parsePcapHeader(pcapHeader({ magic, little, snapLength: 96, linkType: 113 }))).toEqual({
        littleEndian: little,
        nanoseconds,
        lengthOrder: 'captured-first',
        recordHeaderLength,
        snapLength: 96,
        linkType: 113,
        fcsLength: 0,
      });
    }
  });

  test('the link type is 16 bits, the FCS length stands above it', () => {
    expect(parsePcapHeader(pcapHeader({ linkType: 0x2400_0001 }))).toMatchObject({ linkType: 1, fcsLength: 4 });
    expect(parsePcapHeader(pcapHeader({ linkType: 0x3000_0001 }))).toMatchObject({ linkType: 1, fcsLength: 0 });
    expect(parsePcapHeader(pcapHeader({ linkType: 0x0030_0000 }))).toMatchObject({ linkType: 0 });
  });

  test('what is no header is a value that says why', () => {
    expect(parsePcapHeader(pcapHeader().subarray(0, 23))).toEqual({ error: 'cut-short', found: 23 });
    expect(parsePcapHeader(pcapHeader({ magic: 0x0a0d0d0a }))).toEqual({ error: 'other-magic', found: 0x0a0d0d0a });
    expect(parsePcapHeader(pcapHeader({ major: 1 }))).toEqual({ error: 'version', found: 1 });
  });
});

describe('records', () => {
  test('a header without records is a capture of 0 frames', () => {
    expect(readBytes(pcapHeader()).summary).toMatchObject({
      format: 'pcap',
      frames: 0,
      problemCount: 0,
      linkTypes: [],
    });
  });

  test('microseconds and nanoseconds', () => {
    const frame = { data: new Uint8Array([1, 2]), seconds: 4_294_967_295, fraction: 999_999, original: 1500 };
    expect(readBytes(pcap([frame], { linkType: 101 })).frames).toEqual([
      {
        captured: '\x01\x02',
        original: 1500,
        seconds: 4_294_967_295,
        nanoseconds: 999_999_000,
        linkType: 101,
        interfaceId: 0,
      },
    ]);
    const fine = readBytes(pcap([{ ...frame, fraction: 999_999_999 }], { magic: 0xa1b23c4d }));
    expect(fine.frames[0]!.nanoseconds).toBe(999_999_999);
    expect(fine.summary.nanosecondTimes).toBe(true);
  });

  test('both byte orders give the same frames', () => {
    const frames = numbered(300);
    for (const magic of [0xa1b2c3d4, 0xa1b23c4d]) {
      const little = readBytes(pcap(frames, { magic }));
      const big = readBytes(pcap(frames, { magic, little: false }));
      expect(big).toEqual(little);
      expect(little.frames.length).toBe(300);
    }
  });

  test('frames of no bytes, and frames longer than the snap length, are frames', () => {
    const frames = [
      { data: new Uint8Array(0), seconds: 1_700_000_000, fraction: 1, original: 60 },
      { data: new Uint8Array(0), seconds: 1_700_000_000, fraction: 2 },
      { data: new Uint8Array(90).fill(7), seconds: 1_700_000_000, fraction: 3 },
      { data: new Uint8Array(300_000).fill(9), seconds: 1_700_000_000, fraction: 4 },
      ...numbered(2),
    ];
    const { frames: read, summary } = readBytes(pcap(frames, { snapLength: 53 }));
    expect(summary.problemCount).toBe(0);
    expect(read.map((frame) => frame.captured.length)).toEqual(frames.map((frame) => frame.data.length));
  });

  test('captured more than the original length, as odd files have it, is handed on as it is', () => {
    const { frames } = readBytes(pcap([{ ...numbered(1)[0]!, original: 10 }, ...numbered(3, 1)]));
    expect(frames.map((frame) => frame.original)[0]).toBe(10);
    expect(frames.length).toBe(4);
  });

  test('versions before 2.3 have the lengths the other way round, 2.3 either way', () => {
    const frames = numbered(5).map((frame) => ({ ...frame, original: 1500 }));
    for (const minor of [2, 3]) {
      const { frames: read } = readBytes(pcap(frames, { minor }));
      expect(read.map((frame) => frame.captured.length)).toEqual(frames.map((frame) => frame.data.length));
      expect(read.every((frame) => frame.original === 1500)).toBe(true);
    }
  });

  test.each([
    ['the modified format', 0xa1b2cd34, 8],
    ['the modified format under the standard magic', 0xa1b2c3d4, 8],
    ['the modified magic with standard records', 0xa1b2cd34, 0],
    ['the modified format of 28 bytes', 0xa1b2cd34, 12],
    ['records of Nokia', 0xa1b2c3d4, 4],
  ])('%s', (_name, magic, extraHeader) => {
    const { frames, summary } = readBytes(pcap(numbered(40), { magic, extraHeader }));
    expect(numbersOf(frames)).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(summary.problemCount).toBe(0);
  });

  test('a jump in time is no damage', () => {
    const frames = numbered(60);
    for (const frame of frames.slice(20, 40)) frame.seconds = 12;
    const { frames: read, summary } = readBytes(pcap(frames));
    expect(numbersOf(read)).toEqual(frames.map((_, index) => index));
    expect(summary.problemCount).toBe(0);
  });

  test('a fraction of a second or more is clamped and told', () => {
    const frames = numbered(60);
    frames[30]!.fraction = 1_000_000;
    const { frames: read, summary } = readBytes(pcap(frames));
    expect(read.length).toBe(60);
    expect(read[30]!.nanoseconds).toBe(999_999_999);
    expect(summary.problems.map((problem) => problem.code)).toEqual(['time-out-of-range']);
  });
});

describe('ends', () => {
  const frames = numbered(10);
  const file = pcap(frames);

  test('a file that ends within a record gives all in front of it, and says where', () => {
    const last = file.length - 16 - frames[9]!.data.length;
    for (const cut of [file.length - 1, last + 16, last + 15, last + 1]) {
      const { frames: read, summary } = readBytes(file.subarray(0, cut));
      expect(read.length).toBe(9);
      expect(summary.problems).toMatchObject([{ code: 'cut-short', offset: last, skippedBytes: cut - last }]);
    }
    expect(readBytes(file.subarray(0, last)).summary).toMatchObject({ frames: 9, problemCount: 0 });
  });

  test('captures joined with cat are read one after the other', () => {
    const second = pcap(numbered(10, 10), { little: false, linkType: 101, magic: 0xa1b23c4d });
    const { frames: read, summary } = readBytes(concat(file, second));
    expect(numbersOf(read)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(summary.linkTypes).toEqual([1, 101]);
    expect(summary.problems).toMatchObject([{ code: 'joined-captures', offset: file.length, skippedBytes: 0 }]);
  });

  test('a reader reads on after the end of a batch, as live capture needs it', () => {
    const sink = new RecordingSink();
    const reader = new PcapReader(parsePcapHeader(file) as PcapHeader, sink);
    for (const frame of frames) {
      const batch = pcapRecord(frame);
      const view = new DataView(batch.buffer);
      expect(reader.read(batch, view, batch.length, 0, true)).toBe(batch.length);
    }
    expect(numbersOf(sink.frames)).toEqual(frames.map((_, index) => index));
    expect(reader.summary().problemCount).toBe(0);
  });
});
