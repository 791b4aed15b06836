/** Network Monitor: versions, the order of the table, damage, pipes, and files read at any place. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { ChunkFeeder } from '../../src/capture/chunk-feeder.ts';
import { CaptureError } from '../../src/capture/errors.ts';
import { LINKTYPE_NETMON_WIFI, LINKTYPE_NO_PACKET, LINKTYPE_UNKNOWN } from '../../src/capture/link-types.ts';
import { NetmonReader } from '../../src/capture/netmon.ts';
import { readCaptureHeader } from '../../src/capture/peek.ts';
import { readCapture } from '../../src/capture/source.ts';
import { concat, type NetmonOptions, netmon, numbered } from './support/build.ts';
import { compareNumbers, numbersOf, readBytes } from './support/read.ts';
import { RecordingSink } from './support/recording-sink.ts';

const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-netmon-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** From a plain file, at any place, and from a stream of bytes: both ways must agree. */
async function read(bytes: Uint8Array) {
  const path = join(folder, 'x.cap');
  writeFileSync(path, bytes);
  const sink = new RecordingSink();
  const summary = await readCapture(path, sink);
  const streamed = readBytes(bytes, [5000]);
  expect(sink.frames).toEqual(streamed.frames);
  const { path: _, compression: __, fileBytes: ___, captureBytes: ____, complete: _____, ...facts } = summary;
  expect(facts).toEqual(streamed.summary);
  return streamed;
}

const VERSIONS = ['1.1', '2.0', '2.1', '2.2', '2.3'] as const;

describe.each(VERSIONS)('version %s', (version) => {
  test('frames with their times and lengths', async () => {
    const made = numbered(300).map((frame) => ({ ...frame, original: frame.data.length + 7 }));
    const { frames, summary } = await read(netmon(made, { version }));
    expect(summary).toMatchObject({ format: 'netmon', frames: 300, linkTypes: [1] });
    expect(summary.problems.map(({ code }) => code)).toEqual(version === '2.3' ? [] : ['no-time-zone']);
    expect(summary.nanosecondTimes).toBe(version === '2.3');
    for (const [index, frame] of frames.entries()) {
      const { data, seconds, fraction } = made[index]!;
      expect(frame.captured).toBe(Buffer.from(data).toString('latin1'));
      expect(frame.original).toBe(data.length + 7);
      expect(frame.seconds).toBe(seconds);
      expect(frame.nanoseconds).toBe((version === '1.1' ? Math.floor(fraction / 1000) * 1000 : fraction) * 1000);
    }
  });

  test('records in any order, with holes between', async () => {
    const order = Array.from({ length: 200 }, (_, index) => (index * 77) % 200);
    const { frames } = await read(netmon(numbered(200), { version, order, hole: 31 }));
    expect(numbersOf(frames)).toEqual(order);
  });

  test('without its table: in the order of the records', async () => {
    const whole = netmon(numbered(500), { version });
    const { frames, summary } = await read(whole.subarray(0, whole.length - 4 * 500));
    expect(compareNumbers(frames, 500)).toEqual({ missing: [], extra: [] });
    expect(summary.problems.some(({ code }) => code === 'no-frame-table')).toBe(true);
  });

  test('cut at any length: an answer, and what is in front of the cut', async () => {
    const whole = netmon(numbered(8), { version });
    for (let length = 32; length < whole.length; length++) {
      const { frames, summary } = readBytes(whole.subarray(0, length));
      expect(summary.frames).toBe(frames.length);
      expect(summary.problemCount).toBeGreaterThan(0);
      expect(compareNumbers(frames, 8).extra).toEqual([]);
    }
  });

  test('any chunking gives the same', () => {
    const bytes = netmon(numbered(50), { version, hole: 5 });
    const whole = readBytes(bytes);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }), (sizes) => {
        expect(readBytes(bytes, sizes)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  test('any damage: no exception, each frame once', () => {
    const bytes = netmon(numbered(40), { version });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 4, max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 8,
        }),
        (changes) => {
          const damaged = bytes.slice();
          for (const [at, value] of changes) damaged[at] = value;
          try {
            const { frames, summary } = readBytes(damaged, [333]);
            expect(summary.frames).toBe(frames.length);
          } catch (error) {
            expect(error).toMatchObject({ code: 'unsupported-version' });
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

test('any bytes behind the magic', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('GMBU\x03\x02', 'GMBU\0\x02', 'RTSS\x01\x01'),
      fc.uint8Array({ maxLength: 600 }),
      (magic, rest) => {
        const bytes = concat(new Uint8Array(Buffer.from(magic, 'latin1')), new Uint8Array(26), rest);
        const { frames, summary } = readBytes(bytes);
        expect(summary.frames).toBe(frames.length);
      },
    ),
    { numRuns: 500 },
  );
});

describe('networks', () => {
  const linkTypesOf = async (networks: number[], options: NetmonOptions = {}) => {
    const { frames } = await read(
      netmon(numbered(networks.length), { ...options, network: (index) => networks[index]! }),
    );
    return frames.map(({ linkType }) => linkType);
  };

  test('media, converted pcap files, and what has none', async () => {
    expect(await linkTypesOf([0, 1, 2, 3, 6, 7, 8, 9])).toEqual([1, 1, 6, 10, LINKTYPE_NETMON_WIFI, 101, 101, 101]);
    expect(await linkTypesOf([0xe001, 0xe071, 0xe080, 0xe083, 4, 0x7777])).toEqual([
      1,
      113,
      105,
      LINKTYPE_UNKNOWN,
      LINKTYPE_UNKNOWN,
      LINKTYPE_UNKNOWN,
    ]);
  });

  test('events and filters are frames without packets; lists have no number in Wireshark either', async () => {
    const seen = await linkTypesOf([1, 0xffe0, 0xfffb, 0xffff, 0xfffc, 0xfffd, 0xfffe, 1]);
    expect(seen).toEqual([1, LINKTYPE_NO_PACKET, LINKTYPE_NO_PACKET, LINKTYPE_NO_PACKET, 1]);
  });

  test('up to 2.0 the file has one for all', async () => {
    expect(await linkTypesOf([9, 1, 1], { version: '2.0' })).toEqual([101, 101, 101]);
  });
});

describe('times', () => {
  test('a frame in front of the start', async () => {
    const made = numbered(3);
    const start = new Date(made[0]!.seconds * 1000 + 5000);
    const { frames } = await read(netmon(made, { version: '2.0', start }));
    expect(frames.map(({ seconds }) => seconds)).toEqual(made.map(({ seconds }) => seconds));
  });

  test.each(['2.0', '2.3'] as const)(
    'out of range (%s): counted, the frame is read with the time of the one before',
    async (version) => {
      const bytes = netmon(numbered(5), { version });
      const view = new DataView(bytes.buffer);
      // The third record: its delta, and its time in UTC.
      const at = view.getUint32(bytes.length - 3 * 4, true);
      const captured = view.getUint32(at + 12, true);
      if (version === '2.0') view.setUint32(at + 4, 0x0800_0000, true);
      else view.setUint32(at + 16 + captured + 10, 0xffff_ffff, true);
      const { frames, summary } = await read(bytes);
      expect(frames.length).toBe(5);
      expect(frames[2]!.seconds).toBe(frames[1]!.seconds);
      expect(summary.problems.at(-1)).toMatchObject({ code: 'time-out-of-range', offset: at });
    },
  );
});

describe('damage', () => {
  test('an entry that points nowhere, and a length that does: only those frames are lost', async () => {
    const bytes = netmon(numbered(100));
    const view = new DataView(bytes.buffer);
    const table = bytes.length - 400;
    view.setUint32(table + 4 * 10, 0xffff_fff0, true);
    view.setUint32(view.getUint32(table + 4 * 20, true) + 12, 0xffff_ffff, true);
    const { frames, summary } = await read(bytes);
    expect(compareNumbers(frames, 100)).toEqual({ missing: [10, 20], extra: [] });
    expect(summary.problems.map(({ code }) => code)).toEqual(['broken-record', 'broken-record']);
  });

  test('in the middle of a file without a table', async () => {
    const whole = netmon(numbered(3000));
    const bytes = whole.slice(0, whole.length - 4 * 3000);
    bytes.fill(0xff, 150_000, 150_500);
    const { frames, summary } = await read(bytes);
    const { missing, extra } = compareNumbers(frames, 3000);
    expect(extra).toEqual([]);
    expect(missing.length).toBeLessThanOrEqual(7);
    const skipped = summary.problems.find(({ code }) => code === 'broken-record')!;
    expect(skipped.skippedBytes).toBeGreaterThan(400);
    expect(skipped.skippedBytes).toBeLessThan(1200);
  });

  test('a table of a million entries for one record is read in time', async () => {
    const bytes = netmon(numbered(1), { order: new Array(1_000_000).fill(0) });
    const feeder = new ChunkFeeder({ frame: () => {} }, 'test');
    feeder.push(bytes);
    expect(feeder.end().frames).toBe(1_000_000);
  });
});

test('a pipe holds up to the limit, and no more', () => {
  const bytes = netmon(numbered(3000));
  const reader = new NetmonReader(bytes.subarray(0, 32), new RecordingSink(), '-', 100_000);
  const view = new DataView(bytes.buffer);
  expect(reader.read(bytes, view, 100_000, 0, false)).toBe(0);
  expect(reader.needed).toBe(100_001);
  const held = (): number => reader.read(bytes, view, 100_001, 0, false);
  expect(held).toThrow(CaptureError);
  expect(held).toThrow(
    /Standard input is a Network Monitor capture of more than 0\.\d+ MiB.*unpack or save it to a file/,
  );
});

test('the first frame without reading it through', async () => {
  const made = numbered(100);
  const path = join(folder, 'peek.cap');
  writeFileSync(path, netmon(made, { order: [50, ...Array(99).keys()] }));
  const peek = await readCaptureHeader(path);
  expect(peek).toMatchObject({ format: 'netmon', compression: null, firstSeconds: made[50]!.seconds, linkType: 1 });
});
