import type { Report } from '../assess/types.ts';
import { nothingJudged } from '../report/nothing-judged.ts';
import { printable } from '../report/printable.ts';
import type { Terminal } from './terminal.ts';

/** True where nothing of the captures could be judged; standard error is told why. */
export function tellNothingJudged(report: Report, terminal: Terminal): boolean {
  const why = nothingJudged(report);
  if (why !== null) terminal.err(`pcapcheck: ${printable(why)}\n`);
  return why !== null;
}
