import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TimeScale } from '../../src/capture/time-scale.ts';

const LATEST = 2n ** 32n - 1n;

/** The definition of if_tsresol and if_tsoffset, in whole numbers without bound. */
function exactly(
  count: bigint,
  resolution: number,
  offset: bigint,
): { seconds: number; nanoseconds: number; inRange: boolean } {
  const power = BigInt(resolution & 0x7f);
  const units = resolution & 0x80 ? 2n ** power : 10n ** power;
  const seconds = count / units + offset;
  const nanoseconds = Number(((count % units) * 1_000_000_000n) / units);
  if (seconds < 0n) return { seconds: 0, nanoseconds: 0, inRange: false };
  if (seconds > LATEST) return { seconds: Number(LATEST), nanoseconds: 999_999_999, inRange: false };
  return { seconds: Number(seconds), nanoseconds, inRange: true };
}

function converted(count: bigint, resolution: number, offset: bigint) {
  const scale = new TimeScale(resolution, Number(offset));
  const inRange = scale.convert(Number(count >> 32n), Number(count & 0xffff_ffffn));
  return { seconds: scale.seconds, nanoseconds: scale.nanoseconds, inRange };
}

const decimal = fc.integer({ min: 0, max: 19 });
const binary = fc.integer({ min: 0, max: 63 }).map((power) => power | 0x80);
const count = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  // Nanoseconds and microseconds of this century, where real files are.
  fc.bigInt({ min: 946_684_800_000_000_000n, max: 4_102_444_800_000_000_000n }),
  fc.bigInt({ min: 946_684_800_000_000n, max: 4_102_444_800_000_000n }),
);

describe('time stamps of pcapng', () => {
  test('agree with whole-number arithmetic in every resolution', () => {
    const offset = fc.oneof(fc.constant(0n), fc.bigInt({ min: -(2n ** 33n), max: 2n ** 33n }));
    fc.assert(
      fc.property(count, fc.oneof(decimal, binary), offset, (value, resolution, seconds) => {
        expect(converted(value, resolution, seconds)).toEqual(exactly(value, resolution, seconds));
      }),
      { numRuns: 20_000 },
    );
  });

  test('are exact at the edges of seconds', () => {
    for (const resolution of [6, 9, 12, 19, 0x80 | 20, 0x80 | 32, 0x80 | 33]) {
      const units = resolution & 0x80 ? 2n ** BigInt(resolution & 0x7f) : 10n ** BigInt(resolution);
      for (const seconds of [1n, 2n ** 31n, 1_700_000_000n, LATEST]) {
        for (const around of [-1n, 0n, 1n]) {
          const value = seconds * units + around;
          if (value < 0n || value >= 2n ** 64n) continue;
          expect(converted(value, resolution, 0n)).toEqual(exactly(value, resolution, 0n));
        }
      }
    }
  });

  test('of units that cannot count to a second are 0 and out of range', () => {
    for (const resolution of [20, 127, 0x80 | 64, 0x80 | 127]) {
      expect(converted(12_345n, resolution, 5n)).toEqual({ seconds: 0, nanoseconds: 0, inRange: false });
    }
  });
});
