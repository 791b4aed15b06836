/**
 * Frames of one size, one after another, as a flood or a scan leaves them: shifted by a few bytes, such a file looks as regular as it does where
 * it should be read. One damaged field may cost its own frame, and no other.
 */
import { describe, expect, test } from 'vitest';
import { type BuildFrame, netmon, pcap, pcapng, snoop } from './support/build.ts';
import { readBytes } from './support/read.ts';

const COUNT = 3000;
const VALUES = [
  0, 1, 4, 16, 60, 61, 64, 255, 4096, 65_535, 0x10_0000, 0x7fff_ffff, 0xffff_fff0, 0xffff_fffc, 0xffff_ffff,
];

/** TCP SYNs of 60 bytes that differ in nothing but their port, some even not in that. */
function flood(length: number): BuildFrame[] {
  return Array.from({ length: COUNT }, (_, index) => {
    const data = new Uint8Array(length);
    data.set([0, 0x15, 0x5d, 1, 2, 3, 0, 0x15, 0x5d, 4, 5, 6, 8, 0, 0x45, 0, 0, 46]);
    data[35] = index >> 2;
    return { data, seconds: 1_700_000_000, fraction: index };
  });
}

/** Offset of the middle record, its length, and the offsets of its fields of 32 bits. */
interface Layout {
  make: (frames: BuildFrame[]) => Uint8Array;
  header: number;
  record: (length: number) => number;
  fields: readonly number[];
  little: boolean;
}

const LAYOUTS: Record<string, Layout> = {
  pcap: { make: pcap, header: 24, record: (length) => 16 + length, fields: [0, 4, 8, 12], little: true },
  'pcap, big-endian': {
    make: (frames) => pcap(frames, { little: false }),
    header: 24,
    record: (length) => 16 + length,
    fields: [0, 4, 8, 12],
    little: false,
  },
  pcapng: {
    make: pcapng,
    header: 28 + 20,
    record: (length) => 32 + ((length + 3) & ~3),
    fields: [0, 4, 8, 12, 16, 20, 24],
    little: true,
  },
  snoop: {
    make: snoop,
    header: 16,
    record: (length) => 24 + ((length + 3) & ~3),
    fields: [0, 4, 8, 12, 16, 20],
    little: false,
  },
  'Network Monitor': {
    make: netmon,
    header: 128,
    record: (length) => 31 + length,
    fields: [0, 4, 8, 12],
    little: true,
  },
};

describe.each(Object.entries(LAYOUTS))('%s', (name, { make, header, record, fields, little }) => {
  describe.each([60, 64, 88, 90])('frames of %i bytes', (length) => {
    const whole = make(flood(length));
    const at = header + record(length) * (COUNT / 2);

    test.each(fields)('a damaged field at %i', (field) => {
      for (const value of VALUES) {
        const bytes = whole.slice();
        new DataView(bytes.buffer).setUint32(at + field, value, little);
        const { frames, summary } = readBytes(bytes);
        const lost = COUNT - frames.length;
        expect(lost, `value ${value}: ${summary.problems[0]?.message}`).toBeGreaterThanOrEqual(0);
        expect(lost, `value ${value}: ${summary.problems[0]?.message}`).toBeLessThanOrEqual(1);
        // A block of another type is no damage: readers pass over those that they do not know.
        if (lost > 0 && !(name === 'pcapng' && field === 0))
          expect(summary.problemCount, `value ${value}`).toBeGreaterThan(0);
      }
    });

    test('some bytes lost in the middle', () => {
      for (const count of [1, 2, 3, 4, 7, 13, length]) {
        const bytes = new Uint8Array(whole.length - count);
        bytes.set(whole.subarray(0, at + 20));
        bytes.set(whole.subarray(at + 20 + count), at + 20);
        const { frames, summary } = readBytes(bytes);
        // The table of Network Monitor names places, and they have moved: what lies behind is read where it is found no more.
        if (name === 'Network Monitor') continue;
        expect(COUNT - frames.length, `${count} bytes: ${summary.problems[0]?.message}`).toBeLessThanOrEqual(2);
        expect(summary.problemCount).toBeGreaterThan(0);
      }
    });
  });
});
