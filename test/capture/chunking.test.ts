/** Any chunking of any bytes: the same frames, the same problems, and no exception but CaptureError. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CaptureError } from '../../src/capture/errors.ts';
import { concat, netmon, numbered, pcap, pcapng, snoop } from './support/build.ts';
import { oracleCaptures, oraclesPresent } from './support/oracle-captures.ts';
import { type Read, readBytes } from './support/read.ts';

const chunkSizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5000 })), {
  minLength: 1,
  maxLength: 20,
});

/** The reading, or the code of the refusal. */
function outcome(bytes: Uint8Array, sizes?: number[]): Read | string {
  try {
    return readBytes(bytes, sizes);
  } catch (error) {
    if (error instanceof CaptureError) return error.code;
    throw error;
  }
}

/** Damage as it happens: bytes changed, lost, put in, set to zero. */
const damage = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    kind: fc.constantFrom('change', 'remove', 'insert', 'zero'),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
  }),
  { minLength: 1, maxLength: 6 },
);

function damaged(file: Uint8Array, list: { at: number; kind: string; bytes: Uint8Array }[]): Uint8Array {
  let result = file;
  for (const { at, kind, bytes } of list) {
    const from = Math.floor(at * result.length);
    const to = Math.min(result.length, from + bytes.length);
    const middle = kind === 'remove' ? new Uint8Array(0) : kind === 'zero' ? new Uint8Array(to - from) : bytes;
    result = concat(result.subarray(0, from), middle, result.subarray(kind === 'insert' ? from : to));
  }
  return result;
}

const files: [string, Uint8Array][] = [
  ['pcap', pcap(numbered(200))],
  ['pcap, big-endian', pcap(numbered(200), { little: false })],
  ['pcapng', pcapng(numbered(200))],
  ['snoop', snoop(numbered(200))],
  ['Network Monitor', netmon(numbered(200))],
  ['pcapng, two sections', concat(pcapng(numbered(100)), pcapng(numbered(100, 100), false))],
];

describe.each(files)('%s', (_name, file) => {
  test('byte by byte', () => {
    expect(readBytes(file, [1])).toEqual(readBytes(file));
  });

  test('in any chunks', () => {
    const whole = readBytes(file);
    fc.assert(
      fc.property(chunkSizes, (sizes) => {
        expect(readBytes(file, sizes)).toEqual(whole);
      }),
    );
  });

  test('damaged, in any chunks', () => {
    fc.assert(
      fc.property(damage, chunkSizes, (list, sizes) => {
        const bytes = damaged(file, list);
        expect(outcome(bytes, sizes)).toEqual(outcome(bytes));
      }),
      { numRuns: 300 },
    );
  });
});

describe('any bytes', () => {
  const starts = [files[0]![1].subarray(0, 24), files[1]![1].subarray(0, 24), files[2]![1].subarray(0, 48)];

  test('behind a good header', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...starts),
        fc.uint8Array({ maxLength: 3000, size: 'max' }),
        chunkSizes,
        (start, tail, sizes) => {
          const bytes = concat(start, tail);
          expect(outcome(bytes, sizes)).toEqual(outcome(bytes));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('from the first byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1200, size: 'max' }), chunkSizes, (bytes, sizes) => {
        expect(outcome(bytes, sizes)).toEqual(outcome(bytes));
      }),
    );
  });

  test('of small numbers, which look like records', () => {
    const word = fc.constantFrom(0, 1, 4, 12, 16, 32, 60, 0x0a0d0d0a, 0x1a2b3c4d, 6);
    fc.assert(
      fc.property(
        fc.constantFrom(...starts),
        fc.array(word, { maxLength: 600, size: 'max' }),
        chunkSizes,
        (start, list, sizes) => {
          const bytes = concat(start, new Uint8Array(Uint32Array.from(list).buffer));
          expect(outcome(bytes, sizes)).toEqual(outcome(bytes));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe.skipIf(!oraclesPresent)('captures of other projects, damaged', () => {
  const captures = oracleCaptures().filter(([name]) => !name.endsWith('.gz'));

  test('survive, and give the same in any chunks', () => {
    const contents = captures
      .map(([, path]) => new Uint8Array(readFileSync(path)))
      .filter((file) => file.length < 60_000);
    fc.assert(
      fc.property(fc.constantFrom(...contents), damage, chunkSizes, (file, list, sizes) => {
        const bytes = damaged(file, list);
        expect(outcome(bytes, sizes)).toEqual(outcome(bytes));
      }),
      { numRuns: 400 },
    );
  });
});
