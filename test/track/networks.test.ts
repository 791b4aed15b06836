import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConnectionView } from '../../src/track/connection-view.ts';
import { connections } from './analyze.ts';
import { frameOf, icmpError, inVlan, type Segment, type TestFrame, tcp, udp } from './frames.ts';

const CLIENT = { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 50000, destinationPort: 443 };
const SERVER = { source: '10.0.0.2', destination: '10.0.0.1', sourcePort: 443, destinationPort: 50000 };

type Step = [
  vlan: number,
  time: number,
  from: 'client' | 'server',
  flags: string,
  sequence: number,
  rest?: Partial<Segment>,
];

function capture(steps: readonly Step[], end = 30): TestFrame[] {
  const frames = steps.map(([vlan, time, from, flags, sequence, rest]) => {
    const frame = tcp({ ...(from === 'client' ? CLIENT : SERVER), flags, sequence, time, ...rest });
    return vlan === 0 ? frame : inVlan(frame, vlan);
  });
  return [...frames, frameOf(new Uint8Array(20), end)];
}

/** A connection of `initial` that is opened in a VLAN each way. */
const opening = (there: number, back: number, time: number, initial: number): Step[] => [
  [there, time, 'client', 'S', initial],
  [back, time + 0.01, 'server', 'SA', 7000 + initial, { acknowledgment: initial + 1 }],
  [there, time + 0.02, 'client', 'A', initial + 1, { acknowledgment: 7001 + initial }],
];

const told = (frames: readonly TestFrame[]) =>
  connections(frames).map(({ vlan, outcome, attempts, packetsToServer, packetsToClient }: ConnectionView) => ({
    vlan,
    outcome,
    attempts,
    packets: [packetsToServer, packetsToClient],
  }));

describe('one connection in several VLANs', () => {
  test('a tag in one direction only', () => {
    for (const [there, back] of [
      [10, 0],
      [0, 10],
      [10, 20],
    ])
      expect(told(capture(opening(there, back, 0, 100)))).toEqual([
        { vlan: there || null, outcome: 'established', attempts: 1, packets: [2, 1] },
      ]);
  });

  test('resets that come back without the tag refuse each connection', () => {
    const frames = capture([
      [10, 0, 'client', 'S', 100],
      [0, 0.01, 'server', 'RA', 0, { acknowledgment: 101 }],
      [10, 5, 'client', 'S', 900],
      [0, 5.01, 'server', 'RA', 0, { acknowledgment: 901 }],
    ]);
    expect(told(frames).map(({ outcome }) => outcome)).toEqual(['refused', 'refused']);
  });

  test('copies before and after a router: frames count twice, attempts once', () => {
    const once = opening(10, 10, 0, 100);
    const copies = once.flatMap((step): Step[] => {
      const [, time, ...rest] = step;
      return [step, [20, time + 0.001, ...rest]];
    });
    expect(told(capture(copies))).toEqual([{ vlan: 10, outcome: 'established', attempts: 1, packets: [4, 2] }]);
  });

  test('a mirror that shows only what comes in, on both sides of a router', () => {
    const frames = capture([...opening(10, 20, 0, 100), [20, 3, 'server', 'RA', 7101, { acknowledgment: 101 }]]);
    expect(connections(frames)).toMatchObject([{ outcome: 'established', ended: 'reset-by-server' }]);
  });

  test('silence in both VLANs is one silence', () => {
    const frames = capture([
      [10, 0, 'client', 'S', 100],
      [20, 0.001, 'client', 'S', 100],
      [10, 1, 'client', 'S', 100, { id: 1 }],
      [20, 1.001, 'client', 'S', 100, { id: 1 }],
    ]);
    expect(told(frames)).toEqual([{ vlan: 10, outcome: 'no-answer', attempts: 2, packets: [4, 0] }]);
  });

  test('datagrams and answers in different VLANs', () => {
    const frames = [
      inVlan(udp({ ...CLIENT, time: 0, id: 1 }), 10),
      inVlan(udp({ ...CLIENT, time: 1, id: 2 }), 10),
      inVlan(udp({ ...SERVER, time: 1.1 }), 20),
      frameOf(new Uint8Array(20), 30),
    ];
    expect(told(frames)).toEqual([{ vlan: 10, outcome: 'answered', attempts: 2, packets: [2, 1] }]);
  });

  test('an unanswered datagram is not held against a VLAN where the answer may have come by another', () => {
    const frames = [
      inVlan(udp({ ...CLIENT, time: 0, id: 1 }), 10),
      inVlan(udp({ ...CLIENT, time: 0.5, id: 9 }), 20),
      inVlan(udp({ ...SERVER, time: 0.6 }), 20),
      frameOf(new Uint8Array(20), 30),
    ];
    expect(told(frames).map(({ outcome }) => outcome)).toEqual(['answered']);
  });
});

describe('the same addresses in two VLANs', () => {
  test('handshakes at the same time: each goes on in its own VLAN', () => {
    const [syn, synAck, ack] = opening(10, 10, 0, 100);
    const silent = [0.005, 1, 3].map((time): Step => [20, time, 'client', 'S', 900]);
    expect(told(capture([syn, silent[0], synAck, ack, silent[1], silent[2]]))).toEqual([
      { vlan: 10, outcome: 'established', attempts: 1, packets: [2, 1] },
      { vlan: 20, outcome: 'no-answer', attempts: 3, packets: [3, 0] },
    ]);
  });

  const blocked: Step[] = [
    [10, 0, 'client', 'S', 100],
    ...opening(20, 20, 0.5, 900),
    [10, 1, 'client', 'S', 100, { id: 1 }],
    [20, 1.2, 'client', 'PA', 901, { acknowledgment: 7901, payload: 10 }],
    [20, 1.3, 'server', 'A', 7901, { acknowledgment: 911 }],
    [10, 3, 'client', 'S', 100, { id: 2 }],
  ];

  test('blocked in one, open in the other', () => {
    expect(told(capture(blocked))).toEqual([
      { vlan: 10, outcome: 'no-answer', attempts: 3, packets: [3, 0] },
      { vlan: 20, outcome: 'established', attempts: 1, packets: [3, 2] },
    ]);
  });

  test('a firewall that gives connections new sequence numbers', () => {
    const frames = capture([
      [10, 0, 'client', 'S', 100],
      [20, 0.001, 'client', 'S', 900],
      [20, 0.01, 'server', 'SA', 5000, { acknowledgment: 901 }],
      [10, 0.011, 'server', 'SA', 6000, { acknowledgment: 101 }],
      [10, 0.02, 'client', 'A', 101, { acknowledgment: 6001 }],
      [20, 0.021, 'client', 'A', 901, { acknowledgment: 5001 }],
      [20, 9, 'server', 'RA', 5001, { acknowledgment: 901 }],
      [10, 9.001, 'server', 'RA', 6001, { acknowledgment: 101 }],
    ]);
    expect(connections(frames)).toMatchObject([
      { vlan: 10, outcome: 'established', ended: 'reset-by-server', packetsToServer: 2, packetsToClient: 2 },
      { vlan: 20, outcome: 'established', ended: 'reset-by-server', packetsToServer: 2, packetsToClient: 2 },
    ]);
  });

  test('an ICMP error speaks of the connection in its own VLAN', () => {
    const about = tcp({ ...CLIENT, flags: 'S', sequence: 100 });
    const error = (vlan: number): TestFrame => inVlan(icmpError('10.0.0.9', CLIENT.source, 3, 13, about, 3.1), vlan);
    const outcomes = (frames: TestFrame[]): string[] => told(frames).map(({ outcome }) => outcome);
    const frames = capture(blocked);
    expect(outcomes([...frames.slice(0, -1), error(10), ...frames.slice(-1)])).toEqual(['prohibited', 'established']);
    expect(outcomes([...frames.slice(0, -1), error(20), ...frames.slice(-1)])).toEqual(['no-answer', 'established']);
  });

  test('exchanges over UDP that are answered in each', () => {
    const frames = [10, 20].flatMap((vlan, index) => [
      inVlan(udp({ ...CLIENT, time: index, id: vlan }), vlan),
      inVlan(udp({ ...SERVER, time: index + 0.01 }), vlan),
    ]);
    expect(told(frames)).toEqual([
      { vlan: 10, outcome: 'answered', attempts: 1, packets: [1, 1] },
      { vlan: 20, outcome: 'answered', attempts: 1, packets: [1, 1] },
    ]);
  });
});

describe('tags change nothing', () => {
  const flags = fc.constantFrom('S', 'SA', 'A', 'PA', 'FA', 'R', 'RA');
  const sequences = fc.constantFrom(100, 101, 900, 901);
  type TaggedStep = Partial<Segment> & { isAnswer: boolean; isTcp: boolean; pause: number };
  const steps = fc.array(
    fc.record({
      isAnswer: fc.boolean(),
      isTcp: fc.constantFrom(true, true, false),
      flags,
      sequence: sequences,
      acknowledgment: sequences,
      payload: fc.constantFrom(0, 1),
      pause: fc.constantFrom(0.01, 0.3, 1.5),
    }),
    { minLength: 1, maxLength: 12 },
  );
  const vlans = fc.constantFrom(0, 10, 20);

  function framesOf(
    values: readonly TaggedStep[],
    tag: (frame: TestFrame, isAnswer: boolean) => TestFrame[],
  ): TestFrame[] {
    let time = 0;
    const frames = values.flatMap(({ isAnswer, isTcp, pause, ...rest }, id) => {
      time += pause;
      const segment = { ...(isAnswer ? SERVER : CLIENT), ...rest, id: id + 1, time };
      return tag(isTcp ? tcp(segment) : udp(segment), isAnswer);
    });
    return [...frames, frameOf(new Uint8Array(20), time + 10)];
  }
  const vlan = (frame: TestFrame, id: number): TestFrame => (id === 0 ? frame : inVlan(frame, id));
  const outcomes = (frames: TestFrame[]) =>
    connections(frames).map(({ proto, outcome, clientPort, packetsToServer, packetsToClient }) => ({
      proto,
      outcome,
      clientPort,
      packets: [packetsToServer, packetsToClient],
    }));

  test('a reset of the one direction after the client had reset the other', () => {
    const step = (isAnswer: boolean, flags: string): TaggedStep => {
      const numbers = { sequence: 100, acknowledgment: isAnswer ? 100 : 101, payload: 0 };
      return { isAnswer, isTcp: true, flags, pause: 0.01, ...numbers };
    };
    for (const reply of [false, true]) {
      const values = [step(reply, 'S'), step(reply, 'R'), step(!reply, 'R'), step(!reply, 'SA'), step(!reply, 'S')];
      const tagged = framesOf(values, (frame, isAnswer) => [vlan(frame, isAnswer ? 10 : 0)]);
      expect(outcomes(tagged)).toEqual(outcomes(framesOf(values, (frame) => [frame])));
    }
  });

  test('each direction in a VLAN of its own', () => {
    fc.assert(
      fc.property(steps, vlans, vlans, (values, there, back) => {
        const plain = framesOf(values, (frame) => [frame]);
        const tagged = framesOf(values, (frame, isAnswer) => [vlan(frame, isAnswer ? back : there)]);
        expect(outcomes(tagged)).toEqual(outcomes(plain));
      }),
      { numRuns: 1000 },
    );
  });

  test('each frame as its copy in another VLAN, too', () => {
    fc.assert(
      fc.property(steps, vlans, vlans, (values, first, second) => {
        const plain = framesOf(values, (frame) => [frame]);
        const copied = framesOf(values, (frame) => [vlan(frame, first), vlan(frame, second)]);
        const doubled = outcomes(plain).map((row) => ({ ...row, packets: row.packets.map((count) => count * 2) }));
        expect(outcomes(copied)).toEqual(doubled);
      }),
      { numRuns: 1000 },
    );
  });
});
