import { describe, expect, test } from 'vitest';
import { type ConnectionView, newConnectionView } from '../../src/track/connection-view.ts';
import { PartMerger } from '../../src/track/merge.ts';
import { Observation } from '../../src/track/observation.ts';
import { partOf } from './analyze.ts';
import { frameOf, type TestFrame, tcp } from './frames.ts';

const CLIENT = { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 50000, destinationPort: 443 };
const syn = (time: number): TestFrame =>
  tcp({ ...CLIENT, flags: 'S', sequence: 100, time, id: Math.round(time * 10) + 1 });
const noise = (time: number): TestFrame => frameOf(new Uint8Array(20), time);

/** The one connection of a series of captures. */
function connectionOf(...captures: TestFrame[][]): ConnectionView {
  const merger = new PartMerger(11);
  for (const frames of captures) {
    const part = partOf(frames);
    merger.beginCapture();
    merger.append(part, merger.overlaps(part.firstSeconds, part.firstNanoseconds));
  }
  return new Observation(merger.finish()).read(0, newConnectionView());
}

const outcomeOf = (...captures: TestFrame[][]): string => connectionOf(...captures).outcome;

describe('silence at the end of one of several captures', () => {
  test.each([
    [
      'that is started again ten minutes later',
      [
        [syn(0), syn(0.5)],
        [noise(600), noise(605)],
      ],
    ],
    [
      'that is started again four seconds later',
      [
        [syn(0), syn(0.5)],
        [noise(4.5), noise(9)],
      ],
    ],
    [
      'while another place is captured for longer',
      [
        [syn(0), syn(0.5)],
        [noise(-60), noise(0), noise(60)],
      ],
    ],
    [
      'while one captured before, too, goes on',
      [
        [noise(-60), noise(0), noise(60)],
        [syn(0), syn(0.5)],
      ],
    ],
    [
      'between two others',
      [
        [noise(-9), noise(-8)],
        [syn(0), syn(0.5)],
        [noise(20), noise(21)],
      ],
    ],
  ])('proves nothing: %s', (_, captures) => {
    expect(outcomeOf(...captures)).toBe('undecided');
  });

  test.each([
    [
      'in the next file of a ring buffer',
      [
        [syn(0), syn(0.5)],
        [noise(2.5), noise(5)],
      ],
    ],
    ['through several files', [[syn(0), syn(0.5)], [noise(1.5)], [noise(2)], [noise(3.6)]]],
    [
      'whose order is that of another interface',
      [
        [syn(0), noise(2)],
        [syn(1.5), noise(4)],
      ],
    ],
    ['with an attempt in each file', [[noise(-1), syn(0)], [syn(1), noise(2)], [noise(3.5)]]],
    ['before it is started again', [[syn(0), syn(0.5), noise(4)], [noise(600)]]],
    ['in the capture that was started again', [[syn(0)], [noise(598), syn(600), noise(604)]]],
  ])('counts: %s', (_, captures) => {
    expect(outcomeOf(...captures)).toBe('no-answer');
  });
});

describe('what two captures show of one connection', () => {
  const server = { source: CLIENT.destination, destination: CLIENT.source, sourcePort: 443, destinationPort: 50000 };
  const data = (time: number): TestFrame =>
    tcp({
      ...CLIENT,
      flags: 'PA',
      sequence: 101,
      acknowledgment: 301,
      payload: 20,
      time,
      id: 90 + Math.round(time * 10),
    });
  const opened = [
    syn(0),
    tcp({ ...server, flags: 'SA', sequence: 300, acknowledgment: 101, time: 0.01 }),
    tcp({ ...CLIENT, flags: 'A', sequence: 101, acknowledgment: 301, time: 0.02 }),
  ];
  /** As another place sees it. */
  const elsewhere = (frames: TestFrame[], later = 200_000): TestFrame[] =>
    frames.map((frame) => ({ ...frame, nanoseconds: frame.nanoseconds + later }));

  test('attempts that both show count once', () => {
    const attempts = [syn(0), syn(1), syn(3), noise(7)];
    expect(connectionOf(attempts, elsewhere(attempts)).attempts).toBe(3);
    expect(connectionOf(attempts, elsewhere(attempts.slice(2))).attempts).toBe(3);
    expect(connectionOf(attempts.slice(0, 2), [syn(3), noise(7)]).attempts).toBe(3);
  });

  test('data that was repeated twice are not told as stalled because both show it', () => {
    const sent = [...opened, data(0.1), data(0.4), data(1), noise(3)];
    expect(connectionOf(sent, elsewhere(sent))).toMatchObject({ outcome: 'established', ended: 'open' });
    const stalled = [...opened, data(0.1), data(0.4), data(1), data(2.2), noise(4)];
    expect(connectionOf(stalled, elsewhere(stalled)).ended).toBe('stalled');
    expect(connectionOf(stalled.slice(0, 5), [...stalled.slice(5)]).ended).toBe('stalled');
  });
});
