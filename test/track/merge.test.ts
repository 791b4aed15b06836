import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { merge, partOf, partOfWindow, plain } from './analyze.ts';
import { frameOf, icmpError, inVlan, ipv4, type TestFrame, tcp, tftp, udp } from './frames.ts';
import { clientHello, dnsMessage, dnsName, request, srv } from './openings.ts';

const hosts = fc.constantFrom('10.0.0.1', '10.0.0.2');
/** 69 is a control port of UDP, 135 one of TCP: their payloads are kept. */
const ports = fc.constantFrom(80, 69, 135, 5000);
const sequences = fc.constantFrom(100, 101, 102, 0xffffffff);
const flags = fc.constantFrom('S', 'SA', 'A', 'PA', 'FA', 'R', 'RA', '');

/** Few values, so that packets of the same connection, repeats and reuse of ports come often. */
const segment = fc.record({
  source: hosts,
  destination: hosts,
  sourcePort: ports,
  destinationPort: ports,
  flags,
  sequence: sequences,
  acknowledgment: sequences,
  payload: fc.constantFrom(0, 0, 1, 8),
  id: fc.constantFrom(0, 1, 2),
});

/** Whole and in pieces, so that hellos and requests over several segments are cut everywhere. */
const hello = clientHello('a.example', { padding: 30, protocol: 'h2' });
const post = request('POST /one HTTP/1.1', ['Accept: text/html', 'Host: b.example:8530']);
const openings = fc.constantFrom(
  { sequence: 100, content: hello },
  { sequence: 100, content: hello.subarray(0, 60) },
  { sequence: 160, content: hello.subarray(60) },
  { sequence: 100, content: post },
  { sequence: 100, content: post.subarray(0, 30) },
  { sequence: 130, content: post.subarray(30) },
  { sequence: 102, content: request('GET /two HTTP/1.1', ['Host: b.example']) },
  { sequence: 102, content: request('CONNECT c.example:443 HTTP/1.1') },
  { sequence: 100, content: new TextEncoder().encode('SSH-2.0-x') },
);
const messages = fc.constantFrom(
  dnsMessage('a.example'),
  dnsMessage('a.example', { rcode: 3 }),
  dnsMessage('a.example', { answers: [{ name: 'a.example', type: 1, data: [10, 0, 0, 2] }] }),
  dnsMessage('b.example', {
    type: 28,
    answers: [
      { name: 'b.example', type: 5, data: dnsName('c.example') },
      { name: 'c.example', type: 28, data: [32, 1, ...new Array(13).fill(0), 9] },
    ],
  }),
  dnsMessage('_ldap._tcp.example', {
    type: 33,
    answers: [{ name: '_ldap._tcp.example', type: 33, data: srv(389, 'dc.example') }],
    additional: [{ name: 'dc.example', type: 1, data: [10, 0, 0, 1] }],
  }),
  dnsMessage('a.example').subarray(0, 20),
);

const anyFrame = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(segment, openings)
      .map(([values, { sequence, content }]) => tcp({ ...values, sequence, flags: 'PA' }, content)),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(segment, messages, fc.boolean())
      .map(([values, content, isAnswer]) =>
        udp({ ...values, sourcePort: isAnswer ? 53 : 5000, destinationPort: isAnswer ? 5000 : 53 }, content),
      ),
  },
  { weight: 8, arbitrary: segment.map((values) => tcp(values)) },
  { weight: 2, arbitrary: segment.map((values) => udp(values)) },
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        segment,
        fc.constantFrom(3, 3, 3, 4, 4, 5, 6),
        fc.constantFrom(0, 1, 1, 2, 3, 4, 5, 65535, 65534, 0x6200),
        fc.constantFrom(0, 512, 512, 600),
      )
      .map(([values, opcode, block, payload]) => tftp({ ...values, payload }, opcode, block)),
  },
  { weight: 1, arbitrary: segment.map((values) => icmpError('10.0.0.9', values.source, 3, 3, udp(values), 0)) },
  {
    weight: 1,
    arbitrary: segment.map((values) =>
      frameOf(ipv4(values.source, values.destination, 17, new Uint8Array(16), values.id, 1), 0),
    ),
  },
);
/** Untagged, in one of two VLANs or in a tag inside of a tag: many frames on the same four values change their network. */
const tags = fc.constantFrom([], [], [10], [20], [20, 10]);

/** Time goes on by a copy's delay, a quick repeat's, a retransmission's, goes back, or leaps by less or more than an hour. */
const steps = fc.constantFrom(0, 0.001, 0.015, 0.05, 0.25, 1.5, -0.3, 0, 0.001, 0.25, 1.5, 70, -70, 9000, -9000);

const captureOf = (frames: fc.Arbitrary<TestFrame>): fc.Arbitrary<TestFrame[]> =>
  fc.array(fc.tuple(frames, steps), { minLength: 1, maxLength: 24 }).map((pairs) => {
    let time = 10;
    return pairs.map(([frame, step]): TestFrame => {
      time = Math.max(0, time + step);
      return { ...frame, ...frameTime(time) };
    });
  });
/** One client, one server, one pair of ports. */
const oneConversation = fc
  .tuple(segment, fc.boolean(), fc.constantFrom(true, true, true, false))
  .map(([values, isAnswer, isTcp]) => {
    const ends = isAnswer
      ? { source: '10.0.0.2', destination: '10.0.0.1', sourcePort: 80, destinationPort: 5000 }
      : { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 5000, destinationPort: 80 };
    return isTcp ? tcp({ ...values, ...ends }) : udp({ ...values, ...ends });
  });
const inTags = (frames: fc.Arbitrary<TestFrame>): fc.Arbitrary<TestFrame> =>
  fc.tuple(frames, tags).map(([frame, ids]) => (ids.length === 0 ? frame : inVlan(frame, ...ids)));
const captures = {
  'one network': captureOf(anyFrame),
  'several VLANs': captureOf(inTags(anyFrame)),
  'one conversation in several VLANs': captureOf(inTags(oneConversation)),
};
/** PCAPCHECK_CUTS asks for more than what every run of the tests tries. */
const numRuns = Number(process.env.PCAPCHECK_CUTS ?? 400);

function frameTime(time: number): { seconds: number; nanoseconds: number } {
  const { seconds, nanoseconds } = frameOf(new Uint8Array(0), time);
  return { seconds, nanoseconds };
}

describe.each(Object.entries(captures))('merge of %s', (_, capture) => {
  test('a capture cut anywhere gives the records of one pass', () => {
    fc.assert(
      fc.property(capture, (frames) => {
        const whole = plain(merge([partOf(frames)]));
        for (let cut = 0; cut <= frames.length; cut++) {
          expect(plain(merge([partOf(frames.slice(0, cut)), partOf(frames.slice(cut), 3)]))).toEqual(whole);
        }
        expect(plain(merge(frames.map((frame) => partOf([frame]))))).toEqual(whole);
        // With one seed for all, the first part is taken over as it is.
        const half = frames.length >> 1;
        expect(plain(merge([partOf(frames.slice(0, half), 5), partOf(frames.slice(half), 5)], 5))).toEqual(whole);
      }),
      { numRuns },
    );
  });

  test('frames that are decoded ahead give what frames one by one give', () => {
    fc.assert(
      fc.property(fc.array(capture, { minLength: 1, maxLength: 6 }), fc.nat(7), (captures, every) => {
        const frames = captures.flat();
        const mixed = partOfWindow(frames, (i) => (['ahead', 'at-once', 'ahead', 'settle'] as const)[(i ^ every) & 3]);
        expect(plain(partOfWindow(frames))).toEqual(plain(partOf(frames)));
        expect(plain(mixed)).toEqual(plain(partOf(frames)));
      }),
      { numRuns },
    );
  });

  test('is associative', () => {
    fc.assert(
      fc.property(capture, fc.nat(24), fc.nat(24), (frames, a, b) => {
        const first = Math.min(a, b, frames.length);
        const second = Math.min(Math.max(a, b), frames.length);
        const parts = [frames.slice(0, first), frames.slice(first, second), frames.slice(second)].map((part) =>
          partOf(part),
        );
        expect(plain(merge([merge([parts[0], parts[1]]), parts[2]]))).toEqual(
          plain(merge([parts[0], merge([parts[1], parts[2]])])),
        );
      }),
      { numRuns },
    );
  });
});
