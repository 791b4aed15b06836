import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LINKTYPE_NO_PACKET } from '../../src/capture/link-types.ts';
import { PcapngReader, sameSection } from '../../src/capture/pcapng.ts';
import {
  block,
  concat,
  interfaceBlock,
  numbered,
  options,
  packet,
  paddingNotCounted,
  pcap,
  pcapng,
  section,
  text,
  uint64,
  words,
} from './support/build.ts';
import { numbersOf, readBytes } from './support/read.ts';
import { RecordingSink } from './support/recording-sink.ts';

const hasTshark = spawnSync('tshark', ['--version']).status === 0;
if (!hasTshark) console.warn('\nSKIPPED: a test of pcapng needs tshark (Debian package).\n');

const DATA = numbered(1)[0]!.data;
const TIME = 1_700_000_000_123_456n;

describe('sections and interfaces', () => {
  test('the same frames as in pcap, in both byte orders', () => {
    const frames = numbered(300);
    const expected = readBytes(pcap(frames)).frames;
    for (const little of [true, false]) expect(readBytes(pcapng(frames, little)).frames).toEqual(expected);
  });

  test('a file without packets is a capture of 0 frames', () => {
    expect(readBytes(section()).summary).toMatchObject({ format: 'pcapng', frames: 0, problemCount: 0 });
  });

  test('byte order changes with the section, interfaces are counted over all of them', () => {
    const file = concat(
      section(true),
      interfaceBlock(true, 1),
      interfaceBlock(true, 101),
      packet(true, 1, TIME, DATA),
      section(false),
      interfaceBlock(false, 113, 96),
      packet(false, 0, TIME, DATA, undefined, 1500),
      section(true),
      interfaceBlock(true, 1),
      packet(true, 0, TIME, DATA),
    );
    const { frames, summary } = readBytes(file);
    expect(frames.map((frame) => [frame.linkType, frame.interfaceId, frame.original])).toEqual([
      [101, 1, DATA.length],
      [113, 2, 1500],
      [1, 3, DATA.length],
    ]);
    expect(summary).toMatchObject({ linkTypes: [101, 113, 1], problemCount: 0 });
  });

  test('resolution and offset of each interface', () => {
    for (const little of [true, false]) {
      const file = concat(
        section(little),
        interfaceBlock(little, 1, 0, options(little, [9, new Uint8Array([9])], [14, uint64(-3600n, little)])),
        interfaceBlock(little, 1, 0, options(little, [9, new Uint8Array([0x80 | 10])])),
        packet(little, 0, 1_700_000_000_123_456_789n, DATA),
        packet(little, 1, 1_700_000_000n * 1024n + 512n, DATA),
      );
      const { frames, summary } = readBytes(file);
      expect(frames.map((frame) => [frame.seconds, frame.nanoseconds])).toEqual([
        [1_699_996_400, 123_456_789],
        [1_700_000_000, 500_000_000],
      ]);
      expect(summary.nanosecondTimes).toBe(true);
    }
  });

  test('times before 1970 and after 2106 are counted, and do not move the end of the capture', () => {
    const file = concat(
      section(),
      interfaceBlock(true, 1, 0, options(true, [14, uint64(-2_000_000_000n, true)])),
      interfaceBlock(),
      packet(true, 0, TIME, DATA),
      packet(true, 1, TIME, DATA),
      packet(true, 1, 2n ** 64n - 1n, DATA),
    );
    const { frames, summary } = readBytes(file);
    expect(frames.map((frame) => [frame.seconds, frame.nanoseconds])).toEqual([
      [0, 0],
      [1_700_000_000, 123_456_000],
      [1_700_000_000, 123_456_000],
    ]);
    expect(summary.problems.map((problem) => problem.code)).toEqual(['time-out-of-range', 'time-out-of-range']);
    expect(summary.problems[0]!.message).toContain('outside the years 1970 to 2106; the time of the frame before');
  });

  test('a section of an unknown version is passed over', () => {
    const one = (major: number) => concat(section(true, major), interfaceBlock(), packet(true, 0, TIME, DATA));
    const { frames, summary } = readBytes(concat(one(1), one(2), one(1)));
    expect(frames.map((frame) => frame.interfaceId)).toEqual([0, 1]);
    expect(summary.problems.map((problem) => problem.code)).toEqual(['unknown-version']);
  });
});

describe('blocks', () => {
  test('simple packets: cut at the snap length, with the time of the packet before', () => {
    const simple = (original: number, data: Uint8Array) => block(3, concat(words(true, original), data));
    const file = concat(
      section(),
      interfaceBlock(true, 1, 20),
      simple(1500, DATA.subarray(0, 20)),
      packet(true, 0, TIME, DATA),
      simple(6, DATA.subarray(0, 8)),
    );
    const { frames } = readBytes(file);
    expect(frames.map((frame) => [frame.captured.length, frame.original, frame.seconds, frame.nanoseconds])).toEqual([
      [20, 1500, 0, 0],
      [DATA.length, DATA.length, 1_700_000_000, 123_456_000],
      [6, 6, 1_700_000_000, 123_456_000],
    ]);
  });

  test('obsolete packet blocks', () => {
    for (const little of [true, false]) {
      const old = (drops: number) => {
        const time = words(little, Number(TIME >> 32n), Number(TIME & 0xffffffffn), 8, 60);
        const body = concat(words(little, 0), time, DATA.subarray(0, 8), options(little, [1, text('old')]));
        const view = new DataView(body.buffer);
        view.setUint16(0, 1, little);
        view.setUint16(2, drops, little);
        return block(2, body, little);
      };
      const file = concat(
        section(little),
        interfaceBlock(little),
        interfaceBlock(little, 101),
        old(3),
        old(0xffff),
        old(4),
      );
      const { frames, summary } = readBytes(file);
      expect(frames.length).toBe(3);
      expect(frames[0]).toMatchObject({ original: 60, seconds: 1_700_000_000, linkType: 101, interfaceId: 1 });
      expect(summary).toMatchObject({ droppedByCapture: 7, comments: ['old', 'old', 'old'], problemCount: 0 });
    }
  });

  test('blocks of other kinds are passed over', () => {
    const others = [4, 10, 11, 0x101, 0x80000001].map((type) => block(type, DATA));
    const file = concat(section(), ...others, interfaceBlock(), ...others, packet(true, 0, TIME, DATA), ...others);
    expect(readBytes(file).summary).toMatchObject({ frames: 1, problemCount: 0 });
  });

  test('losses: the larger of the totals of statistics and the sum over packets, for each interface', () => {
    for (const little of [true, false]) {
      const statistics = (id: number, ifDrop: bigint, osDrop: bigint) =>
        block(
          5,
          concat(words(little, id, 0, 0), options(little, [5, uint64(ifDrop, little)], [7, uint64(osDrop, little)])),
          little,
        );
      const lossy = (id: number, drops: bigint) =>
        packet(little, id, TIME, DATA, options(little, [4, uint64(drops, little)]));
      const file = concat(
        section(little),
        interfaceBlock(little),
        interfaceBlock(little),
        lossy(0, 3n),
        statistics(0, 5n, 1n),
        statistics(0, 10n, 2n),
        lossy(1, 20n),
        lossy(1, 20n),
        statistics(1, 1n, 2n ** 64n - 1n),
      );
      expect(readBytes(file).summary).toMatchObject({ droppedByCapture: 12 + 40, problemCount: 0 });
    }
  });

  test('options of packets: flags, packet id, verdict, comments', () => {
    for (const little of [true, false]) {
      const verdict = concat(new Uint8Array([2]), uint64(1n, little));
      const extra = options(
        little,
        [1, text('dropped here')],
        [2, words(little, 1)],
        [5, uint64(0x1_0000_0002n, little)],
        [7, verdict],
      );
      const sink = new RecordingSink();
      const reader = new PcapngReader({
        frame(...frame) {
          sink.frame(...frame);
          const { notes } = reader;
          seen.push([notes.frame, notes.flags, notes.packetIdHigh, notes.packetIdLow, notes.dropped]);
        },
      });
      const seen: unknown[] = [];
      const file = concat(
        section(little),
        interfaceBlock(little),
        packet(little, 0, TIME, DATA, extra),
        packet(little, 0, TIME, DATA),
      );
      reader.read(file, new DataView(file.buffer), file.length, 0, true);
      expect(seen).toEqual([
        [1, 1, 1, 2, true],
        [1, 1, 1, 2, true],
      ]);
      expect(reader.summary().comments).toEqual(['dropped here']);
      expect(sink.frames.length).toBe(2);
    }
  });

  test('at most 100 comments of 1,000 characters', () => {
    const extra = options(true, [1, text('é'.repeat(3000))]);
    const file = concat(
      section(),
      interfaceBlock(),
      ...Array.from({ length: 150 }, () => packet(true, 0, TIME, DATA, extra)),
    );
    const { comments } = readBytes(file).summary;
    expect(comments.length).toBe(100);
    expect(new Set(comments)).toEqual(new Set(['é'.repeat(1000)]));
  });

  test('a packet of an interface that is not described, and one longer than its block, are told and passed over', () => {
    const long = packet(true, 0, TIME, DATA);
    new DataView(long.buffer).setUint32(20, 4000, true);
    const file = concat(section(), interfaceBlock(), packet(true, 7, TIME, DATA), long, packet(true, 0, TIME, DATA));
    const { frames, summary } = readBytes(file);
    expect(frames.length).toBe(1);
    expect(summary.problems.map((problem) => problem.code)).toEqual(['unknown-interface', 'broken-block']);
  });

  test('an option that runs past its block does not cost the packet', () => {
    const extra = new Uint8Array([2, 0, 0xff, 0xff]);
    const { frames, summary } = readBytes(concat(section(), interfaceBlock(), packet(true, 0, TIME, DATA, extra)));
    expect(frames.length).toBe(1);
    expect(summary.problems.map((problem) => problem.code)).toEqual(['broken-options']);
  });
});

describe('the state', () => {
  test('lets another reader go on from any block', () => {
    const frames = numbered(40);
    const file = concat(pcapng(frames.slice(0, 20)), pcapng(frames.slice(20), false, 101));
    const whole = readBytes(file).frames;
    for (const stopAt of [1, 200, 1000, 2500, 3000, 4000]) {
      const sink = new RecordingSink();
      const left = new PcapngReader(sink);
      left.stopAt = stopAt;
      const at = left.read(file, new DataView(file.buffer), file.length, 0, true);
      expect(at).toBeGreaterThanOrEqual(stopAt);
      const state = structuredClone(left.state());
      const right = new PcapngReader(sink, state);
      expect(sameSection(right.state(), left.state())).toBe(true);
      const rest = file.slice(at);
      right.read(rest, new DataView(rest.buffer), rest.length, at, true);
      expect(sink.frames).toEqual(whole);
      expect(numbersOf(sink.frames)).toEqual(frames.map((_, index) => index));
    }
  });
});

test('a section header without a byte order, whose lengths differ, is passed over', () => {
  const broken = section();
  broken.fill(0x77, 8, 12);
  broken.fill(0x77, 24, 28);
  const { frames, summary } = readBytes(concat(pcapng(numbered(5)), broken, pcapng(numbered(5, 5))));
  expect(numbersOf(frames)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(summary.problems).toMatchObject([{ code: 'broken-block', skippedBytes: 28 }]);
  expect(readBytes(concat(section(), broken)).summary).toMatchObject({ frames: 0, problemCount: 1 });
});

/** Blocks of one size in a row look good one byte early as well: the bytes of type and lengths are only shifted. */
test('a length of 4 GiB in front of packets of one size costs its own block', () => {
  const file = concat(section(), interfaceBlock());
  const packets = (count: number) => concat(...Array.from({ length: count }, () => packet(true, 0, TIME, DATA)));
  const broken = concat(words(true, 6, 0xfffffffc), new Uint8Array(100));
  const { frames, summary } = readBytes(concat(file, packets(50), broken, packets(2000)));
  expect(frames.length).toBe(2050);
  expect(summary.problems.map(({ code, skippedBytes }) => [code, skippedBytes])).toEqual([
    ['broken-block', broken.length],
  ]);
  expect(summary.problems[0]!.message).toContain('claims 4294967292 bytes, more than the limit of 16 MiB');
});

describe('blocks that are no packets, and have a number in Wireshark', () => {
  const note = (type: number): Uint8Array => block(type, numbered(1, 0, 40)[0]!.data);
  const NUMBERED = [9, 0x204, 0x216, 0x221, 0xbad, 0x4000_0bad];

  test.each(NUMBERED)('0x%s takes the number, and the time of the packet before it', (type) => {
    const file = concat(
      section(),
      interfaceBlock(),
      packet(true, 0, TIME, DATA),
      note(type),
      packet(true, 0, TIME, DATA),
    );
    const { frames, summary } = readBytes(file);
    expect(frames.map(({ linkType }) => linkType)).toEqual([1, LINKTYPE_NO_PACKET, 1]);
    expect(frames[1]).toMatchObject({ seconds: frames[0]!.seconds, nanoseconds: frames[0]!.nanoseconds });
    expect(summary).toMatchObject({ frames: 3, linkTypes: [1], problemCount: 0 });
  });

  test('before the first packet, they have its time', () => {
    const { frames } = readBytes(
      concat(section(), interfaceBlock(), note(9), note(0xbad), packet(true, 0, TIME, DATA)),
    );
    expect(frames.map(({ linkType, seconds }) => [linkType, seconds])).toEqual([
      [LINKTYPE_NO_PACKET, 1_700_000_000],
      [LINKTYPE_NO_PACKET, 1_700_000_000],
      [1, 1_700_000_000],
    ]);
  });

  test.each([4, 5, 10, 0x208, 0x0101, 0x8000_0001])('0x%s has none', (type) => {
    expect(readBytes(concat(section(), interfaceBlock(), note(type), packet(true, 0, TIME, DATA))).frames).toHaveLength(
      1,
    );
  });
});

describe('problems', () => {
  test('packets without a time are told', () => {
    const simple = block(3, concat(words(true, DATA.length), DATA));
    const one = readBytes(concat(section(), interfaceBlock(), packet(true, 0, TIME, DATA), simple)).summary;
    expect(one.problems).toEqual([
      {
        code: 'no-time',
        offset: 0,
        skippedBytes: 0,
        message: '1 packet has no time (a Simple Packet Block); it got that of the packet before it, or 1970.',
      },
    ]);
    const two = readBytes(concat(section(), interfaceBlock(), simple, simple)).summary;
    expect(two.problems[0]?.message).toMatch(/^2 packets have no time/);
  });

  test('bytes that were skipped are told, however many harmless ones come before', () => {
    const broken = options(true, [1, text('x')]);
    broken[2] = 200;
    const packets = Array.from({ length: 120 }, () => packet(true, 0, TIME, DATA, broken));
    const file = concat(
      section(),
      interfaceBlock(),
      ...packets,
      new Uint8Array(400).fill(0xff),
      packet(true, 0, TIME, DATA),
    );
    const { problems, problemCount } = readBytes(file).summary;
    expect(problemCount).toBe(121);
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toMatchObject({ code: 'broken-block', skippedBytes: 400 });
  });

  test('a file that ends within its first section header is no capture', () => {
    expect(() => readBytes(section().subarray(0, 27))).toThrow(
      'ends after 27 bytes, within the 28 bytes of its pcapng header',
    );
  });
});

describe('block lengths that are no multiple of 4', () => {
  const frames = numbered(400).map((frame, index) => ({ ...frame, data: frame.data.subarray(0, 20 + (index % 9)) }));
  const file = (little = true): Uint8Array => paddingNotCounted(pcapng(frames, little), little);
  const expected = readBytes(pcapng(frames));

  test('but for the padding are read, in both byte orders and any chunks', () => {
    expect(file()).not.toEqual(pcapng(frames));
    for (const little of [true, false]) {
      for (const sizes of [[100_000], [1], [17, 3000]]) expect(readBytes(file(little), sizes)).toEqual(expected);
    }
  });

  test('are read on behind damage', () => {
    const bytes = file();
    bytes.fill(0x5a, 1000, 1100);
    const { frames: read, summary } = readBytes(bytes);
    expect(summary.problemCount).toBe(1);
    expect(read.length).toBeGreaterThan(390);
    expect(numbersOf(read).at(-1)).toBe(399);
  });

  test('of a block without padding are told', () => {
    const unpadded = concat(packet(true, 0, TIME, DATA.subarray(0, 21)).subarray(0, 49), words(true, 53));
    unpadded.set(words(true, 53), 4);
    const { summary } = readBytes(concat(section(), interfaceBlock(), unpadded, packet(true, 0, TIME, DATA)));
    expect(summary.problems[0]!.message).toBe(
      'At byte 48 a block claims 53 bytes, no multiple of 4; 53 bytes were skipped.',
    );
  });

  test.skipIf(!hasTshark)('are read as by tshark', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-pcapng-'));
    const path = join(folder, 'capture.pcapng');
    writeFileSync(path, file());
    const { stdout } = spawnSync('tshark', ['-r', path, '-T', 'fields', '-e', 'frame.cap_len']);
    rmSync(folder, { recursive: true });
    const lengths = String(stdout).split('\n').filter(Boolean).map(Number);
    expect(lengths).toEqual(readBytes(file()).frames.map(({ captured }) => captured.length));
  });
});
