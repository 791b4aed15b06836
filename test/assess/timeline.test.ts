import { describe, expect, it } from 'vitest';
import { TimelineCounts } from '../../src/assess/timeline.ts';
import type { Outcome } from '../../src/assess/types.ts';
import { newConnectionView } from '../../src/track/connection-view.ts';

const at = (seconds: number): { seconds: number; nanoseconds: number } => ({
  seconds: Math.floor(seconds),
  nanoseconds: Math.round((seconds % 1) * 1e9),
});
const text = (seconds: number, nanoseconds: number): string => `${seconds}.${nanoseconds}`;

function count(timeline: TimelineCounts, seconds: number, outcome: Outcome, attempts = 1, failedLater = false): void {
  const { seconds: firstSeconds, nanoseconds: firstNanoseconds } = at(seconds);
  timeline.count({ ...newConnectionView(), firstSeconds, firstNanoseconds, outcome, attempts }, failedLater);
}

describe('the time line', () => {
  it('counts connections by when they began', () => {
    const timeline = new TimelineCounts(at(100), at(160));
    count(timeline, 100, 'established');
    count(timeline, 100.4, 'no-answer', 3);
    count(timeline, 160, 'refused');
    expect(timeline.report(text)).toEqual({
      first_ts: '100.0',
      bucket_seconds: 1,
      bucket_count: 61,
      buckets: [
        { index: 0, outcomes: { established: 1, 'no-answer': 1 }, attempts: 4 },
        { index: 60, outcomes: { refused: 1 }, attempts: 1 },
      ],
    });
  });

  it.each([
    [0, 0.001, 1],
    [0.5, 0.005, 101],
    [119, 1, 120],
    [120, 2, 61],
    [7 * 86_400, 7200, 85],
    [4e9, 386 * 86_400, 120],
  ])('%d seconds are told in spans of %d', (seconds, width, spans) => {
    const timeline = new TimelineCounts(at(0), at(seconds));
    count(timeline, seconds, 'established');
    const report = timeline.report(text)!;
    expect([report.bucket_seconds, report.bucket_count]).toEqual([width, spans]);
    expect(report.buckets).toHaveLength(1);
    expect(report.buckets[0].index).toBeLessThan(spans);
  });

  it('tells apart what began well and failed all the same', () => {
    const timeline = new TimelineCounts(at(100), at(101));
    count(timeline, 100, 'established', 1, true);
    count(timeline, 100, 'established');
    count(timeline, 101, 'established');
    expect(timeline.report(text)?.buckets).toEqual([
      { index: 0, outcomes: { established: 2 }, failed_later: { established: 1 }, attempts: 2 },
      { index: 100, outcomes: { established: 1 }, attempts: 1 },
    ]);
  });

  it('keeps what a clock that goes back puts before the begin', () => {
    const timeline = new TimelineCounts(at(100), at(50));
    count(timeline, 20, 'established');
    count(timeline, 1000, 'established');
    expect(timeline.report(text)?.buckets).toEqual([{ index: 0, outcomes: { established: 2 }, attempts: 2 }]);
  });

  it('is nothing where there is no connection', () => {
    expect(new TimelineCounts(at(0), at(10)).report(text)).toBeNull();
  });
});
