/** Measures, cuts and wraps text by the columns that it takes on a terminal. Expects printable text. */

const ASCII = /^[\x20-\x7e]*$/;
const NO_COLUMN = /^[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff\ud7b0-\ud7ff]$/u;
const EMOJI = /\p{Emoji_Presentation}|\ufe0f|^\p{Regional_Indicator}/u;

/** First and last code points of two columns (East Asian Width W and F), emoji aside. */
const WIDE: ReadonlyArray<readonly [number, number]> = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2ff],
  [0x20000, 0x3fffd],
];

/** A word that is too long for a line is rather broken after one of these than anywhere. */
const JOINTS = ['-', '+', ',', '.', ':', '/', '\\'];

const ELLIPSIS = '...';
let segmenter: Intl.Segmenter | undefined;

/** Made when the first text needs it: it takes longer to make than most reports take to print. */
function clusters(): Intl.Segmenter {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter;
}

function clusterWidth(cluster: string): number {
  if (EMOJI.test(cluster)) return 2;
  let width = 0;
  for (const character of cluster) {
    const code = character.codePointAt(0) as number;
    if (NO_COLUMN.test(character)) continue;
    width += WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
  }
  return width;
}

/** Columns that the text takes. */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of clusters().segment(text)) width += clusterWidth(segment);
  return width;
}

/** The longest beginning of `text` within `width` columns, never cutting a character from its marks. */
export function head(text: string, width: number): string {
  if (ASCII.test(text)) return text.slice(0, width);
  let taken = 0;
  for (const { segment, index } of clusters().segment(text)) {
    taken += clusterWidth(segment);
    if (taken > width) return text.slice(0, index);
  }
  return text;
}

/** The text in at most `width` columns, with an ellipsis where something was cut off. */
export function shorten(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  return width <= ELLIPSIS.length ? head(text, width) : head(text, width - ELLIPSIS.length) + ELLIPSIS;
}

/** The text filled up with blanks to `width` columns. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - textWidth(text)));
  return align === 'left' ? text + blanks : blanks + text;
}

/**
 * Lines of at most `width` columns, broken at blanks; a word that is too long is broken after a
 * joint, else anywhere. Runs of two blanks are kept within a line. Other spaces (no-break, ideographic, …) are characters like any other.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  const start = (word: string): void => {
    line = word;
    while (textWidth(line) > width) {
      const most = head(line, width) || [...line][0]!;
      const joint = Math.max(...JOINTS.map((mark) => most.lastIndexOf(mark))) + 1;
      const piece = joint > most.length / 3 ? most.slice(0, joint) : most;
      lines.push(piece);
      line = line.slice(piece.length);
    }
  };
  for (const word of text.split(/(?<=[^ ]) /)) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) <= width) {
      line += ` ${word}`;
      continue;
    }
    if (line !== '') lines.push(line);
    start(word.replace(/^ +/, ''));
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines;
}
