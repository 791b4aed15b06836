import { describe, expect, test } from 'vitest';
import { assess } from '../../src/assess/assess.ts';
import { readCapture } from '../../src/capture/source.ts';
import type { FrameSink } from '../../src/capture/types.ts';
import { loadCatalog } from '../../src/catalog/index.ts';
import { PartCutter } from '../../src/live/part-cutter.ts';
import { RetainedState } from '../../src/live/retained.ts';
import { parseSite } from '../../src/site/index.ts';
import { playStories } from '../../src/stories/stories.ts';
import { newConnectionView } from '../../src/track/connection-view.ts';
import type { Observation } from '../../src/track/observation.ts';
import { timeText } from '../../src/track/time-text.ts';
import { observe, partOf } from '../track/analyze.ts';
import { type TestFrame, tcp, udp } from '../track/frames.ts';

const LIMIT = 100_000;

/** Every connection of an observation, as far as verdicts look at them. */
function rows(observation: Observation): string[] {
  const lines: string[] = [];
  for (let number = 0; number < observation.count; number++) {
    if (!observation.has(number)) continue;
    const view = { ...observation.read(number, newConnectionView()) };
    const address = (one: number): string => observation.addressText(view.family, one);
    lines.push(
      JSON.stringify({ ...view, client: address(view.client), server: address(view.server), icmp: view.icmp }),
    );
  }
  return lines;
}

/** Cuts a part every so many frames. */
class Cutting implements FrameSink {
  readonly cutter = new PartCutter(7, LIMIT, 0);
  readonly retained = new RetainedState(7, LIMIT, 0);
  readonly #every: number;
  #frames = 0;

  constructor(every: number) {
    this.#every = every;
  }

  frame(...frame: Parameters<FrameSink['frame']>): void {
    this.cutter.frame(...frame);
    if (++this.#frames % this.#every === 0) this.cut();
  }

  cut(): void {
    const { part } = this.cutter.cut();
    if (part !== null) this.retained.append(part);
    // Observing must leave no trace.
    this.retained.observe(null);
  }
}

describe('a run that is observed after every part', () => {
  test.each([1, 7, 50])('shows in the end what one pass shows: the demo, parts of %i frames', async (every) => {
    const [whole, parts] = [new Cutting(1e9), new Cutting(every)];
    for (const sink of [whole, parts]) {
      await readCapture('captures/demo/demo.pcap', sink);
      sink.cut();
    }
    const [one, other] = [whole.retained.observe(null), parts.retained.observe(null)];
    expect(rows(other)).toEqual(rows(one));
    expect(other.judgedFrames).toBe(one.judgedFrames);
    expect(playStories(other).transfers.map(({ outcome, file }) => `${file} ${outcome}`)).toEqual(
      playStories(one).transfers.map(({ outcome, file }) => `${file} ${outcome}`),
    );
  });
});

test('silence grows with the clock, not only with packets', () => {
  const syns = [0, 1].map((time) =>
    tcp({ source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 5000, destinationPort: 443, flags: 'S', time }),
  );
  const retained = new RetainedState(7, LIMIT, 0);
  retained.append(partOf(syns));
  const outcome = (observation: Observation): string => observation.read(0, newConnectionView()).outcome;
  expect(outcome(retained.observe(null))).toBe('undecided');
  const { seconds } = syns[1];
  expect(outcome(retained.observe({ seconds: seconds + 1, nanoseconds: 0 }))).toBe('undecided');
  expect(outcome(retained.observe({ seconds: seconds + 4, nanoseconds: 0 }))).toBe('no-answer');
  expect(outcome(retained.observe({ seconds: seconds - 9, nanoseconds: 0 }))).toBe('undecided');
});

describe('a run of weeks', () => {
  /** A TFTP request, which is kept whole. */
  const request = (n: number): TestFrame =>
    udp(
      { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 1024 + (n % 60_000), destinationPort: 69, time: n },
      Buffer.from(`\0\x01boot/${'x'.repeat(400)}${n}\0octet\0`),
    );

  test('keeps the latest boots and transfers, and goes on keeping', { timeout: 120_000 }, () => {
    const retained = new RetainedState(7, LIMIT, 1000);
    const last = 60_000;
    let most = 0;
    for (let n = 0; n < last; n += 1000) {
      retained.append(partOf(Array.from({ length: 1000 }, (_, i) => request(n + i))));
      if (n % 5000 === 0) retained.forget();
      most = Math.max(most, retained.observe(null).payloads.used);
    }
    const observation = retained.observe(null);
    expect(observation.payloads.dropped).toBe(0);
    expect(most).toBeLessThan(20 * 2 ** 20);
    expect(retained.bootsBefore).not.toBeNull();
    const { transfers } = playStories(observation);
    expect(transfers.at(-1)?.file).toMatch(new RegExp(`x${last - 1}$`));
    expect(observation.frames).toBe(last);
    // What is kept is what one would have found in the last frames alone.
    const recent = observe(Array.from({ length: 2000 }, (_, i) => request(last - 2000 + i)));
    expect(transfers.slice(-2000).map(({ file }) => file)).toEqual(
      playStories(recent).transfers.map(({ file }) => file),
    );
  });
});

test('of more connections than there is room for, those that are over are summed up, and every frame is accounted for', () => {
  const limit = 2000;
  const retained = new RetainedState(7, limit, 1000);
  let number = 0;
  for (let second = 0; second < 40; second++) {
    const frames = Array.from({ length: 250 }, (_, i) => {
      const client = {
        source: '10.0.0.1',
        destination: '10.0.0.2',
        sourcePort: 1024 + (number++ % 60_000),
        destinationPort: 443,
      };
      const server = {
        source: client.destination,
        destination: client.source,
        sourcePort: 443,
        destinationPort: client.sourcePort,
      };
      const time = second + i / 1000;
      return [
        tcp({ ...client, flags: 'S', sequence: 1, time }),
        tcp({ ...server, flags: 'RA', acknowledgment: 2, time: time + 0.0001 }),
      ];
    }).flat();
    retained.append(partOf(frames));
    const observation = retained.observe(null);
    expect(observation.frames).toBe((second + 1) * 500);
    expect(observation.judgedFrames).toBe(observation.frames);
    expect(observation.count).toBeLessThanOrEqual(limit);
    expect(retained.observe(null).judgedFrames).toBe(observation.judgedFrames);
  }
  const report = assess(
    {
      observation: retained.observe(null),
      captures: [],
      droppedByCapture: 0,
      day: '2026-03-02',
      place: (frame) => ({ capture: 'eth0', frame }),
      time: (seconds, nanoseconds) => timeText(seconds, nanoseconds, false),
    },
    parseSite(
      'version: 1\nhosts:\n  - { name: A, addresses: [10.0.0.1], roles: [client] }\n  - { name: B, addresses: [10.0.0.2], roles: [mp] }\n',
    ),
    loadCatalog(),
  );
  expect(report.connections.total).toBe(10_000);
  expect(report.findings.find(({ kind }) => kind === 'blocked-required')).toMatchObject({
    count: 10_000,
    outcome: 'refused',
  });
});
