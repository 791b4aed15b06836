/**
 * Text from captures and topologies in Markdown: shown, never obeyed. GitHub, GitLab and Jira renderers differ in what they obey, so
 * every character that any of them may is escaped.
 */
import { printable } from './printable.ts';

/** What begins something within a line; ASCII punctuation may be escaped by a backslash (CommonMark 0.31, section 2.4). */
const OBEYED = /[\\`*_[\]|~^$]/g;
/** What begins a block: a heading, a list, a quotation, a rule. */
const STARTS = /^((?:\d+(?=[.)](?:\s|$)))?)([#+\-=>]|(?<=\d)[.)])/;
/**
 * What a renderer that allows HTML would read, as references. Without a `<` in front of it, a `>` ends nothing, and a quotation mark
 * neither; they stay as they are, since people read the text in terminals too. So do an `&` that begins no reference, and a `<` in front
 * of what begins no tag.
 */
const MARKUP = /<(?![-=\s\d])|&(?=[#a-z])|\u200b/gi;
const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '\u200b': '&#8203;',
};
/** Mentions, references and links that renderers make of plain text, of `//host` too: a blank that nobody sees keeps them apart. */
const LINKED = /@(?=\S)|[#!%](?=\w)|:(?=\/\/)|(?<!:)\/(?=\/)|(?<=www)(?=\.)/gi;

/** One line of inline text, without the blanks around it, which would make a block of code of it. */
export function text(value: string): string {
  return printable(value)
    .trim()
    .replace(OBEYED, '\\$&')
    .replace(STARTS, '$1\\$2')
    .replace(LINKED, '$&\u200b')
    .replace(MARKUP, (character) => HTML[character]);
}

/** A code span that holds the text whatever backticks are in it (CommonMark 0.31, section 6.1). In a table, for texts without `|` only. */
export function code(value: string): string {
  const shown = printable(value);
  const runs = shown.match(/`+/g) ?? [];
  const fence = '`'.repeat(1 + Math.max(0, ...runs.map((run) => run.length)));
  const padded = /^`|`$|^ .* $/.test(shown) || shown === '' ? ` ${shown} ` : shown;
  return `${fence}${padded}${fence}`;
}

/** A table of cells that are Markdown already. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}
