import { describe, expect, test } from 'vitest';
import { Losses } from '../../src/assess/losses.ts';
import { LossLog } from '../../src/live/loss-log.ts';
import type { LossEvent } from '../../src/live/messages.ts';

const lost = (from: number, until: number, over: Partial<LossEvent> = {}): LossEvent => ({
  kind: 'loss',
  label: 'eth0',
  from: from * 1000,
  until: until * 1000,
  kernel: 1,
  interface: 0,
  ours: 0,
  blind: null,
  ...over,
});

describe('losses of a run', () => {
  test('seconds that touch are one span, others are not', () => {
    const log = new LossLog();
    for (const [from, until] of [
      [10.2, 11.2],
      [11.2, 12.2],
      [20, 21],
    ])
      log.add(lost(from, until));
    expect(log.spans.map(({ fromSeconds, toSeconds, kernel }) => [fromSeconds, toSeconds, kernel])).toEqual([
      [10, 12, 2],
      [20, 21, 1],
    ]);
    expect(log.totals).toEqual({ kernel: 3, interface: 0, ours: 0 });
    const losses = log.losses(0);
    expect([9, 10, 12, 13, 19, 20, 22].map((second) => losses.between(second, second))).toEqual([
      false,
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
    expect(losses.between(13, 19)).toBe(false);
    expect(losses.between(5, 30)).toBe(true);
  });

  test('a time in which nothing could be seen is one, though no packet is counted', () => {
    const log = new LossLog();
    log.add(lost(5, 6, { kernel: 0, blind: 'down' }));
    expect(log.losses(0).between(5, 5)).toBe(true);
    expect(log.losses(0).packets).toBe(0);
    expect(log.isEmpty).toBe(false);
  });

  test('files that do not say when they lost packets spoil every time', () => {
    expect(new LossLog().losses(3).between(0, 0)).toBe(true);
    expect(new LossLog().losses(0).between(0, 1e12)).toBe(false);
    expect(Losses.anytime(0).between(0, 1e12)).toBe(false);
  });

  test('spans are bounded; the closest become one, and none is left out', () => {
    const log = new LossLog();
    for (let i = 0; i < 10_000; i++) log.add(lost(i * 100, i * 100 + 1));
    expect(log.spans.length).toBeLessThanOrEqual(4096);
    const losses = log.losses(0);
    for (let i = 0; i < 10_000; i++) expect(losses.between(i * 100, i * 100)).toBe(true);
    expect(log.totals.kernel).toBe(10_000);
  });
});
