/**
 * Text from a capture, a topology or a file name, made safe to print: what a terminal would obey instead of show
 * (control characters, escape sequences, bidirectional overrides, invisible formatting) becomes a visible `\x1b` form.
 */

/** Control, format (except the two joiners that scripts need), lone surrogate, line and paragraph separator. */
const OBEYED = /(?!\u200c|\u200d)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Tab, LF and CR, which a quoted CSV cell may hold. */
const OBEYED_IN_CELL = /(?!\u200c|\u200d|[\t\n\r])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** What JSON may hold raw and a terminal would obey: DEL, C1 controls, format characters, separators. */
const OBEYED_IN_JSON = /(?!\u200c|\u200d)[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** More combining marks or joiners than any language stacks; the rest of a pile is dropped. */
const PILE = /((?:\p{M}|\u200c|\u200d){8})(?:\p{M}|\u200c|\u200d)+/gu;

/** What nearly every text is made of; nothing of it is obeyed. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Strings of a report longer than this many UTF-16 units are cut before they are laid out. */
const LONGEST = 4000;

const visible = (character: string): string => {
  const code = character.codePointAt(0) as number;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
};

/**
 * One line of text that no terminal obeys.
 *
 * @example printable('MP01\u001b[2J') // 'MP01\\x1b[2J'
 */
export function printable(text: string): string {
  if (text.length <= LONGEST && PLAIN.test(text)) return text;
  const bounded = text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
  return bounded.replace(OBEYED, visible).replace(PILE, '$1');
}

/** The same for a CSV cell: whole, and line breaks stay, since quoting carries them. */
export function printableCell(text: string): string {
  return text.replace(OBEYED_IN_CELL, visible);
}

/** JSON text with the rest of the obeyed characters as \u escapes: the same value, harmless on a terminal. */
export function printableJson(json: string): string {
  if (isPlainJson(json)) return json;
  return json.replace(OBEYED_IN_JSON, (character) =>
    Array.from({ length: character.length }, (_, unit) => character.charCodeAt(unit))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** True where nothing is obeyed: all is ASCII, of which JSON escapes the control characters, but for DEL. No regular expression is as fast. */
function isPlainJson(json: string): boolean {
  return Buffer.byteLength(json) === json.length && !json.includes('\x7f');
}

/** Plain data with every string and key printable, so that no renderer can forget one: what is so already stays as it is, nearly all of it. */
export function printableData<T>(value: T): T {
  if (typeof value === 'string') return printable(value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value.every(isPrintable) ? value : value.map(printableData)) as T;
  if (isPrintable(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [printable(key), printableData(item)])) as T;
}

function isPrintable(value: unknown): boolean {
  if (typeof value === 'string') return printable(value) === value;
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isPrintable);
  for (const key of Object.keys(value))
    if (!isPrintable(key) || !isPrintable((value as Record<string, unknown>)[key])) return false;
  return true;
}
