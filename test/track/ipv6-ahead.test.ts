import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partOf, partOfWindow, plain } from './analyze.ts';
import { frameOf, type TestFrame, tcp } from './frames.ts';

const TCP = 6;
const UDP = 17;
const IPV4 = 4;
const IPV6 = 41;
const FRAGMENT = 44;
const ICMPV6 = 58;

/** 2001:db8::host */
function ipv6(source: number, destination: number, next: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(40 + payload.length);
  bytes.set([0x60, 0, 0, 0, payload.length >> 8, payload.length & 0xff, next, 64]);
  for (const [at, host] of [
    [8, source],
    [24, destination],
  ] as const) {
    bytes.set([0x20, 0x01, 0x0d, 0xb8], at);
    bytes[at + 15] = host;
  }
  bytes.set(payload, 40);
  return bytes;
}

/** RFC 8200 section 4.5, of datagram 7. */
function fragment(next: number, place: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + payload.length);
  bytes.set([next, 0, place >> 8, place & 0xff, 0, 0, 0, 7]);
  bytes.set(payload, 8);
  return bytes;
}

function segment(port: number, flags: number): Uint8Array {
  const bytes = new Uint8Array(28);
  bytes.set([port >> 8, port & 0xff, 0, 80]);
  bytes[12] = 0x50;
  bytes[13] = flags;
  return bytes;
}

function datagram(port: number): Uint8Array {
  return new Uint8Array([port >> 8, port & 0xff, 0, 53, 0, 16, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
}

/** RFC 4443 section 3.1: no route. */
function unreachable(quote: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + quote.length);
  bytes[0] = 1;
  bytes.set(quote, 8);
  return bytes;
}

const inIpv4 = tcp({ source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 5000, destinationPort: 80, payload: 4 });

const packet = fc
  .tuple(
    fc.constantFrom('tcp', 'tcp', 'udp', 'first', 'later', 'error', 'carrier', 'carrier4', 'ipv4'),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 5000, max: 5002 }),
    fc.constantFrom(0x02, 0x12, 0x10, 0x18, 0x04),
  )
  .map(([kind, source, destination, port, flags]): Uint8Array => {
    const inner = ipv6(source, destination, TCP, segment(port, flags));
    if (kind === 'tcp') return inner;
    if (kind === 'udp') return ipv6(source, destination, UDP, datagram(port));
    if (kind === 'first') return ipv6(source, destination, FRAGMENT, fragment(UDP, 1, datagram(port)));
    if (kind === 'later') return ipv6(source, destination, FRAGMENT, fragment(UDP, 16, datagram(port)));
    if (kind === 'error') return ipv6(source + 20, destination + 40, ICMPV6, unreachable(inner));
    if (kind === 'carrier') return ipv6(source + 60, destination + 80, FRAGMENT, fragment(IPV6, 1, inner));
    if (kind === 'carrier4') return ipv6(source + 60, destination + 80, FRAGMENT, fragment(IPV4, 1, inIpv4.bytes));
    return inIpv4.bytes;
  });

const captures = fc
  .array(packet, { minLength: 1, maxLength: 120 })
  .map((packets) => packets.map((bytes, i): TestFrame => frameOf(bytes, i / 1000)));

test('packets of IPv6 that are decoded ahead give their addresses the numbers that frames one by one give them', () => {
  fc.assert(
    fc.property(captures, fc.nat(7), (frames, every) => {
      const oneByOne = plain(partOf(frames));
      expect(plain(partOfWindow(frames))).toEqual(oneByOne);
      const mixed = partOfWindow(frames, (i) => (['ahead', 'at-once', 'ahead', 'settle'] as const)[(i ^ every) & 3]);
      expect(plain(mixed)).toEqual(oneByOne);
    }),
    { numRuns: 400 },
  );
});

test('where connections are set aside to make room, too', () => {
  fc.assert(
    fc.property(captures, fc.integer({ min: 4, max: 40 }), (frames, limit) => {
      expect(plain(partOfWindow(frames, () => 'ahead', 7, limit))).toEqual(plain(partOf(frames, 7, limit)));
    }),
    { numRuns: 400 },
  );
});

test('where addresses are forgotten to make room, too', () => {
  // 1,024 addresses at least are kept: each packet here brings two.
  const many = Array.from({ length: 4000 }, (_, i): TestFrame => {
    const bytes = ipv6(i & 0xff, (i * 7) & 0xff, TCP, segment(5000 + (i % 3), 0x02));
    bytes.set([i >> 8, i & 0xff], 12);
    bytes.set([i >> 9, i & 0xff], 30);
    return frameOf(bytes, i * 40);
  });
  for (const limit of [300, 1000]) {
    const whole = plain(partOf(many, 7, limit));
    expect(plain(partOfWindow(many, () => 'ahead', 7, limit))).toEqual(whole);
    expect(plain(partOfWindow(many, (i) => (i % 5 === 0 ? 'settle' : 'ahead'), 7, limit))).toEqual(whole);
  }
});
