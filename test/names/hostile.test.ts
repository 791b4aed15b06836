/** Names that somebody made to do harm: survived, bounded, counted. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameBookOf } from '../../src/names/name-book.ts';
import { DnsName, DnsReader } from '../../src/protocols/dns.ts';
import { HELLO_INCOMPLETE, HELLO_MALFORMED, HELLO_NONE, Hello, readHello } from '../../src/protocols/tls-hello.ts';
import { NameFacts } from '../../src/track/name-facts.ts';
import { SOURCE_DNS, SOURCE_NETBIOS } from '../../src/track/name-fields.ts';
import { NAME_LIMITS } from '../../src/track/name-limits.ts';
import { observe } from '../track/analyze.ts';
import { type TestFrame, tcp, udp } from '../track/frames.ts';
import { clientHello, dnsMessage } from '../track/openings.ts';

const CLIENT = '10.0.0.1';
const WEB = '203.0.113.5';
const HEADER = 12;

/** A question whose name is these bytes. */
function question(...name: number[]): Uint8Array {
  return Uint8Array.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...name, 0, 1, 0, 1]);
}
const pointer = (to: number): number[] => [0xc0 | (to >>> 8), to & 0xff];
const isRead = (message: Uint8Array, isNetbios = false): boolean =>
  new DnsReader().read(message, 0, message.length, isNetbios);

describe('compression of DNS', () => {
  test.each([
    ['a pointer to itself', question(...pointer(HEADER))],
    ['a label that leads back to itself', question(1, 0x61, ...pointer(HEADER))],
    ['two pointers to each other', question(...pointer(HEADER + 2), ...pointer(HEADER))],
    ['a pointer forward', question(...pointer(HEADER + 4), 0, 0, 1, 0x61, 0)],
    ['a pointer behind the end', question(...pointer(0x3fff))],
    ['a pointer into the header', question(...pointer(2))],
    ['half a pointer', Uint8Array.from([...question().subarray(0, HEADER), 0xc0])],
    ['a label of a reserved kind', question(0x80, 0x61, 0)],
    ['a label beyond the end', question(63, 0x61, 0)],
    ['a name of 256 bytes', question(...Array.from({ length: 4 }, () => [63, ...new Array(63).fill(0x61)]).flat(), 0)],
  ])('%s', (_, message) => {
    expect(isRead(message)).toBe(false);
    const facts = new NameFacts(1);
    facts.dns.message(message, 0, message.length, SOURCE_DNS, 0, 1, 2, 0, 0, 1);
    expect(facts.counters[1]).toBe(1);
    expect(facts.lookups.count).toBe(0);
  });

  test('a ladder of pointers costs no more steps than a name has labels', () => {
    // Each record owns a pointer to the owner before it: the last one is 2,000 jumps away from its name.
    const steps = 2000;
    const owners: number[] = [];
    let at = HEADER + 7;
    let before = HEADER;
    for (let i = 0; i < steps; i++) {
      owners.push(...pointer(before), 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4);
      before = at;
      at += 16;
    }
    const message = Uint8Array.from([...question(1, 0x61, 0), ...owners]);
    message.set([0x84, 0, 0, 1, steps >>> 8, steps & 0xff], 2);
    const reader = new DnsReader();
    expect(reader.read(message, 0, message.length)).toBe(true);
    let records = 0;
    while (reader.next()) records++;
    expect(records).toBeLessThanOrEqual(64);
  });

  test('any bytes at all, as DNS and as NetBIOS', () => {
    const target = new DnsName();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (noise, isNetbios) => {
        const message = Uint8Array.from([0, 1, 0x84, 0, 0, 1, 0, 9, 0, 9, 0, 9, ...noise]);
        const reader = new DnsReader();
        if (!reader.read(message, 0, message.length, isNetbios)) return;
        for (let i = 0; reader.next(); i++) {
          expect(i).toBeLessThan(64);
          reader.readTarget(reader.dataOffset, target);
          expect(reader.dataOffset + reader.dataLength).toBeLessThanOrEqual(message.length);
          expect(Math.max(target.length, reader.owner.length)).toBeLessThanOrEqual(255);
        }
        const facts = new NameFacts(1);
        const source = isNetbios ? SOURCE_NETBIOS : SOURCE_DNS;
        facts.dns.message(message, 0, message.length, source, 0, 1, 2, 0, 0, 1);
      }),
      { numRuns: 5000 },
    );
  });
});

/** A connection whose client sends these bytes, cut in segments of this size. */
function talk(content: Uint8Array, segment: number): TestFrame[] {
  const up = { source: CLIENT, destination: WEB, sourcePort: 50_000, destinationPort: 443 };
  const down = { source: WEB, destination: CLIENT, sourcePort: 443, destinationPort: 50_000 };
  const frames = [
    tcp({ ...up, flags: 'S', sequence: 99, time: 0 }),
    tcp({ ...down, flags: 'SA', sequence: 499, acknowledgment: 100, time: 0.01 }),
  ];
  for (let at = 0; at < content.length; at += segment)
    frames.push(
      tcp(
        { ...up, flags: 'A', sequence: 100 + at, acknowledgment: 500, time: 0.02 + at / 1e6 },
        content.subarray(at, at + segment),
      ),
    );
  return frames;
}

/** A hello in records of at most this size. */
function inRecords(hello: Uint8Array, size: number): Uint8Array {
  const body = hello.subarray(5);
  const records: number[] = [];
  for (let at = 0; at < body.length; at += size) {
    const piece = body.subarray(at, at + size);
    records.push(22, 3, 1, piece.length >>> 8, piece.length & 0xff, ...piece);
  }
  return Uint8Array.from(records);
}

const bookOf = (frames: TestFrame[]) => nameBookOf(observe(frames));

describe('hellos of TLS', () => {
  /** 65,535 bytes of a hello: the padding stands before the name. */
  const huge = clientHello('late.example', { padding: 65_535 - clientHello('late.example').length - 4 });

  test('65,535 bytes in one record are no record of TLS', () => {
    expect(huge.length).toBe(65_535);
    expect(readHello(huge, 0, huge.length, new Hello())).toBe(HELLO_NONE);
    const book = bookOf(talk(huge, 1400));
    expect(book.visits(0)).toEqual([]);
    expect(book.losses).toMatchObject({ malformedOpenings: 0, unfinishedOpenings: 0, dropped: 0 });
  });

  test('65,535 bytes in records of 16,384: what lies beyond the window is counted, and not kept', () => {
    const frames = talk(inRecords(huge, 16_384), 1400);
    const observation = observe(frames);
    expect(observation.names.openings.log.bytes.length).toBeLessThan(2 ** 16);
    expect(
      nameBookOf(observation)
        .visits(0)
        .map(({ kind }) => kind),
    ).toEqual(['cut-hello']);
    expect(nameBookOf(observation).losses.unfinishedOpenings).toBe(1);
  });

  test('a name at the front of as long a hello is read', () => {
    const early = clientHello('early.example', { protocol: 'h2', after: 65_000 });
    expect(early.length).toBeGreaterThan(65_000);
    expect(bookOf(talk(inRecords(early, 16_384), 1400)).visits(0)).toMatchObject([
      { kind: 'tls', name: 'early.example' },
    ]);
  });

  test('over many segments, in many records', () => {
    const hello = clientHello('many.example', { padding: 1500 });
    for (const [record, segment] of [
      [16_384, 100],
      [100, 1400],
      [60, 61],
    ] as const)
      expect(bookOf(talk(inRecords(hello, record), segment)).visits(0), `${record} ${segment}`).toMatchObject([
        { kind: 'tls', name: 'many.example' },
      ]);
  });

  test('in records too short for its first field it is taken for none', () => {
    expect(bookOf(talk(inRecords(clientHello('tiny.example'), 1), 1400)).visits(0)).toEqual([]);
  });

  test('a byte a segment is not followed, and counted', () => {
    const book = bookOf(talk(clientHello('slow.example', { padding: 1500 }), 1));
    expect(book.visits(0)).toEqual([]);
  });

  test('cut at every length, and each length field wrong: no name that is not there, nothing thrown', () => {
    const hello = clientHello('a.example', { protocol: 'h2', versions: [0x0304] });
    const read = new Hello();
    for (let length = 0; length < hello.length; length++) {
      const found = readHello(hello, 0, length, read);
      expect([HELLO_NONE, HELLO_INCOMPLETE, HELLO_MALFORMED].includes(found) || read.nameLength > 0).toBe(true);
      expect(read.nameOffset + read.nameLength).toBeLessThanOrEqual(Math.max(length, read.nameOffset));
    }
    for (let at = 0; at < hello.length; at++)
      for (const value of [0, 1, 0x7f, 0xff]) {
        const broken = Uint8Array.from(hello);
        broken[at] = value;
        readHello(broken, 0, broken.length, read);
        expect(read.nameLength === 0 || read.nameOffset + read.nameLength <= broken.length).toBe(true);
        expect(read.protocolLength === 0 || read.protocolOffset + read.protocolLength <= broken.length).toBe(true);
      }
  });
});

test('a malformed message, hello and request are counted', () => {
  const broken = clientHello('a.example');
  // The extensions claim to be longer than the hello.
  broken[50] = 0xff;
  const { losses } = bookOf([
    udp({ source: CLIENT, destination: '10.0.0.2', sourcePort: 40_000, destinationPort: 53, time: 0 }, question(63)),
    udp({ source: CLIENT, destination: '10.0.0.2', sourcePort: 40_001, destinationPort: 53, time: 1 }, dnsMessage('a')),
    ...talk(broken, 1400),
  ]);
  expect(losses).toMatchObject({ dns: 1, malformedDns: 1, malformedOpenings: 1 });
});

/** Bytes that the typed arrays of a table of names may take in all: rows, names and their hash tables. */
const MOST_BYTES = 128 * 2 ** 20;

test('ten million distinct names take bounded memory, and those without room are counted', { timeout: 300_000 }, () => {
  const names = 10_000_000;
  const facts = new NameFacts(7);
  const message = dnsMessage('n00000000.flood.example', {
    answers: [{ name: 'n00000000.flood.example', type: 1, data: [203, 0, 113, 9] }],
  });
  const before = process.memoryUsage();
  let most = 0;
  for (let i = 0; i < names; i++) {
    // Digits of the label, which begins behind the header and its length.
    for (let digit = 0, rest = i; digit < 8; digit++, rest = Math.floor(rest / 10))
      message[HEADER + 2 + 7 - digit] = 0x30 + (rest % 10);
    facts.dns.message(message, 0, message.length, SOURCE_DNS, 0, 1, 2, 0, 0, i + 1);
    if (i % 500_000 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before.arrayBuffers);
  }
  most = Math.max(most, process.memoryUsage().arrayBuffers - before.arrayBuffers);
  expect(facts.names.count).toBe(NAME_LIMITS.names);
  expect(facts.lookups.count).toBe(NAME_LIMITS.lookups);
  expect(facts.answers.count).toBe(NAME_LIMITS.names);
  expect(facts.names.dropped).toBe(names - NAME_LIMITS.names);
  expect(most).toBeLessThan(MOST_BYTES);
  console.log(`names: ${names} distinct ones, ${(most / 2 ** 20).toFixed(0)} MiB of typed arrays at most`);
});
