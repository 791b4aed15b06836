/**
 * Free text for scripts. Scripts are pure ASCII: Windows PowerShell 5 and cmd read files without a byte order mark in the code page of the
 * machine, in which the bytes of other characters may turn into quotes.
 */

const NOT_ASCII = /[^\x20-\x7e]/g;

/** One line of printable ASCII, at most `longest` characters: accents are dropped, what has no plain form becomes `?`. */
export function asciiLine(text: string, longest: number): string {
  const plain = text
    .slice(0, 4 * longest)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/\s+/g, ' ')
    .replace(NOT_ASCII, '?');
  return plain.length > longest ? `${plain.slice(0, longest - 3)}...` : plain;
}

/** Only what no command line, filter language or configuration gives a meaning to. */
export function harmless(text: string, longest: number): string {
  return asciiLine(text, longest)
    .replace(/<?-+>/g, 'to')
    .replaceAll(';', ',')
    .replaceAll('"', '')
    .replace(/[^A-Za-z0-9 ._:,()/-]/g, '_')
    .trim();
}
