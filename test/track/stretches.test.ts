import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Span, Stretches, type StretchRows, spanAt, spansOf } from '../../src/track/stretches.ts';
import { connections } from './analyze.ts';
import { frameOf, type TestFrame, tcp, udp } from './frames.ts';

const YEARS = 50 * 365 * 86_400;
const CLIENT = { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 50000, destinationPort: 443 };
const OTHER = { source: '10.0.0.3', destination: '10.0.0.4', sourcePort: 1234, destinationPort: 9 };

const syn = (time: number): TestFrame =>
  tcp({ ...CLIENT, flags: 'S', sequence: 100, time, id: Math.round(time * 10) + 1 });
const noise = (time: number): TestFrame => frameOf(new Uint8Array(20), time);
const outcomeOf = (frames: TestFrame[]): string =>
  connections(frames).find(({ clientPort }) => clientPort === CLIENT.sourcePort)?.outcome ?? 'none';

function rowsOf(seconds: readonly number[]): StretchRows {
  const stretches = new Stretches();
  for (const second of seconds) if (second !== stretches.second) stretches.tick(second);
  return stretches.rows();
}

const plain = ({ values, count, dropped, second }: StretchRows): unknown => [
  [...values.subarray(0, count * 5)],
  dropped,
  second,
];

describe('how long a capture shows that nothing came', () => {
  test('up to its end', () => {
    expect(outcomeOf([syn(0), syn(1), noise(2.5)])).toBe('undecided');
    expect(outcomeOf([syn(0), syn(1), noise(3.1)])).toBe('no-answer');
  });

  test.each([
    ['a frame of another year in the middle', [syn(0), syn(1), noise(YEARS), noise(2.5)]],
    ['several of them', [syn(0), syn(1), noise(YEARS), noise(YEARS + 2), noise(2 * YEARS), noise(2.5)]],
    ['one at the end', [syn(0), syn(1), noise(2.5), noise(YEARS)]],
    ['one before all others', [noise(-YEARS), syn(0), syn(1), noise(2.5)]],
    ['a frame ten minutes ahead, and back', [syn(0), syn(1), noise(600), noise(2.5)]],
    ['a frame of the connection itself', [syn(0), syn(YEARS), syn(1), noise(2.5)]],
    ['a pause of two hours', [syn(0), syn(1), noise(7203), noise(7205)]],
    ['another connection that goes on a day later', [udp(OTHER), syn(0), syn(1), udp({ ...OTHER, time: 86_400 })]],
  ])('no longer by %s', (_, frames) => {
    expect(outcomeOf(frames)).toBe('undecided');
  });

  test.each([
    ['a frame of another year', [syn(0), syn(1), noise(YEARS), noise(3.1), noise(4)]],
    ['a pause below an hour', [syn(0), syn(1), noise(3500)]],
    [
      'frames that come late from another queue',
      [noise(0), syn(0), syn(1), noise(3.2), noise(2.9), noise(3.3), noise(2.8)],
    ],
    [
      'files one after the other, of the same hours',
      [syn(0), syn(1), noise(1800), noise(7000), noise(-60), noise(1700)].slice(0, 5),
    ],
    ['a pause of two hours after enough silence', [syn(0), syn(1), noise(5), noise(7300)]],
  ])('as long as ever with %s', (_, frames) => {
    expect(outcomeOf(frames)).toBe('no-answer');
  });
});

describe('stretches', () => {
  const seconds = fc.array(fc.constantFrom(0, 1, 2, 3, 60, 3600, 3601, 7300, 2 ** 31, 2 ** 32 - 1), { maxLength: 14 });

  test('cut anywhere, they are those of one pass', () => {
    fc.assert(
      fc.property(seconds, (all) => {
        const whole = plain(rowsOf(all));
        for (let first = 0; first <= all.length; first++)
          for (let second = first; second <= all.length; second++) {
            const joined = new Stretches();
            for (const part of [all.slice(0, first), all.slice(first, second), all.slice(second)])
              joined.append(rowsOf(part));
            expect(plain(joined.rows())).toEqual(whole);
          }
      }),
      { numRuns: 300 },
    );
  });

  test('are limited, and joined alike beyond the limit', () => {
    const all = Array.from({ length: 70_000 }, (_, i) => (i % 2) * 10_000 + (i % 3));
    const joined = new Stretches();
    joined.append(rowsOf(all.slice(0, 66_000)));
    joined.append(rowsOf(all.slice(66_000)));
    const whole = rowsOf(all);
    expect(whole.dropped).toBeGreaterThan(0);
    expect(plain(joined.rows())).toEqual(plain(whole));
  });

  test('what no span holds is a moment of its own', () => {
    const spans: Span[] = spansOf(rowsOf([100, 101, 9000, 9001]), { seconds: 9001, nanoseconds: 5 });
    expect(spans).toEqual([
      { startSeconds: 100, seconds: 101, nanoseconds: 0 },
      { startSeconds: 9000, seconds: 9001, nanoseconds: 5 },
    ]);
    expect(spanAt(spans, 5000)).toEqual({ startSeconds: 5000, seconds: 5000, nanoseconds: 0 });
    expect(spanAt([], 7)).toEqual({ startSeconds: 7, seconds: 7, nanoseconds: 0 });
  });
});
