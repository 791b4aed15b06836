import { REASONS, TABLE_FULL } from '../decode/reason.ts';
import { counted } from '../report/quantity.ts';
import { EXIT_CLEAN, EXIT_FAILED } from './exit-codes.ts';
import { readCaptures } from './reading.ts';
import type { Terminal } from './terminal.ts';

export interface LearnOptions {
  topology?: string;
  workers?: number;
  maxMemory?: number;
  quiet?: boolean;
}

/** `pcapcheck learn`: a topology from captures. */
export async function learnCommand(
  captures: readonly string[],
  options: LearnOptions,
  terminal: Terminal,
): Promise<number> {
  const { HOW_TO_INCLUDE, learn, readPartial } = await import('../learn/learn.ts');
  const partial = options.topology === undefined ? null : await readPartial(options.topology);
  const analysis = await readCaptures(captures, options, terminal);
  const { text, counts, dropped, outside } = learn(analysis, partial);
  const { roles, clients, without, left } = counts;
  const say = (sentence: string): void => terminal.err(`pcapcheck: ${sentence}\n`);
  if (counts.empty) {
    say('The captures show no host of a site, so there is no topology to propose.');
    if (outside !== null) say(`${outside} ${HOW_TO_INCLUDE}`);
    return EXIT_FAILED;
  }
  terminal.out(text);
  if (options.quiet) return EXIT_CLEAN;
  say(
    `${counted(roles, 'role')} of hosts and ${counted(clients, 'client')} in networks proposed; ${counted(without, 'address', 'addresses')} without a role. Read the comments, then check with the file.`,
  );
  if (outside !== null) say(`${outside} The end of the file says how to include them.`);
  const full = analysis.observation.notJudgedFrames[REASONS[TABLE_FULL]!] ?? 0;
  if (full > 0) say(`${counted(full, 'frame')} went beyond --max-memory and taught nothing.`);
  if (dropped + left > 0) say('There are more addresses than a topology can list one by one; the rest are left out.');
  return EXIT_CLEAN;
}
