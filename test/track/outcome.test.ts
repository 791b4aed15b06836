import { describe, expect, test } from 'vitest';
import { newConnectionView } from '../../src/track/connection-view.ts';
import { Observation } from '../../src/track/observation.ts';
import { connections, merge, partOf } from './analyze.ts';
import { icmpError, overIpv6, type Segment, type TestFrame, tcp, udp } from './frames.ts';

const CLIENT = '10.0.0.1';
const SERVER = '10.0.0.2';

/** A segment from the client (>) or the server (<) of a connection to port 443. */
function seg(direction: '>' | '<', flags: string, time: number, more: Partial<Segment> = {}): TestFrame {
  const toServer = direction === '>';
  return tcp({
    source: toServer ? CLIENT : SERVER,
    destination: toServer ? SERVER : CLIENT,
    sourcePort: toServer ? 50000 : 443,
    destinationPort: toServer ? 443 : 50000,
    flags,
    time,
    sequence: toServer ? 1000 : 9000,
    acknowledgment: flags.includes('A') ? (toServer ? 9001 : 1001) : 0,
    ...more,
  });
}

/** Some other frame at this time, so that the capture goes on. */
const later = (time: number): TestFrame =>
  udp({ source: '10.0.0.7', destination: '10.0.0.8', sourcePort: 6000, destinationPort: 6001, time });

const handshake = [seg('>', 'S', 0), seg('<', 'SA', 0.01), seg('>', 'A', 0.02, { sequence: 1001 })];

const first = (frames: TestFrame[]) => connections(frames)[0];

describe('TCP outcomes', () => {
  test('handshake: established, client not inferred', () => {
    expect(first(handshake)).toMatchObject({
      outcome: 'established',
      ended: 'open',
      clientInferred: false,
      clientPort: 50000,
      attempts: 1,
    });
  });
  test('RST answers the SYN: refused', () => {
    expect(first([seg('>', 'S', 0), seg('<', 'RA', 0.01), later(9)])).toMatchObject({
      outcome: 'refused',
      ended: null,
      resetFrame: 2,
    });
  });
  test('a reset that does not acknowledge the SYN is ignored by the client: no refusal; one that does is one, whatever else came', () => {
    const bare = [0, 1, 3].flatMap((time) => [seg('>', 'S', time), seg('<', 'R', time + 0.01)]);
    expect(first([...bare, later(9)])).toMatchObject({ outcome: 'half-open', attempts: 3, serverOnlyReset: true });
    expect(first([...bare, later(3.5)])).toMatchObject({ outcome: 'undecided' });
    expect(first([...bare, seg('<', 'RA', 3.1), later(9)])).toMatchObject({ outcome: 'refused' });
    expect(first([...bare, seg('<', 'SA', 3.1), seg('>', 'A', 3.2), later(9)])).toMatchObject({
      outcome: 'established',
    });
    // An older connection on the same ports is something else.
    const old = [seg('>', 'S', 0), seg('<', 'A', 0.01), seg('>', 'R', 0.02), seg('>', 'S', 1), later(9)];
    expect(first(old)).toMatchObject({ outcome: 'half-open', serverOnlyReset: false });
  });
  test('a reset that answers a stray segment proves no open connection: undecided, whatever the segment', () => {
    for (const flags of ['F', '', 'FPU', 'A', 'PA'])
      expect(first([seg('>', flags, 0), seg('<', 'RA', 0.01), later(9)]), flags).toMatchObject({
        outcome: 'undecided',
      });
    expect(first([seg('>', 'PA', 0), seg('<', 'A', 0.01), seg('<', 'RA', 0.02), later(9)])).toMatchObject({
      outcome: 'midstream',
    });
  });
  test('Windows repeats a refused SYN three times on the same ports: one refusal', () => {
    const all = connections([0, 0.5, 1].flatMap((t) => [seg('>', 'S', t), seg('<', 'RA', t + 0.01)]));
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({ outcome: 'refused', attempts: 3 });
  });
  test('a retransmitted SYN that is answered later is established, and slow', () => {
    const frames = [
      seg('>', 'S', 0),
      seg('>', 'S', 1),
      seg('>', 'S', 3),
      seg('<', 'SA', 3.2),
      seg('>', 'A', 3.3, { sequence: 1001 }),
    ];
    expect(first(frames)).toMatchObject({ outcome: 'established', attempts: 3, answerNanoseconds: 3.2e9 });
  });
  test('a refused SYN that a later attempt opens is established and not ended by that reset', () => {
    const frames = [
      seg('>', 'S', 0),
      seg('<', 'RA', 0.01),
      seg('>', 'S', 0.5),
      seg('<', 'SA', 0.51),
      seg('>', 'A', 0.52, { sequence: 1001 }),
    ];
    expect(first(frames)).toMatchObject({ outcome: 'established', ended: 'open' });
  });
  test('a reset after data is no refusal', () => {
    const frames = [...handshake, seg('>', 'PA', 0.1, { sequence: 1001, payload: 100 }), seg('<', 'RA', 0.2)];
    expect(first(frames)).toMatchObject({
      outcome: 'established',
      ended: 'reset-by-server',
      clientSentData: true,
      serverSentData: false,
    });
  });
  test('a capture that starts with the SYN-ACK still knows who is the client', () => {
    expect(first(handshake.slice(1))).toMatchObject({
      outcome: 'established',
      clientPort: 50000,
      clientInferred: false,
    });
  });
  test('SYN-ACK captured before its SYN: one established connection', () => {
    const all = connections([handshake[1], handshake[0], handshake[2]]);
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({ outcome: 'established', clientPort: 50000, attempts: 1 });
  });
  test('the same four values with another sequence number are a new connection, a repeated SYN is not', () => {
    const all = connections([seg('>', 'S', 0), seg('>', 'S', 1), seg('>', 'S', 10, { sequence: 77 }), later(60)]);
    expect(all.map((c) => [c.outcome, c.attempts])).toEqual([
      ['no-answer', 2],
      ['no-answer', 1],
      ['undecided', 1],
    ]);
  });
  test('the same frame captured twice is one attempt', () => {
    const frames = [
      seg('>', 'S', 0, { id: 5 }),
      seg('>', 'S', 0.0001, { id: 5 }),
      seg('>', 'S', 1, { id: 6 }),
      seg('>', 'S', 1.0001, { id: 6 }),
      later(9),
    ];
    expect(first(frames)).toMatchObject({ outcome: 'no-answer', attempts: 2, packetsToServer: 4 });
  });
  test('a single SYN at the very end of the capture is undecided', () => {
    expect(first([seg('>', 'S', 0)])).toMatchObject({ outcome: 'undecided' });
    expect(first([seg('>', 'S', 0), later(2)])).toMatchObject({ outcome: 'undecided' });
    expect(first([seg('>', 'S', 0), later(4)])).toMatchObject({ outcome: 'no-answer' });
  });
  test('one direction of a connection that evidently worked', () => {
    expect(first([handshake[0], handshake[2], later(9)])).toMatchObject({ outcome: 'one-sided' });
    expect(first([handshake[1], seg('<', 'A', 1), later(9)])).toMatchObject({
      outcome: 'one-sided',
      clientPort: 50000,
    });
  });
  test('no SYN seen, both directions: midstream, client inferred from the ports', () => {
    expect(first([seg('<', 'A', 0), seg('>', 'A', 1)])).toMatchObject({
      outcome: 'midstream',
      clientPort: 50000,
      clientInferred: true,
    });
  });
  test('SYN-ACK came, the client never went on', () => {
    expect(first([handshake[0], handshake[1], later(9)])).toMatchObject({ outcome: 'half-open' });
    expect(first([handshake[0], handshake[1], later(1)])).toMatchObject({ outcome: 'undecided' });
    expect(first([handshake[0], handshake[1], seg('>', 'R', 0.02), later(1)])).toMatchObject({ outcome: 'half-open' });
  });
  test('a reset answers the SYN, and a SYN-ACK comes behind it: refused, since that is what the client heard', () => {
    const both = [seg('>', 'S', 0), seg('<', 'RA', 0.001), seg('<', 'SA', 0.01), seg('>', 'R', 0.011)];
    expect(first([...both, later(9)])).toMatchObject({ outcome: 'refused', resetFrame: 2, answerNanoseconds: 10e6 });
    expect(first([both[0], both[2], seg('>', 'R', 0.02), later(9)])).toMatchObject({ outcome: 'half-open' });
    // Closed at first, and listening when the client asked again.
    expect(first([both[0], both[1], seg('>', 'S', 0.5), seg('<', 'SA', 0.51), later(9)])).toMatchObject({
      outcome: 'half-open',
    });
  });
  describe('data that is never acknowledged', () => {
    const times = [20, 20.3, 20.9, 22.1, 24.5];
    const asked = seg('>', 'PA', 0.1, { sequence: 1001, payload: 100 });
    const answered = seg('<', 'PA', 0.2, { sequence: 9001, payload: 50, acknowledgment: 1101 });
    const more = times.map((t) => seg('>', 'PA', t, { sequence: 1101, acknowledgment: 9051, payload: 100 }));
    test('after data had gone both ways: later', () => {
      expect(first([...handshake, asked, answered, ...more])).toMatchObject({ ended: 'stalled', stall: 'later' });
      const pushed = times.map((t) => seg('<', 'PA', t, { sequence: 9051, acknowledgment: 1101, payload: 80 }));
      expect(first([...handshake, asked, answered, ...pushed])).toMatchObject({
        ended: 'stalled',
        stall: 'later',
      });
    });
    test('the first question, or its answer: from the start', () => {
      const hello = times.map((t) => seg('>', 'PA', t, { sequence: 1001, payload: 300 }));
      expect(first([...handshake, ...hello])).toMatchObject({ ended: 'stalled', stall: null });
      const banner = seg('<', 'PA', 0.05, { sequence: 9001, payload: 50 });
      expect(first([...handshake, banner, ...hello])).toMatchObject({ ended: 'stalled', stall: null });
      const large = times.map((t) => seg('<', 'A', t, { sequence: 9001, acknowledgment: 1101, payload: 1460 }));
      expect(first([...handshake, asked, ...large])).toMatchObject({ ended: 'stalled', stall: null });
    });
    test('of one side, and the other is not in the capture: unseen', () => {
      expect(first([...more, later(40)])).toMatchObject({ outcome: 'one-sided', stall: 'unseen' });
      expect(first([more[0], later(40)])).toMatchObject({ outcome: 'one-sided', stall: null });
    });
  });
  test('data sent again and again and never acknowledged: stalled', () => {
    const hello = [0.1, 0.3, 0.7, 1.5, 3.1].map((t) => seg('>', 'PA', t, { sequence: 1001, payload: 300 }));
    expect(first([...handshake, ...hello])).toMatchObject({ outcome: 'established', ended: 'stalled' });
    expect(first([...handshake, ...hello, seg('>', 'RA', 20)])).toMatchObject({ ended: 'stalled' });
    expect(first([...handshake, ...hello, seg('<', 'A', 3.2, { acknowledgment: 1301 })])).toMatchObject({
      ended: 'open',
    });
    expect(first([...handshake, ...hello.slice(0, 3)])).toMatchObject({ ended: 'open' });
  });
  test('what is sent to a side that has closed, and not acknowledged any more, is no stall', () => {
    const fin = [seg('>', 'FA', 0.05, { sequence: 1001 }), seg('<', 'A', 0.06, { acknowledgment: 1002 })];
    const last = [200, 200.3, 200.9, 202.1, 204.5].map((t) => seg('<', 'FPA', t, { payload: 31 }));
    expect(first([...handshake, ...fin, ...last])).toMatchObject({ outcome: 'established', ended: 'fin' });
  });
  test('FIN first, reset afterwards: ended by the FIN', () => {
    expect(first([...handshake, seg('>', 'FA', 1), seg('<', 'RA', 1.1)])).toMatchObject({ ended: 'fin' });
  });
  test('a lone reset says nothing', () => {
    expect(first([seg('<', 'R', 0), later(9)])).toMatchObject({ outcome: 'undecided' });
  });
});

describe('ICMP', () => {
  const syn = seg('>', 'S', 0);
  test.each([
    [3, 13, 'prohibited'],
    [3, 10, 'prohibited'],
    [3, 1, 'unreachable'],
    [3, 3, 'unreachable'],
  ])('type %i code %i decides a SYN: %s', (type, code, outcome) => {
    const connection = first([syn, icmpError('10.0.0.254', CLIENT, type, code, syn, 0.1)]);
    expect(connection).toMatchObject({ outcome, icmp: { type, code, version: 4, frame: 2 } });
  });
  test('one error decides a connection that also has silent SYNs', () => {
    expect(
      first([syn, icmpError('10.0.0.254', CLIENT, 3, 13, syn, 0.1), seg('>', 'S', 1), seg('>', 'S', 3), later(20)]),
    ).toMatchObject({ outcome: 'prohibited' });
  });
  test('fragmentation needed is no block', () => {
    expect(first([syn, icmpError('10.0.0.254', CLIENT, 3, 4, syn, 0.1), later(9)])).toMatchObject({
      outcome: 'no-answer',
      icmp: null,
    });
  });
  test('time to live exceeded: unreachable, where the client repeats what it sent; one packet may be a probe of traceroute', () => {
    const again = seg('>', 'S', 1);
    const errors = [
      icmpError('10.0.0.254', CLIENT, 11, 0, syn, 0.1),
      icmpError('10.0.0.254', CLIENT, 11, 0, again, 1.1),
    ];
    expect(first([syn, errors[0], again, errors[1], later(9)])).toMatchObject({
      outcome: 'unreachable',
      icmp: { type: 11, code: 0, frame: 2 },
    });
    expect(first([syn, errors[0], later(9)])).toMatchObject({ outcome: 'no-answer', icmp: null });
    expect(first([syn, errors[0], seg('>', 'S', 1), seg('<', 'SA', 1.1), seg('>', 'A', 1.2)])).toMatchObject({
      outcome: 'established',
    });
    const fragments = icmpError('10.0.0.254', CLIENT, 11, 1, syn, 0.1);
    expect(first([syn, fragments, again, later(9)])).toMatchObject({ outcome: 'no-answer', icmp: null });
  });
  test('an error about an answer from port 53 does not say that DNS is blocked', () => {
    const answer = udp({ source: SERVER, destination: CLIENT, sourcePort: 53, destinationPort: 40000, time: 1 });
    const question = udp({ source: CLIENT, destination: SERVER, sourcePort: 40000, destinationPort: 53 });
    expect(first([question, answer, icmpError(CLIENT, SERVER, 3, 3, answer, 1.1), later(9)])).toMatchObject({
      outcome: 'answered',
      icmp: null,
    });
    expect(first([answer, icmpError(CLIENT, SERVER, 3, 3, answer, 1.1), later(9)])).toMatchObject({
      outcome: 'one-sided',
      serverPort: 53,
      icmp: null,
    });
  });
  describe('a router does not let the answer pass, and says so to the server', () => {
    const told = (answer: TestFrame, time: number) => icmpError('10.0.0.254', SERVER, 3, 13, answer, time);
    test('SYN-ACKs: prohibited', () => {
      const frames = [0, 1, 3].flatMap((time) => {
        const answer = seg('<', 'SA', time + 0.01);
        return [seg('>', 'S', time), answer, told(answer, time + 0.02)];
      });
      const icmp = { code: 13, frame: 3, ofAnswers: true };
      expect(first([...frames, later(9)])).toMatchObject({ outcome: 'prohibited', icmp });
    });
    test('datagrams: prohibited where each of them was turned away', () => {
      const ends = { source: CLIENT, destination: SERVER, sourcePort: 40000, destinationPort: 53 };
      const back = { source: SERVER, destination: CLIENT, sourcePort: 53, destinationPort: 40000 };
      const frames = [0, 1].flatMap((time) => {
        const answer = udp({ ...back, time: time + 0.01 });
        return [udp({ ...ends, time }), answer, told(answer, time + 0.02)];
      });
      const icmp = { code: 13, frame: 3, ofAnswers: true };
      expect(first([...frames, later(9)])).toMatchObject({ outcome: 'prohibited', icmp });
      // The last one is late, and the first one arrived.
      expect(first([...frames.filter((_, i) => i !== 2), later(9)])).toMatchObject({ outcome: 'answered', icmp: null });
    });
  });
  describe('the port of an answer is unreachable', () => {
    const ROUTER = '10.0.0.254';
    const told = (from: string, answer: TestFrame, time: number) => icmpError(from, SERVER, 3, 3, answer, time);
    const opening = (from: string) =>
      [0, 1, 3].flatMap((time) => {
        const answer = seg('<', 'SA', time + 0.01);
        return [seg('>', 'S', time), answer, told(from, answer, time + 0.02)];
      });
    const asking = (from: string) =>
      [0, 1].flatMap((time) => {
        const ends = { source: CLIENT, destination: SERVER, sourcePort: 40000, destinationPort: 53 };
        const back = { source: SERVER, destination: CLIENT, sourcePort: 53, destinationPort: 40000 };
        const answer = udp({ ...back, time: time + 0.01 });
        return [udp({ ...ends, time }), answer, told(from, answer, time + 0.02)];
      });
    test('says a router of SYN-ACKs: they did not arrive', () => {
      const icmp = { code: 3, frame: 3, ofAnswers: true };
      for (const frames of [opening(ROUTER), opening(ROUTER).map(overIpv6)])
        expect(first([...frames, later(9)])).toMatchObject({
          outcome: 'unreachable',
          icmp: { ...icmp, code: frames[0].bytes[0] >>> 4 === 6 ? 4 : 3 },
        });
      expect(first([...opening(ROUTER), seg('>', 'R', 3.5), later(9)])).toMatchObject({ outcome: 'half-open' });
    });
    test('says the address of the client: nothing follows', () => {
      expect(first([...opening(CLIENT), later(9)])).toMatchObject({ outcome: 'half-open', icmp: null });
      expect(first([...asking(CLIENT), later(9)])).toMatchObject({ outcome: 'answered', icmp: null });
    });
    test('says a router of each datagram: answered, and marked; of some of them: answered', () => {
      const icmp = { code: 3, frame: 3, ofAnswers: true };
      expect(first([...asking(ROUTER), later(9)])).toMatchObject({ outcome: 'answered', icmp });
      const some = asking(ROUTER).filter((_, i) => i !== 2);
      expect(first([...some, later(9)])).toMatchObject({ outcome: 'answered', icmp: null });
    });
  });
  test('an error about a connection that works changes nothing', () => {
    expect(first([...handshake, icmpError('10.0.0.254', CLIENT, 3, 13, handshake[2], 0.1)])).toMatchObject({
      outcome: 'established',
      icmp: null,
    });
  });
  test('the quote of a reused pair of ports belongs to the connection of its time', () => {
    const again = seg('>', 'S', 30, { sequence: 5 });
    const all = connections([syn, icmpError('10.0.0.254', CLIENT, 3, 13, syn, 0.1), again, later(60)]);
    expect(all.map((c) => c.outcome).slice(0, 2)).toEqual(['prohibited', 'no-answer']);
  });
});

describe('copies of an attempt', () => {
  const attempts = (frames: TestFrame[]) => first([...frames, later(20)]).attempts;
  test('that a remote mirror delivers late have its IP identification, and count once', () => {
    const copied = [0, 0.85, 1, 1.6, 3, 3.7].map((time, i) => seg('>', 'S', time, { id: 7 + (i >> 1) }));
    expect(attempts(copied)).toBe(3);
    for (const cut of [1, 2, 3, 4, 5]) {
      const parts = [copied.slice(0, cut), [...copied.slice(cut), later(20)]];
      const observation = new Observation(merge(parts.map((part) => partOf(part))));
      expect(observation.read(0, newConnectionView()).attempts, `cut at ${cut}`).toBe(3);
    }
  });
  test('without an identification, or later than anybody repeats one, are attempts', () => {
    expect(attempts([0, 0.5].map((time) => seg('>', 'S', time)))).toBe(2);
    expect(attempts([0, 0.05].map((time) => seg('>', 'S', time)))).toBe(1);
    // Some systems give every packet the same.
    expect(attempts([0, 1, 3].map((time) => seg('>', 'S', time, { id: 5 })))).toBe(3);
    const asked = [0, 0.5, 1.5].map((time) =>
      udp({ source: CLIENT, destination: SERVER, sourcePort: 40000, destinationPort: 53, time, id: 5 }),
    );
    expect(attempts(asked)).toBe(2);
  });
});

describe('UDP outcomes', () => {
  const ask = (time: number) =>
    udp({ source: CLIENT, destination: SERVER, sourcePort: 40000, destinationPort: 53, time });
  const reply = (time: number) =>
    udp({ source: SERVER, destination: CLIENT, sourcePort: 53, destinationPort: 40000, time });
  test('answered', () => {
    expect(first([ask(0), reply(0.1)])).toMatchObject({
      outcome: 'answered',
      clientPort: 40000,
      clientInferred: false,
    });
  });
  test('no answer once enough time has passed', () => {
    expect(first([ask(0), ask(1), later(9)])).toMatchObject({ outcome: 'no-answer', attempts: 2 });
    expect(first([ask(0), later(1)])).toMatchObject({ outcome: 'undecided' });
  });
  test('an answer whose question was not captured', () => {
    expect(first([reply(0), later(9)])).toMatchObject({ outcome: 'one-sided', clientPort: 40000 });
  });
  test('what a server sends to the broadcast address was not asked for from there', () => {
    const offer = udp({ source: SERVER, destination: '255.255.255.255', sourcePort: 67, destinationPort: 68 });
    expect(first([offer, later(9)])).toMatchObject({ outcome: 'one-way', clientPort: 67, toGroup: true });
  });
  test('protocols that want no answer', () => {
    expect(
      first([udp({ source: CLIENT, destination: SERVER, sourcePort: 40000, destinationPort: 514 }), later(9)]),
    ).toMatchObject({ outcome: 'one-way' });
  });
  test('a TFTP transfer from another port answers the request to port 69', () => {
    const all = connections([
      udp({ source: CLIENT, destination: SERVER, sourcePort: 2070, destinationPort: 69, time: 0 }),
      udp({ source: SERVER, destination: CLIENT, sourcePort: 49152, destinationPort: 2070, time: 0.1 }),
      udp({ source: CLIENT, destination: SERVER, sourcePort: 2070, destinationPort: 49152, time: 0.2 }),
      later(30),
    ]);
    expect(all[0]).toMatchObject({ outcome: 'answered', serverPort: 69, transfer: 1 });
    expect(all[1]).toMatchObject({ outcome: 'answered', clientPort: 2070, serverPort: 49152, clientInferred: false });
  });
});
