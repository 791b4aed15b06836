import type { Command } from 'commander';
import { bashCompletion } from './completion/bash.ts';
import { type CompletedCommand, commandsOf } from './completion/model.ts';
import { powershellCompletion } from './completion/powershell.ts';
import { zshCompletion } from './completion/zsh.ts';
import { EXIT_CLEAN } from './exit-codes.ts';
import type { SHELLS } from './options.ts';
import type { Terminal } from './terminal.ts';

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], (commands: readonly CompletedCommand[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  powershell: powershellCompletion,
};

/** `pcapcheck completion`: the script by which a shell completes commands, options and their values. */
export function completionCommand(
  shell: (typeof SHELLS)[number],
  program: Command,
  byDefault: Command,
  terminal: Terminal,
): number {
  terminal.out(SCRIPTS[shell](commandsOf(program, byDefault)));
  return EXIT_CLEAN;
}
