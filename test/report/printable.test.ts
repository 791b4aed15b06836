import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, printableCell, printableData, printableJson } from '../../src/report/printable.ts';

describe('printable', () => {
  it.each([
    ['\u001b[31mred\u0007', '\\x1b[31mred\\x07'],
    ['\u009b31m', '\\x9b31m'],
    ['DC\u202e10CD', 'DC\\u{202e}10CD'],
    ['a\r\nb\tc', 'a\\x0d\\x0ab\\x09c'],
    ['\ud800', '\\u{d800}'],
    ['zero\u200bwidth', 'zero\\u{200b}width'],
    ['\u{e0041}', '\\u{e0041}'],
    ['Zürich 管理 👩‍💻', 'Zürich 管理 👩‍💻'],
  ])('shows %j as %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('bounds length and piles of marks', () => {
    expect(printable('A'.repeat(1e6)).length).toBeLessThan(5000);
    expect(printable(`Z${'\u0301'.repeat(500)}`).length).toBe(9);
    expect(printable(`a${'\u200d'.repeat(500)}`).length).toBe(9);
  });

  it('keeps line breaks in cells', () => {
    expect(printableCell('a\r\nb\tc\u001b')).toBe('a\r\nb\tc\\x1b');
  });

  it('reaches every string and key of plain data', () => {
    expect(printableData({ 'a\u0007': ['\u0007', { b: null, c: 1 }] })).toEqual({
      'a\\x07': ['\\x07', { b: null, c: 1 }],
    });
  });

  it('changes JSON text, never its value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const json = printableJson(JSON.stringify(value));
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(/[\x7f-\x9f\u202a-\u202e\u2028\u{e0001}]/u.test(json)).toBe(false);
      }),
    );
    expect(printableJson('"\u{e0041}"')).toBe('"\\udb40\\udc41"');
  });
});
