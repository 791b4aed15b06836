import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSupportedLinkType } from '../../src/decode/frame.ts';
import { MAX_NESTING } from '../../src/decode/tunnel.ts';
import { ethernet, hex, INNER, ipv6, join, outer, SAMPLES, udp } from './samples.ts';
import { decode, decodeSafely } from './support.ts';

const LINK_TYPES = Array.from({ length: 300 }, (_, i) => i).filter(isSupportedLinkType);

describe('no bytes throw or are read outside of their frame', () => {
  test('random bytes under every link type', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...LINK_TYPES),
        fc.uint8Array({ maxLength: 160 }),
        fc.nat({ max: 200 }),
        (linkType, bytes, missing) => {
          decodeSafely(bytes, linkType, bytes.length, bytes.length + missing);
        },
      ),
      { numRuns: 20_000 },
    );
  });

  test('good frames with some bytes changed, cut anywhere', () => {
    const change = fc.tuple(fc.nat({ max: 200 }), fc.constantFrom(0, 1, 3, 4, 5, 6, 8, 0x10, 0x45, 0x60, 0x80, 0xff));
    fc.assert(
      fc.property(
        fc.constantFrom(...SAMPLES),
        fc.array(change, { maxLength: 4 }),
        fc.nat({ max: 200 }),
        fc.boolean(),
        (sample, changes, cut, onWire) => {
          const bytes = sample.bytes.slice();
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          const captured = Math.max(0, bytes.length - cut);
          decodeSafely(bytes, sample.linkType, captured, onWire ? captured : bytes.length);
        },
      ),
      { numRuns: 20_000 },
    );
  });

  test('headers strung together at random', () => {
    const pieces = SAMPLES.map((sample) => sample.bytes.subarray(0, sample.bytes.length - 40));
    fc.assert(
      fc.property(
        fc.constantFrom(...LINK_TYPES),
        fc.array(fc.constantFrom(...pieces), { maxLength: 6 }),
        (linkType, parts) => {
          const bytes = join(...parts, INNER);
          decodeSafely(bytes, linkType, bytes.length, bytes.length);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

/** Room for the headers around a bomb that states its length in 16 bits. */
const LARGEST = 0xffff - 64;

/** Wraps a packet until it is as large as a datagram can be. */
function bomb(wrap: (inner: Uint8Array) => Uint8Array, inner: Uint8Array = INNER): Uint8Array {
  let bytes = inner;
  for (let next = wrap(bytes); next.length <= LARGEST; next = wrap(bytes)) bytes = next;
  return bytes;
}

describe('headers in headers end at the limit', () => {
  const gre = (inner: Uint8Array): Uint8Array => outer(47, join(hex('0000 0800'), inner));
  const vxlan = (inner: Uint8Array): Uint8Array => udp(4789, join(hex('08000000 00007b00'), ethernet(0x0800, inner)));
  const bombs: [string, number, Uint8Array][] = [
    ['IP in IP', 101, bomb((inner) => outer(4, inner))],
    ['IPv6 in IPv6', 101, bomb((inner) => ipv6(41, inner), ipv6(6, new Uint8Array(20)))],
    ['GRE', 101, bomb(gre)],
    ['VXLAN', 101, bomb(vxlan)],
    [
      'E-tags',
      1,
      ethernet(
        0x893f,
        bomb((inner) => join(hex('0000 0000 0000 893f'), inner)),
      ),
    ],
    [
      'VN tags',
      1,
      ethernet(
        0x8926,
        bomb((inner) => join(hex('0000 0000 8926'), inner)),
      ),
    ],
    [
      'metadata',
      1,
      ethernet(
        0x8909,
        bomb((inner) => join(hex('01 00 8909'), inner)),
      ),
    ],
    ['MAC in MAC', 1, bomb((inner) => ethernet(0x88e7, join(hex('00000001'), inner)))],
    [
      'VLAN tags',
      1,
      ethernet(
        0x8100,
        bomb((inner) => join(hex('0001 8100'), inner)),
      ),
    ],
    ['labels', 219, bomb((inner) => join(hex('00001040'), inner))],
    [
      'pseudowires of PPPoE',
      219,
      bomb((inner) => join(hex('00001140'), ethernet(0x8864, join(hex('11 00 0001 ffff 0281'), inner)))),
    ],
    [
      'source routes',
      101,
      outer(
        47,
        join(
          hex('4000 0800 0000 0000'),
          bomb((inner) => join(hex('0800 00 00'), inner)),
        ),
      ),
    ],
  ];
  for (const [name, linkType, bytes] of bombs) {
    test(name, () => {
      expect(decode(bytes, linkType).reason).toBe('too-many-headers');
      decodeSafely(bytes, linkType, bytes.length, bytes.length);
    });
  }

  test('authentication headers', () => {
    const chain = bomb((inner) => join(hex('33 01 0000 00000001 00000001'), inner));
    expect(decode(outer(51, chain), 101).reason).toBe('too-many-headers');
  });

  test('as many as the limit allows are read', () => {
    let bytes = INNER;
    for (let i = 0; i < MAX_NESTING; i++) bytes = outer(4, bytes);
    expect(decode(bytes, 101).reason).toBe('tcp');
    expect(decode(outer(4, bytes), 101).reason).toBe('too-many-headers');
  });
});
