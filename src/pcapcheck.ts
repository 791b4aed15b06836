#!/usr/bin/env node
import { statSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { beginPool, SMALL_SERIES } from './engine/pool.ts';

// The only place that touches the process: commands return an exit code.
const args = process.argv.slice(2);
// Node 20 makes machine code of a function once 66 kB of its bytecode were run, and of many functions twice: with 300 kB a run of a second takes
// a tenth less processor time (docs/performance.md). Later versions have no such flag, and would complain.
if (process.versions.node.startsWith('20.')) setFlagsFromString('--interrupt-budget=300000');
if (args.some(isLargeFile) && !args.some((word) => word.startsWith('--workers'))) await beginPool();
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
