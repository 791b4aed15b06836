import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FrameSink } from '../../src/capture/types.ts';
import { BatchSource, walkInOrder } from '../../src/live/batch-source.ts';
import { type TestFrame, udp } from '../track/frames.ts';
import { batchOf } from './batches.ts';

/** Times in the order in which frames arrive, and the source of each. */
class Arrivals implements FrameSink {
  readonly times: number[] = [];
  readonly sources: number[] = [];
  frame(...[, , , , , seconds, nanoseconds, , source]: Parameters<FrameSink['frame']>): void {
    this.times.push(seconds + nanoseconds / 1e9);
    this.sources.push(source);
  }
}

const START = 1_700_000_000;
const at = (time: number): TestFrame =>
  udp({ source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 1, destinationPort: 2, time });

const walk = (sources: BatchSource[], sink: FrameSink, now = 0, patience = 0): number => {
  let done = 0;
  walkInOrder(
    sources,
    sink,
    now,
    patience,
    () => {},
    () => done++,
  );
  return done;
};

describe('frames of several interfaces', () => {
  test('come in the order of their time, whatever the batches', () => {
    const times = fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(times, fc.integer({ min: 1, max: 7 })), { minLength: 1, maxLength: 4 }),
        (given) => {
          const sink = new Arrivals();
          const sources = given.map(([all, size], number) => {
            const source = new BatchSource(number);
            const frames = all.sort((a, b) => a - b).map((time) => at(time / 1000));
            for (let i = 0; i < frames.length; i += size) source.push(batchOf(frames.slice(i, i + size)));
            source.ended = true;
            return source;
          });
          walk(sources, sink);
          expect(sink.times).toEqual([...sink.times].sort((a, b) => a - b));
          expect(sink.times).toHaveLength(given.reduce((sum, [all]) => sum + all.length, 0));
        },
      ),
    );
  });

  test('wait for an interface that has said nothing yet, up to what it promised', () => {
    const [one, other] = [new BatchSource(0), new BatchSource(1)];
    const sink = new Arrivals();
    one.push(batchOf([at(1), at(2), at(3)]));
    other.until = (START + 2) * 1000;
    walk([one, other], sink);
    expect(sink.times).toEqual([START + 1, START + 2]);
    other.push(batchOf([at(2.5)]));
    other.until = (START + 5) * 1000;
    expect(walk([one, other], sink)).toBe(2);
    expect(sink.times).toEqual([START + 1, START + 2, START + 2.5, START + 3]);
    expect(sink.sources).toEqual([0, 0, 1, 0]);
  });

  test('wait no longer than the patience', () => {
    const [one, dead] = [new BatchSource(0), new BatchSource(1)];
    const sink = new Arrivals();
    one.push(batchOf([at(1), at(10)]));
    walk([one, dead], sink, (START + 5) * 1000, 2000);
    expect(sink.times).toEqual([START + 1]);
  });

  test('a length beyond the batch ends the batch, not the reading', () => {
    const source = new BatchSource(0);
    const sink = new Arrivals();
    const broken = batchOf([at(1), at(2)]);
    new Uint32Array(broken.buffer, 16 + at(1).bytes.length + 8, 1)[0] = 0xffff_ffff;
    source.push(broken);
    source.push(batchOf([at(3)]));
    expect(walk([source], sink, 0, 0)).toBe(2);
    expect(sink.times).toEqual([START + 1, START + 3]);
  });
});
