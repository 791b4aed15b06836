/**
 * Cells that a spreadsheet shows and never computes. `escape_formulas` of csv-stringify looks at the first character
 * only; spreadsheets skip blanks, and careless readers split at line breaks and semicolons.
 */
import { printableCell } from './printable.ts';

/** Blanks, and whatever is invisible and so looks like nothing in front of a formula. */
const SKIPPED = String.raw`[\s\p{C}\p{Zs}\u115f\u1160\u2800\u3164\uffa0\ufe00-\ufe0f\u034f\u180e]*`;

/** What starts a formula: ASCII, full-width and small forms. */
const STARTS = String.raw`[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]`;

/** A formula at the start of the cell, or a cell that starts with a tab or a line break. */
const FORMULA = new RegExp(`^(?:${SKIPPED}${STARTS}|[\\t\\r\\n])`, 'u');

/** A place inside the cell where a reader that splits lines, or a list separator of another country, would begin a cell. */
const INNER_FORMULA = new RegExp(`(\\r\\n|[\\r\\n;\\t])(?=${SKIPPED}${STARTS})`, 'gu');

/** Most cells: ids, addresses, times. Nothing to do, and known at once. */
const HARMLESS = /^[A-Za-z0-9][A-Za-z0-9 .:_-]*$/;

/**
 * The text with an apostrophe wherever it could start a formula: Excel's own sign for "this is text".
 *
 * @example neutralised('=1+1')      // "'=1+1"
 * @example neutralised('\u00a0 @x') // "'\u00a0 @x"
 * @example neutralised('a\n-1')     // "a\n'-1"
 */
export function neutralised(text: string): string {
  if (HARMLESS.test(text)) return text;
  const safe = printableCell(text).replace(INNER_FORMULA, "$1'");
  return FORMULA.test(safe) ? `'${safe}` : safe;
}
