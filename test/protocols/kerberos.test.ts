import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readKerberos, readKerberosOverTcp } from '../../src/protocols/kerberos.ts';
import { spanOf } from '../../src/protocols/reading.ts';

/** Fields 0, 1, 4 (a time of 15 letters), 5 and 6 of KRB-ERROR: RFC 4120 section 5.9.1. */
const ERROR = Uint8Array.from([
  ...[0x7e, 41, 0x30, 39],
  ...[0xa0, 3, 2, 1, 5],
  ...[0xa1, 3, 2, 1, 30],
  ...[0xa4, 17, 0x18, 15, ...new TextEncoder().encode('20260302090000Z')],
  ...[0xa5, 3, 2, 1, 9],
  ...[0xa6, 3, 2, 1, 52],
]);

describe('Kerberos', () => {
  test('an error and its code, over UDP and behind a length over TCP', () => {
    expect(readKerberos(spanOf(ERROR))).toEqual({ answer: 'certain', message: { type: 30, error: 52 } });
    const framed = Uint8Array.from([0, 0, 0, ERROR.length, ...ERROR]);
    expect(readKerberosOverTcp(spanOf(framed))).toEqual({ answer: 'certain', message: { type: 30, error: 52 } });
  });

  test('lengths of one to four bytes; types by their tag', () => {
    for (const [tag, type] of [
      [0x6a, 10],
      [0x6b, 11],
      [0x6c, 12],
      [0x6d, 13],
    ]) {
      const long = Uint8Array.from([tag, 0x82, 0, 5, 0x30, 0x83, 0, 0, 0]);
      expect(readKerberos(spanOf(long))).toEqual({ answer: 'certain', message: { type, error: null } });
    }
  });

  test('cut short it is unsure, and other things are not for us', () => {
    for (let length = 4; length < ERROR.length; length++)
      expect(readKerberos(spanOf(ERROR.subarray(0, length))).answer).toBe('unsure');
    for (const bytes of [[], [0x7e], [0x30, 2, 2, 0], [0x7e, 0x80, 0x30, 0], [0x7e, 9, 0x30, 3], [0x7f, 3, 0x30, 1, 0]])
      expect(readKerberos(spanOf(Uint8Array.from(bytes))).answer).toBe('not-for-us');
  });

  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        readKerberos(spanOf(bytes));
        readKerberosOverTcp(spanOf(Uint8Array.from([0, ...bytes])));
      }),
    );
  });
});
