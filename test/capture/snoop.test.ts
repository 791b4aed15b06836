/** snoop: versions, networks, Shomiti's variant, damage. Chunking is in chunking.test.ts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LINKTYPE_UNKNOWN } from '../../src/capture/link-types.ts';
import { concat, numbered, snoop, text } from './support/build.ts';
import { compareNumbers, readBytes } from './support/read.ts';

const DROPS = 12;
const made = numbered(400).map((frame) => ({ ...frame, original: frame.data.length + 3 }));

test('frames with their times and lengths', () => {
  const { frames, summary } = readBytes(snoop(made));
  expect(summary).toMatchObject({ format: 'snoop', frames: 400, linkTypes: [1], problemCount: 0, droppedByCapture: 0 });
  for (const [index, frame] of frames.entries()) {
    const { data, seconds, fraction } = made[index]!;
    expect(frame).toEqual({
      captured: Buffer.from(data).toString('latin1'),
      original: data.length + 3,
      seconds,
      nanoseconds: fraction * 1000,
      linkType: 1,
      interfaceId: 0,
    });
  }
});

test('losses are those of the last record: each counts from the start', () => {
  const bytes = snoop(made);
  const view = new DataView(bytes.buffer);
  view.setUint32(16 + DROPS, 3, false);
  const last = bytes.length - (24 + ((made.at(-1)!.data.length + 3) & ~3));
  view.setUint32(last + DROPS, 17, false);
  expect(readBytes(bytes).summary.droppedByCapture).toBe(17);
});

describe('networks', () => {
  test.each([
    [0, 0, 1],
    [4, 0, 1],
    [2, 0, 6],
    [8, 0, 10],
    [18, 0, 123],
    [12, 0, LINKTYPE_UNKNOWN],
    // With Shomiti's trailer: Gigabit Ethernet, and wireless.
    [12, 16, 1],
    [18, 16, 105],
  ])('%i with %i bytes behind each frame', (network, extraPadding, linkType) => {
    expect(readBytes(snoop(made, { network, extraPadding, version: 4 })).summary.linkTypes).toEqual([linkType]);
  });

  test('wireless frames of Shomiti lose their header', () => {
    const data = concat(new Uint8Array([0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]), text('frame'));
    const [frame] = readBytes(snoop([{ data, seconds: 1, fraction: 0 }], { network: 18, extraPadding: 16 })).frames;
    expect(frame).toMatchObject({ captured: 'frame', original: 5 });
  });

  test('a version that is not known', () => {
    expect(() => readBytes(snoop(made, { version: 9 }))).toThrow(/snoop of version 9, and only version 2 /);
  });
});

describe('damage', () => {
  const bytes = snoop(numbered(3000));
  /** Offset of the record of this number. */
  const recordAt = (number: number): number => {
    const view = new DataView(bytes.buffer);
    let at = 16;
    for (let index = 0; index < number; index++) at += view.getUint32(at + 8, false);
    return at;
  };

  test.each([
    ['original length', 0],
    ['captured length', 4],
    ['record length', 8],
  ])('one damaged %s loses no frame', (_field, offset) => {
    for (const value of [0, 1, 77, 0x7fff_ffff, 0xffff_ffff]) {
      const damaged = bytes.slice();
      new DataView(damaged.buffer).setUint32(recordAt(1000) + offset, value, false);
      const { frames, summary } = readBytes(damaged, [50_000]);
      const { missing, extra } = compareNumbers(frames, 3000);
      expect(extra.filter((number) => number !== -1)).toEqual([]);
      expect(missing.filter((number) => number !== 1000)).toEqual([]);
      // A larger original length is a frame that was cut.
      if (offset !== 0 || value < 100) expect(summary.problemCount).toBeGreaterThan(0);
    }
  });

  test('noise in the middle costs the frames under it', () => {
    const damaged = bytes.slice().fill(0xff, 200_000, 201_000);
    const { frames, summary } = readBytes(damaged);
    const { missing, extra } = compareNumbers(frames, 3000);
    expect(extra).toEqual([]);
    expect(missing.length).toBeLessThanOrEqual(11);
    expect(summary.problems).toHaveLength(1);
    expect(summary.problems[0]).toMatchObject({ code: 'broken-record' });
    expect(summary.problems[0]!.skippedBytes).toBeGreaterThan(800);
  });

  test('cut at any length', () => {
    const whole = snoop(numbered(5));
    for (let length = 16; length < whole.length; length++) {
      const { frames, summary } = readBytes(whole.subarray(0, length));
      expect(compareNumbers(frames, 5).extra).toEqual([]);
      expect(summary.frames).toBe(frames.length);
    }
  });

  test('any bytes behind the header', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 500 }),
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1 }),
        (rest, sizes) => {
          const file = concat(snoop([]), rest);
          expect(readBytes(file, sizes)).toEqual(readBytes(file));
        },
      ),
      { numRuns: 300 },
    );
  });
});
