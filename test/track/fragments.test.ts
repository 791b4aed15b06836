/** Fragments of datagrams, and of packets that carry others. */
import { describe, expect, test } from 'vitest';
import { newConnectionView } from '../../src/track/connection-view.ts';
import { Observation } from '../../src/track/observation.ts';
import { merge, observe, partOf } from './analyze.ts';
import { frameOf, ipv4, type TestFrame, tcp, udp } from './frames.ts';

const CLIENT = { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 50_000, destinationPort: 443 };
const MORE = 0x2000;

/** The IPv4 packet in fragments of `size` bytes (a multiple of 8), 1 ms apart. */
function fragments(packet: Uint8Array, size: number, id: number, time: number): TestFrame[] {
  const payload = packet.subarray(20);
  const [source, destination] = [12, 16].map((at) => packet.subarray(at, at + 4).join('.'));
  return Array.from({ length: Math.ceil(payload.length / size) }, (_, i) => {
    const piece = payload.subarray(i * size, (i + 1) * size);
    const more = (i + 1) * size < payload.length ? MORE : 0;
    return frameOf(ipv4(source, destination, packet[9], piece, id, ((i * size) >> 3) | more), time + i / 1000);
  });
}

function seen(observation: Observation) {
  const view = observation.read(0, newConnectionView());
  return {
    connections: observation.count,
    to: view.packetsToServer,
    bytes: view.bytesToServer,
    fragment: observation.notJudgedFrames.fragment ?? 0,
    overlapping: observation.overlappingFragments,
  };
}

const whole = udp({ ...CLIENT, destinationPort: 53, payload: 400 });
const inner = tcp({ ...CLIENT, flags: 'PA', sequence: 1, acknowledgment: 1, payload: 400 }).bytes;
const greHeader = new Uint8Array([0, 0, 8, 0]);
const vxlan = (frame: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(8 + 8 + 14 + frame.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 50_001);
  view.setUint16(2, 4789);
  view.setUint16(4, bytes.length);
  view.setUint32(8, 0x0800_0000);
  view.setUint32(12, 77 << 8);
  view.setUint16(28, 0x0800);
  bytes.set(frame, 30);
  return bytes;
};
/** An IPv6 packet in two fragments (RFC 8200 section 4.5). */
function ipv6Fragments(payload: Uint8Array, next: number, size: number): TestFrame[] {
  return [0, 1].map((i) => {
    const piece = i === 0 ? payload.subarray(0, size) : payload.subarray(size);
    const bytes = new Uint8Array(48 + piece.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 0x6000_0000);
    view.setUint16(4, 8 + piece.length);
    bytes[6] = 44;
    bytes[7] = 64;
    bytes.set([0xfd, 1], 8);
    bytes.set([0xfd, 2], 24);
    bytes[40] = next;
    view.setUint16(42, i === 0 ? 1 : size);
    view.setUint32(44, 4711);
    bytes.set(piece, 48);
    return frameOf(bytes, i / 1000);
  });
}

describe('a datagram in fragments', () => {
  const three = fragments(whole.bytes, 160, 7, 0);
  test('is one exchange, whatever the order', () => {
    const order = [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
    ];
    for (const numbers of order) {
      const bytes = three.reduce((sum, frame) => sum + frame.length, 0);
      expect(seen(observe(numbers.map((i) => three[i])))).toEqual({
        connections: 1,
        to: 3,
        bytes,
        fragment: 0,
        overlapping: 0,
      });
    }
  });
  test('whose first fragment is missing is counted, not guessed', () => {
    const other = udp({ ...CLIENT, destinationPort: 53, time: 0 });
    expect(seen(observe([other, ...three.slice(1)]))).toMatchObject({
      connections: 1,
      to: 1,
      fragment: 2,
      overlapping: 0,
    });
  });
  test('whose identification comes again a minute later is another one', () => {
    const again = fragments(whole.bytes, 160, 7, 90).slice(1);
    expect(seen(observe([...three, ...again]))).toMatchObject({ to: 3, fragment: 2 });
  });
  test('seen twice by a mirror overlaps nothing', () => {
    const twice = three.flatMap((frame) => [frame, frame]);
    expect(seen(observe(twice))).toMatchObject({ to: 6, fragment: 0, overlapping: 0 });
  });
  test('with fragments that overlap: each is counted', () => {
    const [first, second] = three;
    const payload = second.bytes.subarray(20);
    const shifted = frameOf(ipv4('10.0.0.1', '10.0.0.2', 17, payload, 7, (152 >> 3) | MORE), 0.0015);
    expect(seen(observe([first, second, shifted, three[2]]))).toMatchObject({ to: 4, fragment: 0, overlapping: 1 });
  });
  test('other protocols are not followed', () => {
    const ospf = fragments(ipv4('10.0.0.1', '10.0.0.2', 89, new Uint8Array(400)), 160, 9, 0);
    expect(observe([...three, ...ospf.slice(1)]).notJudgedFrames).toMatchObject({ fragment: 2 });
  });
});

describe('a carrier in fragments', () => {
  const carriers: [string, number, Uint8Array][] = [
    ['IP in IP', 4, inner],
    ['GRE', 47, new Uint8Array(Buffer.concat([greHeader, inner]))],
    ['VXLAN', 17, vxlan(inner)],
  ];
  test.each(carriers)('%s: all of it goes with the connection inside', (_, protocol, payload) => {
    const outer = fragments(ipv4('192.0.2.1', '192.0.2.2', protocol, payload), 240, 5, 0);
    expect(outer.length).toBe(2);
    const bytes = outer.reduce((sum, frame) => sum + frame.length, 0);
    for (const frames of [outer, [...outer].reverse()])
      expect(seen(observe(frames))).toEqual({ connections: 1, to: 2, bytes, fragment: 0, overlapping: 0 });
    expect(seen(observe([outer[0]]))).toMatchObject({ to: 1, fragment: 0 });
    expect(observe([outer[1]]).notJudgedFrames).toEqual({ fragment: 1 });
  });
  test('IPv6 as the carrier of IPv4, of other addresses in a part that follows', () => {
    const outer = ipv6Fragments(inner, 4, 240);
    expect(seen(observe(outer))).toMatchObject({ connections: 1, to: 2, fragment: 0 });
  });
  test('IPv6 with destination options in front of TCP: its later fragments name the options', () => {
    const options = new Uint8Array(Buffer.concat([new Uint8Array([6, 0, 1, 4, 0, 0, 0, 0]), inner.subarray(20)]));
    expect(seen(observe(ipv6Fragments(options, 60, 240)))).toMatchObject({ connections: 1, to: 2, fragment: 0 });
  });
  test('a tunnel within a tunnel, the inner one in fragments', () => {
    const middle = fragments(ipv4('172.16.0.1', '172.16.0.2', 4, inner), 240, 6, 0);
    const frames = middle.map(({ bytes }, i) => frameOf(ipv4('192.0.2.1', '192.0.2.2', 4, bytes, 100 + i), i / 1000));
    expect(seen(observe(frames))).toMatchObject({ connections: 1, to: 2, fragment: 0 });
  });
  test('cut between its fragments, the same is said', () => {
    const v6 = ipv6Fragments(new Uint8Array(inner), 4, 240);
    const v4 = fragments(ipv4('192.0.2.1', '192.0.2.2', 4, inner), 240, 5, 0.01);
    const frames = [...v4, ...v6];
    const all = seen(observe(frames));
    expect(all).toMatchObject({ connections: 1, to: 4, fragment: 0 });
    for (let cut = 0; cut <= frames.length; cut++) {
      const parts = [frames.slice(0, cut), frames.slice(cut)].map((half) => partOf(half));
      expect(seen(new Observation(merge(parts)))).toEqual(all);
    }
  });
});
