import { compare, isWorse } from '../compare/compare.ts';
import type { FailOn } from '../compare/types.ts';
import { DIFF_FORMATS, type DiffFormat } from '../report/diff/formats.ts';
import { readReport } from '../report/read-report.ts';
import { useColor } from '../report/style.ts';
import { EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS } from './exit-codes.ts';
import { tellNothingJudged } from './nothing-judged.ts';
import type { Terminal } from './terminal.ts';

export interface DiffOptions {
  format: DiffFormat;
  failOn: FailOn;
  verbose?: boolean;
}

/** `pcapcheck diff`: what changed from one report to the next. Returns 1 where something is new or became worse. */
export async function diffCommand(
  before: string,
  after: string,
  options: DiffOptions,
  terminal: Terminal,
): Promise<number> {
  const later = await readReport(after);
  const comparison = compare(await readReport(before), later, { before, after });
  const look = {
    width: terminal.stdout.columns,
    color: useColor(terminal.stdout, terminal.env),
    verbose: options.verbose ?? false,
  };
  terminal.out(DIFF_FORMATS[options.format](comparison, look));
  // A report that judged nothing has nothing new, whatever became of the site.
  if (tellNothingJudged(later, terminal)) return EXIT_FAILED;
  return isWorse(comparison, options.failOn) ? EXIT_FINDINGS : EXIT_CLEAN;
}
