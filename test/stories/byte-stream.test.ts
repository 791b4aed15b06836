/** Segments in any order within a window, sent again and overlapping, give the bytes that were sent. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinPieces, keptStreams, type StreamPiece } from '../../src/stories/byte-stream.ts';
import { CONTROL_RPC } from '../../src/track/control-ports.ts';
import { Observation } from '../../src/track/observation.ts';
import { merge, observe, partOf } from '../track/analyze.ts';
import { type TestFrame, tcp } from '../track/frames.ts';

const STREAM = Uint8Array.from({ length: 400 }, (_, i) => (i * 7) & 0xff);

function piece(from: number, to: number, start: number, frame: number): StreamPiece {
  return {
    sequence: (start + from) | 0,
    bytes: STREAM,
    offset: from,
    length: to - from,
    wireLength: to - from,
    seconds: frame,
    nanoseconds: 0,
    frame,
  };
}

/** Cuts of the stream that cover it, some twice, in any order. */
const pieces = fc
  .tuple(
    fc.array(fc.integer({ min: 1, max: 399 }), { maxLength: 20 }),
    fc.array(fc.tuple(fc.nat(399), fc.nat(60)), { maxLength: 10 }),
    fc.constantFrom(0, 1, 0x7fffffff, 0xfffffff0, 0x7ffffff0),
    fc.infiniteStream(fc.nat(1000)),
  )
  .map(([cuts, again, start, order]) => {
    const ends = [...new Set([0, ...cuts, 400])].sort((a, b) => a - b);
    const spans = ends.slice(1).map((end, i) => [ends[i], end]);
    for (const [from, length] of again) if (length > 0) spans.push([from, Math.min(400, from + length)]);
    const shuffled = spans.map((span) => ({ span, key: order.next().value as number })).sort((a, b) => a.key - b.key);
    return shuffled.map(({ span: [from, to] }, i) => piece(from, to, start, i + 1));
  });

describe('joinPieces', () => {
  test('any order, any overlap: the stream', () => {
    fc.assert(
      fc.property(pieces, (all) => {
        const runs = joinPieces(all);
        expect(runs).toHaveLength(1);
        expect(Array.from(runs[0].bytes)).toEqual(Array.from(STREAM));
        const { frame } = runs[0].momentOf(0, 400);
        expect(frame).toBeLessThanOrEqual(all.length);
      }),
    );
  });

  test('a gap begins a new run, and its size is told', () => {
    const runs = joinPieces([piece(0, 10, 5, 1), piece(30, 40, 5, 2), piece(10, 20, 5, 3)]);
    expect(runs.map(({ bytes, missingBefore }) => [bytes.length, missingBefore])).toEqual([
      [20, 0],
      [10, 10],
    ]);
    expect(runs[0].momentOf(0, 10).frame).toBe(1);
    expect(runs[0].momentOf(5, 11).frame).toBe(3);
  });

  test('a cut segment leaves a gap', () => {
    const cut = { ...piece(0, 10, 0, 1), wireLength: 20 };
    expect(joinPieces([cut, piece(20, 30, 0, 2)])[1].missingBefore).toBe(10);
  });

  test('sequence numbers from far away are none of the stream', () => {
    const stray = { ...piece(10, 20, 0, 2), sequence: 0x40000000 };
    const runs = joinPieces([piece(0, 10, 0, 1), stray, piece(10, 20, 0, 3)]);
    expect(runs.map(({ bytes }) => bytes.length)).toEqual([20]);
  });
});

test('the endpoint mapper: both directions are kept, for any cut', () => {
  const ask = { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 50_000, destinationPort: 135 };
  const answer = { source: '10.0.0.2', destination: '10.0.0.1', sourcePort: 135, destinationPort: 50_000 };
  const frames: TestFrame[] = [
    tcp({ ...ask, flags: 'S', sequence: 99 }),
    tcp({ ...answer, flags: 'SA', sequence: 499, acknowledgment: 100 }),
    tcp({ ...ask, sequence: 110, acknowledgment: 500 }, STREAM.subarray(10, 50)),
    tcp({ ...ask, sequence: 100, acknowledgment: 500 }, STREAM.subarray(0, 10)),
    tcp({ ...answer, sequence: 500, acknowledgment: 150 }, STREAM.subarray(100, 200)),
    tcp({ ...ask, sequence: 110, acknowledgment: 500 }, STREAM.subarray(10, 50)),
  ];
  const whole = [...keptStreams(observe(frames), CONTROL_RPC)];
  expect(whole).toHaveLength(1);
  expect(whole[0].ends.map(({ port }) => port)).toEqual([50_000, 135]);
  expect(whole[0].sides.map((runs) => runs.map(({ bytes }) => Array.from(bytes)))).toEqual([
    [Array.from(STREAM.subarray(0, 50))],
    [Array.from(STREAM.subarray(100, 200))],
  ]);
  for (let cut = 0; cut <= frames.length; cut++) {
    const parts = [partOf(frames.slice(0, cut)), partOf(frames.slice(cut))];
    const told = [...keptStreams(new Observation(merge(parts)), CONTROL_RPC)];
    expect(told.map(({ sides }) => sides.map((runs) => runs.map(({ bytes }) => Array.from(bytes))))).toEqual(
      whole.map(({ sides }) => sides.map((runs) => runs.map(({ bytes }) => Array.from(bytes)))),
    );
  }
});
