/** Formats of a comparison: `--format` of `pcapcheck diff` and its help are made from this table. */
import type { Comparison } from '../../compare/types.ts';
import type { TerminalOptions } from '../terminal.ts';
import { renderDiffJson } from './json.ts';
import { renderDiffMarkdown } from './markdown.ts';
import { renderDiffTerminal } from './terminal.ts';

export const DIFF_FORMATS = {
  terminal: renderDiffTerminal,
  json: (comparison: Comparison) => renderDiffJson(comparison),
  markdown: (comparison: Comparison) => renderDiffMarkdown(comparison),
} as const satisfies Record<string, (comparison: Comparison, options: TerminalOptions) => string>;

export type DiffFormat = keyof typeof DIFF_FORMATS;
export const DIFF_FORMAT_NAMES = ['terminal', 'json', 'markdown'] as const satisfies readonly DiffFormat[];
