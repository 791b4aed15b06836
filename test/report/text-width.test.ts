import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable } from '../../src/report/printable.ts';
import { head, pad, shorten, textWidth, wrap } from '../../src/report/text-width.ts';

describe('text width', () => {
  it.each([
    ['MP01', 4],
    ['管理ポイント', 12],
    ['ｆｕｌｌ', 8],
    ['e\u0301', 1],
    ['한국', 4],
    ['\u1112\u1161\u11ab', 2],
    ['👩‍💻', 2],
    ['🇳🇱', 2],
    ['❤\ufe0f', 2],
    ['', 0],
  ])('%s takes %i columns', (text, columns) => {
    expect(textWidth(text)).toBe(columns);
  });

  it('shortens with an ellipsis and never splits a character from its marks', () => {
    expect(shorten('distribution-point', 10)).toBe('distrib...');
    expect(shorten('管理ポイント', 8)).toBe('管理...');
    expect(shorten('MP01', 4)).toBe('MP01');
    expect(shorten('MP01', 2)).toBe('MP');
    expect(head('e\u0301e\u0301', 1)).toBe('e\u0301');
  });

  it('pads by columns, not by characters', () => {
    expect(pad('管理', 6)).toBe('管理  ');
    expect(pad('7', 3, 'right')).toBe('  7');
  });

  it('wraps at blanks, and long words after a joint', () => {
    expect(wrap('allow tcp 1433 on the firewall', 14)).toEqual(['allow tcp 1433', 'on the', 'firewall']);
    expect(wrap('software-update-point', 12)).toEqual(['software-', 'update-point']);
    expect(wrap('', 10)).toEqual(['']);
  });

  it('drops no space but the blank', () => {
    for (const space of ['\u00a0', '\u202f', '\u205f', '\u3000']) {
      expect(wrap(`${space}a`, 10)).toEqual([`${space}a`]);
      expect(wrap(`a ${space}`, 2)).toEqual(['a', space]);
      expect(wrap(`10${space}000 frames`, 8)).toEqual([`10${space}000`, 'frames']);
    }
  });

  it('loses no character but blanks, and keeps to the width', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 200 }).map(printable);
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 60 }), (any, width) => {
        const lines = wrap(any, width);
        expect(lines.join('').replaceAll(' ', '')).toBe(any.replaceAll(' ', ''));
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
        expect(textWidth(shorten(any, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});
