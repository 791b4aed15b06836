/** The building blocks of the terminal report: headings, wrapped paragraphs, labelled lines. */
import type { Paint, Tone } from '../style.ts';
import { pad, textWidth, wrap } from '../text-width.ts';

/** How a terminal report is to look. */
export interface TerminalOptions {
  /** Columns; at least 40 are used. */
  width: number;
  /** Whether escape sequences may colour it. */
  color: boolean;
  /** Everything, instead of the first of each kind. */
  verbose: boolean;
}

/** The options as the sections use them. */
export interface Page {
  width: number;
  verbose: boolean;
  paint: Paint;
}

const LABEL_WIDTH = 8;

/** A section: a blank line, its heading, its lines. Empty where there is nothing to say. */
export function section(page: Page, heading: string, lines: string[], tone: Tone = 'strong'): string[] {
  return lines.length === 0 ? [] : ['', ...wrap(heading, page.width).map((line) => page.paint(tone, line)), ...lines];
}

/** Wrapped text at an indentation, in one tone; lines after the first are `hang` columns further in. */
export function paragraph(page: Page, text: string, indent: number, tone: Tone | null = null, hang = 0): string[] {
  return wrap(text, page.width - indent - hang).map(
    (line, index) => ' '.repeat(indent + (index === 0 ? 0 : hang)) + page.paint(tone, line),
  );
}

/** `    Fix:    text`, the further lines of the text below its first. Nothing for an empty text. */
export function labelled(page: Page, label: string, text: string, indent: number): string[] {
  if (text === '') return [];
  const margin = indent + LABEL_WIDTH;
  return wrap(text, page.width - margin).map((line, index) =>
    index === 0
      ? ' '.repeat(indent) + page.paint('strong', pad(`${label}:`, LABEL_WIDTH)) + line
      : ' '.repeat(margin) + line,
  );
}

/**
 * Like `labelled` for text that the reader copies: in one line if any line can hold it, with the label or below it;
 * else a line for as many of its terms (`&&`) as fit, which pasted together are the same again, else broken at blanks only.
 */
export function copyable(page: Page, label: string, text: string, indent: number): string[] {
  const needed = textWidth(text);
  if (needed <= page.width - indent - LABEL_WIDTH) return labelled(page, label, text, indent);
  const lines = needed <= page.width - indent ? [text] : terms(text, page.width - indent);
  return [
    ' '.repeat(indent) + page.paint('strong', `${label}:`),
    ...lines.flatMap((line) =>
      textWidth(line) <= page.width - indent ? [' '.repeat(indent) + line] : wrap(line, page.width),
    ),
  ];
}

/** Terms of an expression, as many to a line as fit. */
function terms(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const term of text.split(/ (?=&& )/)) {
    const longer = `${lines.at(-1) ?? ''} ${term}`;
    if (lines.length > 0 && textWidth(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(term);
  }
  return lines;
}

/** The first `most` items, and a line that says how many are left out and how to see them. */
export function limited<T>(
  page: Page,
  items: T[],
  most: number,
  render: (item: T, index: number) => string[],
): string[] {
  const shown = page.verbose ? items : items.slice(0, most);
  const left = items.length - shown.length;
  const rest =
    left === 0
      ? []
      : paragraph(page, `... and ${left.toLocaleString('en-US')} more: --verbose shows them all`, 2, 'dim');
  return [...shown.flatMap(render), ...rest];
}
