#!/usr/bin/env node
import { statSync } from 'node:fs';
import { beginPool, SMALL_SERIES } from './engine/pool.ts';

// The only place that touches the process: commands return an exit code.
const args = process.argv.slice(2);
if (args.some(isLargeFile) && !args.includes('--workers')) await beginPool();
const [{ main }, { processTerminal }] = await Promise.all([import('./cli/main.ts'), import('./cli/terminal.ts')]);
process.exitCode = await main(args, processTerminal());

/** True for a word that is probably a capture which threads will read. */
function isLargeFile(word: string): boolean {
  try {
    const file = statSync(word);
    return file.isFile() && file.size >= SMALL_SERIES;
  } catch {
    return false;
  }
}
