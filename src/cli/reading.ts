import { STANDARD_INPUT } from '../capture/source.ts';
import { type Analysis, type AnalyzeOptions, analyze } from '../engine/analyze.ts';
import { printable } from '../report/printable.ts';
import { progressLine } from '../report/progress.ts';
import { counted, size } from '../report/quantity.ts';
import { eachOnce, type Repeated } from './repeated-captures.ts';
import type { Terminal } from './terminal.ts';

/** Reads captures, each file once, with a progress line on standard error. An interrupted run says what it had read. */
export async function readCaptures(
  given: readonly string[],
  options: Pick<AnalyzeOptions, 'workers' | 'maxMemory' | 'setAside' | 'hashes' | 'signal' | 'onBegun'> & {
    quiet?: boolean;
  },
  terminal: Terminal,
): Promise<Analysis> {
  const { paths, repeated } = eachOnce(given);
  if (!options.quiet) for (const one of repeated) terminal.err(`pcapcheck: ${repeatedSentence(one)}\n`);
  const line = options.quiet ? null : progressLine(terminal.stderr);
  const doing = `Reading ${paths.length === 1 ? printable(paths[0]) : `${paths.length} captures`}`;
  let read = '';
  const settings: AnalyzeOptions = {
    onProgress: ({ bytesRead, bytesTotal, frames }) => {
      read = ` after ${counted(frames, 'frame')} (${size(bytesRead)})`;
      line?.update({ doing, bytes: bytesRead, totalBytes: bytesTotal, packets: frames });
    },
  };
  if (options.workers !== undefined) settings.workers = options.workers;
  if (options.maxMemory !== undefined) settings.maxMemory = options.maxMemory;
  if (options.setAside !== undefined) settings.setAside = options.setAside;
  if (options.hashes !== undefined) settings.hashes = options.hashes;
  if (options.onBegun !== undefined) settings.onBegun = options.onBegun;
  if (options.signal !== undefined) settings.signal = options.signal;
  // Files that are read on this thread keep it busy: nobody would hear the signal, so it does what it does by itself.
  const canListen = options.workers !== 0 || paths.includes(STANDARD_INPUT);
  const stopListening = canListen
    ? terminal.onInterrupt(() => {
        line?.clear();
        terminal.err(`pcapcheck: Interrupted${read}; nothing is reported.\n`);
      })
    : () => {};
  try {
    return await analyze(paths, settings);
  } finally {
    stopListening();
    line?.clear();
  }
}

function repeatedSentence({ path, as }: Repeated): string {
  const name = path === STANDARD_INPUT ? 'standard input' : printable(path);
  return path === as
    ? `${name} is given more than once: it is read once.`
    : `${name} is the same file as ${printable(as)}: it is read once.`;
}
