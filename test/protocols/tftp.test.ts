import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spanOf } from '../../src/protocols/reading.ts';
import { numberOption, readTftp } from '../../src/protocols/tftp.ts';

const packet = (opcode: number, ...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from([
    0,
    opcode,
    ...parts.flatMap((part) => (typeof part === 'string' ? [...new TextEncoder().encode(part), 0] : part)),
  ]);

describe('TFTP', () => {
  test('a request with options, names in any case', () => {
    expect(readTftp(spanOf(packet(1, 'smsboot\\x64\\wdsnbp.com', 'OCTET', 'TSize', '0', 'blksize', '1456')))).toEqual({
      answer: 'certain',
      message: {
        kind: 'read',
        file: 'smsboot\\x64\\wdsnbp.com',
        mode: 'octet',
        options: { tsize: '0', blksize: '1456' },
      },
    });
  });
  test('data, acknowledgment, error, agreed options', () => {
    expect(readTftp(spanOf(packet(3, [1, 2, 9])))).toMatchObject({ message: { kind: 'data', block: 258 } });
    expect(readTftp(spanOf(packet(4, [255, 255])))).toMatchObject({ message: { kind: 'ack', block: 65535 } });
    expect(readTftp(spanOf(packet(5, [0, 1], 'File not found')))).toEqual({
      answer: 'certain',
      message: { kind: 'error', code: 1, text: 'File not found' },
    });
    expect(readTftp(spanOf(packet(6, 'blksize', '1432')))).toMatchObject({ message: { options: { blksize: '1432' } } });
  });
  test('names and options without an end are unsure, and as long as what is at hand', () => {
    const endless = new Uint8Array(65_507).fill(0x41);
    endless.set([0, 1]);
    const reading = readTftp(spanOf(endless));
    expect(reading).toMatchObject({ answer: 'unsure', message: { kind: 'read', mode: '' } });
    expect(readTftp(spanOf(packet(1, 'a', 'octet', 'blksize', [0x31])))).toMatchObject({
      answer: 'unsure',
      message: { options: {} },
    });
    expect(readTftp(spanOf(packet(5, [0, 1, 0x41])))).toMatchObject({ answer: 'unsure' });
  });
  test('a thousand options are sixteen', () => {
    const many = Array.from({ length: 2000 }, (_, i) => `n${i}`);
    const reading = readTftp(spanOf(packet(6, ...many)));
    expect(
      reading.answer === 'unsure' && 'options' in reading.message && Object.keys(reading.message.options),
    ).toHaveLength(16);
  });
  test('an option named like a property of objects is an option', () => {
    const reading = readTftp(spanOf(packet(6, '__proto__', '1', 'constructor', '2')));
    expect(reading.answer).toBe('certain');
    expect(numberOption({}, 'constructor')).toBeNull();
  });
  test('other protocols are not for us; any bytes are survived', () => {
    expect(readTftp(spanOf(packet(9, [1, 2, 3]))).answer).toBe('not-for-us');
    expect(readTftp(spanOf(new Uint8Array(3))).answer).toBe('not-for-us');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(1, 2, 5, 6), (bytes, opcode) => {
        const reading = readTftp(spanOf(Uint8Array.from([0, opcode, ...bytes])));
        if (reading.answer !== 'not-for-us' && 'options' in reading.message)
          expect(Object.keys(reading.message.options).length).toBeLessThanOrEqual(16);
      }),
      { numRuns: 500 },
    );
  });
});
