/** What Active Directory says of its machines in the clear, and which NetBIOS names are names of machines. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameBookOf } from '../../src/names/name-book.ts';
import { ticketClient } from '../../src/protocols/kerberos.ts';
import { DS_DS, DS_GC, readNetlogonAnswer } from '../../src/protocols/netlogon-ping.ts';
import { spanOf } from '../../src/protocols/reading.ts';
import { observe } from '../track/analyze.ts';
import { udp } from '../track/frames.ts';

const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const label = (value: string): number[] => [value.length, ...text(value)];
const element = (tag: number, ...content: number[]): number[] =>
  content.length < 128
    ? [tag, content.length, ...content]
    : [tag, 0x82, content.length >> 8, content.length & 0xff, ...content];

/** [MS-ADTS] section 6.3.1.9, with names in the compression that Windows uses. */
function answer(names: number[], flags = DS_DS | DS_GC | 0x1e8): Uint8Array {
  const value = [23, 0, 0, 0, flags & 0xff, (flags >> 8) & 0xff, 0, 0, ...new Array<number>(16).fill(7), ...names];
  const attribute = element(0x30, ...element(4, ...text('Netlogon')), ...element(0x31, ...element(4, ...value)));
  const entry = element(0x64, ...element(4), ...element(0x30, ...attribute));
  return Uint8Array.from(element(0x30, ...element(2, 1), ...entry));
}
const NAMES = [
  ...[...label('contoso'), ...label('com'), 0],
  ...[0xc0, 24],
  ...[...label('DC01'), 0xc0, 24],
  ...[...label('CONTOSO'), 0],
  ...[...label('DC01'), 0],
  ...[0, ...label('Berlin'), 0, ...label('Berlin'), 0, 5, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
];

describe('the answer to the search for a domain controller', () => {
  test('names and flags', () => {
    expect(readNetlogonAnswer(spanOf(answer(NAMES)))).toEqual({
      answer: 'certain',
      message: {
        flags: 0x1fc,
        forest: 'contoso.com',
        domain: 'contoso.com',
        host: 'DC01.contoso.com',
        netbiosDomain: 'CONTOSO',
        netbiosHost: 'DC01',
      },
    });
  });

  test('cut anywhere it is unsure or not for us; loops and jumps forward end', () => {
    const whole = answer(NAMES);
    for (let length = 0; length < whole.length; length++)
      expect(readNetlogonAnswer(spanOf(whole.subarray(0, length))).answer).not.toBe('certain');
    for (const names of [
      [0xc0, 24],
      [0xc0, 60],
      [...label('a'), 0xc0, 24],
      [63, 1],
      [64, 1, 2],
    ])
      expect(readNetlogonAnswer(spanOf(answer(names))).answer).toBe('unsure');
  });

  test('any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readNetlogonAnswer(spanOf(bytes))));
    const names = fc.array(fc.oneof(fc.nat(255), fc.constantFrom(0xc0, 24, 0)), { maxLength: 120 });
    fc.assert(fc.property(names, (bytes) => void readNetlogonAnswer(spanOf(answer(bytes)))));
  });
});

/** KDC-REP with fields 0, 1, 3, 4 (RFC 4120 section 5.4.2). */
function reply(type: number, name: string): Uint8Array {
  const principal = element(
    0x30,
    ...element(0xa0, 2, 1, 1),
    ...element(0xa1, ...element(0x30, ...element(0x1b, ...text(name)))),
  );
  const fields = [
    ...element(0xa0, 2, 1, 5),
    ...element(0xa1, 2, 1, type),
    ...element(0xa3, ...element(0x1b, ...text('CONTOSO.COM'))),
    ...element(0xa4, ...principal),
  ];
  return Uint8Array.from(element(0x60 + type, ...element(0x30, ...fields)));
}

describe('the account that a ticket is given to', () => {
  test('stands in AS-REP and TGS-REP, and in nothing else', () => {
    for (const type of [11, 13])
      expect(ticketClient(spanOf(reply(type, 'WS01$')))).toEqual({ realm: 'CONTOSO.COM', name: 'WS01$' });
    for (const type of [10, 12, 14, 30]) expect(ticketClient(spanOf(reply(type, 'WS01$')))).toBeNull();
  });

  test('cut anywhere it is none', () => {
    const whole = reply(13, 'WS01$');
    for (let length = 0; length < whole.length; length++)
      expect(ticketClient(spanOf(whole.subarray(0, length)))).toBeNull();
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 120 }),
        (bytes) => void ticketClient(spanOf(Uint8Array.from([0x6d, ...bytes]))),
      ),
    );
  });
});

describe('NetBIOS names', () => {
  /** A registration (RFC 1002 section 4.2.2) of a name with its sixteenth character. */
  const registration = (name: string, suffix: number, flags: number): Uint8Array => {
    const coded = [...text(name.padEnd(15)), suffix].flatMap((byte) => [0x41 + (byte >> 4), 0x41 + (byte & 15)]);
    const question = [32, ...coded, 0, 0, 32, 0, 1];
    const record = [0xc0, 12, 0, 32, 0, 1, 0, 0, 0, 0, 0, 6, flags, 0, 10, 1, 0, 11];
    return Uint8Array.from([0, 1, 0x29, 0x10, 0, 1, 0, 0, 0, 0, 0, 1, ...question, ...record]);
  };
  test.each([
    ['of a machine', 'WS01', 0x00, 0x00, ['ws01']],
    ['of its file service', 'WS01', 0x20, 0x60, ['ws01']],
    ['of a workgroup', 'WORKGROUP', 0x00, 0x80, []],
    ['of a domain, by its first controller', 'CONTOSO', 0x1b, 0x00, []],
    ['of the master browser', 'CONTOSO', 0x1d, 0x00, []],
    ['of a user', 'BOB', 0x03, 0x00, []],
  ])('%s', (_, name, suffix, flags, found) => {
    const frame = udp(
      { source: '10.1.0.11', destination: '10.1.0.255', sourcePort: 137, destinationPort: 137 },
      registration(name, suffix, flags),
    );
    expect(
      nameBookOf(observe([frame]))
        .namesOf('10.1.0.11')
        .map((one) => one.name),
    ).toEqual(found);
  });
});
