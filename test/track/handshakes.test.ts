/** Handshakes whose segments do not come as they mostly do: a SYN-ACK that was captured before its SYN, and SYNs that cross. */
import { describe, expect, test } from 'vitest';
import { nameBookOf } from '../../src/names/name-book.ts';
import { type ConnectionView, newConnectionView } from '../../src/track/connection-view.ts';
import { Observation } from '../../src/track/observation.ts';
import { merge, observe, partOf } from './analyze.ts';
import { type TestFrame, tcp } from './frames.ts';
import { clientHello } from './openings.ts';

test('what the joined record was opened for belongs to the connection', () => {
  const up = { source: '10.0.0.1', destination: '203.0.113.5', sourcePort: 50_000, destinationPort: 443 };
  const down = { source: up.destination, destination: up.source, sourcePort: 443, destinationPort: 50_000 };
  const observation = observe([
    tcp({ ...down, flags: 'SA', sequence: 900, acknowledgment: 101, time: 0 }),
    tcp({ ...up, flags: 'S', sequence: 100, time: 0.001 }),
    tcp({ ...up, flags: 'A', sequence: 101, acknowledgment: 901, time: 0.002 }, clientHello('a.example')),
  ]);
  const numbers = Array.from({ length: observation.count }, (_, i) => i).filter((i) => observation.has(i));
  expect(numbers).toHaveLength(1);
  expect(observation.read(numbers[0]!, newConnectionView()).outcome).toBe('established');
  expect(nameBookOf(observation).visits(numbers[0]!)).toMatchObject([{ kind: 'tls', name: 'a.example' }]);
});

describe('both ends open the connection at once (RFC 9293 section 3.5, figure 8)', () => {
  const A = { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 5000, destinationPort: 6000 };
  const B = { source: '10.0.0.2', destination: '10.0.0.1', sourcePort: 6000, destinationPort: 5000 };
  const a = (flags: string, time: number, more: object = {}) =>
    tcp({
      ...A,
      flags,
      time,
      sequence: flags.startsWith('S') ? 100 : 101,
      acknowledgment: flags === 'S' ? 0 : 301,
      ...more,
    });
  const b = (flags: string, time: number, more: object = {}) =>
    tcp({
      ...B,
      flags,
      time,
      sequence: flags.startsWith('S') ? 300 : 301,
      acknowledgment: flags === 'S' ? 0 : 101,
      ...more,
    });
  const later = (time: number) => tcp({ ...A, source: '10.0.0.7', flags: 'S', time });
  const data = [a('PA', 0.03, { payload: 5 }), b('PA', 0.04, { payload: 7 })];

  /** The connections of A and B, the same whether they are read at once or in two parts cut anywhere. */
  function between(frames: TestFrame[]): object[] {
    const of = (parts: TestFrame[][]): object[] => {
      const observation = new Observation(merge(parts.map((part) => partOf(part))));
      const numbers = Array.from({ length: observation.count }, (_, i) => i).filter((i) => observation.has(i));
      return numbers
        .map((number) => observation.read(number, newConnectionView()))
        .filter(({ clientPort }) => clientPort !== 0)
        .map(({ clientPort, outcome, attempts, packetsToServer, packetsToClient }: ConnectionView) => ({
          clientPort,
          outcome,
          attempts,
          packets: [packetsToServer, packetsToClient],
        }))
        .slice(0, -1);
    };
    const all = [...frames, later(20)];
    const whole = of([all]);
    for (let cut = 1; cut < all.length; cut++)
      expect(of([all.slice(0, cut), all.slice(cut)]), `cut at ${cut}`).toEqual(whole);
    return whole;
  }
  const syns = [a('S', 0), b('S', 0.001)];

  test.each([
    ['the second SYN is answered last', [...syns, b('SA', 0.01), a('SA', 0.011)]],
    ['the second SYN is answered first', [...syns, a('SA', 0.01), b('SA', 0.011)]],
  ] as const)('%s: one connection, of who sent the first SYN', (_, frames) => {
    const opened = { clientPort: 5000, outcome: 'established', attempts: 1 };
    expect(between([...frames, ...data])).toEqual([{ ...opened, packets: [3, 3] }]);
    // The SYN-ACKs are all that it takes.
    expect(between([...frames])).toEqual([{ ...opened, packets: [2, 2] }]);
  });
  test('a SYN that is answered by none, and another connection the other way, stay two', () => {
    const other = [b('S', 5), a('SA', 5.01), b('A', 5.02)];
    expect(between([a('S', 0), a('S', 1, { id: 2 }), ...other])).toMatchObject([
      { clientPort: 5000, outcome: 'no-answer' },
      { clientPort: 6000, outcome: 'established' },
    ]);
  });
  test('one connection after the other, each the other way, stay two', () => {
    const first = [b('S', 0), a('SA', 0.01), b('A', 0.02)];
    expect(between([...first, a('S', 5), b('SA', 5.01), a('A', 5.02)])).toMatchObject([
      { clientPort: 6000, outcome: 'established' },
      { clientPort: 5000, outcome: 'established' },
    ]);
  });
});
