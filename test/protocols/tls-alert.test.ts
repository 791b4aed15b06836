import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alertName, fatalAlert } from '../../src/protocols/tls-alert.ts';

const read = (bytes: readonly number[], length = bytes.length): number =>
  fatalAlert(Uint8Array.from([9, ...bytes]), 1, length);

test.each([0, 1, 2, 3, 4])('a fatal alert of version 3.%i', (minor) => {
  expect(read([0x15, 3, minor, 0, 2, 2, 70])).toBe(70);
});

test('what is none: a warning, an encrypted one, another record, another version, one that is cut', () => {
  expect(read([0x15, 3, 3, 0, 2, 1, 112])).toBe(0);
  expect(read([0x15, 3, 3, 0, 26, 2, 70, ...new Array<number>(24).fill(5)])).toBe(0);
  expect(read([0x15, 3, 3, 1, 2, 2, 70])).toBe(0);
  expect(read([0x16, 3, 3, 0, 2, 2, 70])).toBe(0);
  expect(read([0x15, 2, 3, 0, 2, 2, 70])).toBe(0);
  expect(read([0x15, 3, 5, 0, 2, 2, 70])).toBe(0);
  expect(read([0x15, 3, 3, 0, 2, 2, 0])).toBe(0);
  for (let length = 0; length < 7; length++) expect(read([0x15, 3, 3, 0, 2, 2, 70], length)).toBe(0);
});

test('any bytes are read, and only those of an alert are one', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const is =
        bytes.length >= 7 && `${bytes.subarray(0, 2)},${bytes.subarray(3, 6)}` === '21,3,0,2,2' && bytes[2]! < 5;
      expect(fatalAlert(bytes, 0, bytes.length)).toBe(is ? bytes[6] : 0);
    }),
  );
});

test('names are those of the registry; what ends a connection in peace is no error', () => {
  expect([40, 48, 49, 70, 112].map(alertName)).toEqual([
    'handshake_failure (40)',
    'unknown_ca (48)',
    'access_denied (49)',
    'protocol_version (70)',
    'unrecognized_name (112)',
  ]);
  expect([0, 90, 100, 255].map(alertName)).toEqual([null, null, null, null]);
});
